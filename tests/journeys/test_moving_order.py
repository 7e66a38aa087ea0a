"""Reading on while a thread moves: 200 votes and 20 posts between every two pages, with and without script, and nothing is missed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from folkmoot.app import create_app
from folkmoot.settings import Limits, Settings, Votes
from folkmoot.storage.database import connect
from folkmoot.web.kit import clock
from tests.hostile.asking import House
from tests.moot import Moot
from tests.stir import LAKE, Stir
from tests.web.serving import served

SETTINGS = Settings(limits=Limits(enabled=False), votes=Votes(guests=True))
PRESSES = 150
HERE = '#more a, li.on a[href^="/thread/"]'  # brings further comments into this page
DEEPER = 'li.on a[href^="/c/"]'              # leads to a page of its own


@pytest.fixture
def lake(tmp_path: Path, migrated_file: Path) -> Iterator[tuple[str, Stir]]:
    """A served thread in order "best", and what stirs it."""
    path = tmp_path / "folkmoot.db"
    path.write_bytes(migrated_file.read_bytes())
    db = connect(f"sqlite:///{path}")
    Moot(db, clock())
    house = House(db, SETTINGS)
    stir = Stir(house, 11)
    stir.vote(stir.all)
    with served(create_app(SETTINGS, db)) as address:
        yield address, stir
    house.close()
    db.close()


def shown(page: Page) -> set[str]:
    """The comments on the page."""
    found: list[str] = page.locator("#comments li[data-id]").evaluate_all("items => items.map((item) => item.dataset.id)")
    return set(found)


def ways(page: Page, which: str) -> list[str]:
    """Where the links lead that bring further comments."""
    found: list[str] = page.locator(which).evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    return found


def test_without_script_every_comment_is_met_by_following_links(browser: Browser, lake: tuple[str, Stir]) -> None:
    address, stir = lake
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    met: set[str] = set()
    waiting, followed = [f"/thread?url={LAKE}&order=best"], 0
    while waiting and not stir.stayed <= met:
        page.goto(address + waiting.pop(0))
        met |= shown(page)
        waiting += [*ways(page, HERE), *ways(page, DEEPER)]
        stir.everything()
        followed += 1
        assert followed < PRESSES
    assert stir.stayed <= met
    context.close()


def press(page: Page, way: str) -> None:
    """Presses a link that brings further comments in place, and waits until it is done."""
    link = page.locator(f'a[href="{way}"]').first.element_handle()
    with page.expect_response(lambda answer: "after=" in answer.url):
        link.click()
    page.wait_for_function("link => !link.isConnected || link.ariaBusy !== 'true'", arg=link)


def press_all(page: Page, met: set[str], stir: Stir) -> None:
    """Presses what brings further comments until nothing more does, or all were met; the thread is stirred after each."""
    for _ in range(PRESSES):
        met |= shown(page)
        here = ways(page, HERE)
        if not here or stir.stayed <= met:
            return
        press(page, here[0])
        stir.everything()
    raise AssertionError("there is no end to it")


def test_with_script_every_comment_is_met_by_pressing_show_more(browser: Browser, lake: tuple[str, Stir]) -> None:
    address, stir = lake
    context = browser.new_context()
    page = context.new_page()
    met: set[str] = set()
    waiting = [f"/thread?url={LAKE}&order=best"]
    for way in waiting:
        page.goto(address + way)
        page.locator(".keys").wait_for()
        press_all(page, met, stir)
        if stir.stayed <= met:
            break
        waiting += [each for each in ways(page, DEEPER) if each not in waiting]
    assert stir.stayed <= met
    context.close()
