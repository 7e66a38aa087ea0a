"""What a person does on a page, in words: steps that the journeys share."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.journeys.newsroom import Newsroom

Room = FrameLocator | Page


def embed(tab: Page, newsroom: Newsroom, path: str) -> FrameLocator:
    """Opens a newspaper's story and goes down to the talk; the frame, once its script is awake."""
    tab.goto(f"{newsroom.news}/{path}")
    tab.evaluate("document.querySelector('folkmoot-thread').scrollIntoView()")
    frame = tab.frame_locator("folkmoot-thread iframe")
    frame.locator(".keys").wait_for()
    return frame


def own_page(tab: Page, newsroom: Newsroom, path: str, query: str = "") -> Page:
    """Opens the thread's own page."""
    tab.goto(f"{newsroom.talk}/thread?url={newsroom.news}/{path}{query}")
    return tab


def comment(room: Room, words: str) -> Locator:
    """The comment that says something."""
    return room.locator("article.comment").filter(has=room.locator(".words", has_text=words))


def write(room: Room, words: str, name: str = "") -> None:
    """Writes into the composer at the top and posts."""
    form = room.locator("form.composer").first
    form.get_by_label("Your comment").fill(words)
    if name:
        form.get_by_label("Name").fill(name)
    form.get_by_role("button", name="Post comment").click()


def words_of(room: Room) -> list[str]:
    """The words of all comments that the page shows, in reading order."""
    return room.locator("#comments .words").all_inner_texts()


def held_token(tab: Page, newsroom: Newsroom, name: str) -> Any:
    """What the frame's own storage keeps under a name."""
    frame = next(each for each in tab.frames if each.url.startswith(newsroom.talk))
    return frame.evaluate("name => JSON.parse(localStorage.getItem(`folkmoot.${name}`))", name)


def sees(where: Locator, *words: str) -> None:
    """Waits until a place says all of it."""
    for each in words:
        expect(where).to_contain_text(each)
