"""How long after a decision's answer everything that readers see agrees with it: page, API, count, feed, search, and open pages."""

from __future__ import annotations

import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from urllib.parse import quote

import msgspec

from bench.desk import _moderator, _post
from bench.reading import Plan, database
from bench.seed import HOST, Seeder
from bench.servers import Folkmoot, folkmoot
from bench.table import Row
from folkmoot.discussion import comments
from folkmoot.discussion.model import Customs, Draft
from folkmoot.discussion.text import read
from folkmoot.people import accounts
from folkmoot.people.model import COMMAND, Actor
from folkmoot.sites import sites
from folkmoot.sites.model import Policy
from folkmoot.sites.store import all_sites
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock

WORD = "quagmire"
PROMISE, PATIENCE = 1_000.0, 10.0


class Readers:
    """Those who look at a story, one of them with a page that stays open."""

    def __init__(self, server: Folkmoot, story: int, address: str) -> None:
        self._base, self._story, self._url, self.heard = server.base, story, quote(address, safe=""), 0
        host, _, port = server.base.removeprefix("http://").partition(":")
        self._line = socket.create_connection((host, int(port)))
        self._line.sendall(f"GET /api/v1/events?url={self._url} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError), self._line.makefile("rb") as lines:
            for line in lines:
                self.heard = int(line[4:]) if line.startswith(b"id: ") else self.heard

    def close(self) -> None:
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self._base + path, timeout=10) as answer:
            return str(answer.read().decode())

    def views(self, shown: bool, count: int) -> dict[str, Callable[[], bool]]:
        """By name: whether a view shows what was decided."""
        thread = f"/api/v1/thread?url={self._url}&order=newest"
        return {
            "the page": lambda: (WORD in self.get(f"/thread?url={self._url}&order=newest")) == shown,
            "the API": lambda: (f'"text":"{WORD}"' in self.get(thread).replace(" ", "")) == shown,
            "the count": lambda: list(msgspec.json.decode(self.get(f"/api/v1/counts?url={self._url}"))["counts"].values()) == [count],
            "the feed": lambda: (WORD in self.get(f"/thread/{self._story}/feed.json")) == shown,
            "search": lambda: bool(msgspec.json.decode(self.get(f"/api/v1/search?site={HOST}&q={WORD}"))["comments"]) == shown,
            "open pages": lambda: self.heard == msgspec.json.decode(self.get(thread))["story"]["version"],
        }


def _longest(readers: Readers, shown: bool, count: int) -> dict[str, float]:
    """Milliseconds until each view agrees, counted from now on."""
    begun, waits, found = time.perf_counter(), readers.views(shown, count), dict[str, float]()
    while waits and time.perf_counter() - begun < PATIENCE:
        for name, agrees in list(waits.items()):
            if agrees():
                found[name] = (time.perf_counter() - begun) * 1_000
                del waits[name]
        time.sleep(0.005)
    return found | dict.fromkeys(waits, float("nan"))


def _said(tx: Tx, story: int) -> int:
    sites.change_site(tx, COMMAND, all_sites(tx)[0].id, policy=Policy(search=True, rush_from=0))
    guest, _ = accounts.new_guest(tx, "Reader", clock())
    return comments.post(tx, Actor(guest), Draft(story, read(WORD)), clock(), Customs(limits=False)).id


def agreeing(plan: Plan) -> list[Row]:
    """A removal and its opposite, over and over, each as soon as all agree about the one before."""
    with database(plan.folder, "agreeing") as (db, url):
        seeded = Seeder(db).thread("agreeing", 200)
        said = db.write_now(lambda tx: _said(tx, seeded.story.id))
        cookie = db.write_now(lambda tx: _moderator(tx, clock()))
    longest: dict[str, float] = {}
    with folkmoot(url, plan.folder) as server:
        readers, send = Readers(server, seeded.story.id, seeded.address), partial(_post, server, cookie, f"/comments/{said}/decide", reason="")
        _longest(readers, True, 201)  # the server is awake, and what came with the database is indexed
        for number in range(10 if plan.quick else 30):
            shown = number % 2 == 1
            send(do="restore" if shown else "remove")
            for name, took in _longest(readers, shown, 200 + shown).items():
                longest[name] = max(longest.get(name, 0.0), took)
        readers.close()
    return [Row(f"{name}, at the latest", took, "ms", PROMISE) for name, took in longest.items()]
