"""When more come than can be served: so many at once, some wait, the rest hear at once when to come again."""

from __future__ import annotations

import asyncio
from typing import Any

from folkmoot.web.crowd import MOST, WAITING, Crowd


class Door:
    """An application that answers when it is told to."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.inside = self.most = 0
        self.statuses: list[int] = []
        self.headers: list[dict[bytes, bytes]] = []
        self.bodies: list[bytes] = []
        self.crowd = Crowd(self.app)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.open.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
        finally:
            self.inside -= 1

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.statuses.append(message["status"])
            self.headers.append(dict(message["headers"]))
        else:
            self.bodies.append(message["body"])

    def come(self, path: str = "/api/v1/comments") -> asyncio.Task[None]:
        return asyncio.create_task(self.crowd({"type": "http", "path": path}, None, self.send))  # type: ignore[arg-type]


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_so_many_are_let_in_some_wait_and_the_rest_are_turned_away_at_once() -> None:
    async def go() -> None:
        door = Door()
        tasks = [door.come() for _ in range(MOST + WAITING + 10)]
        await settle()
        assert (door.inside, door.statuses) == (MOST, [503] * 10)
        assert all(2 <= int(headers[b"retry-after"]) <= 10 for headers in door.headers)
        assert b'"code":"crowded"' in door.bodies[0] and int(door.headers[0][b"content-length"]) == len(door.bodies[0])
        door.open.set()
        await asyncio.gather(*tasks)
        assert (door.most, door.statuses.count(200), door.crowd.inside) == (MOST, MOST + WAITING, 0)

    asyncio.run(go())


def test_who_stops_waiting_takes_no_place_and_loses_none() -> None:
    async def go() -> None:
        door = Door()
        first = [door.come() for _ in range(MOST)]
        await settle()
        waiting = [door.come() for _ in range(WAITING)]
        await settle()
        for task in waiting[::2]:
            task.cancel()
        await settle()
        door.open.set()
        await asyncio.gather(*first, *waiting, return_exceptions=True)
        assert (door.statuses.count(200), door.crowd.inside) == (MOST + WAITING // 2, 0)
        await door.come()
        assert door.statuses[-1] == 200

    asyncio.run(go())


def test_streams_and_the_supervisors_questions_are_always_let_in() -> None:
    async def go() -> None:
        door = Door()
        tasks = [door.come() for _ in range(MOST + WAITING)]
        free = [door.come(path) for path in ("/livez", "/readyz", "/api/v1/events")]
        await settle()
        assert door.inside == MOST + 3 and door.statuses == []
        door.open.set()
        await asyncio.gather(*tasks, *free)

    asyncio.run(go())


def test_a_page_is_refused_in_plain_words() -> None:
    async def go() -> None:
        door = Door()
        tasks = [door.come() for _ in range(MOST + WAITING)]
        await settle()
        await door.come("/thread")
        assert door.bodies == [b"Very many people are here just now. Nothing was changed. Try again in a few seconds.\n"]
        door.open.set()
        await asyncio.gather(*tasks)

    asyncio.run(go())
