"""Comments go from one story to another, and back again, in short steps between which others read and write.

A step moves comments with all that hangs on them and says under which story they were posted. Who answers a moved comment meanwhile
answers it where it stands; when the two are parted, answers go along with what they answer.
"""

from __future__ import annotations

from folkmoot.discussion import store_beside
from folkmoot.discussion import store_joining as store
from folkmoot.discussion.store_imports import add_to_thread
from folkmoot.sites.keeping import MOST_COUNTED, STEP, hold_both
from folkmoot.storage.database import Row, Tx


def go(tx: Tx, from_: int, to: int, now: int) -> int:
    """A step from a story to the one that it was merged into; how many comments moved."""
    turn = hold_both(tx, from_, to)
    return _move(tx, store.under(tx, from_, STEP), from_, to, from_, turn)


def back(tx: Tx, from_: int, to: int, now: int) -> int:
    """A step back: what was posted there first, then what answers that."""
    turn = hold_both(tx, from_, to)
    rows = store.posted_under(tx, from_, to, STEP) or store.answering(tx, from_, to, STEP)
    return _move(tx, rows, from_, to, None, turn)


def count(tx: Tx, from_: int, to: int) -> int:
    """How many comments would go."""
    return min(store.standing(tx, from_), MOST_COUNTED)


def _move(tx: Tx, rows: list[Row], from_: int, to: int, said: int | None, turn: int) -> int:
    """said: under which story they were posted, None for the one they go to."""
    if not rows:
        return 0
    store.move(tx, [row.id for row in rows], to, said, turn)
    live = sum(bool(row.visible) and row.state == "published" for row in rows)
    votes = sum(row.up + row.down for row in rows)
    add_to_thread(tx, from_, -live, -votes)
    add_to_thread(tx, to, live, votes)
    _take_pin_along(tx, {row.id for row in rows}, from_, to)
    tx.bump(from_)
    tx.bump(to)
    return len(rows)


def _take_pin_along(tx: Tx, moved: set[int], from_: int, to: int) -> None:
    """What stood above the thread that it leaves stands above the one it comes to, unless something does already."""
    pinned = store_beside.pinned_in(tx, from_)
    if pinned not in moved:
        return
    store_beside.set_pinned(tx, from_, None)
    if store_beside.pinned_in(tx, to) is None:
        store_beside.set_pinned(tx, to, pinned)
