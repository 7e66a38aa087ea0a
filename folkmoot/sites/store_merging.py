"""The SQL of stories that were merged: a story's own row, wherever it leads."""

from __future__ import annotations

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
