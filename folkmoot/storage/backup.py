"""Backups while everybody reads and writes, by the engine's own means; and whether one is whole.

Beside each backup lies `<name>.sha256`, in the form that `sha256sum -c` reads. Secrets that are kept in files (storage/facts.py)
are not part of it.
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
from folkmoot.storage.database import Database
from folkmoot.storage.sqlite import SqliteDatabase
from folkmoot.storage.sqlite_tx import open_connection, translated

if TYPE_CHECKING:
    from folkmoot.storage.postgres import PostgresDatabase

_SQLITE = b"SQLite format 3\0"
_POSTGRES = b"PGDMP"


def backup(db: Database, path: Path) -> None:
    """Writes a backup of one moment to `path`, which appears whole or not at all. Blocks. Raises Unavailable, Invalid."""
    draft = path.with_name(path.name + ".part")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        if isinstance(db, SqliteDatabase):
            _copy_file(str(db.file), str(draft))
        else:
            _dump(cast("PostgresDatabase", db).url, draft)
        _keep(draft, path)
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


def _dump(url: str, target: Path) -> None:
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    given = conninfo_to_dict(url)
    password = given.pop("password", None)  # on a command line everybody could read it
    command = [_program("pg_dump"), "--format=custom", "--no-owner", f"--file={target}", f"--dbname={make_conninfo('', **given)}"]
    _run(command, {**os.environ, **({"PGPASSWORD": str(password)} if password else {})})


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


def _keep(draft: Path, path: Path) -> None:
    """Gives a finished backup its name and its checksum, both on the disk."""
    beside = _checksum_file(path)
    beside.write_text(f"{_checksum(draft)}  {path.name}\n")
    draft.replace(path)
    for file in (path, beside, path.parent):
        number = os.open(file, os.O_RDONLY)
        os.fsync(number)
        os.close(number)


def _checksum_file(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path) -> None:
    """Raises Invalid unless a backup is byte for byte what was written, and the engine can read it."""
    try:
        said = _checksum_file(path).read_text().split()[:1]
        if said != [_checksum(path)]:
            raise _damaged(path, "its checksum is not the one that lies beside it")
        with path.open("rb") as file:
            beginning = file.read(len(_SQLITE))
    except OSError as error:
        raise Invalid(say("The backup {path} cannot be read: {why}.", path=path, why=error.strerror), "backup") from error
    if beginning == _SQLITE:
        _look_through(path)
    elif beginning.startswith(_POSTGRES):
        _list(path)
    else:
        raise _damaged(path, "it is neither an SQLite file nor a dump of PostgreSQL's")


def _damaged(path: Path, why: str) -> Problem:
    return Invalid(say("The backup {path} is damaged: {why}. Take another.", path=path, why=why), "backup_damaged")


def _look_through(path: Path) -> None:
    try:
        connection = apsw.Connection(f"{path.absolute().as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
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
