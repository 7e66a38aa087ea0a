"""Our own export: JSON Lines, each line a row with the id that it keeps. Rows are typed; whatever does not fit is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias, Union

import msgspec
from msgspec import Struct

from folkmoot.discussion.importers.files import Archive, broken
from folkmoot.discussion.store_rows import VERSION, DiscussionRows, Header
from folkmoot.errors import Invalid
from folkmoot.people.store_rows import PeopleRows
from folkmoot.sites.addresses import clean_address
from folkmoot.sites.store_rows import SiteRows, StoryRow

Line: TypeAlias = SiteRows | PeopleRows | DiscussionRows

MAX_LINE = 16_000_000  # bytes; the report of a large import is a line
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_BYTE = re.compile(r"\(byte (\d+)\)")


def knows(head: bytes) -> bool:
    """Whether a file's first bytes look like our own export."""
    return b'"kind":"folkmoot"' in head[:200].replace(b" ", b"")


@cache
def decoder(*others: type[Struct]) -> Callable[[bytes | str], Any]:
    """Reads a line: a row of the discussion, or one of other rooms' types."""
    return msgspec.json.Decoder(Union[Header, Line, *others]).decode


def read(archive: Archive, others: Sequence[type[Struct]] = ()) -> Iterator[tuple[int, Line]]:
    """(line number, row) of every row. others: types of rows of other rooms. Raises Invalid with line and column for what is none."""
    number, decode = 0, decoder(*others)
    while line := archive.file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE:
            raise broken(archive.name, f"the line is longer than {MAX_LINE:,} bytes", number, MAX_LINE)
        row = _row(archive, number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, decode)
        if isinstance(row, Header) != (number == 1):
            raise broken(archive.name, "an export begins with one line that says so, and has no other", number, 1)
        if isinstance(row, Header):
            _check_header(archive, row)
        else:
            _check_row(archive, number, line, row)
            yield number, row
    if not number:
        raise broken(archive.name, "it is empty", 1, 1)


def _row(archive: Archive, number: int, line: bytes, decode: Callable[[bytes | str], Any]) -> Header | Line:
    try:
        row: Header | Line = decode(line)
        return row
    except msgspec.ValidationError as error:
        raise broken(archive.name, f"the line is no row of an export: {error}", number, 1) from error
    except msgspec.DecodeError as error:
        place = _BYTE.search(str(error))
        raise broken(archive.name, f"the line is not JSON: {error}", number, int(place[1]) + 1 if place else 1) from error
    except UnicodeDecodeError as error:
        raise broken(archive.name, "the line is not UTF-8", number, error.start + 1) from error


def _check_row(archive: Archive, number: int, line: bytes, row: Line) -> None:
    """What a type cannot say: texts that no database keeps, and a story's address, which becomes a link."""
    if b"u0000" in line and _NUL.search(line):
        raise broken(archive.name, "a text in it holds U+0000, which cannot be kept", number, 1)
    if isinstance(row, StoryRow):
        try:
            clean_address(row.address)
        except Invalid as error:
            raise broken(archive.name, f"the story's address is none: {error.words}", number, 1) from error


def _check_header(archive: Archive, header: Header) -> None:
    if header.version > VERSION:
        raise broken(archive.name, f"it is of version {header.version}, made by a newer Folkmoot; this one knows {VERSION}", 1, 1)
    if header.public:
        raise broken(archive.name, "it holds only what readers see; import one made without --public", 1, 1)
