"""What of letters and talks belongs to a person: taken along, let go (the protocol is people/belongings.py).

And what of actions, letters and talks stands under a story: it goes along where that is merged into another (sites/keeping.py).
"""

from __future__ import annotations

from folkmoot.action import chats, letters, store_chats, store_letters, store_moving, store_talks
from folkmoot.people.belongings import STEP, Part, Section, Words
from folkmoot.sites.keeping import Kept, kept
from folkmoot.storage.database import Tx


def erase(tx: Tx, person: int, words: Words, now: int) -> int:
    """A step of letting go: what has not left is taken back, the text and address of every letter emptied, talks and addresses deleted."""
    rows, talks = store_letters.written_by(tx, person, STEP), store_talks.talks_of(tx, person, STEP)
    letters.let_go(tx, rows, talks, person, now)
    chats.let_go(tx, [*letters.owners_of(rows, talks), *store_chats.owners_of(tx, person)])
    store_letters.unname(tx, person)
    return len(rows) + len(talks)


def _kept(table: str) -> Kept:
    """Rows of a table go along: an action's card then stands in the other story's page, a letter and a talk are about that story."""

    def moved(tx: Tx, ids: list[int], from_: int, to: int, now: int) -> None:
        store_moving.move(tx, table, ids, to)

    return kept(table, lambda tx, from_, to, limit: store_moving.under(tx, table, from_, limit), moved)


PART = Part("action", (
    Section("letters", lambda tx, person, after, limit: store_letters.taken_along(tx, person, after, limit)),
    Section("talks", lambda tx, person, after, limit: store_talks.taken_along(tx, person, after, limit)),
    Section("said_to_the_newsroom", lambda tx, person, after, limit: store_talks.requests_taken_along(tx, person, after, limit)),
    Section("remembered_address", lambda tx, person, after, limit: store_talks.home_taken_along(tx, person, after)),
), erase, letters.forget_mailbox)  # fmt: skip
MOVED: tuple[Kept, ...] = tuple(map(_kept, store_moving.TABLES))
