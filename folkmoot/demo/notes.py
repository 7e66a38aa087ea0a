"""The demo's notes: one accepted as a correction, one that readers on both sides find helpful, others on their way. Nothing is preset: readers
of two minds rate them, and the worker's own reckoning says where each of them stands."""

from __future__ import annotations

import random
import tomllib
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from folkmoot.demo.stories import HOUR
from folkmoot.notes import deciding, notes, rating
from folkmoot.notes.model import Draft, Kind, Passage
from folkmoot.notes.reckoning import Reckoner
from folkmoot.notes.sources import read_sources
from folkmoot.people import accounts
from folkmoot.people.model import Actor
from folkmoot.sites.stories import find
from folkmoot.storage.database import Database, Tx

RATERS = 64  # half of either mind


class Sample(Struct, frozen=True):
    """A note of the demo. liked_by: both, early, late (the two minds), or few (hardly anybody has rated it yet)."""

    path: str
    writer: str
    text: str
    source: str
    liked_by: str
    exact: str = ""
    kind: Kind = "wrong"
    after: str = ""  # what stands in the story since the editor accepted it


@cache
def samples() -> tuple[Sample, ...]:
    """The notes, in the order in which they were proposed."""
    told = tomllib.loads(Path(__file__).with_name("stories").joinpath("notes.toml").read_text("utf-8"))
    return tuple(msgspec.convert(told["note"], list[Sample]))


def seed_notes(db: Database, editor: Actor, host: str, now: int) -> None:
    """Proposes them, has them rated, reckons, and lets the editor accept the one that she can check."""
    begun = now - 20 * HOUR
    written = db.write_now(lambda tx: _propose(tx, host, begun))
    db.write_now(lambda tx: _rate(tx, written, begun + HOUR))
    reckoner, site = Reckoner(), next(iter(editor.roles))[0]
    for at in (begun + 2 * HOUR, begun + 3 * HOUR):  # twice, since what rises must have held for a while
        reckoner.fit(db, {"site": site}, at)
    (accepted,) = [(note, sample) for note, sample in written if sample.after]
    told = "The minutes of June 1949 bear it out. We took the year from the plaque on the jetty, which is wrong, too."
    db.write_now(
        lambda tx: deciding.decide(tx, editor, accepted[0], "accept", told, now - 4 * HOUR, before=accepted[1].exact, after=accepted[1].after)
    )


def _propose(tx: Tx, host: str, begun: int) -> list[tuple[int, Sample]]:
    found = []
    for number, sample in enumerate(samples()):
        story = find(tx, f"http://{host}{sample.path}")
        assert story is not None
        draft = Draft(story.id, sample.kind, sample.text, read_sources([sample.source], story.address), Passage(sample.exact))
        writer = _member(tx, sample.writer, begun)
        found.append((notes.propose(tx, writer, draft, begun + number * 60_000, limits=False).id, sample))
    return found


def _member(tx: Tx, name: str, now: int) -> Actor:
    mailbox = f"{name.lower().replace(' ', '.')}@ostley.example"
    return Actor(accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, name, now))


def _rate(tx: Tx, written: list[tuple[int, Sample]], now: int) -> None:
    chance = random.Random(1951)  # noqa: S311 -- who finds what helpful in a made-up town
    for number in range(RATERS):
        reader, mind = _member(tx, f"Reader {number + 1}", now), "early" if number % 2 else "late"
        for note, sample in written:
            if number in (4, 9) if sample.liked_by == "few" else chance.random() < 0.75:
                likes = sample.liked_by in ("both", "few", mind)
                rating.rate(tx, reader, note, "helpful" if likes == (chance.random() < 0.93) else "unhelpful", (), now + number * 60_000)
