"""Who represents this place; how each may be reached; how fresh the record is. Reads only: loading is in loading.py.

The guide asks `who_represents`; a letter on its way asks `official_on`, so that nobody is written to who has left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from msgspec import structs

from folkmoot.action import store_officials as store
from folkmoot.action.divisions import STATES, WITHOUT_SENATORS, code_of, congress_days, congress_of, country_of, state_of
from folkmoot.action.ground import DETAILS, Ground, above, kind_of
from folkmoot.action.locating import Located, locate
from folkmoot.action.model import Committee, District, Found, Level, Office, Official, Place, Point, Status
from folkmoot.action.shapes import kilometres
from folkmoot.action.versions import held, of_source
from folkmoot.errors import NotFound, say
from folkmoot.storage.database import Tx
from folkmoot.web.words import N_

STALE = 90                # days after which people are told how old the facts are
_ROLES = {"cd": "house", "sldu": "upper", "sldl": "lower"}
NOT_FOUND_BY_PLACE = frozenset({"president", "vice_president"})  # everybody's, so an action names them where they are meant


def day_of(now: int) -> str:
    """The day of a time (UTC ms)."""
    return datetime.fromtimestamp(now / 1000, UTC).date().isoformat()


def who_represents(tx: Tx, place: Place, on: str, level: Level = "country") -> Found:
    """Who represents a place on a day (ISO), on a level. Raises Invalid where the place cannot be read.

    In an ambiguous answer those who represent the place in any case (senators, a governor) are `certain`, candidates are not.
    """
    ground = Ground(tx, on)
    located = locate(ground, place, level)
    state = state_of(located.shared[0]) if located.shared else ""
    officials = [*_of_layers(ground, located, level), *_of_shared(ground, located, level)]
    completed = complete(ground, officials, located.point)
    known = [division for layer in located.layers for division in layer.candidates]
    status: Status = "certain" if located.sure else "none" if located.nowhere or not (known or completed) else "ambiguous"
    return Found(
        status, tuple(code_of(each) for each in known), tuple(completed), located.why, ground.data(place.country, state if level == "state" else ""),
        located.settle, tuple(_choices(ground, located, officials, level)), located.declared, warning(ground, place.country, level, state),
        located.name, located.point, state,
    )  # fmt: skip


def _of_layers(ground: Ground, located: Located, level: Level) -> list[Official]:
    return [
        structs.replace(official, certain=layer.sure)
        for layer in located.layers for division in layer.candidates for official in _holders(ground, division, level)
    ]  # fmt: skip


def _holders(ground: Ground, division: str, level: Level) -> list[Official]:
    """Who holds the seats of a division on the day; a vacant seat is there too."""
    seats = [each for each in ground.seats(division) if each.level == level]
    holding = _without_repeats(each for each in seats if held(each.since, each.until, ground.day))
    if kind_of(division) == "cd":
        holding = sorted(holding, key=lambda each: each.since)[-1:]  # who came last, where a correction stands beside an older file
    return holding or [_vacant(ground, division, level, seats)]


def _without_repeats(officials: Iterable[Official]) -> list[Official]:
    return list({(each.id, each.role): each for each in officials}.values())


def _vacant(ground: Ground, division: str, level: Level, seats: Sequence[Official], role: str = "", number: int = 1) -> Official:
    """A seat that nobody holds as far as is known, and what is known of why."""
    ended = max((each for each in seats if each.until and each.until <= ground.day), key=lambda each: each.until, default=None)
    role = role or _ROLES.get(kind_of(division)) or (seats[0].role if seats else kind_of(division))
    office = ended.office if ended else _office(ground, division, role)
    note: str
    if ended:
        note = say("The term of {name} ended on {day}, as far as the loaded facts go. They do not say who holds the seat now.", name=ended.name,
            day=ended.until)
    elif level == "state":
        note = N_("Nobody in the loaded list has this seat: it is vacant, or the list names it otherwise.")
    else:
        note = N_("The seat is vacant. The office’s staff still answers; the clerk of the house runs it until an election.")
    name = f"vacant-{code_of(division)}-{role}{f'-{number}' if number > 1 else ''}"
    return Official(name, "", office, code_of(division), division, level, role, vacant=True, note=note)


def _office(ground: Ground, division: str, role: str) -> str:
    state, district = state_of(division), code_of(division).rpartition("-")[2]
    place = STATES[state][0] if state else ""
    if role == "house":
        return f"U.S. Representative for {place}, {f'district {district}' if district != '0' else 'at large'}"
    if role == "senate":
        return f"U.S. Senator for {place}"
    return ground.name(division) or {"upper": f"State Senate of {place}, {district}", "lower": f"State House of {place}, {district}"}.get(role,
        code_of(division))


def _of_shared(ground: Ground, located: Located, level: Level) -> list[Official]:
    """Who stands for all of the state or country, whichever district it is."""
    wide = list(located.shared)
    divisions = [division for layer in located.layers for division in layer.candidates]
    if not wide and divisions and not state_of(divisions[0]):
        wide = [each for each in above(divisions[0]) if all(other.startswith(f"{each}/") for other in divisions)]
    found: list[Official] = []
    for division in wide:
        seats = [each for each in ground.seats(division) if each.level == level and each.role not in NOT_FOUND_BY_PLACE]
        found += _without_repeats(each for each in seats if held(each.since, each.until, ground.day))
        found += _missing_senators(ground, division, level, found, seats)
    return found


def _missing_senators(ground: Ground, division: str, level: Level, found: Sequence[Official], seats: Sequence[Official]) -> list[Official]:
    """A state has two senators; the District and the territories have none."""
    if level != "country" or state_of(division) in ("", *WITHOUT_SENATORS) or not any(load.source == "congress_people" for load in ground.people):
        return []
    there = sum(each.role == "senate" for each in found)
    gone = sorted((each for each in seats if each.until and each.until <= ground.day), key=lambda each: each.until, reverse=True)
    return [_vacant(ground, division, level, gone[at : at + 1], "senate", at + 1) for at in range(max(0, 2 - there))]


def _choices(ground: Ground, located: Located, officials: Sequence[Official], level: Level) -> list[District]:
    """The candidates of an open layer, to choose from."""
    open_ = [division for layer in located.layers if not layer.sure for division in layer.candidates]
    return [_choice(ground, division, [each for each in officials if each.division == division], level) for division in open_]


def _choice(ground: Ground, division: str, holding: Sequence[Official], level: Level) -> District:
    names = ", ".join(each.name for each in holding if each.name)
    if state_of(division):
        return District(code_of(division), division, _called(ground, division, level), names)
    code = next((each.district for each in holding if not each.vacant), code_of(division))
    return District(code, division, ground.name(division), names)


def _called(ground: Ground, division: str, level: Level) -> str:
    if level == "country" and state_of(division):
        return _office(ground, division, "house").partition(" for ")[2]
    return ground.name(division) or code_of(division)


def complete(ground: Ground, officials: Sequence[Official], point: Point | None) -> list[Official]:
    """Officials with all that other files say of them: local offices, nearest first, accounts, committees; and how fresh it is."""
    ids = [each.id for each in officials if not each.vacant]
    details = store.details_of(ground.tx, [load.id for load in of_source(ground.force, *DETAILS)], ids)
    sitting = [load.id for load in of_source(ground.force, "congress_committee_members")]
    committees = store.sits_on(ground.tx, sitting[0], ids) if sitting else {}
    made = []
    for official in officials:
        more = details.get(official.id, [])
        offices = [*official.offices, *(office for each in more for office in each.offices)]
        ways = (*official.ways, *(way for each in more for way in each.ways))
        made.append(structs.replace(
            official, offices=tuple(by_distance(offices, point)), ways=ways, committees=tuple(committees.get(official.id, ())),
        ))  # fmt: skip
    return made


def by_distance(offices: Sequence[Office], point: Point | None) -> list[Office]:
    """Local offices before the capitol's, the nearest first where the place is known; those without a point after them."""
    measured = [structs.replace(each, distance=round(kilometres(point, each.point), 1) if point and each.point else None) for each in offices]
    return sorted(measured, key=lambda each: (each.kind == "capitol", each.distance is None, each.distance or 0.0, each.city))


