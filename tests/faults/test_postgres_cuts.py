"""PostgreSQL that goes away, comes back, or stands in its own way: told truly, healed without a restart."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest

from folkmoot.errors import Unavailable
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.groups import Unsure
from folkmoot.storage.migrations import migrate
from folkmoot.storage.pieces import Piece
from folkmoot.storage.postgres_pipe import Pipe, Refused
from folkmoot.storage.postgres_tx import PostgresSession
from tests.conftest import PostgresServer, postgres_server
from tests.faults.poster import post

TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'folkmoot'"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of our own, to be stopped."""
    with postgres_server() as running:
        db = connect(running.url, readers=1, lanes=1)
        migrate(db)
        db.close()
        yield running


@pytest.fixture
def db(server: PostgresServer) -> Iterator[Database]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DELETE FROM fact; DELETE FROM story_version; DELETE FROM thread")
    database = connect(server.url, readers=1, lanes=2)
    yield database
    database.close()


def numbers(db: Database) -> list[int]:
    return sorted(int(row.name) for row in db.read_now(lambda tx: tx.rows("SELECT name FROM fact")))


def until(done: object, seconds: float = 5) -> None:
    """Waits until `done()` is true."""
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def terminate(server: PostgresServer) -> None:
    """Cuts every connection, as a server's operator can."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(TERMINATE)


def test_a_server_that_is_down_is_unavailable_and_its_return_is_noticed(server: PostgresServer, db: Database) -> None:
    db.write_now(partial(post, number=1))
    assert numbers(db) == [1]
    server.stop()
    try:
        for act in (lambda: db.write_now(partial(post, number=2)), lambda: numbers(db)):
            with pytest.raises(Unavailable) as refused:
                act()
            assert refused.value.code == "database_unreachable"
    finally:
        server.start()
    db.write_now(partial(post, number=3))
    assert numbers(db) == [1, 3]


def test_connections_that_were_cut_are_made_anew_without_anybody_noticing(server: PostgresServer, db: Database) -> None:
    db.write_now(partial(post, number=1))
    numbers(db)
    terminate(server)
    db.write_now(partial(post, number=2))
    assert numbers(db) == [1, 2]


def test_when_the_listener_was_cut_followers_believe_nothing_and_then_hear_again(server: PostgresServer, db: Database) -> None:
    heard: list[dict[int, int]] = []
    db.follow(heard.append)
    terminate(server)
    until(lambda: {} in heard)
    other = connect(server.url, readers=1, lanes=1)
    other.write_now(partial(post, number=1))
    until(lambda: {1: 1} in heard)
    other.close()


def test_what_nobody_told_is_found_by_a_look(server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("folkmoot.storage.postgres_news._LOOK", 0.2)
    db = connect(server.url, readers=1, lanes=1)
    heard: list[dict[int, int]] = []
    db.follow(heard.append)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("INSERT INTO story_version (story, version, moved) VALUES (9, 4, pg_current_xact_id()::text::bigint)")
    until(lambda: {9: 4} in heard)
    db.close()


class CutAtCommit:
    """Cuts a session's connection when it commits: before the server has heard of it, or after it has done it."""

    def __init__(self, session: PostgresSession, server: PostgresServer, heard: bool) -> None:
        self.server, self.heard = server, heard
        session._line.get()
        pipe = session._line._pipe
        assert pipe
        self.sync, self.pipe = pipe.sync, pipe
        pipe.sync = self.cut  # type: ignore[method-assign]

    def cut(self, wait: bool = True) -> None:
        self.pipe.sync = self.sync  # type: ignore[method-assign]
        if self.heard:
            self.sync()
            self.pipe.close()
            raise Refused("08006", "cut")
        with socket.socket(fileno=os.dup(self.pipe._pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)  # what was buffered is not sent any more
        self.sync()


@pytest.mark.parametrize("heard", [True, False])
def test_whether_a_commit_took_place_is_asked_and_not_guessed(server: PostgresServer, db: Database, heard: bool) -> None:
    session = PostgresSession(server.url, 1)
    session.begin()
    CutAtCommit(session, server, heard)
    session.perform(Piece(partial(post, number=1)))
    if heard:
        assert session.commit() == {1: 1}
    else:
        with pytest.raises(Exception, match="cannot be reached"):
            session.commit()
    session.close()
    assert numbers(db) == ([1] if heard else [])


def test_a_group_whose_commit_was_cut_is_written_once(server: PostgresServer, db: Database) -> None:
    for number, heard in enumerate((True, False)):
        session = db._writers[1]._session  # type: ignore[attr-defined]
        CutAtCommit(session, server, heard)
        db.write_now(partial(post, number=number), lane=1)
    assert numbers(db) == [0, 1]


def test_an_outcome_that_cannot_be_found_out_is_told_as_unknown(server: PostgresServer, db: Database,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("folkmoot.storage.postgres_tx._PATIENCE", 0.3)
    session = PostgresSession(server.url, 1)
    session.begin()
    CutAtCommit(session, server, heard=True)
    session.perform(Piece(partial(post, number=1)))
    server_url, session._line._url = session._line._url, "postgresql://postgres@/folkmoot?host=/no/such/folder"
    with pytest.raises(Unsure) as unsure:
        session.commit()
    assert unsure.value.cause.code == "outcome_unknown"  # type: ignore[attr-defined]
    session.close()
    assert server_url == server.url


def test_two_that_wait_for_each_other_both_get_their_turn(server: PostgresServer, db: Database) -> None:
    db.write_now(lambda tx: tx.many("INSERT INTO fact (name, body) VALUES (:name, '0')", [{"name": "1"}, {"name": "2"}]))
    meeting = threading.Barrier(2, timeout=10)
    met = []

    def cross(tx: Tx, first: str, second: str) -> None:
        sql = "UPDATE fact SET body = CAST(CAST(body AS BIGINT) + 1 AS TEXT) WHERE name = :name"
        assert tx.count(sql, name=first) == 1
        if first not in met:
            met.append(first)
            meeting.wait()
        assert tx.count(sql, name=second) == 1

    threads = [threading.Thread(target=lambda lane=lane, names=names: db.write_now(partial(cross, first=names[0], second=names[1]), lane))
               for lane, names in enumerate(("12", "21"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.body for row in db.read_now(lambda tx: tx.rows("SELECT body FROM fact"))] == ["2", "2"]


def test_a_schema_that_changed_meanwhile_is_taken_note_of(server: PostgresServer, db: Database) -> None:
    def look(tx: Tx) -> list[str]:
        return [row.note for row in tx.rows("SELECT * FROM margin")]

    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE margin (note TEXT)")
        connection.execute("INSERT INTO margin VALUES ('first')")
        try:
            assert db.read_now(look) == db.write_now(look) == ["first"]
            connection.execute("ALTER TABLE margin ADD COLUMN page BIGINT")
            assert db.read_now(look) == db.write_now(look) == ["first"]
        finally:
            connection.execute("DROP TABLE margin")


def test_a_long_text_and_many_rows_pass_through_the_pipe(server: PostgresServer) -> None:
    pipe = Pipe(server.url)
    text = "ä" * 3_000_000
    found = pipe.rows(pipe.send(pipe.statement("SELECT CAST(:text AS TEXT) AS text"), {"text": text}))
    assert found[0].text == text
    replies = [pipe.send(pipe.statement("SELECT CAST(:n AS BIGINT) AS n, repeat('x', 1000) AS x"), {"n": n}) for n in range(20_000)]
    assert [pipe.rows(reply)[0].n for reply in replies] == list(range(20_000))
    pipe.close()
