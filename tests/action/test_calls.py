"""Calling: whom, with which words, at which hours; a street looked up elsewhere. The doors, on both engines."""

from __future__ import annotations

import asyncio
import http.server
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot import outbound
from folkmoot.action import calls, concerned, geocoding, hours, store_actions, wrong
from folkmoot.action.calls import Caller
from folkmoot.action.divisions import division_of
from folkmoot.action.model import Action, Official, Place
from folkmoot.action.zones import zone_of
from folkmoot.app import create_app
from folkmoot.errors import Invalid, NotAllowed, TooSoon
from folkmoot.people.model import COMMAND, Actor
from folkmoot.settings import Limits, Officials, Outbound, Settings
from folkmoot.sites import sites
from tests.action import facts
from tests.action.test_actions import make
from tests.moot import DAY, Moot
from tests.web.stand import Client

NOBODY = Caller()
TEN = int(datetime(2026, 6, 22, 14, tzinfo=UTC).timestamp() * 1000)  # a Monday, 10 in New York


@pytest.fixture
def town(moot: Moot, tmp_path: Path) -> Moot:
    """A newsroom in the small country."""
    facts.load(moot.db, facts.folder(tmp_path / "officials"))
    return moot


def turn_to(town: Moot, made: Action, place: Place) -> concerned.Target:
    return town.db.read_now(lambda tx: concerned.turn_to(tx, made, place, facts.TODAY))


def test_an_action_for_senators_needs_no_district(town: Moot) -> None:
    found = turn_to(town, make(town, offices=("senate",)), Place(code="00002"))
    assert ([each.name for each in found.officials], found.open) == (["Eli Marsh", "Di Okafor"], ())


def test_an_action_for_the_house_asks_which_district_is_ones_own(town: Moot) -> None:
    made = make(town)
    assert len(turn_to(town, made, Place(code="00002")).open) == 1
    picked = turn_to(town, made, Place(code="00002", divisions=(division_of("NY-1") or "",)))
    assert ([each.name for each in picked.officials], picked.open) == (["Bo Lund Jr.", "Eli Marsh", "Di Okafor"], ())


def test_an_action_for_the_state_goes_to_the_state(town: Moot) -> None:
    made = make(town, offices=("state", "governor"))
    target = turn_to(town, made, Place(code="00001"))
    assert ([each.name for each in target.officials], len(target.open)) == (["Lea Frost"], 1)
    own = tuple(division_of(each) or "" for each in ("NY-SLDU-1", "NY-SLDL-2"))
    assert [each.name for each in turn_to(town, made, Place(divisions=own)).officials] == ["Kim Bell", "Jon Reed", "Lea Frost"]


def test_a_committees_members_come_alone_where_one_of_them_is_ones_own(town: Moot) -> None:
    made = make(town, offices=("house", "senate"), committee="HSLK", jurisdiction="US")
    mine = turn_to(town, made, Place(code="00001"))
    assert ([each.name for each in mine.officials], "sit on the House Committee on Lakes" in mine.note) == (["Bo Lund Jr."], True)
    none = turn_to(town, made, Place(code="00006"))
    assert (len(none.officials), "None of those" in none.note) == (3, True)


def official() -> Official:
    return Official("A1", "Ada Vale", "U.S. Representative for Vermont, at large", "VT-0", "d", "country", "house", title="Representative",
        surname="Vale")


def said(town: Moot, script: str, caller: Caller = NOBODY) -> str:
    made = make(town, script=script)
    return " / ".join("".join(f"[{piece.text}]" if piece.open else piece.text for piece in each) for each in calls.script(made, official(), caller))


