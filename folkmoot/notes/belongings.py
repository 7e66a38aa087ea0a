"""What of notes belongs to a person: shown to them, taken along, let go (the protocol is people/belongings.py)."""

from __future__ import annotations

from folkmoot.notes import maps, store, store_belongings, store_moving
from folkmoot.notes.model import MINUTE
from folkmoot.people.belongings import STEP, Part, Section, Words
from folkmoot.sites.keeping import Kept, kept
from folkmoot.storage import changes, jobs
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id


def erase(tx: Tx, person: int, words: Words, now: int) -> int:
    """A step of letting go: their name on every note; their ratings, opinions and places; their words, where these are to go too.

    A correction that the newsroom has made stays, without their name: it is the newsroom's own word by then.
    """
    store_belongings.forget_traces(tx, person)
    if words == "go":
        store_belongings.forget_finds(tx, person)
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


def _kept(table: str) -> Kept:
    """Rows of a table go along. The maps of both stories are drawn anew, from the votes that stand under each then."""

    def moved(tx: Tx, ids: list[int], from_: int, to: int, now: int) -> None:
        store_moving.move(tx, table, ids, to)
        for story in (from_, to) if table in ("note_vote", "note_statement") else ():
            store_moving.forget_map(tx, story)
            jobs.put(tx, changes.VOTED, {"story": story}, now, key=f"{changes.VOTED}:{story}")
            jobs.put(tx, maps.MOVED, {"story": story}, now, run_after=now + MINUTE, key=f"{maps.MOVED}:{story}")

    return kept(table, lambda tx, from_, to, limit: store_moving.under(tx, table, from_, limit), moved)


PART = Part("notes", tuple(_section(name) for name in store_belongings.SECTIONS), erase)
MOVED: tuple[Kept, ...] = tuple(map(_kept, store_moving.TABLES))
