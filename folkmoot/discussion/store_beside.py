"""The SQL of what staff decide beside a comment's state."""

from __future__ import annotations

from folkmoot.storage.database import Row, Tx


def set_marks(tx: Tx, comment: int, marks: str) -> None:
    tx.run("UPDATE comment SET marks = :marks WHERE id = :comment", comment=comment, marks=marks)


def pinned_in(tx: Tx, story: int) -> int | None:
    row = tx.one("SELECT pinned FROM thread WHERE story = :story", story=story)
    return row.pinned if row else None


def set_pinned(tx: Tx, story: int, comment: int | None) -> None:
    tx.run(
        "INSERT INTO thread (story, pinned) VALUES (:story, :comment) ON CONFLICT (story) DO UPDATE SET pinned = excluded.pinned",
        story=story, comment=comment,
    )


def written_between(tx: Tx, after: int, until: int, limit: int) -> list[Row]:
    """Comments that were written here between two ids, by id."""
    return tx.rows(
        "SELECT id, story, parent, person, name, text, posted, state, marks FROM comment WHERE id > :after AND id < :until AND batch IS NULL"
        " ORDER BY id LIMIT :limit",
        after=after, until=until, limit=limit,
    )


def lock(tx: Tx, comment: int, story: int, now: int) -> None:
    tx.run(
        "INSERT INTO branch_lock (comment, story, at) VALUES (:comment, :story, :now) ON CONFLICT (comment) DO NOTHING",
        comment=comment, story=story, now=now,
    )


def unlock(tx: Tx, comment: int, story: int, now: int) -> None:
    tx.run("DELETE FROM branch_lock WHERE comment = :comment", comment=comment)


def is_locked(tx: Tx, story: int, comment: int) -> bool:
    """Whether a comment, or one that it stands under, takes no more replies. Walks up only where a story has a lock at all."""
    if tx.one("SELECT comment FROM branch_lock WHERE story = :story LIMIT 1", story=story) is None:
        return False
    sql = (
        "WITH RECURSIVE above (id, parent) AS (SELECT id, parent FROM comment WHERE id = :comment"
        " UNION ALL SELECT c.id, c.parent FROM comment c JOIN above a ON c.id = a.parent WHERE a.parent <> 0)"
        " SELECT l.comment FROM above a JOIN branch_lock l ON l.comment = a.id LIMIT 1"
    )
    return tx.one(sql, comment=comment) is not None
