"""Courtesy between the event loop and the writer, which share one interpreter lock.

A thread that is always busy takes the lock again in the microsecond after it has let it go. The writer lets it go at every
statement and then waits for it, a switch interval long (app.SWITCH). Measured with 24 readers who ask as fast as they can:
the writer got on by one statement per interval, 200 posts a second. So a thread that serves from memory asks now and then
whether a piece is at work, and if so sleeps until that piece is done: 0.1 ms for a post, a millisecond at the longest.
"""

from __future__ import annotations

import threading

_LONGEST = 0.001  # seconds that anybody is held up for a piece that takes long


class Courtesy:
    """Of one writer. `begin`, `passed` and `end` are the writer's; `give_way` is called by whoever would keep the lock."""

    def __init__(self) -> None:
        self.busy = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def begin(self) -> None:
        """Pieces are at work from now on."""
        self.busy = True

    def passed(self) -> None:
        """One piece is done: whoever sleeps goes on."""
        if self._gate.locked():
            self._gate.release()

    def end(self) -> None:
        """No piece is at work: what follows (a commit) leaves the interpreter alone."""
        self.busy = False
        self.passed()

    def give_way(self) -> bool:
        """Sleeps until a piece is done, where one is at work; whether one was done meanwhile."""
        return self.busy and self._gate.acquire(timeout=_LONGEST)
