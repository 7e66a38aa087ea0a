"""Who represents a place: what is certain, what is asked, what is only known in part. On both engines, with a small country of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkmoot.action.divisions import congress_days, congress_of, division_of
from folkmoot.action.model import Place
from folkmoot.action.officials import official_on, state_list
from folkmoot.errors import Invalid
from folkmoot.storage.database import Database
from tests.action import facts
from tests.action.facts import find, named


@pytest.fixture
def country(db: Database, tmp_path: Path) -> Database:
    """The small country, loaded."""
    facts.load(db, facts.folder(tmp_path / "officials"))
    return db


def test_a_zip_in_one_district_is_certain_and_names_who_sits_there(country: Database) -> None:
    found = find(country, "00001")
    assert (found.status, found.districts, found.settle) == ("certain", ("NY-1",), ())
    assert named(found) == ["Bo Lund Jr.", "Eli Marsh", "Di Okafor"]
    assert (found.data.congress, found.data.date) == (119, "2026-06-15")


def test_a_split_zip_is_never_certain_and_says_what_would_settle_it(country: Database) -> None:
    found = find(country, "00002")
    assert (found.status, found.districts) == ("ambiguous", ("NY-1", "NY-2"))
    assert {"address", "list"} <= set(found.settle)
    assert [(each.code, each.holder) for each in found.choices] == [("NY-1", "Bo Lund Jr."), ("NY-2", "Cy Ahmadi")]
    assert named(found, certain=False) == ["Bo Lund Jr.", "Cy Ahmadi"]
    assert named(found, certain=True) == ["Eli Marsh", "Di Okafor"], "the senators are theirs either way"


def test_a_zip_across_a_state_line_leaves_the_senators_open_too(country: Database) -> None:
    found = find(country, "00005")
    assert (found.status, set(found.districts)) == ("ambiguous", {"NY-1", "VT-0"})
    assert named(found, certain=True) == []


@pytest.mark.parametrize("code", ["00003", "00004"])
def test_a_post_box_zip_tells_its_district_but_not_where_its_holder_lives(country: Database, code: str) -> None:
    found = find(country, code)
    assert (found.status, found.districts) == ("ambiguous", ("NY-2",))
    assert "post boxes" in found.why


def test_military_mail_free_states_and_unknown_zips_are_each_said_as_what_they_are(country: Database) -> None:
    assert (find(country, "09001").status, "registered to vote" in find(country, "09001").why) == ("none", True)
    assert (find(country, "96960").status, "country of their own" in find(country, "96960").why) == ("none", True)
    assert (find(country, "99999").status, find(country, "99999").officials) == ("none", ())
    with pytest.raises(Invalid, match="five digits"):
        find(country, "1000A")


def test_a_known_zip_that_no_table_places_is_open_within_its_state(country: Database) -> None:
    found = find(country, "00010")
    assert (found.status, found.districts) == ("ambiguous", ("NY-1", "NY-2"))
    assert named(found, certain=True) == ["Eli Marsh", "Di Okafor"]


def test_the_district_and_the_territories_have_a_delegate_and_no_senators(country: Database) -> None:
    found = find(country, "00007")
    assert (found.status, named(found)) == ("certain", ["Gus Brandt"])
    assert found.officials[0].office == "Delegate for District of Columbia in the U.S. House"
    guam = find(country, "00008")
    assert (guam.status, guam.districts, named(guam)) == ("certain", ("GU-0",), ["vacant GU-0"])


def test_the_four_further_digits_settle_a_zip_where_a_table_of_them_is_loaded(country: Database, tmp_path: Path) -> None:
    assert find(country, "00002-0100").status == "ambiguous"
    facts.load(country, facts.write(tmp_path / "more", **{"zip_plus_119__csv": facts.PLUS}), dated="2026-07-01")
    assert find(country, Place(code="00002", plus="0100")).districts == ("NY-1",)
    assert find(country, "000020500").districts == ("NY-2",)
    assert find(country, "00002-0700").status == "ambiguous", "a part that the table does not have decides nothing"
    assert "plus4" in find(country, "00002").settle


def test_a_point_well_inside_is_certain(country: Database) -> None:
    found = find(country, Place(point=(40.5, -73.5)))
    assert (found.status, found.districts) == ("certain", ("NY-1",))
    assert find(country, Place(point=(42.5, -73))).districts == ("VT-0",)


def test_a_point_near_a_line_has_both_sides(country: Database) -> None:
    for longitude in (-73.002, -72.998):  # some 170 metres from it
        found = find(country, Place(point=(40.5, longitude)))
        assert (found.status, found.districts) == ("ambiguous", ("NY-1", "NY-2"))
    assert find(country, Place(point=(40.5, -73.005))).status == "certain", "420 metres from it"


def test_a_point_off_the_shore_names_what_is_near_but_not_as_certain(country: Database) -> None:
    found = find(country, Place(point=(39.997, -73.5)))
    assert (found.status, found.districts, "pier" in found.why) == ("ambiguous", ("NY-1",), True)


def test_a_point_abroad_or_in_a_hole_is_in_no_district_never_in_the_nearest(country: Database) -> None:
    assert find(country, Place(point=(51.5, 0.0))).status == "none"
    assert find(country, Place(point=(43.0, -73.0))).status == "none"


def test_a_pick_from_the_list_is_taken_and_marked_as_the_persons_own(country: Database) -> None:
    found = find(country, Place(code="00002", divisions=(division_of("NY-2") or "",)))
    assert (found.status, found.districts, found.declared) == ("certain", ("NY-2",), True)
    with pytest.raises(Invalid, match="no district NY-77"):
        find(country, Place(divisions=(division_of("NY-77") or "",)))


def test_a_state_alone_leaves_the_district_open_unless_it_has_one(country: Database) -> None:
    assert find(country, Place(region="NY")).districts == ("NY-1", "NY-2")
    assert find(country, Place(region="VT")).status == "certain"


def test_a_vacant_seat_is_said_and_a_term_that_ended_is_not_passed_off_as_held(country: Database) -> None:
    assert named(find(country, "00006")) == ["Ada Vale", "Fay Quill", "vacant VT"], "Vermont has two senators, the list one"
    after = find(country, "00001", "2026-11-25")
    gone = after.officials[-1]
    assert (gone.vacant, gone.office, "Eli Marsh" in gone.note) == (True, "U.S. Senator for New York", True)


def test_a_zip_never_decides_a_state_district(country: Database, tmp_path: Path) -> None:
    facts.load(country, facts.write(tmp_path / "states", upper__geojson=facts.UPPER, lower__geojson=facts.LOWER), dated="2026-01-01")
    found = find(country, "00001", level="state")
    assert (found.status, found.districts, named(found)) == ("ambiguous", (), ["Lea Frost"])
    assert "list" in found.settle


def test_state_shapes_decide_a_point(country: Database, tmp_path: Path) -> None:
    point = Place(point=(40.2, -73.5))
    before = find(country, point, level="state")
    assert (before.status, "not loaded" in before.why, named(before)) == ("ambiguous", True, ["Lea Frost"])
    facts.load(country, facts.write(tmp_path / "states", upper__geojson=facts.UPPER, lower__geojson=facts.LOWER), dated="2026-01-01")
    found = find(country, point, level="state")
    assert (found.status, found.districts) == ("certain", ("NY-SLDU-1", "NY-SLDL-1"))
    assert named(found) == ["Kim Bell", "Ivy Stone", "Lea Frost"]
    assert found.officials[1].way("email") == "ivy@assembly.example"
    empty = find(country, Place(point=(40.2, -72.5)), level="state")
    assert "vacant NY-SLDL-3" in named(empty)
    assert find(country, Place(point=(40.501, -73.5)), level="state").status == "ambiguous"


def test_one_own_pick_leaves_the_other_chamber_open(country: Database) -> None:
    lower = Place(divisions=(division_of("NY-SLDL-1") or "",))
    assert find(country, lower, level="state").status == "ambiguous"
    both = Place(divisions=(*lower.divisions, division_of("NY-SLDU-1") or ""))
    found = find(country, both, level="state")
    assert (found.status, found.declared, named(found)) == ("certain", True, ["Kim Bell", "Ivy Stone", "Lea Frost"])


def test_the_list_of_a_state_has_every_seat_with_its_holder(country: Database) -> None:
    found = country.read_now(lambda tx: state_list(tx, "NY", facts.TODAY))
    assert [(each.code, each.holder) for each in found] == [("NY-SLDL-1", "Ivy Stone"), ("NY-SLDL-2", "Jon Reed"), ("NY-SLDU-1", "Kim Bell")]


def test_local_offices_come_nearest_first_and_the_capitol_last(country: Database) -> None:
    bo = find(country, "00001").officials[0]
    assert [each.id for each in bo.offices] == ["B000002-near", "B000002-far", "B000002-nowhere", "capitol"]
    near = bo.offices[0]
    assert (near.lines, near.distance, near.hours, near.zone) == (("Old Mill", "1 Mill Street"), 1.4, "Mon-Fri 9am-5pm", "America/New_York")
    assert bo.offices[-1].lines == ("2 Longworth House Office Building",)
    assert bo.committees == ("HSLK",)
    assert bo.way("social") == "https://x.com/RepLund"


def test_who_changed_sides_is_listed_with_the_side_of_now(country: Database) -> None:
    assert find(country, Place(point=(40.5, -72.5))).officials[0].party == "Independent"


def test_people_are_told_how_old_the_facts_are(country: Database) -> None:
    assert find(country, "00001").warning == ""
    assert "2026-06-15" in find(country, "00001", "2026-11-25").warning


def test_an_official_is_known_as_long_as_they_hold_the_office(country: Database) -> None:
    def who(day: str) -> str | None:
        found = country.read_now(lambda tx: official_on(tx, "E000005", day))
        return found.name if found else None

    assert who("2026-11-02") == "Eli Marsh"
    assert who("2026-11-03") is None
    assert country.read_now(lambda tx: official_on(tx, "nobody", facts.TODAY)) is None


def test_a_place_that_says_nothing_is_asked_for(country: Database) -> None:
    with pytest.raises(Invalid, match="Say where"):
        find(country, Place())


def test_congresses_change_on_the_third_of_january() -> None:
    assert [congress_of(day) for day in ("2025-01-02", "2025-01-03", "2026-12-31", "2027-01-02", "2027-01-03")] == [118, 119, 119, 119, 120]
    assert congress_days(119) == ("2025-01-03", "2027-01-03")
