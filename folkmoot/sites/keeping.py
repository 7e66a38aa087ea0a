"""What is kept under a story goes along when the story is merged into another, and back when they are parted.

A room that keeps something under stories says so in its own belongings.py, as MOVED, a `Kept` for each kind of row; desk/merging.py lists
them. A step moves at most STEP rows and may be done again at any time: where the rows stand says what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from folkmoot.sites import store_merging as store
from folkmoot.storage.database import Tx

STEP = 400
MOST_COUNTED = 10_000  # of a kind, when somebody asks beforehand what would go along
Moved = Callable[[Tx, int, int, int], int]  # (tx, from, to, now) -> how many rows moved; 0: nothing is left


class Kept(Struct, frozen=True):
    """One kind of what a room keeps under stories. go: a step from a story to the one it was merged into. back: a step from there back.

    count: (tx, from, to) -> how many would go, at most MOST_COUNTED.
    """

    name: str
    go: Moved
    back: Moved
    count: Callable[[Tx, int, int], int]


def kept(name: str, under: Callable[[Tx, int, int, int], list[int]], moved: Callable[[Tx, list[int], int, int, int], object]) -> Kept:
    """The ordinary kind: rows with ids, of which is remembered here where they came from.

    under: (tx, from, to, limit) -> ids of rows that stand under one story and can stand under the other; those that cannot (the same is there
    already) are left out. moved: (tx, ids, from, to, now) puts them there, and makes anew or forgets what was derived of either.
    """

    def go(tx: Tx, from_: int, to: int, now: int) -> int:
        hold_both(tx, from_, to)
        ids = under(tx, from_, to, STEP)
        if ids:
            _move(tx, ids, from_, to, now)
            store.remember_moved(tx, from_, name, ids)
        return len(ids)

    def back(tx: Tx, from_: int, to: int, now: int) -> int:
        hold_both(tx, from_, to)
        ids = store.moved_from(tx, to, name, STEP)
        if ids:
            _move(tx, ids, from_, to, now)
            store.forget_moved(tx, to, name, ids)
        return len(ids)

    def _move(tx: Tx, ids: list[int], from_: int, to: int, now: int) -> None:
        moved(tx, ids, from_, to, now)
        tx.bump(from_)
        tx.bump(to)

    return Kept(name, go, back, lambda tx, from_, to: len(under(tx, from_, to, MOST_COUNTED)))


def hold_both(tx: Tx, one: int, other: int) -> int:
    """Keeps others from writing to either story, always in the same order; gives the turn of the latter."""
    turns = {story: tx.hold(story) for story in sorted((one, other))}
    return turns[other]
