"""A person whose only hand on a page is the keyboard: what Tab comes to, that it can be seen there, and in which order."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from msgspec import Struct
from playwright.sync_api import Locator, Page

MOST = 150  # stops on one page
# What stands where the focus is: whether an outline shows it, whether it is in the window, and whether something else lies over it.
STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const [box, style] = [at.getBoundingClientRect(), getComputedStyle(at)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const over = document.elementFromPoint(box.x + box.width / 2, (top + bottom) / 2);
  const column = at.closest('.grid > *');
  return {
    name: (at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || at.name || at.tagName).trim().slice(0, 60),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    free: Boolean(over && (at.contains(over) || over.contains(at) || [...(at.labels ?? [])].some((each) => each.contains(over)))),
    top: box.top + scrollY, bottom: box.bottom + scrollY, column: column ? [...column.parentElement.children].indexOf(column) : null,
  };
}"""


class Stop(Struct, frozen=True):
    """Where Tab comes to. ring: it is seen to have the focus; inside: in the window; free: under nothing; top, bottom: pixels of the page;
    column: which of several that stand side by side, None outside them."""

    name: str
    ring: bool
    inside: bool
    free: bool
    top: float
    bottom: float
    column: int | None


def stop(page: Page) -> Stop | None:
    """Where the focus is; None where it is on nothing."""
    found: dict[str, Any] | None = page.evaluate(STOP)
    return Stop(**found) if found else None


def stops(page: Page) -> list[Stop]:
    """Tabs from the top of a page to its end. Fails where there is no end."""
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); scrollTo(0, 0)")
    found: list[Stop] = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        at = stop(page)
        if at is None or (found and at == found[0]):
            return found
        found.append(at)
    raise AssertionError(f"Tab comes to no end after {found[-1].name}")


def faults(found: list[Stop]) -> list[str]:
    """What is wrong with a way through a page: stops that cannot be seen, ways back up in a column, and ways back to one that was left."""
    wrong = [f"{each.name}: {what}" for each in found for what in ("ring", "inside", "free") if not getattr(each, what)]
    left: set[int | None] = set()
    for before, after in pairwise(found):
        if after.column == before.column and after.bottom < before.top:
            wrong.append(f"{after.name}: above {before.name}, which comes before it")
        if after.column != before.column and before.column is not None:
            left.add(before.column)
        if after.column in left:
            wrong.append(f"{after.name}: in a column that was left")
    return wrong


def straight(found: list[Stop]) -> list[str]:
    """What leads back up on a page of one column."""
    pairs = pairwise(found)
    return [f"{after.name}: above {before.name}, which comes before it" for before, after in pairs if after.bottom < before.top]


class Keyboard:
    """Acts on a page by keys alone. Every stop on its way must be seen to have the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        """Tabs on until a control has the focus."""
        for _ in range(MOST):
            if target.evaluate("each => each === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            at = stop(self.page)
            assert at is None or (at.ring and at.inside and at.free), at
        raise AssertionError(f"{target} is not reached by Tab")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Goes to a control and presses a key there."""
        self.reach(target)
        self.page.keyboard.press(key)

    def go(self, target: Locator) -> None:
        """Presses a button or follows a link that leads to another page, and waits for it."""
        self.reach(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def choose(self, target: Locator) -> None:
        """Chooses one of several: Tab comes to one of them, arrows go on from there."""
        name = target.get_attribute("name")
        self.reach(target.locator(f"xpath=ancestor::fieldset[1]//input[@name='{name}']").first)
        self.page.keyboard.press("Space")
        for _ in range(MOST):
            if target.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{target} is not reached by arrows")

    def lands(self, place: str) -> None:
        """Waits until the focus is on, or in, a place: what a deed has led to."""
        self.page.wait_for_function("place => Boolean(document.activeElement?.closest(place))", arg=place)

    def fill(self, target: Locator, words: str) -> None:
        """Types into a field in place of what stands there."""
        self.reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(words)
