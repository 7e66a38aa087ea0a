"""Which page a raw request line asks for: what has been worked out once is looked up the next time, without parsing.

Only what led to a page is remembered. Twenty spellings of one address are twenty small entries that name one `Key`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Generic, TypeVar

from folkmoot.storage.database import Database

T = TypeVar("T")
MAX_TARGET = 1_024  # a longer one is worked out each time: it must not fill the memory
ALL_STORIES = 0


class Spellings(Generic[T]):
    """At most `room` request lines and what they mean, oldest out first. Emptied when the meaning of addresses may have moved."""

    def __init__(self, db: Database, room: int = 16_384) -> None:
        self._room = room
        self._known: OrderedDict[bytes, T] = OrderedDict()
        self._lock = threading.Lock()
        self.round = 0
        self.get = self._known.get
        self.close = db.follow(self.told)

    def remember(self, begun: int, target: bytes, meaning: T) -> None:
        """Keeps what a target means. begun: `round` as it was before the database was asked; what was emptied since stays out."""
        if len(target) > MAX_TARGET:
            return
        with self._lock:
            if begun == self.round:
                self._known[target] = meaning
                if len(self._known) > self._room:
                    self._known.popitem(last=False)

    def told(self, versions: Mapping[int, int]) -> None:
        """Forgets all when addresses may lead elsewhere: story 0, or nothing at all."""
        if versions and ALL_STORIES not in versions:
            return
        with self._lock:
            self.round += 1
            self._known.clear()

    def __len__(self) -> int:
        return len(self._known)
