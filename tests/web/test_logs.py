"""A log line is one JSON object, whatever it is about, and names nobody."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from folkmoot.storage.database import Database
from folkmoot.web.guard import Guard
from folkmoot.web.logs import OneLine
from tests.web.stand import Client, join

SHARED = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "own-cases.jsonl"
OWN = ["a\nINFO admin logged in", "\x1b]0;t\x07", "a\u2028b\x85c", "%n%s%x", "{0.__class__}", "\x00", "a" * 100_000]


def hostile() -> list[str]:
    if not SHARED.is_file():
        return OWN
    cases = map(json.loads, SHARED.read_text("utf-8").splitlines())
    return OWN + [case["input"] for case in cases if case["class"] == "log-line"]


def line(words: str, **about: object) -> str:
    record = logging.LogRecord("folkmoot", logging.INFO, "", 0, "%s", (words,), None)
    record.about = about
    return OneLine().format(record)


@pytest.mark.parametrize("words", hostile())
def test_any_text_gives_one_line_of_plain_ascii(words: str) -> None:
    written = line(words, path=words)
    assert written.isascii()
    assert written.isprintable()
    assert len(written) < 30_000
    assert json.loads(written)["words"][:50] == words[:50]


def failing(error: Exception, *, messages: bool) -> dict[str, str]:
    try:
        raise error
    except Exception as raised:
        info = (type(raised), raised, raised.__traceback__)
        record = logging.LogRecord("folkmoot", logging.ERROR, "", 0, "A request failed", (), info)
    read: dict[str, str] = json.loads(OneLine(messages=messages).format(record))
    return read


def test_a_fault_is_logged_with_its_place_but_not_with_what_it_quotes() -> None:
    fault = failing(ValueError("ada@mail.example"), messages=False)["fault"]
    assert fault.startswith("ValueError at test_logs.py:")
    assert "ada@" not in fault
    assert "ada@" in failing(ValueError("ada@mail.example"), messages=True)["fault"]


def test_a_request_is_logged_without_query_address_or_token(one_db: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "folkmoot")
    app = Guard(join(one_db), log_requests=True)
    asked = {"authorization": "Bearer canary-token", "cookie": "folkmoot=canary-cookie"}
    Client(app, peer="198.51.100.77").get("/api/words/12?url=canary-query", headers=asked)
    Client(app, peer="198.51.100.77").request("DELETE", "/api/words/99?url=canary-query", headers=asked)
    written = [OneLine().format(record) for record in caplog.records if record.name == "folkmoot"]
    assert json.loads(written[0]) | {"at": 0, "ms": 0} == {
        "at": 0, "level": "info", "from": "folkmoot", "words": "request", "request": json.loads(written[0])["request"],
        "method": "GET", "path": "/api/words/12", "status": 200, "ms": 0,
    }  # fmt: skip
    assert len(written) >= 3
    assert not any(secret in one for one in written for secret in ("canary", "198.51", "12345"))
