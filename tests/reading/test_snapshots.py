"""Ready pages: true as far as the process knows, built once, bounded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from folkmoot.errors import NotFound
from folkmoot.reading.answers import pack
from folkmoot.reading.snapshots import Key, Snapshot, Snapshots
from folkmoot.storage.database import Database, Tx

LAKE, MILL = 1, 2
T = TypeVar("T")


class Builder:
    """Builds "story 1 at version 3". Stops at `gate` while it is closed; says when it is `inside`, after it has read."""

    def __init__(self) -> None:
        self.built: list[Key] = []
        self.gate = threading.Event()
        self.gate.set()
        self.inside = threading.Event()
        self.words = ""
        self.fault: Exception | None = None

    def __call__(self, tx: Tx, key: Key) -> Snapshot:
        row = tx.one("SELECT version FROM story_version WHERE story = :story", story=key.story)
        version = row.version if row else 0
        self.built.append(key)
        self.inside.set()
        fault = self.fault
        assert self.gate.wait(10)
        if fault:
            raise fault
        return pack(version, f"story {key.story} at version {version}{self.words}".encode(), b"text/plain")


@pytest.fixture
def builder() -> Builder:
    return Builder()


@pytest.fixture
def pages(db: Database, builder: Builder) -> Iterator[Snapshots]:
    """Snapshots of 3,000 bytes."""
    made = Snapshots(db, builder, room=3_000)
    yield made
    made.close()


def move(db: Database, story: int) -> None:
    """A change of a story that readers may see."""
    db.write_now(lambda tx: tx.bump(story))


async def seen(pages: Snapshots, story: int = LAKE, order: str = "best") -> str:
    return (await pages.get(Key(story, order=order))).plain.decode()


def run(act: Callable[[], Awaitable[T]]) -> T:
    async def go() -> T:
        return await act()

    return asyncio.run(go())


async def inside(builder: Builder) -> None:
    """Waits until a build has read, and forgets that it has."""
    assert await asyncio.to_thread(builder.inside.wait, 10)
    builder.inside.clear()


def test_the_second_reader_gets_the_page_without_a_build(pages: Snapshots, builder: Builder) -> None:
    async def two_readers() -> None:
        assert pages.current(Key(LAKE)) is None
        assert await seen(pages) == await seen(pages) == "story 1 at version 0"
        assert pages.current(Key(LAKE)) is not None

    run(two_readers)
    assert len(builder.built) == 1


def test_a_hundred_readers_at_once_share_one_build(pages: Snapshots, builder: Builder) -> None:
    async def crowd() -> list[str]:
        builder.gate.clear()
        readers = [asyncio.create_task(seen(pages)) for _ in range(100)]
        await inside(builder)
        builder.gate.set()
        return await asyncio.gather(*readers)

    assert set(run(crowd)) == {"story 1 at version 0"}
    assert len(builder.built) == 1


def test_a_change_is_seen_by_the_next_reader(db: Database, pages: Snapshots) -> None:
    async def read_write_read() -> tuple[str, str]:
        before = await seen(pages)
        await db.write(lambda tx: tx.bump(LAKE), LAKE)
        assert pages.current(Key(LAKE)) is None
        return before, await seen(pages)

    assert run(read_write_read) == ("story 1 at version 0", "story 1 at version 1")


def test_a_change_of_one_story_leaves_the_pages_of_another(db: Database, pages: Snapshots, builder: Builder) -> None:
    async def go() -> None:
        await seen(pages, MILL)
        move(db, LAKE)
        assert pages.current(Key(MILL)) is not None

    run(go)


def test_every_order_of_a_changed_story_is_forgotten(db: Database, pages: Snapshots) -> None:
    async def go() -> None:
        await seen(pages, order="best")
        await seen(pages, order="newest")
        move(db, LAKE)
        assert pages.current(Key(LAKE, order="best")) is pages.current(Key(LAKE, order="newest")) is None
        assert pages.taken == 0

    run(go)


def test_who_comes_after_a_change_does_not_join_a_build_from_before_it(db: Database, pages: Snapshots, builder: Builder) -> None:
    async def go() -> tuple[str, str]:
        builder.gate.clear()
        early = asyncio.create_task(seen(pages))
        await inside(builder)          # it has read version 0
        move(db, LAKE)
        late = asyncio.create_task(seen(pages))
        await asyncio.sleep(0)
        builder.gate.set()
        return await early, await late

    assert run(go) == ("story 1 at version 0", "story 1 at version 1")


def test_what_was_built_before_a_change_is_not_kept(db: Database, pages: Snapshots, builder: Builder) -> None:
    async def go() -> None:
        builder.gate.clear()
        early = asyncio.create_task(seen(pages))
        await inside(builder)
        move(db, LAKE)
        builder.gate.set()
        assert await early == "story 1 at version 0"
        assert pages.current(Key(LAKE)) is None

    run(go)


def test_all_who_come_after_a_change_share_the_next_build(db: Database, pages: Snapshots, builder: Builder) -> None:
    async def go() -> set[str]:
        builder.gate.clear()
        early = asyncio.create_task(seen(pages))
        await inside(builder)
        move(db, LAKE)
        late = [asyncio.create_task(seen(pages)) for _ in range(20)]
        await asyncio.sleep(0)
        builder.gate.set()
        await early
        return set(await asyncio.gather(*late))

    assert run(go) == {"story 1 at version 1"}
    assert len(builder.built) == 2


def test_a_build_that_has_read_the_change_is_good_for_late_comers(pages: Snapshots, builder: Builder) -> None:
    """Between the commit and the telling, a build may read the new version."""

    async def go() -> None:
        builder.gate.clear()
        early = asyncio.create_task(seen(pages))
        await inside(builder)
        pages.told({LAKE: 0})
        late = asyncio.create_task(seen(pages))
        await asyncio.sleep(0)
        builder.gate.set()
        await asyncio.gather(early, late)
        assert pages.current(Key(LAKE)) is not None

    run(go)
    assert len(builder.built) == 1


@pytest.mark.parametrize("told", [{}, {0: 7}], ids=["nothing is certain", "all stories"])
def test_when_all_stories_move_nothing_kept_or_begun_counts(pages: Snapshots, builder: Builder, told: dict[int, int]) -> None:
    async def go() -> None:
        await seen(pages, MILL)
        builder.inside.clear()
        builder.gate.clear()
        early = asyncio.create_task(seen(pages, LAKE))
        await inside(builder)
        pages.told(told)
        assert pages.current(Key(MILL)) is None
        late = asyncio.create_task(seen(pages, LAKE))
        await asyncio.sleep(0)
        builder.words = ", told anew"
        builder.gate.set()
        await early
        assert await late == "story 1 at version 0, told anew"

    run(go)
    assert len(builder.built) == 3


def test_a_failed_build_is_told_to_all_who_wait_and_not_kept(pages: Snapshots, builder: Builder) -> None:
    async def go() -> list[object]:
        builder.fault = NotFound("There is no such comment.")
        builder.gate.clear()
        readers = [asyncio.create_task(seen(pages)) for _ in range(3)]
        await inside(builder)
        builder.gate.set()
        faults = await asyncio.gather(*readers, return_exceptions=True)
        builder.fault = None
        assert await seen(pages) == "story 1 at version 0"
        return list(faults)

    assert [type(each) for each in run(go)] == [NotFound] * 3


def test_who_comes_after_a_change_is_not_told_of_an_older_failure(db: Database, pages: Snapshots, builder: Builder) -> None:
    async def go() -> str:
        builder.fault = NotFound("There is no such comment.")
        builder.gate.clear()
        early = asyncio.create_task(seen(pages))
        await inside(builder)
        move(db, LAKE)
        late = asyncio.create_task(seen(pages))
        await asyncio.sleep(0)
        builder.fault = None
        builder.gate.set()
        with pytest.raises(NotFound):
            await early
        return await late

    assert run(go) == "story 1 at version 1"


def test_a_reader_who_leaves_does_not_stop_the_build_for_the_others(pages: Snapshots, builder: Builder) -> None:
    async def go() -> str:
        builder.gate.clear()
        leaves, stays = asyncio.create_task(seen(pages)), asyncio.create_task(seen(pages))
        await inside(builder)
        leaves.cancel()
        builder.gate.set()
        return await stays

    assert run(go) == "story 1 at version 0"


def test_the_pages_take_no_more_than_their_room_and_the_least_read_go_first(pages: Snapshots, builder: Builder) -> None:
    builder.words = " " + "x" * 900  # about 940 bytes a page, with gzip

    async def go() -> None:
        for story in (1, 2, 3):
            await seen(pages, story)
        await seen(pages, 1)
        await seen(pages, 4)
        assert pages.taken <= 3_000
        assert [story for story in (1, 2, 3, 4) if pages.current(Key(story))] == [1, 3, 4]

    run(go)


def test_a_page_larger_than_the_whole_room_is_sent_but_not_kept(pages: Snapshots, builder: Builder) -> None:
    builder.words = "x" * 4_000

    async def go() -> None:
        assert len(await seen(pages)) > 4_000
        assert pages.current(Key(LAKE)) is None
        assert pages.taken == 0

    run(go)


@pytest.mark.race
def test_readers_never_get_less_than_was_known_when_they_came_while_writers_write(db: Database, pages: Snapshots) -> None:
    known = 0

    def learns(versions: dict[int, int]) -> None:
        nonlocal known
        known = max(known, versions.get(LAKE, 0))

    stop = db.follow(learns)

    async def reader() -> None:
        for _ in range(150):
            floor = known
            found = await pages.get(Key(LAKE))
            assert found.version >= floor
            await asyncio.sleep(0)

    async def writer() -> None:
        for _ in range(100):
            await db.write(lambda tx: tx.bump(LAKE), LAKE)

    async def all_at_once() -> None:
        await asyncio.gather(*(reader() for _ in range(8)), *(writer() for _ in range(4)))

    run(all_at_once)
    stop()
    assert known >= 100
