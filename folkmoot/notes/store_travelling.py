"""All SQL that takes notes along in an export and back: made from the rows' types, whose fields are called as the columns are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from folkmoot.notes import store_rows as rows
from folkmoot.storage.database import Row, Tx

STEP = 500
IDS = frozenset({"id", "comment", "draw", "grew_from", "note", "person", "revision", "settled_by", "statement", "story"})
CALLED = {"about": "kind"}  # a field whose column has another name: `kind` is what a line is
_SITE, _NOTE = "t.site = :site", "t.note IN (SELECT id FROM note WHERE site = :site)"


class Table(Struct, frozen=True):
    """A table that travels.

    key: the columns that name a row. within: what says that a row is of a site. sited: it has a column for the site. each_site: the key names
    a row on every site.
    """

    row: type[Struct]
    key: tuple[str, ...] = ("id",)
    within: str = _NOTE
    sited: bool = False
    each_site: bool = False

    @property
    def name(self) -> str:
        return str(self.row.__struct_config__.tag)

    @property
    def fields(self) -> list[str]:
        return [field for field in self.row.__struct_fields__ if field != "id" or self.key == ("id",)]


_OF_REVISION = "t.revision IN (SELECT r.id FROM note_revision r JOIN note n ON n.id = r.note WHERE n.site = :site)"
_OF_STATEMENT = "t.statement IN (SELECT id FROM note_statement WHERE site = :site)"
TABLES = (
    Table(rows.NoteRow, within=_SITE, sited=True), Table(rows.NoteRevisionRow), Table(rows.NoteSourceRow, ("revision", "number"), _OF_REVISION),
    Table(rows.NoteRatingRow, ("revision", "person")), Table(rows.NoteDecisionRow), Table(rows.NoteStandingRow),
    Table(rows.NoteAnswerRow, ("note", "person")), Table(rows.NoteDrawRow), Table(rows.NoteAskedRow, ("revision", "person")),
    Table(rows.NoteReaderRow, ("person",), _SITE, True, True), Table(rows.NoteFindRow, ("comment",), _SITE, True),
    Table(rows.NoteStatementRow, within=_SITE, sited=True), Table(rows.NoteOpinionRow, ("statement", "person"), _OF_STATEMENT),
)  # fmt: skip


def _selected(table: Table) -> str:
    return ", ".join(f"t.{CALLED.get(field, field)} AS {field}" for field in table.fields)


def read(tx: Tx, table: Table, site: int) -> Iterator[Struct]:
    """All rows of a site, by key, a page at a time."""
    key, after = ", ".join(f"t.{each}" for each in table.key), dict.fromkeys(table.key, 0)
    beyond = ", ".join(f":{each}" for each in table.key)
    sql = f"SELECT {_selected(table)} FROM {table.name} t WHERE {table.within} AND ({key}) > ({beyond}) ORDER BY {key} LIMIT :limit"
    while found := tx.rows(sql, site=site, limit=STEP, **after):
        yield from (_made(table, row) for row in found)
        after = {each: getattr(found[-1], each) for each in table.key}


def same(tx: Tx, table: Table, site: int, row: Any) -> Struct | None:
    """The row that is here under the same name."""
    given = {each: int(getattr(row, each)) for each in table.key} | ({"site": site} if table.each_site else {})
    where = " AND ".join(f"t.{each} = :{each}" for each in given)
    found = tx.one(f"SELECT {_selected(table)} FROM {table.name} t WHERE {where}", **given)
    return _made(table, found) if found else None


def _made(table: Table, row: Row) -> Struct:
    given = {field: _out(field, getattr(row, field)) for field in table.fields}
    if table.key != ("id",):
        given["id"] = ":".join(str(getattr(row, each)) for each in table.key)
    return table.row(**given)


def _out(field: str, value: Any) -> Any:
    return str(value) if field in IDS and value is not None else value


def put(tx: Tx, table: Table, site: int, given: Sequence[Any]) -> None:
    """Takes in rows that are not here."""
    fields = [*table.fields, *(["site"] if table.sited else [])]
    columns, values = ", ".join(CALLED.get(field, field) for field in fields), ", ".join(f":{field}" for field in fields)
    sql = f"INSERT INTO {table.name} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING"
    own = {"site": site} if table.sited else {}
    tx.many(sql, [{**{field: _in(field, getattr(row, field)) for field in table.fields}, **own} for row in given])


def _in(field: str, value: Any) -> Any:
    return int(value) if field in IDS and value is not None else value
