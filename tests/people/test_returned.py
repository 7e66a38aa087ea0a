"""Mails that come back: where mail will never arrive, nothing more goes, and its owner reads why; all else changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkmoot import cli
from folkmoot.people import accounts, notices, store_notices
from folkmoot.people.model import Actor
from tests.me.tab import Tab, words
from tests.moot import Moot

TO = "ada@mail.example"
REASON = "550 5.1.1 <ada@mail.example>: Recipient address rejected: User unknown in virtual mailbox table"


def report(head: str, fields: str, message_id: str, kind: str = "message/rfc822") -> bytes:
    """A mail in three parts, as RFC 6522 has it: words for people, fields for programs, what was sent."""
    return f"""{head}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

{fields}
--b1
Content-Type: {kind}

From: The News <folkmoot@talk.example>
To: {TO}
Subject: Your comment was removed: The lake
Message-ID: {message_id}

--b1--
""".replace("\n", "\r\n").encode()


POSTFIX = ("Return-Path: <>\nFrom: MAILER-DAEMON@mx.talk.example\nSubject: Undelivered Mail Returned", f"""Reporting-MTA: dns; mx.talk.example
X-Postfix-Queue-ID: 4XyZ1k2Q3bz9s
X-Postfix-Sender: rfc822; folkmoot@talk.example
Arrival-Date: Tue, 24 Nov 2026 10:11:12 +0000 (UTC)

Final-Recipient: rfc822; ada@mail.example
Original-Recipient: rfc822;ada@mail.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example
Diagnostic-Code: smtp; {REASON}
""")
EXIM = ("From: Mail Delivery System <Mailer-Daemon@mx.talk.example>\nAuto-Submitted: auto-replied", """Reporting-MTA: dns; mx.talk.example

Action: failed
Final-Recipient: rfc822;Ada@Mail.Example
Status: 5.0.0
Remote-MTA: dns; mail.example
Diagnostic-Code: smtp; 550 No such user here
""")
EXCHANGE = ("From: postmaster@outlook.example\nSubject: Undeliverable", """Reporting-MTA: dns;AM0PR01MB.eurprd01.prod.exchangelabs.example
Received-From-MTA: dns;mx.talk.example
Arrival-Date: Tue, 24 Nov 2026 10:11:12 +0000

Final-Recipient: rfc822;ada@mail.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
 ada@mail.example not found by SMTP address lookup
X-Display-Name: ada@mail.example
""")
NO_DOMAIN = ("From: MAILER-DAEMON@mx.talk.example", """Reporting-MTA: dns; mx.talk.example

Final-Recipient: rfc822; ada@mail.example
Action: failed
Status: 5.4.4
Diagnostic-Code: X-Postfix; Host or domain name not found. Name service error for name=mail.example type=A
""")
FULL = POSTFIX[1].replace("5.1.1", "5.2.2")
SPAM = POSTFIX[1].replace("5.1.1", "5.7.1")
LATE = POSTFIX[1].replace("Action: failed", "Action: delayed").replace("5.1.1", "4.4.1")
OTHER = POSTFIX[1].replace("ada@mail.example", "bo@mail.example")


@pytest.fixture
def ada(moot: Moot) -> Actor:
    return moot.member("Ada")


def notice(moot: Moot, ada: Actor) -> str:
    """The Message-ID of a notice that was mailed to her."""
    told = {"story": "The lake", "reason": "It is foul.", "rule": "", "words": "Foul."}
    moot.db.write_now(lambda tx: notices.tell(tx, ada.id or 0, "comment_removed", told, key="1", now=moot.now))
    (found,) = moot.db.read_now(lambda tx: notices.notices_of(tx, ada))
    return f"<notice-{found.id}@talk.example>"


def pipe(database_url: str, folder: Path, raw: bytes, *more: str) -> int:
    (folder / "mail.eml").write_bytes(raw)
    return cli.run(["bounced", str(folder / "mail.eml"), *more, "--database", database_url])


def reaches(moot: Moot, ada: Actor) -> str | None:
    return moot.db.read_now(lambda tx: store_notices.mailbox_of(tx, ada.id or 0))


@pytest.mark.parametrize(
    ("sent", "kind"),
    [(POSTFIX, "message/rfc822"), (EXIM, "message/rfc822"), (EXCHANGE, "text/rfc822-headers"), (NO_DOMAIN, "text/rfc822-headers")],
    ids=["postfix", "exim", "exchange", "no-domain"],
)
def test_a_mailbox_that_is_gone_gets_no_more_and_its_owner_reads_why(
    moot: Moot, ada: Actor, database_url: str, tmp_path: Path, sent: tuple[str, str], kind: str
) -> None:
    raw = report(*sent, notice(moot, ada), kind)
    assert pipe(database_url, tmp_path, raw, "--dry-run") == 0
    assert reaches(moot, ada) == TO
    assert pipe(database_url, tmp_path, raw) == 0
    assert reaches(moot, ada) is None
    why = " ".join(sent[1].partition("Diagnostic-Code:")[2].partition(";")[2].partition("\nX-Display")[0].split())
    page = words(Tab(moot, ada).get("/me/settings"))
    assert f"Mail does not reach {TO}." in page
    assert why.replace("<", "&lt;").replace(">", "&gt;") in page
    moot.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, TO, TO, "Ada", moot.now))  # she enters a code from it
    assert reaches(moot, ada) == TO


@pytest.mark.parametrize("fields", [FULL, SPAM, LATE, OTHER, "", "Final-Recipient\r\n\x00; Status: 5.1.1"])
def test_what_may_pass_or_is_about_another_changes_nothing(moot: Moot, ada: Actor, database_url: str, tmp_path: Path, fields: str) -> None:
    assert pipe(database_url, tmp_path, report(POSTFIX[0], fields, notice(moot, ada))) == 0
    assert reaches(moot, ada) == TO


@pytest.mark.parametrize("message", ["<notice-7@talk.example>", "<code-{code}@talk.example>", "<4711@elsewhere.example>", ""])
def test_a_report_about_a_mail_that_is_no_notice_of_ours_changes_nothing(
    moot: Moot, ada: Actor, database_url: str, tmp_path: Path, message: str
) -> None:
    code = notice(moot, ada).partition("-")[2].partition("@")[0]
    assert pipe(database_url, tmp_path, report(*POSTFIX, message.format(code=code))) == 0
    assert reaches(moot, ada) == TO


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 500, b"Subject: I am on holiday\r\n\r\nBack on Monday.", b"--b1\r\n" * 20_000])
def test_any_other_mail_is_no_error(moot: Moot, database_url: str, tmp_path: Path, raw: bytes) -> None:
    assert pipe(database_url, tmp_path, raw) == 0
