"""All SQL on what of notes goes along when a story is merged into another, and back when they are parted."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.storage.database import Tx

_UNDER = {
    "note": "SELECT id FROM note WHERE story = :story ORDER BY id LIMIT :limit",
    "note_statement": "SELECT id FROM note_statement WHERE story = :story ORDER BY id LIMIT :limit",
    "note_vote": "SELECT DISTINCT comment AS id FROM note_vote WHERE story = :story ORDER BY comment LIMIT :limit",
    "note_find": "SELECT comment AS id FROM note_find WHERE story = :story ORDER BY comment LIMIT :limit",
}
_CALLED = {"note": "id", "note_statement": "id", "note_vote": "comment", "note_find": "comment"}
TABLES = tuple(_UNDER)


def under(tx: Tx, table: str, story: int, limit: int) -> list[int]:
    """What stands under a story: ids of notes and statements; of votes and finds, the comments that they are of."""
    return [row.id for row in tx.rows(_UNDER[table], story=story, limit=limit)]


def move(tx: Tx, table: str, ids: Sequence[int], to: int) -> None:
    tx.many(f"UPDATE {table} SET story = :to WHERE {_CALLED[table]} = :id", [{"id": each, "to": to} for each in ids])


def forget_map(tx: Tx, story: int) -> None:
    """Lets go of a story's map and of everybody's place on it: both are drawn anew."""
    tx.run("DELETE FROM note_place WHERE story = :story", story=story)
    tx.run("DELETE FROM note_map WHERE story = :story", story=story)
