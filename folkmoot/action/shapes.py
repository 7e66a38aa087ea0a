"""Polygons made ready to be asked "is this point inside, and how near is the line?" in microseconds. Pure.

A shape is packed once, when it is loaded: corners as whole millionths of a degree, and for each band of latitude the edges that
cross it. So a question looks at the few edges of one or two bands, and reading a packed shape back costs nothing.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Sequence

from msgspec import Struct

MICRO = 1_000_000
BAND = 10_000            # millionths of a degree of latitude: 1.1 km
METRES = 111_320         # of a degree of latitude
_HEAD = struct.Struct("<iiiiiii")  # corners, first band, bands, west, south, east, north

Ring = Sequence[Sequence[float]]


class Box(Struct, frozen=True):
    """The smallest rectangle around a shape, in millionths of a degree."""

    west: int
    south: int
    east: int
    north: int

    def holds(self, x: int, y: int, margin_x: int = 0, margin_y: int = 0) -> bool:
        return self.west - margin_x <= x <= self.east + margin_x and self.south - margin_y <= y <= self.north + margin_y


def pack(rings: Sequence[Ring]) -> bytes:
    """Packs the rings of a polygon or of many, each a list of (longitude, latitude), the last corner being the first again.

    Holes need no mark: a point is inside where a line from it crosses an odd number of edges. Raises ValueError for what is no ring.
    """
    corners, edges = array("i"), array("I")
    for ring in rings:
        _add_ring(ring, corners, edges)
    if not edges:
        raise ValueError("a shape without a ring")
    box = Box(min(corners[::2]), min(corners[1::2]), max(corners[::2]), max(corners[1::2]))
    first = box.south // BAND
    bands: list[list[int]] = [[] for _ in range(box.north // BAND - first + 1)]
    for edge in edges:
        low, high = sorted((corners[2 * edge + 1], corners[2 * edge + 3]))
        for band in range(low // BAND - first, high // BAND - first + 1):
            bands[band].append(edge)
    starts, listed = array("I", [0]), array("I")
    for band_edges in bands:
        listed.extend(band_edges)
        starts.append(len(listed))
    head = _HEAD.pack(len(corners) // 2, first, len(bands), box.west, box.south, box.east, box.north)
    return head + corners.tobytes() + starts.tobytes() + listed.tobytes()


def _add_ring(ring: Ring, corners: array[int], edges: array[int]) -> None:
    if len(ring) < 4 or list(ring[0]) != list(ring[-1]):
        raise ValueError("a ring that does not close")
    begin = len(corners) // 2
    for corner in ring:
        longitude, latitude = corner[0], corner[1]
        if not (-180.001 <= longitude <= 180.001 and -90 <= latitude <= 90):
            raise ValueError("a corner that is no longitude and latitude in degrees")
        corners.extend((round(longitude * MICRO), round(latitude * MICRO)))
    edges.extend(range(begin, begin + len(ring) - 1))


class Shape:
    """A packed shape. `holds` and `near` take millionths of a degree."""

    __slots__ = ("_bands", "_corners", "_first", "_listed", "_starts", "box")

    def __init__(self, packed: bytes) -> None:
        corners, self._first, self._bands, west, south, east, north = _HEAD.unpack_from(packed)
        self.box = Box(west, south, east, north)
        view, at = memoryview(packed), _HEAD.size
        self._corners = view[at : at + 8 * corners].cast("i")
        at += 8 * corners
        self._starts = view[at : at + 4 * (self._bands + 1)].cast("I")
        self._listed = view[at + 4 * (self._bands + 1) :].cast("I")

    def _edges(self, low: int, high: int) -> Sequence[int]:
        """Edges that cross the bands between two latitudes; one that crosses several comes several times."""
        begin, end = max(0, low // BAND - self._first), min(self._bands - 1, high // BAND - self._first)
        return self._listed[self._starts[begin] : self._starts[end + 1]].tolist() if begin <= end else ()

    def holds(self, x: int, y: int) -> bool:
        """Whether the point lies inside."""
        if not self.box.holds(x, y):
            return False
        inside, corners = False, self._corners
        for edge in self._edges(y, y):
            at = 2 * edge
            y1, y2 = corners[at + 1], corners[at + 3]
            if (y1 > y) != (y2 > y) and x < corners[at] + (y - y1) * (corners[at + 2] - corners[at]) / (y2 - y1):
                inside = not inside
        return inside

    def near(self, x: int, y: int, metres: float) -> bool:
        """Whether the line of the shape passes within so many metres."""
        up, across = reach(y, metres)
        if not self.box.holds(x, y, across, up):
            return False
        corners, flat, limit = self._corners, math.cos(math.radians(y / MICRO)), float(up) ** 2
        for edge in self._edges(y - up, y + up):
            at = 2 * edge
            x1, x2 = corners[at] - x, corners[at + 2] - x
            if (x1 > across and x2 > across) or (x1 < -across and x2 < -across):
                continue
            if _distance2(x1 * flat, corners[at + 1] - y, x2 * flat, corners[at + 3] - y) <= limit:
                return True
        return False


def reach(y: int, metres: float) -> tuple[int, int]:
    """So many metres as millionths of a degree of latitude, and of longitude there."""
    up = metres / METRES * MICRO
    return math.ceil(up), math.ceil(up / max(0.01, math.cos(math.radians(y / MICRO))))


def _distance2(x1: float, y1: float, x2: float, y2: float) -> float:
    """The square of the distance of a segment from the origin."""
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    along = 0.0 if not length else max(0.0, min(1.0, -(x1 * dx + y1 * dy) / length))
    return float((x1 + along * dx) ** 2 + (y1 + along * dy) ** 2)


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance between two points (latitude, longitude) on the globe, by the haversine formula."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 12_742 * math.asin(min(1.0, math.sqrt(half)))
