"""The SQL by which comments move from one story to another: which are next, and what moves with them."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.storage.database import Row, Tx

_ROW = "c.id, c.state, c.visible, c.up, c.down"


def under(tx: Tx, from_: int, limit: int) -> list[Row]:
    """Comments that stand under a story."""
    return tx.rows(f"SELECT {_ROW} FROM comment c WHERE c.story = :story LIMIT :limit", story=from_, limit=limit)


def posted_under(tx: Tx, from_: int, to: int, limit: int) -> list[Row]:
    """Comments under one story that were posted under the other."""
    return tx.rows(f"SELECT {_ROW} FROM comment c WHERE c.merged_from = :to AND c.story = :story LIMIT :limit", to=to, story=from_, limit=limit)


def answering(tx: Tx, from_: int, to: int, limit: int) -> list[Row]:
    """Comments under one story that answer some under the other."""
    return tx.rows(
        f"SELECT {_ROW} FROM comment p CROSS JOIN comment c"
        " WHERE c.parent = p.id AND p.story = :to AND c.parent <> 0 AND c.story = :story LIMIT :limit",
        to=to, story=from_, limit=limit,
    )  # fmt: skip


def counted(tx: Tx, story: int, posted_under: int) -> int:
    """How many comments stand under a story that were posted under another."""
    row = tx.one("SELECT COUNT(*) AS n FROM comment WHERE merged_from = :under AND story = :story", under=posted_under, story=story)
    return row.n if row else 0


def posted_elsewhere(tx: Tx, story: int) -> bool:
    """Whether comments stand under another story that were posted under this one."""
    return tx.one("SELECT id FROM comment WHERE merged_from = :story LIMIT 1", story=story) is not None


def standing(tx: Tx, story: int) -> int:
    """How many comments stand under a story, whatever their state."""
    row = tx.one("SELECT COUNT(*) AS n FROM comment WHERE story = :story", story=story)
    return row.n if row else 0


def move(tx: Tx, ids: Sequence[int], to: int, said: int | None, turn: int) -> None:
    """Puts comments under a story, with their places in the queue and their locks."""
    given = [{"id": each, "story": to, "said": said, "turn": turn} for each in ids]
    tx.many("UPDATE comment SET story = :story, merged_from = CAST(:said AS BIGINT), moved = :turn WHERE id = :id", given)
    bare = [{"id": each, "story": to} for each in ids]
    tx.many("UPDATE waiting SET story = :story WHERE comment = :id", bare)
    tx.many("UPDATE branch_lock SET story = :story WHERE comment = :id", bare)


def followers_to_move(tx: Tx, from_: int, to: int, limit: int) -> list[int]:
    """Who follows or mutes a story and has not said the like of the other."""
    sql = (
        "SELECT person FROM follow f WHERE story = :story AND NOT EXISTS (SELECT 1 FROM follow g WHERE g.person = f.person AND g.story = :to)"
        " ORDER BY person LIMIT :limit"
    )
    return [row.person for row in tx.rows(sql, story=from_, to=to, limit=limit)]


def move_followers(tx: Tx, people: Sequence[int], from_: int, to: int, now: int) -> None:
    tx.forget("heard")
    given = [{"person": each, "from": from_, "to": to} for each in people]
    sql = (
        "UPDATE follow SET story = :to WHERE person = :person AND story = :from"
        " AND NOT EXISTS (SELECT 1 FROM follow g WHERE g.person = :person AND g.story = :to)"
    )
    tx.many(sql, given)
