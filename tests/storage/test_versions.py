"""Story versions: they move once per group, votes move them by a tick, and everybody who follows hears of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from folkmoot.storage import changes
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.migrations import migrate

STORY = 7


class Ear:
    """Keeps what it is told, with the time."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, dict[int, int]]] = []
        self._news = threading.Condition()

    def __call__(self, moved: dict[int, int]) -> None:
        with self._news:
            self.heard.append((time.monotonic(), moved))
            self._news.notify_all()

    def wait_for(self, wanted: Callable[[dict[int, int]], bool]) -> float:
        """When something of the kind was heard first; fails after five seconds."""
        with self._news:
            assert self._news.wait_for(lambda: any(wanted(moved) for _, moved in self.heard), 5), f"heard only {self.heard}"
            return next(at for at, moved in self.heard if wanted(moved))


@pytest.fixture
def other(database_url: str, db: Database) -> Iterator[Database]:
    """The same database, as another process has it open."""
    database = connect(database_url, readers=1, lanes=1)
    yield database
    database.close()


def version(db: Database, story: int = STORY) -> int:
    row = db.read_now(lambda tx: tx.one("SELECT version FROM story_version WHERE story = :story", story=story))
    return int(row.version) if row else 0


def bump(tx: Tx) -> None:
    tx.hold(STORY)
    tx.bump(STORY)


def test_a_version_moves_once_however_often_a_piece_asks(db: Database) -> None:
    def ask_thrice(tx: Tx) -> None:
        for _ in range(3):
            bump(tx)

    db.write_now(ask_thrice)
    db.write_now(ask_thrice)
    assert version(db) == 2


def test_turns_grow_by_one_per_group_that_held_the_story(db: Database) -> None:
    assert [db.write_now(lambda tx: tx.hold(STORY)) for _ in range(3)] == [1, 2, 3]
    assert version(db) == 0


def test_the_follower_hears_before_the_writer_is_answered(db: Database) -> None:
    ear = Ear()
    db.follow(ear)
    db.write_now(bump)
    assert [moved for _, moved in ear.heard] == [{STORY: 1}]


def test_a_follower_who_stopped_hears_nothing(db: Database) -> None:
    ear, still = Ear(), Ear()
    stop = db.follow(ear)
    db.follow(still)
    stop()
    db.write_now(bump)
    assert ear.heard == []
    assert len(still.heard) == 1


def test_a_follower_that_fails_harms_nobody(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_moved: dict[int, int]) -> None:
        raise RuntimeError("deaf")

    ear = Ear()
    db.follow(fail)
    db.follow(ear)
    db.write_now(bump)
    assert len(ear.heard) == 1
    assert "follower" in caplog.text


def test_a_write_that_moves_nothing_tells_nobody(db: Database) -> None:
    ear = Ear()
    db.follow(ear)
    db.write_now(lambda tx: tx.mark(STORY))
    db.write_now(lambda tx: tx.hold(STORY))
    assert ear.heard == []


def test_votes_move_the_version_by_a_tick_and_at_most_once_a_second(db: Database, now: int) -> None:
    for _ in range(3):
        db.write_now(lambda tx: tx.mark(STORY))
    assert version(db) == 0
    assert changes.tick(db, now) == 1
    assert version(db) == 1
    db.write_now(lambda tx: tx.mark(STORY))
    assert changes.tick(db, now + 999) == 0
    assert changes.tick(db, now + 1_000) == 1
    assert version(db) == 2
    assert changes.tick(db, now + 5_000) == 0


def test_a_vote_beside_a_post_is_ticked_too(db: Database, now: int) -> None:
    def post_and_vote(tx: Tx) -> None:
        bump(tx)
        tx.mark(STORY)

    db.write_now(post_and_vote)
    assert version(db) == 1
    assert changes.tick(db, now) == 1
    assert version(db) == 2


def test_what_another_process_moves_is_heard_within_a_fifth_of_a_second(db: Database, other: Database) -> None:
    for turn in range(1, 6):
        ear = Ear()
        stop = db.follow(ear)
        other.write_now(bump)
        done = time.monotonic()
        heard = ear.wait_for(lambda moved, turn=turn: moved.get(STORY) == turn)  # type: ignore[misc]
        assert heard - done < 0.2
        stop()


def test_what_this_process_moved_is_not_heard_a_second_time(db: Database, other: Database) -> None:
    here = Ear()
    db.follow(here)
    db.write_now(bump)
    other.write_now(lambda tx: tx.bump(8))
    here.wait_for(lambda moved: 8 in moved)
    assert [moved for _, moved in here.heard if STORY in moved] == [{STORY: 1}]


def test_a_story_that_both_moved_is_heard_in_its_last_version(db: Database, other: Database) -> None:
    ear = Ear()
    db.follow(ear)
    db.write_now(bump)
    other.write_now(bump)
    ear.wait_for(lambda moved: moved.get(STORY) == 2)


def test_many_moves_at_once_are_all_heard(db: Database, other: Database) -> None:
    ear = Ear()
    db.follow(ear)

    async def journey() -> None:
        await asyncio.gather(*(other.write(lambda tx, story=story: tx.bump(story), lane=story) for story in range(1, 2_001)))  # type: ignore[misc]

    asyncio.run(journey())
    ear.wait_for(lambda _: len({story for _, moved in ear.heard for story in moved}) == 2_000)
    assert {version for _, moved in ear.heard for version in moved.values()} == {1}


def test_who_opened_the_file_before_its_schema_was_made_hears_of_others_all_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    early = connect(url, readers=1)
    later = connect(url, readers=1)
    migrate(later, 1)
    ear = Ear()
    early.follow(ear)
    later.write_now(bump)
    ear.wait_for(lambda moved: STORY in moved)
    early.close()
    later.close()
