"""Notices by mail: how many leave in a second through a mail server that keeps them, and whether people who post meanwhile notice."""

from __future__ import annotations

import threading
import time

from bench import load
from bench.reading import Plan, database
from bench.seed import Seeder
from bench.servers import folkmoot
from bench.table import Row
from folkmoot.people import accounts, notices
from folkmoot.settings import Limits, Server, Settings
from folkmoot.storage import jobs
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.web.kit import clock
from folkmoot.work import Worker
from tests.mailserver import Sink, serving


def mail(plan: Plan) -> list[Row]:
    """So many members are told of an answer; the worker mails them all."""
    wanted = 300 if plan.quick else 2_000
    with database(plan.folder, "mail") as (db, url):
        address = Seeder(db).thread("hot", 200).address
        tell(db, wanted)
    sink = Sink()
    with serving(sink) as way, folkmoot(url, plan.folder) as server:
        settings = Settings(server=Server(public_url="https://talk.example"), mail=way, limits=Limits(enabled=False))
        begun, rate = time.monotonic(), []
        posting = threading.Thread(target=lambda: rate.append(load.posts(server.base, [address], 2.0, plan.folder, 4)))
        posting.start()
        work(url, settings)
        took = time.monotonic() - begun
        posting.join()
    assert len(sink.got) == wanted
    return [
        Row("notices mailed, worker and mail server on one machine", wanted / took, "/s", 50, "more", f"{wanted:,} mails"),
        Row("posts by 4 clients meanwhile, p99", rate[0].slowest, "ms", 200),
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


def work(url: str, settings: Settings) -> None:
    """A worker of our own, until no mail waits."""
    db = connect(url, readers=1)
    worker = Worker(db, settings)
    while db.read_now(lambda tx: jobs.waiting(tx, notices.MAIL_KIND, 1)):
        worker.work_once()
    db.close()
