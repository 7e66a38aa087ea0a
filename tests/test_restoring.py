"""Coming back from a backup: proven in a scratch place first, and never over what somebody is at work on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from folkmoot.storage.backup import backup
from folkmoot.storage.database import connect
from tests.moot import Moot
from tests.storage.test_upgrades import empty, first_release
from tests.test_cli import Terminal, at, nowhere

__all__ = ["at", "empty", "nowhere"]  # fixtures


@pytest.fixture
def copy(at: Terminal, moot: Moot, tmp_path: Path) -> Path:
    """A backup of a newsroom in which Bo has spoken."""
    moot.says(moot.guest("Bo"), "Close it.")
    at.does("backup", str(tmp_path / "copy.backup"))
    return tmp_path / "copy.backup"


def manifest(copy: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((copy.parent / f"{copy.name}.manifest.json").read_text())
    return found


def test_a_manifest_says_hash_counts_and_schema(copy: Path, moot: Moot) -> None:
    said = manifest(copy)
    assert (said["engine"], said["file"], said["counts"]["comment"], said["counts"]["site"]) == (moot.db.engine, "copy.backup", 1, 1)
    assert said["bytes"] == copy.stat().st_size and (copy.parent / "copy.backup.sha256").read_text().startswith(said["sha256"])


def test_a_backup_is_proven_without_touching_the_data(at: Terminal, copy: Path, moot: Moot) -> None:
    moot.says(moot.guest("Ada"), "Said after the backup.")
    assert "comes back whole" in at.does("restore", str(copy), "--verify")
    told: Any = at.reads("restore", str(copy), "--verify")
    assert (told["wrong"], told["rows"]) == ([], sum(manifest(copy)["counts"].values()))
    assert moot.live() == 2


def test_a_backup_that_lacks_a_row_is_told_by_its_manifest(at: Terminal, copy: Path) -> None:
    said = manifest(copy)
    said["counts"]["comment"] = 2
    (copy.parent / "copy.backup.manifest.json").write_text(json.dumps(said))
    assert "The table comment has 1 rows, and the manifest says 2." in at.refuses("restore", str(copy), "--verify")


@pytest.mark.parametrize("missing", ["copy.backup.sha256", "copy.backup.manifest.json"])
def test_a_backup_without_its_papers_is_not_believed(at: Terminal, copy: Path, missing: str) -> None:
    (copy.parent / missing).unlink()
    assert "No such file" in at.refuses("restore", str(copy), "--verify")


def test_a_damaged_backup_is_refused_before_anything_moves(at: Terminal, copy: Path, moot: Moot) -> None:
    data = bytearray(copy.read_bytes())
    data[len(data) // 2] ^= 0xFF
    copy.write_bytes(data)
    assert "is damaged" in at.refuses("restore", str(copy), "--force")
    assert moot.live() == 1


def test_a_backup_comes_back_in_the_place_of_the_data(at: Terminal, copy: Path, moot: Moot, database_url: str) -> None:
    moot.says(moot.guest("Ada"), "Said after the backup.")
    assert "--force" in at.refuses("restore", str(copy))
    if moot.db.engine == "sqlite":
        assert "Somebody is at work" in at.refuses("restore", str(copy), "--force")
    moot.db.close()
    at.does("restore", str(copy), "--force")
    moot.db = connect(database_url)
    assert moot.texts() == ["Close it."]
    at.does("check")
    if moot.db.engine == "sqlite":
        (kept,) = Path(database_url.removeprefix("sqlite:///")).parent.glob("*.before-*")
        before = connect(f"sqlite:///{kept}")
        assert before.read_now(lambda tx: tx.one("SELECT COUNT(*) AS n FROM comment")).n == 2  # type: ignore[union-attr]
        before.close()
    moot.db.close()


def test_a_backup_of_the_release_before_is_proven_up_to_this_one(empty: str, tmp_path: Path, at: Terminal) -> None:
    db = first_release(empty)
    backup(db, tmp_path / "old.backup")
    db.close()
    if empty.startswith("sqlite") == at.url.startswith("sqlite"):
        assert "comes back whole" in at.does("restore", str(tmp_path / "old.backup"), "--verify")


def test_a_backup_of_the_other_engine_is_named_as_such(at: Terminal, copy: Path, moot: Moot, tmp_path: Path) -> None:
    wrong = "postgresql://nowhere/x" if moot.db.engine == "sqlite" else f"sqlite:///{tmp_path}/other.db"
    at.url = wrong
    assert "This is a backup of" in at.refuses("restore", str(copy), "--force")
