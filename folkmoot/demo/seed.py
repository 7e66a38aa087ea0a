"""Fills an empty database with the demo's newsroom, by the verbs that readers and moderators use."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from folkmoot.demo.notes import seed_notes
from folkmoot.demo.opinions import seed_opinions
from folkmoot.demo.stories import HOUR, Said, Sample, samples
from folkmoot.discussion import comments, moderation
from folkmoot.discussion.model import Customs, Draft
from folkmoot.discussion.text import read
from folkmoot.people import accounts
from folkmoot.people.model import COMMAND, Actor, Role
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Policy
from folkmoot.storage.database import Database, Tx

NAME = "The Ostley Courier"
STAFF: dict[str, Role] = {"Ines Calloway": "editor", "Anselm Rooke": "editor", "Vera Stoll": "moderator"}
MODERATOR = "Vera Stoll"
EDITOR = "Ines Calloway"
NEIGHBOURS = 180  # people who vote and say nothing
FREELY = Customs(limits=False, guests_vote=True)
Cast = dict[str, Actor]


def seed(db: Database, host: str, now: int) -> int:
    """The newsroom with all its stories and people; the number of comments that readers see. now: when the demo began, UTC ms."""
    first = now - max(sample.age for sample in samples()) - HOUR
    cast = db.write_now(partial(_people, host=host, now=first))
    seen = sum(db.write_now(partial(_tell, cast=cast, host=host, sample=sample, now=now)) for sample in reversed(samples()))
    seed_notes(db, cast[EDITOR], host, now)
    seed_opinions(db, cast[EDITOR], host, now)
    return seen


def _people(tx: Tx, host: str, now: int) -> Cast:
    """The site, its staff, and everybody who says or votes anything."""
    site = sites.add_site(tx, COMMAND, host, NAME, now, policy=Policy(guests_vote=True, search=True))
    cast = {name: _staff(tx, name, role, site.id, now) for name, role in STAFF.items()}
    voices = {said.name for sample in samples() for said in sample.said} | {f"Neighbour {number}" for number in range(NEIGHBOURS)}
    for voice in sorted(voices - cast.keys()):
        guest, _ = accounts.new_guest(tx, _name(voice), now)
        cast[voice] = Actor(person=guest)
    return cast


def _name(voice: str) -> str:
    """Two people may carry one name; in the sample files the second is "Tom Birdsall (2)"."""
    return voice.removesuffix(" (2)")


def _staff(tx: Tx, name: str, role: Role, site: int, now: int) -> Actor:
    mailbox = f"{name.split()[0].lower()}@courier.example"
    person = accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, name, now)
    accounts.grant(tx, person.id, role, site, None, now)
    return Actor(person=person, roles=frozenset({(site, role)}))


def _tell(tx: Tx, cast: Cast, host: str, sample: Sample, now: int) -> int:
    """One story and its thread, deed by deed in the order in which they happened."""
    began = now - sample.age
    story = stories.ensure(tx, f"http://{host}{sample.path}", sample.key, sample.title, "site", began)
    ids: dict[int, int] = {}
    above = dict(_parents(sample.said))
    for at, number, fate in sorted(_deeds(sample.said)):
        said = sample.said[number]
        if fate:
            _meet(tx, cast, ids[number], said, began + at)
        else:
            ids[number] = _say(tx, cast, Draft(story.id, read(said.text), ids.get(above[number])), said, began + at)
            _vote(tx, cast, ids[number], said, began + at, now)
    if sample.closed_after is not None:
        stories.close(tx, COMMAND, story.id, "It was open for three days.", began + round(sample.closed_after * HOUR))
    return len(ids) - sum(said.fate in ("held", "removed", "withdrawn") for said in sample.said)


def _deeds(thread: tuple[Said, ...]) -> Iterator[tuple[int, int, bool]]:
    """(when, which comment, whether its fate or its beginning)."""
    for number, said in enumerate(thread):
        yield said.after, number, False
        if said.fate_at:
            yield said.fate_at, number, True


def _parents(thread: tuple[Said, ...]) -> Iterator[tuple[int, int]]:
    """Each comment's number and its parent's; -1 for none."""
    path: list[int] = []
    for number, said in enumerate(thread):
        del path[said.level - 1 :]
        yield number, path[-1] if path else -1
        path.append(number)


def _say(tx: Tx, cast: Cast, draft: Draft, said: Said, at: int) -> int:
    customs = Customs() if said.fate == "held" else FREELY
    return comments.post(tx, cast[said.name], draft, at, customs).id


def _vote(tx: Tx, cast: Cast, comment: int, said: Said, at: int, now: int) -> None:
    chance = random.Random(comment)  # noqa: S311 -- who votes for what in a made-up town
    crowd = chance.sample(range(NEIGHBOURS), said.up + said.down if said.fate != "held" else 0)
    for number, voter in enumerate(crowd):
        when = min(now, at + round(chance.expovariate(1 / (3 * HOUR))))
        comments.vote(tx, cast[f"Neighbour {voter}"], comment, 1 if number < said.up else -1, when, FREELY)


def _meet(tx: Tx, cast: Cast, comment: int, said: Said, at: int) -> None:
    """What became of a comment."""
    if said.fate == "edited":
        comments.edit(tx, cast[said.name], comment, read(said.new_text), at, FREELY)
    elif said.fate == "withdrawn":
        comments.withdraw(tx, cast[said.name], comment, at)
    elif said.fate == "removed":
        moderation.decide(tx, cast[MODERATOR], comment, "remove", said.reason, at)
