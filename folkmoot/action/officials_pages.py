"""Pages on officials: who represents a place, one official, "this is wrong". And the same for programs.

What somebody types of where they live is used for the answer and kept nowhere: the form is posted, so it stands in no address either.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.action import calls, geocoding, letters, officials, wrong
from folkmoot.action.answers import FoundAnswer, OfficialAnswer, Responses, found_answer, official_answer
from folkmoot.action.countries import COUNTRIES
from folkmoot.action.divisions import STATES, code_of, division_of
from folkmoot.action.model import Found, Level, Official, Place, Point
from folkmoot.errors import Invalid, NotFound, Problem, TooSoon, Unavailable
from folkmoot.people.model import Actor
from folkmoot.people.publishers import only_site
from folkmoot.sites import store as sites
from folkmoot.sites.model import Site
from folkmoot.storage.database import Tx
from folkmoot.web import headers
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

Code = Annotated[str, Meta(max_length=20)]
Words = Annotated[str, Meta(max_length=200)]
Degrees = Annotated[str, Meta(max_length=24)]
Division = Annotated[str, Meta(max_length=200)]
MILE = 1.609344


class PlaceForm(Struct, forbid_unknown_fields=True):
    """Where somebody lives, as they say it. district: their pick; lookup: they asked for the street to be looked up elsewhere."""

    zip: Code = ""
    street: Words = ""
    city: Words = ""
    lookup: Code = ""
    lat: Degrees = ""
    lon: Degrees = ""
    state: Code = ""
    district: list[Division] = []
    level: Level = "country"
    country: Annotated[str, Meta(max_length=2)] = "us"


class LevelQuery(Struct):
    """GET /officials. country: else the first of those that are loaded."""

    level: Level = "country"
    country: Annotated[str, Meta(max_length=2)] = ""


class OneQuery(Struct):
    """GET /officials/of"""

    official: Division


class ListQuery(Struct):
    """GET /officials/list"""

    state: Code


class WrongQuery(Struct):
    """GET /officials/wrong"""

    official: Division = ""
    division: Division = ""
    site: Id | None = None


class WrongForm(Struct, forbid_unknown_fields=True):
    official: Division = ""
    division: Division = ""
    site: Id | None = None
    what: Code = ""
    words: Annotated[str, Meta(max_length=2000)] = ""


class FindQuery(Struct, forbid_unknown_fields=True):
    """GET /api/v1/officials: one of zip, lat and lon, district, state. on: the day that is meant; else today."""

    zip: Code = ""
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    district: list[Division] = []
    state: Code = ""
    country: Annotated[str, Meta(max_length=2)] = "us"
    level: Literal["country", "state", "local"] = "country"
    on: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None


class OfficialQuery(Struct, forbid_unknown_fields=True):
    """GET /api/v1/officials/one: by the source's own id."""

    id: Division
    on: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None


def distance(kilometres: float) -> str:
    """A distance as Americans say it."""
    miles = kilometres / MILE
    return f"{miles:.1f} mi" if miles < 10 else f"{miles:.0f} mi"


def place_of(form: PlaceForm, point: Point | None = None) -> Place:
    """Where somebody lives, by what they typed. Raises Invalid for a point or a district that is none."""
    divisions = tuple(_division(each) for each in form.district if each.strip())
    return Place(form.country or "us", form.zip, "", point or point_of(form.lat, form.lon), divisions, form.state)


def point_of(lat: str, lon: str) -> Point | None:
    """A point as a browser or a person gives it. Raises Invalid for what is none."""
    if not lat.strip() and not lon.strip():
        return None
    try:
        point = float(lat), float(lon)
    except ValueError:
        point = 91.0, 0.0
    if not (abs(point[0]) <= 90 and abs(point[1]) <= 180):
        raise Invalid("This is no point. Give latitude and longitude in degrees.", "bad_point", "lat")
    return point


def _division(words: str) -> str:
    division = division_of(words)
    if division is None:
        raise Invalid("This is no district. One is written like NY-12.", "bad_district", "district")
    return division


async def looked_up(ask: Ask[Actor], form: PlaceForm) -> tuple[Point | None, str]:
    """(the point of a street, what to say where there is none). Asked elsewhere only because the person wants it, this once."""
    geocoder = ask.kit.settings.officials.geocoder
    if not (form.street.strip() and form.lookup and geocoder):
        return None, ""
    try:
        return await geocoding.locate(ask.kit.settings, form.street, form.city, form.state, form.zip), ""
    except (Unavailable, NotFound, Problem) as problem:
        return None, in_words(problem.words, ask.language)


async def find_page(ask: Ask[Actor], query: LevelQuery) -> object:
    loaded = await ask.read(lambda tx: _loaded(tx, ask.now))
    form = PlaceForm(level=query.level, country=query.country or next(iter(loaded.countries), "us"))
    return _show(ask, form, None, "", loaded)


class Around(Struct, frozen=True):
    """What the page shows beside an answer. dated: the day of each country's facts; heard: (answered, asked) of officials.

    site: whose name the page bears; None where the server has several.
    """

    countries: dict[str, str]
    dated: dict[str, str]
    heard: dict[str, tuple[int, int]]
    site: Site | None


def _loaded(tx: Tx, now: int, found: Found | None = None) -> Around:
    day = officials.day_of(now)
    codes = officials.countries(tx, day)
    heard = letters.responses(tx, (each.id for each in found.officials if each.id)) if found else {}
    names = {code: COUNTRIES.get(code, code.upper()) for code in codes}
    return Around(names, {code: officials.data_day(tx, day, code) for code in codes}, heard, only_site(tx))


