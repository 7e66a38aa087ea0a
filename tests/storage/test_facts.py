"""Facts and secrets: what must be there after a restart."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from folkmoot.errors import Unavailable
from folkmoot.storage import facts
from folkmoot.storage.database import Database, connect


def test_a_fact_is_kept_and_replaced(db: Database) -> None:
    assert db.read_now(lambda tx: facts.get(tx, "last import")) is None
    db.write_now(lambda tx: facts.put(tx, "last import", "monday"))
    db.write_now(lambda tx: facts.put(tx, "last import", "tuesday"))
    assert db.read_now(lambda tx: facts.get(tx, "last import")) == "tuesday"


def test_a_secret_is_made_once_and_stays(db: Database, database_url: str) -> None:
    made = facts.secret(db, "tokens")
    assert len(made) == 32
    assert facts.secret(db, "networks") != made
    again = connect(database_url)
    assert facts.secret(again, "tokens") == made
    again.close()


def test_those_who_ask_at_once_get_the_same_secret(db: Database) -> None:
    found: list[bytes] = []
    askers = [threading.Thread(target=lambda: found.append(facts.secret(db, "tokens"))) for _ in range(16)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(found) == 16
    assert len(set(found)) == 1


def test_beside_a_file_a_secret_is_for_its_owner_alone_and_not_in_the_file(db: Database, tmp_path: Path) -> None:
    if db.engine != "sqlite":
        pytest.skip("a server keeps secrets in its table")
    made = facts.secret(db, "tokens")
    file = tmp_path / "secrets" / "tokens"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert list(file.parent.iterdir()) == [file]
    assert made not in (tmp_path / "folkmoot.db").read_bytes()


def test_a_damaged_secret_is_said_and_not_replaced(db: Database, tmp_path: Path) -> None:
    if db.engine != "sqlite":
        pytest.skip("a server keeps secrets in its table")
    facts.secret(db, "tokens")
    (tmp_path / "secrets" / "tokens").write_bytes(b"short")
    with pytest.raises(Unavailable, match="damaged"):
        facts.secret(db, "tokens")
