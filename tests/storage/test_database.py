"""What every engine promises of a transaction: values, rows, refusals."""

from __future__ import annotations

import asyncio

import pytest

from folkmoot.errors import Conflict, Invalid, Unavailable
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.refusals import Fault

PUT = "INSERT INTO fact (name, body) VALUES (:name, :body)"
PERSON = "INSERT INTO person (id, kind, name, skeleton, created) VALUES (:id, :kind, :name, '', 1)"


def put(tx: Tx, name: str, body: str = "") -> str:
    tx.run(PUT, name=name, body=body)
    return name


def only(db: Database, sql: str, **given: object) -> object:
    """The one value that a select gives."""
    row = db.read_now(lambda tx: tx.one(sql, **given))
    return None if row is None else row[0]


def test_what_was_written_is_read(db: Database) -> None:
    assert db.write_now(lambda tx: put(tx, "Ada", "a poem")) == "Ada"
    assert only(db, "SELECT body FROM fact WHERE name = :name", name="Ada") == "a poem"


def test_an_awaited_write_is_read_by_an_awaited_read(db: Database) -> None:
    async def journey() -> object:
        await asyncio.gather(*(db.write(lambda tx, n=n: put(tx, f"Bo {n:02}")) for n in range(50)))  # type: ignore[misc]
        return await db.read(lambda tx: tx.one("SELECT count(*) AS n FROM fact"))

    assert asyncio.run(journey()) == (50,)


def test_rows_have_names(db: Database) -> None:
    db.write_now(lambda tx: put(tx, "Ada", "a poem"))
    row = db.read_now(lambda tx: tx.one("SELECT name, body, 1 + 1 AS two FROM fact"))
    assert row is not None
    assert (row.name, row.body, row.two) == ("Ada", "a poem", 2)


def test_one_gives_the_first_of_many_or_none(db: Database) -> None:
    db.write_now(lambda tx: [put(tx, name) for name in ("Ada", "Bo")])
    assert only(db, "SELECT name FROM fact ORDER BY name") == "Ada"
    assert db.read_now(lambda tx: tx.one("SELECT name FROM fact WHERE name = 'Ines'")) is None


def test_each_gives_the_rows_of_each_set_of_parameters_in_order(db: Database) -> None:
    db.write_now(lambda tx: tx.many(PUT, [{"name": name, "body": name[0]} for name in ("Ada", "Abe", "Bo")]))
    asked = [{"first": "B"}, {"first": "C"}, {"first": "A"}]
    found = db.read_now(lambda tx: tx.each("SELECT name FROM fact WHERE body = :first ORDER BY name", asked))
    assert [[row.name for row in rows] for rows in found] == [["Bo"], [], ["Abe", "Ada"]]


def test_count_gives_the_rows_that_a_write_touched(db: Database) -> None:
    db.write_now(lambda tx: tx.many(PUT, [{"name": name, "body": ""} for name in ("Ada", "Bo", "Chidi")]))
    assert db.write_now(lambda tx: tx.count("DELETE FROM fact WHERE name <> :name", name="Ada")) == 2
    assert db.write_now(lambda tx: tx.count("DELETE FROM fact WHERE name = 'Ines'")) == 0


def test_a_write_may_give_rows_back(db: Database) -> None:
    sql = "INSERT INTO fact (name, body) VALUES ('Ada', ''), ('Bo', '') RETURNING name"
    row = db.write_now(lambda tx: tx.one(sql))
    assert row is not None
    assert row.name == "Ada"
    assert only(db, "SELECT count(*) AS n FROM fact") == 2


@pytest.mark.parametrize("value", [0, -1, 2**62, -(2**63), 2**63 - 1, 1.5, -0.1, "", "naïve ☕ 👩‍👩‍👧 'quoted' \\ %s :name", None])
def test_a_value_comes_back_as_it_went_in(db: Database, value: object) -> None:
    kind = {int: "BIGINT", float: "DOUBLE PRECISION"}.get(type(value), "TEXT")
    found = only(db, f"SELECT CAST(:value AS {kind}) AS value", value=value)
    assert found == value
    assert type(found) is type(value)


