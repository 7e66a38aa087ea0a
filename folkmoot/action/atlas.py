"""Districts and postal codes in memory: which divisions a point or a code lies in. Pure once it is read (`Atlas`).

A version never changes once it is whole, so what was read of it is kept under its id, for every database of the process.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

import msgspec
from msgspec import Struct

from folkmoot.action import store_officials as store
from folkmoot.action.directory.records import Postal, Spot
from folkmoot.action.model import Point
from folkmoot.action.shapes import MICRO, Box, Shape, reach
from folkmoot.storage.database import Tx

NEAR_A_LINE = 300.0      # metres: lines are generalised, so both sides are possible
OFF_SHORE = 500.0        # metres: piers and harbours lie outside the generalised shore
KEPT = 160               # versions in memory: two Congresses and two chambers of every state
T = TypeVar("T")


class Named(Struct, frozen=True):
    """An area's division and name."""

    division: str
    name: str


class Lie(Struct, frozen=True):
    """How a point lies: inside of these, and within NEAR_A_LINE (or OFF_SHORE, where it is inside of none) of those."""

    inside: tuple[Named, ...]
    near: tuple[Named, ...]


class Areas:
    """The shapes of one version, found by the square degree that they reach into."""

    def __init__(self, rows: Iterable[tuple[str, str, bytes]]) -> None:
        self.names: dict[str, str] = {}
        self._squares: dict[tuple[int, int], list[tuple[Named, Shape]]] = {}
        for division, name, packed in rows:
            self.names[division] = name
            shape = Shape(bytes(packed))
            for square in _squares(shape.box):
                self._squares.setdefault(square, []).append((Named(division, name), shape))

    def lie(self, point: Point) -> Lie:
        y, x = round(point[0] * MICRO), round(point[1] * MICRO)
        there = self._squares.get((y // MICRO, x // MICRO), ())
        inside = tuple(named for named, shape in there if shape.holds(x, y))
        metres = NEAR_A_LINE if inside else OFF_SHORE
        return Lie(inside, tuple(named for named, shape in there if named not in inside and shape.near(x, y, metres)))


def _squares(box: Box) -> Iterator[tuple[int, int]]:
    """The square degrees that a shape reaches into, or comes near."""
    up, across = max(reach(box.south, OFF_SHORE), reach(box.north, OFF_SHORE))
    for row in range((box.south - up) // MICRO, (box.north + up) // MICRO + 1):
        yield from ((row, column) for column in range((box.west - across) // MICRO, (box.east + across) // MICRO + 1))


class Touch(Struct, frozen=True, array_like=True):
    """A division that a postal code touches. plus: the first and last of the four further digits that are meant, or nothing."""

    division: int
    basis: str
    plus: str = ""


class Codes:
    """A table of postal codes."""

    def __init__(self, divisions: Sequence[str], touches: dict[str, tuple[Touch, ...]]) -> None:
        self._divisions = divisions
        self._touches = touches
        self.has_plus = any(touch.plus for each in touches.values() for touch in each)

    def of(self, code: str, plus: str = "") -> list[tuple[str, str]]:
        """(division, basis) of each division that a code touches; with the further digits only those of that part, where the table has it."""
        touches = self._touches.get(code, ())
        if plus:
            touches = tuple(touch for touch in touches if touch.plus and _within(plus, touch.plus)) or touches
        return list(dict.fromkeys((self._divisions[touch.division], touch.basis) for touch in touches))

    def divisions_within(self, start: str) -> list[str]:
        """Every division of the table below another one."""
        return [division for division in self._divisions if division.startswith(start)]


def _within(plus: str, part: str) -> bool:
    first, _, last = part.partition("-")
    return first <= plus <= (last or first)


def pack_codes(rows: Iterable[Postal]) -> bytes:
    """A postal table as it is kept."""
    places: dict[str, int] = {}
    touches: dict[str, list[Touch]] = {}
    for row in rows:
        touches.setdefault(row.code, []).append(Touch(places.setdefault(row.division, len(places)), row.basis, row.plus))
    return zlib.compress(msgspec.msgpack.encode([list(places), touches]), 6)


def pack_spots(rows: Iterable[Spot]) -> bytes:
    """A table of places as it is kept."""
    return zlib.compress(msgspec.msgpack.encode({row.code: [row.place, row.region, row.about, row.latitude, row.longitude] for row in rows}), 6)


class Place(Struct, frozen=True, array_like=True):
    """Where a postal code is."""

    name: str
    region: str
    about: str
    latitude: float
    longitude: float

    @property
    def point(self) -> Point:
        return self.latitude, self.longitude


def areas(tx: Tx, load: int) -> Areas:
    """The shapes of a version."""
    return _kept("areas", load, lambda: Areas((row.division, row.name, row.shape) for row in store.areas_of(tx, load)))


def codes(tx: Tx, load: int) -> Codes:
    """The postal codes of a version."""
    return _kept("codes", load, lambda: _read_codes(store.postal_of(tx, load)))


def spots(tx: Tx, load: int) -> dict[str, Place]:
    """Where the postal codes of a version are."""
    return _kept("spots", load, lambda: _read_spots(store.postal_of(tx, load)))


def _read_codes(packed: bytes) -> Codes:
    divisions, touches = msgspec.msgpack.decode(zlib.decompress(packed), type=tuple[list[str], dict[str, tuple[Touch, ...]]])
    same = lru_cache(maxsize=None)(lambda each: each)  # most codes touch what others touch: one tuple for all of them
    return Codes(divisions, {code: same(each) for code, each in touches.items()})


def _read_spots(packed: bytes) -> dict[str, Place]:
    return msgspec.msgpack.decode(zlib.decompress(packed), type=dict[str, Place])


_memory: dict[tuple[str, int], object] = {}


def _kept(kind: str, load: int, read: Callable[[], T]) -> T:
    """What was read of a version before, else read now. Two threads may read it at once; both get the same."""
    key = (kind, load)
    found = _memory.get(key)
    if found is None:
        while len(_memory) >= KEPT:
            _memory.pop(next(iter(_memory)), None)
        found = _memory[key] = read()
    return found  # type: ignore[return-value]
