"""An address leads to a story, and only the site itself says what it is called and where else it is found."""

from __future__ import annotations

import pytest

from folkmoot.errors import Conflict, Invalid, NotAllowed
from folkmoot.people.model import COMMAND, Actor
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Story
from folkmoot.storage.database import connect
from tests.moot import DAY, Moot


def found(moot: Moot, address: str, key: str | None = None) -> Story | None:
    return moot.db.read_now(lambda tx: stories.find(tx, address, key))


@pytest.mark.parametrize(
    "spelling",
    [
        "http://news.example/lake", "https://NEWS.example/lake#comments", "https://www.news.example/lake/", "https://news.example:443/lake",
        "https://news.example/x/../lake?utm_source=mail", "https://news.example/l%61ke",
    ],
)  # fmt: skip
def test_every_spelling_of_an_address_is_one_story(moot: Moot, spelling: str) -> None:
    story = found(moot, spelling)
    assert story and story.id == moot.story.id


def test_another_path_is_another_story(moot: Moot) -> None:
    assert found(moot, "https://news.example/lake/2") is None


def test_a_foreign_host_is_refused(moot: Moot) -> None:
    for address in ("https://evil.example/lake", "https://news.example.evil.example/lake", "https://user@evil.example/lake"):
        with pytest.raises(Invalid):
            found(moot, address)


def test_the_publishers_own_id_comes_before_the_address(moot: Moot) -> None:
    def take_in(tx: object) -> Story:
        return stories.ensure(tx, "https://news.example/old-place", "id-7", "Seven", "page", moot.now)  # type: ignore[arg-type]

    seven = moot.db.write_now(take_in)
    story = found(moot, "https://news.example/new-place", "id-7")
    assert story and story.id == seven.id


def test_a_wildcard_admits_labels_and_nothing_else(moot: Moot) -> None:
    moot.db.write_now(lambda tx: sites.add_host(tx, COMMAND, moot.site.id, "*.towns.example", moot.now))
    assert moot.db.read_now(lambda tx: sites.site_for(tx, "ostley.towns.example")) is not None
    for host in ("towns.example", "eviltowns.example", "ostley.towns.example.evil.example"):
        assert moot.db.read_now(lambda tx, h=host: sites.site_for(tx, h)) is None


def test_a_title_from_a_reader_gives_way_to_the_pages_own(moot: Moot) -> None:
    def told(title: str, by: stories.ToldBy) -> str:
        return moot.db.write_now(lambda tx: stories.ensure(tx, "https://news.example/fence", None, title, by, moot.now)).title

    told("A fence!!", "reader")
    told("A worse fence", "reader")
    story = found(moot, "https://news.example/fence")
    assert story and story.title == "A fence!!"
    told("The fence at the lake", "page")
    told("Nonsense", "reader")
    story = found(moot, "https://news.example/fence")
    assert story and story.title == "The fence at the lake"


def test_an_alias_leads_to_its_story_and_belongs_to_one(moot: Moot) -> None:
    other = moot.take_in("https://news.example/school")
    moot.db.write_now(lambda tx: stories.add_alias(tx, COMMAND, moot.story.id, "https://old.example/lake", moot.now))
    story = found(moot, "https://old.example/lake")
    assert story and story.id == moot.story.id
    with pytest.raises(Conflict):
        moot.db.write_now(lambda tx: stories.add_alias(tx, COMMAND, other.id, "https://old.example/lake", moot.now))


def test_what_another_process_says_of_an_address_holds_for_the_very_next_write(moot: Moot, database_url: str) -> None:
    def writer_finds() -> Story | None:
        return moot.db.write_now(lambda tx: stories.find(tx, "https://news.example/lake-closed"))

    assert writer_finds() is None
    other = connect(database_url, readers=1, lanes=1)
    other.write_now(lambda tx: stories.add_alias(tx, COMMAND, moot.story.id, "https://news.example/lake-closed", moot.now))
    named = writer_finds()
    assert named and named.id == moot.story.id and named.title != "No swimming"
    other.write_now(lambda tx: stories.rename(tx, COMMAND, moot.story.id, "No swimming", moot.now))
    other.close()
    renamed = writer_finds()
    assert renamed and renamed.title == "No swimming"



def test_only_staff_close_a_story(moot: Moot) -> None:
    with pytest.raises(NotAllowed):
        moot.db.write_now(lambda tx: stories.close(tx, Actor(), moot.story.id, "", moot.now))
    ines = moot.member("Ines", "moderator")
    assert moot.db.write_now(lambda tx: stories.close(tx, ines, moot.story.id, "Settled", moot.now)).closed == moot.now
    with pytest.raises(Conflict):
        moot.db.write_now(lambda tx: stories.close(tx, ines, moot.story.id, "Settled", moot.now))
    assert moot.db.write_now(lambda tx: stories.open_again(tx, ines, moot.story.id, "", moot.now)).closed is None


def test_a_story_closes_after_the_days_that_its_site_sets(moot: Moot) -> None:
    moot.allow(closes_after_days=14)
    rule = Actor(door="rule")

    def close_due() -> int:
        return moot.db.write_now(lambda tx: stories.close_due(tx, rule, sites.get_site(tx, moot.site.id), moot.now))

    moot.later(13 * DAY)
    assert close_due() == 0
    moot.later(2 * DAY)
    assert close_due() == 1


def test_a_host_is_registered_once(moot: Moot) -> None:
    with pytest.raises(Conflict):
        moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "NEWS.example", "Again", moot.now))
