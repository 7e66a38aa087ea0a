"""Which versions have moved, between processes on PostgreSQL.

NOTIFY goes in transactions of its own; LISTEN has a connection of its own; every five seconds a look finds what nobody told.
"""

from __future__ import annotations

import logging
import queue
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import psycopg

from folkmoot.storage.changes import Told
from folkmoot.storage.postgres_pipe import Connection, open_connection

_CHANNEL = "folkmoot_moved"
_PAUSE = 0.05       # seconds between two notices: inside a writing transaction, or for each one, they cost a factor of 15
_LOOK = 5.0         # seconds between two looks for what nobody told, say because its process was killed after its commit
_LARGEST = 7_000    # bytes of a notice; PostgreSQL takes 8,000
_log = logging.getLogger(__name__)


class Teller(threading.Thread):
    """Tells other processes what this one has moved, at most every 50 ms."""

    def __init__(self, url: str, me: int) -> None:
        super().__init__(name="folkmoot-teller", daemon=True)
        self._url = url
        self._connection: Connection | None = None
        self._me = me
        self._moved: queue.SimpleQueue[dict[int, int] | None] = queue.SimpleQueue()

    def tell(self, moved: dict[int, int]) -> None:
        """Has other processes told soon."""
        self._moved.put(moved)

    def end(self) -> None:
        """Tells what is left, then ends."""
        self._moved.put(None)
        self.join()

    def run(self) -> None:
        while (moved := self._moved.get()) is not None:
            moved = dict(moved)
            ended = self._gather(moved)
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = open_connection(self._url)
                for notice in self._notices(moved):
                    self._connection.execute("SELECT pg_notify(%s, %s)", [_CHANNEL, notice])
            except psycopg.Error:  # others find it at their next look
                self._connection = None
            if ended:
                break
            time.sleep(_PAUSE)
        if self._connection is not None:
            self._connection.close()

    def _gather(self, moved: dict[int, int]) -> bool:
        """Adds all that waits; True where the end was among it."""
        with suppress(queue.Empty):
            while (more := self._moved.get_nowait()) is not None:
                moved.update(more)
            return True
        return False

    def _notices(self, moved: dict[int, int]) -> Iterator[str]:
        """`sender story=version story=version …`, in as many texts as it takes."""
        text = str(self._me)
        for story, version in moved.items():
            if len(text) > _LARGEST:
                yield text
                text = str(self._me)
            text += f" {story}={version}"
        yield text


class Listener(threading.Thread):
    """Tells followers what other processes have moved. When it was cut off it says: believe nothing kept."""

    def __init__(self, url: str, me: int, tell: Told) -> None:
        super().__init__(name="folkmoot-listener", daemon=True)
        self._url = url
        self._me = me
        self._tell = tell
        self._ended = False
        self._low = 0  # transactions below this number were finished, and so seen, at the last look
        self._connection = self._connect()
        self._woken, self._wake = socket.socketpair()

    def _connect(self) -> Connection:
        connection = open_connection(self._url)
        connection.add_notify_handler(lambda notice: self._hear(notice.payload))
        connection.execute(f"LISTEN {_CHANNEL}".encode())
        self._low = _lowest(connection)
        return connection

    @property
    def server_version(self) -> int:
        """Such as 150004."""
        return self._connection.info.server_version

    def end(self) -> None:
        self._ended = True
        self._wake.send(b".")
        self.join()
        for each in (self._connection, self._woken, self._wake):
            with suppress(psycopg.Error):
                each.close()

    def run(self) -> None:
        look = time.monotonic() + _LOOK
        while not self._ended:
            try:
                self._listen(max(0.0, look - time.monotonic()))
                if time.monotonic() >= look:
                    self._look()
                    look = time.monotonic() + _LOOK
            except (psycopg.Error, OSError):
                self._heal()

    def _listen(self, seconds: float) -> None:
        """Waits for notices, at most so many seconds."""
        select.select([self._connection.fileno(), self._woken.fileno()], [], [], seconds)
        self._connection.pgconn.consume_input()
        while notice := self._connection.pgconn.notifies():
            self._hear(notice.extra.decode())

    def _hear(self, notice: str) -> None:
        sender, *pairs = notice.split() or [""]
        with suppress(ValueError):  # anybody may send on the channel
            if sender != str(self._me) and pairs:
                self._tell({int(story): int(version) for story, version in (pair.split("=") for pair in pairs)})

    def _look(self) -> None:
        low = _lowest(self._connection)
        sql = b"SELECT story, version FROM story_version WHERE moved >= %s AND writer <> %s"
        try:
            moved: dict[int, int] = dict(self._connection.execute(sql, [self._low, self._me]).fetchall())
        except psycopg.errors.UndefinedTable:  # not migrated yet
            return
        self._low = low
        if moved:
            self._tell(moved)

    def _heal(self) -> None:
        """Connects again, however long it takes."""
        _log.warning("The connection that listens for other processes' changes was cut; connecting again.")
        wait = 0.05
        while not self._ended:
            try:
                with suppress(psycopg.Error):
                    self._connection.close()
                self._connection = self._connect()
            except psycopg.Error:
                select.select([self._woken], [], [], wait)
                wait = min(2.0, wait * 2)
            else:
                self._tell({})
                return


def _lowest(connection: Connection) -> int:
    """The number below which every transaction is finished."""
    row = connection.execute(b"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").fetchone()
    return int(row[0]) if row else 0
