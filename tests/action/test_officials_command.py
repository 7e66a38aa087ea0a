"""`folkmoot officials` as an operator types it: what stands on standard output, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from folkmoot.cli import run
from tests.action import facts


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with the small country."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOLKMOOT_DATA", str(tmp_path / "data"))
    assert run(["officials", "load", str(facts.folder(tmp_path / "officials"))]) == 0
    return tmp_path


def answers(capsys: pytest.CaptureFixture[str], *given: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run(["officials", "find", "--json", "--on", facts.TODAY, *given]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_loading_says_of_each_file_what_came_of_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["officials", "load", "officials", "--data", "elsewhere", "--dry-run"]) == 0
    said = capsys.readouterr()
    assert "legislators-current.yaml: 7 entries, of 2026-06-15, in use. (Dry run: nothing was changed.)" in said.out
    assert "state-officials.csv: 6 entries in 3 states, of 2026-08-05, in use." in said.out
    assert run(["officials", "load", "officials", "--json"]) == 0
    assert {each["outcome"] for each in json.loads(capsys.readouterr().out)} == {"already"}


def test_an_answer_has_all_that_the_contract_names(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = answers(capsys, "--zip", "00001")
    assert {"status", "districts", "officials", "why", "data"} <= found.keys()
    assert (found["status"], found["districts"], found["data"]) == ("certain", ["NY-1"], {"congress": 119, "date": "2026-06-15"})
    member = found["officials"][0]  # type: ignore[index]
    assert {"id", "name", "office", "district", "party", "phone", "offices", "ways"} <= member.keys()
    assert (member["id"], member["district"], member["vacant"]) == ("B000002", "NY-1", False)


def test_repeating_an_option_gives_one_object_a_line_in_order(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answers(capsys, "--zip", "00002", "--zip", "nonsense", "--zip", "00006", "--point", "40.5,-72.5")
    assert [(each["status"], each["districts"]) for each in found] == [
        ("ambiguous", ["NY-1", "NY-2"]), ("none", []), ("certain", ["VT-0"]), ("certain", ["NY-2"]),
    ]  # fmt: skip
    assert [each["vacant"] for each in found[2]["officials"]] == [False, False, True]  # type: ignore[attr-defined]


def test_people_at_a_terminal_read_sentences(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["officials", "find", "--zip", "00002", "--on", facts.TODAY]) == 0
    said = capsys.readouterr()
    assert "ambiguous: NY-1, NY-2. 00002 touches 2 districts" in said.out
    assert "  ? Cy Ahmadi, U.S. Representative for New York, district 2 (Independent)" in said.out
    assert "As of 2026-06-15." in said.err


def test_check_lists_findings_and_versions(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["officials", "check", "--on", "2026-11-25", "--kind", "vacant", "--json"]) == 0
    assert {"NY", "VT"} <= {each["about"] for each in json.loads(capsys.readouterr().out)}
    assert run(["officials", "check", "--versions", "--json", "--on", facts.TODAY]) == 0
    assert {each["state"] for each in json.loads(capsys.readouterr().out)} == {"in use"}


@pytest.mark.parametrize(("given", "code", "said"), [
    (["find"], 2, "Say where"), (["find", "--point", "91,0"], 2, "no point"), (["find", "--zip", "1", "--on", "someday"], 2, "no day"),
    (["find", "--district", "Narnia"], 2, "no district"), (["load", "missing.yaml"], 1, "cannot be read"),
    (["load", "officials/README.md"], 1, "None of these"),
])  # fmt: skip
def test_misuse_gets_one_sentence(data: Path, capsys: pytest.CaptureFixture[str], given: list[str], code: int, said: str) -> None:
    capsys.readouterr()
    assert run(["officials", *given]) == code
    assert said in capsys.readouterr().err


def test_where_nothing_is_loaded_nobody_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOLKMOOT_DATA", str(tmp_path / "empty"))
    assert run(["site", "add", "news.example"]) == 0
    for given in (["find", "--zip", "00001"], ["check"]):
        capsys.readouterr()
        assert run(["officials", *given]) == 1
        said = capsys.readouterr()
        assert (said.out, "loaded" in said.err, "`folkmoot officials load FOLDER`" in said.err) == ("", True, True)


def test_another_country_than_those_loaded_is_named_with_those_that_are(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["officials", "find", "--zip", "10115", "--country", "fr"]) == 1
    said = capsys.readouterr().err
    assert "country fr" in said and "us" in said


def test_check_says_what_it_looked_at_and_that_all_is_well(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["officials", "check", "--on", facts.TODAY, "--kind", "stale"]) == 0
    said = capsys.readouterr()
    assert "Looked at" in said.err and "congress_people" in said.err
    assert "All is well: nothing stale was found." in said.out + said.err
