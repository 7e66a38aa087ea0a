"""An administrator sees to hooks and to the look, with the keyboard, without script, in each scheme and width."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.people import accounts, sessions
from folkmoot.sites.model import Site
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations

VIEWS = (("light", 1000, "looks"), ("dark", 320, "looks-ar"))


@pytest.fixture(scope="module")
def sites(newsroom: Newsroom) -> dict[str, Site]:
    """Two newsrooms of our own, so that nobody else's look changes."""
    return {"looks": newsroom._add("looks", "The Harbour Post", "en"), "looks-ar": newsroom._add("looks-ar", "بريد الميناء", "ar")}


@pytest.fixture(params=VIEWS, ids=lambda view: "-".join(map(str, view)))
def desk(request: pytest.FixtureRequest, browser: Browser, newsroom: Newsroom, sites: dict[str, Site]) -> Iterator[tuple[Page, Site]]:
    """An administrator's tab without script, and the newsroom."""
    scheme, width, name = request.param
    now, site, mailbox = clock(), sites[name], f"house-{scheme}-{width}-{name}@news.example"
    ada = newsroom.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, "Ada", now))
    newsroom.db.write_now(lambda tx: accounts.grant(tx, ada.id, "admin", site.id, None, now))
    token = newsroom.db.write_now(lambda tx: sessions.begin_page(tx, ada.id, now)).token
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=False)
    context.add_cookies([{"name": "folkmoot", "value": token, "url": newsroom.talk}])
    yield context.new_page(), site
    context.close()


def fits(page: Page) -> bool:
    width = page.viewport_size["width"] if page.viewport_size else 0
    return all((box := each.bounding_box()) is None or box["x"] + box["width"] <= width + 1 for each in page.locator("h1, input, button, svg").all())


def test_a_hook_is_refused_with_a_reason_then_added(desk: tuple[Page, Site], newsroom: Newsroom, tmp_path: Path) -> None:
    page, site = desk
    page.goto(f"{newsroom.talk}/desk/rules?site={site.id}")
    page.locator(f'a[href="/desk/hooks?site={site.id}"]').click()
    field = page.locator("#address")
    field.fill("http://10.0.0.7/told")
    field.press("Enter")
    expect(page.locator("#wrong")).to_be_visible()
    expect(page.locator("#address")).to_have_value("http://10.0.0.7/told")
    page.locator("#address").fill(f"http://8.8.8.8/{page.viewport_size['width'] if page.viewport_size else 0}-{site.id}")
    page.locator("#address").press("Enter")
    expect(page.locator("#secret")).to_be_visible()
    page.locator('button[value="test"]').first.click()
    expect(page.locator("tbody tr").first).to_be_visible()
    assert fits(page)
    page.screenshot(path=tmp_path / "hooks.png", full_page=True)


def test_a_look_that_cannot_be_read_is_told_and_another_saved(desk: tuple[Page, Site], newsroom: Newsroom, tmp_path: Path) -> None:
    page, site = desk
    page.goto(f"{newsroom.talk}/desk/look?site={site.id}")
    page.locator("#accent").fill("#ffeeaa")
    page.locator('button[value="save"]').click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert fits(page)
    page.screenshot(path=tmp_path / "pale.png", full_page=True)
    page.locator("#accent").fill("#7a2e1d #e8a48f")
    page.locator("#fill").fill("#7a2e1d")
    page.locator('button[value="try"]').click()
    expect(page.get_by_role("status")).to_be_visible()
    page.screenshot(path=tmp_path / "tried.png", full_page=True)
    page.locator('button[value="save"]').click()
    page.goto(f"{newsroom.talk}/thread?url=http://{site.host}/lake")
    shown = page.locator("link[rel=stylesheet][href*='/theme/']")
    expect(shown).to_have_count(1)


def test_axe_finds_nothing_where_an_administrator_sees_to_the_house(desk: tuple[Page, Site], browser: Browser, newsroom: Newsroom) -> None:
    page, site = desk
    context = browser.new_context(bypass_csp=True, viewport=page.viewport_size)
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    tab = context.new_page()
    for path in ("hooks", "look"):
        tab.goto(f"{newsroom.talk}/desk/{path}?site={site.id}")
        assert violations(tab) == []
    context.close()
