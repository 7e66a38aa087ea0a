"""Ten thousand open pages on one process: what they cost in memory, and how soon the last of them hears of a post while others are posted."""

from __future__ import annotations

import asyncio
import json
import time

import msgspec

from bench.load import Client, post, share
from bench.reading import Plan, database
from bench.seed import HOST, Seeder
from bench.servers import children, folkmoot, memory
from bench.table import Row

MOST_MEMORY, MOST_SECONDS = 500, 1.0


class Page(asyncio.Protocol):
    """An open page: notes when it was last told something new. told: (comments, when)."""

    heard = 0

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.comments, self.when = -1, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        at = data.rfind(b"\ndata: ")
        if at >= 0:
            if self.comments < 0:
                Page.heard += 1
            self.comments = json.loads(data[at + 7 :])["comments"]
            self.when = time.perf_counter()


def streams(plan: Plan) -> list[Row]:
    """So many streams of one story; posts into it, while others go into other stories."""
    wanted, rounds = (2_000, 2) if plan.quick else (10_000, 4)
    with database(plan.folder, "streams") as (db, url):
        address = Seeder(db).thread("streamed", 200).address
    with folkmoot(url, plan.folder, core=0) as server:
        before = memory(server.pid)
        rows = asyncio.run(_listen(server.port, [server.pid], address, before, wanted, rounds))
    return rows + _across(plan, wanted // 2, rounds)


def _across(plan: Plan, wanted: int, rounds: int) -> list[Row]:
    """The same on two processes, half as many: a post to one is heard on the other."""
    with database(plan.folder, "across") as (db, url):
        address = Seeder(db).thread("streamed", 200).address
    with folkmoot(url, plan.folder, environ={"FOLKMOOT_SERVER__WORKERS": "2"}) as server:
        pids = [server.pid, *children(server.pid)]
        rows = asyncio.run(_listen(server.port, pids, address, sum(map(memory, pids)), wanted, rounds))
    return [msgspec.structs.replace(row, name=f"two processes: {row.name}") for row in rows]


async def _listen(port: int, pids: list[int], address: str, before: float, wanted: int, rounds: int) -> list[Row]:
    request = f"GET /api/v1/events?url={address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode()
    loop, pages = asyncio.get_running_loop(), []
    Page.heard = 0
    for start in range(0, wanted, 200):
        made = await asyncio.gather(*(loop.create_connection(lambda: Page(request), "127.0.0.1", port) for _ in range(min(200, wanted - start))))
        pages += [page for _, page in made]
    while Page.heard < wanted:
        await asyncio.sleep(0.05)
    stop = asyncio.Event()
    others = asyncio.create_task(_go_on(port, stop))
    reached = [await _reach(port, address, pages) for _ in range(rounds)]
    held = sum(map(memory, pids))
    stop.set()
    took = await others
    for page in pages:
        page.transport.close()  # type: ignore[attr-defined]
    return [
        Row(f"memory of {wanted:,} open streams, the process whole", held, "MB", MOST_MEMORY, note=f"before them {before:.0f} MB"),
        Row("a post until the last of them has heard, worst", max(reached), "s", MOST_SECONDS),
        Row("the same, median", share(reached, 0.5), "s"),
        Row("posts in other stories meanwhile, p99", share(took, 0.99), "ms", note=f"{len(took)} posts"),
    ]


async def _reach(port: int, address: str, pages: list[Page]) -> float:
    """Posts into the story once it has been quiet for longer than events are joined; seconds until all have heard."""
    await asyncio.sleep(2.0)
    known = max(page.comments for page in pages)
    client = await Client(port).open()
    begun = time.perf_counter()
    status, _, _ = await client.ask(post(address, f"The gauge says {begun} today, and it said less before."))
    client.close()
    assert status == 201
    while min(page.comments for page in pages) <= known:
        await asyncio.sleep(0.01)
        assert time.perf_counter() < begun + 30, "not all were told"
    return max(page.when for page in pages) - begun


async def _go_on(port: int, stop: asyncio.Event) -> list[float]:
    """Posts into other stories, some twenty a second; milliseconds of each."""
    client, took, number = await Client(port).open(), [], 0
    while not stop.is_set():
        number += 1
        status, milliseconds, _ = await client.ask(post(f"https://{HOST}/other/{number % 20}", f"Words, number {number} of {time.time()}."))
        assert status == 201
        took.append(milliseconds)
        await asyncio.sleep(max(0.0, 0.05 - milliseconds / 1000))
    client.close()
    return took
