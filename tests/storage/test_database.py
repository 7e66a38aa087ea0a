"""What every engine promises: transactions, groups, versions."""

from __future__ import annotations

import asyncio

import pytest

from folkmoot.errors import Conflict, Invalid
from folkmoot.storage.database import Database, Tx

PUT = "INSERT INTO fact (name, body) VALUES (:name, :body)"


def put(tx: Tx, name: str, body: str = "") -> str:
    tx.run(PUT, name=name, body=body)
    return name


def names(db: Database) -> list[str]:
    return [row.name for row in db.read_now(lambda tx: tx.rows("SELECT name FROM fact ORDER BY name"))]


def test_what_was_written_is_read(db: Database) -> None:
    assert db.write_now(lambda tx: put(tx, "Ada")) == "Ada"
    assert names(db) == ["Ada"]


def test_rows_have_names(db: Database) -> None:
    db.write_now(lambda tx: put(tx, "Ada", "a poem"))
    row = db.read_now(lambda tx: tx.one("SELECT name, body, 1 + 1 AS two FROM fact WHERE name = :name", name="Ada"))
    assert row is not None
    assert (row.name, row.body, row.two) == ("Ada", "a poem", 2)


def test_an_awaited_write_is_read_by_an_awaited_read(db: Database) -> None:
    async def journey() -> object:
        await asyncio.gather(*(db.write(lambda tx, n=n: put(tx, f"Bo {n:02}")) for n in range(50)))
        return await db.read(lambda tx: tx.one("SELECT count(*) AS n FROM fact"))

    assert asyncio.run(journey()) == (50,)


def test_a_bad_piece_does_not_harm_its_neighbours(db: Database) -> None:
    def bad(tx: Tx) -> None:
        put(tx, "half done")
        raise Invalid("No.")

    async def journey() -> list[object]:
        acts = [lambda tx: put(tx, "Ada"), bad, lambda tx: put(tx, "Bo")]
        return await asyncio.gather(*(db.write(act) for act in acts), return_exceptions=True)

    first, second, third = asyncio.run(journey())
    assert (first, third) == ("Ada", "Bo")
    assert isinstance(second, Invalid)
    assert names(db) == ["Ada", "Bo"]


def test_a_second_row_of_the_same_name_is_a_conflict(db: Database) -> None:
    db.write_now(lambda tx: put(tx, "Ada"))
    with pytest.raises(Conflict):
        db.write_now(lambda tx: put(tx, "Ada"))
