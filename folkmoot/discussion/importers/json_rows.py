"""JSON read as a stream: what its lists hold, one value after another, each with its line, in little memory.

`[{…}, {…}]` gives its values under "", `{"comments": [{…}], "users": [{…}]}` those of each list under the list's name: objects as a
rule, and whatever else stands there, so that whoever reads can say it. What is not JSON is refused with its line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from folkmoot.discussion.importers.files import broken

CHUNK = 65_536
MAX_DEPTH = 400
MAX_ROW = 64_000_000  # bytes: a thread with all its comments may be one object
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]|"', re.DOTALL)
_BETWEEN = re.compile(rb"[\s,:0-9.eE+\-a-z]*+", re.DOTALL)  # outside of rows: numbers, true, false, null, and signs
_LOOSE = re.compile(rb"[^\s,]+")  # in a list, beside its rows and texts
_BYTE = re.compile(r"\(byte (\d+)\)")
_PAIRS = {b"}": b"{", b"]": b"["}


def rows(file: BinaryIO, name: str) -> Iterator[tuple[str, int, Any]]:
    """(name of the list, line, value) of each value in a list. Raises Invalid."""
    yield from _Rows(file, name).read()


def decoded(data: bytes, name: str, line: int = 1, column: int = 1) -> Any:
    """A JSON value. line, column: where it begins in the file, for the refusal."""
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        found = _BYTE.search(str(error))
        raise _broken_at(data, int(found[1]) if found else len(data.rstrip()), name, line, column, _said(error)) from error
    except UnicodeDecodeError:
        raise _broken_at(data, _not_utf8(data), name, line, column, "a text in it is not UTF-8") from None
    except RecursionError as error:
        raise broken(name, "its values lie too deep inside one another", line, column) from error


def _not_utf8(data: bytes) -> int:
    """Where bytes cease to be UTF-8; the decoder counts within a text."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _said(error: Exception) -> str:
    return f"it is not JSON: {re.sub(r' *[(]byte [0-9]+[)]', '', str(error)).removeprefix('JSON is malformed: ')}"


def _broken_at(data: bytes, place: int, name: str, line: int, column: int, why: str) -> Exception:
    before = data[:place]
    lines = before.count(b"\n")
    return broken(name, why, line + lines, place - before.rfind(b"\n") if lines else column + place)


class _Rows:
    """Goes from bracket to bracket; a row, which is an object or a list that lies in a list, is left to the decoder as one piece."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._kept = b""        # what is not finished: from the row on that is being read, else from the last sign on
        self._seen = 0          # how much of that has been gone through
        self._line = self._column = 1
        self._lines, self._newline, self._counted = 0, -1, 0  # how many lines end in `_kept`, where the last, as far as that is counted
        self._open: list[bytes] = []
        self._list = self._last = ""
        self._begun: int | None = None  # where in `_kept` the row begins that is being read
        self._over = False

    def read(self) -> Iterator[tuple[str, int, Any]]:
        self._kept = self._file.read(CHUNK).removeprefix(b"\xef\xbb\xbf")
        while True:
            yield from self._tokens()
            more = self._file.read(max(CHUNK, len(self._kept)))  # doubling, so that a long row is not copied over and over
            if not more:
                break
            if len(self._kept) > MAX_ROW:
                raise broken(self._name, f"one piece of it is longer than {MAX_ROW:,} bytes", self._line, self._column)
            self._kept += more
        if self._open or not self._over:
            self._move(len(self._kept))
            raise broken(self._name, "it ends before it is whole" if self._open else "it holds no list and no object", self._line, self._column)
        self._check(self._kept, 0, len(self._kept))

    def _tokens(self) -> Iterator[tuple[str, int, Any]]:
        """Goes through what is kept, and keeps of it what is not finished."""
        done = self._seen
        for found in _TOKEN.finditer(self._kept, done):
            token = found.group()
            if token == b'"':
                break
            if self._begun is None:
                self._check(self._kept, done, found.start())
                yield from self._loose(done, found.start())
            yield from self._take(token, found.start())
            done = found.end()
        kept_from = done if self._begun is None else self._begun
        self._move(kept_from)
        self._seen = done - kept_from

    def _take(self, token: bytes, place: int) -> Iterator[tuple[str, int, Any]]:
        if token[:1] == b'"':
            if self._begun is None and self._in_list():
                yield self._row(place, place + len(token))
            self._last = token[1:-1].decode("utf-8", "replace") if len(self._open) == 1 else self._last
        elif token in (b"{", b"["):
            if self._begun is None and self._in_list():
                self._begun = place
            elif token == b"[":
                self._list = self._last if self._open == [b"{"] else "" if not self._open else self._list
            self._open.append(token)
            self._over = True
            if len(self._open) > MAX_DEPTH:
                self._move(place)
                raise broken(self._name, f"its values lie more than {MAX_DEPTH} deep", self._line, self._column)
        elif not self._open or self._open.pop() != _PAIRS[token]:
            self._move(place)
            raise broken(self._name, f"a {token.decode()} stands here that closes nothing", self._line, self._column)
        elif self._begun is not None and self._in_list():
            yield self._row(self._begun, place + 1)
            self._begun = None

    def _in_list(self) -> bool:
        """Whether a list is open, and nothing in it."""
        return self._open in ([b"["], [b"{", b"["])

    def _loose(self, start: int, end: int) -> Iterator[tuple[str, int, Any]]:
        """What lies in a list without brackets or quotes: numbers, true, false, null."""
        if self._in_list():
            for found in _LOOSE.finditer(self._kept, start, end):
                yield self._row(found.start(), found.end())

    def _row(self, start: int, end: int) -> tuple[str, int, Any]:
        """The value that lies there. Lines are counted on from the row before."""
        self._lines += self._kept.count(b"\n", self._counted, start)
        self._newline = max(self._newline, self._kept.rfind(b"\n", self._counted, start))
        self._counted = start
        line, column = self._line + self._lines, start - self._newline if self._lines else self._column + start
        return self._list, line, decoded(self._kept[start:end], self._name, line, column)

    def _check(self, data: bytes, start: int, end: int) -> None:
        """What stands between brackets and texts."""
        found = _BETWEEN.match(data, start, end)
        if found and found.end() < end:
            self._move(found.end())
            raise broken(self._name, "it is not JSON: a sign stands here that has no meaning there", self._line, self._column)

    def _move(self, place: int) -> None:
        """Forgets what lies before a place."""
        gone = self._kept[:place]
        lines = gone.count(b"\n")
        self._line += lines
        self._column = place - gone.rfind(b"\n") if lines else self._column + place
        self._kept = self._kept[place:]
        self._lines, self._newline, self._counted = 0, -1, 0
        if self._begun is not None:
            self._begun -= place
