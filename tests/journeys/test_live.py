"""A thread that is open in two browsers: what is new is offered in one line and never moves anything; what was removed goes."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from folkmoot.discussion import archive, moderation
from folkmoot.people.model import COMMAND
from folkmoot.web.kit import clock
from tests.discussion.importers.disqus_files import export, post, thread
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations
from tests.journeys.walk import comment, embed, own_page, sees, words_of, write

STILLS = os.environ.get("FOLKMOOT_STILLS")  # a folder to put pictures into, for people to look at


def still(page: Page, name: str) -> None:
    if STILLS:
        page.screenshot(path=Path(STILLS) / f"{name}.png", full_page=True)


def open_page(tab: Page, newsroom: Newsroom, path: str) -> Page:
    """The thread's own page, once it listens."""
    with tab.expect_response("**/api/v1/events*"):
        return own_page(tab, newsroom, path)


def test_what_another_reader_posts_is_offered_and_moves_nothing_until_it_is_pressed(browser: Browser, tab: Page, newsroom: Newsroom) -> None:
    first = newsroom.says("Hedda", "I ran the lifeguards.", "live")
    page = open_page(tab, newsroom, "live")
    other = browser.new_context().new_page()
    frame = embed(other, newsroom, "live")
    before = page.locator("#comments").bounding_box()
    write(frame, "The gauge stands dry.", "Bo")
    comment(frame, "The gauge stands dry.").wait_for()
    offer = page.get_by_role("button", name="Show 1 new comment", exact=True)
    offer.wait_for()
    newsroom.says("Ada", "Since May, Hedda.", "live", first)
    offer = page.get_by_role("button", name="Show 2 new comments")
    offer.wait_for()
    assert words_of(page) == ["I ran the lifeguards."]
    assert page.locator("#comments").bounding_box() == before
    assert "Show 2 new comments" in page.get_by_role("status").all_inner_texts()
    assert violations(page) == []
    still(page, "live-offered")
    offer.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#comments .words")).to_have_count(3)
    assert words_of(page) == ["The gauge stands dry.", "I ran the lifeguards.", "Since May, Hedda."]
    assert page.locator("article:focus").inner_text().startswith("Bo")
    expect(offer).to_be_hidden()
    sees(page.locator("#talk"), "3 comments")
    assert frame.get_by_role("button", name="new comment").count() <= 1  # Bo is offered Ada's reply, never the own words
    other.context.close()


def test_news_of_ones_own_comment_that_come_before_the_answer_are_taken_back(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "I ran the lifeguards.", "live-own")
    page = open_page(tab, newsroom, "live-own")
    page.evaluate("""() => {
      const real = window.fetch;
      window.fetch = async (...asked) => {
        const answer = await real(...asked);
        if (asked[1]?.method === 'POST') await new Promise((go) => { window.answer = go; });
        return answer;
      };
    }""")
    page.get_by_label("Your comment").fill("The gauge stands dry.")
    page.get_by_label("Name", exact=True).fill("Bo")
    page.get_by_role("button", name="Post comment").click()
    offer = page.get_by_role("button", name="Show 1 new comment", exact=True)
    offer.wait_for()
    page.evaluate("() => window.answer()")
    comment(page, "The gauge stands dry.").wait_for()
    expect(offer).to_be_hidden()
    assert sorted(words_of(page)) == ["I ran the lifeguards.", "The gauge stands dry."]


def test_what_is_removed_goes_from_open_pages(tab: Page, newsroom: Newsroom) -> None:
    lone = newsroom.says("Bo", "An address of somebody's.", "live-removed")
    answered = newsroom.says("Ada", "Another address.", "live-removed")
    newsroom.says("Hedda", "Please, both of you.", "live-removed", answered)
    page = open_page(tab, newsroom, "live-removed")
    page.locator(f"#c{answered} .reply").focus()
    for said in (lone, answered):
        newsroom.db.write_now(lambda tx, said=said: moderation.decide(tx, COMMAND, said, "remove", "private", clock()))  # type: ignore[misc]
    expect(page.locator(f"#c{lone}")).to_have_count(0)
    sees(page.locator(f"#c{answered}"), "Removed by a moderator.")
    sees(comment(page, "Please, both of you."), "Hedda")
    sees(page.locator("#talk"), "1 comment")
    assert violations(page) == []


def test_a_page_that_is_open_while_an_import_is_undone_is_offered_all_anew(tab: Page, newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.says("Hedda", "I ran the lifeguards.", "live-undone")  # what follows bears ids that no other journey imports
    file = export(tmp_path / "old.xml", thread(7, newsroom.at("live-undone")), post(7_001, "It was better in those days.", story=7))
    batch = archive.bring(newsroom.db, tmp_path, newsroom.news.removeprefix("http://"), [file], now=clock()).batch
    page = open_page(tab, newsroom, "live-undone")
    comment(page, "It was better in those days.").wait_for()
    archive.undo(newsroom.db, tmp_path, int(batch or 0), now=clock())
    anew = page.get_by_role("button", name="The discussion has moved on. Show it as it is now")
    anew.wait_for()
    anew.click()
    expect(page.locator("#comments .words")).to_have_count(1)
    expect(anew).to_be_hidden()


def test_without_a_stream_the_page_asks_and_a_page_that_slept_too_long_is_offered_all_anew(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "I ran the lifeguards.", "live-slept")
    tab.route("**/api/v1/events*", lambda route: route.fulfill(status=503))
    held: list[Route] = []

    def first_passes(route: Route) -> None:
        held.append(route)
        if len(held) == 1:
            route.continue_()

    tab.route("**/api/v1/news*", first_passes)
    tab.add_init_script("Math.random = () => -0.96")  # polls at once
    with tab.expect_response("**/api/v1/news*"):
        page = own_page(tab, newsroom, "live-slept")
    newsroom.says("Bo", "The gauge stands dry.", "live-slept")
    far = {"version": 9, "comments": 2, "at": clock(), "since": clock() - 1, "arrived": [], "gone": []}
    while len(held) < 2:
        page.wait_for_timeout(20)
    held[1].fulfill(json=far)
    anew = page.get_by_role("button", name="The discussion has moved on. Show it as it is now")
    anew.wait_for()
    anew.click()
    expect(page.locator("#comments .words")).to_have_count(2)
    expect(anew).to_be_hidden()
