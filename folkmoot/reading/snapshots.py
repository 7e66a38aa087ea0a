"""Pages as bytes, the same for every reader: built once per version of a story, kept while they are true, compressed once.

A read never gets bytes older than what this process knew when the read came. `Database.follow` tells what has moved; what
has moved is forgotten at once, and a build that began before is not shared with those who come after.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from folkmoot.storage.database import Database, Tx

Message = dict[str, Any]  # an ASGI message, ready to be sent

ALL_STORIES = 0
NEVER = 1 << 62  # newer than any version: nothing that was begun before is believed


class Key(NamedTuple):
    """Which page: of a story, in an order, below a cursor, of one branch (`parent`), around one comment. Never a raw query.

    limit: roots, 0 for as many as the house shows. The language is the story's or its site's, so it is no part of this.
    """

    story: int
    kind: Literal["html", "json", "atom", "feed"] = "html"
    order: str = "best"
    after: str | None = None
    parent: int | None = None
    comment: int | None = None
    limit: int = 0


class Head(Struct, frozen=True):
    """The beginning of an answer, as an ASGI message and as the header lines of HTTP/1.1 down to the empty one."""

    status: int
    message: Message
    lines: bytes


class Snapshot(Struct, frozen=True):
    """A page that can be sent as it is: its bytes plain and as gzip, and the heads of both and of a 304."""

    version: int
    etag: bytes
    plain: bytes
    packed: bytes
    plain_head: Head
    packed_head: Head
    unchanged_head: Head

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.packed)


class _Build:
    """A build under way. floor: the version that the story has been told to have since the build began."""

    floor = 0
    task: asyncio.Task[Snapshot]


class Snapshots:
    """The pages at hand, least recently used first, in `room` bytes of body and gzip together.

    `current` and `get` belong to the event loop's thread; `told` may come from any.
    """

    def __init__(self, db: Database, build: Callable[[Tx, Key], Snapshot], room: int = 64 << 20) -> None:
        self._db, self._build, self._room = db, build, room
        self._kept: OrderedDict[Key, Snapshot] = OrderedDict()
        self._keys: dict[int, set[Key]] = {}
        self._under_way: dict[Key, _Build] = {}
        self._lock = threading.Lock()
        self.taken = 0
        self.close = db.follow(self.told)

    def current(self, key: Key) -> Snapshot | None:
        """The page, if it is at hand and true as far as this process knows."""
        try:
            self._kept.move_to_end(key)
            return self._kept[key]
        except KeyError:
            return None

    async def get(self, key: Key) -> Snapshot:
        """The page as it stands now or later. Raises what the build raises."""
        snapshot = self.current(key)
        if snapshot is not None:
            return snapshot
        build = self._under_way.get(key)
        if build is not None and build.floor:
            known = build.floor
            await asyncio.wait([build.task])
            if build.task.exception() is None and build.task.result().version >= known:
                return build.task.result()
            build = self._under_way.get(key)  # begun after this read came
        return await asyncio.shield((build or self._begin(key)).task)

    def _begin(self, key: Key) -> _Build:
        build = _Build()
        with self._lock:
            self._under_way[key] = build
        build.task = asyncio.get_running_loop().create_task(self._run(key, build))
        return build

    async def _run(self, key: Key, build: _Build) -> Snapshot:
        snapshot = None
        try:
            snapshot = await self._db.read(lambda tx: self._build(tx, key))
            return snapshot
        finally:
            self._end(key, build, snapshot)

    def _end(self, key: Key, build: _Build, snapshot: Snapshot | None) -> None:
        with self._lock:
            del self._under_way[key]
            if snapshot is not None and build.floor <= snapshot.version and snapshot.size <= self._room:
                self._keep(key, snapshot)

    def _keep(self, key: Key, snapshot: Snapshot) -> None:
        self._drop(key)
        self._kept[key] = snapshot
        self._keys.setdefault(key.story, set()).add(key)
        self.taken += snapshot.size
        while self.taken > self._room:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        snapshot = self._kept.pop(key, None)
        if snapshot is None:
            return
        self.taken -= snapshot.size
        keys = self._keys[key.story]
        keys.discard(key)
        if not keys:
            del self._keys[key.story]

    def told(self, versions: Mapping[int, int]) -> None:
        """Forgets what has moved: {story: version}. Story 0, or nothing at all, means every page."""
        with self._lock:
            if not versions or ALL_STORIES in versions:
                self._forget_all()
            for story, version in versions.items():
                self._forget(story, version)

    def _forget(self, story: int, version: int) -> None:
        for key in [key for key in self._keys.get(story, ()) if self._kept[key].version < version]:
            self._drop(key)
        for key, build in self._under_way.items():
            if key.story == story:
                build.floor = max(build.floor, version)

    def _forget_all(self) -> None:
        self._kept.clear()
        self._keys.clear()
        self.taken = 0
        for build in self._under_way.values():
            build.floor = NEVER
