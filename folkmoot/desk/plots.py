"""Plots as geometry, for templates/plot.html to draw as SVG: readable without script, with a table beside. Pure: numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log10

from msgspec import Struct

WIDTH, HEIGHT, LEFT, TOP, BASE = 340, 160, 34, 14, 132
RIGHT = 338


class Tick(Struct, frozen=True):
    """A line across, or a day below. at: its place; label: what it says."""

    at: float
    label: str


class Bars(Struct, frozen=True):
    """Stacked bars, one per day: a path per series, bottom first."""

    paths: tuple[str, ...]
    ticks: tuple[Tick, ...]
    days: tuple[Tick, ...]


class Line(Struct, frozen=True):
    """Two lines over days. promise: where the promised value lies, None where it is off the plot."""

    paths: tuple[str, ...]
    ends: tuple[float, ...]
    ticks: tuple[Tick, ...]
    days: tuple[Tick, ...]
    promise: float | None


class Share(Struct, frozen=True):
    """A bar of a list: how long it is, and how much of it is marked."""

    label: str
    amount: int
    marked: int
    width: float
    part: float
    at: float


def top_of(largest: float) -> int:
    """A round number at or above a value: 1, 2 or 5 times a power of ten."""
    if largest <= 5:
        return 5
    power = 10 ** int(log10(largest))
    return int(next(step * power for step in (1, 2, 5, 10) if step * power >= largest))


def _ticks(top: int) -> tuple[Tick, ...]:
    steps = 5 if top % 5 == 0 and top <= 5 else 4 if top % 4 == 0 else 5
    return tuple(Tick(_height(top * step / steps, top), f"{top * step // steps}") for step in range(steps + 1) if top * step % steps == 0)


def _height(value: float, top: int) -> float:
    return round(BASE - (BASE - TOP) * value / top, 1)


def _days(labels: Sequence[str]) -> tuple[Tick, ...]:
    """The first, the last and one day between."""
    if not labels:
        return ()
    width = (RIGHT - LEFT) / len(labels)
    shown = sorted({0, len(labels) // 2, len(labels) - 1})
    return tuple(Tick(round(LEFT + width * (day + 0.5), 1), labels[day]) for day in shown)


def bars(series: Sequence[Sequence[int]], labels: Sequence[str]) -> Bars:
    """Series of one number a day, stacked."""
    top = top_of(max((sum(day) for day in zip(*series, strict=True)), default=0))
    width = (RIGHT - LEFT) / max(1, len(labels))
    below, paths = [0] * len(labels), []
    for values in series:
        drawn = []
        for day, value in enumerate(values):
            if value:
                low, high = _height(below[day], top), _height(below[day] + value, top)
                drawn.append(f"M{LEFT + width * day:.1f} {low}V{high}h{width * 0.82:.1f}V{low}z")
            below[day] += value
        paths.append("".join(drawn))
    return Bars(tuple(paths), _ticks(top), _days(labels))


def lines(series: Sequence[Sequence[float | None]], labels: Sequence[str], promise: float) -> Line:
    """Lines of one value a day; a day without one is left out."""
    top = top_of(max((value for values in series for value in values if value is not None), default=0))
    width = (RIGHT - LEFT) / max(1, len(labels))
    paths, ends = [], []
    for values in series:
        points = [(LEFT + width * (day + 0.5), _height(value, top)) for day, value in enumerate(values) if value is not None]
        paths.append("M" + "L".join(f"{x:.1f} {y}" for x, y in points) if points else "")
        ends.append(points[-1][1] if points else BASE)
    return Line(tuple(paths), tuple(ends), _ticks(top), _days(labels), _height(promise, top) if promise <= top else None)


def shares(rows: Sequence[tuple[str, int, int]]) -> tuple[Share, ...]:
    """(label, amount, marked) as bars of a list, the longest first."""
    most = max((amount for _, amount, _ in rows), default=0) or 1
    ordered = sorted(rows, key=lambda row: -row[1])
    return tuple(
        Share(label, amount, marked, round(190 * amount / most, 1), round(190 * marked / most, 1), 38.0 * place)
        for place, (label, amount, marked) in enumerate(ordered)
    )


def quantile(buckets: Sequence[tuple[int, int]], share: float) -> float | None:
    """The value below which a share of what was counted lies. buckets: (upper bound, how many), ascending."""
    total = sum(number for _, number in buckets)
    if not total:
        return None
    wanted, seen = ceil(total * share), 0
    for bound, number in buckets:
        seen += number
        if seen >= wanted:
            return float(bound)
    return float(buckets[-1][0])
