"""Mails that come back later: what a mail server says of a mailbox (RFC 3464), read from the mail that it sends to `mail.sender`.

Anybody can write such a mail. So only one counts that quotes the Message-ID of a notice of ours: its id is a secret between us and that
mailbox. Mails with codes do not count, for whoever asks for another's code learns its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from msgspec import Struct

from folkmoot.mail import one_line
from folkmoot.people import store_notices
from folkmoot.storage.database import Tx

LARGEST = 1 << 20  # bytes that are read of a mail
MOST = 20          # recipients that are read of a report
_KEY = re.compile(rb"<notice-([1-9][0-9]{0,18})@")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# What says that the mailbox, or its domain, is not there or shut for good: RFC 3463. All else may be another with the next mail: a full
# mailbox (5.2.2), a system in trouble (5.3), a message or a sender that is not liked (5.6, 5.7).
_GONE = frozenset({(0, 0), (1, 0), (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 0), (2, 1), (4, 4), (4, 6)})


class Return(Struct, frozen=True):
    """What is said of one recipient. gone: that mail will never reach them; why: in the other server's words; failed: that this mail has not."""

    recipient: str
    gone: bool
    why: str
    failed: bool


def notice_in(raw: bytes) -> int | None:
    """The notice whose mail has come back, as the mail quotes its Message-ID; None for a mail about nothing of ours."""
    found = _KEY.search(raw)
    return int(found.group(1)) if found else None


def read(raw: bytes) -> list[Return]:
    """What a report says of its recipients; nothing where the mail is none."""
    message = message_from_bytes(raw[:LARGEST], policy=compat32)
    blocks = [block for part in message.walk() if part.get_content_type() == "message/delivery-status" for block in _blocks(part)]
    return [made for block in blocks[:MOST] if (made := _return(block)) is not None]


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    yield from (each for each in payload if isinstance(each, Message)) if isinstance(payload, list) else ()


def _return(block: Message) -> Return | None:
    to = _value(block, "Original-Recipient") or _value(block, "Final-Recipient")
    if not to:
        return None
    status = _STATUS.search(str(block.get("Status", "")))
    failed = str(block.get("Action", "")).strip().lower() == "failed" and status is not None and status[1] == "5"
    gone = failed and status is not None and (int(status[2]), int(status[3])) in _GONE
    why = _value(block, "Diagnostic-Code") or (f"Status {status[0]}" if status else "")
    return Return(to, gone, why, failed)


def _value(block: Message, name: str) -> str:
    """A field without the kind that stands before it ("rfc822; bo@mail.example"), on one line."""
    typed, _, value = one_line(str(block.get(name, ""))).partition(";")
    return (value or typed).strip().strip("<>")


def bounced(tx: Tx, notice: int, returns: Iterable[Return], now: int) -> list[str]:
    """Sends nothing more to the mailboxes of a notice's reader that are gone, and keeps why; which they are."""
    stopped = []
    for each in returns:
        for person, mailbox in store_notices.mailboxes_of_notice(tx, notice):
            if each.gone and mailbox.lower() == each.recipient.lower() and store_notices.stop_mailbox(tx, person, mailbox, now, each.why):
                stopped.append(mailbox)
    return stopped
