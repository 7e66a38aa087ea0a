"""Columns of numbers and names out of CSV files, plain or packed; what is wrong in them is said with file and line."""

from __future__ import annotations

import csv
import gc
import gzip
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from folkmoot.errors import Invalid

PACKED = b"\x1f\x8b"
BLOCK = 20_000  # lines that are taken at once
LONGEST = 1e9   # minutes


class Column(Struct, frozen=True):
    """One column that is asked for. values: what may stand in it, as text, and its number; None: a name (numbered as it first appears), or a time.

    also: another name that it may have. needed: whether the file must have it. default: its number in a file without it, or where the field is empty.
    """

    name: str
    values: Mapping[str, int] | None = None
    also: str = ""
    time: bool = False
    needed: bool = True
    default: float = 0


_Taker: TypeAlias = tuple[Column, int | None, Any]  # a column, its place in the file, and where its numbers go


class Table(Struct, frozen=True):
    """What was read. columns: by name, as long as each other. names: of the columns of names, in the order of their numbers."""

    columns: dict[str, NDArray[Any]]
    names: dict[str, list[str]]


def read_columns(files: Sequence[Path], wanted: Sequence[Column]) -> Table:
    """The columns of one or several files that are parts of one table. Raises Invalid with file and line."""
    names: dict[str, dict[str, int]] = {each.name: {} for each in wanted if each.values is None and not each.time}
    kept: dict[str, Any] = {each.name: array("d" if each.time else "q") for each in wanted}
    for file in files:
        with _opened(file) as lines, _uncollected():
            _read(file, csv.reader(lines), wanted, kept, names)
    columns = {name: np.frombuffer(column, dtype=column.typecode) for name, column in kept.items()}
    return Table(columns, {name: list(known) for name, known in names.items()})


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles, which would walk through a million short lists again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read(file: Path, rows: Iterator[list[str]], wanted: Sequence[Column], kept: dict[str, Any], names: dict[str, dict[str, int]]) -> None:
    named = {column.also: column.name for column in wanted if column.also}
    head = [named.get(name, name) for name in (each.strip().lower().replace("-", "_") for each in next(rows, []))]
    for column in wanted:
        if column.needed and column.name not in head:
            raise Invalid(f"{file} has no column {column.name}; it needs {', '.join(each.name for each in wanted if each.needed)}.", "columns")
    takers = [(column, head.index(column.name) if column.name in head else None, kept[column.name]) for column in wanted]
    line = 2
    try:
        while block := list(islice(rows, BLOCK)):
            if not _take_block(block, takers, names):
                _take_slowly(file, line, block, takers, names)
            line += len(block)
    except csv.Error as error:
        raise Invalid(f"{file}, after line {line}: this is not CSV ({error}).", "line") from None


def _take_block(block: list[list[str]], takers: Sequence[_Taker], names: dict[str, dict[str, int]]) -> bool:
    """Takes many lines at once; False, with nothing taken, where one of them is not quite plain."""
    try:
        columns = list(zip(*block, strict=True))
        taken = [_whole_column(column, columns[place] if place is not None else (), len(block), names) for column, place, _ in takers]
    except (ValueError, KeyError, IndexError):
        return False
    for (_, _, into), values in zip(takers, taken, strict=True):
        into.extend(values)
    return True


def _whole_column(column: Column, texts: Sequence[str], number: int, names: dict[str, dict[str, int]]) -> Sequence[float]:
    """A column's numbers. Raises ValueError or KeyError where a field must be looked at by itself."""
    if not texts:
        return [column.default] * number
    if column.values is not None:
        return list(map(column.values.__getitem__, texts))
    if column.time:
        minutes = list(map(float, texts))
        if not (min(minutes) >= 0 and max(minutes) < LONGEST and sum(minutes) >= 0):  # a sum is no number where one of them is none
            raise ValueError
        return minutes
    known = names[column.name]
    fresh = [text for text in dict.fromkeys(texts) if text not in known]
    if any(not text or text != text.strip() for text in fresh):
        raise ValueError
    known.update(zip(fresh, range(len(known), len(known) + len(fresh)), strict=True))
    return list(map(known.__getitem__, texts))


def _take_slowly(file: Path, line: int, block: list[list[str]], takers: Sequence[_Taker], names: dict[str, dict[str, int]]) -> None:
    """Takes lines one by one, to say which is wrong. Raises Invalid."""
    for number, row in enumerate(block, line):
        try:
            for column, place, into in takers if row else ():
                into.append(_value(column, row[place], names) if place is not None else column.default)
        except IndexError:
            raise Invalid(f"{file}, line {number}: there are fewer fields than the heading names.", "line") from None
        except (ValueError, KeyError) as error:
            raise Invalid(f"{file}, line {number}: {error.args[0]}", "line") from None


def _value(column: Column, text: str, names: dict[str, dict[str, int]]) -> float:
    """The number that stands for a field. Raises ValueError with words."""
    text = text.strip()
    if column.values is not None:
        number = column.values.get(text)
        if number is not None:
            return number
        if text or column.needed:
            raise ValueError(f"{column.name} must be {' or '.join(column.values)}, not “{text[:40]}”.")
        return column.default
    if column.time:
        return _minutes(column, text)
    if not text:
        raise ValueError(f"{column.name} is empty.")
    known = names[column.name]
    return known.setdefault(text, len(known))


def _minutes(column: Column, text: str) -> float:
    if not text:
        return column.default
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not 0 <= number < LONGEST:
        raise ValueError(f"{column.name} must be a number of minutes from 0 on, not “{text[:40]}”.")
    return number


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    """A file as text, unpacked where it is packed. Raises Invalid, also for what turns out while it is read."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == PACKED
        with gzip.open(file, "rt", encoding="utf-8-sig", newline="") if packed else file.open("rt", encoding="utf-8-sig", newline="") as lines:
            yield lines
    except UnicodeDecodeError:
        raise Invalid(f"{file} is not UTF-8 text, so it is no CSV file that can be read.", "not_text") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Invalid(f"{file} is damaged: it cannot be unpacked to its end.", "damaged") from None
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror or error}.", "not_read") from None
