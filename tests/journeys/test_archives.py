"""The report of an import, as an editor reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.discussion import archive
from folkmoot.people import accounts, sessions
from folkmoot.sites.sites import site_for
from folkmoot.web.kit import clock
from tests.discussion.importers.disqus_files import export, post, thread
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations

VIEWS = (("light", 1000), ("dark", 320))


@pytest.fixture(params=VIEWS, ids=lambda view: "-".join(map(str, view)))
def tab(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A tab in a scheme and of a width."""
    scheme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.fixture(scope="module")
def brought(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of an import's report."""
    folder = tmp_path_factory.mktemp("imported")
    posts = [post(number, parent=900 if number % 4 == 0 else None, createdAt="x" if number % 9 == 0 else "2015-02-01") for number in range(1, 40)]
    file = export(folder / "news-example-2026.xml", thread(1, newsroom.at("imported")), *posts, post(41, "y" * 20_001))
    host = newsroom.at("imported").split("/")[2]
    return f"/imports/{archive.bring(newsroom.db, folder, host, [file], now=clock()).batch}"


def test_an_editor_reads_what_came_along(tab: Page, newsroom: Newsroom, brought: str, tmp_path: Path) -> None:
    now, host = clock(), newsroom.at("imported").split("/")[2]
    site = newsroom.db.read_now(lambda tx: site_for(tx, host))
    ines = newsroom.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, "ed@news.example", "ed@news.example", "Edda", now))
    held = newsroom.db.read_now(lambda tx: accounts.staff_names(tx, site.id if site else 0))
    if not any(name == "Edda" for _, name in held):
        newsroom.db.write_now(lambda tx: accounts.grant(tx, ines.id, "editor", site.id if site else 0, None, now))
    token = newsroom.db.write_now(lambda tx: sessions.begin_page(tx, ines.id, now)).token
    tab.context.add_cookies([{"name": "folkmoot", "value": token, "url": newsroom.talk}])
    tab.goto(f"{newsroom.talk}/imports")
    tab.get_by_role("link", name="news-example-2026.xml").click()
    expect(tab.get_by_role("heading", name="What came along")).to_be_visible()
    expect(tab.get_by_text("too long")).to_be_visible()
    assert fits(tab)
    tab.screenshot(path=tmp_path / "report.png", full_page=True)
    assert violations(tab) == []