def warning(ground: Ground, country: str, level: Level, state: str = "") -> str:
    """What people should know of how old the facts are; empty where there is nothing to say."""
    if country == "us" and level == "country":
        changed = congress_days(congress_of(ground.day))[0]
        known = any(load.congress == congress_of(ground.day) and load.source == "congress_people" for load in ground.force)
        if ground.people and not known:
            return say("Congress and its districts changed on {day}; what is loaded is older, so only those are named whose terms run on.",
                day=changed)
    dated = ground.data(country, state if level == "state" else "").date
    if dated and days_between(dated, ground.day) > STALE:
        return say("These facts are of {day}. Since then somebody may have left or come: look at their page before you write.", day=dated)
    return ""


def days_between(earlier: str, later: str) -> int:
    """Whole days from one day to another; 0 for what is no full day."""
    try:
        return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
    except ValueError:
        return 0


def official_on(tx: Tx, official: str, on: str, point: Point | None = None) -> Official | None:
    """An official as they stand on a day; None where they hold no office on it any more (or nobody has that id)."""
    ground = Ground(tx, on)
    allowed = {load.id: load for load in ground.people}
    holding = [
        structs.replace(each, source=allowed[load].source, dated=allowed[load].dated)
        for load, each in store.seats_of(tx, official) if load in allowed and held(each.since, each.until, on)
    ]  # fmt: skip
    return complete(ground, holding[:1], point)[0] if holding else None


