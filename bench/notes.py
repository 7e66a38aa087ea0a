"""The scorer and the map alone: how long, how much memory, and one new rating."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench.reading import Plan
from bench.table import Row
from bench.worlds import Shape, World, varied, world
from folkmoot.notes.opinions import map_of
from folkmoot.notes.scoring import rescore_note, score

LARGE = Shape(raters=50_000, notes=10_000, per_note=67.5)


def notes(plan: Plan) -> list[Row]:
    """The rows of the part."""
    return [*_whole(plan), _one_rating(), _map(plan)]


def write_ratings(file: Path, made: World) -> int:
    """A world as the command line reads it; how many ratings."""
    r = made.ratings
    with file.open("w") as out:
        out.write("note_id,rater_id,level,minutes,asked\n")
        out.writelines(f"{a},{b},{c},{d:.0f},{e:d}\n" for a, b, c, d, e in zip(r.note, r.rater, r.level, r.minutes, r.asked, strict=True))
    return len(r)


def _whole(plan: Plan) -> list[Row]:
    """`folkmoot notes score` on 50,000 raters and 10,000 notes, from the file to the file, as a process of its own."""
    file = plan.folder / "ratings.csv"
    number = write_ratings(file, world(LARGE, 1))
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "folkmoot", "notes", "score", file, "--out", plan.folder / "scores.csv"], check=True, capture_output=True)
    took = time.monotonic() - begun
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        Row(f"Scoring {number:,} ratings, file to file", took, "s", 10, note="published scorer: 114 s"),
        Row("… memory at most", memory, "MB", 600, note="published scorer: 2,108 MB"),
    ]


def _one_rating() -> Row:
    """The slowest tenth of notes of a town of two thousand, each reckoned anew."""
    made = world(varied(1, 2_000), 1)
    scored, took = score(made.ratings), []
    for note in range(0, made.ratings.notes, 5):
        rows = made.ratings.note == note
        rater, level = made.ratings.rater[rows], made.ratings.level[rows]
        begun = time.perf_counter()
        rescore_note(scored, rater, level, note=note)
        took.append(time.perf_counter() - begun)
    return Row("One new rating, nine of ten notes", 1000 * float(np.quantile(took, 0.9)), "ms", 1)


def _map(plan: Plan) -> Row:
    """5,000 people, 400 statements, 178,000 votes in three groups."""
    draw = np.random.default_rng(3)
    people, statements = (1_000, 100) if plan.quick else (5_000, 400)
    group = draw.choice(3, people, p=[0.5, 0.3, 0.2])
    voter, statement = np.nonzero(draw.random((people, statements)) < 0.09)
    lean = draw.normal(0, 1.2, (3, statements))[group[voter], statement] + draw.normal(0, 1, len(voter))
    begun = time.monotonic()
    map_of(voter, statement, np.sign(np.round(lean)), people=people, statements=statements)
    return Row(f"A map of {people:,} people and {statements} statements", time.monotonic() - begun, "s", 20, note="aim: 2 s")
