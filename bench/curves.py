"""`python -m bench.curves [--worlds N]`: draws docs/pictures/notes-curve.svg and prints the figures of docs/notes.md.

Made-up worlds of seeds that were never used while the scorer was made.
Of each world two curves: what is shown as it must be surer (ours), and as its intercept must be higher (the published model alone).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bench.worlds import Shape, World, size, sly, small, varied, world
from folkmoot.notes.bridging import fit
from folkmoot.notes.scoring import SHOWN, score

PICTURE = Path(__file__).parent.parent / "docs/pictures/notes-curve.svg"
FRESH = 600_000   # the first seed; others were used while the scorer was made
HASTE = (60, 240, 1_000, 4_320)   # minutes in which strikes are over
SURENESS = np.array([0.5, 0.6, 0.7, 0.8, 0.85, 0.875, 0.9, 0.95, 0.975, 0.99, 0.999])
INTERCEPTS = np.array([0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55])


class Outcome(Struct, frozen=True):
    """All notes of several worlds, one entry each."""

    good: NDArray[np.bool_]
    pushed: NDArray[np.bool_]
    buried: NDArray[np.bool_]
    status: NDArray[np.str_]
    sure: NDArray[np.float64]
    held: NDArray[np.bool_]
    intercept: NDArray[np.float64]


def outcome(worlds: Iterator[World]) -> Outcome:
    """Scores worlds both ways."""
    rows = []
    for made in worlds:
        ours, plain = score(made.ratings).judgements, fit(made.ratings)
        held = np.array([each.why in ("campaign_for", "asked_differ", "linked_differ", "few", "one_sided", "early") for each in ours])
        rows.append((made.good, made.pushed, made.buried, np.array([each.status for each in ours]), np.array([each.sure for each in ours]), held,
                     plain.note_intercept))  # fmt: skip
    return Outcome(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def figures(found: Outcome) -> str:
    """One line of the table in docs/notes.md."""
    up, raw = np.isin(found.status, SHOWN), found.intercept >= 0.4
    disputed = (found.status == "disputed")[found.buried & ~up]
    return (
        f"ours {found.good[up].mean():.3f} / {up[found.good].mean():.3f}, "
        f"pushed shown {int((up & found.pushed).sum())} of {int(found.pushed.sum())}, "
        f"buried shown {int((up & found.buried).sum())} of {int(found.buried.sum())}, of the rest disputed {int(disputed.sum())} of {len(disputed)}; "
        f"published {found.good[raw].mean():.3f} / {raw[found.good].mean():.3f}, pushed shown {int((raw & found.pushed).sum())}, "
        f"buried shown {int((raw & found.buried).sum())}"
    )


def by_haste(worlds: list[tuple[Shape, int]]) -> Iterator[str]:
    """The same of worlds whose rings strike faster or slower."""
    for least, most in pairwise((0, *HASTE)):
        some = [each for each in worlds if least < each[0].window <= most]
        if some:
            yield f"  strikes within {most:,} minutes: {len(some)} worlds; {figures(outcome(world(*each) for each in some))}"


def curve(found: Outcome, shown_at: Callable[[float], NDArray[np.bool_]], levels: NDArray[np.float64]) -> list[tuple[float, float]]:
    """(recall, precision) at each level."""
    points = [(float(shown_at(level)[found.good].mean()), float(found.good[shown_at(level)].mean())) for level in levels if shown_at(level).any()]
    return [point for point in points if point[0] > 0]


def svg(parts: list[tuple[str, Outcome]]) -> str:
    """The picture: one panel per size, recall to the right, precision upwards from 0.7."""
    drawn = [_panel(20 + 340 * number, title, found) for number, (title, found) in enumerate(parts)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {340 * len(parts) + 20} 330" font-family="sans-serif" font-size="12" role="img">'
        "<title>Precision and recall of shown notes: ours and the published model</title>"
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(drawn)}</svg>\n'
    )


def _panel(left: int, title: str, found: Outcome) -> str:
    def x(recall: float) -> float:
        return round(left + 40 + 260 * recall, 1)

    def y(precision: float) -> float:
        return round(280 - 240 * (max(precision, 0.7) - 0.7) / 0.3, 1)

    lines = [f'<text x="{left + 40}" y="24" font-weight="bold">{title}</text>']
    for value in (0.7, 0.8, 0.9, 0.95, 1.0):
        lines.append(f'<path d="M{x(0)} {y(value)}H{x(1)}" stroke="#ddd"/>')
        lines.append(f'<text x="{left + 34}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>')
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        lines.append(f'<text x="{x(value)}" y="298" text-anchor="middle">{value:g}</text>')
    lines.append(f'<text x="{x(0.5)}" y="318" text-anchor="middle">recall of good notes</text>')
    ours = curve(found, lambda level: (found.sure >= level) & ~found.held, SURENESS)
    theirs = curve(found, lambda level: found.intercept >= level, INTERCEPTS)
    for points, colour, name, at in ((ours, "#0b5c8a", "ours", 250), (theirs, "#b3541e", "published model", 268)):
        way = " ".join(f"{x(recall)},{y(precision)}" for recall, precision in points)
        lines.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines += [f'<circle cx="{x(recall)}" cy="{y(precision)}" r="3" fill="{colour}"/>' for recall, precision in points]
        lines.append(f'<text x="{x(0.03)}" y="{at}" fill="{colour}">{name}</text>')
    return "".join(lines)


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m bench.curves", description=__doc__)
    ask.add_argument("--worlds", type=int, default=120, help="of tens of raters; of the larger ones a third and a twelfth, of sly ones a half")
    many = ask.parse_args().worlds
    parts = []
    for title, shapes in (
        ("Tens of raters", [(small(FRESH + n), FRESH + n) for n in range(many)]),
        ("700 raters", [(varied(FRESH + n, 700), FRESH + n) for n in range(many // 3)]),
        ("3,000 raters", [(varied(FRESH + n, 3_000), FRESH + n) for n in range(max(1, many // 12))]),
        ("200 to 3,000 raters, sly rings", [(sly(FRESH + n, size(FRESH + n)), FRESH + n) for n in range(many // 2)]),
    ):
        found = outcome(world(shape, seed) for shape, seed in shapes)
        print(f"{title}: {len(shapes)} worlds; {figures(found)}", flush=True)
        parts.append((title, found))
    print("\n".join(by_haste(shapes)))
    PICTURE.write_text(svg(parts), "utf-8")


if __name__ == "__main__":
    main()
