"""Who does not live there, as the ways demand; and how officials answer, once enough have said."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from folkmoot.action import delivery, store_letters
from folkmoot.action.delivery import option_for
from folkmoot.action.model_letters import Represented
from folkmoot.app import create_app
from folkmoot.storage.database import Database
from tests.action import facts
from tests.action.guided import ASK, DESI, HOME, OTTO, Guided, words_of
from tests.web.stand import Client

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def guided(db: Database, now: int) -> Guided:
    return Guided(db, now)


def moved_on(guided: Guided) -> Represented:
    """What the lists say after the districts have changed: Otto represents others now."""
    return Represented("certain", (option_for(DESI, guided.settings),), data="2027-01-03")


def test_a_draft_that_has_waited_over_a_change_of_districts_is_warned_of_once(guided: Guided) -> None:
    guided.to_preview("imogen")
    guided.found = moved_on(guided)
    said = guided.hear("imogen", "send").says
    assert "is no longer represented by Otto Marsh" in words_of(said)
    assert guided.letters("imogen") == []
    guided.hear("imogen", "send")
    assert guided.states("imogen") == {"otto": "confirm"}, "who means it may, by mail"


def test_a_way_that_refuses_outsiders_refuses_them_however_often_it_is_asked(guided: Guided, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = structs.replace(delivery.email.WAY, outsiders="refuse")
    monkeypatch.setitem(delivery.BY_NAME, "email", strict)
    monkeypatch.setattr(delivery, "WAYS", (strict, *delivery.WAYS[1:]))
    guided.to_preview("imogen")
    guided.found = moved_on(guided)
    for _ in range(3):
        assert "take letters only from those they represent" in words_of(guided.hear("imogen", "send").says)
    assert guided.letters("imogen") == []
    own_word = delivery.option_for(OTTO, guided.settings, declared=True)
    assert (own_word.way, own_word.declared) == ("paper", True), "a district that is only somebody's word is not enough for it"


def test_what_somebody_picked_themselves_is_marked_before_they_write(guided: Guided) -> None:
    guided.found = Represented("certain", (delivery.option_for(OTTO, guided.settings, declared=True),))
    guided.says("imogen", "write", "ok", ASK)
    assert "your own pick" in words_of(guided.hear("imogen", HOME).says)


def test_how_an_official_answers_is_public_once_five_have_said(guided: Guided, tmp_path: Path) -> None:
    client = Client(create_app(guided.settings, guided.db))
    facts.load(guided.db, facts.folder(tmp_path))

    def says(number: int, answer: str) -> None:
        guided.db.write_now(lambda tx: store_letters.put_answer(tx, number, "B000002", guided.site.id, answer, guided.now))

    def page() -> str:
        return str(client.get("/officials/of?official=B000002").text)

    for number in range(1, 5):
        says(number, "answered" if number < 3 else "none")
    says(9, "none_expected")
    assert "whose writers told us" not in page()
    assert client.get("/api/v1/officials/one?id=B000002").json()["responses"] is None
    says(5, "answered")
    assert "Of 5 letters from here whose writers told us, 3 got an answer" in page()
    assert client.get("/api/v1/officials/one?id=B000002").json()["responses"] == {"answered": 3, "asked": 5}
    found = client.post("/officials", data={"zip": "00001", "level": "country"}, headers=OURS)
    assert "3 got an answer" in found.text


GERMANY = (
    "id,name,division,role,office\n"
    "m-7,Greta Lindner,ocd-division/country:de/wahlkreis:7,member,Member of the Bundestag\n"
)


def test_the_form_offers_every_country_that_is_loaded(guided: Guided, tmp_path: Path) -> None:
    client = Client(create_app(guided.settings, guided.db))
    facts.load(guided.db, facts.folder(tmp_path / "us"))
    assert '<select id="country"' not in client.get("/officials").text
    codes = "postal_code,division\n24103,ocd-division/country:de/wahlkreis:7\n"
    facts.load(guided.db, facts.write(tmp_path / "de", officials__csv=GERMANY, postal__csv=codes), dated="2026-06-15")
    page = client.get("/officials").text
    assert '<option value="us" selected>United States</option><option value="de">Germany</option>' in page
    found = client.post("/officials", data={"zip": "24103", "country": "de", "level": "country"}, headers=OURS)
    assert "Greta Lindner" in found.text
