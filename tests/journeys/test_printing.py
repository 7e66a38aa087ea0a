"""Pages are printed to be read: what can only be pressed or filled in stays off the paper, and what is said stays on it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from folkmoot.people.model import COMMAND
from folkmoot.sites import sites
from tests.journeys.newsroom import Newsroom, calm
from tests.journeys.test_desk import desk, moderator

PAGES = {"/thread?url={story}": "The gauge was dry in May.", "/sites/{host}/search?q=gauge": "Ada", "/transparency?site={host}": "guidelines",
         "/desk/log?site={site}": "Log", "/desk/stories?site={site}": "Stories"}  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_what_can_only_be_pressed_is_not_printed(browser: Browser, newsroom: Newsroom, path: str) -> None:
    newsroom.says("Ada", "The gauge was dry in May.", "printed")
    newsroom.db.write_now(lambda tx: sites.change_site(tx, COMMAND, newsroom.site.id, policy=calm(search=True)))
    page = desk(browser, newsroom, moderator(newsroom, "Printing Ada", "admin"))
    page.goto(newsroom.talk + path.format(story=newsroom.at("printed"), host=newsroom.site.host, site=newsroom.site.id))
    page.emulate_media(media="print")
    expect(page.locator("body")).to_contain_text(PAGES[path])
    assert page.locator("button:visible, input:visible, textarea:visible, nav:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    newsroom.db.write_now(lambda tx: sites.change_site(tx, COMMAND, newsroom.site.id, policy=calm()))
    page.context.close()
