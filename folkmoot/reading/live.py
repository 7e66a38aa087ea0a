"""Tells open pages that a story has a new version: server-sent events, at once for who comes, then at most one a second.

One task per story reads version and count and hands them on, however many listen. A listener has room for one event, the
newest: who is slow misses numbers, never the last one. The id is the story's version, so a page that comes back says what it
has seen (Last-Event-ID) and is told only what is newer.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from functools import lru_cache

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from folkmoot.discussion.news import News, news
from folkmoot.errors import TooSoon, Unavailable
from folkmoot.reading.snapshots import ALL_STORIES
from folkmoot.storage.database import Database
from folkmoot.web import headers
from folkmoot.web.kit import clock
from folkmoot.web.logs import log
from folkmoot.web.words import N_

PAUSE = 0.8       # seconds between two events of a story; so that whatever happens is heard within a second
HEARTBEAT = 20.0  # seconds of silence after which a comment line keeps proxies from hanging up
MOST = 12_000     # streams that a process keeps open
AT_ONCE = 250     # listeners told before others get their turn
RETRY = (2_000, 8_000)  # ms after which a page that lost its stream comes back: not all at the same moment
MOST_OF_ONE = 30  # of them for one network


class _Channel:
    """A story that somebody listens to."""

    def __init__(self) -> None:
        self.listeners: set[asyncio.Queue[News | None]] = set()
        self.stirred = asyncio.Event()
        self.last: News | None = None
        self.task: asyncio.Task[None] | None = None


class Live:
    """The open streams of a process. Its methods belong to one event loop; only `told` may come from any thread."""

    def __init__(self, db: Database, now: Callable[[], int] = clock) -> None:
        self._db = db
        self.now = now
        self._channels: dict[int, _Channel] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.open = 0
        self._by_network: Counter[str] = Counter()
        self.close = db.follow(self.told)

    def told(self, versions: Mapping[int, int]) -> None:
        """Wakes the channels of what has moved."""
        loop = self._loop
        if loop is None or not self._channels:
            return
        everything = not versions or ALL_STORIES in versions
        if everything or not self._channels.keys().isdisjoint(versions):
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._stir, None if everything else tuple(versions))

    def _stir(self, stories: tuple[int, ...] | None) -> None:
        for story in list(self._channels) if stories is None else stories:
            if story in self._channels:
                self._channels[story].stirred.set()

    def listen(self, story: int, seen: int | None = None, network: str | None = None) -> AsyncGenerator[News | None, None]:
        """Versions of a story as they come, the present one first unless it is `seen`; None where only a heartbeat is due.

        Raises Unavailable where too many listen, TooSoon where too many of this network do (None: it is not counted).
        """
        if self.open >= MOST:
            raise Unavailable(N_("Too many pages are listening just now. Ask for the thread again from time to time."), 60)
        if network and self._by_network[network] >= MOST_OF_ONE:
            words = N_("Too many pages on your network are listening just now. Ask for the thread again from time to time.")
            raise TooSoon(words, 60, "too_many_streams")
        return self._counted(self._events(story, seen), network) if network else self._events(story, seen)

    async def _counted(self, events: AsyncGenerator[News | None, None], network: str) -> AsyncGenerator[News | None, None]:
        self._by_network[network] += 1
        try:
            async with aclosing(events):
                async for moved in events:
                    yield moved
        finally:
            self._by_network[network] -= 1
            if not self._by_network[network]:
                del self._by_network[network]

    async def _events(self, story: int, seen: int | None) -> AsyncGenerator[News | None, None]:
        queue: asyncio.Queue[News | None] = asyncio.Queue(1)
        channel = self._join(story, queue)
        try:
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        moved = await queue.get()
                except TimeoutError:
                    yield None
                    continue
                if moved is None:
                    return
                if moved.version != seen:
                    seen = moved.version
                    yield moved
        finally:
            self._leave(story, channel, queue)

    def _join(self, story: int, queue: asyncio.Queue[News | None]) -> _Channel:
        self._loop = asyncio.get_running_loop()
        self.open += 1
        channel = self._channels.setdefault(story, _Channel())
        channel.listeners.add(queue)
        if channel.last is not None:
            queue.put_nowait(channel.last)
        if channel.task is None:
            channel.task = asyncio.create_task(self._tell(story, channel))
        return channel

    def _leave(self, story: int, channel: _Channel, queue: asyncio.Queue[News | None]) -> None:
        self.open -= 1
        channel.listeners.discard(queue)
        if not channel.listeners and self._channels.get(story) is channel:
            del self._channels[story]
            if channel.task is not None:
                channel.task.cancel()

    async def _tell(self, story: int, channel: _Channel) -> None:
        """Reads what stirred, hands it to all who listen, rests."""
        while True:
            channel.stirred.clear()
            try:
                channel.last = await self._db.read(lambda tx: news(tx, story, self.now()))
            except Exception as error:  # who listens would wait for good, were this task to end
                channel.stirred.set()  # to be tried again
                if not isinstance(error, Unavailable):
                    log.exception("A story's news could not be read")
            for number, queue in enumerate(tuple(channel.listeners) if channel.last else ()):
                _offer(queue, channel.last)
                if number % AT_ONCE == AT_ONCE - 1:
                    await asyncio.sleep(0)
            await asyncio.sleep(PAUSE)
            await channel.stirred.wait()

    def end(self) -> None:
        """Ends every stream, so that a server which stops need not wait for its readers."""
        for channel in list(self._channels.values()):
            for queue in channel.listeners:
                _offer(queue, None)


def _offer(queue: asyncio.Queue[News | None], moved: News | None) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(moved)


class EventStream(Response):
    """An answer that goes on for as long as its reader listens."""

    def __init__(self, events: AsyncGenerator[News | None, None]) -> None:
        given = headers.api(public=True) | {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(None, 200, given, "text/event-stream")
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        telling = asyncio.create_task(self._tell(send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
            if telling.done():
                telling.result()
                await send({"type": "http.response.body", "body": b""})
        finally:
            for task in (telling, leaving):
                task.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)

    async def _tell(self, send: Send) -> None:
        retry = random.randint(*RETRY)  # noqa: S311 -- to spread, not to hide
        await send({"type": "http.response.body", "body": b"retry: %d\n\n" % retry, "more_body": True})
        async with aclosing(self._events) as events:
            async for moved in events:
                line = b":\n\n" if moved is None else _line(moved)
                await send({"type": "http.response.body", "body": line, "more_body": True})


@lru_cache(maxsize=64)  # made once for all who listen
def _line(moved: News) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (moved.version, msgspec.json.encode(moved))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
