"""Pages of a thread: the first N roots in an order with some of their replies, and "more" by cursor at every level.

Nothing here loads a whole thread. A page costs one read for the roots and one batch of reads per level, each of which
walks an index and stops. A cursor holds the place of the last row shown and the turn (storage: Tx.hold) at which its page was read:
the next page gives the rows below that place and, before them, those that have moved to or above it since, so that every
comment that stays visible is met, whatever votes do meanwhile.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from folkmoot.discussion import store_pages
from folkmoot.discussion.model import Branch, Comment, Page
from folkmoot.discussion.threads import NEVER_MOVED, ORDERS, Cursor, arrange, decode_cursor, effective, encode_cursor, order_named
from folkmoot.errors import NotFound
from folkmoot.storage.database import Row, Tx

ROOTS = 20             # roots on a page, where nobody asks for another number
REPLIES = 5            # replies shown under one parent
LEVELS = 6             # levels shown below each other; deeper ones continue on a page of their own
BUDGET = 160           # comments on a page in all: past it, replies wait behind "more"
ABOVE = 5              # ancestors that a permalink's page shows
WHOLE_STEP = 500       # comments fetched at a time where a whole thread is written to a file


class _Reader:
    """Reads one page. Holds what every step needs: the transaction, the story, the order, the version."""

    def __init__(self, tx: Tx, story: int, order: str, sorted_by: str, replies: int) -> None:
        self.tx = tx
        self.story = story
        self.order = order
        self.sorted_by = sorted_by
        self.replies = replies
        self.version, self.turn = store_pages.version_of(tx, story)

    def cursor(self, row: Row | None, parent: int) -> str:
        """The place of a row (None: before the first)."""
        key = tuple(getattr(row, column) for column in ORDERS[self.sorted_by].columns) if row is not None else ()
        return encode_cursor(Cursor(self.order, self.sorted_by, parent, key, self.turn, NEVER_MOVED))

    def siblings(self, parent: int, limit: int, after: Cursor | None) -> tuple[list[Row], str | None]:
        """The rows of one list from a place on, and the cursor at which it goes on."""
        if after is None or not after.key:
            rows = store_pages.first_rows(self.tx, ORDERS[self.sorted_by], self.story, [parent], limit + 1)[0]
            return rows[:limit], self.cursor(rows[limit - 1], parent) if len(rows) > limit else None
        order = ORDERS[self.sorted_by]
        limited = order, self.story, parent, after.key
        moved = store_pages.moved_rows(self.tx, *limited, after.turn, after.moved_id, limit + 1) if order.moves else []
        rows = store_pages.next_rows(self.tx, *limited, limit + 1)
        return moved[:limit] + rows[:limit], self._on(after, moved, rows, limit)

    def _on(self, after: Cursor, moved: list[Row], rows: list[Row], limit: int) -> str | None:
        """Where a list goes on: below the last row given, and at the moves that were left out. Both advance with every page, whatever votes do."""
        if len(moved) <= limit and len(rows) <= limit:
            return None
        key = tuple(getattr(rows[:limit][-1], column) for column in ORDERS[self.sorted_by].columns) if rows else after.key
        turn, moved_id = (moved[limit - 1].moved, moved[limit - 1].id) if len(moved) > limit else (self.turn, NEVER_MOVED)
        return encode_cursor(Cursor(self.order, self.sorted_by, after.parent, key, turn, moved_id))

    def branches(self, rows: Sequence[Row]) -> tuple[Branch, ...]:
        """The rows with their first replies, level by level, until the fold or the page's budget."""
        replies: dict[int, list[Comment]] = {}
        more: dict[int, str] = {}
        fold_at = rows[0].level + LEVELS - 1 if rows else 0
        budget, level = BUDGET - len(rows), list(rows)
        while level:
            below: list[Row] = []
            parents = [row for row in level if row.replies]
            expanded = parents[: max(0, budget)] if level[0].level < fold_at else []
            found = store_pages.first_rows(self.tx, ORDERS[self.sorted_by], self.story, [row.id for row in expanded], self.replies + 1)
            for parent, rows_below in zip(expanded, found, strict=True):
                shown = rows_below[: self.replies]
                replies[parent.id] = [store_pages.to_comment(row) for row in shown]
                below += shown
                if len(rows_below) > self.replies:
                    more[parent.id] = self.cursor(shown[-1], parent.id)
            for parent in parents[len(expanded) :]:
                more[parent.id] = self.cursor(None, parent.id)
            budget, level = budget - len(below), below
        return arrange([store_pages.to_comment(row) for row in rows], replies, more, fold_at)


