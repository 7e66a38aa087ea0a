"""Loads are versions: the day decides, an old file never takes a newer one's place, what cannot be used is said. On both engines."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from folkmoot.action import checking, loading, officials
from folkmoot.action import store_officials as store
from folkmoot.action.directory import SOURCES, source_of
from folkmoot.action.directory.records import File
from folkmoot.action.model import Place
from folkmoot.errors import Invalid, NotAllowed, NotFound
from folkmoot.people.model import COMMAND, Actor
from folkmoot.settings import Outbound
from folkmoot.storage.database import Database
from tests.action import facts
from tests.action.facts import find, kept, named

SHARED = Path(__file__).parents[3] / "shared/data/officials"

GERMAN = """id,name,division,level,role,office,title,party,email,phone,address,city,postal_code,since,until
m1,Greta Lindner,ocd-division/country:de/wahlkreis:7,country,member,MdB,Frau,Ahorn,greta@bt.example,,Platz 1,Berlin,11011,2025-03-25,
m2,Horst Beck,ocd-division/country:de/wahlkreis:8,country,member,Mitglied des Bundestages,Herr,Buche,horst@bundestag.example,,,,,2025-03-25,
m3,Ohne Ort,Narnia,country,member,Mitglied des Bundestages,,,,,,,,,
"""
GERMAN_CODES = """postal_code,division
24103,ocd-division/country:de/wahlkreis:7
24 105,ocd-division/country:de/wahlkreis:7
24105,ocd-division/country:de/wahlkreis:8
"""
POPOLO = {
    "persons": [{"id": "p1", "name": "Ana Prado", "family_name": "Prado", "email": "ana@cortes.example", "honorific_prefix": "Sra.",
                 "contact_details": [{"type": "voice", "value": "+34 555 0100"}, {"type": "address", "value": "Calle 1; Madrid"}]}],
    "organizations": [{"id": "o1", "name": "Cortes", "classification": "legislature"}, {"id": "q1", "name": "Olivo"}],
    "posts": [{"id": "s1", "label": "Diputada por Soria", "organization_id": "o1", "area_id": "a1"}],
    "areas": [{"id": "a1", "name": "Soria", "identifiers": [{"scheme": "ocd-division", "identifier": "ocd-division/country:es/provincia:so"}]}],
    "memberships": [
        {"person_id": "p1", "post_id": "s1", "on_behalf_of_id": "q1", "start_date": "2023-08-17", "end_date": "2027-08-01"},
        {"person_id": "nobody", "post_id": "s1"},
    ],
}  # fmt: skip
SPAIN = {"division": "ocd-division/country:es/provincia:so", "name": "Soria"}
PERSON = """id: ocd-person/77
name: Pia Holm
family_name: Holm
party:
- name: Meadow
roles:
- {type: upper, jurisdiction: 'ocd-jurisdiction/country:us/state:vt/government', district: Chittenden, start_date: '2025-01-08'}
email: pia@senate.example
offices:
- {classification: capitol, address: '115 State St, Montpelier, VT 05633', voice: 802-555-0100}
links:
- url: https://holm.example
"""


def test_two_congresses_stand_side_by_side_and_the_day_decides(db: Database, tmp_path: Path) -> None:
    facts.load(db, facts.folder(tmp_path / "officials"))
    facts.load(db, facts.write(tmp_path / "next", legislators_current__yaml=facts.NEXT, districts__geojson=facts.REDRAWN), dated="2026-12-20")
    point = Place(point=(40.5, -72.8))
    before, after = find(db, point, "2027-01-02"), find(db, point, "2027-01-03")
    assert (before.districts, named(before)[0], before.data.congress) == (("NY-2",), "Cy Ahmadi", 119)
    assert (after.districts, named(after)[0], after.data.congress) == (("NY-1",), "Hana Sato", 120)
    by_zip = find(db, "00001", "2027-01-03")
    assert (by_zip.status, named(by_zip, certain=True)) == ("ambiguous", ["Di Okafor", "vacant NY"]), "the ZIPs of the new districts are not loaded"
    assert kept(facts.load(db, tmp_path / "next" / "districts.geojson", dated="2026-12-20")) == {"boundaries": "already"}


def test_what_is_loaded_early_waits_for_its_day(db: Database, tmp_path: Path) -> None:
    folder = facts.write(tmp_path / "next", legislators_current__yaml=facts.NEXT)
    assert kept(facts.load(db, folder, dated="2026-06-18")) == {"congress_people": "later"}


def test_past_the_last_congress_that_is_loaded_only_those_are_named_whose_terms_run_on(db: Database, tmp_path: Path) -> None:
    facts.load(db, facts.folder(tmp_path / "officials"))
    found = find(db, "00001", "2027-02-01")
    assert (found.status, named(found)) == ("ambiguous", ["Di Okafor", "vacant NY"])
    assert "120th Congress" in found.why and "2027-01-03" in found.warning


def test_an_older_file_never_takes_a_newer_ones_place(db: Database, tmp_path: Path) -> None:
    newer = facts.PEOPLE.replace("Bo, last: Lund", "Bo, last: Newer")
    facts.load(db, facts.folder(tmp_path / "officials"), facts.write(tmp_path / "new", legislators_current__yaml=newer), dated="2026-06-19")
    older = facts.write(tmp_path / "old", legislators_current__yaml=facts.PEOPLE.replace("Bo, last: Lund", "Bo, last: Older"))
    assert kept(facts.load(db, older, dated="2026-02-01")) == {"congress_people": "older"}
    assert named(find(db, Place(point=(40.5, -73.5))))[0] == "Bo Newer Jr."


def test_the_same_file_twice_is_one_version(db: Database, tmp_path: Path) -> None:
    folder = facts.folder(tmp_path / "officials")
    first, second = facts.load(db, folder), facts.load(db, folder)
    assert {each.outcome for each in first} == {"new"}
    assert {each.outcome for each in second} == {"already"}
    assert len(db.read_now(store.ready_loads)) == len(first)


def test_a_dry_run_says_what_would_come_and_keeps_nothing(db: Database, tmp_path: Path) -> None:
    found = facts.load(db, facts.folder(tmp_path / "officials"), dry_run=True)
    assert sum(each.entries for each in found if each.source == "postal") == 10
    assert db.read_now(store.ready_loads) == []


def test_the_readme_beside_a_file_says_of_which_day_it_is(tmp_path: Path) -> None:
    assert loading.days_told(facts.README) == {
        "legislators-current.yaml": "2026-06-15", "zip-districts-119.csv": "2026-03-01", "state-officials.csv": "2026-08-05"
    }  # fmt: skip


def test_only_the_operator_loads(db: Database, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        loading.load(db, Actor(), loading.find_files([str(facts.folder(tmp_path / "o"))]), facts.NOW)


@pytest.mark.parametrize(("name", "words", "said"), [
    ("a.yaml", "- id: {bioguide: A1}\n  terms: [\n", "not valid YAML"), ("a.geojson", '{"type": "FeatureCollection", "features": [',
        "not valid JSON"),
    ("a.geojson", '{"type": "FeatureCollection", "features": []}', "no features"), ("zip.csv", "zip,state,district,basis\n1,NY,1,zcta\n",
        "for which Congress"),
    ("a.geojson", '{"type": "FeatureCollection", "features": [{"properties": {"state": "XX", "district": 1}, "geometry": null}]}', "the state 'XX'"),
    ("notes.csv", "note_id,rater\n1,2\n", "None of these"),
])  # fmt: skip
def test_what_cannot_be_read_gets_one_sentence_and_changes_nothing(db: Database, tmp_path: Path, name: str, words: str, said: str) -> None:
    (tmp_path / name).write_text(words)
    with pytest.raises(Invalid, match=said):
        facts.load(db, tmp_path / name, dated="2026-01-01")
    assert db.read_now(store.ready_loads) == []


def test_a_bad_entry_is_left_out_and_told_and_the_rest_comes(db: Database, tmp_path: Path) -> None:
    term = "{type: rep, start: '2025-01-03', end: '2027-01-03', state: NY}"
    words = facts.PEOPLE + f"- id: {{bioguide: Z9}}\n  name: {{first: Zed}}\n  terms:\n  - {term}\n"
    (found,) = facts.load(db, facts.write(tmp_path / "o", legislators_current__yaml=words), dated="2026-06-15")
    assert [(each.where, "district" in each.why) for each in found.bad] == [("Z9", True)]
    assert found.entries == 7


def test_a_table_brings_any_country_along(db: Database, tmp_path: Path) -> None:
    folder = facts.write(tmp_path / "de", abgeordnete__csv=GERMAN, codes__csv=GERMAN_CODES)
    found = facts.load(db, folder, dated="2026-06-01")
    assert [each.why for each in found[0].bad] == ["lacks or misspells the division 'Narnia'"]
    one = find(db, Place("de", code="24103"))
    assert (one.status, named(one), one.officials[0].way("email")) == ("certain", ["Greta Lindner"], "greta@bt.example")
    assert one.officials[0].greeting == "Frau Lindner"
    two = find(db, Place("de", code="24105"))
    assert (two.status, [each.holder for each in two.choices]) == ("ambiguous", ["Greta Lindner", "Horst Beck"])
    assert find(db, Place("de", code="99999")).status == "none"


def test_popolo_brings_any_country_along_with_dated_memberships(db: Database, tmp_path: Path) -> None:
    shapes = facts.collection((SPAIN, facts.square(-3, 41, -2, 42)))
    folder = facts.write(tmp_path / "es", cortes__json=json.dumps(POPOLO), provincias__geojson=shapes)
    facts.load(db, folder, dated="2026-06-01")
    place = Place("es", point=(41.5, -2.5))
    found = find(db, place)
    assert (found.status, named(found)) == ("certain", ["Ana Prado"])
    ana = found.officials[0]
    assert (ana.party, ana.office, ana.offices[0].lines, ana.until) == ("Olivo", "Diputada por Soria", ("Calle 1", "Madrid"), "2027-08-01")
    assert named(find(db, place, "2027-08-01")) == ["vacant es/provincia:so"]


def test_an_operators_own_row_fills_a_seat_that_the_public_list_leaves_open(db: Database, tmp_path: Path) -> None:
    facts.load(db, facts.folder(tmp_path / "officials"))
    row = "id,name,division,level,role,office,title,since\nown-1,Gil Moss,VT,country,senate,U.S. Senator for Vermont,Senator,2026-06-16\n"
    facts.load(db, facts.write(tmp_path / "own", own__csv=row), dated="2026-06-17")
    assert named(find(db, "00006")) == ["Ada Vale", "Fay Quill", "Gil Moss"]


def test_files_of_one_person_each_come_together_by_state(db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "vt" / "legislature"
    folder.mkdir(parents=True)
    (folder / "Pia-Holm-77.yml").write_text(PERSON)
    (folder / "Mo-Hart-5.yml").write_text(PERSON.replace("Pia Holm", "Mo Hart").replace("/77", "/5").replace("Holm", "Hart"))
    (found,) = facts.load(db, tmp_path / "vt", dated="2026-06-01")
    assert (found.source, found.scope, found.entries) == ("openstates", "ocd-division/country:us/state:vt", 2)
    seats = db.read_now(lambda tx: officials.state_list(tx, "VT", facts.TODAY))
    assert [(each.code, each.holder) for each in seats] == [("VT-SLDU-chittenden", "Mo Hart, Pia Holm")]


def test_committees_name_their_members_with_the_chair_first(db: Database, tmp_path: Path) -> None:
    facts.load(db, facts.folder(tmp_path / "officials"))
    names = db.read_now(lambda tx: [each.name for each in officials.members_of(tx, "HSLK", facts.TODAY)])
    assert names == ["Bo Lund Jr.", "Cy Ahmadi"]
    found = db.read_now(lambda tx: officials.committee_named(tx, "HSLK01", facts.TODAY))
    assert found is not None and found.name == "House Committee on Lakes: Ponds"


def test_check_tells_what_is_stale_vacant_contradictory_and_missing(db: Database, tmp_path: Path) -> None:
    people = facts.PEOPLE + "- id: {bioguide: Y8}\n  name: {first: Yan, last: Roe}\n  terms:\n" \
        "  - {type: rep, start: '2025-06-01', end: '2027-01-03', state: NY, district: 2, party: Meadow}\n"  # fmt: skip
    facts.load(db, facts.folder(tmp_path / "officials"))
    facts.load(db, facts.write(tmp_path / "more", legislators_current__yaml=people), dated="2026-06-16")
    found = db.read_now(lambda tx: [(each.kind, each.about) for each in checking.check(tx, "2026-11-25")])
    assert {("stale", "congress_people"), ("vacant", "VT"), ("vacant", "NY"), ("contradictory", "NY-2"), ("missing", "boundaries 120")} <= set(found)
    assert ("missing", "VT") in found, "no governor"
    assert ("contradictory", "B000002-far") not in found
    early = db.read_now(lambda tx: [(each.kind, each.about) for each in checking.check(tx, facts.TODAY)])
    assert not [each for each in early if each[0] == "stale" or each[1].endswith("120")]


@pytest.fixture
def publisher() -> Iterator[tuple[str, dict[str, tuple[int, str]]]]:
    """A web server of the projects': path -> (status, words)."""
    pages: dict[str, tuple[int, str]] = {}

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, words = pages.get(self.path, (404, "Not here"))
            self.send_response(status)
            self.send_header("Last-Modified", "Mon, 15 Jun 2026 10:00:00 GMT")
            self.send_header("Content-Length", str(len(words.encode())))
            self.end_headers()
            self.wfile.write(words.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_a_file_comes_from_an_address_with_the_day_that_its_server_tells(db: Database, publisher: tuple[str, dict[str, tuple[int, str]]]) -> None:
    address, pages = publisher
    pages["/legislators-current.yaml"] = 200, facts.PEOPLE
    allowed = Outbound(allow=(address.removeprefix("http://"),))
    files = loading.find_files([f"{address}/legislators-current.yaml"], today="2026-06-20", settings=allowed)
    (found,) = loading.load(db, COMMAND, files, facts.NOW)
    assert (found.source, found.dated, found.outcome) == ("congress_people", "2026-06-15", "new")
    with pytest.raises(NotFound, match="404"):
        list(loading.find_files([f"{address}/nothing.yaml"], settings=allowed))


def test_every_source_that_publishes_has_an_address_by_its_name() -> None:
    named_ = {source.name for source in SOURCES if source.address}
    assert {"congress_people", "congress_offices", "congress_social", "congress_committees", "openstates", "postal"} <= named_
    with pytest.raises(Invalid, match="which state"):
        list(loading.find_files(["openstates"]))


@pytest.mark.skipif(not SHARED.exists(), reason="The real records are not beside this checkout")
def test_every_real_file_is_known_by_the_reader_that_it_is_for() -> None:
    wanted = {
        "committee-membership-current.yaml": "congress_committee_members", "committees-current.yaml": "congress_committees",
        "executive.yaml": "executive",
        "congressional-districts-119.geojson": "boundaries", "legislators-current.yaml": "congress_people", "state-officials.csv": "openstates",
        "legislators-district-offices.yaml": "congress_offices", "legislators-social-media.yaml": "congress_social",
        "zip-districts-119.csv": "postal",
        "zip-places.csv": "places",
    }  # fmt: skip
    found = {}
    for file in SHARED.iterdir():
        with file.open("rb") as opened:
            source = source_of(File(file.name, opened.read(20_000)))
        if source:
            found[file.name] = source.name
    assert found == wanted
