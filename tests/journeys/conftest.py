"""Fixtures of the journeys: one newsroom and one browser for all, a tab of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys.browser import CHROMIUM, FLAGS
from tests.journeys.newsroom import Newsroom

WAIT = 8_000  # ms, for what the page does by itself; reached only when something is wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey is a browser's, and can be left out as such."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Folkmoot and a newspaper, open for all journeys; each has a story of its own."""
    room = Newsroom(tmp_path_factory.mktemp("newsroom"))
    room.open()
    yield room
    room.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; skipped where it is not installed. Gone when the journeys end: while it lives, its loop runs in this thread."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"No browser at {CHROMIUM}: apt install chromium")
    expect.set_options(timeout=WAIT)
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def _is_fault(said: str) -> bool:
    """Whether the console tells of something that the page's policy stopped. A frame that was refused on purpose is none."""
    return ("Content Security Policy" in said and not said.startswith("Framing")) or "TrustedHTML" in said


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been here."""
    made = browser.new_context(viewport={"width": 1000, "height": 900})
    made.set_default_timeout(WAIT)
    yield made
    made.close()


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """A tab that tolerates no fault: whatever a script throws, or the policy blocks, fails the journey at its end."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if _is_fault(said.text) else None)
    yield page
    assert faults == []
