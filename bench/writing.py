"""Posts: by themselves, beside computing, beside readers, mixed with reads, and where a commit takes 12 ms."""

from __future__ import annotations

import asyncio
import random
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bench import load
from bench.reading import Plan, database, target
from bench.seed import HOST, Seeder
from bench.servers import Folkmoot, folkmoot
from bench.storage import raw_commits
from bench.table import Row
from folkmoot.storage.database import connect
from folkmoot.storage.migrations import migrate

COMPUTE = "while True: sum(number * number for number in range(100_000))"


@contextmanager
def computing() -> Iterator[None]:
    """A job that computes as fast as it can, as the worker's do, in a process of its own."""
    running = subprocess.Popen([sys.executable, "-c", COMPUTE])
    try:
        yield
    finally:
        running.kill()
        running.wait()


@contextmanager
def readers(server: Folkmoot, path: str, seconds: float, number: int = 24) -> Iterator[list[load.Rate]]:
    """Readers who ask for one page as fast as they can, meanwhile."""
    seen: list[load.Rate] = []
    reading = threading.Thread(
        target=lambda: seen.append(load.wrk(server.base + path, seconds, number, headers=("Accept-Encoding: gzip",), core=None))
    )
    reading.start()
    yield seen
    reading.join()


def posts(plan: Plan) -> list[Row]:
    """Guests' posts by 16 clients on SQLite with synchronous=FULL, raw single-row commits in the same rounds."""
    with database(plan.folder, "posts") as (db, url):
        hot = Seeder(db).thread("hot", 200).address
    many = [f"https://{HOST}/many/{number}" for number in range(1_000)]
    found: dict[str, list[load.Rate]] = {name: [] for name in ("hot", "many", "computing", "read")}
    raw, read = [], []
    with folkmoot(url, plan.folder) as server:
        load.posts(server.base, many, 2, plan.folder)
        for _ in range(plan.rounds):
            raw.append(raw_commits(plan.folder / "raw.db", 1.0))
            found["hot"].append(_posts(plan, server, [hot]))
            found["many"].append(_posts(plan, server, many))
            with computing():
                found["computing"].append(_posts(plan, server, many))
            with readers(server, target(hot), plan.seconds) as seen:
                found["read"].append(_posts(plan, server, many))
            read += seen
    return _said(found, raw, read)


def _posts(plan: Plan, server: Folkmoot, addresses: list[str]) -> load.Rate:
    return load.posts(server.base, addresses, plan.seconds, plan.folder)


def _said(found: dict[str, list[load.Rate]], raw: list[float], read: list[load.Rate]) -> list[Row]:
    rate = {name: statistics.median(each.per_second for each in rates) for name, rates in found.items()}
    slowest = {name: statistics.median(each.slowest for each in rates) for name, rates in found.items()}
    alone = statistics.median(raw)
    return [
        Row("raw single-row commits, synchronous=FULL", alone, "/s"),
        Row("posts by 16 clients, one story", rate["hot"], "/s", 2_000, "more", f"{rate['hot'] / alone:.2f} of raw"),
        Row("  p99", slowest["hot"], "ms", 50),
        Row("posts by 16 clients, 1,000 stories", rate["many"], "/s", 2_000, "more", f"{rate['many'] / alone:.2f} of raw"),
        Row("  p99", slowest["many"], "ms", 50),
        Row("posts while a job computes", rate["computing"], "/s", rate["many"] / 2, "more", f"p99 {slowest['computing']:.1f} ms"),
        Row("posts while 24 readers read", rate["read"], "/s", rate["many"] / 2, "more",
            f"p99 {slowest['read']:.1f} ms; {statistics.median(each.per_second for each in read):,.0f} reads/s"),
        Row("posts that were not taken", sum(each.failed for rates in found.values() for each in rates), "", 0),
    ]  # fmt: skip


def mixed(plan: Plan) -> list[Row]:
    """95 reads to 5 posts by 32 clients on one story that begins at 200 comments."""
    with database(plan.folder, "mixed") as (db, url):
        hot = Seeder(db).thread("hot", 200).address
    chance, number = random.Random(5), 0
    page = load.get(target(hot))

    def ask() -> tuple[bool, bytes]:
        nonlocal number
        if chance.random() > 0.05:
            return False, page
        number += 1
        return True, load.post(hot, f"The {number}th word about the gauge below the old bridge, which has stood dry since May.")

    runs = []
    with folkmoot(url, plan.folder) as server:
        for _ in range(plan.rounds):
            runs.append(asyncio.run(load.mixed(server.port, plan.seconds, 32, ask)))
    return [
        Row("95/5 mixed on one hot story, reads p99", statistics.median(load.share(run.reads, 0.99) for run in runs), "ms", 20,
            note=f"p50 {statistics.median(load.share(run.reads, 0.5) for run in runs):.1f} ms"),
        Row("  posts p99", statistics.median(load.share(run.posts, 0.99) for run in runs), "ms"),
        Row("  requests", statistics.median(len(run.reads) + len(run.posts) for run in runs) / plan.seconds, "/s"),
        Row("  answers that were no success", sum(run.failed for run in runs), "", 0),
    ]  # fmt: skip


def far(plan: Plan) -> list[Row]:
    """Posts on one story on PostgreSQL where each commit takes 12 ms more, as on a disk that is far away."""
    from tests.conftest import postgres_server

    rows = []
    with postgres_server("-c fsync=on -c commit_delay=12000 -c commit_siblings=0") as postgres:
        db = connect(postgres.url)
        migrate(db, 1_750_000_000_000)
        hot = Seeder(db).thread("hot", 200).address
        db.close()
        with folkmoot(postgres.url, plan.folder) as server:
            for clients, limit in ((16, None), (64, 1_000.0)):
                rates = [load.posts(server.base, [hot], plan.seconds, plan.folder, clients) for _ in range(plan.rounds)]
                rate, slow = statistics.median(each.per_second for each in rates), statistics.median(each.slowest for each in rates)
                rows.append(Row(f"posts by {clients} clients, one story, 12 ms commits", rate, "/s", limit, "more", f"p99 {slow:.0f} ms"))
    return rows
