"""A disk whose n-th write fails, for every n until nothing fails any more: no half writes, no wrong answers, and it heals."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import apsw
import pytest

from folkmoot.errors import Unavailable
from folkmoot.storage.database import connect
from folkmoot.storage.migrations import migrate
from tests.faults.disks import FailingDisk, layer
from tests.faults.ledger import compare
from tests.faults.poster import post

WRITES = 6


def fail_at(path: Path, disk: FailingDisk, change: int) -> int:
    """Six writes on a disk that fails at its n-th change and is mended after them; the changes that failed."""
    acknowledged = set()
    with layer(disk.happen):
        disk.left, disk.failed = None, 0
        db = connect(f"sqlite:///{path}")
        migrate(db)
        disk.left = change
        for number in range(WRITES):
            try:
                db.write_now(partial(post, number=number))
            except Unavailable as problem:
                assert problem.code in ("disk_full", "disk_failed")
            else:
                acknowledged.add(number)
        compare(db, acknowledged)
        disk.left = None
        db.write_now(partial(post, number=WRITES))
        compare(db, acknowledged | {WRITES})
        db.close()
    again = connect(f"sqlite:///{path}")
    compare(again, acknowledged | {WRITES})
    again.close()
    return disk.failed


@pytest.mark.parametrize("error", [apsw.IOError("the disk fails"), apsw.FullError("the disk is full")], ids=["fails", "full"])
def test_whichever_change_fails_first_all_is_told_truly(tmp_path: Path, error: Exception) -> None:
    disk = FailingDisk(error)
    for change in range(1_000):
        if not fail_at(tmp_path / f"{change}.db", disk, change):
            break
    assert 20 < change < 1_000


def test_a_commit_that_fails_is_answered_with_unavailable_and_tells_nobody(tmp_path: Path) -> None:
    disk = FailingDisk(apsw.IOError("the disk fails"))
    heard: list[dict[int, int]] = []
    with layer(disk.happen):
        db = connect(f"sqlite:///{tmp_path}/folkmoot.db")
        migrate(db)
        db.follow(heard.append)
        disk.left = 0
        with pytest.raises(Unavailable):
            db.write_now(partial(post, number=1))
        assert heard == []
        disk.left = None
        db.write_now(partial(post, number=2))
        assert heard == [{1: 1}]
        compare(db, {2})
        db.close()
