"""What of letters and talks belongs to a person: taken along, let go (the protocol is people/belongings.py)."""

from __future__ import annotations

from folkmoot.action import letters, store_letters, store_talks
from folkmoot.people.belongings import STEP, Part, Section, Words
from folkmoot.storage.database import Tx


def erase(tx: Tx, person: int, words: Words, now: int) -> int:
    """A step of letting go: what has not left is taken back, the text and address of every letter emptied, talks and the address deleted."""
    rows = store_letters.written_by(tx, person, STEP)
    for row in rows:
        if (row.state, "take_back") in letters.TRANSITIONS:
            letters.move(tx, row, "take_back", now, "writer", person)
    store_letters.scrub(tx, [row.id for row in rows], now)
    store_letters.unname(tx, person)
    store_talks.delete_homes(tx, [f"person:{person}"])
    return len(rows) + store_talks.delete_talks_of(tx, person, STEP)


PART = Part("action", (
    Section("letters", lambda tx, person, after, limit: store_letters.taken_along(tx, person, after, limit)),
    Section("talks", lambda tx, person, after, limit: store_talks.taken_along(tx, person, after, limit)),
    Section("remembered_address", lambda tx, person, after, limit: store_talks.home_taken_along(tx, person, after)),
), erase)  # fmt: skip
