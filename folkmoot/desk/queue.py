"""The verbs of the queue: what waits on a site, who has it in hand, and how it is decided: by the verb of whose it is.

Every source reads by an index of its own and gives no more than is asked for, so a queue of a hundred thousand opens as quickly as
one of ten. Nothing is counted beyond what is shown.
"""

from __future__ import annotations

from heapq import merge
from itertools import islice

from msgspec import Struct

from folkmoot.desk import store
from folkmoot.desk.sources import SOURCES, source_of
from folkmoot.discussion import waits
from folkmoot.errors import Conflict, NotAllowed, NotFound, NotSignedIn, say
from folkmoot.people.accounts import get_person
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.people.waiting import Because, Choice, Order, Place, Source, Waits, place_of
from folkmoot.sites.model import Site, Story
from folkmoot.sites.store import all_sites
from folkmoot.storage.database import Tx

CLAIM = 10 * 60_000
UNDO = 10_000  # ms for which the desk offers to take a decision back; later it is found in the log
PAGE = 30


class Line(Struct, frozen=True):
    """An item in the queue. holder: who else has it in hand, None where nobody does."""

    item: Waits
    holder: str | None


class Queue(Struct, frozen=True):
    """A page of the queue. more: where the next page begins; None at its end."""

    site: Site
    order: Order
    lines: tuple[Line, ...]
    more: Place | None


class Hand(Struct, frozen=True):
    """The item in hand. holder: who else has it; mine: until when this person has it (UTC ms)."""

    item: Waits
    choices: tuple[Choice, ...]
    template: str
    shown: dict[str, object]
    holder: str | None
    mine: int | None


class Settled(Struct, frozen=True):
    """What was decided. number: by which it is undone, None where it cannot be."""

    kind: str
    id: int
    number: int | None
    name: str


def sees_any(actor: Actor, site: int) -> bool:
    """Whether somebody may see at least one kind of what waits on a site."""
    return any(may(actor, source.sees, site) for source in SOURCES)


def desks(tx: Tx, actor: Actor) -> list[Site]:
    """The sites at whose desk somebody may sit. Raises NotSignedIn, NotAllowed where there is none."""
    if actor.person is None:
        raise NotSignedIn("The desk is for the newsroom’s moderators. Sign in first.", "not_signed_in")
    found = [site for site in all_sites(tx) if sees_any(actor, site.id)]
    if not found:
        raise NotAllowed("The desk is for the newsroom’s moderators.", "not_staff")
    return found


def desk_of(tx: Tx, actor: Actor, site: int | None) -> Site:
    """The desk that is asked for, else the first. Raises NotAllowed for one where this person has no place."""
    found = desks(tx, actor)
    wanted = next((each for each in found if each.id == site), None) if site else found[0]
    if wanted is None:
        raise NotAllowed("The desk is for the newsroom’s moderators.", "not_staff")
    return wanted


def waiting(tx: Tx, actor: Actor, site: Site, order: Order, after: Place | None, limit: int, now: int) -> Queue:
    """What waits on a site for this person, in an order, behind a place."""
    heads = [source.waiting(tx, site.id, order, after, limit + 1) for source in SOURCES if may(actor, source.sees, site.id)]
    items = list(islice(merge(*heads, key=lambda item: place_of(item, order)), limit + 1))
    claims = store.claims_on(tx, [(item.kind, item.id) for item in items[:limit]], now)
    lines = tuple(Line(item, _holder(tx, actor, claims.get((item.kind, item.id)))) for item in items[:limit])
    return Queue(site, order, lines, place_of(items[limit - 1], order) if len(items) > limit else None)


def under_story(tx: Tx, actor: Actor, story: Story, limit: int) -> list[Waits]:
    """The comments that wait under a story, the oldest first. Raises NotAllowed for who does not moderate its site."""
    if not may(actor, "see_held", story.site):
        raise NotAllowed("Only moderators see what waits.", "not_staff")
    return waits.under_story(tx, story.id, limit)


def _holder(tx: Tx, actor: Actor, claim: object | None) -> str | None:
    person = getattr(claim, "person", None)
    return get_person(tx, person).name if person is not None and person != actor.id else None


def hand(tx: Tx, actor: Actor, kind: str, item: int, now: int) -> Hand:
    """An item in full, with the verbs that fit. Raises NotFound when it waits no longer, or this person may not see it."""
    source, found = look(tx, actor, kind, item)
    claim = store.claims_on(tx, [(kind, item)], now).get((kind, item))
    mine = claim.until if claim is not None and claim.person == actor.id else None
    shown = dict(source.show(tx, actor, item, now)) if source.show else {}
    return Hand(found, source.choices(tx, actor, item), source.template, shown, _holder(tx, actor, claim), mine)


def look(tx: Tx, actor: Actor, kind: str, item: int) -> tuple[Source, Waits]:
    """An item that waits and its source. Raises NotFound, also for who may not see it."""
    source = source_of(kind)
    found = source.find(tx, item)
    if found is None or not may(actor, source.sees, found.site):
        raise NotFound("This waits no longer, or it is not for you to see.", "not_waiting")
    return source, found


def claim(tx: Tx, actor: Actor, kind: str, item: int, now: int) -> int:
    """Takes an item in hand for ten minutes; until when. Raises Conflict where somebody else has it."""
    look(tx, actor, kind, item)
    _require_free(tx, actor, kind, item, now)
    return now + CLAIM


def _require_free(tx: Tx, actor: Actor, kind: str, item: int, now: int) -> None:
    if actor.id is None:
        return  # the command line has no hands
    other = store.claim(tx, kind, item, actor.id, now + CLAIM, now)
    if other is not None:
        raise Conflict(say("{name} has this in hand. Take another, or wait ten minutes.", name=get_person(tx, other).name), "claimed")


def give_back(tx: Tx, actor: Actor, kind: str, item: int, now: int) -> None:
    """Puts an item back, for others."""
    look(tx, actor, kind, item)
    _require_free(tx, actor, kind, item, now)
    store.end_claim(tx, kind, item)


def decide(tx: Tx, actor: Actor, kind: str, item: int, deed: str, because: Because, now: int) -> Settled:
    """Decides an item by the verb of whose it is. Raises what that raises, and Conflict where somebody else has it in hand."""
    source, found = look(tx, actor, kind, item)
    _require_free(tx, actor, kind, item, now)
    number = source.decide(tx, actor, item, deed, because, now)
    store.end_claim(tx, kind, item)
    return Settled(kind, item, number if source.undo else None, found.name)


def decide_all(tx: Tx, actor: Actor, items: list[tuple[str, int]], deed: str, because: Because, now: int) -> list[Settled]:
    """Decides several alike, all of them or none."""
    return [decide(tx, actor, kind, item, deed, because, now) for kind, item in items]


def undo(tx: Tx, actor: Actor, kind: str, number: int, now: int) -> None:
    """Takes a decision back, by its opposite. Raises what its verb raises."""
    source = source_of(kind)
    if source.undo is None:
        raise NotFound("This cannot be taken back here. Decide anew.", "no_undo")
    source.undo(tx, actor, number, now)


def forget_claims(tx: Tx, now: int) -> int:
    """Deletes claims that have ended. The worker repeats it."""
    return store.forget_claims(tx, now, 500)
