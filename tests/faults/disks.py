"""Disks that misbehave: layers between SQLite and the system's files."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw


class _File(apsw.VFSFile):
    """A file whose changes pass through `happen` first."""

    def __init__(self, name: Any, flags: list[int], happen: Callable[..., None]) -> None:
        super().__init__("unix", name, flags)
        self._name = str(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._happen = happen

    def xWrite(self, data: bytes, offset: int) -> None:
        self._happen("write", self._name, bytes(data), offset)
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._happen("sync", self._name)
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:
        self._happen("truncate", self._name, newsize)
        super().xTruncate(newsize)


class _Layer(apsw.VFS):
    def __init__(self, happen: Callable[..., None]) -> None:
        super().__init__("folkmoot-test", "unix", makedefault=True)
        self._happen = happen

    def xOpen(self, name: Any, flags: list[int]) -> _File:
        return _File(name, flags, self._happen)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self._happen("delete", filename)
        super().xDelete(filename, syncdir)


@contextmanager
def layer(happen: Callable[..., None]) -> Iterator[None]:
    """Has every file that SQLite opens meanwhile call `happen(what, name, …)` before each change; what that raises, happens."""
    vfs = _Layer(happen)
    try:
        yield
    finally:
        vfs.unregister()


class FailingDisk:
    """A disk on which the n-th change and those after it fail, until it is mended. None of them at first."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.left: int | None = None  # changes that still succeed
        self.failed = 0

    def happen(self, _what: str, _name: str, *_rest: object) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.failed += 1
            raise self.error


class ForgetfulDisk:
    """Remembers every change in order, and can tell what a disk may hold after the power failed at any point of them.

    What was synced is there. Of what came later anything may be there or not, in any order, sector by sector.
    """

    def __init__(self) -> None:
        self.changes: list[tuple[Any, ...]] = []

    def happen(self, *change: Any) -> None:
        self.changes.append(change)

    def note(self, number: int) -> None:
        """Marks that the write of this number was acknowledged here."""
        self.changes.append(("acknowledged", number))

    def after(self, point: int, chance: random.Random) -> tuple[dict[str, bytes], set[int]]:
        """The files by name after a power failure at `point`, and what was acknowledged before it."""
        files: dict[str, bytearray] = defaultdict(bytearray)
        unsynced: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        acknowledged: set[int] = set()
        for what, *rest in self.changes[:point]:
            if what == "acknowledged":
                acknowledged.add(rest[0])
            elif what == "sync":
                _apply(files[rest[0]], unsynced.pop(rest[0], []))
            elif what == "delete":
                files.pop(rest[0], None)
                unsynced.pop(rest[0], None)
            else:
                unsynced[rest[0]].append((what, *rest[1:]))
        for name, changes in unsynced.items():
            _apply(files[name], _some(changes, chance))
        return {Path(name).name: bytes(data) for name, data in files.items()}, acknowledged


def _apply(data: bytearray, changes: list[tuple[Any, ...]]) -> None:
    for what, *rest in changes:
        if what == "truncate":
            del data[rest[0]:]
            continue
        written, offset = rest
        data.extend(bytes(max(0, offset - len(data))))
        data[offset:offset + len(written)] = written


def _some(changes: list[tuple[Any, ...]], chance: random.Random) -> list[tuple[Any, ...]]:
    """A part of the changes, in any order, the writes in sectors of 512 bytes."""
    sectors = []
    for change in changes:
        if change[0] == "truncate":
            sectors.append(change)
            continue
        _, written, offset = change
        sectors += [("write", written[start:start + 512], offset + start) for start in range(0, len(written), 512)]
    kept = [sector for sector in sectors if chance.random() < 0.5]
    chance.shuffle(kept)
    return kept
