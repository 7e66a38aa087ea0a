"""Migrations: each step once, whole or not at all, and never backwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from folkmoot.errors import Unavailable
from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import check_schema, migrate, migrations, schema_state
from folkmoot.storage.refusals import Fault
from folkmoot.storage.statements import split

STEPS = {
    "0001_first.sql": "CREATE TABLE first (id BIGINT PRIMARY KEY, words TEXT NOT NULL); -- a note; with a semicolon\nINSERT INTO first "
                      "(id, words) VALUES (1, 'one; two -- three');",
    "0002_second.sql": "CREATE TABLE second (id BIGINT PRIMARY KEY);\nINSERT INTO second (id) VALUES (2);",
}


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    import psycopg

    url = request.getfixturevalue("postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
        yield url.replace("/folkmoot?", "/empty?")
        connection.execute("DROP DATABASE empty WITH (FORCE)")


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    folder = tmp_path / "steps"
    folder.mkdir()
    for name, script in STEPS.items():
        (folder / name).write_text(script)
    return folder


def schema(db: Database) -> list[str]:
    """Every table and index, as the engine tells it."""
    sql = {"sqlite": "SELECT sql AS line FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
           "postgres": """SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
                          FROM information_schema.columns WHERE table_schema = 'public'
                          UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"""}[db.engine]
    return [row.line for row in db.read_now(lambda tx: tx.rows(sql))]


def test_a_new_database_gets_every_step(empty: str, now: int) -> None:
    db = connect(empty)
    assert schema_state(db) == (0, migrations()[-1].number)
    assert migrate(db, now) == [step.name for step in migrations()]
    assert migrate(db, now) == []
    check_schema(db)
    rows = db.read_now(lambda tx: tx.rows("SELECT number, name, applied FROM schema_version ORDER BY number"))
    assert [tuple(row) for row in rows] == [(step.number, step.name, now) for step in migrations()]
    db.close()


def test_no_two_steps_have_the_same_number() -> None:
    assert [step.number for step in migrations()] == sorted({step.number for step in migrations()})


def test_both_engines_have_the_same_tables(db: Database) -> None:
    assert {"schema_version", "story_version", "job", "answer", "fact", "person", "comment", "site"} <= tables(db)


def test_a_whole_number_key_is_the_row_itself_on_sqlite(migrated_file: Path) -> None:
    db = connect(f"sqlite:///{migrated_file}")
    assert any(line.startswith("CREATE TABLE comment (\n  id INTEGER PRIMARY KEY") for line in schema(db))
    db.close()


def test_a_database_of_a_newer_program_is_refused(db: Database, now: int) -> None:
    db.write_now(lambda tx: tx.run("INSERT INTO schema_version (number, name, applied) VALUES (9999, '9999_later', 1)"))
    try:
        with pytest.raises(Unavailable, match="9999"):
            migrate(db, now)
        with pytest.raises(Unavailable, match="newer Folkmoot"):
            check_schema(db)
    finally:
        db.write_now(lambda tx: tx.run("DELETE FROM schema_version WHERE number = 9999"))


def test_a_database_of_an_older_program_says_what_to_do(empty: str) -> None:
    db = connect(empty)
    with pytest.raises(Unavailable, match="folkmoot migrate"):
        check_schema(db)
    db.close()


def tables(db: Database) -> set[str]:
    sql = {"sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
           "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"}[db.engine]
    return {row.name for row in db.read_now(lambda tx: tx.rows(sql))}


def test_a_step_that_fails_leaves_nothing_and_can_be_run_again(empty: str, steps: Path) -> None:
    whole = (steps / "0002_second.sql").read_text()
    (steps / "0002_second.sql").write_text(whole + "\nCREATE TABLE nonsense (")
    db = connect(empty)
    with pytest.raises(Fault):
        migrate(db, folder=steps)
    assert tables(db) == {"schema_version", "first"}
    (steps / "0002_second.sql").write_text(whole)
    assert migrate(db, folder=steps) == ["0002_second"]
    assert tables(db) == {"schema_version", "first", "second"}
    db.close()


KILLED = """
import os, signal, sys
from folkmoot.storage import groups, migrations
from folkmoot.storage.database import connect
db = connect(sys.argv[1])
if db.engine == "sqlite":
    from folkmoot.storage.sqlite_tx import SqliteTx as Transaction
else:
    from folkmoot.storage.postgres_tx import PostgresTx as Transaction
run, left = Transaction.run, [int(sys.argv[2])]
def counted(self, sql, **given):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    run(self, sql, **given)
Transaction.run = counted
migrations.migrate(db)
"""


def test_a_migration_killed_midway_is_finished_by_the_next(empty: str, db: Database) -> None:
    wanted = schema(db)
    for statements in (1, 12, 25):
        child = subprocess.run([sys.executable, "-c", KILLED, empty, str(statements)], env={**os.environ, "PYTHONPATH": "."})
        assert child.returncode == -signal.SIGKILL
    again = connect(empty)
    migrate(again)
    if again.engine == db.engine:
        assert schema(again) == wanted
    check_schema(again)
    again.close()


def test_two_programs_that_migrate_at_once_do_it_once(empty: str) -> None:
    programs = [connect(empty) for _ in range(3)]
    applied: list[str] = []
    threads = [threading.Thread(target=lambda db=db: applied.extend(migrate(db))) for db in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == [step.name for step in migrations()]
    for db in programs:
        db.close()


def test_a_script_is_split_at_its_statements_only() -> None:
    script = """-- a note; not an end
    CREATE TABLE a (b TEXT DEFAULT 'x; y', "c;d" TEXT); /* neither ; here */
    -- sqlite only: because
    CREATE INDEX i ON a (b);
    -- postgres only
    CREATE INDEX j ON a (b)
    ;;"""
    assert [line.rpartition("\n")[2].strip() for line in split(script, "sqlite")] == [
        """CREATE TABLE a (b TEXT DEFAULT 'x; y', "c;d" TEXT)""", "CREATE INDEX i ON a (b)"]
    assert [line.strip().splitlines()[-1].strip() for line in split(script, "postgres")][1:] == ["CREATE INDEX j ON a (b)"]