def test_the_script_holds_the_callers_own_words_and_leaves_gaps_for_the_rest(moot: Moot) -> None:
    script = "I am {name} of {town}.\n\n{own} I ask {official} to {ask}."
    assert said(moot, script, Caller("Imogen", "Ostley", "I swim there.")) == (
        "I am Imogen of Ostley. / I swim there. I ask Representative Vale to vote once more on the rain rule."
    )
    assert said(moot, script).startswith("I am [your name] of [your town]. / [one sentence of your own")
    assert said(moot, "{name.__class__} {0} {nonsense}") == "{name.__class__} {0} {nonsense}"


@pytest.mark.parametrize(("words", "opens", "closes", "days"), [
    ("Mon-Fri 9am-5pm", 9, 17, "01234"), ("M-F 9-5:30pm", 9, 17, "01234"), ("Monday through Friday, 9 a.m. to 5 p.m.", 9, 17, "01234"),
    ("8am-5pm CT", 8, 17, "01234"), ("Monday - Thursday 9:00AM-5:00PM", 9, 17, "0123"), ("Thursdays 1:00pm-5:00pm", 13, 17, "3"),
    ("8:30 am to 4:30 pm", 8, 16, "01234"),
])  # fmt: skip
def test_plain_hours_are_read(words: str, opens: int, closes: int, days: str) -> None:
    found = hours.read(words)
    assert found is not None
    assert (found.opens.hour, found.closes.hour, "".join(map(str, sorted(found.days)))) == (opens, closes, days)


@pytest.mark.parametrize("words", [
    "", "By appointment only", "Tuesday and Thursday 9AM-5PM or by appointment", "9AM-1PM and 2:30PM-5PM", "T, Th 9:30am-4:30pm",
    "Every 2nd Monday 9-5",
    "Tuesday-Thursday", "9am-26pm", "Only open Tuesdays", "99-99", "M-F 17-9",
])  # fmt: skip
def test_hours_that_are_not_plain_are_never_guessed(words: str) -> None:
    assert hours.read(words) is None


@given(st.text(max_size=60))
def test_no_words_break_the_reading_of_hours(words: str) -> None:
    hours.read(words)


def test_an_office_is_open_by_its_own_clock() -> None:
    there = hours.at("Mon-Fri 9am-5pm", "America/New_York", TEN)
    assert there is not None and (there.open, there.clock.hour, there.told) == (True, 10, True)
    west = hours.at("Mon-Fri 9am-5pm", "America/Los_Angeles", TEN)
    assert west is not None and (west.open, west.next.hour, west.next.day) == (False, 9, 22)
    friday = hours.at("", "America/New_York", TEN + 4 * DAY + 8 * 3_600_000)
    assert friday is not None and (friday.open, friday.told, friday.next.weekday()) == (False, False, 0)
    assert hours.at("By appointment only", "America/New_York", TEN) is None
    assert hours.at("Mon-Fri 9am-5pm", "", TEN) is None


def test_a_states_two_clocks_are_told_apart_by_where_an_office_stands() -> None:
    assert (zone_of("TX", (31.76, -106.49)), zone_of("TX", (29.76, -95.37))) == ("America/Denver", "America/Chicago")
    assert (zone_of("FL", (30.42, -87.2)), zone_of("FL", (25.8, -80.2)), zone_of("XX", None)) == ("America/Chicago", "America/New_York", "")


def test_tel_links_carry_the_country() -> None:
    assert [calls.tel(each) for each in ("202-225-0002", "(202) 224-2235", "+49 30 227-0", "1 202 225 0002")] == [
        "tel:+12022250002", "tel:+12022242235", "tel:+49302270", "tel:12022250002",
    ]  # fmt: skip


def test_a_call_counts_once_per_person_and_official_and_its_last_outcome_holds(moot: Moot) -> None:
    made = make(moot)
    for outcome in ("busy", "voicemail", "spoke"):
        moot.db.write_now(lambda tx, outcome=outcome: calls.called(tx, made.id, "somebody", "A1", outcome, moot.now))
    assert [(row.outcome, row.deeds) for row in moot.db.read_now(lambda tx: store_actions.outcomes_of(tx, made.id))] == [("spoke", 1)]
    with pytest.raises(Invalid):
        moot.db.write_now(lambda tx: calls.called(tx, made.id, "somebody", "A1", "shouted", moot.now))


