"""Pages of stories that nobody has spoken under yet, kept for the next who look. Such a story has no id and no version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from folkmoot.reading.snapshots import Snapshot
from folkmoot.sites.model import Site

Build = Callable[[Site, str, str, str], Snapshot]


class Empties:
    """The last `room` pages. Whoever asks has just read that there is no story, and what its site is; any thread may ask."""

    def __init__(self, build: Build, room: int = 128) -> None:
        self._build, self._room = build, room
        self._kept: OrderedDict[tuple[int, str, str, str], tuple[Site, Snapshot]] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, site: Site, address: str, publisher_key: str, order: str) -> Snapshot:
        """The page of an address; made anew where its site has changed. Raises Invalid for an unknown order."""
        asked = (site.id, address, publisher_key, order)
        with self._lock:
            known = self._kept.get(asked)
        if known is not None and known[0] == site:
            return known[1]
        made = self._build(site, address, publisher_key, order)
        with self._lock:
            self._kept[asked] = site, made
            if len(self._kept) > self._room:
                self._kept.popitem(last=False)
        return made
