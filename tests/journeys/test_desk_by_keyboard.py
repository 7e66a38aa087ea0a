"""A moderator with nothing but a keyboard does all that the desk can do, in a wide window and on a telephone, and is never lost after it.

No single key decides here (that is tests/journeys/test_desk.py): Tab, Enter, Space, arrows and letters in fields. After each deed the focus is
where its outcome is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from folkmoot.desk import reports
from folkmoot.discussion import appeals, moderation
from folkmoot.people import accounts, sessions
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.waiting import Because
from folkmoot.sites import sites
from folkmoot.sites.model import Site
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock
from tests.journeys.by_keyboard import Keyboard
from tests.journeys.newsroom import Newsroom, calm
from tests.journeys.test_desk import desk, reported, state

RULES = ("Speak to the matter.", "No advertising.")


class Sitting(Keyboard):
    """Somebody at the desk of a newsroom of their own. site: its name among the newspaper's addresses."""

    def __init__(self, page: Page, newsroom: Newsroom, site: Site, admin: Actor) -> None:
        super().__init__(page)
        self.newsroom, self.site, self.admin = newsroom, site, admin

    @property
    def width(self) -> int:
        return self.page.viewport_size["width"] if self.page.viewport_size else 0

    def at(self, path: str) -> None:
        """Opens a page of the desk."""
        answer = self.page.goto(self.newsroom.talk + path)
        assert answer is not None and answer.ok, answer

    def room(self, name: str) -> None:
        self.at(f"/desk/{name}?site={self.site.id}")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name).first

    def says(self, name: str, text: str, path: str) -> int:
        return self.newsroom.says(name, text, path, site="keyboard")

    def writes(self, act: Any) -> Any:
        return self.newsroom.db.write_now(act)


@pytest.fixture(scope="module")
def paper(newsroom: Newsroom) -> tuple[Site, Actor, str]:
    """A newsroom whose rules and look may change, its administrator, and the cookie of their browser."""
    site, now = newsroom._add("keyboard", "The Keyboard Courier", "en"), clock()

    def act(tx: Tx) -> tuple[Site, Actor, str]:
        changed = sites.change_site(tx, COMMAND, site.id, policy=calm(guidelines=RULES))
        person = accounts.member_of(tx, accounts.MAILBOX, "keys@mail.example", "keys@mail.example", "Kirsten", now)
        accounts.grant(tx, person.id, "admin", site.id, None, now)
        return changed, Actor(person, frozenset({(site.id, "admin")})), sessions.begin_page(tx, person.id, now).token

    return newsroom.db.write_now(act)


@pytest.fixture(params=(1280, 320))
def sits(request: pytest.FixtureRequest, browser: Browser, newsroom: Newsroom, paper: tuple[Site, Actor, str]) -> Iterator[Sitting]:
    site, admin, cookie = paper
    page = desk(browser, newsroom, cookie, width=request.param)
    yield Sitting(page, newsroom, site, admin)
    page.context.close()


def test_what_waits_is_removed_with_a_reason_and_brought_back(sits: Sitting) -> None:
    said = reported(sits.newsroom, "Casimir", "Everybody knows where she lives, it is the yellow house.", "private", path="kept", site="keyboard")
    sits.at(f"/desk/comment/{said}")
    sits.press(sits.page.get_by_role("link", name="Skip to what waits"))
    sits.lands("main")
    sits.choose(sits.page.locator(".decide").get_by_label("Speak to the matter."))
    sits.press(sits.page.get_by_text("Say more", exact=True))
    sits.fill(sits.page.get_by_label("In your words, for its writer"), "Xerxes, no addresses.")  # letters that are keys elsewhere
    sits.fill(sits.page.get_by_label("A note for the desk alone"), "Third time.")
    sits.go(sits.button("Remove"))
    assert state(sits.newsroom, said) == "removed"
    sits.lands("#done")
    sits.go(sits.button("Undo"))
    assert state(sits.newsroom, said) == "published"
    sits.lands("#back")
    sits.at(f"/desk/comment/{said}")
    sits.go(sits.button("Let it stand"))
    sits.lands("#done")


def test_an_item_is_taken_in_hand_and_given_back(sits: Sitting) -> None:
    said = reported(sits.newsroom, "Jory", "Five people decided this for the rest of us.", "other", path="claims", site="keyboard")
    with sits.page.expect_response(lambda answer: answer.url.endswith("/claim")):  # looking at it takes it
        sits.at(f"/desk/comment/{said}")
    sits.page.reload()
    sits.go(sits.button("Give it back"))
    sits.lands("main")
    sits.page.wait_for_load_state()
    sits.writes(lambda tx: moderation.decide(tx, COMMAND, said, "release", "", clock()))


