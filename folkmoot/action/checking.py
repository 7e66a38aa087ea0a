"""`officials check`: what is stale, vacant or contradictory among what is in force on a day. Each finding is one sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from msgspec import Struct

from folkmoot.action import atlas
from folkmoot.action import store_officials as store
from folkmoot.action.directory import BY_NAME
from folkmoot.action.divisions import STATES, US, WITHOUT_SENATORS, code_of, congress_days, congress_of, ordinal, state_division, state_of
from folkmoot.action.ground import DETAILS, Ground, kind_of
from folkmoot.action.model import Official
from folkmoot.action.officials import days_between
from folkmoot.action.store_officials import Load
from folkmoot.action.versions import held, of_source
from folkmoot.storage.database import Tx

SOON = 60  # days before the next Congress from which its absence is told


class Finding(Struct, frozen=True):
    """kind: stale, vacant, contradictory or missing. about: a district, an official or a source."""

    kind: str
    about: str
    words: str


class Standing(Struct, frozen=True):
    """A version as the operator sees it. state: in use, older, past, later."""

    source: str
    scope: str
    file: str
    dated: str
    entries: int
    state: str
    congress: int | None
    bad: int


def standings(tx: Tx, on: str) -> list[Standing]:
    """Every version, and whether it is in use on a day."""
    ground = Ground(tx, on)
    used = {load.id for load in ground.force} | {load.id for load in ground.people}
    return [
        Standing(each.source, each.scope, each.origin, each.dated, each.entries, _state(each, used, on), each.congress, each.bad)
        for each in sorted(ground.loads, key=lambda each: (each.source, each.scope, each.since, each.dated))
    ]  # fmt: skip


def _state(load: Load, used: set[int], on: str) -> str:
    if load.id in used:
        return "in use"
    return "later" if load.since > on else "past" if load.until and load.until <= on else "older"


def check(tx: Tx, on: str) -> Iterator[Finding]:
    """Findings, the most pressing first. Reads all officials in force: for the command line and the worker."""
    ground = Ground(tx, on)
    seats = [(load, each) for load in ground.people for each in store.all_seats(tx, load.id)]
    holding = [(load, each) for load, each in seats if held(each.since, each.until, on)]
    yield from _stale(ground)
    yield from _next_congress(ground)
    yield from _house(ground, [each for _, each in holding], [each for _, each in seats])
    yield from _senate(ground, [each for _, each in holding], [each for _, each in seats])
    yield from _chambers(ground, [each for _, each in holding])
    yield from _governors(ground, [each for _, each in holding])
    yield from _twice([each for _, each in holding])
    yield from _unreachable(ground, [each for _, each in holding])
    yield from _orphans(ground, {each.id for _, each in seats})
    yield from _outside(ground, [each for _, each in holding])


def _stale(ground: Ground) -> Iterator[Finding]:
    old: dict[tuple[str, str], list[str]] = defaultdict(list)
    for load in ground.force:
        source = BY_NAME.get(load.source)
        if source and source.lasts and days_between(load.dated, ground.day) > source.lasts:
            old[load.source, load.dated].append(code_of(load.scope))
    for (name, dated), scopes in sorted(old.items()):
        title, where = _sentence(BY_NAME[name].title), ", ".join(sorted(scopes))
        yield Finding("stale", name, f"{title} ({where}): these facts are of {dated}, {days_between(dated, ground.day)} days old. Load them anew.")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _next_congress(ground: Ground) -> Iterator[Finding]:
    """Whether members and districts are there for the Congress of the day, and in time for the one after it."""
    now = congress_of(ground.day)
    wanted = [now, now + 1] if days_between(ground.day, congress_days(now)[1]) <= SOON else [now]
    for congress in wanted if any(load.scope == US for load in ground.loads) else ():
        for source in ("congress_people", "boundaries", "postal"):
            if not any(load.source == source and load.congress == congress for load in ground.loads):
                begins = congress_days(congress)[0]
                words = f"{_sentence(BY_NAME[source].title)} of the {ordinal(congress)} Congress, which begins on {begins}, are not loaded."
                yield Finding("missing", f"{source} {congress}", words)


def _house(ground: Ground, holding: list[Official], seats: list[Official]) -> Iterator[Finding]:
    """Every congressional district has one member."""
    if not of_source(ground.people, "congress_people"):
        return
    districts = [each for load in ground.of("boundaries", "us") for each in atlas.areas(ground.tx, load.id).names if kind_of(each) == "cd"]
    held_by = Counter(each.division for each in holding if each.role == "house")
    for division in districts:
        if not held_by[division]:
            yield _empty(ground, division, "house", seats)
    for division in held_by.keys() - set(districts) if districts else ():
        yield Finding("contradictory", code_of(division), f"{code_of(division)} has a member, but no shape is loaded for it.")
    for division, number in held_by.items():
        if number > 1:
            yield Finding("contradictory", code_of(division), f"{code_of(division)} has {number} members at once.")


def _empty(ground: Ground, division: str, role: str, seats: list[Official]) -> Finding:
    gone = [each for each in seats if each.division == division and each.role == role and each.until and each.until <= ground.day]
    last = max(gone, key=lambda each: each.until, default=None)
    since = f"; the term of {last.name} ended on {last.until}" if last else ""
    return Finding("vacant", code_of(division), f"{code_of(division)}: nobody holds the seat ({role}){since}.")


def _senate(ground: Ground, holding: list[Official], seats: list[Official]) -> Iterator[Finding]:
    if not of_source(ground.people, "congress_people"):
        return
    there = Counter(state_of(each.division) for each in holding if each.role == "senate")
    for state in STATES.keys() - WITHOUT_SENATORS:
        if there[state] < 2:
            yield _empty(ground, state_division(state), "senate", seats)
        elif there[state] > 2:
            yield Finding("contradictory", state, f"{state} has {there[state]} senators at once.")
    for state in sorted(WITHOUT_SENATORS):
        if there[state]:
            yield Finding("contradictory", state, f"{state} has no senators, but the list names {there[state]}.")


def _chambers(ground: Ground, holding: list[Official]) -> Iterator[Finding]:
    """Where a state's shapes are loaded: a district without a legislator, a legislator without a district."""
    filled = {each.division for each in holding}
    for load in ground.of("boundaries", "us"):
        names = atlas.areas(ground.tx, load.id).names
        chamber = kind_of(next(iter(names), ""))
        if chamber in ("sldu", "sldl"):
            yield from (Finding("vacant", code_of(each),
                f"{code_of(each)}: nobody in the list holds the seat.") for each in names if each not in filled)
            state = load.scope.partition("/sld")[0]
            strange = sorted(each for each in filled if each.startswith(f"{state}/{chamber}:") and each not in names)
            yield from (Finding("contradictory", code_of(each),
                f"{code_of(each)} has a legislator, but no shape is loaded for it.") for each in strange)


