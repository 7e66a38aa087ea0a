"""The schema, step by step: numbered files in migrations/, each applied once in a transaction of its own.

Killed midway and run again, the outcome is the same. A program refuses a database that a newer program has migrated.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import NamedTuple

from folkmoot import __version__
from folkmoot.errors import Unavailable, say
from folkmoot.storage.database import Database, Tx
from folkmoot.storage.statements import split

_FOLDER = Path(__file__).with_name("migrations")
_FILE = re.compile(r"(\d{4})_(\w+)\.sql")
_LOCK = 0x666F6C6B  # any number that nobody else locks
_TABLE = "CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)"
_FIND = {"sqlite": "SELECT 1 AS here FROM sqlite_master WHERE name = 'schema_version'",
         "postgres": "SELECT 1 AS here WHERE to_regclass('schema_version') IS NOT NULL"}


class Migration(NamedTuple):
    """One file. number: its place in the order."""

    number: int
    name: str
    script: str


def migrations(folder: Path = _FOLDER) -> list[Migration]:
    """All steps, in order."""
    found = ((_FILE.fullmatch(file.name), file) for file in sorted(folder.iterdir()))
    return [Migration(int(match[1]), file.stem, file.read_text("utf-8")) for match, file in found if match]


def schema_state(db: Database) -> tuple[int, int]:
    """(have, newest): the number of the last step that the database has, 0 for an empty one; the last that this program knows."""
    return _have(db), migrations()[-1].number


def check_schema(db: Database) -> None:
    """Raises Unavailable unless the database is at this program's schema."""
    have, newest = schema_state(db)
    if have > newest:
        raise _newer(have, newest)
    if have < newest:
        raise Unavailable(say("The database is at schema {have} and this program needs {newest}. Run: folkmoot migrate",
                              have=have, newest=newest), 60, "schema_older")


def migrate(db: Database, now: int = 0, folder: Path = _FOLDER) -> list[str]:
    """Applies what is missing; the names of what was applied. Raises Unavailable for a database of a newer program."""
    steps = migrations(folder)
    have, newest = _have(db), steps[-1].number
    if have > newest:
        raise _newer(have, newest)
    missing = [step for step in steps if step.number > have]
    return [step.name for step in missing if db.write_now(partial(_apply, engine=db.engine, step=step, now=now))]


def _newer(have: int, newest: int) -> Unavailable:
    words = say("This database is at schema {have}, made by a newer Folkmoot; this program is {version} and knows schema "
                "{newest}. Start the newer program, or restore the backup that was made before the upgrade.",
                have=have, newest=newest, version=__version__)
    return Unavailable(words, 300, "schema_newer")


def _have(db: Database) -> int:
    """The number of the last step that the database has."""
    return db.read_now(lambda tx: _last(tx) if tx.one(_FIND[db.engine]) else 0)


def _last(tx: Tx) -> int:
    row = tx.one("SELECT coalesce(max(number), 0) AS number FROM schema_version")
    return row.number if row else 0


def _apply(tx: Tx, engine: str, step: Migration, now: int) -> bool:
    """Applies a step, unless another process has done so meanwhile."""
    if engine == "postgres":
        tx.one("SELECT pg_advisory_xact_lock(:lock) IS NULL AS locked", lock=_LOCK)
    tx.run(_TABLE)
    if tx.one("SELECT number FROM schema_version WHERE number = :number", number=step.number):
        return False
    for statement in split(step.script, engine):
        tx.run(_dialect(statement, engine))
    tx.run("INSERT INTO schema_version (number, name, applied) VALUES (:number, :name, :now)",
           number=step.number, name=step.name, now=now)
    return True


def _dialect(statement: str, engine: str) -> str:
    """What is written alike and must differ: on SQLite an INTEGER primary key is the row's own number, without a second index."""
    if engine == "sqlite":
        return re.sub(r"\bBIGINT PRIMARY KEY\b", "INTEGER PRIMARY KEY", statement)
    return re.sub(r"\bBLOB\b", "BYTEA", statement)
