"""Notices by mail: how many leave in a second through a mail server that keeps them, and whether people who post meanwhile notice."""

from __future__ import annotations

import time

from bench import load
from bench.reading import Plan, database
from bench.seed import Seeder
from bench.servers import folkmoot
from bench.table import Row
from folkmoot.people import accounts, notices
from folkmoot.storage.database import Database, Tx
from folkmoot.web.kit import clock
from tests.mailserver import Sink, serving


def mail(plan: Plan) -> list[Row]:
    """So many members are told of an answer; the server's worker mails them all."""
    wanted = 300 if plan.quick else 2_000
    with database(plan.folder, "mail") as (db, url):
        address = Seeder(db).thread("hot", 200).address
        tell(db, wanted)
    sink = Sink()
    with serving(sink) as way:
        way_there = {"FOLKMOOT_MAIL__HOST": way.host, "FOLKMOOT_MAIL__PORT": str(way.port), "FOLKMOOT_MAIL__SECURITY": way.security}
        given = {**way_there, "FOLKMOOT_SERVER__PUBLIC_URL": "https://talk.example"}
        begun = time.monotonic()
        with folkmoot(url, plan.folder, environ=given) as server:
            posted = load.posts(server.base, [address], 2.0, plan.folder, 4)
            while len(sink.got) < wanted and time.monotonic() < begun + 300:
                time.sleep(0.05)
        took = time.monotonic() - begun
    assert len(sink.got) >= wanted, len(sink.got)
    return [
        Row("notices mailed from the server's start, a mail server beside it", wanted / took, "/s", note=f"{wanted:,} mails"),
        Row("posts by 4 clients meanwhile, p99", posted.slowest, "ms", 200),
    ]


def tell(db: Database, wanted: int) -> None:
    now = clock()

    def one(tx: Tx, number: int) -> None:
        box = f"reader{number}@mail.example"
        person = accounts.member_of(tx, accounts.MAILBOX, box, box, f"Reader {number}", now).id
        values = {"who": "Ada", "story": "The lake", "words": f"An answer, number {number}."}
        notices.tell(tx, person, "reply", values, key=f"c-{number}", now=now - 3_600_000, opens="/c/7", thread="story-7")

    for start in range(0, wanted, 100):
        db.write_now(lambda tx, start=start: [one(tx, number) for number in range(start, min(start + 100, wanted))])  # type: ignore[misc]
