"""Asks a service that speaks as Akismet does whether a comment is spam (akismet.com/developers, comment-check). Off without a key.

The worker asks, after the comment stands: no writer waits, and where the service fails nothing happens to anybody. What it calls spam is
held for a moderator, never removed. It is told words, name, story and language; no address, for none is kept.

Where moderators judge otherwise it is told so (submit-spam, submit-ham), of nothing but what it was asked about: what it calls spam and they let
stand; what it let pass and they remove as advertising. A removal for any other reason says nothing about spam.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urljoin

from msgspec import Struct

from folkmoot import outbound
from folkmoot.discussion import outlet, store, store_outside, waits
from folkmoot.discussion.comments import take
from folkmoot.discussion.holding import hold_shown
from folkmoot.errors import Unavailable, say
from folkmoot.outbound import Bounds
from folkmoot.settings import Settings
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.web.words import N_, machine

RULE = "akismet"
WHY = N_("A service that knows spam from elsewhere took the comment for spam, so a moderator looks first.")
LATE = 3_600_000      # ms after which nobody asks any more
STALE = 86_400_000    # ms after a decision, from which the service is no longer told of it
ADVERTISING = "No advertising."  # the house's guideline; a site's own words for it are not known
NOWHERE = "0.0.0.0"   # the protocol wants an address; we keep none  # noqa: S104
THANKS = b"Thanks for making the web a better place."
TYPE = "application/x-www-form-urlencoded"


class Asked(Struct, frozen=True):
    """What the service is told of a comment, but for our key."""

    fields: dict[str, str]


def look(tx: Tx, told: dict[str, Any], now: int) -> Asked | None:
    """What is to be asked; None where the comment is gone, held or decided upon, or the time is over."""
    row = store.comment_row(tx, told["comment"])
    if row is None or row.state != "published" or not row.visible or now > row.posted + LATE:
        return None
    return Asked(_fields(tx, row))


def _fields(tx: Tx, row: Row) -> dict[str, str]:
    story = get_story(tx, row.story)
    site = get_site(tx, story.site)
    return {
        "blog": f"https://{site.host}/", "user_ip": NOWHERE, "permalink": story.address, "comment_type": "reply" if row.parent else "comment",
        "comment_author": row.name, "comment_content": row.text, "comment_date_gmt": machine(row.posted),
        "blog_lang": story.language or site.language, "blog_charset": "UTF-8",
    }  # fmt: skip


def ask(asked: Asked, settings: Settings, now: int) -> bool:
    """Whether the service calls it spam. Raises Unavailable where it says neither yes nor no: it is asked again later."""
    said = _say(settings.spam.akismet_url, asked.fields, settings, (b"true", b"false"))
    return said == b"true"


def _say(address: str, fields: dict[str, str], settings: Settings, known: tuple[bytes, ...]) -> bytes:
    """Sends the service a form; which of the known answers it gave. Raises Unavailable for any other."""
    body = urlencode({"api_key": settings.spam.akismet_key, **fields}).encode()
    answer = outbound.post(settings.outbound, address, body, {"Content-Type": TYPE}, Bounds(most=4_096, seconds=10))
    said = answer.body.strip()
    if not answer.fine or said not in known:
        raise Unavailable(say("The spam service answered {status}.", status=answer.status), 60, "akismet")
    return said


def remember(tx: Tx, told: dict[str, Any], spam: bool | None, now: int) -> None:
    """Remembers what it said, and holds what it called spam, unless somebody has decided meanwhile."""
    if spam is None:
        return
    row, turn = take(tx, told["comment"])  # before anything is read, so that nobody decides in between
    store_outside.put_verdict(tx, told["comment"], spam)
    last = store.last_decision(tx, told["comment"])
    if last is not None and last.made_by != "rule":
        outlet.decided(tx, told["comment"], now)  # while the service thought
    elif spam and row.state == "published" and row.visible:
        hold_shown(tx, row, turn, RULE, WHY, now)
        waits.refresh(tx, row.id)


# What moderators say to it


class Correction(Struct, frozen=True):
    """What the service is to be told of a comment. spam: what moderators say that it is."""

    fields: dict[str, str]
    spam: bool


def look_again(tx: Tx, told: dict[str, Any], now: int) -> Correction | None:
    """What the service is to learn of a comment; None where it says so already, or nobody has said whether it is spam."""
    row, verdict = store.comment_row(tx, told["comment"]), store_outside.verdict(tx, told["comment"])
    last = store.last_decision(tx, told["comment"])
    if row is None or verdict is None or last is None or not row.text or last.made_by == "rule" or now > last.at + STALE:
        return None
    spam = _judged(tx, row, verdict, last)
    known = verdict.spam if verdict.told is None else verdict.told
    return None if spam is None or spam == bool(known) else Correction(_fields(tx, row), spam)


def _judged(tx: Tx, row: Row, verdict: Row, last: Row) -> bool | None:
    """Whether moderators took a comment for spam; None where their decision says nothing about that."""
    if row.state == "published" and last.deed in ("release", "restore"):
        return False
    advertising = verdict.spam or last.guideline == ADVERTISING or store_outside.was_advertising(tx, row.id)
    return True if row.state == "removed" and last.deed == "remove" and advertising else None


def correct(correction: Correction, settings: Settings, now: int) -> bool | None:
    """Tells the service; what it was told, None where it is switched off meanwhile. Raises Unavailable where it does not take it."""
    if not settings.spam.akismet_key:
        return None
    path = "submit-spam" if correction.spam else "submit-ham"
    _say(urljoin(settings.spam.akismet_url, path), correction.fields, settings, (THANKS,))
    return correction.spam


def remember_told(tx: Tx, told: dict[str, Any], spam: bool | None, now: int) -> None:
    if spam is not None:
        store_outside.set_told(tx, told["comment"], spam)
