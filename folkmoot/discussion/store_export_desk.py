"""Rows of what the desk keeps beside comments, as they travel: appeals, locks, pins, reports of unlawful content, looks at kept words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, fields

from folkmoot.discussion.store_rows import AccessRow, AppealRow, DeskRows, LockRow, PinRow, ReportRow
from folkmoot.storage.database import Row, Tx

_IDS = frozenset({"id", "comment", "story", "person", "decision", "decided_by"})
# Of each kind: its columns by the names of its row, and where they stand. `c` is the comment, whose story says whose row it is.
_FROM: dict[type[Struct], tuple[str, str]] = {
    AppealRow: ("a.id, a.at, a.comment, a.decided, a.decided_by, a.decision, a.outcome, a.person, a.words, c.story AS of_story",
                "appeal a JOIN comment c ON c.id = a.comment"),
    LockRow: ("a.comment AS id, a.at, a.comment, a.story, c.story AS of_story", "branch_lock a JOIN comment c ON c.id = a.comment"),
    PinRow: ("a.story AS id, a.pinned AS comment, a.story, c.story AS of_story", "thread a JOIN comment c ON c.id = a.pinned"),
    ReportRow: ("a.id, a.at, a.comment, a.decided, a.decided_by, a.law, a.mailbox, a.name, a.outcome, a.person, a.reason, a.receipt, a.story,"
                " a.words, c.story AS of_story", "report a JOIN comment c ON c.id = a.comment"),
    AccessRow: ("a.id, a.at, a.comment, a.person, a.why, c.story AS of_story", "access a JOIN comment c ON c.id = a.comment"),
}  # fmt: skip
_KEY = {LockRow: "a.comment", PinRow: "a.story"}  # by which a kind is told apart, where it has no id of its own
_INTO: dict[type[Struct], str] = {
    AppealRow: "INSERT INTO appeal (id, comment, decision, person, words, at, outcome, decided, decided_by)"
    " VALUES (:id, :comment, :decision, :person, :words, :at, :outcome, :decided, :decided_by) ON CONFLICT DO NOTHING",
    LockRow: "INSERT INTO branch_lock (comment, story, at) VALUES (:comment, :story, :at) ON CONFLICT (comment) DO NOTHING",
    PinRow: "INSERT INTO thread (story, pinned) VALUES (:story, :comment) ON CONFLICT (story) DO UPDATE SET pinned = excluded.pinned",
    ReportRow: "INSERT INTO report (id, receipt, site, story, comment, law, words, name, mailbox, person, at, outcome, reason, decided, decided_by)"
    " VALUES (:id, :receipt, :site, :story, :comment, :law, :words, :name, :mailbox, :person, :at, :outcome, :reason, :decided, :decided_by)"
    " ON CONFLICT DO NOTHING",
    AccessRow: "INSERT INTO access (id, site, person, comment, why, at) VALUES (:id, :site, :person, :comment, :why, :at)"
    " ON CONFLICT (id) DO NOTHING",
}  # fmt: skip
KINDS: tuple[type[Struct], ...] = tuple(_FROM)


def made(kind: type[Struct], row: Row) -> Any:
    """A row as it travels."""
    named = {field.name: getattr(row, field.name) for field in fields(kind)}
    return kind(**{name: str(value) if name in _IDS and value is not None else value for name, value in named.items()})


def page(kind: type[Struct]) -> Callable[[Tx, Sequence[int], int], list[Row]]:
    """How rows of a kind are read in pages, by number. Each carries the story of its comment, since a database may hold several sites."""
    columns, where = _FROM[kind]
    key = _KEY.get(kind, "a.id")

    def read(tx: Tx, after: Sequence[int], limit: int) -> list[Row]:
        return tx.rows(f"SELECT {columns} FROM {where} WHERE {key} > :after ORDER BY {key} LIMIT :limit", after=after[0], limit=limit)

    return read


def same(tx: Tx, row: DeskRows) -> Struct | None:
    """The row that is here under the same name."""
    kind = type(row)
    columns, where = _FROM[kind]
    found = tx.one(f"SELECT {columns} FROM {where} WHERE {_KEY.get(kind, 'a.id')} = :id", id=int(row.id))
    return made(kind, found) if found else None


def insert(kind: type[Struct], site: int) -> Callable[[Tx, list[Any]], None]:
    """How an import brings rows of a kind home."""

    def put(tx: Tx, rows: list[Any]) -> None:
        tx.many(_INTO[kind], (_values(row, site) for row in rows))

    return put


def _values(row: Struct, site: int) -> dict[str, object]:
    given = {name: int(value) if name in _IDS and value is not None else value for name, value in asdict(row).items()}
    return given if isinstance(row, AppealRow | LockRow | PinRow) else given | {"site": site}
