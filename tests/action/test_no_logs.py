"""Nothing of a person stands in a log, on whichever channel and way a letter goes, and whatever goes wrong on its way."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from folkmoot.action import representatives, talks
from folkmoot.action.channels import twilio
from folkmoot.action.delivery import email
from folkmoot.web.logs import OneLine
from tests.action.guided import ASK, HOME, MINUTE, WORDS
from tests.action.test_channels import ADA, Phone, phone, provider  # noqa: F401 -- fixtures
from tests.mailserver import Sink, serving

# Everything that a letter has of its writer, and what could tell who they are.
PERSONAL = ("Imogen", "Sarkis", "Tannery", "jetty", "daughters", "rain rule", ADA, ADA[2:], "imogen@mail", "otto@council", "4711", "Otto Marsh")


class Lines(logging.Handler):
    """What would stand on stderr, of every logger and level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(OneLine())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def logged() -> Iterator[list[str]]:
    handler, root = Lines(), logging.getLogger()
    level, own = root.level, logging.getLogger("folkmoot").level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(level)
    logging.getLogger("folkmoot").setLevel(own)


def test_a_letter_leaves_no_word_of_its_writer_in_a_log(phone: Phone, logged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    guided = phone.guided
    monkeypatch.setattr(representatives, "in_office", guided.in_office)
    sink = Sink()
    with serving(sink) as where:
        guided.settings = replace(guided.settings, mail=replace(where, sender="guide@news.example"))
        for words in ("WRITE", "OK", ASK, HOME, "1", WORDS, "PREVIEW", "imogen@mail.example", "SEND", "person", "feedback", "I am Imogen Sarkis"):
            phone.texts(words)
        for words in ("write", "ok", ASK, HOME, "2", WORDS, "preview", "send"):
            phone.writes(words)
        guided.now = guided.now + 1_000
        (owner,) = phone.rows("SELECT owner, state FROM talk WHERE channel = 'sms'")
        guided.codes.clear()
        guided.send("imogen", ask="Another thing about the rain rule")
        # what goes wrong: the line, the provider, the mailbox, the code, a fault of our own in the middle
        phone.provider.status, phone.provider.answer = 503, {"code": 20500, "message": f"The number {ADA} is away"}
        phone.texts("STATUS")
        sink.to_rcpt = "550 otto@council.example does not like Imogen Sarkis"
        guided.later(11 * MINUTE)
        guided.work()
        sink.to_rcpt, sink.to_data = "250 OK", "451 imogen@mail.example: later"
        guided.send("noor", ask="Please mend the jetty")
        guided.later(11 * MINUTE)
        guided.work()
        monkeypatch.setattr(email, "message", lambda *_: (_ for _ in ()).throw(RuntimeError(f"{HOME} {WORDS}")))
        guided.later(60 * MINUTE)
        guided.work()
        monkeypatch.setitem(talks.DEEDS, "find", lambda *_: (_ for _ in ()).throw(RuntimeError(HOME)))
        assert phone.texts("MOVED", sender="+12125550199") in (200, 500)
        monkeypatch.setattr(twilio, "is_signed", lambda *_: False)
        assert phone.texts(WORDS) == 401
    assert owner.owner == f"sms:{ADA}"
    assert len(logged) > 3
    ours = [line for line in logged if json.loads(line)["from"] not in ("mail.log", "httpx", "asyncio")]  # the sink and the client of the test
    assert [(mark, line) for line in ours for mark in PERSONAL if mark in line] == []
