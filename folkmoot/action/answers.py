"""An answer to "who represents this place", as JSON says it (DESIGN, the public contract)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from folkmoot.action.model import Found, Office, Official, Way
from folkmoot.web.words import in_words


class OfficeAnswer(Struct):
    """An office: address lines as on an envelope, phone, hours as the source says them, kilometres from the place where that is known."""

    id: str
    kind: Literal["capitol", "local"]
    address: list[str]
    city: str
    region: str
    postal_code: str
    phone: str
    fax: str
    hours: str
    zone: str
    kilometres: float | None
    point: tuple[float, float] | None


class WayAnswer(Struct):
    """A way in which an official can be reached."""

    kind: str
    to: str
    label: str


class Responses(Struct):
    """What became of letters from here, as their writers say: `answered` got an answer to what they asked, of `asked` who told us."""

    answered: int
    asked: int


class OfficialAnswer(Struct):
    """Somebody in an office; `vacant`: nobody. certain: they represent the place whichever candidate district it lies in.
    responses: for one official alone, once five or more have said."""

    id: str
    name: str
    office: str
    district: str
    division: str
    role: str
    party: str
    title: str
    phone: str
    offices: list[OfficeAnswer]
    ways: list[WayAnswer]
    since: str
    until: str
    vacant: bool
    certain: bool
    note: str
    committees: list[str]
    source: str
    dated: str
    responses: Responses | None = None


class Choice(Struct):
    """A district to choose."""

    district: str
    division: str
    name: str
    holder: str


class DataAnswer(Struct):
    """What an answer rests on."""

    congress: int | None
    date: str


class FoundAnswer(Struct):
    """Who represents a place: certain, ambiguous (then `settle` says what would decide it, `choices` the candidates) or none (then `why`)."""

    status: Literal["certain", "ambiguous", "none"]
    districts: list[str]
    officials: list[OfficialAnswer]
    why: str
    data: DataAnswer
    settle: list[str]
    choices: list[Choice]
    declared: bool
    warning: str
    place: str


def found_answer(found: Found, language: str = "en") -> FoundAnswer:
    """An answer in a language."""
    return FoundAnswer(
        found.status, list(found.districts), [official_answer(each, language) for each in found.officials], in_words(found.why, language),
        DataAnswer(found.data.congress, found.data.date), list(found.settle),
        [Choice(each.code, each.division, each.name, each.holder) for each in found.choices], found.declared, in_words(found.warning, language),
        found.place,
    )  # fmt: skip


def official_answer(official: Official, language: str = "en") -> OfficialAnswer:
    return OfficialAnswer(
        official.id, official.name, official.office, official.district, official.division, official.role, official.party, official.title,
        official.phone,
        [_office(each) for each in official.offices], [_way(each) for each in official.ways], official.since, official.until, official.vacant,
        official.certain,
        in_words(official.note, language), list(official.committees), official.source, official.dated,
    )  # fmt: skip


def _office(each: Office) -> OfficeAnswer:
    return OfficeAnswer(
        each.id, each.kind, list(each.lines), each.city, each.region, each.code, each.phone, each.fax, each.hours, each.zone, each.distance,
        each.point
    )


def _way(each: Way) -> WayAnswer:
    return WayAnswer(each.kind, each.to, each.label)
