"""The SQL by which comments move from one story to another: which are next, and what moves with them."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.storage.database import Row, Tx

_ROW = "c.id, c.state, c.visible, c.up, c.down"


def under(tx: Tx, from_: int, to: int, limit: int) -> list[Row]:
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


def elsewhere(tx: Tx, story: int) -> int:
    """A story under which comments stand that were posted under this one; 0 for none."""
    row = tx.one("SELECT story FROM comment WHERE merged_from = :story LIMIT 1", story=story)
    return row.story if row else 0


def move(tx: Tx, ids: Sequence[int], to: int, said: int | None, turn: int) -> None:
    """Puts comments under a story, with their places in the queue and their locks."""
    given = [{"id": each, "story": to, "said": said, "turn": turn} for each in ids]
    tx.many("UPDATE comment SET story = :story, merged_from = CAST(:said AS BIGINT), moved = :turn WHERE id = :id", given)
    bare = [{"id": each, "story": to} for each in ids]
    tx.many("UPDATE waiting SET story = :story WHERE comment = :id", bare)
    tx.many("UPDATE branch_lock SET story = :story WHERE comment = :id", bare)
