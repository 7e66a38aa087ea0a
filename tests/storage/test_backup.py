"""Backups: taken while others write, whole or not there, and a damaged one is named as such."""

from __future__ import annotations

import subprocess
import threading
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from folkmoot.errors import Invalid, Unavailable
from folkmoot.storage.backup import backup, verify
from folkmoot.storage.database import Database, Tx, connect


def pair(tx: Tx, number: int) -> None:
    """Two rows that belong together: a backup of one moment has both or neither."""
    for side in ("left", "right"):
        tx.run("INSERT INTO fact (name, body) VALUES (:name, :body)", name=f"{side} {number}", body="x" * 500)


def test_a_backup_taken_while_others_write_is_of_one_moment(db: Database, tmp_path: Path) -> None:
    for number in range(200):
        db.write_now(partial(pair, number=number))
    ended = threading.Event()

    def write_on() -> None:
        for number in count(1_000):
            db.write_now(partial(pair, number=number))
            if ended.is_set():
                return

    writer = threading.Thread(target=write_on)
    writer.start()
    backup(db, tmp_path / "copy.backup")
    ended.set()
    writer.join()
    verify(tmp_path / "copy.backup")
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.backup", "copy.backup.manifest.json", "copy.backup.sha256"]
    if db.engine == "sqlite":
        copy = connect(f"sqlite:///{tmp_path}/copy.backup")
        sides = [row.name.split() for row in copy.read_now(lambda tx: tx.rows("SELECT name FROM fact"))]
        copy.close()
        left, right = ({number for side, number in sides if side == wanted} for wanted in ("left", "right"))
        assert left == right
        assert len(left) >= 200


def test_the_checksum_is_what_sha256sum_reads(db: Database, tmp_path: Path) -> None:
    backup(db, tmp_path / "copy.backup")
    done = subprocess.run(["sha256sum", "-c", "copy.backup.sha256"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0


@pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.95])
def test_a_backup_with_one_byte_changed_is_damaged(db: Database, tmp_path: Path, place: float) -> None:
    db.write_now(lambda tx: pair(tx, 1))
    copy = tmp_path / "copy.backup"
    backup(db, copy)
    data = bytearray(copy.read_bytes())
    data[int(len(data) * place)] ^= 0xFF
    copy.write_bytes(data)
    with pytest.raises(Invalid, match="damaged"):
        verify(copy)


def test_a_backup_that_was_cut_short_is_damaged_whatever_its_checksum_says(db: Database, tmp_path: Path) -> None:
    from folkmoot.storage.backup import _checksum

    db.write_now(lambda tx: [pair(tx, number) for number in range(200)])
    copy = tmp_path / "copy.backup"
    backup(db, copy)
    copy.write_bytes(copy.read_bytes()[: 50_000 if db.engine == "sqlite" else 200])
    (tmp_path / "copy.backup.sha256").write_text(f"{_checksum(copy)}  copy.backup\n")
    with pytest.raises(Invalid, match="damaged"):
        verify(copy)


def test_a_backup_to_nowhere_says_so(db: Database, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        backup(db, tmp_path / "no such folder" / "copy.backup")
    with pytest.raises(Invalid):
        verify(tmp_path / "no such backup")


def test_a_restored_dump_holds_what_was_there(db: Database, database_url: str, tmp_path: Path) -> None:
    if db.engine == "sqlite":
        pytest.skip("a copy of the file is the restored database itself")
    from folkmoot.storage.backup import _program

    db.write_now(lambda tx: pair(tx, 1))
    backup(db, tmp_path / "copy.backup")
    listed = subprocess.run([_program("pg_restore"), "--data-only", "--table=fact", "-f", "-", str(tmp_path / "copy.backup")],
                            capture_output=True, text=True)
    assert "left 1" in listed.stdout
    assert "right 1" in listed.stdout
