"""The pages around a discussion that carry it further: feeds that a reader finds, following, searching, what is most discussed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.people.model import COMMAND
from folkmoot.sites import sites
from tests.journeys.newsroom import Newsroom, calm
from tests.journeys.test_access import violations
from tests.journeys.test_desk import desk, moderator
from tests.journeys.test_live import still
from tests.journeys.walk import own_page, sees

READ = "async (address) => { const answer = await fetch(address); return [answer.headers.get('content-type'), await answer.text()]; }"


@pytest.fixture(scope="module")
def story(newsroom: Newsroom) -> int:
    """A story with three comments, on a site that may be searched."""
    for number in (1, 2, 3):
        newsroom.says("Hedda", f"I ran the lifeguards for {number} years.", "reach")
    newsroom.db.write_now(lambda tx: sites.change_site(tx, COMMAND, newsroom.site.id, policy=calm(search=True)))
    return newsroom.story("reach")


def test_a_reader_finds_the_feeds_of_a_page_and_they_hold_its_words(tab: Page, newsroom: Newsroom, story: int) -> None:
    page = own_page(tab, newsroom, "reach")
    found = page.locator('link[rel="alternate"]').evaluate_all("links => links.map(({type, href}) => [type, href])")
    assert [kind for kind, _ in found] == ["application/atom+xml", "application/feed+json", "application/atom+xml"]
    for kind, address in found:
        held, words = page.evaluate(READ, address)
        assert held.startswith(kind) and "I ran the lifeguards for 3 years." in words


def test_feeds_are_found_from_the_pages_of_a_site_and_of_a_member(browser: Browser, newsroom: Newsroom, story: int) -> None:
    page = desk(browser, newsroom, moderator(newsroom, "Hedda of the feeds"))
    for path, feed in (("/", "/sites/"), (f"/sites/{newsroom.site.host}/most-discussed", f"/sites/{newsroom.site.host}/"), ("/me", "/people/")):
        page.goto(newsroom.talk + path)
        found = page.locator('link[rel="alternate"]').evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert found and all(each.startswith(feed) for each in found), path
        held, _ = page.evaluate(READ, found[0])
        assert held.startswith("application/atom+xml")
    page.context.close()


def test_whoever_is_not_signed_in_is_told_how_to_follow(tab: Page, newsroom: Newsroom, story: int) -> None:
    page = own_page(tab, newsroom, "reach")
    page.get_by_role("link", name="Follow this discussion").click()
    sees(page.locator("main"), "can follow a discussion")
    assert violations(page) == []
    still(page, "follow")


def test_words_are_found_by_keyboard_and_without_script(browser: Browser, newsroom: Newsroom, story: int) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{newsroom.talk}/thread/{story}")
    page.get_by_role("link", name="Search it").click()
    page.get_by_label("Words to look for").fill('"for 2 years"')
    page.keyboard.press("Enter")
    for _ in range(40):  # the worker puts new words into the index within a second
        if page.get_by_text("I ran the lifeguards for 2 years.").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    expect(page.locator(".about")).to_have_count(1)
    still(page, "search-390")
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1000), ("dark", 320)])
def test_axe_finds_nothing_on_the_pages_that_find(browser: Browser, newsroom: Newsroom, story: int, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    host = newsroom.news.partition("//")[2]
    for path in ("search?q=lifeguards", "search?q=from:x", "most-discussed"):
        page.goto(f"{newsroom.talk}/sites/{host}/{path}")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        still(page, f"{path.partition('?')[0]}-{width}")
    context.close()