async def found_page(ask: Ask[Actor], form: PlaceForm) -> object:
    ask.spend("find")
    try:
        point, said = await looked_up(ask, form)
        place = place_of(form, point)
        found = await ask.read(lambda tx: officials.who_represents(tx, place, officials.day_of(ask.now), form.level))
    except Invalid as problem:
        return _show(ask, form, None, in_words(problem.words, ask.language), await ask.read(lambda tx: _loaded(tx, ask.now)), 422)
    return _show(ask, form, found, said, await ask.read(lambda tx: _loaded(tx, ask.now, found)))


def _show(ask: Ask[Actor], form: PlaceForm, found: Found | None, problem: str, around: Around, status: int = 200) -> object:
    ask.headers["Permissions-Policy"] = headers.PERMISSIONS_OF_PLACE
    return ask.page(
        "action/officials.html", status, form=form, found=found, problem=problem, states=STATES, geocoder=bool(ask.kit.settings.officials.geocoder),
        distance=distance, tel=calls.tel, dated=found.data.date if found else around.dated.get(form.country, ""), countries=around.countries,
        heard=around.heard, site=around.site,
    )  # fmt: skip


async def one_page(ask: Ask[Actor], query: OneQuery) -> object:
    """One official."""

    def read(tx: Tx) -> tuple[Official | None, tuple[int, int] | None, Site | None]:
        return officials.official_on(tx, query.official, officials.day_of(ask.now)), letters.responsiveness(tx, query.official), only_site(tx)

    found, heard, site = await ask.read(read)
    if found is None:
        raise NotFound("Nobody of this name holds an office today, as far as the loaded lists say.", "no_such_official")
    return ask.page("action/official.html", each=found, heard=heard, distance=distance, tel=calls.tel, site=site)


async def list_page(ask: Ask[Actor], query: ListQuery) -> object:
    """Every legislative seat of a state, to pick one's own."""
    state = query.state.upper()
    if state not in STATES:
        raise NotFound("There is no such state.", "no_such_state")
    seats, site = await ask.read(lambda tx: (officials.state_list(tx, state, officials.day_of(ask.now)), only_site(tx)))
    return ask.page("action/seats.html", site=site, state=state, name=STATES[state][0], chambers=officials.by_chamber(seats))


# This is wrong


async def wrong_page(ask: Ask[Actor], query: WrongQuery) -> object:
    return await _wrong(ask, query.official, query.division, query.site)


async def _wrong(
    ask: Ask[Actor], official: str, division: str, site: Id | None, form: WrongForm | None = None, problem: str = "", done: bool = False
) -> object:
    found = await ask.read(lambda tx: officials.official_on(tx, official, officials.day_of(ask.now)) if official else None)
    return ask.page(
        "action/wrong.html", 422 if problem else 200, each=found, called=code_of(division), official=official, division=division, of_site=site,
        kinds=wrong.KINDS, form=form or WrongForm(), problem=problem, done=done,
    )  # fmt: skip


async def report_wrong(ask: Ask[Actor], form: WrongForm) -> object:
    ask.spend("flag")

    def act(tx: Tx) -> int:
        known = sites.all_sites(tx)
        site = next((each.id for each in known if each.id == form.site), known[0].id if known else 0)
        return wrong.report(tx, Actor(network=ask.network), form.official, form.division, site, form.what, form.words, ask.now)

    try:
        await ask.write(act)
    except Invalid as problem:
        return await _wrong(ask, form.official, form.division, form.site, form, in_words(problem.words, ask.language))
    return await _wrong(ask, form.official, form.division, form.site, done=True)


# For programs


async def find_officials(ask: Ask[Actor], query: FindQuery) -> FoundAnswer:
    """Who represents a place on a day."""
    ask.spend("find")
    point = (query.lat, query.lon) if query.lat is not None and query.lon is not None else None
    place = Place(query.country, query.zip, "", point, tuple(_division(each) for each in query.district), query.state)
    level: Level = query.level
    found = await ask.read(lambda tx: officials.who_represents(tx, place, query.on or officials.day_of(ask.now), level))
    return found_answer(found, ask.language)


async def get_official(ask: Ask[Actor], query: OfficialQuery) -> OfficialAnswer:
    """An official as they stand on a day."""
    ask.spend("find")

    def read(tx: Tx) -> tuple[Official | None, tuple[int, int] | None]:
        return officials.official_on(tx, query.id, query.on or officials.day_of(ask.now)), letters.responsiveness(tx, query.id)

    found, heard = await ask.read(read)
    if found is None:
        raise NotFound("Nobody of this name holds an office today, as far as the loaded lists say.", "no_such_official")
    answer = official_answer(found, ask.language)
    answer.responses = Responses(*heard) if heard else None
    return answer


OPERATIONS = (
    Operation("GET", "/api/v1/officials", find_officials, "Who represents a place", problems=(TooSoon,)),
    Operation("GET", "/api/v1/officials/one", get_official, "An official", problems=(NotFound, TooSoon)),
)
PAGES = (
    Page("GET", "/officials", find_page),
    Page("POST", "/officials", found_page),
    Page("GET", "/officials/of", one_page),
    Page("GET", "/officials/list", list_page),
    Page("GET", "/officials/wrong", wrong_page),
    Page("POST", "/officials/wrong", report_wrong),
)
