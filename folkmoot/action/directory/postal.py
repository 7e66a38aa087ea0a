"""Tables of postal codes: which divisions a code touches, and where it is.

Read are: zip,state,district,basis (with plus4 where somebody has bought it), zccd.csv of OpenSourceActivismTech/us-zipcodes-congress,
postal_code,division for any country; and zip,place,state,county,lat,lon (GeoNames) for where a code lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from folkmoot.action.directory.records import Bad, File, Part, Postal, Spot, each_row, point
from folkmoot.action.divisions import US, congress_days, country_of, division_of, house_division
from folkmoot.errors import Invalid, say

_NAMED = re.compile(r"(?<!\d)(1[0-4]\d)(?!\d)")
_PLUS = re.compile(r"\d{4}(-\d{4})?")


def _columns(file: File) -> set[str]:
    return {name.strip().lower() for name in file.head.partition("\n")[0].split(",")}


def knows_table(file: File) -> bool:
    columns = _columns(file)
    of_any_country = columns >= {"postal_code", "division"} and "name" not in columns
    return {"zip", "state", "district"} <= columns or {"zcta", "state_abbr", "cd"} <= columns or of_any_country


def read_table(file: File) -> Iterator[Part]:
    if "division" in _columns(file):
        yield from _of_any_country(file)
        return
    congress = file.congress or next((int(found[1]) for found in [_NAMED.search(file.name)] if found), None)
    if congress is None:
        words = say("{file} does not say for which Congress its districts are. Say it with --congress.", file=file.name)
        raise Invalid(words, "no_congress", "congress")
    found: list[Postal] = []
    bad: list[Bad] = []
    for row in each_row(file, ()):
        try:
            found.append(_row(row))
        except (KeyError, ValueError) as error:
            bad.append(Bad(row.get("zip") or row.get("zcta") or "a row", f"lacks or misspells {error}"))
    since, until = congress_days(congress)
    yield Part(US, tuple(found), tuple(bad), since, until, congress)


def _row(row: dict[str, str]) -> Postal:
    code, state = row.get("zip") or row["zcta"], row.get("state") or row["state_abbr"]
    district, plus = row.get("district") or row["cd"], row.get("plus4", "")
    if not re.fullmatch(r"\d{5}", code) or (plus and not _PLUS.fullmatch(plus)):
        raise ValueError(f"the code {code!r} {plus!r}")
    return Postal(code, house_division(state, 0 if district == "98" else int(district)), row.get("basis") or "zcta", plus)


def _of_any_country(file: File) -> Iterator[Part]:
    found: dict[str, list[Postal]] = {}
    bad: list[Bad] = []
    for row in each_row(file, ("postal_code", "division")):
        division = division_of(row["division"])
        if division is None or not row["postal_code"]:
            bad.append(Bad(row["postal_code"] or "a row", "names no division"))
            continue
        found.setdefault(country_of(division), []).append(Postal(spelled(row["postal_code"]), division, row.get("basis") or "table"))
    for country, rows in found.items():
        yield Part(f"ocd-division/country:{country}", tuple(rows), tuple(bad))
        bad = []


def spelled(code: str) -> str:
    """A postal code as it is compared: upper case, without blanks and hyphens."""
    return re.sub(r"[\s-]+", "", code).upper()


def knows_places(file: File) -> bool:
    return {"zip", "place", "lat", "lon"} <= _columns(file)


def read_places(file: File) -> Iterator[Part]:
    found: list[Spot] = []
    bad: list[Bad] = []
    for row in each_row(file, ("zip", "place", "lat", "lon")):
        where = point(row["lat"], row["lon"])
        if where is None or not row["zip"]:
            bad.append(Bad(row["zip"] or "a row", "has no point"))
        else:
            found.append(Spot(spelled(row["zip"]), row["place"], row.get("state", ""), row.get("county", ""), *where))
    yield Part(US, tuple(found), tuple(bad))
