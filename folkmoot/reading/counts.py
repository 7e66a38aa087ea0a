"""How many comments readers see, for up to a hundred addresses at once, from memory where nothing has moved."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Mapping, Sequence

import msgspec

from folkmoot.discussion import paging
from folkmoot.errors import Invalid
from folkmoot.reading.answers import CACHED, Lines, head_of, matches
from folkmoot.reading.snapshots import ALL_STORIES, Head
from folkmoot.sites import stories
from folkmoot.storage.database import Database, Tx
from folkmoot.web import headers

MOST = 100
NO_STORY = 0
MAX_TARGET = 4_096  # a longer one is read each time: a request line may be fifteen times that
REMEMBERED = 2_000
ENTRY = 200  # bytes that an address takes beside itself

_PUBLIC: Lines = [(name.lower().encode(), value.encode()) for name, value in headers.api(public=True).items()]


class Counts:
    """Knows which story an address means (or that there is none) and how many comments a story has; forgets what moves."""

    _stories: dict[str, int]
    _live: dict[int, int]
    _heard_of: set[int]
    _taken: int  # bytes

    def __init__(self, db: Database, room: int = 16 << 20) -> None:
        """room: bytes of addresses that are remembered."""
        self._db, self._room = db, room
        self._forget_all()
        self._asked: dict[bytes, tuple[str, ...]] = {}
        self._round = 0
        self._lock = threading.Lock()
        self.close = db.follow(self.told)

    def at_once(self, target: bytes, given: Mapping[bytes, bytes]) -> tuple[Head, bytes] | None:
        """Head and body for a request target that was answered before, where all of it is still known."""
        addresses = self._asked.get(target)
        found = self._known(addresses) if addresses is not None else None
        return None if found is None else answer(found, given)

    def remember(self, target: bytes, addresses: Sequence[str]) -> None:
        """Keeps what a request target asks for, so that it need not be read again."""
        if len(target) > MAX_TARGET:
            return
        if len(self._asked) >= REMEMBERED:
            self._asked.clear()
        self._asked[target] = tuple(addresses)

    def _known(self, addresses: Sequence[str]) -> dict[str, int] | None:
        live, story = self._live, self._stories
        try:
            return {address: live[story[address]] for address in addresses}
        except KeyError:
            return None

    async def of(self, addresses: Sequence[str]) -> dict[str, int]:
        """The number of comments by address; 0 where nobody has spoken yet. Raises Invalid for an address of no site here."""
        found = self._known(addresses)
        if found is not None:
            return found
        begun = self._round
        by_address, live = await self._db.read(lambda tx: _look(tx, addresses))
        with self._lock:
            if begun == self._round:
                self._keep(by_address, live)
        return {address: live.get(story, 0) for address, story in by_address.items()}

    def _keep(self, by_address: dict[str, int], live: dict[int, int]) -> None:
        size = sum(map(_size, by_address))
        if self._taken + size > self._room:
            self._forget_all()
        self._taken += size
        self._stories |= by_address
        self._live |= live
        self._heard_of |= live.keys()

    def told(self, versions: Mapping[int, int]) -> None:
        """Forgets the counts of stories that moved, and what is known of addresses when one may lead elsewhere now."""
        with self._lock:
            self._round += 1
            if not versions or ALL_STORIES in versions:
                self._forget_all()
            elif not self._heard_of.issuperset(versions):
                self._heard_of |= versions.keys()
                self._forget_empty()
            for story in versions:
                if story != NO_STORY:
                    self._live.pop(story, None)

    def _forget_empty(self) -> None:
        """A story that was never heard of may be that of an address which had none."""
        self._stories = {address: story for address, story in self._stories.items() if story != NO_STORY}
        self._taken = sum(map(_size, self._stories))

    def _forget_all(self) -> None:
        self._stories, self._live = {}, {NO_STORY: 0}
        self._heard_of = set()
        self._taken = 0


def _size(address: str) -> int:
    return sys.getsizeof(address) + ENTRY


def _look(tx: Tx, addresses: Sequence[str]) -> tuple[dict[str, int], dict[int, int]]:
    found = {address: _story(tx, address) for address in addresses}
    return found, paging.counts(tx, [story for story in set(found.values()) if story != NO_STORY])


def _story(tx: Tx, address: str) -> int:
    try:
        story = stories.find(tx, address)
    except Invalid as problem:
        raise Invalid(problem.words, problem.code, "url") from None
    return story.id if story else NO_STORY


def answer(counts: dict[str, int], given: Mapping[bytes, bytes]) -> tuple[Head, bytes]:
    """Head and body of {"counts": {url: n}}, or of a 304."""
    body = msgspec.json.encode({"counts": counts})
    etag = b'W/"%s"' % hashlib.blake2b(body, digest_size=8).hexdigest().encode()
    always = [(b"etag", etag), (b"cache-control", CACHED), *_PUBLIC]
    asked = given.get(b"if-none-match")
    if asked is not None and matches(asked, etag):
        return head_of(304, always), b""
    return head_of(200, [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *always]), body
