"""An opinion map as shapes for SVG: where each person stands, one mark per group, a line around each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

WIDTH, HEIGHT = 360, 240
EDGE = 24
MARKS = ("circle", "triangle", "square", "diamond", "cross")
Point = tuple[float, float]


class Mark(Struct, frozen=True):
    """Somebody on the map, as a path. group: the number of theirs in the list, None for none."""

    path: str
    group: int | None


class Outline(Struct, frozen=True):
    """A group's line, and where its name goes."""

    path: str
    x: float
    y: float


class Drawing(Struct, frozen=True):
    """All of it, in units of the view box (WIDTH × HEIGHT). you: where the reader stands."""

    marks: list[Mark]
    outlines: list[Outline]
    you: Point | None


def drawing(places: Sequence[tuple[float, float, int | None]], groups: Sequence[int], you: tuple[float, float, int | None] | None = None) -> Drawing:
    """The shapes of a map. places: x, y and the id of the group; groups: their ids, in the order of their marks."""
    points = [(x, y) for x, y, _ in places] + ([(you[0], you[1])] if you else [])
    put = _scale(points)
    number = {group: at for at, group in enumerate(groups)}
    marks = [Mark(_mark(put(x, y), number.get(party) if party is not None else None), number.get(party) if party is not None else None)
             for x, y, party in places]  # fmt: skip
    outlines = [_outline([put(x, y) for x, y, party in places if party == group]) for group in groups]
    return Drawing(marks, [each for each in outlines if each], put(you[0], you[1]) if you else None)


def _scale(points: Sequence[Point]) -> Callable[[float, float], Point]:
    """What puts a place into the view box, both directions by the same measure."""
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    left, top = min(xs), min(ys)
    unit = min((WIDTH - 2 * EDGE) / max(max(xs) - left, 1e-9), (HEIGHT - 2 * EDGE) / max(max(ys) - top, 1e-9))
    unit = unit if max(xs) > left or max(ys) > top else 0.0
    aside, down = (WIDTH - unit * (max(xs) - left)) / 2, (HEIGHT - unit * (max(ys) - top)) / 2

    def put(x: float, y: float) -> Point:
        return round(aside + unit * (x - left), 1), round(down + unit * (y - top), 1)

    return put


def _mark(at: Point, group: int | None) -> str:
    x, y = at
    shape = MARKS[group % len(MARKS)] if group is not None else "dot"
    return {
        "dot": f"M{x - 2} {y}a2 2 0 1 0 4 0a2 2 0 1 0-4 0z", "circle": f"M{x - 3} {y}a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
        "triangle": f"M{x} {y - 3.4}l3.4 6h-6.8z", "square": f"M{x - 2.7} {y - 2.7}h5.4v5.4h-5.4z",
        "diamond": f"M{x} {y - 3.8}l3.8 3.8l-3.8 3.8l-3.8-3.8z",
        "cross": f"M{x - 1} {y - 3.4}h2v2.4h2.4v2h-2.4v2.4h-2v-2.4h-2.4v-2h2.4z",
    }[shape]  # fmt: skip


def _outline(points: list[Point]) -> Outline | None:
    """A line around most of a group: the hull of those who stand nearest its middle (nine of ten)."""
    if not points:
        return None
    middle = sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    near = sorted(points, key=lambda at: (at[0] - middle[0]) ** 2 + (at[1] - middle[1]) ** 2)[: max(3, round(0.9 * len(points)))]
    hull = _hull(near)
    path = "M" + "L".join(f"{x} {y}" for x, y in hull) + "z"
    return Outline(path, round(middle[0], 1), round(max(y for _, y in hull) + 18, 1))


def _hull(points: list[Point]) -> list[Point]:
    """The convex hull (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered

    def chain(given: Sequence[Point]) -> list[Point]:
        found: list[Point] = []
        for at in given:
            while len(found) > 1 and _turns(found[-2], found[-1], at) <= 0:
                found.pop()
            found.append(at)
        return found[:-1]

    return chain(ordered) + chain(ordered[::-1])


def _turns(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
