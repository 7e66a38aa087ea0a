"""No letter is lost and none is shown twice, however often the worker is killed and the line is cut after the text has gone."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec.structs import replace

from folkmoot.action import sending, store_letters
from folkmoot.action.homes import read_home
from folkmoot.action.model_letters import Home, Option
from folkmoot.people import accounts
from folkmoot.storage.database import Database, Tx
from tests.action.guided import HOME, OTTO, WORDS, Guided
from tests.mailserver import Sink, serving

SPEED = 50  # the workers' clock, so that the lease of a killed one's job ends soon


class CutSink(Sink):
    """Takes each mail; after some of them the line is cut before it has said so."""

    def __init__(self, every: int) -> None:
        super().__init__()
        self.every = every
        self.cut: set[str] = set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        named = str(self.read()["Message-ID"])
        if len(self.got) % self.every == 0 and named.startswith("<letter."):
            self.cut.add(named)
            server.transport.abort()
        return answer


def write(guided: Guided, letters: int, officials: int) -> None:
    """Letters by one proven person to several officials; their ten minutes are over at once."""

    def act(tx: Tx) -> None:
        person = accounts.member_of(tx, accounts.MAILBOX, "ada@mail.example", "ada@mail.example", "Ada", guided.now)
        sender = sending.Sender("web:ada", 1, guided.site.id, None, None, person, "ada@mail.example", False)
        for number in range(letters):
            to = replace(OTTO, id=f"official{number % officials}", email=f"official{number % officials}@council.example")
            text = sending.Text(f"Letter {number} about the lake", f"{WORDS} This is number {number}.", read_home(HOME, Home()))
            sending.send(tx, sender, text, (Option(to, "email", True),), f"batch{number}", guided.now + number)

    guided.db.write_now(act)


@dataclass
class Herd:
    """Workers on one database at the same time; each that is killed has a successor at once."""

    url: str
    port: int
    size: int
    since: int = field(default_factory=lambda: int(time.time() * 1000))
    living: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def fill(self) -> None:
        while len(self.living) < self.size:
            given = [sys.executable, "-m", "tests.action.letter_worker", self.url, str(self.port), str(SPEED), str(self.since)]
            self.living.append(subprocess.Popen(given, stdout=subprocess.PIPE))
        for each in self.living:
            if each.stdout is not None and not each.stdout.closed:
                each.stdout.readline()
                each.stdout.close()

    def kill(self) -> None:
        each = self.living.pop(random.randrange(len(self.living)))
        each.kill()
        each.wait()


def killed(guided: Guided, herd: Herd, sink: Sink, letters: int, kills: int, seconds: float) -> None:
    """Workers of whom one after another is killed at some moment; the last ones finish."""
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end and not _settled(guided.db):
        herd.fill()
        if done < kills:
            goal, until = len(sink.got) + letters // kills, time.monotonic() + 3
            while len(sink.got) < goal and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(random.random() * 0.02)
            herd.kill()
            done += 1
        else:
            time.sleep(0.05)
    while herd.living:
        herd.kill()


def _settled(db: Database) -> bool:
    row = db.read_now(lambda tx: tx.one("SELECT COUNT(*) AS number FROM letter WHERE state IN ('undo', 'ready', 'handing')"))
    return row is not None and row.number == 0


def told(guided: Guided, sink: CutSink, letters: int, kills: int) -> None:
    """Each letter reached the sink; repeats are known by their Message-ID and are no more than the kills; each is shown once, as what it is."""
    every = (str(sink.read(number)["Message-ID"]) for number in range(len(sink.got)))
    ids = Counter(each for each in every if each.startswith("<letter."))
    rows = guided.db.read_now(lambda tx: store_letters.latest(tx, None, 10_000))
    assert len(rows) == letters
    assert set(ids) == {f"<letter.{row.delivery}@news.example>" for row in rows}
    assert sum(ids.values()) - letters <= kills, "a repeat is a killed worker's, whose line nobody can know"
    states = Counter(row.state for row in rows)
    assert states["handed_over"] + states["unknown"] == letters, states
    unknown = {f"<letter.{row.delivery}@news.example>" for row in rows if row.state == "unknown"}
    assert unknown <= sink.cut
    for row in rows:
        events = guided.db.read_now(lambda tx, row=row: [each.event for each in store_letters.events_of(tx, row.id)])  # type: ignore[misc]
        assert sum(event in ("took", "broke") for event in events) == 1, events


def _run(db: Database, url: str, now: int, letters: int, kills: int, seconds: float, workers: int) -> None:
    guided, sink = Guided(db, now), CutSink(17)
    write(guided, letters, 8)
    with serving(sink) as settings:
        killed(guided, Herd(url, settings.port, workers), sink, letters, kills, seconds)
    told(guided, sink, letters, kills)


def test_letters_outlive_a_few_killed_workers(db: Database, database_url: str, now: int) -> None:
    _run(db, database_url, now, 24, 2, 60, workers=2)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_thousand_letters_outlive_a_hundred_killed_workers(db: Database, database_url: str, now: int) -> None:
    _run(db, database_url, now, 1_000, 100, 300, workers=3)