def test_several_are_ticked_and_decided_together(sits: Sitting) -> None:
    both = [reported(sits.newsroom, name, f"{name} sells cheap kits.", "advertising", path="several", site="keyboard") for name in ("Ann", "Bob")]
    sits.at(f"/desk?site={sits.site.id}")
    for each in both:
        sits.press(sits.page.locator(f"[value='comment.{each}']"), "Space")
    sits.press(sits.page.locator(".bulk summary"))
    sits.choose(sits.page.locator(".bulk").get_by_label("No advertising."))
    sits.go(sits.button("Remove them"))
    sits.lands("#done")
    assert [state(sits.newsroom, each) for each in both] == ["removed", "removed"]
    sits.go(sits.button("Undo"))
    sits.lands("#back")
    for each in both:
        assert state(sits.newsroom, each) == "published"
        sits.writes(lambda tx, each=each: moderation.decide(tx, COMMAND, each, "release", "", clock()))


def _appealed(sits: Sitting) -> int:
    now, said = clock(), sits.says("Nadia", "Go home, all of you.", "appeals")

    def act(tx: Tx) -> None:
        vera = accounts.member_of(tx, accounts.MAILBOX, "vera-keys@mail.example", "vera-keys@mail.example", "Vera", now)
        moderation.decide(tx, Actor(vera, frozenset({(sits.site.id, "moderator")})), said, "remove", Because("", RULES[0]), now)
        row = moderation.store.comment_row(tx, said)
        assert row is not None
        appeals.appeal(tx, Actor(accounts.get_person(tx, row.person)), said, "A joke between friends.", now)

    sits.writes(act)
    return said


def test_an_appeal_is_granted(sits: Sitting) -> None:
    said = _appealed(sits)
    sits.at(f"/desk/comment/{said}")
    sits.go(sits.button("Give it back"))
    sits.lands("#done")
    assert state(sits.newsroom, said) == "published"


def test_a_report_of_unlawful_content_is_written_followed_and_decided(sits: Sitting) -> None:
    said = sits.says("Ulf", "She lives in Ferry Lane 12.", "unlawful")
    sits.at(f"/comments/{said}/report")
    sits.fill(sits.page.get_by_label("Why is it unlawful?"), "It tells where she lives.")
    sits.fill(sits.page.get_by_label("Which law, if you know it"), "Data protection")
    sits.go(sits.button("Report it"))
    sits.lands("[role=status]")
    report = sits.newsroom.db.read_now(lambda tx: reports.waiting(tx, sits.site.id, "time", None, 50))[-1]
    sits.at(f"/desk/report/{report.id}")
    sits.choose(sits.page.locator(".decide").get_by_label("Speak to the matter."))
    sits.go(sits.button("Remove it as unlawful"))
    sits.lands("#done")
    assert state(sits.newsroom, said) == "removed"


def test_somebody_is_noted_barred_and_let_back(sits: Sitting) -> None:
    said = sits.says("Ottokar", "I was here first.", "people")
    person = sits.newsroom.db.read_now(lambda tx: moderation.store.comment_row(tx, said)).person
    sits.room(f"people/{person}")
    sits.press(sits.page.get_by_text("Warn, mute or ban"))
    form = sits.page.locator("form.stack")
    sits.choose(form.get_by_label("No advertising."))
    sits.fill(form.get_by_label("In your words, for them"), "Rest a while.")
    sits.fill(form.get_by_label("For how many days?"), "3")
    sits.go(form.get_by_role("button", name="Ban"))
    sits.lands("#decided")
    expect(sits.page.locator("main")).to_contain_text("Rest a while.")
    sits.go(sits.button("Take it back"))
    sits.lands("#decided")
    expect(sits.page.locator("main")).to_contain_text("taken back on")
    sits.fill(sits.page.get_by_label("A note for the desk alone").last, "Knows the lake.")
    sits.go(sits.button("Note it"))
    sits.lands("#notes")
    sits.go(sits.button("Remove the note"))
    sits.lands("#notes")
    expect(sits.page.locator("main")).not_to_contain_text("Knows the lake.")


def test_a_story_is_slowed_closed_and_opened(sits: Sitting) -> None:
    story = sits.newsroom.story(f"valve-{sits.width}", "keyboard")
    for deed, told in (("Slow it", "slowed to one in 45 s"), ("Close it", "closed"), ("Take comments again", "comment")):
        sits.room("stories")
        line = sits.page.locator(f"#story-{story}")
        sits.press(line.locator("summary"))
        sits.fill(line.get_by_label("Reason, for the log"), "A rush of them.")
        if deed == "Slow it":
            sits.fill(line.get_by_label("Seconds between two"), "45")
        sits.go(line.get_by_role("button", name=deed))
        sits.lands(f"#story-{story}")
        expect(line.locator(".fine").first).to_contain_text(told)


def test_a_comment_is_marked_and_its_words_mended(sits: Sitting) -> None:
    said = sits.says("Pia", "The gauge was dri in May.", "marks")
    sits.at(f"/me/c/{said}")
    for deed in ("Put it above the thread", "Choose it", "No more replies below it", "Take replies again"):
        sits.go(sits.button(deed))
        sits.lands("#now")
    sits.go(sits.page.get_by_role("link", name="Mend its words"))
    sits.fill(sits.page.get_by_label("What Pia wrote"), "The gauge was dry in May.")
    sits.fill(sits.page.get_by_label("Reason, shown to its writer"), "A letter.")
    sits.go(sits.button("Change it"))
    sits.lands("#now")
    expect(sits.page.locator("main")).to_contain_text("The gauge was dry in May.")