def state_list(tx: Tx, state: str, on: str) -> list[District]:
    """Every state legislative seat of a state with who holds it, for a person to pick their own from. Raises NotFound."""
    ground = Ground(tx, on)
    seats = [each for load in ground.people for each in _legislators(ground, load.id, load.scope, state) if held(each.since, each.until, on)]
    if not seats:
        raise NotFound(say("No list of {state}’s legislators is loaded.", state=STATES.get(state, (state,))[0]), "no_list")
    kept: dict[str, list[Official]] = {}
    for each in seats:
        kept.setdefault(each.division, []).append(each)
    return [District(code_of(division), division, found[0].office, ", ".join(each.name for each in found)) for division,
        found in sorted(kept.items())]


def by_chamber(seats: Sequence[District]) -> dict[str, list[District]]:
    """Seats as a page offers them: upper chamber (sldu) and lower (sldl, and what has no chambers)."""
    upper = [each for each in seats if "/sldu:" in each.division]
    chambers = {"sldu": upper, "sldl": [each for each in seats if each not in upper]}
    return {name: found for name, found in chambers.items() if found}


def _legislators(ground: Ground, load: int, scope: str, state: str) -> list[Official]:
    if state_of(scope) != state:
        return []
    return [each for each in store.all_seats(ground.tx, load) if kind_of(each.division) in ("sldu", "sldl", "ward")]


def committees(tx: Tx, on: str) -> list[Committee]:
    """All committees on a day, by name."""
    loads = of_source(Ground(tx, on).force, "congress_committees")
    return store.committees_of(tx, loads[0].id) if loads else []


def committee_named(tx: Tx, id: str, on: str) -> Committee | None:
    """The committee of an id (SSAF); None where there is none."""
    return next((each for each in committees(tx, on) if each.id == id), None)


def members_of(tx: Tx, committee: str, on: str) -> list[Official]:
    """Who sits on a committee, its chair first."""
    ground = Ground(tx, on)
    loads = of_source(ground.force, "congress_committee_members")
    ids = [row.official for row in store.members_of(tx, loads[0].id, committee)] if loads else []
    found = (official_on(tx, each, on) for each in ids)
    return [each for each in found if each is not None]


def in_role(tx: Tx, division: str, role: str, on: str) -> list[Official]:
    """Who holds a role for a division on a day: the president, a governor."""
    ground = Ground(tx, on)
    seats = [each for each in ground.seats(division) if each.role == role and held(each.since, each.until, on)]
    return complete(ground, _without_repeats(seats), None)


def countries(tx: Tx, on: str) -> list[str]:
    """The countries whose officials are known on a day, the United States first."""
    return sorted({country_of(load.scope) for load in Ground(tx, on).people}, key=lambda code: (code != "us", code))


def data_day(tx: Tx, on: str, country: str = "us") -> str:
    """The day that the loaded facts on people are of; empty where nothing is loaded."""
    return Ground(tx, on).data(country).date

