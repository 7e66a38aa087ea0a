"""Courtesy between the event loop and the writer, which share one interpreter lock.

A thread that is always busy takes the lock again in the microsecond after it has let it go. The writer lets it go at every
statement and then waits for it, a switch interval long (app.SWITCH). Measured with 24 readers who ask as fast as they can:
the writer got on by one statement per interval, 200 posts a second. So a thread that serves from memory asks before each
answer whether a group is at work, and if so sleeps until its pieces have been run, once for each group; it serves on while
they are committed, which leaves the lock alone. Readers alone, and writers alone, never wait here.
"""

from __future__ import annotations

import threading

_LONGEST = 0.01  # seconds that answers are held up for a group that takes long; then all go on beside it


class Courtesy:
    """Of one writer. `begin` and `end` are the writer's; `give_way` is called by whoever would keep the lock."""

    def __init__(self) -> None:
        self.busy = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def begin(self) -> None:
        """A group is at work from now on."""
        self._gate.acquire(blocking=False)  # it stands open where nobody slept when the group before was done
        self.busy = True

    def end(self) -> None:
        """Its pieces have been run: whoever sleeps goes on. What follows (a commit) leaves the interpreter alone."""
        self.busy = False
        if self._gate.locked():
            self._gate.release()

    def give_way(self) -> bool:
        """Sleeps until the pieces of a group have been run, where one is at work; whether they were meanwhile."""
        if not self.busy:
            return False
        done = self._gate.acquire(timeout=_LONGEST)
        self.busy = False
        return done
