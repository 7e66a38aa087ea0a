"""The nouns of the guided talk and of letters. Frozen; no I/O."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

LetterState = Literal[
    "confirm", "undo", "taken_back", "held", "stale", "ready", "handing", "unknown", "yours", "posted", "handed_over", "accepted",
    "confirmed", "answered", "failed", "refused", "expired", "closed",
]  # fmt: skip
Mark = Literal["tell", "wrong", "ask", "why", "letter"]
Field = Literal["", "line", "long", "home", "email", "digits"]


class Home(Struct, frozen=True):
    """Where somebody lives, and the name they sign with. Every part may be empty while it is not known."""

    name: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    code: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """As it stands on a letter, the name left out."""
        place = f"{self.city}, {self.region}" if self.city and self.region else self.city or self.region
        town = f"{place} {self.code}".strip()
        return tuple(line for line in (self.street, town) if line)


class Recipient(Struct, frozen=True):
    """An official as a letter names them: a copy, so that the letter keeps what was true when it was written.

    post: lines of the office that letters go to. chamber: house, senate, upper, lower, governor …; division: whom they serve; fresh: the record's
    day.
    """

    id: str
    name: str
    office: str
    party: str = ""
    district: str = ""
    title: str = ""
    surname: str = ""
    email: str = ""
    phone: str = ""
    post: tuple[str, ...] = ()
    vacant: bool = False
    division: str = ""
    chamber: str = ""
    fresh: str = ""

    @property
    def greeting(self) -> str:
        """How a letter addresses them: by title and last name, or the office where the seat is vacant."""
        return f"{self.title} {self.surname or self.name}".strip() if self.name and not self.vacant else self.office


class District(Struct, frozen=True):
    """One of the districts that a place may belong to."""

    code: str
    words: str


class Option(Struct, frozen=True):
    """Somebody to write to and the way a letter would go. carried: we hand it over; else the person posts it.

    declared: that they represent the place is the person's own word, which no address has settled.
    """

    to: Recipient
    way: str
    carried: bool
    why: str = ""
    declared: bool = False


class Represented(Struct, frozen=True):
    """Who represents a place. why: what is not certain and what would settle it. data: how fresh the records are."""

    status: Literal["certain", "ambiguous", "none"]
    options: tuple[Option, ...] = ()
    districts: tuple[District, ...] = ()
    why: str = ""
    data: str = ""


class Cause(Struct, frozen=True):
    """What an editor's action brings into the talk. wanted: offices it concerns (congress, senate, house, state, governor); facts: (words,
    source)."""

    id: int
    title: str
    ask: str
    maker: str
    funder: str
    wanted: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    template: str = ""
    country: str = ""
    story: int = 0


class Trail(Struct, frozen=True):
    """One letter as its writer is told of it."""

    id: int
    to: str
    state: LetterState
    since: int
    due: int | None = None
    why: str = ""


class Facts(Struct, frozen=True):
    """What the dialogue is given to know at a turn.

    whole: the channel brings a text in one piece, so a new one replaces the old. mailbox: the proven one, "" for nobody proven. phone: the
    number that they write from, where its provider vouches for it. home: the
    remembered one. limits: letters of a message's text that the channel can carry, 0 for any number.
    """

    now: int
    site: str
    payer: str
    human: str = ""
    story: str = ""
    cause: Cause | None = None
    starts: tuple[str, ...] = ("write",)
    channel: str = "web"
    whole: bool = True
    buttons: bool = True
    mailbox: str = ""
    phone: str = ""
    proven_name: str = ""
    home: Home | None = None
    trails: tuple[Trail, ...] = ()
    here: str = ""


class State(Struct, frozen=True):
    """All that a talk knows: kept between two messages as JSON. path: the steps that were answered, for BACK."""

    step: str = "consent"
    path: tuple[str, ...] = ()
    hello: bool = False
    consented: int = 0
    issue: str = ""
    home: Home = Home()
    wanted: tuple[str, ...] = ()
    picks: tuple[str, ...] = ()
    found: Represented | None = None
    chosen: tuple[str, ...] = ()
    told: bool = False
    body: str = ""
    mailbox: str = ""
    asked: int = 0
    proven: bool = False
    template: bool = False
    replacing: int = 0
    batch: str = ""
    remember: bool | None = None
    stopped: bool = False
    from_book: bool = False
    by_post: bool = False
    warned: bool = False


class Choice(Struct, frozen=True):
    """Something that can be pressed, or typed as `key`."""

    key: str
    words: str
    note: str = ""
    many: bool = False


class Says(Struct, frozen=True):
    """One thing that the guide says: a tell, a fault, a question with its why, or a letter as it will go."""

    mark: Mark
    words: str
    why: str = ""
    field: Field = ""
    choices: tuple[Choice, ...] = ()
    letter: Preview | None = None
    value: str = ""


class Preview(Struct, frozen=True):
    """A letter as it will be."""

    to: Recipient
    home: Home
    subject: str
    body: str
    carried: bool


class Do(Struct, frozen=True):
    """Something that the dialogue asks to be done: by name, with what it needs."""

    name: Literal[
        "find", "mail_code", "check_code", "send", "take_back", "send_now", "remember", "forget", "person", "feedback", "stop", "start", "link",
        "erase", "state",
    ]  # fmt: skip
    given: str = ""


class Turn(Struct, frozen=True):
    """What comes of hearing something."""

    state: State
    says: tuple[Says, ...] = ()
    does: tuple[Do, ...] = ()


class Outcome(Struct, frozen=True):
    """What came of a Do. warned: it was not done, and is when asked for once more."""

    name: str
    good: bool = True
    words: str = ""
    found: Represented | None = None
    number: int = 0
    warned: bool = False
