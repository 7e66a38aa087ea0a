"""A site's desk sees of somebody what they did on that site; what waits or was removed on another is not its affair."""

from __future__ import annotations

import pytest

from folkmoot.desk.record import record_of
from folkmoot.discussion import at_desk, store_waits
from folkmoot.people import sanctions, store_sanctions
from folkmoot.people.accounts import grant
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.waiting import Because
from folkmoot.sites import sites
from folkmoot.sites.model import Site
from tests.me.tab import Tab
from tests.moot import Moot

SAID = "The mayor has sold the eastern jetty."
BLOCK = "block-of-the-news"


@pytest.fixture
def gazette(moot: Moot) -> Site:
    """Another newsroom on the same server."""
    return moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "gazette.example", "The Gazette", moot.now))


@pytest.fixture
def gus(moot: Moot, gazette: Site) -> Actor:
    """He moderates the Gazette, and nothing else."""
    gus = moot.member("Gus")
    moot.db.write_now(lambda tx: grant(tx, gus.id or 0, "moderator", gazette.id, None, moot.now))
    return Actor(person=gus.person, roles=frozenset({(gazette.id, "moderator")}))


@pytest.fixture
def ada(moot: Moot) -> Actor:
    """She wrote for the News, where it was removed."""
    ada = Actor(person=moot.member("Ada").person, network=BLOCK)
    moot.decide(COMMAND, moot.says(ada, SAID), "remove", "Not proven.")
    return ada


def in_gazette(moot: Moot, who: Actor, text: str) -> int:
    moot.later(1)
    return moot.post(who, text, story=moot.take_in("https://gazette.example/fair", "The fair")).id


def test_who_never_came_to_a_site_is_nobody_to_its_desk(moot: Moot, gazette: Site, gus: Actor, ada: Actor) -> None:
    tab, page = Tab(moot, gus), f"/desk/people/{ada.id}"
    assert tab.get(f"{page}?site={gazette.id}").status_code == 404
    assert tab.post(f"{page}/sanctions", data={"site": str(gazette.id), "do": "warn", "reason": "So."}).status_code == 404
    assert tab.post(f"{page}/notes", data={"site": str(gazette.id), "words": "So."}).status_code == 404
    assert moot.db.read_now(lambda tx: store_sanctions.sanctions_of(tx, ada.id or 0, 9)) == []


def test_the_page_of_somebody_shows_nothing_of_another_site(moot: Moot, gazette: Site, gus: Actor, ada: Actor) -> None:
    in_gazette(moot, Actor(person=ada.person), "What a lovely fair.")
    page = Tab(moot, gus).get(f"/desk/people/{ada.id}?site={gazette.id}").text
    assert "What a lovely fair." in page
    assert SAID not in page
    assert "Not proven." not in page
    record = moot.db.read_now(lambda tx: record_of(tx, gazette, ada.id, moot.now))
    assert record is not None
    assert (record.comments, record.removed, record.decisions) == (1, 0, ())
    networks = moot.db.read_now(lambda tx: [store_waits.last_network(tx, each.id, ada.id or 0) for each in (gazette, moot.site)])
    assert networks == [None, BLOCK]


def test_a_vote_or_a_decision_on_the_site_makes_somebody_known_there(moot: Moot, gazette: Site, gus: Actor, ada: Actor) -> None:
    mark = moot.member("Mark")
    moot.vote(ada, in_gazette(moot, moot.guest("Bo"), "Come to the fair."), 1)
    moot.db.write_now(lambda tx: sanctions.sanction(tx, COMMAND, gazette.id, "warn", mark.id or 0, Because("So."), moot.now))
    tab = Tab(moot, gus)
    assert [tab.get(f"/desk/people/{each.id}?site={gazette.id}").status_code for each in (ada, mark)] == [200, 200]


def test_the_same_words_are_found_on_the_same_site_only(moot: Moot, gus: Actor, ada: Actor) -> None:
    bo, cy = moot.guest("Bo"), moot.guest("Cy")
    first, second = in_gazette(moot, bo, SAID), in_gazette(moot, cy, SAID)
    shown = moot.db.read_now(lambda tx: at_desk.show(tx, gus, second, moot.now))
    assert [row.id for row in shown["alike"]] == [first]  # type: ignore[attr-defined]