def test_rules_are_changed_tried_and_switched_on(sits: Sitting) -> None:
    sits.says("Rhea", "Cheap test kits, ask me how.", "rules")
    word = f"kits{sits.width}"
    sits.room("rules")
    sits.fill(sits.page.get_by_label("Address of your terms"), "not an address")
    sits.go(sits.button("Try it on last month’s comments"))
    sits.lands("[role=alert]")
    sits.reach(sits.page.locator("[name=mode]:checked"))
    sits.page.keyboard.press("ArrowDown")
    sits.press(sits.page.get_by_label("Readers may search the comments"), "Space")
    sits.fill(sits.page.get_by_label("Words that are looked at first"), f"pools\n{word}")
    sits.fill(sits.page.get_by_label("Address of your terms"), "")
    sits.go(sits.button("Try it on last month’s comments"))
    switch = sits.button("Switch it on")
    switch.wait_for()
    sits.lands("h1")
    sits.fill(sits.page.get_by_label("Why, for the log"), "Many sell kits.")
    sits.go(switch)
    sits.lands("#on")
    policy = sits.newsroom.db.read_now(lambda tx: sites.get_site(tx, sits.site.id)).policy
    assert word in policy.suspect_words
    sits.writes(lambda tx: sites.change_site(tx, COMMAND, sits.site.id, policy=calm(guidelines=RULES)))


def test_the_log_is_sifted_and_taken_along_as_a_table(sits: Sitting) -> None:
    said = sits.says("Lars", "Something to decide.", "log")
    sits.writes(lambda tx: moderation.decide(tx, sits.admin, said, "hold", Because("For the log."), clock()))
    sits.room("log")
    for name, letter in (("what", "c"), ("deed", "h")):
        sits.press(sits.page.locator(f"[name={name}]"), letter)
    sits.go(sits.button("Show"))
    sits.lands("#entries")
    expect(sits.page.locator("#entries")).to_contain_text("For the log.")
    assert "what=comment&deed=hold" in sits.page.url
    sits.reach(sits.page.get_by_role("link", name="As a table (CSV)"))
    with sits.page.expect_download() as table:
        sits.page.keyboard.press("Enter")
    assert "For the log." in table.value.path().read_text()


def test_figures_are_read_as_tables_and_as_the_public_sees_them(sits: Sitting) -> None:
    sits.room("figures")
    sits.press(sits.page.get_by_text("As tables"))
    sits.reach(sits.page.get_by_role("region", name="Figures as tables"))
    sits.go(sits.page.get_by_role("link", name="What the public sees"))
    expect(sits.page.get_by_role("heading", level=1)).to_contain_text("moderates")


def test_a_program_is_told_tested_and_told_no_more(sits: Sitting) -> None:
    address = f"http://8.8.8.8/keys-{sits.width}"
    sits.room("hooks")
    sits.fill(sits.page.get_by_label("Its address"), "http://10.0.0.7/told")
    sits.go(sits.button("Add it"))
    sits.lands("#address")
    sits.fill(sits.page.get_by_label("Its address"), address)
    sits.go(sits.button("Add it"))
    sits.lands("[role=status]")
    sits.go(sits.button(f"Send a test {address}"))
    sits.lands("h2")
    sits.go(sits.button(f"Give a new secret {address}"))
    sits.lands("[role=status]")
    sits.go(sits.button(f"Tell it no more {address}"))
    sits.lands("h2")


def test_a_look_that_cannot_be_read_is_refused_and_another_saved(sits: Sitting) -> None:
    sits.room("look")
    sits.fill(sits.page.get_by_label("Words", exact=True), "#ddd #444")
    sits.go(sits.button("See it first"))
    sits.lands("[role=alert]")
    sits.fill(sits.page.get_by_label("Words", exact=True), "#111 #eee")
    sits.go(sits.button("See it first"))
    sits.lands("[role=status]")
    sits.go(sits.button("Save"))
    sits.lands("#saved")


def test_words_are_found_and_kept_ones_shown_to_who_says_why(sits: Sitting) -> None:
    said = sits.says("Quirin", f"Quagmire {clock()}", "found")
    sits.writes(lambda tx: moderation.decide(tx, COMMAND, said, "remove", "", clock()))
    sits.room("search")
    sits.fill(sits.page.get_by_role("searchbox"), "from:soon")
    sits.go(sits.button("Find"))
    sits.lands("#q")
    sits.fill(sits.page.get_by_role("searchbox"), "author:Quirin")
    sits.go(sits.button("Find"))
    sits.lands("#found")
    sits.at(f"/desk/kept/{said}")
    sits.fill(sits.page.get_by_label("Why do you look at them?"), "Order of the court.")
    sits.go(sits.button("Look at them"))
    sits.lands(".told")
    expect(sits.page.locator("main")).to_contain_text("Quagmire")
