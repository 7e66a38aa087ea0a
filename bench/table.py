"""One table: what was measured, its limit, and how they stand to each other."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Row(Struct, frozen=True):
    """One figure. limit: None where it only stands beside. better: whether more or less is better. unit: words after the number."""

    name: str
    measured: float
    unit: str = ""
    limit: float | None = None
    better: Literal["more", "less"] = "less"
    note: str = ""

    @property
    def holds(self) -> bool:
        return self.limit is None or (self.measured >= self.limit if self.better == "more" else self.measured <= self.limit)


def figure(value: float) -> str:
    """A number with three figures that matter."""
    if value != value:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def lines(title: str, rows: list[Row]) -> list[str]:
    """A part of the table as text."""
    made = [f"\n{title}"]
    for row in rows:
        limit = "" if row.limit is None else f"{'≥' if row.better == 'more' else '≤'} {figure(row.limit)}"
        ratio = "" if not row.limit else f"{row.measured / row.limit:.2f}"
        sign = "" if row.limit is None else "ok" if row.holds else "MISSED"
        made.append(f"  {row.name:<58}{figure(row.measured):>9} {row.unit:<9}{limit:>9}{ratio:>8}  {sign:<7}{row.note}".rstrip())
    return made
