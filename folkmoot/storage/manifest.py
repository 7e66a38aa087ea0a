"""What lies beside a backup, as NAME.manifest.json: what made it and when, its schema, its size and hash, how many rows each table has."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from folkmoot import __version__
from folkmoot.errors import Invalid, say
from folkmoot.storage.database import Database, Tx

TABLES = {
    "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name",
    "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename",
}


class Manifest(Struct, frozen=True):
    """made: UTC, ISO 8601. schema: the number of the last step; counts: rows by table, all of the backup's own moment."""

    folkmoot: str
    made: str
    engine: str
    schema: int
    file: str
    bytes: int
    sha256: str
    counts: dict[str, int]


class Moment(Struct, frozen=True):
    """What a manifest says of the rows, counted at one moment."""

    engine: str
    schema: int
    counts: dict[str, int]


def count(tx: Tx, engine: str) -> Moment:
    """Counts every table."""
    names = [row.name for row in tx.rows(TABLES[engine])]
    counts = {name: _one(tx, f'SELECT COUNT(*) AS n FROM "{name}"') for name in names}
    schema = _one(tx, "SELECT COALESCE(MAX(number), 0) AS n FROM schema_version") if "schema_version" in counts else 0
    return Moment(engine, schema, counts)


def _one(tx: Tx, sql: str) -> int:
    row = tx.one(sql)
    return row.n if row else 0


def count_all(db: Database) -> Moment:
    """Counts every table of an open database."""
    return db.read_now(lambda tx: count(tx, db.engine))


def file_of(backup: Path) -> Path:
    return backup.with_name(backup.name + ".manifest.json")


def write(backup: Path, size: int, digest: str, moment: Moment) -> Path:
    """Writes the manifest of a backup; gives the file."""
    made = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    manifest = Manifest(__version__, made, moment.engine, moment.schema, backup.name, size, digest, moment.counts)
    file_of(backup).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    return file_of(backup)


def read(backup: Path) -> Manifest:
    """The manifest of a backup. Raises Invalid where there is none, or it is no manifest."""
    try:
        return msgspec.json.decode(file_of(backup).read_bytes(), type=Manifest)
    except OSError as error:
        words = say("The manifest {file} cannot be read: {why}. Keep it beside the backup.", file=file_of(backup), why=error.strerror)
        raise Invalid(words, "no_manifest") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(say("The manifest {file} is damaged: {why}.", file=file_of(backup), why=error), "manifest_damaged") from error
