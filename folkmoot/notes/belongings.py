"""What of notes belongs to a person: shown to them, taken along, let go (the protocol is people/belongings.py)."""

from __future__ import annotations

from folkmoot.notes import store, store_belongings
from folkmoot.people.belongings import STEP, Part, Section, Words
from folkmoot.sites.keeping import Kept
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id


def erase(tx: Tx, person: int, words: Words, now: int) -> int:
    """A step of letting go: their name on every note; their ratings, opinions and places; their words, where these are to go too.

    A correction that the newsroom has made stays, without their name: it is the newsroom's own word by then.
    """
    store_belongings.forget_traces(tx, person)
    some = store_belongings.notes_named(tx, person, STEP)
    for row in some:
        tx.hold(row.story)
        if words == "go" and row.ruling not in ("accepted", "clarified"):
            store.set_state(tx, row.id, "withdrawn")
            store.scrub_revisions(tx, row.id)
            store.insert_decision(tx, new_id(now), row.id, "scrub", None, "rule", now, rule="erased")
        store_belongings.unname(tx, row.id)
        tx.bump(row.story)
    return len(some)


def _section(name: str) -> Section:
    return Section(name, lambda tx, person, after, limit: store_belongings.rows(tx, name, person, after, limit))


PART = Part("notes", tuple(_section(name) for name in store_belongings.SECTIONS), erase)
MOVED: tuple[Kept, ...] = ()
