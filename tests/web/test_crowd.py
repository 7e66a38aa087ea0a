"""When more come than can be served: so many at once, some wait, the rest hear at once when to come again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from folkmoot.web import crowd
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

    def come(self, path: str = "/api/v1/comments", receive: Any = None, language: str = "en", accepts: str = "*/*") -> asyncio.Task[None]:
        heads = [(b"accept-language", language.encode()), (b"accept", accepts.encode())]
        scope = {"type": "http", "path": path, "method": "POST" if receive else "GET", "headers": heads}
        return asyncio.create_task(self.crowd(scope, receive, self.send))


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


def test_a_page_is_refused_in_plain_words_of_the_readers_language() -> None:
    async def go() -> None:
        door = Door()
        tasks = [door.come() for _ in range(MOST + WAITING)]
        await settle()
        await door.come("/thread")
        await door.come("/thread", language="de-AT, en;q=0.5")
        english, german = (body.decode() for body in door.bodies)
        assert english == "Very many people are here just now. Nothing was changed. Try again in a few seconds.\n"
        assert german.startswith("Gerade sind sehr viele Menschen hier.")
        assert door.headers[1][b"content-language"] == b"de"
        door.open.set()
        await asyncio.gather(*tasks)

    asyncio.run(go())


def test_who_opens_a_page_is_told_on_a_page_with_a_way_on() -> None:
    async def go() -> None:
        door = Door()
        tasks = [door.come() for _ in range(MOST + WAITING)]
        await settle()
        await door.come("/me/notices", accepts="text/html,*/*;q=0.8", language="de")
        await door.come("/me/thread/1", accepts="*/*")
        assert door.statuses == [503, 503]
        page = door.bodies[0].decode()
        assert '<html lang="de"' in page and "Gerade sind sehr viele Menschen hier." in page and '<a href="/">' in page
        assert door.headers[0][b"content-type"] == b"text/html; charset=utf-8"
        assert int(door.headers[0][b"content-length"]) == len(door.bodies[0]) < 2_000
        assert int(door.headers[0][b"retry-after"]) >= 2 and door.headers[0][b"cache-control"] == b"private, no-store"
        assert door.headers[1][b"content-type"] == b"application/problem+json"
        door.open.set()
        await asyncio.gather(*tasks)

    asyncio.run(go())


def test_who_sends_slowly_keeps_nobody_out() -> None:
    async def go() -> None:
        door, never = Door(), asyncio.Event()
        door.open.set()

        async def slowly() -> dict[str, Any]:
            await never.wait()
            return {"type": "http.disconnect"}

        slow = [door.come(receive=slowly) for _ in range(20 * MOST)]
        await settle()
        assert (door.crowd.inside, door.inside) == (0, 0)
        await door.come("/thread")
        assert door.statuses == [200]
        for task in slow:
            task.cancel()

    asyncio.run(go())


def test_a_body_that_came_in_pieces_arrives_whole() -> None:
    async def go() -> None:
        pieces = [{"type": "http.request", "body": each, "more_body": each != b"c"} for each in (b"a", b"b", b"c")]
        read = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            read.extend([(await receive())["body"] for _ in range(3)])

        async def receive() -> dict[str, Any]:
            return pieces.pop(0)

        await Crowd(app)({"type": "http", "path": "/me/notices", "method": "POST"}, receive, None)  # type: ignore[arg-type]
        assert read == [b"a", b"b", b"c"]

    asyncio.run(go())


def test_a_body_that_never_comes_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        door = Door()

        async def never() -> dict[str, Any]:
            await asyncio.Event().wait()
            return {}

        monkeypatch.setattr(crowd, "LONGEST", 0.01)
        await door.come(receive=never)
        assert door.statuses == [400] and b"within a minute" in door.bodies[0]
        assert door.headers[0][b"connection"] == b"close"

    asyncio.run(go())
