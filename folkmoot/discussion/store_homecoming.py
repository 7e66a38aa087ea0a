"""The SQL of the staging file that only our own export needs: its rows as they came, and what each refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from folkmoot.storage.database import Row, Tx

TABLES = (
    # known: 1 where the row is here already.
    "CREATE TABLE staged_line (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,"
    " known INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX staged_line_kind ON staged_line (kind, number)",
    "CREATE TABLE staged_link (number INTEGER NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL)",
    "CREATE TABLE staged_vote (comment BIGINT NOT NULL, up INTEGER NOT NULL, down INTEGER NOT NULL)",
    "CREATE INDEX staged_vote_comment ON staged_vote (comment)",
)


def make_tables(tx: Tx) -> None:
    for table in TABLES:
        tx.run(table)


def add_lines(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    """number: the line's in the file."""
    tx.many("INSERT INTO staged_line (number, kind, id, body) VALUES (:number, :kind, :id, :body)", given)


def add_links(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many("INSERT INTO staged_link (number, kind, reference) VALUES (:number, :kind, :reference)", given)


def add_votes(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many("INSERT INTO staged_vote (comment, up, down) VALUES (:comment, :up, :down)", given)


def count_votes(tx: Tx) -> None:
    """Adds counted votes to the totals that comments came with."""
    tx.run(
        "UPDATE staged_comment SET up = up + (SELECT COALESCE(SUM(v.up), 0) FROM staged_vote v WHERE v.comment = staged_comment.id),"
        " down = down + (SELECT COALESCE(SUM(v.down), 0) FROM staged_vote v WHERE v.comment = staged_comment.id)"
        " WHERE id IN (SELECT comment FROM staged_vote)"
    )


def loose_link(tx: Tx) -> Row | None:
    """The first reference that leads to no row of the file."""
    return tx.one(
        "SELECT l.number, l.kind, l.reference FROM staged_link l LEFT JOIN staged_reference r ON r.kind = l.kind AND r.reference = l.reference"
        " WHERE r.number IS NULL ORDER BY l.number LIMIT 1"
    )


def lines(tx: Tx, kind: str, after: int, limit: int, known: int = 0) -> list[Row]:
    return tx.rows("SELECT number, body FROM staged_line WHERE kind = :kind AND known = :known AND number > :after ORDER BY number LIMIT :limit",
                   kind=kind, known=known, after=after, limit=limit)  # fmt: skip


def all_lines(tx: Tx, after: int, limit: int) -> list[Row]:
    return tx.rows("SELECT number, kind, id, body FROM staged_line WHERE number > :after ORDER BY number LIMIT :limit", after=after, limit=limit)


def set_known(tx: Tx, numbers: Iterable[int]) -> None:
    tx.many("UPDATE staged_line SET known = 1 WHERE number = :number", [{"number": number} for number in numbers])


def set_known_stories(tx: Tx) -> None:
    tx.run("UPDATE staged_story SET fresh = 0 WHERE number IN (SELECT number FROM staged_line WHERE kind = 'story' AND known = 1)")


def fresh(tx: Tx, kind: str) -> int:
    row = tx.one("SELECT COUNT(*) AS n FROM staged_line WHERE kind = :kind AND known = 0", kind=kind)
    return row.n if row else 0


def any_fresh(tx: Tx) -> bool:
    return tx.one("SELECT number FROM staged_line WHERE known = 0 LIMIT 1") is not None


def body_of(tx: Tx, number: int) -> str:
    row = tx.one("SELECT body FROM staged_line WHERE number = :number", number=number)
    return row.body if row else ""
