"""A full disk: reading goes on, writing says so, and both heal by themselves when there is room again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from folkmoot.errors import Unavailable
from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import migrate
from tests.faults.ledger import compare
from tests.faults.poster import post


def _mount(*given: str) -> bool:
    return subprocess.run(["mount", "-t", "tmpfs", *given], capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or not _mount("-o", "size=4m", "tmpfs", str(folder)):
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(db: Database) -> tuple[set[int], Unavailable]:
    """Writes until that fails; what was acknowledged, and why it failed."""
    acknowledged: set[int] = set()
    for number in count():
        try:
            db.write_now(partial(post, number=number))
        except Unavailable as problem:
            return acknowledged, problem
        acknowledged.add(number)
    raise AssertionError


def test_a_full_disk_stops_writing_only_and_heals(disk: Path) -> None:
    db = connect(f"sqlite:///{disk}/folkmoot.db")
    migrate(db)
    acknowledged, problem = fill(db)
    assert len(acknowledged) > 100
    assert (problem.code, problem.seconds) == ("disk_full", 30)
    for number in range(10_000_000, 10_000_010):
        with pytest.raises(Unavailable):
            db.write_now(partial(post, number=number))
        compare(db, acknowledged)
    assert _mount("-o", "remount,size=12m", "tmpfs", str(disk))
    db.write_now(partial(post, number=20_000_000))
    compare(db, acknowledged | {20_000_000})
    db.close()


def test_room_that_comes_from_elsewhere_is_used_too(disk: Path) -> None:
    db = connect(f"sqlite:///{disk}/folkmoot.db")
    migrate(db)
    (disk / "ballast").write_bytes(b"x" * 1_000_000)
    acknowledged, _ = fill(db)
    (disk / "ballast").unlink()
    db.write_now(partial(post, number=20_000_000))
    compare(db, acknowledged | {20_000_000})
    db.close()
