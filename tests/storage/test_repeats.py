"""Repeats: the same key acts once and gets the same answer."""

from __future__ import annotations

import asyncio

import pytest

from folkmoot.errors import Conflict, Invalid
from folkmoot.storage import repeats
from folkmoot.storage.database import Database, Tx, connect


def post(tx: Tx, now: int, key: str = "k1", words: str = "hello", scope: str = "Ada") -> bytes:
    """Posts once per key; the answer tells how many rows there were after it."""

    def act() -> bytes:
        tx.run("INSERT INTO thread (story, live) SELECT coalesce(max(story), 0) + 1, 1 FROM thread")
        row = tx.one("SELECT count(*) AS n FROM thread")
        assert row
        return f"row {row.n}: {words}".encode()

    return repeats.once(tx, scope, key, words, now, act)


def count(db: Database) -> int:
    return len(db.read_now(lambda tx: tx.rows("SELECT story FROM thread")))


def test_a_repeat_gets_the_first_answer_and_acts_no_more(db: Database, now: int) -> None:
    answers = [db.write_now(lambda tx: post(tx, now)) for _ in range(3)]
    assert answers == [b"row 1: hello"] * 3
    assert count(db) == 1


def test_other_keys_and_other_people_are_no_repeats(db: Database, now: int) -> None:
    db.write_now(lambda tx: post(tx, now))
    db.write_now(lambda tx: post(tx, now, key="k2"))
    db.write_now(lambda tx: post(tx, now, scope="Bo"))
    assert count(db) == 3


def test_the_same_key_for_something_else_is_a_conflict(db: Database, now: int) -> None:
    db.write_now(lambda tx: post(tx, now))
    with pytest.raises(Conflict):
        db.write_now(lambda tx: post(tx, now, words="goodbye"))
    assert count(db) == 1


def test_an_answer_is_kept_for_a_day(db: Database, now: int) -> None:
    db.write_now(lambda tx: post(tx, now))
    assert db.write_now(lambda tx: post(tx, now + repeats.KEPT - 1)) == b"row 1: hello"
    assert db.write_now(lambda tx: post(tx, now + repeats.KEPT)) == b"row 2: hello"
    assert db.write_now(lambda tx: repeats.forget(tx, now + 2 * repeats.KEPT - 1)) == 0
    assert db.write_now(lambda tx: repeats.forget(tx, now + 2 * repeats.KEPT)) == 1


def test_what_was_refused_is_not_an_answer(db: Database, now: int) -> None:
    def refuse() -> bytes:
        raise Invalid("No.")

    with pytest.raises(Invalid):
        db.write_now(lambda tx: repeats.once(tx, "Ada", "k1", "hello", now, refuse))
    assert db.write_now(lambda tx: post(tx, now)) == b"row 1: hello"


def test_repeats_at_the_same_time_by_two_processes_act_once(db: Database, database_url: str, now: int) -> None:
    other = connect(database_url)

    async def journey() -> list[bytes]:
        return await asyncio.gather(*((db, other)[n % 2].write(lambda tx: post(tx, now), lane=n) for n in range(24)))

    answers = asyncio.run(journey())
    other.close()
    assert answers == [b"row 1: hello"] * 24
    assert count(db) == 1
