"""A reader comes by: in the newspaper's page, on the thread's own page, with and without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.newsroom import Newsroom
from tests.journeys.walk import comment, embed, own_page, sees, words_of


@pytest.fixture(scope="module")
def long_thread(newsroom: Newsroom) -> str:
    """Forty-five roots; the first has twelve replies, and one line of replies goes nine levels down."""
    first = newsroom.says("Hedda", "Root 0: I ran the lifeguards.", "long")
    for number in range(12):
        newsroom.says("Bo", f"Reply {number} to the first.", "long", first)
    deep = newsroom.says("Ada", "Deep 1 begins.", "long")
    for level in range(2, 10):
        deep = newsroom.says("Ada", f"Deep {level} goes on.", "long", deep)
    for number in range(1, 45):
        newsroom.says("Chidi", f"Root {number}: a plain word.", "long")
    return "long"


def test_the_talk_stands_in_the_newspapers_page_at_its_full_height(tab: Page, newsroom: Newsroom, long_thread: str) -> None:
    frame = embed(tab, newsroom, long_thread)
    sees(frame.locator("#talk"), "Discussion", "66 comments")
    expect(tab.locator("iframe")).to_have_attribute("title", "Discussion")
    assert frame.locator(".masthead").bounding_box()["width"] <= 1  # type: ignore[index]
    expect(frame.get_by_role("link", name="Read the story")).to_be_hidden()
    tab.wait_for_function(
        "document.querySelector('folkmoot-thread iframe').offsetHeight > 3000 && document.documentElement.scrollWidth <= innerWidth"
    )
    inner = next(each for each in tab.frames if each.url.startswith(newsroom.talk))
    assert inner.evaluate("document.documentElement.scrollHeight - innerHeight") <= 1


def test_words_come_with_two_requests_and_no_cookie(tab: Page, newsroom: Newsroom, long_thread: str) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    embed(tab, newsroom, long_thread)
    ours = [url for url in asked if url.startswith(newsroom.talk)]
    assert ours[0] == f"{newsroom.talk}/embed.js"
    assert ours[1].startswith(f"{newsroom.talk}/thread?")
    assert all("/static/" in url for url in ours[2:])
    assert {re.sub(r"(https?://[^/]+).*", r"\1", url) for url in asked} <= {newsroom.talk, newsroom.news, "data:,"}
    assert tab.context.cookies() == []


def test_the_page_hardly_shifts_on_the_first_visit_and_the_next(tab: Page, newsroom: Newsroom, long_thread: str) -> None:
    watch = "new PerformanceObserver(list => list.getEntries().forEach(each => { window.shift += each.hadRecentInput ? 0 : each.value }))"
    tab.add_init_script(f"window.shift = 0; {watch}.observe({{type: 'layout-shift', buffered: true}})")
    for _ in range(2):
        frame = embed(tab, newsroom, long_thread)
        sees(frame.locator("#talk"), "66 comments")
        tab.wait_for_function("document.querySelector('folkmoot-thread iframe').offsetHeight > 3000")
        tab.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
        assert tab.evaluate("window.shift") <= 0.02
    assert tab.evaluate("Object.values(JSON.parse(localStorage.getItem('folkmoot.heights')))[0][0]") > 3000


def test_more_comments_come_in_place_until_all_are_there(tab: Page, newsroom: Newsroom, long_thread: str) -> None:
    frame = embed(tab, newsroom, long_thread)
    more = frame.get_by_role("link", name="Show more comments")
    for shown in (40, 46):
        more.click()
        expect(frame.locator("#comments > li")).to_have_count(shown)
        assert frame.locator("article.comment:focus").count() == 1
    expect(more).to_have_count(0)
    roots = [words for words in words_of(frame) if words.startswith("Root")]
    assert sorted(int(words.split()[1].rstrip(":")) for words in roots) == list(range(45))


def test_more_replies_come_at_their_own_level(tab: Page, newsroom: Newsroom, long_thread: str) -> None:
    frame = own_page(tab, newsroom, long_thread, "&order=oldest")
    branch = frame.locator("#comments > li").first
    expect(branch.locator(".replies > li[data-id]")).to_have_count(5)
    branch.get_by_role("link", name="Show 7 more replies").click()
    expect(branch.locator(".replies > li[data-id]")).to_have_count(12)
    expect(branch.get_by_role("link", name=re.compile("more repl"))).to_have_count(0)


def test_a_deep_branch_continues_on_a_page_of_its_own(tab: Page, newsroom: Newsroom, long_thread: str) -> None:
    frame = own_page(tab, newsroom, long_thread, "&order=oldest")
    frame.get_by_role("link", name="Continue this thread: 1 reply").click()
    sees(frame.locator(".above"), "Deep 5 goes on.")
    assert [words for words in words_of(frame) if words.startswith("Deep")] == [f"Deep {level} goes on." for level in (6, 7, 8, 9)]
    frame.get_by_role("link", name="Show the whole discussion").click()
    sees(frame.locator("#talk"), "66 comments")


def test_in_the_frame_a_branch_opens_in_its_place_and_the_newspaper_stays(tab: Page, newsroom: Newsroom, long_thread: str) -> None:
    newsroom.extra = ' data-order="oldest"'
    try:
        frame = embed(tab, newsroom, long_thread)
    finally:
        newsroom.extra = ""
    tab.wait_for_function("document.querySelector('folkmoot-thread iframe').offsetHeight > 3000")
    frame.get_by_role("link", name="Continue this thread: 1 reply").click()
    sees(frame.locator(".above"), "Deep 5 goes on.")
    tab.wait_for_function("document.querySelector('folkmoot-thread').getBoundingClientRect().top >= -1")
    tab.wait_for_function("document.querySelector('folkmoot-thread iframe').offsetHeight < 2000")
    assert tab.url == f"{newsroom.news}/{long_thread}"
    frame.get_by_role("link", name="Show the whole discussion").click()
    tab.wait_for_function("document.querySelector('folkmoot-thread iframe').offsetHeight > 3000")


def test_the_order_is_changed_in_place_and_stays_in_the_address(tab: Page, newsroom: Newsroom, long_thread: str) -> None:
    page = own_page(tab, newsroom, long_thread)
    page.locator(".keys").wait_for()
    page.get_by_role("link", name="Oldest", exact=True).click()
    expect(page.locator("#comments .words").first).to_contain_text("Root 0:")
    expect(page.get_by_role("link", name="Oldest", exact=True)).to_have_attribute("aria-current", "true")
    assert "order=oldest" in page.url
    page.reload()
    expect(page.locator("#comments .words").first).to_contain_text("Root 0:")


def test_a_permalink_opens_and_marks_a_comment_wherever_it_lies(tab: Page, newsroom: Newsroom) -> None:
    above = newsroom.says("Hedda", "The one above.", "linked")
    below = newsroom.says("Bo", "The one that is linked to.", "linked", above)
    tab.goto(f"{newsroom.talk}/c/{below}")
    sees(tab.locator("li.marked"), "The one that is linked to.")
    sees(tab.locator(".above"), "The one above.")


def test_a_comments_link_is_copied_from_its_menu(context: BrowserContext, tab: Page, newsroom: Newsroom) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=newsroom.talk)
    said = newsroom.says("Hedda", "Keep this one.", "copied")
    page = own_page(tab, newsroom, "copied")
    page.locator(".keys").wait_for()
    there = comment(page, "Keep this one.")
    there.get_by_text("More").click()
    there.get_by_text("Copy the link").click()
    sees(there, "The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{newsroom.talk}/c/{said}"


def test_times_are_told_from_now_and_in_full_on_asking(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Just said.", "timed")
    page = own_page(tab, newsroom, "timed")
    expect(page.locator("time").first).to_have_text("now")
    assert re.search(r"20\d\d", page.locator("time").first.get_attribute("title") or "")


def test_without_script_the_whole_thread_can_be_read(browser: Browser, newsroom: Newsroom, long_thread: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = own_page(context.new_page(), newsroom, long_thread, "&order=oldest")
    assert "Root 0: I ran the lifeguards." in words_of(page)
    page.get_by_role("link", name="Show 7 more replies").click()
    assert [words for words in words_of(page) if words.startswith("Reply")] == [f"Reply {number} to the first." for number in range(5, 12)]
    page.go_back()
    page.get_by_role("link", name="Show more comments").click()
    assert "Root 20: a plain word." in words_of(page)
    page.goto(f"{newsroom.news}/{long_thread}")
    expect(page.frame_locator("noscript iframe, folkmoot-thread iframe").locator("#comments")).to_contain_text("Root")
    context.close()


def test_at_320_pixels_nothing_moves_sideways_and_deep_replies_say_whom_they_answer(
    browser: Browser, newsroom: Newsroom, long_thread: str
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = own_page(context.new_page(), newsroom, long_thread, "&order=oldest")
    page.locator(".keys").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert comment(page, "Deep 5 goes on.").locator(".to").bounding_box()["width"] > 40  # type: ignore[index]
    assert comment(page, "Deep 3 goes on.").locator(".to").bounding_box()["width"] <= 1  # type: ignore[index]
    context.close()


def test_the_snippets_scheme_is_the_frames(tab: Page, newsroom: Newsroom, long_thread: str) -> None:
    newsroom.extra = ' data-scheme="dark" data-order="oldest"'
    try:
        frame = embed(tab, newsroom, long_thread)
    finally:
        newsroom.extra = ""
    sees(frame.locator("#comments > li").first, "Root 0:")
    ground = frame.locator("html").evaluate("node => getComputedStyle(node).backgroundColor")
    assert ground == "rgb(22, 21, 19)"


def test_a_page_that_may_not_show_the_talk_keeps_the_plain_link_and_says_why_when_asked(tab: Page, newsroom: Newsroom) -> None:
    stranger = newsroom.news.replace("news.", "stranger.")
    tab.goto(f"{stranger}/alone?folkmoot-debug")
    tab.evaluate("document.querySelector('folkmoot-thread').scrollIntoView()")
    sees(tab.locator("folkmoot-thread"), "did not answer", "stranger.localhost")
    expect(tab.locator("folkmoot-thread > a")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_while_votes_and_posts_move_the_order_every_comment_is_met(browser: Browser, newsroom: Newsroom, script: bool) -> None:
    path = f"moving-{script}"
    ids = [newsroom.says("Chidi", f"Moving {number}.", path) for number in range(100)]
    newsroom.votes(path, ids[:10])
    context = browser.new_context(java_script_enabled=script)
    page = own_page(context.new_page(), newsroom, path, "&order=best")
    met: set[str] = set()
    for turn in range(40):
        met |= set(page.locator("#comments > li").evaluate_all("items => items.map(each => each.dataset.id)") if script else _ids(page))
        more = page.get_by_role("link", name="Show more comments")
        if not more.count():
            break
        if turn < 3:
            newsroom.votes(path, [ids[(number * 37) % 100] for number in range(200)])
            for number in range(20):
                newsroom.says("Dora", f"Meanwhile {number}.", path)
        before = page.locator("#comments > li").count()
        more.click()
        if script:
            grown = "before => document.querySelectorAll('#comments > li').length > before || !document.querySelector('#more')"
            page.wait_for_function(grown, arg=before)
    assert set(map(str, ids)) - met == set()
    context.close()


def _ids(page: Page) -> list[str]:
    return re.findall(r'<li data-id="(\d+)"', page.content())
