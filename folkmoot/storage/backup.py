"""Backups while everybody reads and writes, by the engine's own means; and whether one is whole.

Beside each backup lie `<name>.sha256`, in the form that `sha256sum -c` reads, and `<name>.manifest.json` (manifest.py). Secrets
that are kept in files (storage/facts.py) are not part of it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, cast

import apsw

from folkmoot.errors import Invalid, Problem, Unavailable, say
from folkmoot.storage import manifest
from folkmoot.storage.database import Database, Tx
from folkmoot.storage.sqlite import SqliteDatabase
from folkmoot.storage.sqlite_tx import open_connection, translated

if TYPE_CHECKING:
    from folkmoot.storage.postgres import PostgresDatabase

SQLITE = b"SQLite format 3\0"
POSTGRES = b"PGDMP"


def backup(db: Database, path: Path) -> None:
    """Writes a backup of one moment to `path`, which appears whole or not at all. Blocks. Raises Unavailable, Invalid."""
    draft = path.with_name(path.name + ".part")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        if isinstance(db, SqliteDatabase):
            _copy_file(str(db.file), str(draft))
            moment = _counted_copy(draft)
        else:
            moment = db.read_now(lambda tx: _dump(tx, cast("PostgresDatabase", db).url, draft))
        _keep(draft, path, moment)
    except OSError as error:
        raise Unavailable(say("The backup {path} cannot be written: {why}.", path=path, why=error.strerror), 60, "backup") from error
    finally:
        draft.unlink(missing_ok=True)


def _copy_file(source: str, target: str) -> None:
    """One step for the whole: a read that holds its snapshot stops no writer, and nothing can make it begin anew."""
    try:
        reading, writing = open_connection(source, write=False), apsw.Connection(target)
        with writing.backup("main", reading, "main") as copying:
            copying.step()
        writing.pragma("journal_mode", "delete")  # one file, without a log beside it
        writing.close()
        reading.close()
    except apsw.Error as error:
        raise translated(error) from error


def _counted_copy(copy: Path) -> manifest.Moment:
    """What is in a copy; opened so that nothing is written beside it."""
    connection = _only_read(copy)
    try:
        tables = [str(row[0]) for row in connection.execute(manifest.TABLES["sqlite"])]
        counts = {name: _number(connection, f'SELECT COUNT(*) FROM "{name}"') for name in sorted(tables)}
        schema = _number(connection, "SELECT COALESCE(MAX(number), 0) FROM schema_version") if "schema_version" in counts else 0
    finally:
        connection.close()
    return manifest.Moment("sqlite", schema, counts)


def _number(connection: apsw.Connection, sql: str) -> int:
    return int(str(cast("tuple[object]", connection.execute(sql).fetchone())[0]))


def _only_read(path: Path) -> apsw.Connection:
    return apsw.Connection(f"{path.absolute().as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def _dump(tx: Tx, url: str, target: Path) -> manifest.Moment:
    """Dumps the moment that this transaction sees, so that what is counted is what is dumped."""
    row = tx.one("SELECT pg_export_snapshot() AS name")
    if row is None:
        raise Unavailable(say("The server gives no snapshot to dump."), 60, "backup")
    address, environment = _way_to(url)
    command = [_program("pg_dump"), "--format=custom", "--no-owner", f"--snapshot={row.name}", f"--file={target}", f"--dbname={address}"]
    _run(command, environment)
    return manifest.count(tx, "postgres")


def restore_dump(file: Path, url: str) -> None:
    """Brings a dump into a database, whole or not at all; what it held of the same names goes. Raises Unavailable."""
    address, environment = _way_to(url)
    whole = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
    _run([_program("pg_restore"), *whole, f"--dbname={address}", str(file)], environment)


def _way_to(url: str) -> tuple[str, dict[str, str]]:
    """A server's address and the environment for its programs: on a command line everybody could read a password."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    given = conninfo_to_dict(url)
    password = given.pop("password", None)
    return make_conninfo("", **given), {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def _program(name: str) -> str:
    """Where a program of PostgreSQL's is: on the path, else Debian's newest."""
    found = shutil.which(name) or max(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), default=None)
    if found is None:
        raise Unavailable(say("{program} is not installed. Install PostgreSQL's client programs, then try again.", program=name),
                          300, "backup")
    return found


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")  # noqa: S603 -- our own words
    if done.returncode:
        why = done.stderr.strip().split("\n")[-1].rstrip(".")
        raise Unavailable(say("{program} could not do its work: {why}.", program=Path(command[0]).name, why=why), 60, "backup")


def _keep(draft: Path, path: Path, moment: manifest.Moment) -> None:
    """Gives a finished backup its name, its checksum and its manifest, all on the disk."""
    beside, digest = _checksum_file(path), _checksum(draft)
    beside.write_text(f"{digest}  {path.name}\n")
    described = manifest.write(path, draft.stat().st_size, digest, moment)
    draft.replace(path)
    for file in (path, beside, described, path.parent):
        number = os.open(file, os.O_RDONLY)
        os.fsync(number)
        os.close(number)


def _checksum_file(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kind_of(path: Path) -> bytes:
    """What a backup begins like: SQLITE, POSTGRES, or nothing that is known."""
    with path.open("rb") as file:
        beginning = file.read(len(SQLITE))
    return next((kind for kind in (SQLITE, POSTGRES) if beginning.startswith(kind)), b"")


def verify(path: Path) -> None:
    """Raises Invalid unless a backup is byte for byte what was written, and the engine can read it."""
    try:
        said = _checksum_file(path).read_text().split()[:1]
        if said != [_checksum(path)]:
            raise _damaged(path, "its checksum is not the one that lies beside it")
        kind = kind_of(path)
    except OSError as error:
        raise Invalid(say("The backup {path} cannot be read: {why}.", path=path, why=error.strerror), "backup") from error
    if kind == SQLITE:
        _look_through(path)
    elif kind == POSTGRES:
        _list(path)
    else:
        raise _damaged(path, "it is neither an SQLite file nor a dump of PostgreSQL's")


def _damaged(path: Path, why: str) -> Problem:
    return Invalid(say("The backup {path} is damaged: {why}. Take another.", path=path, why=why), "backup_damaged")


def _look_through(path: Path) -> None:
    try:
        connection = _only_read(path)
        found = cast("list[tuple[str]]", connection.execute("PRAGMA integrity_check(3)").fetchall())
        lost = connection.execute("PRAGMA foreign_key_check").fetchall()
        connection.close()
    except apsw.Error as error:
        raise _damaged(path, str(error)) from error
    if found != [("ok",)]:
        raise _damaged(path, found[0][0])
    if lost:
        raise _damaged(path, "rows refer to others that are not there")


def _list(path: Path) -> None:
    try:
        _run([_program("pg_restore"), "--list", str(path)], dict(os.environ))
    except Unavailable as problem:
        raise _damaged(path, problem.words) from problem
