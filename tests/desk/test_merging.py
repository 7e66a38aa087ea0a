"""Two stories are merged at the desk: what goes along is seen first, then it is done, and taken back from the same page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from folkmoot.discussion import paging
from folkmoot.people import sessions
from folkmoot.people.model import COMMAND, Role
from folkmoot.sites import sites, stories
from folkmoot.work import Worker
from tests.hostile.asking import SETTINGS, Answer, House, get, send_form
from tests.moot import Moot

OLD = "https://news.example/old?p=17"


class Office:
    """A newsroom in which the lake stands twice."""

    def __init__(self, moot: Moot) -> None:
        self.moot, self.house = moot, House(moot.db, SETTINGS, lambda: moot.now)
        self.old = moot.take_in(OLD, "The old lake")
        self.bo = moot.guest("Bo")
        for words in ("Is it rising?", "It is."):
            moot.later(1)
            moot.post(self.bo, words, story=self.old)
        self._cookies: dict[str, str] = {}

    def cookie(self, role: Role) -> str:
        if role not in self._cookies:
            person = self.moot.member(role.title(), role).id or 0
            self._cookies[role] = self.moot.db.write_now(lambda tx: sessions.begin_page(tx, person, self.moot.now)).token
        return self._cookies[role]

    def reads(self, role: Role = "admin", **asked: str) -> Answer:
        return self.house.ask(get("/desk/stories/merge", {"site": str(self.moot.site.id), **asked}, cookie=self.cookie(role)))

    def merges(self, role: Role = "admin", **more: str) -> Answer:
        fields = {"site": str(self.moot.site.id), "story": str(self.old.id), "into": str(self.moot.story.id), **more}
        return self.house.ask(send_form("/desk/stories/merge", fields, self.cookie(role)))

    def parts(self, role: Role = "admin") -> Answer:
        return self.house.ask(send_form(f"/desk/stories/{self.old.id}/part", {"site": str(self.moot.site.id)}, self.cookie(role)))

    def work(self) -> None:
        worker = Worker(self.moot.db, SETTINGS, lambda: self.moot.now)
        while worker.work_once():
            pass

    def under(self, address: str) -> tuple[int, int]:
        """The story that an address leads to, and how many comments readers see there."""
        found = self.moot.db.read_now(lambda tx: stories.find(tx, address))
        assert found
        return found.id, self.moot.db.read_now(lambda tx: paging.counts(tx, [found.id]))[found.id]


@pytest.fixture
def office(moot: Moot) -> Iterator[Office]:
    office = Office(moot)
    yield office
    office.house.close()


def test_an_admin_sees_what_would_go_along_before_anything_is_done(office: Office) -> None:
    shown = office.reads(story=OLD, into="https://news.example/lake").text
    assert "“<a href=" in shown and "The old lake" in shown and "Comments, seen or not" in shown
    assert '<td class="num">2</td>' in shown and OLD.removeprefix("https://") in shown
    assert office.under(OLD) == (office.old.id, 2)


def test_two_stories_are_merged_and_parted_again_from_one_page(office: Office) -> None:
    answer = office.merges(reason="One lake.")
    assert answer.status == 303 and f"done={office.old.id}" in answer.headers["location"]
    assert "still being brought along" in office.reads().text
    office.work()
    assert office.under(OLD) == (office.moot.story.id, 2)
    page = office.reads(done=str(office.old.id)).text
    assert "is a part of “The lake” now" in page and "still being brought along" not in page
    assert office.parts().status == 303
    office.work()
    assert office.under(OLD) == (office.old.id, 2)
    log = office.house.ask(get("/desk/log", {"site": office.moot.site.id}, cookie=office.cookie("admin"))).text
    assert log.count(f'<a href="/thread/{office.moot.story.id}">see</a>') == 2 and "One lake." in log and "Into “" in log and "From “" in log


@pytest.mark.parametrize(
    ("story", "into", "said"),
    [
        (OLD, OLD, "one story already"),
        ("https://news.example/never", OLD, "There is no story at"),
        ("7", "8", "no such story"),
        ("x", OLD, "address"),
    ],
)
def test_what_cannot_be_merged_is_told_in_a_sentence_and_nothing_changes(office: Office, story: str, into: str, said: str) -> None:
    answer = office.reads(story=story, into=into)
    assert answer.status in (404, 409, 422) and said in answer.text and "Nothing was changed." in answer.text
    assert office.under(OLD) == (office.old.id, 2)


@pytest.mark.parametrize(("story", "into", "field"), [(OLD, "https://news.example/never", "into"), ("https://news.example/never", OLD, "story")])
def test_the_field_that_is_meant_is_marked_and_has_the_focus(office: Office, story: str, into: str, field: str) -> None:
    page = office.reads(story=story, into=into).text
    assert re.findall(r'<input id="(\w+)"[^>]* aria-invalid="true" autofocus', page) == [field]
    assert f'<a href="#{field}">' in page and f'id="{field}-wrong"' in page


def test_a_story_that_was_merged_stands_no_more_in_the_list_of_stories(office: Office) -> None:
    def listed() -> str:
        return office.house.ask(get("/desk/stories", {"site": str(office.moot.site.id)}, cookie=office.cookie("admin"))).text

    assert f'id="story-{office.old.id}"' in listed()
    office.merges()
    assert f'id="story-{office.old.id}"' not in listed() and f'id="story-{office.moot.story.id}"' in listed()


def test_a_merging_done_twice_is_told_so_and_the_reason_is_not_lost(office: Office) -> None:
    office.merges()
    office.work()
    again = office.merges(reason="Once more.")
    assert again.status == 409 and "merged already" in again.text


def test_only_who_may_merge_on_the_site_sees_the_page(office: Office) -> None:
    office.moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "herald.example", "The Herald", office.moot.now))
    assert office.reads("moderator").status == 403
    assert office.merges("moderator").status == 403
    assert office.parts("moderator").status == 403
    assert office.reads("editor").status == 200
    elsewhere = office.moot.take_in("https://herald.example/lake", "Another lake")
    assert office.merges(into=str(elsewhere.id)).status == 422
    assert office.under(OLD) == (office.old.id, 2)
