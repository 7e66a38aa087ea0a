"""What the worker does for the guide and letters, joined: who looks up officials, and how a writer is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from folkmoot.action import chats, delivering, letters, representatives, store_actions, talks
from folkmoot.action.channels import CHATS
from folkmoot.people import notices
from folkmoot.settings import Settings
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Database, Row, Tx

MINUTE, HOUR = 60_000, 3_600_000
# What a state is told as by the door of notices; the others are seen on the page alone.
NOTICES = {
    "held": "letter_held", "stale": "letter_stale", "ready": "letter_waits", "unknown": "letter_unknown", "failed": "letter_failed",
    "refused": "letter_failed",
    "handed_over": "letter_handed_over",
}  # fmt: skip


def tell(tx: Tx, row: Row, now: int, settings: Settings | None = None) -> None:
    """Tells a letter's writer what became of it: in their chat where they have one, and by the door of notices where they are proven."""
    maker, funder = _makers(tx, row)
    if settings is not None:
        chats.tell_writer(tx, row, now, settings, CHATS, maker, funder)
    asked = row.reminded is not None and row.state in ("handed_over", "accepted", "confirmed", "posted")
    kind = "letter_asks" if asked else NOTICES.get(row.state)
    if row.person is None or kind is None:
        return
    to = letters.recipient_of(row)
    (trail,) = letters.trails(tx, [row])
    values = {"to": to.name or to.office, "why": trail.why, "words": row.body, "story": get_story(tx, row.story).title if row.story else ""}
    values |= {"maker": maker, "funder": funder}
    notices.tell(
        tx, row.person, kind, values, key=f"letter-{row.id}-{kind}", now=now, site=row.site, opens="/guide#letters", thread=f"letter-{row.id}"
    )


def _makers(tx: Tx, row: Row) -> tuple[str, str]:
    """Who made and who paid for the action that a letter was written for; ("", "") where it was written for none."""
    found = store_actions.action_by_id(tx, row.action) if row.action else None
    return (found.draft.maker, found.draft.funder) if found else ("", "")


def deliver(db: Database, payload: dict[str, object], settings: Settings, now: int) -> None:
    delivering.deliver(
        db, payload, settings, now, in_office=representatives.in_office, cause=representatives.cause_of, tell=partial(tell, settings=settings)
    )


def set_paper(db: Database, payload: dict[str, object], settings: Settings, now: int) -> None:
    delivering.set_paper(db, payload, settings, now, cause=representatives.cause_of)


def send_chat(db: Database, payload: dict[str, object], settings: Settings, now: int) -> None:
    chats.send_next(db, payload, settings, now, CHATS)


def ask_for_answers(tx: Tx, now: int) -> int:
    return delivering.ask_for_answers(tx, now, tell=tell)


HANDLERS: dict[str, Callable[[Database, dict[str, object], Settings, int], None]] = {
    letters.KIND: deliver, letters.PAPER: set_paper, chats.KIND: send_chat,
}  # fmt: skip
DUTIES: dict[str, tuple[int, Callable[[Tx, int], int]]] = {
    "letters_time_out": (MINUTE, letters.time_out),
    "letters_scrub": (HOUR, letters.scrub),
    "letters_ask": (HOUR, ask_for_answers),
    "forget_talks": (HOUR, talks.forget),
    "forget_texters": (HOUR, talks.forget_texters),
    "forget_chats": (HOUR, chats.forget),
}