# This is wrong


def test_a_report_waits_for_a_moderator_who_says_what_became_of_it(moot: Moot) -> None:
    number = moot.db.write_now(lambda tx: wrong.report(tx, Actor(network="n"), "A1", "d", moot.site.id, "phone", "It ends in 42.", moot.now))
    with pytest.raises(NotAllowed):
        moot.db.write_now(lambda tx: wrong.settle(tx, Actor(), number, "fixed", "", moot.now))
    vera = moot.member("Vera", "moderator")
    row = moot.db.write_now(lambda tx: wrong.settle(tx, vera, number, "fixed", "By telephone", moot.now))
    assert (row.outcome, row.settled_by, row.reason) == ("fixed", vera.id, "By telephone")
    assert moot.db.read_now(lambda tx: store_actions.reports_waiting(tx, moot.site.id, (-1, 0), 10)) == []
    moot.db.write_now(lambda tx: wrong.open_again(tx, vera, number))
    assert len(moot.db.read_now(lambda tx: store_actions.reports_waiting(tx, moot.site.id, (-1, 0), 10))) == 1


def test_one_network_reports_ten_entries_a_day_and_is_forgotten_after_thirty(moot: Moot) -> None:
    tell = lambda: moot.db.write_now(lambda tx: wrong.report(tx, Actor(network="n"), "A1", "", 0, "other", "", moot.now))  # noqa: E731
    for _ in range(wrong.MOST):
        tell()
    with pytest.raises(TooSoon):
        tell()
    assert moot.db.write_now(lambda tx: wrong.forget_networks(tx, moot.now + wrong.KEPT + 1)) == wrong.MOST


# The doors


@pytest.fixture
def client(town: Moot) -> Client:
    return Client(create_app(Settings(limits=Limits(enabled=False)), town.db))


def test_the_api_answers_as_the_command_line_does(client: Client) -> None:
    found = client.get("/api/v1/officials", params={"zip": "00002", "on": "2026-06-20"}).json()
    assert (found["status"], found["districts"], found["data"]) == ("ambiguous", ["NY-1", "NY-2"], {"congress": 119, "date": "2026-06-15"})
    assert {"id", "name", "office", "district", "party", "phone", "offices", "ways"} <= found["officials"][0].keys()
    assert client.get("/api/v1/officials", params={"zip": "1", "on": "2026-06-20"}).status_code == 422
    one = client.get("/api/v1/officials/one", params={"id": "B000002", "on": "2026-06-20"}).json()
    assert (one["name"], one["offices"][-1]["kind"]) == ("Bo Lund Jr.", "capitol")
    assert client.get("/api/v1/officials/one", params={"id": "B000002", "on": "2027-06-20"}).status_code == 404


def test_hostile_words_in_a_call_are_shown_as_words(client: Client, town: Moot) -> None:
    made = make(town, starts="2026-01-01", ends="2026-12-30", ask="<script>alert(1)</script>", maker='"><img src=x onerror=alert(1)>')
    form = {"zip": "00001", "name": "<script>alert(2)</script>", "own": "{official} </p><svg onload=alert(3)>"}
    for path in ("call", "sheet"):
        page = client.post(f"/actions/{made.id}/{path}", data=form, headers=OURS)
        assert page.status_code == 200
        assert not [part for part in ("<script>alert", "<svg", "<img src=x") if part in page.text]


# A street, looked up elsewhere


