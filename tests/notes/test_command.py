"""`folkmoot note`: what waits, and what is decided, at the command line."""

from __future__ import annotations

import json

import pytest

from folkmoot.cli import run
from tests.notes.desk import Desk


@pytest.fixture
def at_command(desk: Desk, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("FOLKMOOT_DATABASE", database_url)
    return desk


def test_what_waits_is_listed_decided_and_then_listed_as_decided(at_command: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    note = at_command.propose().id
    assert run(["note", "list", "--site", "news.example", "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == [str(note)]
    assert run(["note", "decide", str(note), "accept"]) == 1
    assert "Say what stood in the story" in capsys.readouterr().err
    assert run(["note", "decide", str(note), "accept", "--before", "all", "--after", "two", "--dry-run"]) == 0
    assert at_command.note(note).ruling == ""
    assert run(["note", "decide", str(note), "accept", "--before", "all", "--after", "two"]) == 0
    assert at_command.note(note).ruling == "accepted"
    capsys.readouterr()
    assert run(["note", "list", "--site", "news.example", "--decided", "--json"]) == 0
    assert [row["status"] for row in json.loads(capsys.readouterr().out)] == ["accepted"]
    assert run(["note", "list", "--site", "nowhere.example"]) == 1
