"""Hostile words, hosts and attributes meet a real browser: nothing runs, nothing is believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from folkmoot.errors import Problem
from tests.journeys.newsroom import Newsroom
from tests.journeys.walk import comment, embed, own_page, sees

CORPORA = Path(__file__).parents[2] / ".." / "shared" / "data" / "hostile"
OWN = [
    "<script>alert(1)</script>", "[x](javascript:alert(1))", '[x](https://a.example/" onmouseover="alert(1))', "<svg onload=alert(1)>",
    "![x](https://a.example/x.png)", "</article></li></ol><img src=x onerror=alert(1)>", '<a href="//evil.example">x</a>',
    "`</code><script>alert(1)</script>`",
]  # fmt: skip


def _payloads(share: slice) -> list[str]:
    """Our own few, and of the shared corpora where they are."""
    if not CORPORA.exists():
        return OWN
    lines = (CORPORA / "xss-payloads.txt").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in (CORPORA / "own-cases.jsonl").read_text("utf-8").splitlines()]
    marked = [case["input"] for case in cases if case["class"].startswith(("md-", "text-", "display-")) and "input" in case]
    return OWN + marked + lines[share]


def _say_all(newsroom: Newsroom, path: str, payloads: list[str]) -> None:
    """Posts each as words and as a name, where the house takes it."""
    for payload in payloads:
        for name, words in (("Mallory", f"{payload} ."), (payload, "A plain word.")):
            try:
                newsroom.says(name, words, path)
            except Problem:
                continue


def _walk_through(tab: Page, newsroom: Newsroom, path: str) -> None:
    ran: list[str] = []
    tab.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page = own_page(tab, newsroom, path, "&order=oldest")
    page.locator(".keys").wait_for()
    while (more := page.get_by_role("link", name="Show more comments")).count():
        before = page.locator("#comments > li").count()
        more.click()
        page.wait_for_function("before => document.querySelectorAll('#comments > li').length > before", arg=before)
    said = int("".join(filter(str.isdigit, page.locator("#talk").inner_text())))
    assert said > 10
    expect(page.locator("#comments > li")).to_have_count(said)
    active = "script, img, svg, iframe, style, object, embed, math, [onclick], [onerror], [onload], [onmouseover]"
    assert page.locator(f"#comments :is({active})").count() == 0
    odd = "links => links.map(a => a.href).filter(href => !/^(https?|mailto):/.test(href))"
    assert page.locator("#comments .words a").evaluate_all(odd) == []
    assert ran == []


def test_no_words_and_no_name_run_in_a_browser(tab: Page, newsroom: Newsroom) -> None:
    _say_all(newsroom, "hostile", _payloads(slice(0, 6_590, 120)))
    _walk_through(tab, newsroom, "hostile")


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("part", range(10))
def test_no_words_of_the_whole_corpus_run_in_a_browser(tab: Page, newsroom: Newsroom, part: int) -> None:
    if not CORPORA.exists():
        pytest.skip("The shared corpora are not here.")
    _say_all(newsroom, f"hostile-{part}", _payloads(slice(part, None, 10)))
    _walk_through(tab, newsroom, f"hostile-{part}")


def test_the_loader_believes_only_its_frame_and_only_numbers(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "A quiet thread.", "messages")
    embed(tab, newsroom, "messages")
    height = "document.querySelector('folkmoot-thread iframe').offsetHeight"
    tab.wait_for_function(f"{height} < 800")
    before = tab.evaluate(height)
    tab.evaluate("window.postMessage({folkmoot: 1, height: 5000}, '*')")
    inner = next(each for each in tab.frames if each.url.startswith(newsroom.talk))
    for forged in ('{"folkmoot":1,"height":"9000"}', '{"folkmoot":1,"height":-5}', '{"folkmoot":1,"height":1e9}', '{"height":5000}', '"x"', "null"):
        inner.evaluate(f"window.parent.postMessage({forged}, '*')")
    tab.evaluate("new Promise(done => setTimeout(done, 100))")
    assert tab.evaluate(height) == before


def test_attributes_that_do_not_fit_are_left_out(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Still here.", "attributes")
    newsroom.extra = ' data-order="best&after=x" data-scheme="url(x)" data-story=""'
    try:
        frame = embed(tab, newsroom, "attributes")
    finally:
        newsroom.extra = ""
    sees(comment(frame, "Still here."), "Hedda")
    assert tab.locator("folkmoot-thread iframe").get_attribute("src") == f"{newsroom.talk}/thread?url=" + tab.evaluate(
        "encodeURIComponent(location.href)"
    ) + "#auto"


def test_the_frame_hears_only_the_page_around_it(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Alone.", "heard")
    page = own_page(tab, newsroom, "heard")
    page.locator(".keys").wait_for()
    page.evaluate("window.heard = []; addEventListener('message', ({data}) => window.heard.push(data))")
    page.evaluate("window.postMessage({folkmoot: 1, hello: true}, '*')")
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    assert page.evaluate("window.heard") == [{"folkmoot": 1, "hello": True}]
