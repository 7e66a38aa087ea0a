"""The demo's notes: one accepted as a correction, one that readers on both sides find helpful, others on their way. Nothing is preset: readers
of two minds rate them, and the worker's own reckoning says where each of them stands."""

from __future__ import annotations

import random
import tomllib
from functools import cache, partial
from pathlib import Path

import msgspec
from msgspec import Struct

from folkmoot.demo import stories
from folkmoot.demo.stories import HOUR
from folkmoot.notes import deciding, looking_up, notes, rating
from folkmoot.notes.model import Draft, Kind, Note, Passage
from folkmoot.notes.reckoning import Reckoner
from folkmoot.notes.sources import read_sources
from folkmoot.people import accounts
from folkmoot.people.model import Actor
from folkmoot.sites.stories import find
from folkmoot.storage import jobs
from folkmoot.storage.database import Database, Tx

RATERS = 64  # half of either mind
TURNS = 5    # of two hours each, in which they come


class Sample(Struct, frozen=True):
    """A note of the demo. liked_by: both, early, late (the two minds), or few (hardly anybody has rated it yet)."""

    path: str
    writer: str
    text: str
    source: str
    page: str  # the title of its source
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
    reckoner, site = Reckoner(), next(iter(editor.roles))[0]
    given = _ratings(written, begun)
    for turn in range(1, TURNS + 1):  # readers come one after another, and each note rises or not as they do
        until = begun + turn * 2 * HOUR
        given = db.write_now(partial(_rate, given=given, until=until))
        reckoner.fit(db, {"site": site}, until)
    reckoner.fit(db, {"site": site}, begun + (2 * TURNS + 2) * HOUR)  # what rises must have held for a while
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
        note = notes.propose(tx, writer, draft, begun + number * 60_000, limits=False).id
        _look_up(tx, notes.get_note(tx, note), sample, begun)
        found.append((note, sample))
    return found


def _look_up(tx: Tx, note: Note, sample: Sample, now: int) -> None:
    """What the worker would find if the made-up sources of a made-up town could be asked."""
    article = next(each.article for each in stories.samples() if each.path == sample.path)
    came = looking_up.Came((sample.path, article), ((1, "found", "", sample.page),))
    looking_up.remember(tx, {"story": note.story, "revision": note.revision}, came, now)
    jobs.drop(tx, f"{notes.LOOK_UP}:{note.revision}")


def _member(tx: Tx, name: str, now: int) -> Actor:
    mailbox = f"{name.lower().replace(' ', '.')}@ostley.example"
    return Actor(accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, name, now))


def _ratings(written: list[tuple[int, Sample]], begun: int) -> list[tuple[int, int, int, str]]:
    """(when, the reader's number, note, level) of every rating, in the order in which they come."""
    chance, given = random.Random(1951), []  # noqa: S311 -- who finds what helpful in a made-up town
    for number in range(RATERS):
        mind = "early" if number % 2 else "late"
        for note, sample in written:
            if number in (4, 9) if sample.liked_by == "few" else chance.random() < 0.75:
                likes = (sample.liked_by in ("both", "few", mind)) == (chance.random() < 0.93)
                at = begun + HOUR + round(chance.random() * (2 * TURNS - 1) * HOUR)
                given.append((at, number, note, "helpful" if likes else "unhelpful"))
    return sorted(given)


def _rate(tx: Tx, given: list[tuple[int, int, int, str]], until: int) -> list[tuple[int, int, int, str]]:
    """Gives the ratings that come until then; those that are still to come."""
    for at, number, note, level in given:
        if at <= until:
            rating.rate(tx, _member(tx, f"Reader {number + 1}", at), note, level, (), at)
    return [each for each in given if each[0] > until]
