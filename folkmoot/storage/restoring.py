"""Back from a backup: first into a scratch place, where it must agree with its manifest; then into the place of the data.

On SQLite the scratch place is a file in a temporary folder, on PostgreSQL a database of its own on the same server, gone afterwards.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import apsw

from folkmoot.errors import Conflict, Invalid, Unavailable, say
from folkmoot.storage import manifest
from folkmoot.storage.backup import POSTGRES, SQLITE, kind_of, restore_dump, verify
from folkmoot.storage.database import Database, connect

_ADDRESS = re.compile(r"^(postgres(?:ql)?://[^/?]*)(?:/[^?]*)?")  # up to the database's name


@contextmanager
def scratch(file: Path, url: str) -> Iterator[Database]:
    """A backup, restored where nobody else looks, and open. url: of the data, whose server is asked for room. Raises Invalid, Unavailable."""
    verify(file)
    if kind_of(file) == SQLITE:
        with tempfile.TemporaryDirectory(prefix="folkmoot-restore-") as folder:
            copy = Path(folder) / "restored.db"
            shutil.copyfile(file, copy)
            yield from _opened(f"sqlite:///{copy}")
        return
    with _database_beside(url) as beside:
        restore_dump(file, beside)
        yield from _opened(beside)


def _opened(url: str) -> Iterator[Database]:
    db = connect(url, readers=1, lanes=1)
    try:
        yield db
    finally:
        db.close()


@contextmanager
def _database_beside(url: str) -> Iterator[str]:
    """An empty database on the server of another one. Raises Unavailable where that cannot be made."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise Invalid("This is a backup of PostgreSQL's; say with --database on which server it may be tried.", "other_engine")
    import psycopg

    name = f"folkmoot_verify_{secrets.token_hex(6)}"
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
            try:
                yield _ADDRESS.sub(lambda found: f"{found[1]}/{name}", url)
            finally:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    except psycopg.Error as error:
        why = str(error).strip().split("\n")[0]
        raise Unavailable(say("A scratch database cannot be made on the server: {why}.", why=why), 60, "scratch") from error


def agrees(db: Database, file: Path) -> list[str]:
    """What of a restored backup is not as its manifest says; empty where all of it is."""
    said, found = manifest.read(file), manifest.count_all(db)
    wrong = [] if said.schema == found.schema else [f"The schema is {found.schema}, and the manifest says {said.schema}."]
    for table in sorted(said.counts.keys() | found.counts.keys()):
        here, there = found.counts.get(table), said.counts.get(table)
        if here != there:
            wrong.append(f"The table {table} has {'no place' if here is None else f'{here:,} rows'}, and the manifest says {there}.")
    return wrong


def put_in_place(file: Path, url: str, force: bool) -> Path | None:
    """Restores a backup into the place of the data. What was there is kept beside it (SQLite); gives that file.

    Raises Conflict where data is there already and `force` does not say that it may go, or where somebody is at work on it.
    """
    verify(file)
    if not url.startswith("sqlite:///"):
        if kind_of(file) != POSTGRES:
            words = "This is a backup of SQLite's, and the data lies in PostgreSQL. `folkmoot export` moves talk between the two."
            raise Invalid(words, "other_engine")
        _refuse_full(url, force)
        restore_dump(file, url)
        return None
    if kind_of(file) != SQLITE:
        raise Invalid("This is a backup of PostgreSQL's, and the data lies in an SQLite file. Say with --database where it goes.", "other_engine")
    return _replace(file, Path(url.removeprefix("sqlite:///")), force)


def _refuse_full(url: str, force: bool) -> None:
    db = connect(url, readers=1, lanes=1)
    try:
        full = manifest.count_all(db).counts
    finally:
        db.close()
    if full and not force:
        raise Conflict("There is data in this database already. Restore over it with --force, once `folkmoot serve` is stopped.", "data_there")


def _replace(file: Path, place: Path, force: bool) -> Path | None:
    kept = None
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.exists():
        if not force:
            words = "{place} is there already. Stop `folkmoot serve` and restore over it with --force; what is there is kept beside it."
            raise Conflict(say(words, place=place), "data_there")
        _refuse_busy(place)
        kept = place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y-%m-%d-%H%M%S}")
        os.link(place, kept)
    draft = place.with_name(place.name + ".part")
    try:
        shutil.copyfile(file, draft)
        draft.chmod(0o600)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    for beside in ("-wal", "-shm"):
        place.with_name(place.name + beside).unlink(missing_ok=True)
    return kept


def _refuse_busy(place: Path) -> None:
    """Folds the log into the file, which no other process may have open. Raises Conflict where one has."""
    connection = apsw.Connection(str(place))
    try:
        connection.pragma("locking_mode", "exclusive")
        connection.execute("BEGIN EXCLUSIVE; COMMIT")
        with suppress(apsw.Error):
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        raise Conflict(say("Somebody is at work on {place}. Stop `folkmoot serve` and `folkmoot work` first.", place=place), "in_use") from None
    except apsw.Error:  # damaged: that is why it is replaced
        pass
    finally:
        connection.close()
