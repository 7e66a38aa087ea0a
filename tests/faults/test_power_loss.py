"""Power loss: whatever the disk forgot of what was not synced, the file is sound and holds all that was acknowledged."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pytest

from folkmoot.storage.database import connect
from folkmoot.storage.migrations import migrate
from tests.faults.disks import ForgetfulDisk, layer
from tests.faults.ledger import compare
from tests.faults.poster import post

SEED = 1_954


def record(path: Path, writes: int) -> tuple[ForgetfulDisk, int]:
    """What a disk saw of so many writes, checkpoints among them, and where the schema was complete."""
    disk = ForgetfulDisk()
    with layer(disk.happen):
        db = connect(f"sqlite:///{path}")
        migrate(db)
        begin = len(disk.changes)
        for number in range(writes):
            db.write_now(partial(post, number=number))
            disk.note(number)
        db.close()
    return disk, begin


def survive(folder: Path, disk: ForgetfulDisk, point: int, chance: random.Random) -> None:
    files, acknowledged = disk.after(point, chance)
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    db = connect(f"sqlite:///{folder}/folkmoot.db", readers=1)
    compare(db, acknowledged)
    db.close()


def lose_power(tmp_path: Path, writes: int, points: int) -> None:
    chance = random.Random(SEED)
    disk, begin = record(tmp_path / "folkmoot.db", writes)
    every = range(begin, len(disk.changes) + 1)
    for turn, point in enumerate(sorted(chance.sample(every, min(points, len(every))))):
        survive(tmp_path / str(turn), disk, point, chance)


def test_what_was_acknowledged_survives_the_power(tmp_path: Path) -> None:
    lose_power(tmp_path, writes=40, points=60)


@pytest.mark.long
@pytest.mark.timeout(1_200)
def test_what_was_acknowledged_survives_the_power_at_every_point(tmp_path: Path) -> None:
    lose_power(tmp_path, writes=600, points=2_000)
