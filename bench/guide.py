"""Guided turns: people who go from the first word to their letter, the look-up of their officials among them, on one server process."""

from __future__ import annotations

import http.client
import json
import threading
import time

from bench import load
from bench.reading import Plan, database
from bench.servers import Folkmoot, folkmoot
from bench.table import Row
from folkmoot.people.model import COMMAND
from folkmoot.sites import sites
from tests.action import facts

PEOPLE = 16
RATE, ASKED = 200, 220  # turns a second: what is to hold, and what is asked of it
WORDS = (
    "write", "ok", "Please vote for the rain rule", "Imogen Sarkis, 9 Tannery Row, Nearby, NY 00001", "1",
    "I taught both my daughters to swim at the east jetty. Please vote once more on the rain rule before you fence it.", "send", "no",
)  # fmt: skip


def turns(plan: Plan) -> list[Row]:
    """16 people who each say something every 73 ms, whether or not others have been answered."""
    with database(plan.folder, "guide") as (db, url):
        facts.load(db, facts.folder(plan.folder / "officials"))
        db.write_now(lambda tx: sites.add_site(tx, COMMAND, "news.example", "The News", facts.NOW))
    taken: list[float] = []
    with folkmoot(url, plan.folder) as server:
        begun = time.monotonic()
        threads = [threading.Thread(target=_talk, args=(server, begun, number, 2 * plan.seconds, taken)) for number in range(PEOPLE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = time.monotonic() - begun  # before the server is stopped, which takes its time
    return [
        Row("turns by 16 people, one process", len(taken) / spent, "/s", RATE, "more"),
        Row("a turn, p50", load.share(taken, 0.5), "ms"),
        Row("a turn, p95", load.share(taken, 0.95), "ms", 50),
    ]


def _talk(server: Folkmoot, begun: float, number: int, seconds: float, taken: list[float]) -> None:
    slot = begun + number / ASKED
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    while slot < begun + seconds:
        token = ""
        for words in WORDS:
            body = json.dumps({"words": words, "token": token})
            time.sleep(max(0.0, slot - time.monotonic()))
            slot += PEOPLE / ASKED
            at = time.monotonic()
            connection.request("POST", "/api/v1/guide", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            told = json.loads(answer.read())
            taken.append((time.monotonic() - at) * 1000)
            if answer.status != 200:
                raise SystemExit(f"{answer.status}: {told}")
            token = told["token"]
        if told["step"] != "done":
            raise SystemExit(f"The talk ended at {told['step']}.")
    connection.close()
