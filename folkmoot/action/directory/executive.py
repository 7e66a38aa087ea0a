"""executive.yaml of unitedstates/congress-legislators (CC0): presidents and vice presidents. They come up only where an action names them."""

from __future__ import annotations

from collections.abc import Iterator

from folkmoot.action.directory.records import Bad, File, Part, day, listed, text
from folkmoot.action.divisions import US
from folkmoot.action.model import Office, Official, Way

_OFFICES = {"prez": ("president", "President of the United States", "President"),
    "viceprez": ("vice_president", "Vice President of the United States", "Vice President")}
_HOUSE = Office("white-house", "capitol", ("The White House", "1600 Pennsylvania Avenue NW"), "Washington", "DC", "20500", zone="America/New_York")
_WAYS = (Way("form", "https://www.whitehouse.gov/contact/"),)
_RECENT = "2017-01-01"  # terms that ended before this day are history


def knows(file: File) -> bool:
    return "bioguide:" in file.head and "type: prez" in file.head


def read(file: File) -> Iterator[Part]:
    found: list[Official] = []
    bad: list[Bad] = []
    for entry in listed(file):
        try:
            name = f"{text(entry['name']['first'])} {text(entry['name']['last'])}"
            for term in entry["terms"]:
                if day(term["end"]) > _RECENT:
                    role, office, title = _OFFICES[term["type"]]
                    found.append(Official(
                        text(entry["id"].get("bioguide")) or f"executive-{entry['id']['govtrack']}", name, office, "US", US, "country", role,
                        text(term.get("party")),
                        title, text(entry["name"]["last"]), offices=(_HOUSE,), ways=_WAYS, since=day(term["start"]), until=day(term["end"]),
                    ))  # fmt: skip
        except (KeyError, TypeError, AttributeError) as error:
            bad.append(Bad("an entry", f"lacks or misspells {error}"))
    yield Part(US, tuple(found), tuple(bad), newest=max((each.since for each in found), default=""))
