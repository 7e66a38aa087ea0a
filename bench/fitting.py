"""Posts and ratings while the notes of a whole site are reckoned over and over, in the worker's manner: a process of its own, one thread.

`python -m bench.fitting ADDRESS SITE` is that process. Rounds go to and fro, alone and beside it, so that a busy machine is unfair to neither.
"""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from urllib.parse import urlsplit

import msgspec

from bench import load
from bench.reading import Plan, database
from bench.seed import BEGIN, HOST, Seeder
from bench.servers import Folkmoot, folkmoot
from bench.table import Row
from bench.worlds import Shape, world
from folkmoot.notes import store
from folkmoot.notes.model import MINUTE, Passage
from folkmoot.notes.reckoning import Reckoner
from folkmoot.notes.sources import read_sources
from folkmoot.people import accounts, sessions
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.ids import new_id
from folkmoot.web.kit import clock

CLIENTS = 8
_RATING = "INSERT INTO note_rating (revision, person, note, level, asked, at) VALUES (:revision, :person, :note, :level, 0, :at)"


def fitting(plan: Plan) -> list[Row]:
    """The rows: what of the rate alone is left of posts and of ratings while a full fit runs."""
    found: dict[str, list[float]] = {name: [] for name in ("posts", "posts beside", "ratings", "ratings beside")}
    with database(plan.folder, "fitting") as (db, url):
        many = [f"https://{HOST}/many/{number}" for number in range(100)]
        site, notes, tokens, ratings = _seed(db, 2_000 if plan.quick else 6_000)
    with folkmoot(url, plan.folder) as server:
        load.posts(server.base, many, 1, plan.folder)
        rate_all(server, tokens, notes, 1)
        for _ in range(plan.rounds):
            for beside in (False, True):
                with _fits(url, site) if beside else nullcontext():
                    found[f"posts{' beside' * beside}"].append(load.posts(server.base, many, plan.seconds, plan.folder).per_second)
                    found[f"ratings{' beside' * beside}"].append(rate_all(server, tokens, notes, plan.seconds))
    rate = {name: statistics.median(each) for name, each in found.items()}
    return [
        Row(f"posts while {ratings:,} ratings are fitted over and over", rate["posts beside"], "/s", rate["posts"] / 2, "more", "half of alone"),
        Row("ratings by 8 readers meanwhile", rate["ratings beside"], "/s", rate["ratings"] / 2, "more", "half of alone"),
    ]  # fmt: skip


def rate_all(server: Folkmoot, tokens: list[str], notes: list[int], seconds: float) -> float:
    """Ratings a second by some readers, each over a connection of their own."""
    counts = [0] * CLIENTS
    threads = [threading.Thread(target=_rate, args=(server, tokens[at::CLIENTS], notes, seconds, counts, at)) for at in range(CLIENTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if not all(counts):
        raise SystemExit("Ratings were not taken.")
    return sum(counts) / seconds


def _rate(server: Folkmoot, tokens: list[str], notes: list[int], seconds: float, counts: list[int], at: int) -> None:
    to, end = http.client.HTTPConnection("127.0.0.1", urlsplit(server.base).port), time.monotonic() + seconds
    while time.monotonic() < end:
        number = counts[at]
        body = msgspec.json.encode({"level": ("helpful", "unhelpful", "somewhat")[number % 3], "reasons": []})
        headers = {"Authorization": f"Bearer {tokens[number % len(tokens)]}", "Content-Type": "application/json"}
        to.request("PUT", f"/api/v1/notes/{notes[number // len(tokens) % len(notes)]}/rating", body, headers)
        answer = to.getresponse()
        answer.read()
        if answer.status >= 300:
            raise SystemExit(f"A rating was not taken: {answer.status}")
        counts[at] += 1


@contextmanager
def _fits(url: str, site: int) -> Iterator[None]:
    running = subprocess.Popen([sys.executable, "-m", "bench.fitting", url, str(site)], stdout=subprocess.PIPE)
    assert running.stdout
    running.stdout.readline()
    try:
        yield
    finally:
        running.kill()
        running.wait()


def _seed(db: Database, raters: int) -> tuple[int, list[int], list[str], int]:
    """(site, notes, tokens of some readers, how many ratings): a world of bench/worlds.py, written straight into the tables."""
    made, story = world(Shape(raters=raters, notes=raters // 8, per_note=30), 1).ratings, Seeder(db).thread("noted", 1).story
    people: list[int] = []
    for begin in range(0, raters, 500):
        people += db.write_now(lambda tx, begin=begin: _people(tx, range(begin, min(begin + 500, raters))))  # type: ignore[misc]
    pairs = db.write_now(lambda tx: [_note(tx, story.site, story.id, people[number]) for number in range(made.notes)])
    rows = [
        {"revision": pairs[n][1], "person": people[u], "note": pairs[n][0], "level": int(level), "at": BEGIN + int(minutes * MINUTE)}
        for n, u, level, minutes in zip(made.note, made.rater, made.level, made.minutes, strict=True) if people[u] != people[n]
    ]  # fmt: skip
    for begin in range(0, len(rows), 5_000):
        db.write_now(lambda tx, begin=begin: tx.many(_RATING, rows[begin : begin + 5_000]))  # type: ignore[misc]
    tokens = db.write_now(lambda tx: [sessions.begin_keys(tx, person, clock()).access for person in people[-64:]])
    return story.site, [note for note, _ in pairs], tokens, len(rows)


def _people(tx: Tx, numbers: range) -> list[int]:
    boxes = [f"reader{number}@mail.example" for number in numbers]
    return [accounts.member_of(tx, accounts.MAILBOX, box, box, box.partition("@")[0], BEGIN).id for box in boxes]


def _note(tx: Tx, site: int, story: int, person: int) -> tuple[int, int]:
    note, revision = new_id(BEGIN), new_id(BEGIN)
    store.insert_note(tx, id=note, site=site, story=story, comment=None, grew_from=None, person=person, name="Reader", credited=1, kind="wrong",
                      state="open", revision=revision, now=BEGIN, due=None)  # fmt: skip
    sources = read_sources(["https://lab.example/lake"])
    store.insert_revision(tx, revision, note, 1, f"Two of the twelve samples, says table {note}.", Passage(), sources, "shown", BEGIN)
    return note, revision


def main() -> None:
    db = connect(sys.argv[1], readers=1, lanes=1)
    print("begun", flush=True)
    while True:
        Reckoner().fit(db, {"site": int(sys.argv[2])}, clock())


if __name__ == "__main__":
    main()
