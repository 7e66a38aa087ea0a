"""Boundaries as GeoJSON (RFC 7946): congressional and state legislative districts in the Census's shape, or any divisions with their OCD id.

A feature says which division it is by `division` (an Open Civic Data id), by `state` and `district`, or as the Census does: STATEFP
and CD119FP, SLDUST or SLDLST. Longitude comes first; 441 congressional districts and a state's hundreds are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from folkmoot.action.directory.records import Area, Bad, File, Part, decoded, text
from folkmoot.action.divisions import STATES, US, chamber_division, congress_days, country_of, house_division, state_division, state_of
from folkmoot.errors import Invalid, say

_NUMBERS = (
    "01 02 04 05 06 08 09 10 11 12 13 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 44 45 46 47 48 49 50 51 53"
    " 54 55 56 60 66 69 72 78"
)
_LETTERS = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA"
    " WV WI WY AS GU MP PR VI"
)
_FIPS = dict(zip(_NUMBERS.split(), _LETTERS.split(), strict=True))
_CENSUS = re.compile(r"CD(\d{3})FP")
_WHOLE = {"00", "98", "0"}  # at large; a delegate's
Properties = Mapping[str, Any]


def knows(file: File) -> bool:
    return '"FeatureCollection"' in file.head


def read(file: File) -> Iterator[Part]:
    """One part per Congress, or per state and chamber."""
    given = decoded(file)
    found: dict[tuple[str, int | None], list[Area]] = {}
    bad: list[Bad] = []
    for number, feature in enumerate(given.get("features") or () if isinstance(given, dict) else (), 1):
        try:
            properties = feature["properties"]
            division, name = _division(properties)
            area = Area(division, name, _rings(feature["geometry"]))
            found.setdefault((_scope(division), file.congress or _congress(properties)), []).append(area)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            bad.append(Bad(f"feature {number}", f"lacks or misspells {error}"))
    if not found:
        why = f"{bad[0].where} {bad[0].why}" if bad else "it has no features"
        raise Invalid(say("{file} holds no boundary that can be used: {why}.", file=file.name, why=why), "nothing_useful")
    for (scope, congress), areas in found.items():
        since, until = congress_days(congress) if congress and "/cd:" in areas[0].division else ("", "")
        yield Part(scope, tuple(areas), tuple(bad), since, until, congress if since else None)
        bad = []


def _scope(division: str) -> str:
    """Congressional districts are one set; each chamber of a state, and each other country, is one of its own."""
    if "/cd:" in division:
        return US
    state, chamber = state_of(division), re.search(r"/(sld[ul]):", division)
    if state:
        return f"{state_division(state)}{f'/{chamber[1]}' if chamber else ''}"
    return f"ocd-division/country:{country_of(division)}"


def _division(given: Properties) -> tuple[str, str]:
    """The division of a feature and its name. Raises KeyError, ValueError."""
    if given.get("division"):
        division = text(given["division"])
        if not re.fullmatch(r"ocd-division/country:[a-z]{2}(/[a-z_]+:[\w.~-]+)*", division):
            raise ValueError(f"the division {division!r}")
        return division, text(given.get("name")) or division.rpartition(":")[2]
    state = text(given["state"]) if "state" in given else _FIPS[text(given.get("STATEFP") or given.get("STATEFP20"))]
    if state not in STATES:
        raise ValueError(f"the state {state!r}")
    for key, chamber in (("SLDUST", "sldu"), ("SLDLST", "sldl")):
        if key in given:
            name = text(given.get("NAME") or given[key])
            return chamber_division(state, chamber, name), text(given.get("NAMELSAD")) or name
    number = text(given["district"] if "district" in given else next(given[key] for key in given if _CENSUS.fullmatch(key)))
    if not number.isdigit():
        raise ValueError(f"the district {number!r}")
    return house_division(state, 0 if number in _WHOLE else int(number)), text(given.get("name") or given.get("NAMELSAD")) or f"{state} {number}"


def _congress(given: Properties) -> int | None:
    """The Congress whose district a feature is, where it says so."""
    told = given.get("congress") or given.get("CDSESSN") or next((found[1] for key in given if (found := _CENSUS.fullmatch(key))), None)
    return int(told) if told is not None and str(told).isdigit() else None


def _rings(geometry: Mapping[str, Any]) -> list[Any]:
    if geometry["type"] == "Polygon":
        return list(geometry["coordinates"])
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry["coordinates"] for ring in polygon]
    raise ValueError(f"the geometry {geometry['type']!r}")
