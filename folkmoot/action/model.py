"""The nouns of action: where somebody lives, who represents that place, and what an editor asks readers to do. Frozen; no I/O, no clock.

Days are ISO words (2026-06-15), compared as words; a term holds from `since` up to, but without, `until`. Points are (latitude,
longitude) in degrees. Divisions are Open Civic Data ids; a `district` is the short code that people see (NY-12, VT-0, NY-SLDU-27).
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

Point = tuple[float, float]
Level = Literal["country", "state", "local"]
Status = Literal["certain", "ambiguous", "none"]
WayKind = Literal["email", "form", "post", "phone", "fax", "web", "social"]
Stance = Literal["for", "against", "none"]
DeedKind = Literal["letter", "call"]
Outcome = Literal["spoke", "voicemail", "busy", "skip"]

OPENING = 200         # letters of the background that a card shows
FEWEST = 5            # people below whom no figure is shown
MAX_ASK = 120         # letters of an action's headline
MAX_BACKGROUND = 4_000
MAX_LINES = 12        # facts, points and sources of an action
MAX_LINE = 400
MAX_SCRIPT = 3_000
MAX_TEMPLATE = 6_000


class Office(Struct, frozen=True, omit_defaults=True):
    """Where an official's people work. kind: capitol (the seat of the house) or local.

    lines: the address as it goes on an envelope, name left out. hours: as the source says them. distance: kilometres from
    the place that was asked for, None where that is not known. zone: the office's clock (IANA).
    """

    id: str
    kind: Literal["capitol", "local"]
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    code: str = ""
    phone: str = ""
    fax: str = ""
    hours: str = ""
    point: Point | None = None
    distance: float | None = None
    zone: str = ""


class Way(Struct, frozen=True, omit_defaults=True):
    """A way in which an official can be reached. to: the address, number or link."""

    kind: WayKind
    to: str
    label: str = ""


class Official(Struct, frozen=True, omit_defaults=True):
    """Somebody in an office, or an office that nobody holds (`vacant`; then `name` is empty).

    id: the source's own (for Congress the bioguide id). office: its name in words. role: house, senate, upper, lower, governor … .
    title: how a letter addresses them. certain: whether they represent the place that was asked for, or are only a candidate.
    note: what is to be known about this seat. source, dated: where this stands and of which day it is.
    """

    id: str
    name: str
    office: str
    district: str
    division: str
    level: Level
    role: str
    party: str = ""
    title: str = ""
    surname: str = ""
    phone: str = ""
    offices: tuple[Office, ...] = ()
    ways: tuple[Way, ...] = ()
    since: str = ""
    until: str = ""
    vacant: bool = False
    certain: bool = True
    note: str = ""
    committees: tuple[str, ...] = ()
    source: str = ""
    dated: str = ""

    def way(self, kind: WayKind) -> str:
        """Where a way leads; empty where the official has none of this kind."""
        return next((way.to for way in self.ways if way.kind == kind), "")

    @property
    def greeting(self) -> str:
        """How a letter begins: title and surname, or the office where nobody holds it."""
        return f"{self.title} {self.surname or self.name}".strip() if self.name else self.office


class Detail(Struct, frozen=True):
    """More about an official whom another file names: their local offices, their other ways."""

    official: str
    offices: tuple[Office, ...] = ()
    ways: tuple[Way, ...] = ()


class Committee(Struct, frozen=True):
    """A committee. parent: the id of the one that it is part of."""

    id: str
    name: str
    chamber: str
    url: str = ""
    phone: str = ""
    address: str = ""
    about: str = ""
    parent: str = ""


class Member(Struct, frozen=True):
    """Who sits on a committee. title: Chairman, Ranking Member or nothing. rank: within their side."""

    committee: str
    official: str
    title: str
    rank: int


class Place(Struct, frozen=True):
    """What somebody has said of where they live. Any part may be missing.

    code, plus: the postal code and the four digits after it. divisions: districts that they picked themselves.
    """

    country: str = "us"
    code: str = ""
    plus: str = ""
    point: Point | None = None
    divisions: tuple[str, ...] = ()
    region: str = ""


class District(Struct, frozen=True):
    """One of the districts that a place may lie in, with who holds it, to choose from. about: places in it, where known."""

    code: str
    division: str
    name: str
    holder: str = ""
    about: str = ""


class Data(Struct, frozen=True):
    """What an answer rests on: the Congress of the districts (None elsewhere) and the day that the people's facts are of."""

    congress: int | None
    date: str


class Found(Struct, frozen=True):
    """Who represents a place.

    certain: the place lies in exactly these districts. ambiguous: in one of them, and `settle` says what would decide it (point,
    address, list, plus4). none: nobody can be named, and `why` says why. `declared`: it is the person's own pick.
    region: the state in which the place lies for certain.
    """

    status: Status
    districts: tuple[str, ...]
    officials: tuple[Official, ...]
    why: str
    data: Data
    settle: tuple[str, ...] = ()
    choices: tuple[District, ...] = ()
    declared: bool = False
    warning: str = ""
    place: str = ""
    point: Point | None = None
    region: str = ""


class Line(Struct, frozen=True):
    """A fact or a sentence of background, and where it stands."""

    text: str
    source: str = ""


class Draft(Struct, frozen=True):
    """An action as an editor's form holds it. The same fields serve whoever is for and whoever is against.

    ask: what readers are asked to ask for. stance: what the ask wants of the matter. jurisdiction: the division that decides.
    offices: roles that are concerned; committee: its id, where only its members are. points: what a caller may speak about.
    template: a text for those who want one; a letter made of it is labelled. starts, ends: UTC ms.
    """

    ask: str
    matter: str
    stance: Stance
    background: str
    sources: tuple[Line, ...]
    jurisdiction: str
    offices: tuple[str, ...]
    facts: tuple[Line, ...]
    points: tuple[str, ...]
    script: str
    maker: str
    funder: str
    starts: int
    ends: int
    committee: str = ""
    template: str = ""


def opening(text: str, most: int = OPENING) -> str:
    """The first whole sentences of a text's first paragraph, at most so many letters; a first sentence that is longer is cut at a word."""
    first, *more = re.split(r"(?<=[.!?。؟])\s+", text.strip().split("\n")[0])
    if len(first) > most:
        return first[: most - 1].rsplit(" ", 1)[0] + "…"
    for sentence in more:
        if len(first) + 1 + len(sentence) > most:
            break
        first = f"{first} {sentence}"
    return first


class Action(Struct, frozen=True):
    """Something that readers of a story can do. code: the word by which it is texted to the guide."""

    id: int
    story: int
    site: int
    code: str
    draft: Draft
    made: int
    made_by: int | None
    stopped: int | None = None

    def open_at(self, now: int) -> bool:
        """Whether it runs at a moment (UTC ms)."""
        return self.stopped is None and self.draft.starts <= now < self.draft.ends


class Figures(Struct, frozen=True):
    """What has been done: deeds, each None while fewer than FEWEST people have done it."""

    letters: int | None = None
    calls: int | None = None
