"""Everybody can use it: axe-core finds nothing in any scheme, language or width; the keyboard does all; targets are large enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.newsroom import Newsroom
from tests.journeys.walk import comment, embed, own_page, sees

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")
VIEWS = (("light", "news", 1000), ("dark", "news", 1000), ("light", "pseudo", 390), ("light", "arabic", 390), ("dark", "news", 320))


def violations(page: Page) -> list[str]:
    """What axe-core finds: rule, and the elements. All rules, best practice too."""
    page.evaluate(AXE)
    found: Any = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {[node['html'][:150] + str(node['any'][:1])[:200] for node in each['nodes']][:3]}" for each in found["violations"]]


@pytest.fixture(scope="module")
def spoken(newsroom: Newsroom) -> str:
    """A thread with replies to the fold, an edit-free staff-free everyday look, on all three sites."""
    for site in ("news", "arabic", "pseudo"):
        above = newsroom.says("Hedda", "I ran the *lifeguards*.\n\n> a quote\n\n1. one\n2. two", "spoken", site=site)
        for level in range(2, 9):
            above = newsroom.says("Bo", f"Level {level}, [with a link](https://swim.example/).", "spoken", above, site=site)
        for number in range(22):
            newsroom.says("سمير", f"كنا نسبح هنا كل صيف {number}", "spoken", site=site)
    return "spoken"


@pytest.fixture(params=VIEWS, ids=lambda view: "-".join(map(str, view)))
def view(request: pytest.FixtureRequest, browser: Browser, newsroom: Newsroom) -> Iterator[tuple[Page, str]]:
    """A tab in one of the views, and the site to look at."""
    scheme, site, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    yield context.new_page(), site
    context.close()


def _open(page: Page, newsroom: Newsroom, site: str, path: str) -> Page:
    page.goto(f"{newsroom.talk}/thread?url={newsroom.at(path, site)}&order=oldest")
    page.locator(".keys").wait_for()
    return page


def _compose(page: Page) -> None:
    page.locator(".composer .primary").first.click()
    page.get_by_role("alert").wait_for()


def _report(page: Page) -> None:
    page.locator("article summary").first.click()
    page.locator(".menu [href$='/flag']").first.click()
    page.locator("form.report").wait_for()


def _reply(page: Page) -> None:
    page.locator(".reply").nth(1).click()


def _guidelines(page: Page) -> None:
    page.locator(".plain summary").first.click()
    page.locator(".keys summary").click()


STATES: tuple[Callable[[Page], None], ...] = (_compose, _reply, _report, _guidelines)


def test_axe_finds_nothing_on_the_thread_in_any_state(view: tuple[Page, str], newsroom: Newsroom, spoken: str) -> None:
    page = _open(*view[:1], newsroom, view[1], spoken)
    assert violations(page) == []
    for change in STATES:
        change(page)
        assert violations(page) == [], change.__name__
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_axe_finds_nothing_on_the_pages_around_it(view: tuple[Page, str], newsroom: Newsroom, spoken: str) -> None:
    page, site = view
    said = newsroom.says("Ada", "For the pages around.", "around", site=site)
    for path in (f"/c/{said}", f"/comments/{said}/reply", f"/comments/{said}/flag", f"/comments/{said}/history", "/sign-in", "/nowhere"):
        page.goto(newsroom.talk + path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_axe_finds_nothing_where_the_newspaper_shows_the_frame(tab: Page, newsroom: Newsroom, spoken: str) -> None:
    embed(tab, newsroom, spoken)
    inner = next(each for each in tab.frames if each.url.startswith(newsroom.talk))
    inner.evaluate(AXE)
    found = inner.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [each["id"] for each in found["violations"]] == []


def test_an_empty_thread_is_clean_too(tab: Page, newsroom: Newsroom) -> None:
    page = own_page(tab, newsroom, "empty-and-clean")
    page.locator(".keys").wait_for()
    assert violations(page) == []


def test_every_target_is_at_least_24_pixels(tab: Page, newsroom: Newsroom, spoken: str) -> None:
    page = own_page(tab, newsroom, spoken)
    page.locator(".keys").wait_for()
    small = page.evaluate(
        """[...document.querySelectorAll('a, button, summary, input:not([type=hidden]), textarea')]
        .filter(each => each.checkVisibility({contentVisibilityAuto: true, opacityProperty: true}) && !each.closest('.words, .fine, .skip'))
        .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
        .filter(([, box]) => box.width < 24 || box.height < 24).map(([html, box]) => `${html} ${box.width}×${box.height}`)"""
    )
    assert small == []


def test_the_keyboard_alone_writes_replies_votes_and_reports(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Reach me by keys.", "keys")
    page = own_page(tab, newsroom, "keys")
    page.locator(".keys").wait_for()
    press = page.keyboard.press

    def tab_to(name: str) -> None:
        for _ in range(60):
            press("Tab")
            if page.evaluate("document.activeElement.innerText || document.activeElement.labels?.[0]?.innerText || ''").startswith(name):
                return
        raise AssertionError(f"{name} cannot be reached")

    tab_to("Your comment")
    page.keyboard.type("Typed without a mouse.")
    tab_to("Name")
    page.keyboard.type("Kay")
    tab_to("Post comment")
    press("Enter")
    expect(comment(page, "Typed without a mouse.")).to_be_focused()
    press("j")
    expect(comment(page, "Reach me by keys.")).to_be_focused()
    press("k")
    expect(comment(page, "Typed without a mouse.")).to_be_focused()
    press("j")
    press("r")
    page.keyboard.type("An answer by keys.")
    press("Control+Enter")
    expect(comment(page, "An answer by keys.")).to_be_focused()
    press("k")
    tab_to("Worth reading")
    press("Enter")
    sees(comment(page, "Reach me by keys."), "Your vote is kept.")
    tab_to("More")
    press("Enter")
    tab_to("Report it")
    press("Enter")
    page.locator("form.report").wait_for()
    press("Space")
    tab_to("Report")
    press("Enter")
    sees(comment(page, "Reach me by keys."), "Thank you.")


def test_the_keys_are_listed_and_can_be_switched_off(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "First.", "keys-off")
    newsroom.says("Bo", "Second.", "keys-off")
    page = own_page(tab, newsroom, "keys-off")
    page.locator(".keys").wait_for()
    page.locator("article .reply").first.focus()
    page.keyboard.press("?")
    expect(page.get_by_text("j: next comment")).to_be_visible()
    page.get_by_label("These keys work while you are among the comments").uncheck()
    page.reload()
    page.locator(".keys").wait_for()
    page.locator("article .reply").first.focus()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className") == "quiet reply"


def test_the_skip_link_leads_past_the_composer(tab: Page, newsroom: Newsroom, spoken: str) -> None:
    page = own_page(tab, newsroom, spoken)
    page.locator(".keys").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the comments")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('#comments')")
