"""Open pages are told of new versions: at once, then at most one a second, nothing held, nothing missed in the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.discussion.news import News
from folkmoot.errors import TooSoon
from folkmoot.people.model import COMMAND
from folkmoot.reading import live
from folkmoot.reading.live import Live
from folkmoot.storage.database import connect
from tests.moot import Moot
from tests.reading.visit import LAKE, Visit

PATIENCE = 10


@pytest.fixture(autouse=True)
def _a_short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.05)


class Stream:
    """An open event stream, asked of the application itself."""

    def __init__(self, visit: Visit, query: str, **headers: str) -> None:
        lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.scope = {
            "type": "http", "method": "GET", "path": "/api/v1/events", "raw_path": b"/api/v1/events", "query_string": query.encode(),
            "headers": lines, "http_version": "1.1", "scheme": "https", "server": ("talk.example", 443), "client": ("192.0.2.1", 5),
        }  # fmt: skip
        self.gone = asyncio.Event()
        self.lines: asyncio.Queue[bytes] = asyncio.Queue()
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.task = asyncio.create_task(visit.app(self.scope, self.receive, self.send))

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.lines.put_nowait(message["body"])

    async def event(self) -> tuple[int, dict[str, Any]]:
        """The next event: its id and its data."""
        while True:
            line = await asyncio.wait_for(self.lines.get(), PATIENCE)
            if line.startswith(b"id: "):
                number, data = line.decode().strip().split("\n")
                return int(number.removeprefix("id: ")), json.loads(data.removeprefix("data: "))

    async def leave(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, PATIENCE)


def run(act: Callable[[], Awaitable[None]]) -> None:
    async def go() -> None:
        await act()

    asyncio.run(go())


def test_who_comes_is_told_the_version_at_once_and_every_change_after_it(moot: Moot, visit: Visit) -> None:
    async def go() -> None:
        await moot.db.write(lambda tx: None)
        stream = Stream(visit, f"url={LAKE}")
        number, data = await stream.event()
        assert (number, data["version"], data["comments"], data["arrived"], data["gone"]) == (1, 1, 0, [], [])
        said = await asyncio.to_thread(moot.says, moot.guest("Ada"), "The dam will not hold.")
        number, data = await stream.event()
        assert (number, data["version"], data["comments"], data["arrived"]) == (2, 2, 1, [str(said)])
        assert stream.headers[b"content-type"].startswith(b"text/event-stream")
        assert stream.headers[b"cache-control"] == b"no-store"
        await stream.leave()

    run(go)


def test_who_comes_back_is_told_only_what_is_new(moot: Moot, visit: Visit) -> None:
    async def go() -> None:
        stream = Stream(visit, f"story={moot.story.id}", last_event_id="1")
        other = Stream(visit, f"story={moot.story.id}")
        await other.event()
        await asyncio.to_thread(moot.says, moot.guest("Ada"), "The dam will not hold.")
        assert (await stream.event())[0] == 2
        await stream.leave()
        await other.leave()

    run(go)


def test_a_hundred_listeners_of_a_story_cost_one_read(moot: Moot, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_OF_ONE", 100)
    async def go() -> None:
        streams = [Stream(visit, f"story={moot.story.id}") for _ in range(100)]
        await asyncio.gather(*(stream.event() for stream in streams))
        assert len(visit.room.live._channels) == 1
        await asyncio.gather(*(stream.leave() for stream in streams))
        assert visit.room.live._channels == {}
        assert visit.room.live.open == 0

    run(go)


def test_a_burst_of_changes_is_told_as_its_last(moot: Moot, visit: Visit) -> None:
    async def go() -> None:
        stream = Stream(visit, f"story={moot.story.id}")
        await stream.event()
        ada = moot.guest("Ada")
        await asyncio.to_thread(lambda: [moot.says(ada, f"Word {number}.") for number in range(20)])
        told: list[int] = []
        while not told or told[-1] < 21:
            told.append((await stream.event())[0])
        assert told == sorted(set(told))
        assert len(told) < 20
        await stream.leave()

    run(go)


def test_a_held_comment_makes_no_event_until_it_is_released(moot: Moot, visit: Visit) -> None:
    moot.allow(mode="hold_all")

    async def go() -> None:
        stream = Stream(visit, f"story={moot.story.id}")
        first, _ = await stream.event()
        held = await asyncio.to_thread(moot.says, moot.guest("Ada"), "The dam will not hold.")
        await asyncio.to_thread(moot.decide, COMMAND, held, "release")
        number, data = await stream.event()
        assert (number, data["comments"], data["arrived"]) == (first + 1, 1, [str(held)])
        await stream.leave()

    run(go)


def test_streams_end_when_the_server_does(moot: Moot, visit: Visit) -> None:
    async def go() -> None:
        stream = Stream(visit, f"story={moot.story.id}")
        await stream.event()
        visit.room.live.end()
        await asyncio.wait_for(stream.task, PATIENCE)

    run(go)


def test_a_silent_story_sends_a_heartbeat(moot: Moot, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.02)

    async def go() -> None:
        stream = Stream(visit, f"story={moot.story.id}")
        await stream.event()
        while await asyncio.wait_for(stream.lines.get(), PATIENCE) != b":\n\n":
            pass
        await stream.leave()

    run(go)


def test_a_listener_who_does_not_read_has_room_for_one_event_the_last(moot: Moot) -> None:
    async def go() -> None:
        listening = Live(moot.db)
        events = listening.listen(moot.story.id)
        assert (await anext(events)).version == 1  # type: ignore[union-attr]
        (channel,) = listening._channels.values()
        (queue,) = channel.listeners
        for version in range(2, 50):
            live._offer(queue, News(version, version, 0, 0))
        assert queue.qsize() == 1
        assert await anext(events) == News(49, 49, 0, 0)
        await events.aclose()
        listening.close()

    run(go)


def test_when_nothing_is_certain_every_channel_looks_again(moot: Moot, visit: Visit) -> None:
    async def go() -> None:
        stream = Stream(visit, f"story={moot.story.id}")
        await stream.event()
        moot.db.write_now(lambda tx: tx.run("UPDATE story_version SET version = 9 WHERE story = :story", story=moot.story.id))
        visit.room.live.told({})
        assert (await stream.event())[0] == 9
        await stream.leave()

    run(go)


@pytest.mark.parametrize("query", ["url=https://news.example/mill", "story=1", "", "url=lake", "story=x", "colour=red"])
def test_what_cannot_be_listened_to_is_said_in_json(visit: Visit, query: str) -> None:
    answer = visit.get(f"/api/v1/events?{query}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_too_many_listeners_are_asked_to_come_back(moot: Moot, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST", 0)
    answer = visit.get(f"/api/v1/events?story={moot.story.id}")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"


def test_a_fault_is_logged_and_the_channel_goes_on(moot: Moot, visit: Visit, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    news = live.news

    def fail_once(tx: Any, story: int, now: int) -> Any:
        monkeypatch.setattr(live, "news", news)
        raise RuntimeError("a fault of ours")

    async def journey() -> None:
        stream = Stream(visit, f"story={moot.story.id}")
        await stream.event()
        await stream.leave()

    monkeypatch.setattr(live, "news", fail_once)
    run(journey)
    assert "a fault of ours" in caplog.text


def test_one_network_keeps_thirty_streams_open_and_another_is_not_in_its_way(moot: Moot, visit: Visit) -> None:
    async def journey() -> None:
        streams = [visit.room.live.listen(moot.story.id, network="near") for _ in range(live.MOST_OF_ONE)]
        for stream in streams:
            await anext(stream)
        with pytest.raises(TooSoon):
            visit.room.live.listen(moot.story.id, network="near")
        far = visit.room.live.listen(moot.story.id, network="far")
        await anext(far)
        for stream in (*streams, far):
            await stream.aclose()
        assert not visit.room.live._by_network

    run(journey)


def test_what_one_process_writes_is_heard_in_anothers_streams(moot: Moot, database_url: str) -> None:
    there = connect(database_url)
    elsewhere = Live(there, lambda: moot.now)

    async def journey() -> None:
        events = elsewhere.listen(moot.story.id)
        await asyncio.wait_for(anext(events), PATIENCE)
        said = await asyncio.to_thread(moot.says, moot.guest("Ada"), "The dam will not hold.")
        heard = await asyncio.wait_for(anext(events), PATIENCE)
        assert heard is not None and heard.arrived == (str(said),)
        moot.later(1_000)
        await asyncio.to_thread(moot.decide, COMMAND, said, "remove")
        heard = await asyncio.wait_for(anext(events), PATIENCE)
        assert heard is not None and (heard.arrived, heard.gone) == ((), ((str(said), "removed"),))
        await events.aclose()

    try:
        run(journey)
    finally:
        elsewhere.close()
        there.close()
