"""The opinion map of a story: statements that an editor puts to readers, what readers say to them, and the map as it was last drawn.

Drawn by the worker (reckoning.py) from the votes on comments and statements; here it is kept, and told so that nobody can be made out:
a group under five has neither number nor votes, and nobody's own votes are ever told.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, say
from folkmoot.notes import store_maps
from folkmoot.notes.model import SMALL_GROUP
from folkmoot.notes.notes import require_proven
from folkmoot.notes.rules import statement as refused
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

MOVED = "note_opinions"  # the job that draws a story's map anew
SOON = 60_000
MAX_OPEN = 30  # statements put to a story's readers at a time


class Share(Struct, frozen=True):
    """How a group voted on a statement: of `voted`, so many agree."""

    agree: int
    disagree: int
    voted: int


class Said(Struct, frozen=True):
    """A statement of the map. kind: comment or statement; shares: one per group, in the groups' order."""

    id: str
    kind: str
    text: str
    shares: list[Share]


class Group(Struct, frozen=True):
    """A group that is really there. id stays the same from one map to the next."""

    id: int
    size: int


class MapAnswer(Struct, frozen=True):
    """A story's opinion map. people: on the map; separate: whether there are groups; why: what was found, in words.

    agreed: what all groups accept, the most accepted first; divides: what parts them. places: x and y of everybody, and their group.
    """

    people: int
    separate: bool
    why: str   # one word for how it was decided (opinions.py); `explain` has the sentence
    groups: list[Group] = []
    agreed: list[Said] = []
    divides: list[Said] = []
    places: list[tuple[float, float, int | None]] = []
    drawn: int = 0


def map_answer(tx: Tx, story: int) -> MapAnswer:
    """The map as everybody may see it. Raises NotFound where none has been drawn."""
    found = store_maps.map_of(tx, story)
    if found is None:
        raise NotFound("There is no opinion map of this story yet. It is drawn once enough readers have voted.", "no_map")
    return msgspec.json.decode(found.told, type=MapAnswer)


_WHY = {
    "small": N_("No groups: no part of the readers is both large enough and apart."),
    "shuffled": N_("No groups: readers agree with each other no more than by chance."),
    "cloud": N_("No groups: opinions differ by degrees, there are no gaps between them."),
    "unstable": N_("No groups: those that seem to be there do not come back when some readers and votes are left out."),
}


def explain(told: MapAnswer) -> str:
    """Whether there are groups, and how that was decided, in a sentence of the catalogues."""
    if told.separate:
        alone = told.people - sum(group.size for group in told.groups)
        if not alone:
            return say("{number} groups are really there.", number=len(told.groups))
        return say("{number} groups are really there; {alone} readers belong to none.", number=len(told.groups), alone=alone)
    return _WHY.get(told.why, N_("Too few have voted to say whether there are groups."))


def has_map(tx: Tx, story: int) -> bool:
    return store_maps.map_of(tx, story) is not None


def own_place(tx: Tx, actor: Actor, story: int) -> tuple[float, float, int | None] | None:
    """Where this person was drawn; None where they are not on the map."""
    found = store_maps.place_of(tx, story, actor.person.id) if actor.person else None
    return (found.x, found.y, found.party) if found else None


def hide_small(told: MapAnswer) -> MapAnswer:
    """The map without any group under SMALL_GROUP: its people are drawn as belonging to none, its votes are not told."""
    small = {group.id for group in told.groups if group.size < SMALL_GROUP}
    kept = [number for number, group in enumerate(told.groups) if group.id not in small]

    def without(said: Said) -> Said:
        shares = [said.shares[number] for number in kept] if told.groups else said.shares
        return Said(said.id, said.kind, said.text, [share if share.voted >= SMALL_GROUP else Share(0, 0, 0) for share in shares])

    groups = [told.groups[number] for number in kept]
    return msgspec.structs.replace(
        told, groups=groups, separate=told.separate and len(groups) > 1, agreed=[without(each) for each in told.agreed],
        divides=[without(each) for each in told.divides], places=[(x, y, None if party in small else party) for x, y, party in told.places],
    )  # fmt: skip


def put_statement(tx: Tx, actor: Actor, story: int, text: str, now: int) -> int:
    """Puts a statement to a story's readers; its id. Raises NotAllowed for who is no editor there, Invalid, Conflict where there are many."""
    _require_editor(actor, get_story(tx, story).site)
    words = " ".join(text.split())
    wrong = refused(words)
    if wrong:
        raise Invalid(wrong, "bad_statement", "text")
    tx.hold(story)
    asked = [row for row in store_maps.statements_of(tx, story) if row.ended is None]
    if any(row.text.casefold() == words.casefold() for row in asked):
        raise Conflict("This statement is put to the readers already.", "same_statement")
    if len(asked) >= MAX_OPEN:
        raise Conflict("There are many statements here already. End one before you put another.", "many_statements")
    statement = new_id(now)
    store_maps.insert_statement(tx, statement, get_story(tx, story).site, story, words, actor.id, now)
    tx.bump(story)
    return statement


def end_statement(tx: Tx, actor: Actor, statement: int, now: int) -> None:
    """Asks readers no more. What they said stays on the map."""
    found = store_maps.statement_by_id(tx, statement)
    if found is None:
        raise NotFound("There is no such statement.", "no_such_statement")
    _require_editor(actor, get_story(tx, found.story).site)
    tx.hold(found.story)
    if not store_maps.end_statement(tx, statement, now):
        raise Conflict("This statement has ended already.", "no_change")
    tx.bump(found.story)


def give_opinion(tx: Tx, actor: Actor, statement: int, value: int, now: int) -> int:
    """Agrees (1), disagrees (-1) or passes (0); given again, the later one holds. Gives the story."""
    person = require_proven(actor)
    if value not in (1, 0, -1):
        raise Invalid("An opinion is 1, 0 or -1.", "bad_opinion", "value")
    found = store_maps.statement_by_id(tx, statement)
    if found is None:
        raise NotFound("There is no such statement.", "no_such_statement")
    if found.ended is not None:
        raise Conflict("This statement is not put to readers any more.", "ended")
    store_maps.put_opinion(tx, statement, person.id, value, now)
    jobs.put(tx, MOVED, {"story": found.story}, now, run_after=now + SOON, key=f"{MOVED}:{found.story}")
    story: int = found.story
    return story


def _require_editor(actor: Actor, site: int) -> None:
    if not may(actor, "judge_notes", site):
        raise NotAllowed("Only this site’s editors put statements to its readers.", "not_staff")
