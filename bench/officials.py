"""Who represents a place: loading all records, then a point and a ZIP in memory, and a whole answer over the database.

Over the real records where they lie beside this checkout (../shared/data/officials), else over made-up districts of the same size.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.reading import Plan, database
from bench.table import Row
from folkmoot.action import atlas, loading, officials
from folkmoot.action.ground import Ground
from folkmoot.action.model import Place, Point
from folkmoot.people.model import COMMAND
from folkmoot.storage.database import Database, Tx

REAL = Path(__file__).parents[2] / "shared/data/officials"
DAY = "2026-06-20"
ASKED = 20_000


def officials_(plan: Plan) -> list[Row]:
    """Loading in seconds; look-ups as the 99th percentile in milliseconds."""
    folder = REAL if REAL.exists() else made(plan.folder / "made")
    with database(plan.folder, "officials") as (db, _):
        begun = time.perf_counter()
        loading.load(db, COMMAND, loading.find_files([str(folder)], today=DAY), 1_781_913_600_000)
        loaded = time.perf_counter() - begun
        return [Row("loading all records", loaded, "s", 10, note=folder.name),
            *db.read_now(lambda tx: _look_ups(tx, ASKED // 4 if plan.quick else ASKED)),
                *_answers(db, 200 if plan.quick else 1000)]  # fmt: skip


def _look_ups(tx: Tx, number: int) -> list[Row]:
    ground = Ground(tx, DAY)
    begun = time.perf_counter()
    areas, codes = atlas.areas(tx, ground.of("boundaries", "us")[0].id), atlas.codes(tx, ground.of("postal", "us")[0].id)
    spots = [spot for load in ground.of("places", "us") for spot in atlas.spots(tx, load.id).values()]
    read = time.perf_counter() - begun
    chance = random.Random(1)
    points = _points(chance, [spot.point for spot in spots], number)
    zips = [chance.choice(list(codes._touches)) for _ in range(number)]
    return [
        Row("  reading them into memory, once per process", read, "s", 10),
        Row("a point among all districts, p99", _worst(areas.lie, points), "ms", 1.0, note=f"{len(areas.names)} districts"),
        Row("a ZIP, p99", _worst(codes.of, zips), "ms", 0.1),
    ]  # fmt: skip


def _points(chance: random.Random, known: Sequence[Point], number: int) -> list[Point]:
    """Half where people live, a quarter near those places, a quarter anywhere."""
    here = [chance.choice(known) for _ in range(number // 2)] if known else []
    beside = [(lat + chance.gauss(0, 0.05), lon + chance.gauss(0, 0.05)) for lat, lon in here[: number // 4]]
    anywhere = [(chance.uniform(24, 49), chance.uniform(-125, -67)) for _ in range(number - len(here) - len(beside))]
    return [*here, *beside, *anywhere]


def _worst(act: Callable[..., object], asked: Sequence[object]) -> float:
    took = []
    for each in asked:
        begun = time.perf_counter()
        act(each)
        took.append(time.perf_counter() - begun)
    return sorted(took)[int(len(took) * 0.99)] * 1000


def _answers(db: Database, number: int) -> list[Row]:
    """Whole answers, with officials and their offices, from the database."""
    chance = random.Random(2)
    points = [(chance.uniform(30, 45), chance.uniform(-115, -75)) for _ in range(number)]

    def ask(point: Point) -> None:
        db.read_now(lambda tx: officials.who_represents(tx, Place(point=point), DAY))

    return [Row("a whole answer by point, p99", _worst(ask, points), "ms")]


def made(folder: Path) -> Path:
    """441 districts with wavy lines of 1,400 corners each, and 40,000 ZIPs."""
    folder.mkdir()
    features, zips = [], ["zip,state,district,basis"]
    for number in range(441):
        west, south = -124 + number % 21 * 2.6, 25 + number // 21 * 1.1
        ring = [[west + 1.2 + 1.2 * (1 + 0.1 * math.sin(at / 9)) * math.cos(at / 1399 * 2 * math.pi),
                 south + 0.5 + 0.5 * math.sin(at / 1399 * 2 * math.pi)] for at in range(1399)]  # fmt: skip
        features.append({"type": "Feature", "properties": {"state": "TX", "district": number + 1, "congress": 119},
                         "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}})  # fmt: skip
        zips += [f"{number * 90 + at:05d},TX,{number + 1},zcta" for at in range(90)]
    (folder / "districts.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (folder / "zip-districts-119.csv").write_text("\n".join(zips))
    return folder
