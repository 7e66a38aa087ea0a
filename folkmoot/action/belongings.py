"""What of letters and talks belongs to a person: taken along, let go (the protocol is people/belongings.py)."""

from __future__ import annotations

from folkmoot.action import letters, store_letters, store_talks
from folkmoot.people.belongings import STEP, Part, Section, Words
from folkmoot.sites.keeping import Kept
from folkmoot.storage.database import Tx


def erase(tx: Tx, person: int, words: Words, now: int) -> int:
    """A step of letting go: what has not left is taken back, the text and address of every letter emptied, talks and addresses deleted."""
    rows, talks = store_letters.written_by(tx, person, STEP), store_talks.talks_of(tx, person, STEP)
    letters.let_go(tx, rows, talks, person, now)
    store_letters.unname(tx, person)
    return len(rows) + len(talks)


PART = Part("action", (
    Section("letters", lambda tx, person, after, limit: store_letters.taken_along(tx, person, after, limit)),
    Section("talks", lambda tx, person, after, limit: store_talks.taken_along(tx, person, after, limit)),
    Section("remembered_address", lambda tx, person, after, limit: store_talks.home_taken_along(tx, person, after)),
), erase)  # fmt: skip
MOVED: tuple[Kept, ...] = ()
