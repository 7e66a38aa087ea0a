"""An administrator merges a story that stands twice and takes it back: by keyboard alone, in two schemes, widths and directions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.people import accounts, sessions
from folkmoot.sites import stories
from folkmoot.sites.model import Site
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations
from tests.journeys.test_desk import desk, still

VIEWS = (("light", 1280, "merges", "The Harbour Post"), ("dark", 320, "merges-ar", "بريد الميناء"))


@pytest.fixture(params=VIEWS, ids=lambda view: "-".join(map(str, view[:3])))
def room(request: pytest.FixtureRequest, browser: Browser, newsroom: Newsroom) -> Iterator[tuple[Page, Site, list[str]]]:
    """An administrator’s tab, the newsroom, and the two addresses of its lake."""
    scheme, width, name, title = request.param
    site = newsroom._add(name, title, "ar" if name.endswith("ar") else "en")
    addresses = [f"http://{site.host}/lake", f"http://{site.host}/2014/05/the-lake-and-all-that-was-ever-said-of-it?p=17"]
    newsroom.db.write_now(lambda tx: _take_in(tx, addresses))
    page = desk(browser, newsroom, newsroom.db.write_now(lambda tx: _admin(tx, site)), scheme, width)
    page.context.set_extra_http_headers({"Accept-Language": site.language})
    yield page, site, addresses
    page.context.close()


def _admin(tx: Tx, site: Site) -> str:
    mailbox = f"merges-{site.id}@news.example"
    ada = accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, "Ada", clock())
    accounts.grant(tx, ada.id, "admin", site.id, None, clock())
    return sessions.begin_page(tx, ada.id, clock()).token


def _take_in(tx: Tx, addresses: list[str]) -> None:
    for address in addresses:
        stories.ensure(tx, address, None, "The lake", "page", clock())


def test_a_story_that_stands_twice_is_merged_and_parted_by_keyboard(room: tuple[Page, Site, list[str]], newsroom: Newsroom) -> None:
    page, site, (stays, goes) = room
    page.goto(f"{newsroom.talk}/desk/stories?site={site.id}")
    page.locator(f'a[href="/desk/stories/merge?site={site.id}"]').press("Enter")
    _seen(page, f"merge-{site.host}")
    page.locator("#story").fill(goes)
    page.keyboard.press("Tab")
    page.keyboard.type(goes)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#story")).to_have_value(goes)
    _seen(page, f"merge-refused-{site.host}")
    page.locator("#into").fill(stays)
    page.locator("#into").press("Enter")
    expect(page.locator("#what")).to_be_visible()
    _seen(page, f"merge-preview-{site.host}")
    page.locator("#reason").fill("One lake.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_be_visible()
    _seen(page, f"merge-done-{site.host}")
    page.locator(".toast button").press("Enter")
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("#merged")).to_have_count(0)
    _seen(page, f"merge-parted-{site.host}")


def _seen(page: Page, name: str) -> None:
    still(page, name)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
