"""What of notes travels in a site's export: all rows for the operator, what readers see in the public one. Comes home as it was."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from msgspec import Struct

from folkmoot.errors import Invalid
from folkmoot.notes import maps, showing, store, store_dump, store_travelling
from folkmoot.notes.model import MINUTE, Note
from folkmoot.notes.notes import LOOK_UP
from folkmoot.notes.sources import read_sources
from folkmoot.notes.store_rows import NoteRow, NoteSourceRow, NoteStatementRow, PublicNote
from folkmoot.notes.store_travelling import Table
from folkmoot.people.names import clean_name
from folkmoot.sites.travelling import Kind, Room
from folkmoot.storage import changes, jobs
from folkmoot.storage.database import Tx

_LINKS = {"note": "note", "revision": "note_revision", "draw": "note_draw", "statement": "note_statement", "story": "story"}
_FIRM: dict[str, tuple[str, ...]] = {
    "note": ("story", "proposed"), "note_revision": ("note", "number", "made"), "note_decision": ("note", "deed", "at"),
    "note_standing": ("note", "at"), "note_draw": ("note", "seed"), "note_statement": ("story", "made"),
}  # fmt: skip


def _kind(table: Table) -> Kind:
    fields = table.row.__struct_fields__
    return Kind(
        table.row, {field: kind for field, kind in _LINKS.items() if field in fields}, _FIRM.get(table.name, ()),
        read=lambda tx, site: store_travelling.read(tx, table, site), same=lambda tx, site, row: store_travelling.same(tx, table, site, row),
        put=partial(_put, table), vet=partial(_vet, table),
    )  # fmt: skip


def _put(table: Table, tx: Tx, site: int, rows: list[Any], now: int) -> None:
    """Takes rows in. What is learned, looked up and drawn of them is the worker's to do again."""
    store_travelling.put(tx, table, site, rows)
    for story in sorted({int(row.story) for row in rows}) if table.row in (NoteRow, NoteStatementRow) else ():
        tx.bump(story)
        jobs.put(tx, changes.VOTED, {"story": story}, now, key=f"{changes.VOTED}:{story}")
        jobs.put(tx, maps.MOVED, {"story": story}, now, run_after=now + MINUTE, key=f"{maps.MOVED}:{story}")
        jobs.put(tx, LOOK_UP, {"story": story}, now, key=f"{LOOK_UP}:story:{story}")


def _vet(table: Table, row: Any) -> None:
    """A file may have been changed on its way, and what it says stands on pages and in links."""
    if table.key != ("id",) and row.id != ":".join(str(getattr(row, each)) for each in table.key):
        raise Invalid(f"the id {row.id[:100]!r} is not made of what the row joins", "broken_file", "file")
    name = getattr(row, "name", "")
    if name and clean_name(name) != name:
        raise Invalid(f"the name {name[:60]!r} is not as names are kept", "broken_file", "file")
    if isinstance(row, NoteSourceRow) and [(each.url, each.host) for each in read_sources([row.url])] != [(row.url, row.host)]:
        raise Invalid("the source is no address, or its host is not the address’s", "broken_file", "file")


def _public(tx: Tx, site: int) -> Iterator[Struct]:
    after = 0
    while some := store_dump.notes_of_site(tx, site, after, store_travelling.STEP):
        yield from (_shown(tx, note) for note in some if note.state not in ("held", "removed"))
        after = some[-1].id


def _shown(tx: Tx, note: Note) -> PublicNote:
    """What readers see of a note; of one that was withdrawn, only that there was one."""
    there, decided = note.state == "open", showing.seen(tx, note).decided
    return PublicNote(
        str(note.id), note.kind, decided.after if there and decided else "", decided.before if there and decided else "",
        str(note.comment) if note.comment else None, note.grade, note.name if there and note.credited else "", note.passage.exact if there else "",
        note.proposed, note.ruled, note.ruling, [source.url for source in note.sources] if there else [], note.state, str(note.story),
        note.text if there else "",
    )  # fmt: skip


ROOM = Room(tuple(map(_kind, store_travelling.TABLES)), {"note": _public}, store.has_notes)
