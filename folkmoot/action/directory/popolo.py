"""Popolo JSON (popoloproject.com): persons, organizations, posts, areas and memberships with dates, for any country.

An area's id, or its `identifiers` with the scheme "ocd-division", is the Open Civic Data id of the division. The organization's
`classification` is "legislature" for a house of the country; `level` ("country", "state", "local") may say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from folkmoot.action.directory.records import Bad, File, Part, day, decoded, text, ways
from folkmoot.action.divisions import country_of
from folkmoot.action.model import Level, Office, Official

Entry = Mapping[str, Any]
_LEVELS: dict[str, Level] = {"country": "country", "state": "state", "local": "local"}


def knows(file: File) -> bool:
    head = file.body[:200_000]
    return file.head.startswith("{") and b'"persons"' in file.body and (b'"memberships"' in file.body or b'"memberships"' in head)


def read(file: File) -> Iterator[Part]:
    """One part per country."""
    given = decoded(file)
    by_id = {kind: {text(each.get("id")): each for each in given.get(kind) or ()} for kind in ("persons", "organizations", "posts", "areas")}
    found: dict[str, list[Official]] = {}
    bad: list[Bad] = []
    for number, membership in enumerate(given.get("memberships") or (), 1):
        try:
            official = _official(membership, by_id)
            found.setdefault(country_of(official.division), []).append(official)
        except (KeyError, TypeError, ValueError) as error:
            bad.append(Bad(f"membership {number}", f"lacks or misspells {error}"))
    for country, officials in found.items():
        yield Part(f"ocd-division/country:{country}", tuple(officials), tuple(bad), newest=max(each.since for each in officials))
        bad = []


def _official(membership: Entry, by_id: Mapping[str, Mapping[str, Entry]]) -> Official:
    person = by_id["persons"][text(membership["person_id"])]
    post = by_id["posts"].get(text(membership.get("post_id")), {})
    organization = by_id["organizations"].get(text(membership.get("organization_id") or post.get("organization_id")), {})
    area = by_id["areas"].get(text(membership.get("area_id") or post.get("area_id")), {})
    division, contacts = _division(area), _contacts(person, membership)
    phone = contacts.get("voice", "")
    party = by_id["organizations"].get(text(membership.get("on_behalf_of_id")), {})
    name, office = text(person["name"]), text(membership.get("label") or post.get("label") or membership.get("role") or organization.get("name"))
    if not office:
        raise ValueError("the name of the office")
    return Official(
        text(person["id"]), name, office, text(area.get("name")) or division.rpartition(":")[2], division,
        _LEVELS.get(text(organization.get("level")), "country"),
        text(membership.get("role") or post.get("role") or "member").lower().replace(" ", "_"), text(party.get("name")),
        text(person.get("honorific_prefix")),
        text(person.get("family_name")) or name.split()[-1], phone, _offices(person, contacts),
        ways(email=person.get("email") or contacts.get("email"), phone=phone, web=_link(person)), day(membership.get("start_date")),
        day(membership.get("end_date")),
    )  # fmt: skip


def _division(area: Entry) -> str:
    named = [text(area.get("id")), *(text(each.get("identifier")) for each in area.get("identifiers") or ())]
    division = next((each for each in named if each.startswith("ocd-division/country:")), "")
    if not division:
        raise ValueError("the area's OCD division")
    return division


def _contacts(*entries: Entry) -> dict[str, str]:
    return {text(each.get("type")): text(each.get("value")) for entry in entries for each in entry.get("contact_details") or ()}


def _offices(person: Entry, contacts: Mapping[str, str]) -> tuple[Office, ...]:
    address = contacts.get("address")
    if not address:
        return ()
    return (Office(f"{text(person['id'])}-1", "local", tuple(part.strip() for part in address.split(";") if part.strip()),
        phone=contacts.get("voice", "")),)


def _link(person: Entry) -> str:
    return next((text(each.get("url")) for each in person.get("links") or ()), "")
