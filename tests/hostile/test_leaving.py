"""Hostile words that leave by mail, by hook and as a table: words only, on whatever side they arrive."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from standardwebhooks import Webhook

from folkmoot.discussion import hooks, tables
from folkmoot.people import notice_mail
from folkmoot.people.model import COMMAND, Notice
from folkmoot.settings import Server, Settings
from folkmoot.web.kit import clock
from tests.hostile import allowed
from tests.hostile.shape import Shape
from tests.hostile.test_write_paths import chunks, some
from tests.mailserver import Sink, serving
from tests.moot import Moot

HERE = "https://talk.example"
HEADERS = {
    "subject", "from", "to", "date", "message-id", "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post", "mime-version",
    "content-type", "auto-submitted", "content-transfer-encoding", "precedence", "list-id", "feedback-id", "x-auto-response-suppress",
}  # fmt: skip
EVERY = [pytest.param(331, id="sample"), pytest.param(1, id="all", marks=[pytest.mark.long, pytest.mark.timeout(900)])]


@pytest.fixture
def now() -> int:
    """The real time, which the published library of webhooks compares with its own."""
    return clock()


def typed(step: int) -> list[str]:
    """Texts as the database keeps them."""
    return [each.replace("\0", "").encode("utf-8", "replace").decode() for each in some(step)]


# ── By mail ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def mails(moot: Moot, words: Iterable[str]) -> Iterator[tuple[bytes, EmailMessage]]:
    """A notice about each text: as title, name and words at once; as it came to a mail server."""
    sink = Sink()
    with serving(sink) as mail:
        settings = Settings(server=Server(public_url=HERE), mail=mail)
        for number, each in enumerate(words, 1):
            values: dict[str, str | int] = {"who": each[:80], "story": each, "words": each}
            notice = Notice(number, 1, "reply", moot.site.id, "/c/7", "story-7", values, moot.now, None, "at_once")
            outgoing = notice_mail.Outgoing("ada@mail.example", [notice], moot.site, "t" * 43)
            assert notice_mail.send(outgoing, settings, moot.now) == "sent"
            raw = sink.got.pop().content
            assert isinstance(raw, bytes)
            message = message_from_bytes(raw, policy=policy.default)
            assert isinstance(message, EmailMessage)
            yield raw, message


@pytest.mark.parametrize("step", EVERY)
def test_hostile_words_leave_by_mail_as_words(moot: Moot, step: int) -> None:
    came = 0
    for raw, message in mails(moot, typed(step * (3 if moot.db.engine == "sqlite" else 60))):
        came += 1
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert {name.lower() for name in message} <= HEADERS, list(message)
        assert message["To"] == "ada@mail.example" and "\n" not in str(message["Subject"]) and not message.defects
        plain, rich = message.get_body(("plain",)), message.get_body(("html",))
        assert plain is not None and rich is not None
        page = rich.get_content()
        assert all(each.startswith((HERE, "#", "https://news.example")) for each in re.findall(r'(?:href|src)="([^"]*)', page))
        assert not any(sign.split(" ")[0] in ("<script", "<img", "<svg", "<iframe", "<style>", "<form") for sign in Shape(page).around)
        dead = plain.get_content()
        assert all(each.startswith(HERE) for each in re.findall(r"\bhttps?://[^\s<>\"]+\.[^\s]+", dead)), dead
    assert came >= 30


# ── By hook ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", EVERY)
def test_hostile_words_leave_by_hook_as_signed_words(moot: Moot, step: int) -> None:
    hook, secret = moot.db.write_now(lambda tx: hooks.add_hook(tx, COMMAND, moot.site.id, "https://cms.example/", moot.now))
    told = 0
    for lot in chunks(typed(step * (1 if moot.db.engine == "sqlite" else 20)), 200):
        said = [(each, found) for each in lot if (found := posted(moot, each))]
        for each, comment in said:
            job = {"event": "comment.published", "comment": comment, "hook": hook.id, "id": f"msg_{comment}", "at": moot.now}
            message = moot.db.read_now(lambda tx, job=job: hooks.look(tx, job, moot.now))  # type: ignore[misc]
            assert message is not None
            stamp = moot.now // 1000
            signed = hooks.sign(message.keys[0], message.id, stamp, message.body)
            headers = {"webhook-id": message.id, "webhook-timestamp": str(stamp), "webhook-signature": signed}
            read = Webhook(secret).verify(message.body, headers)["data"]["comment"]
            assert read["text"] == each.replace("\r\n", "\n").replace("\r", "\n") and allowed.faults(read["html"]) == []
            assert json.loads(message.body.decode("utf-8")) and b"\n" not in message.body
            told += 1
    assert told > 30


def posted(moot: Moot, words: str) -> int:
    """The comment that says it; 0 where it cannot be said."""
    try:
        return moot.says(moot.guest("Ada"), words)
    except Exception as refused:
        assert getattr(refused, "words", ""), refused
        return 0


# ── As a table ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", EVERY)
def test_hostile_words_leave_in_cells_that_no_spreadsheet_runs(moot: Moot, step: int) -> None:
    words = typed(step * (1 if moot.db.engine == "sqlite" else 20))
    said = [each for each in (*words, *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''+1", "=cmd|' /C calc'!A0")) if posted(moot, each)]
    file = io.BytesIO()
    tables.write_table(moot.db, moot.site.id, file)
    csv.field_size_limit(1 << 24)
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode(), newline="")))
    assert len(rows) == len(said)
    assert all(None not in row and not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    texts = sorted(row["text"].removeprefix("'") if re.match(r"'+[=+\-@\t\r]", row["text"]) else row["text"] for row in rows)
    assert texts == sorted(each.replace("\r\n", "\n").replace("\r", "\n") for each in said)