def _governors(ground: Ground, holding: list[Official]) -> Iterator[Finding]:
    """States whose list is loaded and names no governor: the project keeps executives less well than legislators."""
    listed = {state_of(load.scope) for load in of_source(ground.people, "openstates")} - {"", "DC"}
    there = {state_of(each.division) for each in holding if each.role == "governor"}
    for state in sorted(listed - there):
        yield Finding("missing", state, f"{state}: the list names no governor.")


def _twice(holding: list[Official]) -> Iterator[Finding]:
    """One person in two seats of legislatures at once."""
    seats = defaultdict(set)
    for each in holding:
        if each.role in ("house", "senate", "upper", "lower", "legislature"):
            seats[each.id].add(each.division)
    for person, divisions in seats.items():
        if len(divisions) > 1:
            yield Finding("contradictory", person, f"{person} holds {len(divisions)} seats at once: {', '.join(sorted(map(code_of, divisions)))}.")


def _unreachable(ground: Ground, holding: list[Official]) -> Iterator[Finding]:
    """Members of Congress without a phone and without an address."""
    for each in holding:
        if each.role in ("house", "senate") and not each.phone and not each.offices:
            yield Finding("missing", each.id, f"{each.name} ({each.district}) has neither a phone nor an address in Washington.")


def _orphans(ground: Ground, known: set[str]) -> Iterator[Finding]:
    """Details of somebody whom no list of people names, and members without local offices."""
    for load in of_source(ground.force, *DETAILS):
        lost = sorted(store.detailed(ground.tx, load.id) - known)
        if lost:
            yield Finding("contradictory", load.source, f"{load.origin} tells of {len(lost)} people whom no list names: {', '.join(lost[:5])}.")


def _outside(ground: Ground, holding: list[Official]) -> Iterator[Finding]:
    """Local offices that do not stand in their member's district: some really do not, some have a wrong place."""
    shapes = [load for load in ground.of("boundaries", "us") if load.scope == US]
    if not shapes:
        return
    areas = atlas.areas(ground.tx, shapes[0].id)
    houses = {each.id: each for each in holding if each.role == "house" and each.division in areas.names}
    details = store.details_of(ground.tx, [load.id for load in of_source(ground.force, "congress_offices")], list(houses))
    for person, member in houses.items():
        for office in (office for detail in details.get(person, ()) for office in detail.offices if office.point):
            lie = areas.lie(office.point) if office.point else None
            if lie and member.division not in {named.division for named in (*lie.inside, *lie.near)}:
                yield Finding("contradictory", office.id, f"The office {office.id} ({office.city}) stands outside of {member.district}.")
