"""Where officials, districts and postal codes come from: one file per source, one line in SOURCES.

A source `knows(file)` whether a file is of its kind, by its beginning, and `read(file)` gives parts (records.Part), each of which
becomes a version of its own. No database, no clock, no judgement. `address`: where the project itself publishes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from folkmoot.action.directory import (
    boundaries,
    congress_committees,
    congress_offices,
    congress_people,
    congress_social,
    executive,
    openstates,
    own_table,
    popolo,
    postal,
)
from folkmoot.action.directory.records import File, Part

_CONGRESS = "https://unitedstates.github.io/congress-legislators/"
_OPENSTATES = "https://data.openstates.org/people/current/{state}.csv"
_ZIPS = "https://raw.githubusercontent.com/OpenSourceActivismTech/us-zipcodes-congress/master/zccd.csv"


class Source(Struct, frozen=True):
    """One kind of file. name: as versions carry it; title: for people; lasts: days after which it is stale."""

    name: str
    title: str
    knows: Callable[[File], bool]
    read: Callable[[File], Iterable[Part]]
    address: str = ""
    lasts: int = 90


SOURCES = (
    Source("executive", "presidents and vice presidents", executive.knows, executive.read, f"{_CONGRESS}executive.yaml"),
    Source("congress_people", "members of Congress", congress_people.knows, congress_people.read, f"{_CONGRESS}legislators-current.yaml"),
    Source("congress_offices", "local offices of members of Congress", congress_offices.knows, congress_offices.read,
           f"{_CONGRESS}legislators-district-offices.yaml"),
    Source("congress_social", "official accounts of members of Congress", congress_social.knows, congress_social.read,
           f"{_CONGRESS}legislators-social-media.yaml", 180),
    Source("congress_committees", "committees of Congress", congress_committees.knows_committees, congress_committees.read_committees,
           f"{_CONGRESS}committees-current.yaml", 180),
    Source("congress_committee_members", "who sits on the committees", congress_committees.knows_members, congress_committees.read_members,
           f"{_CONGRESS}committee-membership-current.yaml"),
    Source("openstates", "state legislators and executives", openstates.knows_table, openstates.read_table, _OPENSTATES),
    Source("openstates_person", "state legislators and executives, one a file", openstates.knows_person, openstates.read_person),
    Source("boundaries", "shapes of districts", boundaries.knows, boundaries.read, lasts=0),
    Source("postal", "postal codes and their districts", postal.knows_table, postal.read_table, _ZIPS, lasts=0),
    Source("places", "where postal codes are", postal.knows_places, postal.read_places, lasts=0),
    Source("own", "a table of officials", own_table.knows, own_table.read),
    Source("popolo", "officials as Popolo JSON", popolo.knows, popolo.read),
)  # fmt: skip
BY_NAME = {source.name: source for source in SOURCES}


def source_of(file: File) -> Source | None:
    """The source whose file this is; None where no reader knows it."""
    return next((source for source in SOURCES if source.knows(file)), None)
