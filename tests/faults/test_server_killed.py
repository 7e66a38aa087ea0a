"""Kill -9 of the server while eight clients post over HTTP: what was acknowledged is there, and nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from folkmoot.storage.database import connect
from tests.faults.ledger import ROUNDS
from tests.faults.serving import Serve, serving, until
from tests.faults.writers import Writer, acknowledged, compare, writing


def kill_in_rounds(server: Serve, url: str, rounds: int) -> list[Writer]:
    """Kills at random moments under load, starts again, and has the clients repeat what they had no answer to."""
    writers = [Writer(server, number) for number in range(8)]
    for _ in range(rounds):
        with writing(writers):
            before, more = acknowledged(writers), random.randint(1, 250)
            until(lambda before=before, more=more: acknowledged(writers) >= before + more)  # type: ignore[misc]
            time.sleep(random.random() / 50)  # not only just after an answer
            server.kill()
        server.start()
    owed = [(writer, writer.pending) for writer in writers if writer.pending]
    with writing(writers):
        until(lambda: all(text in writer.said for writer, text in owed))
    db = connect(url)
    compare(db, writers)
    db.close()
    assert server.findings() == []
    return writers


def test_what_was_acknowledged_over_http_survives_kills(tmp_path: Path, database_url: str) -> None:
    with serving(tmp_path, database_url) as server:
        kill_in_rounds(server, database_url, 3 if database_url.startswith("sqlite") else 2)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_what_was_acknowledged_over_http_survives_many_kills(tmp_path: Path, database_url: str) -> None:
    with serving(tmp_path, database_url) as server:
        writers = kill_in_rounds(server, database_url, ROUNDS)
        print(f"{ROUNDS} kills, {acknowledged(writers):,} comments acknowledged")


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_one_of_two_processes_is_killed_again_and_again_while_the_other_goes_on(tmp_path: Path, database_url: str) -> None:
    with serving(tmp_path, database_url, workers=2) as server:
        writers = [Writer(server, number) for number in range(8)]
        for _ in range(ROUNDS):
            with writing(writers):
                before = acknowledged(writers)
                until(lambda before=before: acknowledged(writers) >= before + random.randint(1, 100))  # type: ignore[misc]
                os.kill(random.choice(sorted(until(server.crew))), signal.SIGKILL)
        owed = [(writer, writer.pending) for writer in writers if writer.pending]
        with writing(writers):
            until(lambda: all(text in writer.said for writer, text in owed))
        db = connect(database_url)
        compare(db, writers)
        db.close()
        assert server.findings() == []
