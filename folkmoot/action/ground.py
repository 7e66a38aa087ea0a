"""The versions in force on a day, with what they know: the look-ups that finding and checking share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import structs

from folkmoot.action import atlas
from folkmoot.action import store_officials as store
from folkmoot.action.divisions import US, congress_of, country_of, state_division, state_of
from folkmoot.action.model import Data, Official, Point
from folkmoot.action.store_officials import Load
from folkmoot.action.versions import in_force, of_source
from folkmoot.storage.database import Tx

PEOPLE = ("congress_people", "openstates", "own", "popolo", "executive")
DETAILS = ("congress_offices", "congress_social")
_KIND = re.compile(r".*/([a-z_]+):[^/]+")


def kind_of(division: str) -> str:
    """What kind of division it is: cd, sldu, state, wahlkreis."""
    found = _KIND.fullmatch(division)
    return found[1] if found else ""


def above(division: str) -> Iterator[str]:
    """The divisions that a division lies in, the nearest first, the country last."""
    while "/" in division.removeprefix("ocd-division/"):
        division = division.rpartition("/")[0]
        yield division


class Ground:
    """What is known on a day (ISO), in one transaction."""

    def __init__(self, tx: Tx, day: str) -> None:
        self.tx, self.day = tx, day
        self.loads = store.ready_loads(tx)
        self.force = in_force(self.loads, day)

    @cached_property
    def people(self) -> list[Load]:
        """The versions that say who holds what. Where none covers the day any more, the last one: terms of its own may still run."""
        found = of_source(self.force, *PEOPLE)
        known = {(load.source, load.scope) for load in found}
        older = [load for load in of_source(self.loads, *PEOPLE) if (load.source, load.scope) not in known and load.until and load.until <= self.day]
        return found + list({(load.source, load.scope): load for load in reversed(older)}.values())

    def of(self, source: str, country: str) -> list[Load]:
        """The versions of a source in force for a country and whatever lies in it."""
        scope = f"ocd-division/country:{country}"
        return [load for load in of_source(self.force, source) if load.scope == scope or load.scope.startswith(f"{scope}/")]

    def at(self, point: Point, country: str, state: str = "") -> Iterator[tuple[str, atlas.Lie]]:
        """(scope, how the point lies) in every set of shapes that may hold it. state: look into this state's chambers only."""
        for load in self.of("boundaries", country):
            if not (state and state_of(load.scope.partition("/sld")[0]) not in ("", state)):
                yield load.scope, atlas.areas(self.tx, load.id).lie(point)

    def touched(self, country: str, code: str, plus: str) -> list[tuple[str, str]]:
        """(division, basis) of what a postal code touches."""
        return [each for load in self.of("postal", country) for each in atlas.codes(self.tx, load.id).of(code, plus)]

    def spot(self, country: str, code: str) -> atlas.Place | None:
        """Where a postal code is. Where it lies does not change with a Congress."""
        found = (atlas.spots(self.tx, load.id).get(code) for load in self.of("places", country))
        return next((each for each in found if each), None)

    def has_plus(self, country: str) -> bool:
        return any(atlas.codes(self.tx, load.id).has_plus for load in self.of("postal", country))

    def name(self, division: str) -> str:
        """What a division is called in its own set of shapes; empty where there is none."""
        loads = self.of("boundaries", country_of(division))
        return next((name for load in loads if (name := atlas.areas(self.tx, load.id).names.get(division))), "")

    def touched_ever(self, country: str, code: str) -> list[tuple[str, str]]:
        """As `touched`, by the tables of every day."""
        loads = [load for load in of_source(self.loads, "postal") if country_of(load.scope) == country]
        return [each for load in loads for each in atlas.codes(self.tx, load.id).of(code)]

    def seats(self, division: str) -> list[Official]:
        """Everybody who has, had or will have a seat for this very division, by the versions that hold."""
        known = {load.id: load for load in self.people}
        found = store.seats_in(self.tx, list(known), [division])
        return [structs.replace(each, source=known[load].source, dated=known[load].dated) for load, each in found]

    def divisions(self, within: str, kind: str) -> list[str]:
        """Every known division of a kind in another one, by shapes, else by postal codes."""
        country, start = country_of(within), f"{within}/{kind}:"
        shapes = [each for load in self.of("boundaries", country) for each in atlas.areas(self.tx, load.id).names if each.startswith(start)]
        if shapes:
            return sorted(set(shapes), key=_by_number)
        codes = (atlas.codes(self.tx, load.id).divisions_within(start) for load in self.of("postal", country))
        return sorted({each for found in codes for each in found}, key=_by_number)

    def kinds(self, country: str, level: str) -> set[str]:
        """The kinds of divisions that have seats on a level, by who sits there."""
        return {kind_of(each.division) for load in self.of_people(country) for each in store.all_seats(self.tx, load.id) if each.level == level}

    def of_people(self, country: str) -> list[Load]:
        return [load for load in self.people if country_of(load.scope) == country]

    def data(self, country: str, state: str = "") -> Data:
        """What an answer rests on: the day of the people's facts, and the Congress whose districts and members they are."""
        scopes = {f"ocd-division/country:{country}", state_division(state) if state else ""}
        dates = [load.dated for load in self.people if load.scope in scopes and load.source != "executive"]
        if country != "us":
            return Data(None, max(dates, default=""))
        congresses = [load.congress for load in self.force if load.scope == US and load.congress]
        own = [load.dated for load in self.people if load.source == "congress_people"] if not state else dates
        return Data(max(congresses, default=congress_of(self.day)), max(own or dates, default=""))


def _by_number(division: str) -> tuple[str, int, str]:
    start, _, name = division.rpartition(":")
    return start, int(name) if name.isdigit() else 0, name


def by_number(divisions: Iterable[str]) -> list[str]:
    """Divisions in the order in which people count them: 2 before 12."""
    return sorted(set(divisions), key=_by_number)
