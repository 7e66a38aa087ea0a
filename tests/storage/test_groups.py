"""Groups: what waits is committed together, and nobody harms a neighbour."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest

from folkmoot.errors import Conflict, Invalid, Unavailable
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.groups import Unsure, Writer
from folkmoot.storage.migrations import migrate
from folkmoot.storage.pieces import Piece
from folkmoot.storage.sqlite_tx import SqliteSession

PUT = "INSERT INTO fact (name, body) VALUES (:name, :body)"


def put(tx: Tx, name: str, body: str = "") -> str:
    tx.run(PUT, name=name, body=body)
    return name


def names(db: Database) -> list[str]:
    return [row.name for row in db.read_now(lambda tx: tx.rows("SELECT name FROM fact ORDER BY name"))]


def version(db: Database, story: int) -> int | None:
    row = db.read_now(lambda tx: tx.one("SELECT version FROM story_version WHERE story = :story", story=story))
    return None if row is None else row.version


def together(db: Database, *acts: Callable[[Tx], Any]) -> list[Any]:
    """The outcomes of acts that all wait while the lane is held up, so that they are one group."""

    async def journey() -> list[Any]:
        began, go = threading.Event(), threading.Event()

        def hold_up(_tx: Tx) -> None:
            began.set()
            go.wait(10)

        first = db.write(hold_up)
        await asyncio.to_thread(began.wait, 10)
        waiting = [db.write(act) for act in acts]
        go.set()
        await first
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(journey())


def fail_after_writing(tx: Tx) -> None:
    put(tx, "half done")
    raise Invalid("No.")


def test_a_bad_piece_does_not_harm_its_neighbours(db: Database) -> None:
    first, second, third = together(db, lambda tx: put(tx, "Ada"), fail_after_writing, lambda tx: put(tx, "Bo"))
    assert (first, third) == ("Ada", "Bo")
    assert isinstance(second, Invalid)
    assert names(db) == ["Ada", "Bo"]


def test_a_piece_that_the_engine_refuses_does_not_harm_its_neighbours(db: Database) -> None:
    first, second, third = together(db, lambda tx: put(tx, "Ada"), lambda tx: put(tx, "Ada"), lambda tx: put(tx, "Bo"))
    assert (first, third) == ("Ada", "Bo")
    assert isinstance(second, Conflict)
    assert names(db) == ["Ada", "Bo"]


def test_a_refusal_that_comes_late_does_not_take_the_group_apart(db: Database) -> None:
    def put_and_bump(tx: Tx, name: str) -> str:
        tx.bump(7)
        return put(tx, name)

    acts = [partial(put_and_bump, name=name) for name in ("Ada", "Bo", "Ada", "Chidi", "Bo", "Ines")]
    outcomes = together(db, *acts)
    assert [type(outcome) for outcome in outcomes] == [str, str, Conflict, str, Conflict, str]
    assert version(db, 7) == 1


def test_an_id_that_was_there_already_is_made_again(db: Database) -> None:
    db.write_now(lambda tx: put(tx, "Ada"))
    made = iter(["Ada", "Bo"])
    assert db.write_now(lambda tx: put(tx, next(made))) == "Bo"
    assert names(db) == ["Ada", "Bo"]


def test_a_piece_sees_what_those_before_it_in_the_group_wrote(db: Database) -> None:
    def count(tx: Tx) -> int:
        put(tx, f"row {tx.rows('SELECT count(*) AS n FROM fact')[0].n}")
        return int(tx.rows("SELECT count(*) AS n FROM fact")[0].n)

    assert together(db, count, count, count) == [1, 2, 3]


def test_a_piece_that_raised_before_it_wrote_leaves_nothing(db: Database) -> None:
    def look_and_raise(tx: Tx) -> None:
        tx.one("SELECT name FROM fact")
        raise Invalid("No.")

    assert isinstance(together(db, look_and_raise, lambda tx: put(tx, "Ada"))[0], Invalid)
    assert names(db) == ["Ada"]


def test_what_is_pledged_runs_once_per_key_and_group(db: Database) -> None:
    def visit(tx: Tx) -> None:
        tx.at_end("visitors", lambda tx: tx.run("INSERT INTO fact (name, body) VALUES ('visit', 'x') ON CONFLICT (name) DO UPDATE "
                                                "SET body = fact.body || 'x'"))

    together(db, visit, visit, visit)
    together(db, visit, visit)
    row = db.read_now(lambda tx: tx.one("SELECT body FROM fact WHERE name = 'visit'"))
    assert row is not None
    assert row.body == "xx"


def test_a_failed_piece_pledges_nothing(db: Database) -> None:
    def pledge_and_fail(tx: Tx) -> None:
        tx.at_end("pledge", lambda tx: tx.run(PUT, name="pledged", body=""))
        tx.bump(7)
        raise Invalid("No.")

    together(db, pledge_and_fail, lambda tx: put(tx, "Ada"))
    assert names(db) == ["Ada"]
    assert db.read_now(lambda tx: tx.one("SELECT version FROM story_version WHERE story = 7")) is None


def test_a_pledge_that_fails_hurts_only_the_piece_that_made_it(db: Database) -> None:
    def broken(_tx: Tx) -> None:
        raise Invalid("The pledge cannot be kept.")

    def pledge(tx: Tx) -> None:
        put(tx, "Chidi")
        tx.at_end("broken", broken)

    first, second, third = together(db, lambda tx: put(tx, "Ada"), pledge, lambda tx: put(tx, "Bo"))
    assert (first, third) == ("Ada", "Bo")
    assert isinstance(second, Invalid)
    assert names(db) == ["Ada", "Bo"]


def test_a_pledge_may_pledge_in_its_turn(db: Database) -> None:
    def later(tx: Tx) -> None:
        put(tx, "first")
        tx.at_end("second", lambda tx: tx.run(PUT, name="second", body=""))
        tx.bump(7)

    db.write_now(lambda tx: tx.at_end("first", later))
    assert names(db) == ["first", "second"]
    assert version(db, 7) == 1


def test_nobody_is_answered_before_the_commit(db: Database) -> None:
    seen: list[list[str]] = []

    async def journey() -> None:
        for name in ("Ada", "Bo", "Chidi"):
            await db.write(lambda tx, name=name: put(tx, name))  # type: ignore[misc]
            seen.append([row.name for row in await db.read(lambda tx: tx.rows("SELECT name FROM fact ORDER BY name"))])

    asyncio.run(journey())
    assert seen == [["Ada"], ["Ada", "Bo"], ["Ada", "Bo", "Chidi"]]


def test_a_read_sees_one_snapshot_although_others_write_meanwhile(db: Database) -> None:
    db.write_now(lambda tx: put(tx, "Ada"))

    def look_twice(tx: Tx) -> tuple[int, int]:
        first = len(tx.rows("SELECT name FROM fact"))
        db.write_now(lambda tx: put(tx, "Bo"))
        return first, len(tx.rows("SELECT name FROM fact"))

    assert db.read_now(look_twice) == (1, 1)
    assert names(db) == ["Ada", "Bo"]


def test_a_read_cannot_write(db: Database) -> None:
    with pytest.raises(Exception):  # noqa: B017 -- which one is the engine's affair; it is a fault of ours
        db.read_now(lambda tx: (put(tx, "Ada"), tx.rows("SELECT 1 AS one")))
    assert names(db) == []


def test_an_act_that_ends_its_iteration_too_far_is_told_so(db: Database) -> None:
    async def journey() -> None:
        await db.write(lambda _tx: next(iter(())))

    with pytest.raises(RuntimeError):
        asyncio.run(journey())


def test_fifty_threads_lose_no_write(db: Database) -> None:
    db.write_now(lambda tx: put(tx, "total", "0"))

    def add(tx: Tx) -> None:
        tx.hold(1)
        tx.run("UPDATE fact SET body = CAST(CAST(body AS BIGINT) + 1 AS TEXT) WHERE name = 'total'")

    threads = [threading.Thread(target=lambda: [db.write_now(add, lane=1) for _ in range(10)]) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = db.read_now(lambda tx: tx.one("SELECT body FROM fact WHERE name = 'total'"))
    assert row is not None
    assert row.body == "500"


def test_what_waits_is_finished_before_the_database_is_closed(database_url: str) -> None:
    database = connect(database_url)

    async def journey() -> list[str]:
        waiting = [database.write(lambda tx, n=n: put(tx, f"row {n:02}")) for n in range(40)]  # type: ignore[misc]
        await asyncio.to_thread(database.close)
        return list(await asyncio.gather(*waiting))

    assert len(asyncio.run(journey())) == 40
    again = connect(database_url)
    assert len(names(again)) == 40
    again.close()


def test_pieces_of_one_story_run_in_the_order_in_which_they_came(db: Database) -> None:
    ran: list[tuple[int, int]] = []

    async def journey() -> None:
        await asyncio.gather(*(db.write(lambda _tx, turn=turn, story=story: ran.append((story, turn)), lane=story)  # type: ignore[misc]
                               for turn in range(100) for story in (8, 4, 12)))

    asyncio.run(journey())
    for story in (4, 8, 12):
        assert [turn for which, turn in ran if which == story] == list(range(100))


def test_two_processes_that_write_to_the_same_stories_do_not_wait_in_a_circle(db: Database, database_url: str) -> None:
    other = connect(database_url, lanes=2)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = db.read_now(lambda tx: tx.one(deadlocks)) if db.engine == "postgres" else None

    def write(tx: Tx, story: int) -> None:
        tx.hold(story)
        tx.bump(story)

    async def journey() -> None:
        stories = [random.randrange(1, 30) for _ in range(1_500)]
        await asyncio.gather(*((db, other)[n % 2].write(partial(write, story=story), lane=story) for n, story in enumerate(stories)))

    asyncio.run(journey())
    other.close()
    assert (db.read_now(lambda tx: tx.one(deadlocks)) if db.engine == "postgres" else None) == before


def test_who_comes_when_too_many_wait_is_told_at_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("folkmoot.storage.groups._MOST", 5)

    async def journey() -> list[Any]:
        began, go = threading.Event(), threading.Event()

        def hold_up(_tx: Tx) -> None:
            began.set()
            go.wait(10)

        waiting = [db.write(hold_up)]
        await asyncio.to_thread(began.wait, 10)
        waiting += [db.write(partial(put, name=str(number))) for number in range(6)]
        with pytest.raises(Unavailable):
            db.write(lambda tx: put(tx, "one too many"))
        go.set()
        return await asyncio.gather(*waiting)

    asyncio.run(journey())
    assert len(names(db)) == 6


class Uncertain:
    """A session whose commit nobody hears the end of."""

    def begin(self) -> None:
        pass

    def perform(self, piece: Piece, careful: bool = False) -> None:
        pass

    def commit(self) -> dict[int, int]:
        raise Unsure(Unavailable("The line was cut."))

    def roll_back(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_a_commit_whose_end_is_unknown_is_told_as_everything_may_have_moved() -> None:
    told: list[dict[int, int]] = []
    writer = Writer("uncertain", Uncertain(), told.append, 10, 20)
    writer.start()
    piece = Piece(lambda tx: None).prepared_to_block()
    writer.queue.put(piece)
    with pytest.raises(Unavailable):
        piece.result()
    writer.queue.put(None)
    writer.join()
    assert told == [{}]


def test_what_was_read_for_one_group_is_known_to_the_next_until_somebody_else_writes(tmp_path: Path) -> None:
    ours, theirs = (connect(f"sqlite:///{tmp_path}/shared.db") for _ in range(2))
    migrate(ours, 0)
    asked: list[str] = []

    def rule(tx: Tx) -> str:
        def fetch() -> str:
            asked.append("rule")
            row = tx.one("SELECT body FROM fact WHERE name = 'rule'")
            return row.body if row else "none"

        return tx.recall("rule", 0, fetch)

    def write(tx: Tx, body: str) -> None:
        tx.forget("rule")
        tx.run("INSERT INTO fact (name, body) VALUES ('rule', :body) ON CONFLICT (name) DO UPDATE SET body = excluded.body", body=body)

    def write_and_fail(tx: Tx) -> None:
        write(tx, "never")
        assert rule(tx) == "never"
        raise Invalid("No.")

    try:
        assert [ours.write_now(rule), ours.write_now(rule)] == ["none", "none"] and len(asked) == 1
        theirs.write_now(partial(write, body="theirs"))
        assert [ours.write_now(rule), ours.write_now(rule)] == ["theirs", "theirs"] and len(asked) == 2
        with pytest.raises(Invalid):
            ours.write_now(write_and_fail)
        assert ours.write_now(rule) == "theirs"
        ours.write_now(partial(write, body="ours"))
        assert ours.write_now(rule) == "ours"
    finally:
        ours.close()
        theirs.close()


def test_turns_and_versions_go_on_whichever_process_writes(tmp_path: Path) -> None:
    ours, theirs = (connect(f"sqlite:///{tmp_path}/shared.db") for _ in range(2))
    migrate(ours, 0)

    def hold(tx: Tx) -> int:
        tx.bump(7)
        return tx.hold(7)

    def hold_and_fail(tx: Tx) -> None:
        hold(tx)
        raise Invalid("No.")

    try:
        turns = [ours.write_now(hold), ours.write_now(hold), theirs.write_now(hold), ours.write_now(hold)]
        with pytest.raises(Invalid):
            ours.write_now(hold_and_fail)
        assert [*turns, ours.write_now(hold)] == [1, 2, 3, 4, 5]
        row = ours.read_now(lambda tx: tx.one("SELECT turn, version, moved FROM story_version WHERE story = 7"))
        assert tuple(row) == (5, 5, 5)
    finally:
        ours.close()
        theirs.close()


def test_a_group_that_cannot_begin_leaves_the_file_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = (connect(f"sqlite:///{tmp_path}/shared.db") for _ in range(2))
    migrate(ours, 0)
    still_known = SqliteSession._still_known

    def fail_once(session: SqliteSession) -> Any:
        monkeypatch.setattr(SqliteSession, "_still_known", still_known)
        raise apsw.IOError("the disk did not answer")

    try:
        monkeypatch.setattr(SqliteSession, "_still_known", fail_once)
        with pytest.raises(Unavailable):
            ours.write_now(partial(put, name="first"))
        assert [theirs.write_now(partial(put, name="second")), ours.write_now(partial(put, name="third"))] == ["second", "third"]
        assert names(ours) == ["second", "third"]
    finally:
        ours.close()
        theirs.close()
