"""SQLite: one file, one writer thread with group commit, several readers. Each commit is on the disk before anybody is answered.

WAL with synchronous=FULL: one fsync per group. Checkpoints run in a thread of their own, so that the writer need not wait.
"""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import cast

import apsw

from folkmoot.errors import Invalid, say
from folkmoot.storage.changes import Followers, Told
from folkmoot.storage.groups import Crew, Writer
from folkmoot.storage.sqlite_tx import BUSY, SqliteReading, SqliteSession, open_connection, translated
from folkmoot.storage.turns import Turns

_GROUP = 256           # pieces in a group at most
_GROUP_TIME = 20       # ms of work in a group at most, so that nobody starves
_POLL = 0.05           # seconds between two looks for what other processes have moved


class Watcher(threading.Thread):
    """Tells followers what other processes have moved.

    `PRAGMA data_version` says whether anything was committed; an index on story_version.moved says what, at a cost that
    depends only on how much has moved.
    """

    def __init__(self, path: str, me: int, tell: Told) -> None:
        super().__init__(name="folkmoot-watcher", daemon=True)
        self._connection = open_connection(path, write=False)
        self._me = me
        self._tell = tell
        self._ended = threading.Event()
        self._seen = 0
        self._commits = self._connection.pragma("data_version")
        self._look()

    def run(self) -> None:
        while not self._ended.wait(_POLL):
            with suppress(apsw.Error):  # a look that fails is made again
                commits = self._connection.pragma("data_version")
                if commits != self._commits:
                    moved = self._look()
                    self._commits = commits
                    if moved:
                        self._tell(moved)
        self._connection.close(True)

    def end(self) -> None:
        self._ended.set()
        self.join()

    def _look(self) -> dict[int, int]:
        """What others have moved since the last look."""
        if not self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'story_version'").fetchone():
            return {}  # `table_exists` goes by the schema that the connection read last, which was perhaps none
        sql = "SELECT moved, story, version, writer FROM story_version WHERE moved > :seen"
        rows = cast("list[tuple[int, int, int, int]]", self._connection.execute(sql, {"seen": self._seen}).fetchall())
        self._seen = max((row[0] for row in rows), default=self._seen)
        return {story: version for _, story, version, writer in rows if writer != self._me}


class Checkpointer(threading.Thread):
    """Brings the log into the file while the writer goes on."""

    def __init__(self, path: str) -> None:
        super().__init__(name="folkmoot-checkpointer", daemon=True)
        self._connection = open_connection(path, write=True)
        self._due = threading.Event()
        self._ended = False

    def ask(self) -> None:
        """Has a checkpoint made soon."""
        self._due.set()

    def end(self) -> None:
        self._ended = True
        self._due.set()
        self.join()

    def run(self) -> None:
        while self._due.wait() and not self._ended:
            self._due.clear()
            with suppress(apsw.Error):
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        self._connection.close(True)


class SqliteDatabase(Crew):
    """An open file."""

    engine = "sqlite"

    def __init__(self, path: str, readers: int, spill: bool) -> None:
        self.file = Path(path).absolute()
        self.folder: Path | None = self.file.parent
        me = secrets.randbits(62)
        followers = Followers()
        connection = _open_for_writing(path, spill)
        self._checkpointer = Checkpointer(path)
        self._watcher = Watcher(path, me, followers.tell)
        session = SqliteSession(connection, Turns(path), me, self._checkpointer.ask)
        writer = Writer("folkmoot-writer", session, followers.tell, _GROUP, _GROUP_TIME)
        super().__init__([writer], [SqliteReading(path) for _ in range(readers)], followers)
        self._checkpointer.start()
        self._watcher.start()

    def sweep(self, largest: int | None) -> bool:
        connection = open_connection(str(self.file), write=True, spill=True)
        try:
            whole = largest is None or self.file.stat().st_size <= largest
            if whole:
                connection.execute("VACUUM")
            _empty_log(connection)
            return whole
        finally:
            connection.close(True)

    def close(self) -> None:
        if self.finish():
            self._watcher.end()
            self._checkpointer.end()


def _empty_log(connection: apsw.Connection) -> None:
    """Brings all of the log into the file and cuts it to nothing, once no reader needs it any more."""
    end = time.monotonic() + BUSY / 1000
    while True:
        try:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.BusyError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _open_for_writing(path: str, spill: bool) -> apsw.Connection:
    """The writer's connection, the file in WAL mode; waits while another process opens it at the same moment."""
    end = time.monotonic() + BUSY / 1000
    while True:
        connection = open_connection(path, write=True, spill=spill)
        try:
            connection.pragma("journal_mode", "wal")
        except apsw.BusyError:
            connection.close(True)
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return connection


def open_sqlite(path: str, *, readers: int = 4, spill: bool = False) -> SqliteDatabase:
    """Opens a file, made with mode 0600 where missing; spill as in `connect`. Raises Invalid where it cannot be a database of ours."""
    file = Path(path)
    if not file.parent.is_dir():
        words = say("There is no folder {folder} to keep the database in. Make it, then start again.", folder=file.parent)
        raise Invalid(words, "database_address")
    try:
        file.touch(mode=0o600)
        return SqliteDatabase(path, readers, spill)
    except OSError as error:
        words = say("The database file {path} cannot be opened: {why}.", path=path, why=error.strerror)
        raise Invalid(words, "database_address") from error
    except apsw.NotADBError:
        raise Invalid(say("{path} is not an SQLite database. Name another file.", path=path), "database_address") from None
    except apsw.Error as error:
        raise translated(error) from error
