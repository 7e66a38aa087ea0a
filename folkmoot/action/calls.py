"""Calling: a script with the person's own words in it, office hours in the office's clock, and what came of the call.

Nothing of it is kept but the count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from folkmoot.action import actions, hours
from folkmoot.action.model import Action, Office, Official, Outcome
from folkmoot.errors import Invalid
from folkmoot.storage.database import Tx
from folkmoot.web.words import N_

OUTCOMES: dict[str, str] = {
    "spoke": N_("I spoke to somebody"), "voicemail": N_("I left a message"), "busy": N_("It was busy"), "skip": N_("Skip"),
}  # fmt: skip
WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
NEAREST = 3   # local offices whose numbers are given
COUNTS_SOURCE = "https://www.congressfoundation.org/"
_SLOT = re.compile(r"\{(name|town|official|office|ask|own)\}")
_DIGITS = re.compile(r"[^\d+]")


def clock_words(at: datetime) -> str:
    """A time on an office's clock: 8:30 am."""
    return at.strftime("%I:%M %p").lstrip("0").lower()


class Caller(Struct, frozen=True):
    """What the caller says of themselves, if they like."""

    name: str = ""
    town: str = ""
    own: str = ""


class Piece(Struct, frozen=True):
    """A stretch of the script. own: it is the caller's. open: a gap that they fill as they speak."""

    text: str
    own: bool = False
    open: bool = False


class Number(Struct, frozen=True):
    """A number to ring: its office, and how it stands there now; `now` is None where the hours cannot be read."""

    label: str
    phone: str
    office: Office
    now: hours.Now | None

    @property
    def link(self) -> str:
        return tel(self.phone)


def tel(phone: str) -> str:
    """A number as a tel: link takes it; an American one with its country."""
    digits = _DIGITS.sub("", phone)
    return f"tel:+1{digits}" if len(digits) == 10 and "+" not in digits else f"tel:{digits}"


def script(action: Action, official: Official, caller: Caller) -> list[list[Piece]]:
    """The call's script in paragraphs, each in pieces: {name}, {town}, {official}, {office}, {ask} and {own} are filled in, else left open."""
    said = {"name": caller.name, "town": caller.town, "own": caller.own, "official": official.greeting, "office": official.office,
        "ask": action.draft.ask}
    return [list(_pieces(paragraph, said)) for paragraph in action.draft.script.split("\n") if paragraph.strip()]


_OPEN = {"name": N_("your name"), "town": N_("your town"), "own": N_("one sentence of your own: what this means for you")}


def _pieces(paragraph: str, said: dict[str, str]) -> Iterator[Piece]:
    at = 0
    for slot in _SLOT.finditer(paragraph):
        if slot.start() > at:
            yield Piece(paragraph[at : slot.start()])
        filled = said[slot[1]]
        own = slot[1] in _OPEN
        if slot[1] == "ask" and at_mid(paragraph[: slot.start()]):
            filled = uncapital(filled)
        yield Piece(filled, own=own) if filled else Piece(_OPEN[slot[1]], open=True) if own else Piece(official_or_office(slot[1], said))
        at = slot.end()
    if at < len(paragraph):
        yield Piece(paragraph[at:])


def at_mid(before: str) -> bool:
    """Whether what comes next stands in the middle of a sentence."""
    return before.rstrip()[-1:] not in ("", ".", "!", "?", ":", "\n")


def uncapital(words: str) -> str:
    """Without the capital of a sentence; a name in capitals (EPA) keeps its own."""
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def official_or_office(slot: str, said: dict[str, str]) -> str:
    return said[slot] or said["office"]


def numbers(official: Official, now: int) -> list[Number]:
    """The numbers of an official, each once: of the local offices the nearest ones, and the capitol's. now: UTC ms."""
    found: dict[str, Number] = {}
    local = [office for office in official.offices if office.kind == "local" and office.phone][:NEAREST]
    for office in (*local, *(each for each in official.offices if each.kind == "capitol")):
        if office.phone:
            found.setdefault(tel(office.phone), Number(_label(office), office.phone, office, hours.at(office.hours, office.zone, now)))
    if official.phone:
        bare = Office("", "capitol", phone=official.phone)
        found.setdefault(tel(official.phone), Number("", official.phone, bare, None))
    return list(found.values())


def _label(office: Office) -> str:
    return office.city or " ".join(office.lines[:1])


def next_at(officials: Sequence[Official], at: int) -> int | None:
    """The place of the next official who can be called; None after the last."""
    return next((place for place in range(at + 1, len(officials)) if not officials[place].vacant or officials[place].phone), None)


def called(tx: Tx, action: int, who: str, official: str, outcome: str, now: int) -> None:
    """Counts a call, or what else came of it. Raises Invalid for an outcome that is none, NotFound for an unknown action."""
    if outcome not in OUTCOMES:
        raise Invalid("Say how it went: spoke, voicemail, busy or skip.", "bad_outcome", "outcome")
    known: Outcome = outcome  # type: ignore[assignment]
    actions.count(tx, action, "call", who, official[:120], now, known)
