"""Turns between processes that write to one SQLite file.

SQLite alone lets whoever comes at the right moment write: under load one process kept others waiting for up to two seconds
(measured, three processes with 16 clients each). So a process waits for its turn before it begins a group: it takes `next`,
then `turn`, then gives `next` back; one that has just written cannot overtake the one that holds `next`. This is politeness
only: SQLite's own lock is what protects the data, and nobody waits for a process that stands still.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

try:
    import fcntl
except ImportError:  # a system without flock: SQLite's own lock has to do
    fcntl = None  # type: ignore[assignment]

_PAUSE = 0.000_2   # seconds between two tries
_PATIENCE = 0.5    # seconds until politeness ends


class Turns:
    """A process's place in the queue before a file."""

    def __init__(self, path: str) -> None:
        self._files = [os.open(f"{path}-{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for name in ("next", "turn")]

    def take(self) -> None:
        """Waits for the turn."""
        following, turn = self._files
        _lock(following)
        _lock(turn)
        _free(following)

    def give(self) -> None:
        """Gives the turn to whoever is next."""
        _free(self._files[1])

    def close(self) -> None:
        for file in self._files:
            os.close(file)


def _lock(file: int) -> None:
    if fcntl is None:
        return
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_PAUSE)


def _free(file: int) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_UN)
