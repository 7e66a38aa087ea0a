"""legislators-current.yaml of unitedstates/congress-legislators (CC0): members of Congress with the terms that they serve."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from folkmoot.action.directory.records import Bad, File, Part, day, listed, text, ways
from folkmoot.action.divisions import STATES, US, congress_days, congress_of, house_division, state_division
from folkmoot.action.model import Office, Official

_ADDRESS = re.compile(r"(.+?),?\s+Washington,?\s+DC\s+(20\d{3}(?:-\d{4})?)", re.I)
_DELEGATES = {"PR": "Resident Commissioner"} | dict.fromkeys(("DC", "GU", "VI", "AS", "MP"), "Delegate")
Entry = Mapping[str, Any]


def knows(file: File) -> bool:
    return "bioguide:" in file.head and "terms:" in file.head and "type: prez" not in file.head


def read(file: File) -> Iterator[Part]:
    """One part: the members of the Congress that most terms of the House in it belong to."""
    entries = listed(file)
    congress = file.congress or _congress(entries)
    since, until = congress_days(congress)
    found: list[Official] = []
    bad: list[Bad] = []
    for entry in entries:
        try:
            found += [_official(entry, term) for term in entry["terms"] if since < day(term["end"]) and day(term["start"]) < until]
        except (KeyError, TypeError, ValueError) as error:
            bad.append(Bad(text((entry.get("id") or {}).get("bioguide")) or "an entry", f"lacks or misspells {error}"))
    newest = max((official.since for official in found), default="")
    yield Part(US, tuple(found), tuple(bad), since, until, congress, newest)


def _congress(entries: list[Entry]) -> int:
    """Of the last terms' beginnings in the House the earliest: who came later filled a seat of the same Congress."""
    last = [entry["terms"][-1] for entry in entries if entry.get("terms")]
    starts = [day(term.get("start")) for term in last if term.get("type") == "rep"] or [day(term.get("start")) for term in last]
    return congress_of(min((start for start in starts if start), default="1789-03-04"))


def _official(entry: Entry, term: Entry) -> Official:
    state, senator = term["state"], term["type"] == "sen"
    name = entry["name"]
    if state not in STATES:
        raise ValueError(f"the state {state}")
    office, title = _office(state, senator, int(term.get("district") or 0))
    full = name.get("official_full") or " ".join(text(name[part]) for part in ("first", "last", "suffix") if name.get(part))
    division = state_division(state) if senator else house_division(state, int(term["district"]))
    return Official(
        entry["id"]["bioguide"], text(full), office, state if senator else f"{state}-{int(term['district'])}", division, "country",
        "senate" if senator else "house", _party(term), title, text(name["last"]), text(term.get("phone")), _capitol(term),
        ways(form=term.get("contact_form"), phone=term.get("phone"), fax=term.get("fax"), web=term.get("url")),
        day(term["start"]), day(term["end"]),
    )  # fmt: skip


def _office(state: str, senator: bool, district: int) -> tuple[str, str]:
    """The office in words, and the title that a letter uses."""
    place = STATES[state][0]
    if senator:
        return f"U.S. Senator for {place}", "Senator"
    if state in _DELEGATES:
        return f"{_DELEGATES[state]} for {place} in the U.S. House", _DELEGATES[state]
    return f"U.S. Representative for {place}, {f'district {district}' if district else 'at large'}", "Representative"


def _party(term: Entry) -> str:
    """Who changed sides in a term is listed with both; the last one holds."""
    affiliations = term.get("party_affiliations") or [term]
    return text(affiliations[-1].get("party"))


def _capitol(term: Entry) -> tuple[Office, ...]:
    address = text(term.get("address"))
    if not address:
        return ()
    found = _ADDRESS.fullmatch(address)
    lines, code = ((found[1],), found[2]) if found else ((text(term.get("office")) or address,), "")
    phone, fax = text(term.get("phone")), text(term.get("fax"))
    return (Office("capitol", "capitol", lines, "Washington", "DC", code, phone, fax, zone="America/New_York", point=(38.8899, -77.0091)),)
