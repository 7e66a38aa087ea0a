"""The SQL of what has lately come to a story and gone from it. Each statement walks a range of recent ids or decisions and stops at its limit."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.discussion.model import Comment
from folkmoot.discussion.store_pages import SHOWN, to_comment
from folkmoot.storage.database import Row, Tx

# `+` keeps the planner from an index of the story: newest ids first is the short way, however long the thread is.
_POSTED = """
SELECT id, posted AS at FROM comment
WHERE id >= :floor AND posted >= :since AND +story = :story AND state = 'published' AND visible = 1
ORDER BY id DESC LIMIT :limit
"""
_RELEASED = """
SELECT c.id, d.at FROM decision d JOIN comment c ON c.id = d.comment
WHERE d.at >= :since AND d.deed IN ('release', 'restore', 'publish') AND c.story = :story AND c.state = 'published' AND c.visible = 1
ORDER BY d.at DESC LIMIT :limit
"""
# What was never seen cannot go: only what was published until that decision, so that nobody learns of what was held.
_GONE = """
SELECT c.id, c.state, d.at FROM decision d JOIN comment c ON c.id = d.comment
WHERE d.at >= :since AND d.at > c.posted AND d.deed IN ('hold', 'remove', 'withdraw') AND d.was = 'published' AND c.story = :story
  AND c.state <> 'published'
ORDER BY d.at DESC LIMIT :limit
"""


def standing(tx: Tx, story: int) -> tuple[int, int]:
    """(live comments, the version at which some left with no decision to tell of it; 0: never) of a story."""
    row = tx.one("SELECT live, cleared FROM thread WHERE story = :story", story=story)
    return (row.live, row.cleared) if row else (0, 0)


def posted(tx: Tx, story: int, since: int, limit: int) -> list[Row]:
    """(id, at) of what was posted since then (UTC ms) and can be seen, the newest first."""
    return tx.rows(_POSTED, story=story, since=since, floor=since << 21, limit=limit)


def released(tx: Tx, story: int, since: int, limit: int) -> list[Row]:
    """(id, at) of what a decision has shown since then, the newest first."""
    return tx.rows(_RELEASED, story=story, since=since, limit=limit)


def gone(tx: Tx, story: int, since: int, limit: int) -> list[Row]:
    """(id, state, at) of what was seen and was taken away since then, the newest first."""
    return tx.rows(_GONE, story=story, since=since, limit=limit)


def shown(tx: Tx, story: int, comments: Sequence[int]) -> list[Comment]:
    """Those of these comments that belong to the story and can be read, a parent before its replies."""
    sql = f"SELECT {SHOWN} FROM comment WHERE id = :id AND story = :story AND state = 'published' AND visible = 1"
    found = tx.each(sql, [{"id": comment, "story": story} for comment in comments])
    return sorted((to_comment(rows[0]) for rows in found if rows), key=lambda each: (each.level, each.posted, each.id))


def names(tx: Tx, comments: Sequence[int]) -> dict[int, str]:
    """Whose comments these are, as far as they can be seen: "" for a tombstone."""
    sql = "SELECT id, CASE WHEN state = 'published' THEN name ELSE '' END AS name FROM comment WHERE id = :id AND visible = 1"
    return {rows[0].id: rows[0].name for rows in tx.each(sql, [{"id": comment} for comment in comments]) if rows}
