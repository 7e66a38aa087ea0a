"""Isso: its SQLite file, which is only read. Times are UTC seconds, words are Markdown, addresses are paths on the site's own host.

The file is a stranger's: only its two tables are asked, by name, and only if they are tables; every value is taken as bytes. Its
numbers begin at 1 in each file, so keys and references hold what else tells one file's from another's. Mailboxes, network addresses and who voted
(a filter of hashed addresses) are not read; the totals of the votes are.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from folkmoot.discussion.importers.dates import from_seconds
from folkmoot.discussion.importers.files import Archive, broken
from folkmoot.discussion.importers.model import Bad, Comment, Imported, Remark, Story, Writer
from folkmoot.discussion.model import State
from folkmoot.errors import say
from folkmoot.web.words import N_

_MAGIC = b"SQLite format 3\0"
_WANTED = {"threads": ("id", "uri", "title"), "comments": ("tid", "id", "parent", "created", "mode", "text", "author")}
_STATES: dict[int, State] = {1: "published", 2: "unapproved", 4: "deleted"}
_BROUGHT = 5  # the version of Isso's schema that this was written for
_THREADS = "SELECT id, CAST(uri AS BLOB), CAST(title AS BLOB) FROM main.threads ORDER BY id"
_LONGEST = 20_000_000  # bytes of a value
_NEWER = N_("This file is of version {version} of Isso’s schema; what is newer than {known} in it is not looked for.")
_NO_DATE = N_("This comment says it was written at {seconds} seconds, which is no date.")
_ODD_MODE = N_("The mode of this comment is {mode}, which is none of 1, 2 and 4; it is kept, out of sight.")


def knows(head: bytes) -> bool:
    """Whether a file's first bytes look like an SQLite database."""
    return head.startswith(_MAGIC)


def read(archive: Archive) -> Iterator[Imported]:
    """Reads a database. Raises Invalid where it is damaged, or not Isso's."""
    with _file(archive) as path:
        try:
            connection = _connected(path)
            try:
                yield from _rows(connection, archive.name)
            finally:
                connection.close()
        except (apsw.Error, MemoryError) as error:
            raise broken(archive.name, f"SQLite says of it: {error}") from error


@contextmanager
def _file(archive: Archive) -> Iterator[Path]:
    """Where SQLite can open it: where it lies, or a copy of what was packed."""
    if archive.is_plain:
        for beside in ("-wal", "-journal"):
            log = archive.path.with_name(archive.path.name + beside)
            if log.exists() and log.stat().st_size:
                raise broken(archive.name, f"{log.name} lies beside it, so Isso is at work on it or was cut short. Stop Isso, then try again")
        yield archive.path
        return
    with tempfile.NamedTemporaryFile(suffix=".db") as copy:
        shutil.copyfileobj(archive.file, copy)
        copy.flush()
        yield Path(copy.name)


def _connected(path: Path) -> apsw.Connection:
    """Nothing in the file's own schema is trusted, and nothing of the file is changed: no journal is rolled back, no lock is taken."""
    connection = apsw.Connection(f"{path.absolute().as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, _LONGEST)
    connection.pragma("cell_size_check", True)
    return connection


def _rows(connection: apsw.Connection, name: str) -> Iterator[Imported]:
    columns = _columns(connection, name)
    found = next(iter(connection.execute("PRAGMA quick_check(1)")))[0]
    if found != "ok":
        raise broken(name, f"SQLite says of it: {' '.join(str(found).split())[:200]}")
    version = int(str(connection.pragma("user_version")))
    if version > _BROUGHT:
        yield Remark(0, "newer Isso", say(_NEWER, version=version, known=_BROUGHT))
    threads: dict[int, str] = {}
    for number, uri, title in connection.execute(_THREADS):
        key = threads[_whole(number)] = _text(uri) or _thread(number)
        yield Story(key, _whole(number), _text(title), _text(uri))
    for row in connection.execute(_comments(columns)):
        yield from _comment(row, threads)


def _columns(connection: apsw.Connection, name: str) -> set[str]:
    """The columns of its comments. Raises Invalid where a table is missing, is something else, or lacks what is needed."""
    known: set[str] = set()
    for table, wanted in _WANTED.items():
        found = connection.execute("SELECT type, sql FROM main.sqlite_schema WHERE name = ?1", (table,)).fetchone()
        known = {str(column[1]) for column in connection.execute(f"PRAGMA table_info({table})")} if found else set()
        lacking = [column for column in wanted if column not in known]
        if not found or found[0] != "table" or "virtual" in str(found[1]).lower().split("(")[0] or lacking:
            raise broken(name, f"it is an SQLite database, but not Isso's: there is no table {table} with {', '.join(wanted)}")
    return known


def _comments(columns: set[str]) -> str:
    """Older files know no votes and no edits."""
    optional = ", ".join(f"c.{column}" if column in columns else "NULL" for column in ("modified", "likes", "dislikes"))
    return (
        f"SELECT c.id, c.tid, c.parent, p.created, c.created, c.mode, CAST(c.text AS BLOB), CAST(c.author AS BLOB), {optional} FROM main.comments c"
        " LEFT JOIN (SELECT id, MIN(created) AS created FROM main.comments GROUP BY id) p ON p.id = c.parent ORDER BY c.id"
    )


def _comment(row: Any, threads: dict[int, str]) -> Iterator[Imported]:
    number, thread, parent, answered, created, mode, text, author, modified, up, down = row
    line, posted = _whole(number), from_seconds(created)
    if posted is None:
        yield Bad(line, "impossible date", say(_NO_DATE, seconds=repr(str(created)[:40])))
        return
    state = _STATES.get(_whole(mode))
    if state is None:
        yield Remark(line, "state unknown", say(_ODD_MODE, mode=repr(str(mode)[:40])))
    yield Comment(
        key=_key(number, created), line=line, story=(threads.get(_whole(thread)) or _thread(thread),),
        writer=Writer(_text(author)), words=_text(text), form="markdown",
        parent=(_key(parent, answered),) if _whole(parent) else (), posted=posted, edited=from_seconds(modified),
        state=state or "unapproved", up=_whole(up), down=_whole(down),
    )  # fmt: skip


def _key(number: Any, created: Any) -> str:
    """A comment's number, and its time where the file knows it."""
    posted = from_seconds(created)
    return f"comment:{_whole(number)}" if posted is None else f"comment:{_whole(number)}@{posted}"


def _thread(number: Any) -> str:
    return f"thread:{_whole(number)}"


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _whole(value: Any) -> int:
    """A column that should hold a whole number, which SQLite does not ask of it."""
    return value if isinstance(value, int) and 0 <= value < 1 << 53 else 0
