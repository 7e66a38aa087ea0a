"""Held letters, and who would like a person, at the desk. A letter's text is not shown there: reading it is a deed of its own (held_page)."""

from __future__ import annotations

from typing import Any

from folkmoot.action import letters, store_letters, store_talks
from folkmoot.errors import Invalid, NotFound, known, say
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.people.waiting import Because, Choice, Order, Place, Source, Waits, Why, place_of
from folkmoot.storage.database import Row, Tx
from folkmoot.web.words import N_

LETTER = 300   # expected harm of a letter that reads like a threat, in hundredths of a doubtful comment
REQUEST = 40
RELEASE = Choice("release", N_("Let it go"), "R")
REFUSE = Choice("refuse", N_("Do not send it"), "X", "danger", True)
DONE = Choice("done", N_("Seen to"), "R")


def _page(found: list[Waits], order: Order, after: Place | None, limit: int) -> list[Waits]:
    listed = sorted((item for item in found if after is None or place_of(item, order) > after), key=lambda item: place_of(item, order))
    return listed[:limit]


# ── Letters ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _letter(tx: Tx, row: Row) -> Waits:
    to = letters.recipient_of(row)
    why = store_letters.last_whys(tx, [row.id])[row.id] or N_("Somebody asked for a look.")
    return Waits(
        kind="letter", id=row.id, site=row.site, since=row.since, weight=LETTER, name=say("A letter to {name}", name=to.name or to.office),
        snippet=known(N_("Its text is not shown here. Who reads it is written down, and its writer is told.")), why=(Why(why),), story=row.story,
        address=f"/guide/held/{row.id}",
    )  # fmt: skip


def letters_waiting(tx: Tx, site: int, order: Order, after: Place | None, limit: int) -> list[Waits]:
    return _page([_letter(tx, row) for row in letters.waiting(tx, site, 500)], order, after, limit)


def find_letter(tx: Tx, letter: int) -> Waits | None:
    row = store_letters.letter_row(tx, letter)
    return _letter(tx, row) if row is not None and row.state == "held" else None


def letter_choices(tx: Tx, actor: Actor, letter: int) -> tuple[Choice, ...]:
    row = letters.get_letter(tx, letter)
    return (RELEASE, REFUSE) if row.state == "held" and may(actor, "see_held", row.site) else ()


def decide_letter(tx: Tx, actor: Actor, letter: int, deed: str, because: Because, now: int) -> None:
    letters.decide(tx, actor, letter, deed, because.reason or because.guideline, now)


# ── Requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _request(row: Row) -> Waits:
    named = N_("Somebody would like a person") if row.kind == "person" else N_("A word about the guide")
    return Waits(kind="talk", id=row.id, site=row.site, since=row.at, weight=REQUEST, name=known(named), snippet=row.words, why=(Why(named),))


def requests_waiting(tx: Tx, site: int, order: Order, after: Place | None, limit: int) -> list[Waits]:
    return _page([_request(row) for row in store_talks.requests(tx, site, 500)], order, after, limit)


def find_request(tx: Tx, request: int) -> Waits | None:
    row = store_talks.request_by_id(tx, request)
    return _request(row) if row is not None and row.done is None else None


def request_choices(tx: Tx, actor: Actor, request: int) -> tuple[Choice, ...]:
    row = store_talks.request_by_id(tx, request)
    return (DONE,) if row is not None and row.done is None and may(actor, "see_held", row.site) else ()


def decide_request(tx: Tx, actor: Actor, request: int, deed: str, because: Because, now: int) -> None:
    row = store_talks.request_by_id(tx, request)
    if row is None:
        raise NotFound(N_("There is no such request."), "no_such_request")
    letters.require_reader(actor, row.site)
    if deed != "done":
        raise Invalid(N_("This does not fit here any more. Look again, then decide."), "bad_decision", "do")
    store_talks.end_request(tx, request, actor.id, now)


def reach_of(tx: Tx, actor: Actor, request: int, now: int) -> dict[str, Any]:
    """Where somebody can be answered, for the desk: the channel, never the address."""
    row = store_talks.request_by_id(tx, request)
    talk = store_talks.talk_by_id(tx, row.talk) if row else None
    return {"channel": talk.channel if talk else "", "person": talk.person if talk else None}


LETTERS = Source(
    kind="letter", label=N_("Letters"), sees="see_held", waiting=letters_waiting, find=find_letter, choices=letter_choices, decide=decide_letter,
)  # fmt: skip
REQUESTS = Source(
    kind="talk", label=N_("Requests to the guide"), sees="see_held", waiting=requests_waiting, find=find_request, choices=request_choices,
    decide=decide_request, show=reach_of,
)  # fmt: skip
SOURCES = (LETTERS, REQUESTS)
