"""From the first release to this one: its database migrates, cut off at every statement and begun again, and nothing in it is lost.

samples/first_release.sql is the schema of the steps 0001 to 0004 as they were released, with a small newsroom in it; it never changes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from folkmoot.discussion import checks as discussion
from folkmoot.people import checks as people
from folkmoot.sites import checks as sites
from folkmoot.storage import checks as storage
from folkmoot.storage.backup import backup
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.migrations import Migration, _apply, _dialect, check_schema, migrate, migrations, schema_state
from folkmoot.storage.statements import split
from tests.storage.test_migrations import KILLED, empty, schema

__all__ = ["empty"]  # a fixture
FIRST = Path(__file__).parent / "samples" / "first_release.sql"
RELEASED = 4


class Cut(Exception):
    """The machine went off here."""


def first_release(url: str) -> Database:
    """A database as the first release left it."""
    db = connect(url, readers=1, lanes=1)

    def make(tx: Tx) -> None:
        tx.run("CREATE TABLE schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)")
        for statement in split(FIRST.read_text("utf-8"), db.engine):
            tx.run(_dialect(statement, db.engine))
        for step in migrations()[:RELEASED]:
            tx.run("INSERT INTO schema_version (number, name, applied) VALUES (:number, :name, 1)", number=step.number, name=step.name)

    db.write_now(make)
    return db


def everything(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """What the first release wrote, column by column, of every table it had."""
    rows: dict[str, list[tuple[object, ...]]] = {}
    for line in FIRST.read_text("utf-8").split("\nINSERT INTO ")[1:]:
        table, columns = line.split(" (")[0], line.split("(")[1].split(")")[0]
        if table not in rows and table not in ("story_version", "thread"):
            rows[table] = sorted(map(tuple, db.read_now(lambda tx, t=table, c=columns: tx.rows(f"SELECT {c} FROM {t}"))), key=repr)  # type: ignore[misc]
    return rows


def test_the_first_releases_steps_are_what_they_were() -> None:
    script = FIRST.read_text("utf-8")
    for step in migrations()[:RELEASED]:
        assert list(split(step.script, "sqlite")) == [each for each in split(step.script, "sqlite") if each in script], f"{step.name} was released"


def test_the_first_releases_database_comes_along_whole(empty: str, migrated_file: Path, now: int) -> None:
    db = first_release(empty)
    before = everything(db)
    assert len(before) > 12 and schema_state(db)[0] == RELEASED
    migrate(db, now)
    check_schema(db)
    assert everything(db) == before
    assert [each for room in (storage, people, sites, discussion) for each in room.check(db)] == []
    fresh = connect(f"sqlite:///{migrated_file}")
    if db.engine == "sqlite":
        assert schema(db) == schema(fresh), "an upgraded database is like a new one"
    fresh.close()
    db.close()


def cut_at(db: Database, step: Migration, statement: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Applies a step and is cut off before one of its statements, in the midst of its transaction."""
    kind = import_module(f"folkmoot.storage.{db.engine}_tx").__dict__["SqliteTx" if db.engine == "sqlite" else "PostgresTx"]
    run, left = kind.run, statement

    def counted(tx: Tx, sql: str, **given: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise Cut
        run(tx, sql, **given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched, pytest.raises(Cut):
        patched.setattr(kind, "run", counted)
        db.write_now(partial(_apply, engine=db.engine, step=step, now=1))


def test_an_upgrade_that_is_cut_off_at_any_statement_leaves_nothing_and_can_be_run_again(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    db = first_release(empty)
    before, tables = everything(db), schema(db)
    for step in migrations()[RELEASED:]:
        for statement in range(1, 3 + sum(1 for _ in split(step.script, db.engine))):  # two more: its table and its row of versions
            cut_at(db, step, statement, monkeypatch)
        assert schema(db) == tables, step.name
        assert db.write_now(partial(_apply, engine=db.engine, step=step, now=1))
        tables = schema(db)
    check_schema(db)
    assert everything(db) == before
    db.close()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_an_upgrade_that_is_killed_at_every_statement_ends_in_the_same_schema(empty: str, migrated_file: Path, tmp_path: Path) -> None:
    first_release(empty).close()
    killed = 0
    while True:
        child = subprocess.run([sys.executable, "-c", KILLED, empty, str(killed + 1)], env={**os.environ, "PYTHONPATH": "."})
        if child.returncode == 0:
            break
        assert child.returncode == -signal.SIGKILL
        killed += 1
    db = connect(empty)
    check_schema(db)
    assert [each for room in (storage, people, sites, discussion) for each in room.check(db)] == []
    backup(db, tmp_path / "after.backup")
    db.close()
