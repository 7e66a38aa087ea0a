"""Any table (CSV) that keeps to docs/importing.md: a line with the names of its columns, then a comment a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from folkmoot.discussion.importers.files import Archive, broken
from folkmoot.discussion.importers.generic import CALLED, Pen, text_of
from folkmoot.discussion.importers.model import Bad, Imported, Remark
from folkmoot.errors import say
from folkmoot.web.words import N_

MAX_LINE = 1_000_000  # bytes
SAID = 12  # names of columns that are said
_NEEDED = ("url", "text")
_TOO_MANY = N_("This record has more cells ({cells}) than the first line names columns ({columns}).")
_DELIMITERS = ",;\t"
_NEUTRAL = re.compile(r"'(?='*[=+\-@\t\r])")  # what exports put before a cell that a spreadsheet would run


def knows(head: bytes) -> bool:
    """Whether a file's first line names the columns that are needed."""
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n")[0].decode("utf-8", "replace")
    named = {CALLED.get(name) for name in _names(line)}
    return set(_NEEDED) <= named


def read(archive: Archive) -> Iterator[Imported]:
    """Reads a table. Raises Invalid with line and column where it is not UTF-8, its quotes do not end, or a column is missing."""
    lines = _lines(archive)
    first = next(lines, "")
    names = [CALLED.get(name, "") for name in _names(first)]
    for needed in _NEEDED:
        if needed not in names:
            raise broken(archive.name, f"its first line names no column {needed!r}; docs/importing.md lists the columns", 1, 1)
    unknown = [name for name in _names(first) if name not in CALLED]
    if unknown:
        some = [*(name[:40] for name in unknown[:SAID]), *(["…"] if len(unknown) > SAID else [])]
        yield Remark(1, "columns not read", say("These columns are not known and are not read: {names}.", names=some))
    pen = Pen()
    for line, cells in _records(archive, lines, _delimiter(first)):
        yield from _row(pen, line, names, cells)


def _lines(archive: Archive) -> Iterator[str]:
    number = 0
    while line := archive.file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE:
            raise broken(archive.name, f"the line is longer than {MAX_LINE:,} bytes", number, 1)
        try:
            yield (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).decode()
        except UnicodeDecodeError as error:
            raise broken(archive.name, "the line is not UTF-8", number, error.start + 1) from error


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _names(line: str) -> list[str]:
    return [name.strip().strip('"').lower() for name in line.strip().split(_delimiter(line))]


def _records(archive: Archive, lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line at which it begins, cells) of each record."""
    csv.field_size_limit(MAX_LINE)  # for the whole process; a cell that is too long for a comment is then left out by name
    table, begins = csv.reader(lines, delimiter=delimiter, strict=True), 2
    while True:
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                why = f"a cell of the record that begins there is longer than {MAX_LINE:,} letters; a quote may be missing that ends it"
                raise broken(archive.name, why, begins, 1) from error
            raise broken(archive.name, f"the record that begins there is no CSV: {error}", begins, 1) from error
        if cells:
            yield begins, cells
        begins = table.line_num + 2


def _row(pen: Pen, line: int, names: list[str], cells: list[str]) -> Iterator[Imported]:
    if len(cells) > len(names):
        yield Bad(line, "too many cells", say(_TOO_MANY, cells=len(cells), columns=len(names)))
        return
    given = {name: _NEUTRAL.sub("", cell, count=1) if _NEUTRAL.match(cell) else cell for name, cell in zip(names, cells, strict=False) if name}
    if not text_of(given, "url"):
        yield Bad(line, "comment without a story", say("This record says no url."))
        return
    yield from pen.story(line, given)
    yield from pen.comment(line, text_of(given, "url"), given)
