"""More than can be served: five times the capacity in posts; a thousand clients that send a byte a second; and, when asked for, a long soak."""

from __future__ import annotations

import asyncio
import itertools
import time
from pathlib import Path

from bench.load import Client, get, post, share
from bench.reading import Plan, database, target
from bench.seed import HOST, Seeder
from bench.servers import folkmoot, memory
from bench.table import Row

_NUMBER = itertools.count()


def _post() -> bytes:
    number = next(_NUMBER)
    return post(f"https://{HOST}/rush/{number % 50}", f"Words, number {number} of {time.time()}, as they come.")


class Rush:
    """What came of requests: milliseconds of those that were let in and of those turned away."""

    def __init__(self) -> None:
        self.let_in: list[float] = []
        self.turned_away: list[float] = []
        self.told = 0  # with Retry-After

    async def closed(self, port: int, seconds: float, connections: int) -> None:
        """A closed loop; who is turned away comes again soon, unlike what it was told."""
        end = time.perf_counter() + seconds

        async def one() -> None:
            client = await Client(port).open()
            while time.perf_counter() < end:
                status, took, _ = await client.ask(_post())
                (self.let_in if status == 201 else self.turned_away).append(took)
                if status == 503:
                    await asyncio.sleep(0.05)
            client.close()

        await asyncio.gather(*(one() for _ in range(connections)))


def rush(plan: Plan) -> list[Row]:
    """Posts at capacity, then by five times as many, then again."""
    seconds = max(3.0, plan.seconds)
    with database(plan.folder, "rush") as (db, url):
        page = target(Seeder(db).thread("hot", 200).address)
    with folkmoot(url, plan.folder, core=0) as server:
        asyncio.run(Rush().closed(server.port, 1.5, 32))
        normal, crowded, after = Rush(), Rush(), Rush()
        asyncio.run(normal.closed(server.port, seconds, 48))
        before = memory(server.pid)
        asyncio.run(crowded.closed(server.port, seconds, 240))
        asyncio.run(after.closed(server.port, seconds, 48))
        rows = _said(normal, crowded, after, seconds)
        rows.append(Row("memory after the rush, beside before", memory(server.pid) - before, "MB"))
        return rows + asyncio.run(_slow(server.port, page, plan.quick))


def _said(normal: Rush, crowded: Rush, after: Rush, seconds: float) -> list[Row]:
    usual = share(normal.let_in, 0.99)
    crowd = f"{len(crowded.let_in) / seconds:,.0f} a second"
    away = f"{len(crowded.turned_away) / seconds:,.0f} a second turned away"
    return [
        Row("posts at capacity (48 clients), p99", usual, "ms", note=f"{len(normal.let_in) / seconds:,.0f} a second"),
        Row("five times as many: p99 of those let in", share(crowded.let_in, 0.99), "ms", 2 * usual, note=crowd),
        Row("five times as many: p99 of those turned away", share(crowded.turned_away, 0.99), "ms", note=away),
        Row("at capacity again, right after: p99", share(after.let_in, 0.99), "ms", 1.5 * usual),
    ]


async def _slow(port: int, page: str, quick: bool) -> list[Row]:
    """Readers, alone and beside a thousand who send their request a byte a second."""
    alone = await _reads(port, page, 3)
    lines = []
    for _ in range(200 if quick else 1_000):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        lines.append(writer)
    stop = asyncio.Event()
    dripping = asyncio.create_task(_drip(lines, stop))
    beside = await _reads(port, page, 4)
    stop.set()
    await dripping
    for writer in lines:
        writer.close()
    usual = share(alone, 0.99)
    return [
        Row("reads, p99", usual, "ms"),
        Row(f"reads beside {len(lines):,} clients at a byte a second, p99", share(beside, 0.99), "ms", max(2 * usual, 5.0)),
    ]


async def _drip(lines: list[asyncio.StreamWriter], stop: asyncio.Event) -> None:
    request = b"POST /api/v1/comments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n" + b" " * 9_999
    for place in range(len(request)):
        for number, writer in enumerate(lines):
            writer.write(request[place : place + 1])
            if number % 50 == 49:
                await asyncio.sleep(1 / (len(lines) / 50))
        if stop.is_set():
            return


async def _reads(port: int, page: str, seconds: float) -> list[float]:
    client, took, end = await Client(port).open(), [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        took.append((await client.ask(get(page)))[1])
        await asyncio.sleep(0.002)
    client.close()
    return took


def soak(plan: Plan, minutes: float = 15.0) -> list[Row]:
    """Readers, writers and streams for a quarter of an hour: memory and descriptors must stay level."""
    with database(plan.folder, "soak") as (db, url):
        page = target(Seeder(db).thread("hot", 200).address)
    with folkmoot(url, plan.folder) as server:
        return asyncio.run(_soak(server.port, server.pid, page, 0.5 if plan.quick else minutes))


async def _soak(port: int, pid: int, page: str, minutes: float) -> list[Row]:
    await _fill(port, 500 if minutes < 1 else 9_000)
    stop = asyncio.Event()
    workers = [asyncio.create_task(_ask(port, stop, lambda: get(page), 0.01)) for _ in range(4)]
    workers += [asyncio.create_task(_ask(port, stop, _post, 0.05)) for _ in range(4)]
    workers += [asyncio.create_task(_listen(port, stop)) for _ in range(50)]
    await asyncio.sleep(minutes * 60 * 0.2)
    first, opened = memory(pid), _descriptors(pid)
    await asyncio.sleep(minutes * 60 * 0.8)
    last, open_then = memory(pid), _descriptors(pid)
    stop.set()
    await asyncio.gather(*workers)
    return [
        Row("memory at the end of the soak, of that at a fifth of it", last / first, "×", 1.05, note=f"{first:.0f} MB, {last:.0f} MB"),
        Row("descriptors, the same", open_then / opened, "×", 1.1, note=f"{opened}, {open_then}"),
    ]


async def _fill(port: int, posts: int) -> None:
    """As many comments as the caches of pages and of their parts hold, so that what grows afterwards is no cache."""

    async def one() -> None:
        client = await Client(port).open()
        for _ in range(posts // 8):
            await client.ask(_post())
            await client.ask(get(target(f"https://{HOST}/rush/{next(_NUMBER) % 50}")))
        client.close()

    await asyncio.gather(*(one() for _ in range(8)))


async def _ask(port: int, stop: asyncio.Event, request: object, pause: float) -> None:
    client = await Client(port).open()
    while not stop.is_set():
        status, _, _ = await client.ask(request())  # type: ignore[operator]
        assert status in (200, 201, 304), status
        await asyncio.sleep(pause)
    client.close()


async def _listen(port: int, stop: asyncio.Event) -> None:
    """Opens a stream, listens for some seconds, leaves, comes back."""
    while not stop.is_set():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /api/v1/events?url=https://{HOST}/rush/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        end = time.monotonic() + 5
        while time.monotonic() < end and not stop.is_set():
            try:
                async with asyncio.timeout(1):
                    if not await reader.read(65_536):
                        break
            except TimeoutError:
                continue
        writer.close()


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
