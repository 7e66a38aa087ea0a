"""A small country for tests, all of it ours: members with made-up names in square districts, in the shapes of the real sources."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from folkmoot.action import loading, officials
from folkmoot.action.model import Found, Level, Place
from folkmoot.people.model import COMMAND
from folkmoot.storage.database import Database

TODAY = "2026-06-20"
NOW = 1_781_913_600_000  # 2026-06-20

PEOPLE = """
- id: {bioguide: A000001}
  name: {first: Ada, last: Vale, official_full: Ada Vale}
  terms:
  - {type: rep, start: '2023-01-03', end: '2025-01-03', state: VT, district: 0, party: Meadow}
  - {type: rep, start: '2025-01-03', end: '2027-01-03', state: VT, district: 0, party: Meadow, phone: 202-225-0001, url: 'https://vale.example',
     address: 1 Longworth House Office Building Washington DC 20515-4501, office: 1 Longworth House Office Building}
- id: {bioguide: B000002}
  name: {first: Bo, last: Lund, suffix: Jr.}
  terms:
  - {type: rep, start: '2025-01-03', end: '2027-01-03', state: NY, district: 1, party: Harbour, phone: 202-225-0002,
     address: 2 Longworth House Office Building Washington DC 20515}
- id: {bioguide: C000003}
  name: {first: Cy, last: Ahmadi, official_full: Cy Ahmadi}
  terms:
  - type: rep
    start: '2026-06-10'
    end: '2027-01-03'
    state: NY
    district: 2
    party: Harbour
    party_affiliations:
    - {start: '2026-06-10', end: '2026-06-12', party: Harbour}
    - {start: '2026-06-12', end: '2027-01-03', party: Independent}
- id: {bioguide: D000004}
  name: {first: Di, last: Okafor, official_full: Di Okafor}
  terms:
  - {type: sen, start: '2023-01-03', end: '2029-01-03', state: NY, class: 3, party: Meadow, phone: 202-224-0004,
      contact_form: 'https://okafor.example/write',
     address: 4 Hart Senate Office Building Washington DC 20510}
- id: {bioguide: E000005}
  name: {first: Eli, last: Marsh, official_full: Eli Marsh}
  terms:
  - {type: sen, start: '2021-01-03', end: '2026-11-03', end-type: special-election, state: NY, class: 1, party: Harbour, phone: 202-224-0005}
- id: {bioguide: F000006}
  name: {first: Fay, last: Quill, official_full: Fay Quill}
  terms:
  - {type: sen, start: '2025-01-03', end: '2031-01-03', state: VT, class: 1, party: Independent, phone: 202-224-0006}
- id: {bioguide: G000007}
  name: {first: Gus, last: Brandt, official_full: Gus Brandt}
  terms:
  - {type: rep, start: '2025-01-03', end: '2027-01-03', state: DC, district: 0, party: Meadow, phone: 202-225-0007}
"""
NEXT = """
- id: {bioguide: B000002}
  name: {first: Bo, last: Lund, official_full: Bo Lund}
  terms:
  - {type: rep, start: '2025-01-03', end: '2027-01-03', state: NY, district: 1, party: Harbour}
  - {type: rep, start: '2027-01-03', end: '2029-01-03', state: NY, district: 2, party: Harbour, phone: 202-225-1002}
- id: {bioguide: H000008}
  name: {first: Hana, last: Sato, official_full: Hana Sato}
  terms:
  - {type: rep, start: '2027-01-03', end: '2029-01-03', state: NY, district: 1, party: Meadow, phone: 202-225-1008}
- id: {bioguide: D000004}
  name: {first: Di, last: Okafor, official_full: Di Okafor}
  terms:
  - {type: sen, start: '2023-01-03', end: '2029-01-03', state: NY, class: 3, party: Meadow, phone: 202-224-0004}
"""
OFFICES = """
- id: {bioguide: B000002}
  offices:
  - {id: B000002-far, address: 9 Dock Road, suite: Suite 3, city: Farport, state: NY, zip: '00009', phone: 555-010-0009, latitude: 40.9,
      longitude: -73.1}
  - {id: B000002-near, address: 1 Mill Street, building: Old Mill, city: Nearby, state: NY, zip: '00001', phone: 555-010-0001,
      hours: 'Mon-Fri 9am-5pm',
     latitude: 40.51, longitude: -73.49}
  - {id: B000002-nowhere, address: 5 Lost Lane, city: Lost, state: NY}
"""
SOCIAL = """
- id: {bioguide: B000002}
  social: {twitter: RepLund, facebook: bolund, twitter_id: 7}
"""
COMMITTEES = """
- type: house
  name: House Committee on Lakes
  thomas_id: HSLK
  url: https://lakes.example/
  phone: (202) 225-0100
  address: 1301 LHOB; Washington, DC 20515
  jurisdiction: Lakes, ponds and what lies between.
  subcommittees:
  - {name: Ponds, thomas_id: '01', phone: (202) 225-0101}
