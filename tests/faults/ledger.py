"""What was acknowledged, counted outside the system, and compared with what is there."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from folkmoot.storage.database import Database, Tx

ROUNDS = int(os.environ.get("FOLKMOOT_KILLS", "20"))  # of the long tests


class Poster:
    """A running `poster`, and the numbers that it said were acknowledged."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.acknowledged: set[int] = set()
        self._rest = b""
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)

    @property
    def _output(self) -> IO[bytes]:
        assert self.process.stdout
        return self.process.stdout

    def hear(self, more: int, seconds: float = 20) -> None:
        """Waits until so many more writes were acknowledged."""
        wanted, end = len(self.acknowledged) + more, time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            assert self._selector.select(max(0.0, end - time.monotonic())), f"only {len(self.acknowledged)} of {wanted} acknowledged"
            self._take(os.read(self._output.fileno(), 65_536))

    def _take(self, data: bytes) -> None:
        assert data, "the poster has ended by itself"
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.acknowledged.update(map(int, lines))

    def kill(self) -> None:
        """Kills it, then hears what it said before."""
        self.process.send_signal(signal.SIGKILL)
        while data := os.read(self._output.fileno(), 65_536):
            self._take(data)
        self.process.wait()


@contextmanager
def posting(url: str, first: int) -> Iterator[Poster]:
    """A poster that writes rows with numbers from `first` on."""
    command = [sys.executable, "-m", "tests.faults.poster", url, str(first)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE)
    poster = Poster(process)
    try:
        yield poster
    finally:
        process.kill()
        process.wait()
        poster._selector.close()
        poster._output.close()


def compare(db: Database, acknowledged: set[int]) -> None:
    """Nothing acknowledged is missing, what belongs together agrees, and the engine finds the data sound."""

    def look(tx: Tx) -> tuple[set[int], int]:
        found = {int(row.name) for row in tx.rows("SELECT name FROM fact")}
        thread = tx.one("SELECT live FROM thread WHERE story = 1")
        if db.engine == "sqlite":
            assert [tuple(row) for row in tx.rows("PRAGMA integrity_check")] == [("ok",)]
        return found, thread.live if thread else 0

    found, live = db.read_now(look)
    assert acknowledged - found == set()
    assert live == len(found)
