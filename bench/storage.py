"""What storage can do beside what the disk can do: grouped writes against raw single-row commits, in interleaved rounds.

    python -m bench.storage [--rounds 5] [--seconds 1.0] [--engine sqlite|postgres] [--clients 16]

Prints writes per second and their ratio to the raw rate of the same round. On PostgreSQL every commit takes 12 ms more
(commit_delay), as on a disk that is far away. A "post" is eight statements and one counter per group, on the real schema.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import apsw

from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.ids import new_id
from folkmoot.storage.migrations import migrate

NOW = 1_780_000_000_000
TEXT = "The lake was drained in 1954, and what the paper wrote then can still be read in the town library. " * 3

COMMENT = """
INSERT INTO comment (id, story, parent, level, person, name, text, html, renderer, posted, state, visible, by_best, by_replies, by_hot,
  moved, digest, network)
VALUES (:id, :story, 0, 1, :person, 'Ada', :text, :text, 1, :now, 'published', 1, 0, 0, 0, :moved, :digest, 'net')
"""
DECISION = "INSERT INTO decision (id, comment, deed, made_by, at) VALUES (:id, :comment, 'publish', 'rule', :now)"
COUNT = "INSERT INTO thread (story, live) VALUES (:story, :n) ON CONFLICT (story) DO UPDATE SET live = thread.live + :n"


def post(tx: Tx, story: int, person: int, number: int) -> int:
    """A post as discussion makes one: what it reads, what it writes, what it leaves for the end of the group."""
    moved = tx.hold(story)
    tx.one("SELECT id, name, proven FROM person WHERE id = :person", person=person)
    tx.one("SELECT closed FROM story WHERE id = :story", story=story)
    tx.one("SELECT id FROM comment WHERE digest = :digest AND posted > :since", digest=f"{story}{number}", since=NOW)
    comment = new_id(NOW)
    tx.run(COMMENT, id=comment, story=story, person=person, text=TEXT, now=NOW, moved=moved, digest=f"{story}{number}")
    tx.run(DECISION, id=new_id(NOW), comment=comment, now=NOW)
    tx.at_end(("count", story), lambda tx: tx.run(COUNT, story=story, n=1))
    tx.bump(story)
    return comment


def prepare(db: Database) -> None:
    migrate(db, NOW)
    db.write_now(lambda tx: tx.run("INSERT INTO person (id, kind, name, skeleton, created) VALUES (1, 'guest', 'Ada', 'ada', 1)"))


async def posts(db: Database, clients: int, seconds: float, stories: int) -> tuple[float, float]:
    """(posts per second, 99th percentile of the wait in ms) of so many clients, each with one post on its way."""
    waits: list[float] = []
    end = time.perf_counter() + seconds

    async def client(number: int) -> None:
        turn = 0
        while (start := time.perf_counter()) < end:
            turn += 1
            story = 1 + (turn * clients + number) % stories
            await db.write(partial(post, story=story, person=1, number=turn * 1000 + number), lane=story)
            waits.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    return len(waits) / (time.perf_counter() - start), sorted(waits)[int(len(waits) * 0.99)] * 1000


def raw_commits(path: Path, seconds: float) -> float:
    """Single-row FULL commits per second: what the disk gives."""
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.execute("PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER);"
                       "CREATE INDEX IF NOT EXISTS t_b ON t (b)")
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        connection.execute("INSERT INTO t (a, b) VALUES (?, ?)", (TEXT[:250], done))
        done += 1
    connection.close()
    return done / (time.perf_counter() - start)


def raw_postgres(url: str, seconds: float) -> float:
    """Single-row commits per second of one connection."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (id BIGSERIAL PRIMARY KEY, a TEXT)")
        done, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            connection.execute("INSERT INTO t (a) VALUES (%s)", (TEXT[:250],))
            done += 1
        return done / (time.perf_counter() - start)


def rounds(db: Database, raw: Callable[[float], float], given: argparse.Namespace) -> None:
    cases = [(f"{given.clients} clients, one story", given.clients, 1), (f"{given.clients} clients, 200 stories", given.clients, 200),
             ("64 clients, one story", 64, 1)]
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name, _, _ in cases}
    rates = []
    for _ in range(given.rounds):
        rate = raw(given.seconds)
        rates.append(rate)
        for name, clients, stories in cases:
            per_second, slowest = asyncio.run(posts(db, clients, given.seconds, stories))
            found[name].append((per_second, slowest, per_second / rate))
    print(f"{db.engine:<10}{'raw single-row commits':<28}{statistics.median(rates):>9,.0f}/s")
    for name, figures in found.items():
        per_second, slowest, ratio = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"{'':<10}{'posts, ' + name:<28}{per_second:>9,.0f}/s  p99 {slowest:6.1f} ms  × raw {ratio:6.2f}")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--seconds", type=float, default=1.0)
    ask.add_argument("--clients", type=int, default=16)
    ask.add_argument("--engine", choices=["sqlite", "postgres"], action="append")
    ask.add_argument("--switch", type=float, help="sys.setswitchinterval, in seconds")
    given = ask.parse_args()
    if given.switch:
        sys.setswitchinterval(given.switch)
    engines = given.engine or ["sqlite", "postgres"]
    with tempfile.TemporaryDirectory(prefix="folkmoot-bench-", dir=Path.cwd()) as name:
        if "sqlite" in engines:
            db = connect(f"sqlite:///{name}/bench.db")
            prepare(db)
            rounds(db, lambda seconds: raw_commits(Path(name) / "raw.db", seconds), given)
            db.close()
    if "postgres" in engines:
        from tests.conftest import postgres_server

        with postgres_server("-c fsync=on -c commit_delay=12000 -c commit_siblings=0") as server:
            db = connect(server.url)
            prepare(db)
            rounds(db, lambda seconds: raw_postgres(server.url, seconds), given)
            db.close()


if __name__ == "__main__":
    main()