def first_page(tx: Tx, story: int, order: str, *, limit: int = ROOTS, after: str | None = None, replies: int = REPLIES) -> Page:
    """A page of roots in an order; `after` is the cursor of the page before. Raises Invalid for an unknown order or a foreign cursor."""
    return branch(tx, story, order, 0, limit=limit, after=after, replies=replies)


def branch(tx: Tx, story: int, order: str, parent: int, *, limit: int = ROOTS, after: str | None = None, replies: int = REPLIES) -> Page:
    """A page of the direct replies to `parent` (0: the roots), each with its first replies."""
    order_named(order)
    live, votes, pin = store_pages.thread_row(tx, story)
    place = decode_cursor(after, order, parent) if after else None
    sorted_by = place.effective if place else effective(order, votes)
    above: tuple[Comment, ...] = ()
    if parent:
        found = store_pages.visible_row(tx, parent)
        if found is None or found.story != story:
            raise NotFound("There is no such comment in this thread.", "no_such_comment")
        above = (store_pages.to_comment(found),)
    reader = _Reader(tx, story, order, sorted_by, replies)
    rows, more = reader.siblings(parent, limit, place)
    pinned = _pinned(tx, pin) if not parent and after is None else None
    return Page(story, reader.version, order, sorted_by, reader.branches(rows), more, live, above, pinned=pinned)


def _pinned(tx: Tx, pin: int | None) -> Comment | None:
    found = store_pages.visible_row(tx, pin) if pin else None
    return store_pages.to_comment(found) if found is not None and found.state == "published" else None


def permalink(tx: Tx, comment: int, order: str = "best") -> Page:
    """The page of one comment: it alone as the root, with its replies, the nearest of those it answers above it."""
    found = store_pages.visible_row(tx, comment)
    if found is None:
        raise NotFound("There is no such comment, or it is not shown.", "no_such_comment")
    order_named(order)
    live, votes, _ = store_pages.thread_row(tx, found.story)
    reader = _Reader(tx, found.story, order, effective(order, votes), REPLIES)
    above = tuple(store_pages.to_comment(row) for row in store_pages.rows_above(tx, comment, ABOVE))
    return Page(found.story, reader.version, order, reader.sorted_by, reader.branches([found]), None, live, above, comment)


def whole(tx: Tx, story: int) -> Iterator[Comment]:
    """All that readers see of a thread, the oldest first, replies below what they answer. For a file that is made once.

    Who answers whom is held in memory, a few bytes a comment; the words are fetched as they come.
    """
    below: dict[int, array[int]] = {}
    for row in store_pages.every_place(tx, story):
        below.setdefault(row.parent, array("q")).append(row.id)
    order = _in_reading_order(below)
    while some := list(islice(order, WHOLE_STEP)):
        yield from map(store_pages.to_comment, store_pages.rows_of(tx, some))


def _in_reading_order(below: dict[int, array[int]]) -> Iterator[int]:
    waiting = below.pop(0, array("q"))[::-1]
    while waiting:
        comment = waiting.pop()
        yield comment
        waiting.extend(below.pop(comment, array("q"))[::-1])


def pinned(tx: Tx, story: int) -> Comment | None:
    """The comment that the newsroom has put above a thread, where readers see it."""
    return _pinned(tx, store_pages.thread_row(tx, story)[2])


def seen(tx: Tx, story: int, comments: Iterable[int]) -> dict[int, Comment]:
    """Those of some comments that readers see in a story, by id."""
    rows = (store_pages.visible_row(tx, comment) for comment in comments)
    return {row.id: store_pages.to_comment(row) for row in rows if row is not None and row.story == story}


def counts(tx: Tx, stories: Sequence[int]) -> dict[int, int]:
    """How many comments readers see in each story."""
    return store_pages.live_counts(tx, stories)


def story_of(tx: Tx, comment: int) -> int:
    """The story of a comment that readers see. Raises NotFound."""
    found = store_pages.visible_row(tx, comment)
    if found is None:
        raise NotFound("There is no such comment, or it is not shown.", "no_such_comment")
    return int(found.story)
