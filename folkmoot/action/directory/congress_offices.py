"""legislators-district-offices.yaml of unitedstates/congress-legislators (CC0): the local offices of members of Congress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from folkmoot.action.directory.records import Bad, File, Part, listed, point, text
from folkmoot.action.divisions import US
from folkmoot.action.model import Detail, Office
from folkmoot.action.zones import zone_of


def knows(file: File) -> bool:
    return "bioguide:" in file.head and "offices:" in file.head


def read(file: File) -> Iterator[Part]:
    found: list[Detail] = []
    bad: list[Bad] = []
    for entry in listed(file):
        try:
            found.append(Detail(entry["id"]["bioguide"], tuple(map(_office, entry["offices"]))))
        except (KeyError, TypeError) as error:
            bad.append(Bad(text((entry.get("id") or {}).get("bioguide")) or "an entry", f"lacks or misspells {error}"))
    yield Part(US, tuple(found), tuple(bad))


def _office(given: Mapping[str, Any]) -> Office:
    street = ", ".join(part for part in (text(given.get("address")), text(given.get("suite"))) if part)
    where = point(given.get("latitude"), given.get("longitude"))
    return Office(
        text(given["id"]), "local", tuple(line for line in (text(given.get("building")), street) if line), text(given.get("city")),
        text(given.get("state")), text(given.get("zip")), text(given.get("phone")), text(given.get("fax")), text(given.get("hours")), where,
        zone=zone_of(text(given.get("state")), where),
    )  # fmt: skip
