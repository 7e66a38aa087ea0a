"""The SQL that reads pages of a thread. Every statement walks one of the partial indexes on visible comments and stops at its LIMIT.

Columns and directions come from an Order of threads.ORDERS, never from a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec

from folkmoot.discussion.model import Comment, Order, Preview
from folkmoot.storage.database import Row, Tx

SHOWN = "id, story, parent, level, person, name, html, text, posted, edited, state, up, down, replies, marks, preview"


def _by(order: Order) -> str:
    return ", ".join(column + (" DESC" if order.descending else "") for column in order.columns)


def _below(order: Order) -> str:
    keys = ", ".join(f":k{number}" for number in range(len(order.columns)))
    return f"({', '.join(order.columns)}) {'<' if order.descending else '>'} ({keys})"


_preview = msgspec.json.Decoder(Preview).decode
_PAGE = f"SELECT {SHOWN}, by_best, by_replies, by_hot, moved FROM comment WHERE story = :story AND parent = :parent AND visible = 1"


@cache
def first(order: Order) -> str:
    """The first rows of a list."""
    return f"{_PAGE} ORDER BY {_by(order)} LIMIT :limit"


@cache
def below(order: Order) -> str:
    """The rows of a list below a place."""
    return f"{_PAGE} AND {_below(order)} ORDER BY {_by(order)} LIMIT :limit"


@cache
def moved(order: Order) -> str:
    """Those at or above a place that have moved since: by when they moved, so that the list itself can be continued."""
    return f"{_PAGE} AND (moved, id) > (:turn, :moved_id) AND NOT ({_below(order)}) ORDER BY moved, id LIMIT :limit"


def to_comment(row: Row) -> Comment:
    """A row as readers may see it: of a tombstone, nothing that its writer wrote."""
    if row.state == "published":
        return Comment(
            row.id, row.story, row.parent, row.level, row.person, row.name, row.html, row.text, row.posted, row.edited, row.state,
            row.up, row.down, row.replies, tuple(row.marks.split()), _preview(row.preview) if row.preview else None,
        )
    return Comment(row.id, row.story, row.parent, row.level, None, "", "", "", row.posted, None, row.state, 0, 0, row.replies, ())


def first_rows(tx: Tx, order: Order, story: int, parents: Sequence[int], limit: int) -> list[list[Row]]:
    """For each parent (0: the roots) its first `limit` visible replies."""
    return tx.each(first(order), [{"story": story, "parent": parent, "limit": limit} for parent in parents])


def next_rows(tx: Tx, order: Order, story: int, parent: int, key: Sequence[float | int], limit: int) -> list[Row]:
    """The visible replies below a place in an order."""
    return tx.rows(below(order), story=story, parent=parent, limit=limit, **_named(key))


def moved_rows(tx: Tx, order: Order, story: int, parent: int, key: Sequence[float | int], turn: int, moved_id: int, limit: int) -> list[Row]:
    """The visible replies at or above a place that have moved since (turn, id)."""
    return tx.rows(moved(order), story=story, parent=parent, turn=turn, moved_id=moved_id, limit=limit, **_named(key))


def _named(key: Sequence[float | int]) -> dict[str, object]:
    return {f"k{number}": value for number, value in enumerate(key)}


def thread_row(tx: Tx, story: int) -> tuple[int, int, int | None]:
    """(live comments, counted votes, the pinned comment) of a story."""
    row = tx.one("SELECT live, votes, pinned FROM thread WHERE story = :story", story=story)
    return (row.live, row.votes, row.pinned) if row else (0, 0, None)


def live_counts(tx: Tx, stories: Sequence[int]) -> dict[int, int]:
    found = tx.each("SELECT live FROM thread WHERE story = :story", [{"story": story} for story in stories])
    return {story: rows[0].live if rows else 0 for story, rows in zip(stories, found, strict=True)}


def every_place(tx: Tx, story: int) -> list[Row]:
    """(id, parent) of all visible comments of a story, the oldest first."""
    return tx.rows("SELECT id, parent FROM comment WHERE story = :story AND visible = 1 ORDER BY posted, id", story=story)


def rows_of(tx: Tx, comments: Sequence[int]) -> list[Row]:
    """Comments by their ids, in this order."""
    found = tx.each(f"SELECT {SHOWN} FROM comment WHERE id = :comment", [{"comment": each} for each in comments])
    return [row for rows in found for row in rows]


def version_of(tx: Tx, story: int) -> tuple[int, int]:
    """(version, turn) of a story, as this snapshot has it."""
    row = tx.one("SELECT version, turn FROM story_version WHERE story = :story", story=story)
    return (row.version, row.turn) if row else (0, 0)


def visible_row(tx: Tx, comment: int) -> Row | None:
    return tx.one(f"SELECT {SHOWN}, by_best, by_replies, by_hot, moved FROM comment WHERE id = :comment AND visible = 1", comment=comment)


def rows_above(tx: Tx, comment: int, limit: int) -> list[Row]:
    """The nearest ancestors of a comment, outermost first."""
    columns = ", ".join(f"c.{column.strip()}" for column in SHOWN.split(","))
    return tx.rows(
        "WITH RECURSIVE above (id, parent, steps) AS (SELECT id, parent, 0 FROM comment WHERE id = :comment"
        " UNION ALL SELECT c.id, c.parent, a.steps + 1 FROM comment c JOIN above a ON c.id = a.parent WHERE a.steps < :limit)"
        f" SELECT {columns} FROM above a JOIN comment c ON c.id = a.id WHERE a.steps > 0 ORDER BY a.steps DESC",
        comment=comment, limit=limit,
    )
