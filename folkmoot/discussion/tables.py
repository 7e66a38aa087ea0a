"""Talk as a table (CSV), for spreadsheets and for whoever has no use for JSON. What a spreadsheet would run is made a text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from folkmoot.discussion import store_export as own
from folkmoot.sites import store_export as sites
from folkmoot.sites.store_rows import StoryRow
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.web.words import machine

STEP = 500
COLUMNS = ("url", "title", "id", "parent", "name", "account", "posted", "edited", "text", "format", "state", "up", "down")
_RUNS = re.compile(r"'*[=+\-@\t\r]")


def write_table(db: Database, site: int, file: BinaryIO, public: bool = False) -> int:
    """Writes the comments of a site to an open file, the oldest first; the number of its lines. public: only what readers see."""
    return db.read_now(lambda tx: sum(1 for line in _lines(tx, site, public) if file.write(line)))


def _lines(tx: Tx, site: int, public: bool) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer, lineterminator="\r\n")
    for record in _records(tx, site, public):
        buffer.seek(0)
        buffer.truncate()
        table.writerow(map(harmless, record))
        yield buffer.getvalue().encode()


def _records(tx: Tx, site: int, public: bool) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    stories = {int(row.id): row for row in _stories(tx, site)}
    after = 0
    while rows := own.tabled(tx, after, STEP):
        yield from (_record(row, stories[row.story]) for row in rows if row.story in stories and (not public or _seen(row)))
        after = rows[-1].id


def _stories(tx: Tx, site: int) -> Iterator[StoryRow]:
    after = 0
    while ids := sites.story_ids(tx, site, after, STEP):
        yield from sites.stories(tx, ids)
        after = ids[-1]


def _seen(row: Row) -> bool:
    return bool(row.visible) and row.state == "published"


def _record(row: Row, story: StoryRow) -> tuple[object, ...]:
    edited = machine(row.edited) if row.edited else ""
    return (
        story.address, story.title, row.id, row.parent or "", row.name, row.person or "", machine(row.posted), edited, row.text, "markdown",
        row.state, row.up, row.down,
    )  # fmt: skip


def harmless(cell: object) -> str:
    """A cell that no spreadsheet runs: an apostrophe before what begins like a formula, and before one that stood there already."""
    text = str(cell)
    return f"'{text}" if _RUNS.match(text) else text