"""
MEMBERS = """
HSLK:
- {name: Bo Lund, party: majority, rank: 1, title: Chairman, bioguide: B000002}
- {name: Cy Ahmadi, party: minority, rank: 1, title: Ranking Member, bioguide: C000003}
HSLK01:
- {name: Cy Ahmadi, party: minority, rank: 1, bioguide: C000003}
"""
STATE = """\
id,state,role,district,name,party,email,capitol_address,capitol_voice,capitol_fax,district_address,district_voice,url,start_date,end_date
ocd-person/1,NY,lower,1,Ivy Stone,Meadow,ivy@assembly.example,"Room 1; Albany, NY 12248",518-555-0001,,"7 Elm, Nearby, NY 00001",,,2025-01-01,
ocd-person/2,NY,lower,2,Jon Reed,Harbour,jon@assembly.example,,518-555-0002,,,,,2025-01-01,
ocd-person/3,NY,upper,1,Kim Bell,Meadow,kim@senate.example,,518-555-0003,,,,,2025-01-01,
ocd-person/4,NY,governor,,Lea Frost,Meadow,,"State Capitol; ; Albany, NY 12224",518-555-0004,,,,,2023-01-01,2027-01-01
ocd-person/5,VT,lower,Chittenden-19,Mo Hart,Meadow,mo@house.example,,,,,,,2025-01-01,
ocd-person/6,NE,legislature,5,Ned Cole,,ned@unicameral.example,,,,,,,2025-01-01,
"""
ZIPS = """zip,state,district,basis
00001,NY,1,zcta
00002,NY,1,zcta
00002,NY,2,zcta
00003,NY,2,point
00004,NY,2,nearest
00005,VT,0,zcta
00005,NY,1,zcta
00006,VT,0,zcta
00007,DC,0,zcta
00008,GU,0,territory
"""
PLUS = """zip,plus4,state,district,basis
00002,,NY,1,zcta
00002,,NY,2,zcta
00002,0001-0499,NY,1,zcta
00002,0500,NY,2,zcta
"""
PLACES = """zip,place,state,county,lat,lon
00001,Nearby,NY,Old,40.5,-73.5
00010,Unplaced,NY,Old,40.5,-73.5
09001,APO AE,,,49.4,7.6
96960,Marshall Islands,MH,,7.1,171.2
"""


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(*features: tuple[dict[str, object], dict[str, object]]) -> str:
    return json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": given, "geometry": shape} for given, shape in features]}
    )


# NY-1 and NY-2 share the line at longitude -73; Vermont lies north of them, with a hole that is nobody's; the rest is sea.
DISTRICTS = collection(
    ({"state": "NY", "district": 1, "name": "Congressional District 1", "congress": 119}, square(-74, 40, -73, 41)),
    ({"state": "NY", "district": 2, "name": "Congressional District 2", "congress": 119}, square(-73, 40, -72, 41)),
    ({"state": "VT", "district": 0, "name": "Congressional District (at Large)", "congress": 119}, {"type": "MultiPolygon", "coordinates": [[
        square(-74, 42, -72, 44)["coordinates"][0], square(-73.2, 42.8, -72.8, 43.2)["coordinates"][0]]]}),  # type: ignore[index]
)  # fmt: skip
# As the Census prints them, for the next Congress: the line has moved to -72.5.
REDRAWN = collection(
    ({"STATEFP": "36", "CD120FP": "01", "NAMELSAD": "Congressional District 1"}, square(-74, 40, -72.5, 41)),
    ({"STATEFP": "36", "CD120FP": "02", "NAMELSAD": "Congressional District 2"}, square(-72.5, 40, -72, 41)),
)
UPPER = collection(({"STATEFP": "36", "SLDUST": "001", "NAME": "1", "NAMELSAD": "State Senate District 1"}, square(-74, 40, -72, 41)))
LOWER = collection(
    ({"STATEFP": "36", "SLDLST": "001", "NAME": "1", "NAMELSAD": "Assembly District 1"}, square(-74, 40, -73, 40.5)),
    ({"STATEFP": "36", "SLDLST": "002", "NAME": "2", "NAMELSAD": "Assembly District 2"}, square(-74, 40.5, -73, 41)),
    ({"STATEFP": "36", "SLDLST": "003", "NAME": "3", "NAMELSAD": "Assembly District 3"}, square(-73, 40, -72, 41)),
)
README = """| file | what | date |
|---|---|---|
| `legislators-current.yaml` | members | 2026-06-15 |
| `zip-districts-119.csv` | ZIPs | 2024-11 / 2026-03 |
| `state-officials.csv` | legislators | 2026-08-05 |
"""
FILES = {
    "legislators-current.yaml": PEOPLE, "legislators-district-offices.yaml": OFFICES, "legislators-social-media.yaml": SOCIAL,
    "committees-current.yaml": COMMITTEES, "committee-membership-current.yaml": MEMBERS, "state-officials.csv": STATE, "districts.geojson": DISTRICTS,
    "zip-districts-119.csv": ZIPS, "zip-places.csv": PLACES, "README.md": README,
}  # fmt: skip


def write(folder: Path, **files: str) -> Path:
    """Puts files into a folder; _ stands for - in names, __ for a point."""
    folder.mkdir(exist_ok=True)
    for name, words in files.items():
        (folder / name.replace("__", ".").replace("_", "-")).write_text(words, "utf-8")
    return folder


def folder(at: Path) -> Path:
    """The whole small country as a folder."""
    at.mkdir(exist_ok=True)
    for name, words in FILES.items():
        (at / name).write_text(words, "utf-8")
    return at


def load(db: Database, *paths: Path, dated: str = "", congress: int | None = None, now: int = NOW, dry_run: bool = False) -> list[loading.Loaded]:
    return loading.load(db, COMMAND, loading.find_files(map(str, paths), dated, congress), now, dry_run=dry_run)


def find(db: Database, place: Place | str, on: str = TODAY, level: Level = "country") -> Found:
    """Who represents a place; a place that is only words is a ZIP."""
    asked = Place(code=place) if isinstance(place, str) else place
    return db.read_now(lambda tx: officials.who_represents(tx, asked, on, level))


def named(found: Found, *, certain: bool | None = None) -> list[str]:
    """Names of the officials, "vacant DISTRICT" for a vacant seat."""
    return [each.name or f"vacant {each.district}" for each in found.officials if certain is None or each.certain == certain]


def kept(found: Iterable[loading.Loaded]) -> dict[str, str]:
    """What came of each source."""
    return {each.source: each.outcome for each in found}
