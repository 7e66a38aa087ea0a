"""A member follows a discussion, mutes it, and says what may be mailed: by keyboard and without script, and it is so."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.people import accounts, sessions
from folkmoot.people.model import Actor
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations
from tests.journeys.test_live import still

MAILBOX = "noor-notices@mail.example"


@pytest.fixture(scope="module")
def noor(newsroom: Newsroom) -> Actor:
    now = clock()
    return Actor(newsroom.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, MAILBOX, MAILBOX, "Noor", now)))


@pytest.fixture
def member(browser: Browser, newsroom: Newsroom, noor: Actor) -> Iterator[Page]:
    """Noor's tab, without script."""
    token = newsroom.db.write_now(lambda tx: sessions.begin_page(tx, noor.id or 0, clock())).token
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 800})
    context.add_cookies([{"name": "folkmoot", "value": token, "url": newsroom.talk}])
    yield context.new_page()
    context.close()


def subjects(newsroom: Newsroom) -> list[str]:
    """What was mailed to Noor."""
    folder = Path(newsroom.settings.mail.to_folder)
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*"))] if folder.exists() else []
    return [str(each["Subject"]) for each in mails if MAILBOX in str(each["To"])]


def arrives(page: Page, newsroom: Newsroom, number: int) -> None:
    """Waits until so many mails have come to Noor."""
    for _ in range(150):
        if len(subjects(newsroom)) >= number:
            break
        page.wait_for_timeout(100)
    assert len(subjects(newsroom)) == number


def chooses(page: Page, newsroom: Newsroom, path: str, words: str) -> None:
    """Goes from a discussion to what one wants to hear of it, and says so with the keyboard alone."""
    page.goto(f"{newsroom.talk}/thread?url={newsroom.at(path)}")
    page.get_by_role("link", name="Follow this discussion").focus()
    page.keyboard.press("Enter")
    choice = page.get_by_label(words, exact=True)
    choice.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label(words, exact=True)).to_be_checked()


def wishes(page: Page, newsroom: Newsroom, how: str) -> None:
    """Says of every topic how it may be mailed, and keeps it by keyboard."""
    page.goto(f"{newsroom.talk}/me/settings")
    selects = page.locator("select[name=how]")
    expect(selects.first).to_be_visible()
    for number in range(selects.count()):
        selects.nth(number).select_option(how)
    page.get_by_role("button", name="Keep these wishes").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert set(page.locator("select[name=how]").evaluate_all("all => all.map(each => each.value)")) == {how}


def test_a_member_follows_hears_mutes_and_hears_no_more(member: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "I ran the lifeguards.", "followed")
    wishes(member, newsroom, "at_once")
    chooses(member, newsroom, "followed", "All that is said")
    assert member.evaluate("document.documentElement.scrollWidth") <= 320
    still(member, "following-320")
    newsroom.says("Bo", "The jetty was rotten.", "followed")
    arrives(member, newsroom, 1)
    member.goto(f"{newsroom.talk}/me/notices")
    expect(member.get_by_text("The jetty was rotten.")).to_be_visible()
    still(member, "notices-320")
    chooses(member, newsroom, "followed", "Nothing")
    newsroom.says("Bo", "Nobody hears this.", "followed")
    newsroom.says("Hedda", "A marker.", "followed-marker")
    chooses(member, newsroom, "followed-marker", "All that is said")
    newsroom.says("Bo", "This is heard.", "followed-marker")
    arrives(member, newsroom, 2)  # the marker's alone
    member.goto(f"{newsroom.talk}/me/notices")
    expect(member.get_by_text("This is heard.")).to_be_visible()
    expect(member.get_by_text("Nobody hears this.")).to_have_count(0)


def test_a_member_says_what_may_be_mailed(member: Page, newsroom: Newsroom) -> None:
    wishes(member, newsroom, "never")
    still(member, "wishes-320")
    before = len(subjects(newsroom))
    newsroom.says("Hedda", "A start.", "wished")
    chooses(member, newsroom, "wished", "All that is said")
    newsroom.says("Bo", "On the page, not by mail.", "wished")
    for _ in range(100):
        member.goto(f"{newsroom.talk}/me/notices")
        if member.get_by_text("On the page, not by mail.").count():
            break
        member.wait_for_timeout(100)
    expect(member.get_by_text("On the page, not by mail.")).to_be_visible()
    assert len(subjects(newsroom)) == before


def test_axe_finds_nothing_where_a_member_says_what_they_wish(browser: Browser, member: Page, newsroom: Newsroom) -> None:
    story = newsroom.story("followed")
    for scheme, width in (("light", 320), ("dark", 1000)):
        context = browser.new_context(bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
        context.add_cookies(member.context.cookies())  # type: ignore[arg-type]
        page = context.new_page()
        for path in (f"/thread/{story}/follow", "/me/settings", "/me/notices"):
            page.goto(newsroom.talk + path)
            assert violations(page) == [], path
        context.close()
