"""Kill -9 at any moment: nothing that was acknowledged is lost, and the next start needs no repair."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from folkmoot.storage.database import connect
from folkmoot.storage.migrations import migrate
from tests.conftest import PostgresServer, postgres_server
from tests.faults.ledger import ROUNDS, compare, posting


def kill_in_rounds(url: str, rounds: int) -> None:
    acknowledged: set[int] = set()
    for turn in range(rounds):
        with posting(url, first=turn * 1_000_000) as poster:
            poster.hear(random.randint(1, 400))
            poster.kill()
            acknowledged |= poster.acknowledged
        db = connect(url)
        compare(db, acknowledged)
        db.close()


def test_what_was_acknowledged_survives_the_process(database_url: str) -> None:
    kill_in_rounds(database_url, 5)


@pytest.mark.long
@pytest.mark.timeout(1_200)
def test_what_was_acknowledged_survives_the_process_every_time(database_url: str) -> None:
    kill_in_rounds(database_url, ROUNDS)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of our own, to be killed."""
    with postgres_server() as running:
        db = connect(running.url, readers=1, lanes=1)
        migrate(db)
        db.close()
        yield running


def test_what_was_acknowledged_survives_the_server_and_the_program_goes_on_by_itself(server: PostgresServer) -> None:
    with posting(server.url, first=0) as poster:
        for _ in range(2):
            poster.hear(200)
            server.stop()
            server.start()
            poster.hear(200)
        poster.kill()
        db = connect(server.url)
        compare(db, poster.acknowledged)
        db.close()
