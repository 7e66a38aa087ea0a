"""State legislators and executives of openstates/people (CC0): its YAML, one person a file, its CSV per state, or one flat CSV of all states."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from folkmoot.action.directory.records import Bad, File, Part, day, each_row, parsed, text, ways
from folkmoot.action.divisions import STATES, chamber_division, code_of, state_division
from folkmoot.action.model import Office, Official
from folkmoot.errors import Invalid, say

_ASSEMBLY = {"CA", "NV", "NY", "NJ"}
_DELEGATES = {"MD", "VA", "WV"}
_EXECUTIVE = {
    "governor": "Governor", "lt_governor": "Lieutenant Governor", "attorney general": "Attorney General", "secretary of state": "Secretary of State",
    "auditor": "Auditor", "treasurer": "Treasurer", "chief election officer": "Chief Election Officer",
}  # fmt: skip
_STATE = re.compile(r"ocd-(?:jurisdiction|division)/country:us/(?:state|district|territory):([a-z]{2})")
_CITY = re.compile(r"(.+?)[,;]?\s+([A-Z]{2})\s+(\d{5}(?:-\d{4})?)$")


def knows_table(file: File) -> bool:
    first = file.head.partition("\n")[0].lower()
    return first.startswith("id,") and ("state,role,district" in first or "current_chamber" in first)


def read_table(file: File) -> Iterator[Part]:
    """One part per state."""
    found: dict[str, list[Official]] = {}
    bad: list[Bad] = []
    for row in each_row(file, ("id", "name")):
        try:
            official = _from_row(row, file.name)
            found.setdefault(official.division.partition("/sld")[0].partition("/ward")[0], []).append(official)
        except (KeyError, ValueError) as error:
            bad.append(Bad(row.get("id") or "a row", f"lacks or misspells {error}"))
    for scope, officials in found.items():
        yield Part(scope, tuple(officials), tuple(bad), newest=max((each.since for each in officials), default=""))
        bad = []  # told once
    if bad and not found:
        raise Invalid(say("{file} holds no row that can be used: {where} {why}.", file=file.name, where=bad[0].where, why=bad[0].why),
            "nothing_useful")


def _from_row(row: Mapping[str, str], name: str) -> Official:
    state = (row.get("state") or name.partition(".")[0]).upper()
    role, district = row.get("role") or row["current_chamber"], row.get("district") or row.get("current_district", "")
    offices = (
        _office("capitol", "capitol", row.get("capitol_address", ""), row.get("capitol_voice", ""), row.get("capitol_fax", ""), state),
        _office("district", "local", row.get("district_address", ""), row.get("district_voice", ""), row.get("district_fax", ""), state),
    )
    return _official(
        row["id"], row["name"], state, role, district, row.get("party") or row.get("current_party", ""), row.get("email", ""),
        row.get("url") or row.get("links", "").partition(";")[0], tuple(each for each in offices if each), row.get("start_date", ""),
        row.get("end_date", ""),
        row.get("family_name", ""),
    )  # fmt: skip


def _official(
    id: str, name: str, state: str, role: str, district: str, party: str, email: str, url: str, offices: tuple[Office, ...], since: str, until: str,
    surname: str
) -> Official:
    if state not in STATES:
        raise ValueError(f"the state {state!r}")
    if not id or not name:
        raise ValueError("the id or the name")
    office, title = _titles(state, role, district)
    division = _division(state, role, district)
    phone = next((each.phone for each in offices if each.phone), "")
    fax = next((each.fax for each in offices if each.fax), "")
    return Official(
        id, text(name), office, code_of(division), division, "state", role.replace(" ", "_"), text(party), title, text(surname) or _surname(name),
        phone, offices,
        ways(email=email, phone=phone, fax=fax, web=url), day(since), day(until),
    )  # fmt: skip


def _division(state: str, role: str, district: str) -> str:
    """Who is elected at large, or holds an executive office, stands for the whole state."""
    if role in _EXECUTIVE or not district or district.lower().startswith("at-large") or district == "Chairman":
        return state_division(state)
    if state == "DC":
        return f"{state_division(state)}/ward:{district.lower().removeprefix('ward').strip()}"
    return chamber_division(state, "sldl" if role == "lower" else "sldu", district)


def _titles(state: str, role: str, district: str) -> tuple[str, str]:
    """The office in words, and the title that a letter uses."""
    place = STATES[state][0]
    if role in _EXECUTIVE:
        return f"{_EXECUTIVE[role]} of {place}", _EXECUTIVE[role]
    where = f"{place}, {district if not district[:1].isdigit() or not district.isdigit() else f'district {district}'}" if district else place
    if role == "lower":
        title = "Assembly Member" if state in _ASSEMBLY else "Delegate" if state in _DELEGATES else "Representative"
        return f"State {title} for {where}", title
    if role == "legislature" and state == "DC":
        return f"Council Member for {where}", "Council Member"
    if role in ("upper", "legislature"):
        return f"State Senator for {where}", "Senator"
    raise ValueError(f"the role {role!r}")


def _surname(name: str) -> str:
    parts = [part for part in text(name).split() if part.strip(".,").lower() not in ("jr", "sr", "ii", "iii", "iv")]
    return parts[-1].strip(",") if parts else ""


def _office(id: str, kind: str, address: str, phone: str, fax: str, state: str) -> Office | None:
    """Addresses come in one line, parts between semicolons or commas, some of them empty."""
    parts = [part for part in (each.strip() for each in re.split(r";|,(?=\s)", address)) if part]
    if not parts and not phone:
        return None
    city = region = code = ""
    joined = ", ".join(parts)
    if (found := _CITY.fullmatch(joined)) is not None:
        before, region, code = found.groups()
        *parts, city = [part.strip() for part in before.split(",")]
    return Office(id, "capitol" if kind == "capitol" else "local", tuple(parts), city, region, code, text(phone), text(fax), zone=STATES[state][1])


def knows_person(file: File) -> bool:
    return file.head.startswith("id: ocd-person/") and "roles:" in file.head


def read_person(file: File) -> Iterator[Part]:
    """One person: a file of the project's data folder. The loader joins the files of a state."""
    given = parsed(file)
    try:
        officials = tuple(_from_person(given,
            role) for role in given["roles"] if _STATE.match(text(role.get("jurisdiction"))) and role.get("type") != "mayor")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(say("{file} lacks or misspells {field}.", file=file.name, field=str(error)), "bad_person") from None
    if officials:
        scope = state_division(_STATE.match(given["roles"][0]["jurisdiction"])[1])  # type: ignore[index]
        yield Part(scope, officials, newest=max(each.since for each in officials))


def _from_person(given: Mapping[str, Any], role: Mapping[str, Any]) -> Official:
    state = _STATE.match(role["jurisdiction"])[1].upper()  # type: ignore[index]
    offices = [
        _office(f"{text(each.get('classification'))}-{at}", text(each.get("classification")), text(each.get("address")), text(each.get("voice")),
            text(each.get("fax")), state)
        for at, each in enumerate(given.get("offices") or ())
    ]
    party = next((text(each.get("name")) for each in reversed(given.get("party") or ())), "")
    link = next((text(each.get("url")) for each in given.get("links") or ()), "")
    return _official(
        text(given["id"]), text(given["name"]), state, text(role["type"]), text(role.get("district")), party, text(given.get("email")), link,
        tuple(each for each in offices if each), day(role.get("start_date")), day(role.get("end_date")), text(given.get("family_name")),
    )  # fmt: skip