class Census:
    """A geocoder in the Census's shape: takes what it takes, refuses the rest."""

    def __init__(self) -> None:
        self.answer: Any = {"result": {"addressMatches": [{"coordinates": {"x": -73.5, "y": 40.5}, "matchedAddress": "1 MILL ST"}]}}
        self.asked: list[str] = []
        self.slow = 0.0
        self.waits: threading.Event | None = None
        census = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                census.asked.append(self.path)
                time.sleep(census.slow)
                if census.waits is not None:
                    census.waits.wait(10)
                asked = self.path.startswith("/geocoder/locations/onelineaddress?")
                fine = asked and "benchmark=Public_AR_Current" in self.path and "format=json" in self.path
                body = census.answer if isinstance(census.answer, bytes) else json.dumps(census.answer).encode()
                self.send_response(200 if fine else 400)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign] -- whoever gave up waiting
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def census() -> Iterator[Census]:
    made = Census()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def looking(town: Moot, census: Census) -> Client:
    settings = Settings(
        limits=Limits(enabled=False), officials=Officials(geocoder=f"http://{census.host}/geocoder"), outbound=Outbound(allow=(census.host,))
    )
    return Client(create_app(settings, town.db))


STREET = {"zip": "00002", "street": "1 Mill Street", "city": "Nearby", "lookup": "1"}
OURS = {"Sec-Fetch-Site": "same-origin"}


def test_a_street_is_looked_up_only_when_it_is_asked_for(looking: Client, census: Census) -> None:
    page = looking.post("/officials", data=STREET, headers=OURS)
    assert "NY-1" in page.text and "Bo Lund Jr." in page.text
    assert len(census.asked) == 1 and "1+Mill+Street%2C+Nearby%2C+00002" in census.asked[0]
    looking.post("/officials", data=STREET | {"lookup": ""}, headers=OURS)
    assert len(census.asked) == 1


@pytest.mark.parametrize("answer", [b"<html>", {"result": {}}, {"result": {"addressMatches": []}}, b""])
def test_a_geocoder_that_fails_is_never_the_persons_problem(looking: Client, census: Census, answer: Any) -> None:
    census.answer = answer
    page = looking.post("/officials", data=STREET, headers=OURS)
    assert page.status_code == 200
    assert "touches 2 districts" in page.text, "the ZIP still says what it says"


def test_a_geocoder_that_hangs_slows_nobody_else(looking: Client, census: Census, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geocoding, "BOUNDS", outbound.Bounds(most=1 << 20, seconds=1.0))
    held = threading.Event()
    census.answer, census.waits = b"", held

    async def many() -> tuple[list[int], list[float], list[int]]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(looking._app), base_url="https://talk.example") as client:
            asking = [asyncio.create_task(client.post("/officials", data=STREET, headers=OURS)) for _ in range(20)]
            while len(census.asked) < 8:
                await asyncio.sleep(0.01)
            taken, plain = [], []
            for _ in range(10):  # others look up by ZIP meanwhile
                begun = time.monotonic()
                plain.append((await client.post("/officials", data={"zip": "00001"}, headers=OURS)).status_code)
                taken.append(time.monotonic() - begun)
            return [(await each).status_code for each in asking], taken, plain

    codes, taken, plain = asyncio.run(many())
    held.set()
    assert {*codes, *plain} == {200}, "who asked for the street gets the other ways instead"
    assert len(census.asked) <= 8, "no more than eight wait for it at once; the rest are told at once"
    assert sorted(taken)[5] < 0.5


def test_without_a_geocoder_nobody_is_asked_for_a_street(client: Client) -> None:
    assert 'name="street"' not in client.get("/officials").text
    assert "touches 2 districts" in client.post("/officials", data=STREET, headers=OURS).text


def test_the_page_of_officials_bears_the_newsrooms_name_where_there_is_but_one(town: Moot, client: Client) -> None:
    masthead = f'<header class="page masthead"><p><a href="/">{town.site.name}</a></p></header>'
    asked = [lambda: client.get("/officials"), lambda: client.post("/officials", data={"zip": "00001"}, headers=OURS)]
    assert [masthead in ask().text for ask in asked] == [True, True]
    town.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "other.example", "The Other", town.now))
    assert [masthead in ask().text for ask in asked] == [False, False]