def test_true_and_false_are_one_and_zero(db: Database) -> None:
    assert only(db, "SELECT CAST(:yes AS BIGINT) * 10 + CAST(:no AS BIGINT) AS n", yes=True, no=False) == 10
    found = only(db, "SELECT 2 > 1 AS so")
    assert (found, type(found)) == (1, int)


def test_sums_are_whole_numbers(db: Database) -> None:
    db.write_now(lambda tx: [tx.run("INSERT INTO thread (story, live) VALUES (:n, :n)", n=n) for n in (1, 2, 2**40)])
    found = only(db, "SELECT sum(live) AS n FROM thread")
    assert (found, type(found)) == (2**40 + 3, int)


def test_times_of_today_can_be_reckoned_with(db: Database, now: int) -> None:
    assert only(db, "SELECT :now - 1000 AS before", now=now) == now - 1000


def test_colons_in_strings_comments_and_casts_are_no_parameters(db: Database) -> None:
    sql = "SELECT 'at :noon, it''s :late' AS words, /* :never */ CAST(:n AS BIGINT) AS n -- :nor this"
    row = db.read_now(lambda tx: tx.one(sql, n=3))
    assert row == ("at :noon, it's :late", 3)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfffy"])
def test_text_that_no_engine_can_keep_is_invalid(db: Database, text: str) -> None:
    with pytest.raises(Invalid):
        db.write_now(lambda tx: put(tx, "Ada", text))
    assert db.write_now(lambda tx: put(tx, "Ada", "plain")) == "Ada"


def test_a_number_beyond_63_bits_is_invalid(db: Database) -> None:
    with pytest.raises(Invalid):
        db.read_now(lambda tx: tx.one("SELECT CAST(:n AS BIGINT) AS n", n=2**63))


def test_a_second_row_of_the_same_name_is_a_conflict(db: Database) -> None:
    db.write_now(lambda tx: put(tx, "Ada"))
    with pytest.raises(Conflict):
        db.write_now(lambda tx: put(tx, "Ada"))


def test_a_reference_to_nothing_is_a_conflict(db: Database) -> None:
    with pytest.raises(Conflict):
        db.write_now(lambda tx: tx.run("INSERT INTO site_host (host, site, added) VALUES ('news.example', 7, 1)"))


@pytest.mark.parametrize("given", [{"kind": "robot", "name": "Ada"}, {"kind": "guest", "name": "A" * 81}, {"kind": "guest", "name": None}])
def test_a_value_that_a_table_forbids_is_invalid(db: Database, given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        db.write_now(lambda tx: tx.run(PERSON, id=1, **given))


def test_a_statement_that_the_engine_cannot_read_is_a_fault_of_ours(db: Database) -> None:
    with pytest.raises(Fault):
        db.read_now(lambda tx: tx.one("SELECT nothing FROM nowhere"))
    with pytest.raises(KeyError):
        db.read_now(lambda tx: tx.one("SELECT CAST(:n AS BIGINT) AS n"))
    assert only(db, "SELECT 1 AS one") == 1


def test_a_closed_database_says_so(database_url: str) -> None:
    database = connect(database_url)
    database.close()
    database.close()
    with pytest.raises(Unavailable):
        database.read_now(lambda tx: tx.one("SELECT 1 AS one"))


@pytest.mark.parametrize("address", ["mysql://news", "sqlite:////no/such/folder/folkmoot.db", "postgresql://news?nonsense=1"])
def test_an_address_of_no_use_is_invalid(address: str) -> None:
    with pytest.raises(Invalid):
        connect(address)


def test_a_file_of_another_kind_is_invalid(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "letter.txt").write_text("Dear Ada, " * 500)
    with pytest.raises(Invalid):
        connect(f"sqlite:///{tmp_path}/letter.txt")


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        connect("postgresql://postgres@/folkmoot?host=/no/such/folder")


def test_the_file_is_for_its_owner_alone(tmp_path) -> None:  # type: ignore[no-untyped-def]
    database = connect(f"sqlite:///{tmp_path}/new.db")
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600
    database.close()
