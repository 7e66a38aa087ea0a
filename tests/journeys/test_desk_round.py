"""Tab goes through every page of the desk: each stop can be seen, in a sensible order, to an end; in a wide window and on a telephone."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.by_keyboard import faults, stops, straight
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_desk import desk
from tests.journeys.test_desk_rooms import Rooms, rooms

__all__ = ["rooms"]  # a fixture


def _opened(page: Page, newsroom: Newsroom, path: str) -> None:
    page.goto(newsroom.talk + path)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (1100, "en"), (390, "ar"), (320, "en")])
def test_tab_goes_through_every_room_in_order_and_out_of_it_again(
    browser: Browser, newsroom: Newsroom, rooms: Rooms, width: int, language: str
) -> None:
    page = desk(browser, newsroom, rooms.admin, width=width)
    page.context.set_extra_http_headers({"Accept-Language": language})
    wrong: dict[str, list[str]] = {}
    for name, path in rooms.paths.items():
        _opened(page, newsroom, path)
        found = stops(page)
        assert found or name == "transparency", name  # nothing to press there
        if faulty := [*faults(found), *(straight(found) if width < 640 else ())]:
            wrong[name] = faulty
    page.context.close()
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)
