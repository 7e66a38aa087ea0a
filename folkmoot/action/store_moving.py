"""All SQL on what of action goes along when a story is merged into another, and back when they are parted."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.storage.database import Tx

TABLES = ("action", "letter", "talk")


def under(tx: Tx, table: str, story: int, limit: int) -> list[int]:
    """What stands under a story."""
    return [row.id for row in tx.rows(f"SELECT id FROM {table} WHERE story = :story ORDER BY id LIMIT :limit", story=story, limit=limit)]


def move(tx: Tx, table: str, ids: Sequence[int], to: int) -> None:
    tx.many(f"UPDATE {table} SET story = :to WHERE id = :id", [{"id": each, "to": to} for each in ids])
