"""Reads: pages from memory beside nginx, and pages that have just become untrue."""

from __future__ import annotations

import asyncio
import gzip
import re
import statistics
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from bench import load
from bench.seed import Seeded, Seeder
from bench.servers import Folkmoot, folkmoot, nginx
from bench.table import Row
from folkmoot.discussion.threads import ORDERS, Cursor, effective, encode_cursor
from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import migrate


class Plan(Struct, frozen=True):
    """How long to measure. seconds: of one run; rounds: how often all runs of a part are visited in turn."""

    folder: Path
    seconds: float
    rounds: int
    quick: bool


@contextmanager
def database(folder: Path, name: str) -> Iterator[tuple[Database, str]]:
    """A new SQLite database and its address."""
    url = f"sqlite:///{folder / name}.db"
    db = connect(url)
    migrate(db, 1_750_000_000_000)
    try:
        yield db, url
    finally:
        db.close()


def target(address: str) -> str:
    return f"/thread?url={quote(address, safe='')}"


def fetch(server: Folkmoot, path: str) -> tuple[bytes, str]:
    """A page's gzip bytes and its tag."""
    request = urllib.request.Request(server.base + path, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read(), answer.headers["ETag"]


def reads(plan: Plan) -> list[Row]:
    """The thread page of a 200-comment story beside nginx that serves the same gzip bytes from a file."""
    with database(plan.folder, "reads") as (db, url):
        seeder = Seeder(db)
        seeded = [seeder.thread(f"story-{number}", 200) for number in range(40 if plan.quick else 200)]
    one, many = target(seeded[0].address), [target(each) for story in seeded for each in load.spellings(story.address)]
    with folkmoot(url, plan.folder, core=0) as server:
        packed, tag = fetch(server, one)
        with nginx(plan.folder, gzip.decompress(packed), packed, core=0) as file:
            return _reads(plan, server, file, one, many, tag, len(packed))


def _reads(plan: Plan, server: Folkmoot, file: str, one: str, many: list[str], tag: str, size: int) -> list[Row]:
    load.reads(server.base, many, plan.seconds, plan.folder)  # every page and every spelling is met once
    takes, has = ("Accept-Encoding: gzip",), ("Accept-Encoding: gzip", f"If-None-Match: {tag}")
    file_tag = urllib.request.urlopen(f"{file}/page.html", timeout=10).headers["ETag"]
    runs = {
        "nginx": lambda: load.wrk(f"{file}/page.html", plan.seconds, headers=takes),
        "page": lambda: load.wrk(server.base + one, plan.seconds, headers=takes),
        "nginx, paths": lambda: load.reads(file, [path.replace("/thread", "/page.html") for path in many], plan.seconds, plan.folder),
        "paths": lambda: load.reads(server.base, many, plan.seconds, plan.folder),
        "nginx, 304": lambda: load.wrk(f"{file}/page.html", plan.seconds, headers=("Accept-Encoding: gzip", f"If-None-Match: {file_tag}")),
        "304": lambda: load.wrk(server.base + one, plan.seconds, headers=has),
        "plain": lambda: load.wrk(server.base + one, plan.seconds),
    }
    found: dict[str, list[load.Rate]] = {name: [] for name in runs}
    for _ in range(plan.rounds):
        for name, run in runs.items():
            found[name].append(run())
    failed = sum(rate.failed for rates in found.values() for rate in rates)

    def ratio(ours: str, theirs: str) -> float:
        return statistics.median(a.per_second / b.per_second for a, b in zip(found[ours], found[theirs], strict=True))

    rate = {name: statistics.median(each.per_second for each in rates) for name, rates in found.items()}
    return [
        Row("nginx, the same bytes from a file", rate["nginx"], "req/s", note=f"{size:,} bytes of gzip"),
        Row("thread page, 200 comments, gzip", rate["page"], "req/s", note=f"p99 {statistics.median(r.slowest for r in found['page']):.1f} ms"),
        Row("  of nginx", ratio("page", "nginx"), "", 0.4, "more"),
        Row(f"the same over {len(many):,} spellings of {len(many) // 20} addresses, of nginx", ratio("paths", "nginx, paths"), "", 0.4, "more"),
        Row("304s", rate["304"], "req/s", rate["page"], "more", "limit: the page itself"),
        Row("  of nginx", ratio("304", "nginx, 304"), ""),
        Row("the page without gzip", rate["plain"], "req/s"),
        Row("answers that were no success", failed, "", 0),
    ]


def growth(plan: Plan) -> list[Row]:
    """The first and the last page right after a post, on stories that grow."""
    sizes = (1_000, 10_000) if plan.quick else (1_000, 10_000, 100_000)
    replies = 5_000 if plan.quick else 50_000
    rows: list[Row] = []
    with database(plan.folder, "growth") as (db, url):
        seeder = Seeder(db)
        seeded = [(f"{size:,} comments", seeder.thread(f"grown-{size}", size), 0) for size in sizes]
        rooted = seeder.thread("rooted", replies, one_root=True)
        seeded.append((f"one root with {replies:,} replies", rooted, rooted.comments[0]))
        with folkmoot(url, plan.folder) as server:
            for name, story, parent in seeded:
                first = _after_posts(server, story, f"/thread/{story.story.id}?order=best")
                last = _after_posts(server, story, _last(db, story, parent))
                rows.append(Row(f"first page after a post, {name}", first, "ms", 30))
                rows.append(Row("  the last page, of the first", last / first, "", 1.5, note=f"{last:.1f} ms"))
    return rows


def _after_posts(server: Folkmoot, story: Seeded, path: str, times: int = 15) -> float:
    """The median of the milliseconds that a page takes when the story has just moved."""

    async def go() -> list[float]:
        client, took = await load.Client(server.port).open(), []
        for number in range(times):
            status, _, said = await client.ask(load.post(story.address, f"One more word, the {number}th, after {path[-9:]}."))
            assert status == 201, said
            status, milliseconds, _ = await client.ask(load.get(path))
            assert status == 200, path
            took.append(milliseconds)
        client.close()
        return took

    return statistics.median(asyncio.run(go())[2:])


def _last(db: Database, story: Seeded, parent: int) -> str:
    """The address of the last page in the order of the best: twenty before the end."""
    columns = ", ".join(ORDERS["best"].columns)
    down = ", ".join(f"{column} DESC" for column in ORDERS["best"].columns)
    row = db.read_now(lambda tx: tx.one(
        f"SELECT {columns} FROM comment WHERE story = :story AND parent = :parent AND visible = 1 ORDER BY {down} LIMIT 1 OFFSET 20",
        story=story.story.id, parent=parent,
    ))  # fmt: skip
    cursor = encode_cursor(Cursor("best", effective("best", 1), parent, tuple(row or ()), 10**9))
    return f"/thread/{story.story.id}?order=best{f'&parent={parent}' if parent else ''}&after={cursor}"


def packing(plan: Plan) -> list[Row]:
    """What each level of gzip costs on the thread page, and what it saves."""
    import time

    with database(plan.folder, "packing") as (db, url):
        seeded = Seeder(db).thread("packed", 200)
    with folkmoot(url, plan.folder) as server:
        page = gzip.decompress(fetch(server, target(seeded.address))[0])
    rows = []
    for level in range(1, 10):
        took = []
        for _ in range(30):
            start = time.perf_counter()
            size = len(gzip.compress(page, level))
            took.append((time.perf_counter() - start) * 1000)
        rows.append(Row(f"gzip {level} of {len(page):,} bytes", statistics.median(took), "ms", note=f"{size:,} bytes"))
    comments = len(re.findall(rb"<li data-id=", page))
    return [*rows, Row("comments on that page", comments)]
