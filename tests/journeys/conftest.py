"""Fixtures of the journeys: one newsroom and one browser for all, a tab of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.browser import WAIT
from tests.journeys.newsroom import Newsroom


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey is a browser's, and can be left out as such. Those of a file share what stands in their stories, so one process walks them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="package")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Folkmoot and a newspaper, open for all journeys; each has a story of its own."""
    room = Newsroom(tmp_path_factory.mktemp("newsroom"))
    room.open()
    yield room
    room.close()


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
