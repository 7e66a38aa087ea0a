"""The SQL of stories that were merged: a story's own row, wherever it leads."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.storage.database import Row, Tx


def own_row(tx: Tx, story: int) -> Row | None:
    return tx.one("SELECT id, site, merged_into FROM story WHERE id = :story", story=story)


def own_number(tx: Tx, cleaned: str) -> int | None:
    row = tx.one("SELECT story FROM story_address WHERE cleaned = :cleaned", cleaned=cleaned)
    return row.story if row else None


def has_merged(tx: Tx, story: int) -> bool:
    """Whether another story leads to this one."""
    return tx.one("SELECT id FROM story WHERE merged_into = :story LIMIT 1", story=story) is not None


def set_merged(tx: Tx, story: int, into: int | None) -> None:
    tx.forget("story")
    tx.run("UPDATE story SET merged_into = :into WHERE id = :story", story=story, into=into)


def remember_moved(tx: Tx, story: int, kind: str, ids: Sequence[int]) -> None:
    """Says of rows under which story they stood before it was merged."""
    given = [{"story": story, "kind": kind, "id": each} for each in ids]
    tx.many("INSERT INTO story_moved (story, kind, id) VALUES (:story, :kind, :id) ON CONFLICT (story, kind, id) DO NOTHING", given)


def moved_from(tx: Tx, story: int, kind: str, limit: int) -> list[int]:
    """Rows of a kind that stood under a story before it was merged."""
    sql = "SELECT id FROM story_moved WHERE story = :story AND kind = :kind ORDER BY id LIMIT :limit"
    return [row.id for row in tx.rows(sql, story=story, kind=kind, limit=limit)]


def forget_moved(tx: Tx, story: int, kind: str, ids: Sequence[int]) -> None:
    given = [{"story": story, "kind": kind, "id": each} for each in ids]
    tx.many("DELETE FROM story_moved WHERE story = :story AND kind = :kind AND id = :id", given)


def has_moved(tx: Tx, story: int) -> bool:
    """Whether something still stands elsewhere that stood under a story."""
    return tx.one("SELECT id FROM story_moved WHERE story = :story LIMIT 1", story=story) is not None
