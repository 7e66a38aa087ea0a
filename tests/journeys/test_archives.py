"""What is kept of a closed story, opened from the disk; and the report of an import, as an editor reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.discussion import archive
from folkmoot.people import accounts, sessions
from folkmoot.people.model import COMMAND
from folkmoot.reading.freezing import as_page, freeze
from folkmoot.sites import stories
from folkmoot.sites.sites import site_for
from folkmoot.web.kit import clock
from tests.discussion.importers.disqus_files import export, post, thread
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations

VIEWS = (("light", 1000), ("dark", 320))


@pytest.fixture(params=VIEWS, ids=lambda view: "-".join(map(str, view)))
def tab(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A tab without script, in a scheme and of a width."""
    scheme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def kept(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A frozen story as a file."""
    above = newsroom.says("Hedda", "I ran the *lifeguards* for seven summers.\n\n> a quote\n\n1. one\n2. two", "frozen")
    for level in range(2, 10):
        above = newsroom.says("Bo", f"Level {level}, [with a link](https://swim.example/).", "frozen", above)
    newsroom.says("سمير", "كنا نسبح هنا كل صيف منذ وصلنا إلى أوستلي.", "frozen")
    now = clock()
    story = newsroom.db.read_now(lambda tx: stories.find(tx, newsroom.at("frozen")))
    assert story
    newsroom.db.write_now(lambda tx: stories.close(tx, COMMAND, story.id, "", now))
    page = newsroom.db.read_now(lambda tx: "".join(as_page(tx, freeze(tx, COMMAND, story.id, now))))
    file = tmp_path_factory.mktemp("kept") / "story.html"
    file.write_text(page, "utf-8")
    return file


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_frozen_story_is_read_from_the_disk(tab: Page, kept: Path, tmp_path: Path) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(kept.as_uri())
    expect(tab.get_by_role("article")).to_have_count(10)
    expect(tab.get_by_text("Closed to new comments.")).to_be_visible()
    assert asked == [kept.as_uri()], "it asks for nothing"
    assert fits(tab) and tab.locator(".replies").first.evaluate("each => getComputedStyle(each).borderInlineStartWidth") == "1px"
    tab.get_by_role("link", name="Bo").first.click()
    expect(tab.locator(":target")).to_be_visible()
    tab.screenshot(path=tmp_path / "frozen.png", full_page=True)


def test_axe_finds_nothing_in_a_frozen_story(browser: Browser, kept: Path) -> None:
    context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(kept.as_uri())
    assert violations(page) == []
    context.close()


def test_a_frozen_story_prints_with_its_addresses(tab: Page, kept: Path, tmp_path: Path) -> None:
    tab.goto(kept.as_uri())
    tab.emulate_media(media="print")
    expect(tab.locator(".address")).to_be_visible()
    assert "swim.example" in tab.locator(".words a").first.evaluate("each => getComputedStyle(each, '::after').content")


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
