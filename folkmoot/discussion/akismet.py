"""Asks a service that speaks as Akismet does whether a comment is spam (akismet.com/developers, comment-check). Off without a key.

The worker asks, after the comment stands: no writer waits, and where the service fails nothing happens to anybody. What it calls spam is
held for a moderator, never removed. It is told words, name, story and language; no address, for none is kept.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from folkmoot import outbound
from folkmoot.discussion import store, waits
from folkmoot.discussion.comments import take
from folkmoot.discussion.holding import hold_shown
from folkmoot.errors import Unavailable, say
from folkmoot.outbound import Bounds
from folkmoot.settings import Settings
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.words import N_, machine

RULE = "akismet"
WHY = N_("A service that knows spam from elsewhere took the comment for spam, so a moderator looks first.")
LATE = 3_600_000      # ms after which nobody asks any more
NOWHERE = "0.0.0.0"   # the protocol wants an address; we keep none  # noqa: S104
TYPE = "application/x-www-form-urlencoded"


class Asked(Struct, frozen=True):
    """What the service is told of a comment, but for our key."""

    fields: dict[str, str]


def look(tx: Tx, told: dict[str, Any], now: int) -> Asked | None:
    """What is to be asked; None where the comment is gone, held or decided upon, or the time is over."""
    row = store.comment_row(tx, told["comment"])
    if row is None or row.state != "published" or not row.visible or now > row.posted + LATE:
        return None
    story = get_story(tx, row.story)
    site = get_site(tx, story.site)
    return Asked({
        "blog": f"https://{site.host}/", "user_ip": NOWHERE, "permalink": story.address, "comment_type": "reply" if row.parent else "comment",
        "comment_author": row.name, "comment_content": row.text, "comment_date_gmt": machine(row.posted),
        "blog_lang": story.language or site.language, "blog_charset": "UTF-8",
    })  # fmt: skip


def ask(asked: Asked, settings: Settings, now: int) -> bool:
    """Whether the service calls it spam. Raises Unavailable where it says neither yes nor no: it is asked again later."""
    body = urlencode({"api_key": settings.spam.akismet_key, **asked.fields}).encode()
    answer = outbound.post(settings.outbound, settings.spam.akismet_url, body, {"Content-Type": TYPE}, Bounds(most=4_096, seconds=10))
    said = answer.body.strip()
    if not answer.fine or said not in (b"true", b"false"):
        raise Unavailable(say("The spam service answered {status}.", status=answer.status), 60, "akismet")
    return said == b"true"


def remember(tx: Tx, told: dict[str, Any], spam: bool | None, now: int) -> None:
    """Holds what was called spam, unless somebody has decided meanwhile."""
    if not spam:
        return
    row, turn = take(tx, told["comment"])
    last = store.last_decision(tx, row.id)
    if row.state == "published" and row.visible and (last is None or last.person is None):
        hold_shown(tx, row, turn, RULE, WHY, now)
        waits.refresh(tx, row.id)
