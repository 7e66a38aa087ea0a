"""A moderator's day in a browser: the queue by keys, the undo, two at once; clean for axe-core at every width; all of it without script."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.discussion import comments, store
from folkmoot.people import accounts, sessions
from folkmoot.people.model import Actor
from folkmoot.sites import sites
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom, calm
from tests.journeys.test_access import violations

VIEWS = (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 320))
STILLS = os.environ.get("FOLKMOOT_STILLS")  # a folder for pictures of the pages, to be looked at


def moderator(newsroom: Newsroom, name: str, role: accounts.Role = "moderator") -> str:
    """Somebody who keeps the thread, and the cookie of their browser."""
    mailbox = f"{name.lower()}@mail.example"

    def act(tx: object) -> str:
        person = accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, name, clock())  # type: ignore[arg-type]
        accounts.grant(tx, person.id, role, newsroom.site.id, None, clock())  # type: ignore[arg-type]
        return sessions.begin_page(tx, person.id, clock()).token  # type: ignore[arg-type]

    return newsroom.db.write_now(act)


def desk(browser: Browser, newsroom: Newsroom, cookie: str, scheme: str = "light", width: int = 1280, script: bool = True) -> Page:
    """A moderator's browser."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce",
        java_script_enabled=script,
    )
    context.add_cookies([{"name": "folkmoot", "value": cookie, "url": newsroom.talk}])
    return context.new_page()


def reported(
    newsroom: Newsroom, name: str, text: str, reason: str, by: int = 1, parent: int | None = None, path: str = "desk", site: str = "news"
) -> int:
    """A comment that readers have reported."""
    said = newsroom.says(name, text, path, parent, site)
    for number in range(by):

        def act(tx: object, number: int = number) -> None:
            person, _ = accounts.new_guest(tx, f"Reader {number}", clock())  # type: ignore[arg-type]
            comments.flag(tx, Actor(person), said, reason, "It says where she lives." if reason == "private" else "", clock())  # type: ignore[arg-type]

        newsroom.db.write_now(act)
    return said


@pytest.fixture(scope="module")
def vera(newsroom: Newsroom) -> str:
    return moderator(newsroom, "Rosalind Teague".replace(" ", ""))


@pytest.fixture
def busy(newsroom: Newsroom) -> Iterator[list[int]]:
    """A queue with what a day brings."""
    policy = calm(suspect_words=("kits",))
    newsroom.db.write_now(lambda tx: sites.change_site(tx, sites_actor(), newsroom.site.id, policy=policy))
    above = newsroom.says("Leocadia Finch", "Nobody here wants a sick child. But a fence is not a test, and I said so on Monday.", "desk")
    found = [
        reported(newsroom, "Casimir Dole", "Easy for her to say. Everybody knows where Finch lives, it is the yellow house on Ferry Lane, number 12, "
                 "she can see the lake from her bed. Go and ask her yourselves.", "private", 3, above),
        newsroom.says("Lake Fan 99", "Cheap test kits for lakes and pools, ask me how, first box free", "desk"),
        reported(newsroom, "Jory Pell", "Five people who have never been in past their ankles have decided this for the rest of us.", "attack"),
        reported(newsroom, "سمير حداد", "كنا نسبح هنا كل صيف منذ وصلنا إلى أوستلي.", "other"),
    ]  # fmt: skip
    newsroom.says("Hedda Lund", "Please take that down. You can be angry without an address.", "desk", found[0])
    yield found
    for comment in found:
        newsroom.db.write_now(lambda tx, comment=comment: _clear(tx, comment))  # type: ignore[misc]


def sites_actor() -> Actor:
    from folkmoot.people.model import COMMAND

    return COMMAND


def _clear(tx: object, comment: int) -> None:
    from folkmoot.discussion import moderation

    row = store.comment_row(tx, comment)  # type: ignore[arg-type]
    if row is not None and row.state in ("published", "held"):
        moderation.decide(tx, sites_actor(), comment, "remove", "", clock())  # type: ignore[arg-type]


def still(page: Page, name: str) -> None:
    if STILLS:
        page.screenshot(path=f"{STILLS}/{name}.png", full_page=True)


def state(newsroom: Newsroom, comment: int) -> str:
    row = newsroom.db.read_now(lambda tx: store.comment_row(tx, comment))
    assert row is not None
    return str(row.state)


def test_a_moderator_clears_the_queue_by_keys_and_takes_one_back(browser: Browser, newsroom: Newsroom, vera: str, busy: list[int]) -> None:
    page = desk(browser, newsroom, vera)
    page.goto(f"{newsroom.talk}/desk")
    expect(page.locator("#i-h")).to_have_text("Casimir Dole")
    following = page.locator(".queue a bdi").nth(1).inner_text()
    page.keyboard.press("j")
    expect(page.locator(".queue a[aria-current] bdi")).to_have_text(following)
    page.keyboard.press("k")
    expect(page.locator("#i-h")).to_have_text("Casimir Dole")
    page.keyboard.press("x")  # nobody is removed without being told why
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    expect(page.locator(".decide [name=guideline][value='1']")).to_be_focused()
    assert state(newsroom, busy[0]) == "published"
    page.keyboard.press("2")
    expect(page.locator(".decide [name=guideline][value='2']")).to_be_checked()
    page.keyboard.press("x")
    expect(page.locator(".toast")).to_contain_text("Removed.")
    assert state(newsroom, busy[0]) == "removed"
    page.keyboard.press("u")
    expect(page.locator("#back")).to_be_focused()
    expect(page.locator("#back")).to_have_text("Taken back")
    expect(page.locator("#i-h")).to_have_text("Casimir Dole")
    assert state(newsroom, busy[0]) == "published"
    page.keyboard.press("t")
    expect(page.locator(f"[value='comment.{busy[0]}']")).to_be_checked()
    page.keyboard.press("?")
    expect(page.locator(".keys summary")).to_be_focused()
    expect(page.locator(".keys summary")).to_be_in_viewport()
    page.keyboard.press("w")
    expect(page.get_by_label("In your words, for its writer")).to_be_focused()
    page.keyboard.type("xerxes")
    page.keyboard.press("Enter")
    expect(page.get_by_label("In your words, for its writer")).to_have_value("xerxes")
    assert state(newsroom, busy[0]) == "published"
    page.get_by_label("In your words, for its writer").blur()
    page.keyboard.press("o")
    expect(page.get_by_role("link", name="Oldest first")).to_have_attribute("aria-current", "true")
    page.keyboard.press("s")
    expect(page.get_by_role("searchbox")).to_be_visible()
    page.context.close()


def test_what_is_ticked_from_item_to_item_is_decided_together_by_keys(browser: Browser, newsroom: Newsroom, vera: str, busy: list[int]) -> None:
    page = desk(browser, newsroom, vera)
    page.goto(f"{newsroom.talk}/desk")
    names = [page.locator(".queue a bdi").nth(at).inner_text() for at in (0, 1)]
    expect(page.locator("#i-h")).to_have_text(names[0])
    page.keyboard.press("t")
    page.keyboard.press("j")
    expect(page.locator("#i-h")).to_have_text(names[1])
    page.keyboard.press("t")
    expect(page.locator("[name=item]:checked")).to_have_count(2)
    ticked = [int(each.get_attribute("value").partition(".")[2]) for each in page.locator("[name=item]:checked").all()]  # type: ignore[union-attr]
    page.keyboard.press("b")
    expect(page.locator(".bulk summary")).to_be_focused()
    expect(page.locator(".bulk summary")).to_be_in_viewport()
    page.keyboard.press("x")
    expect(page.locator("#bulk").get_by_role("alert")).to_contain_text("Say why")
    expect(page.locator("[name=item]:checked")).to_have_count(2)
    page.locator(".bulk summary").focus()
    page.keyboard.press("2")
    expect(page.locator(".bulk [name=guideline][value='2']")).to_be_checked()
    page.keyboard.press("x")
    expect(page.locator(".toast")).to_contain_text("2 decided.")
    assert [state(newsroom, each) for each in ticked] == ["removed", "removed"]
    expect(page.locator("[name=item]:checked")).to_have_count(0)
    page.context.close()


def test_while_one_looks_another_finds_it_taken(browser: Browser, newsroom: Newsroom, vera: str, busy: list[int]) -> None:
    first = desk(browser, newsroom, vera)
    with first.expect_response(lambda answer: answer.url.endswith("/claim")):
        first.goto(f"{newsroom.talk}/desk/comment/{busy[0]}")
    second = desk(browser, newsroom, moderator(newsroom, "Benedikt"))
    second.goto(f"{newsroom.talk}/desk/comment/{busy[0]}")
    expect(second.locator("#item")).to_contain_text("RosalindTeague has this in hand.")
    expect(second.locator(".decide")).to_have_count(0)
    first.context.close()
    second.context.close()


def test_without_script_all_of_it_is_forms(browser: Browser, newsroom: Newsroom, vera: str, busy: list[int]) -> None:
    page = desk(browser, newsroom, vera, script=False)
    page.goto(f"{newsroom.talk}/desk/comment/{busy[1]}")
    page.get_by_role("button", name="Release").first.click()
    expect(page.locator(".toast")).to_contain_text("Released.")
    assert state(newsroom, busy[1]) == "published"
    page.get_by_role("button", name="Undo").click()
    assert state(newsroom, busy[1]) == "held"
    page.get_by_text("Say more", exact=True).click()
    page.get_by_label("In your words, for its writer").press("Enter")
    page.locator(".bulk summary").click()
    page.locator(".bulk [name=guideline]").nth(1).check()
    page.get_by_role("button", name="Remove them").click()
    expect(page.locator("#bulk").get_by_role("alert")).to_contain_text("Nothing is chosen.")
    expect(page.locator(".bulk [name=guideline]").nth(1)).to_be_checked()
    for number in (2, 3):
        page.locator(f"[value='comment.{busy[number]}']").check()
    page.locator(f"[value='comment.{busy[3]}']").press("Enter")
    assert [state(newsroom, number) for number in busy] == ["published", "held", "published", "published"]
    page.get_by_role("button", name="Remove them").click()
    assert [state(newsroom, busy[number]) for number in (2, 3)] == ["removed", "removed"]
    expect(page.locator(".toast")).to_contain_text("2 decided.")
    page.get_by_role("button", name="Undo").click()
    assert [state(newsroom, busy[number]) for number in (2, 3)] == ["published", "published"]
    page.context.close()


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_axe_finds_nothing_at_the_desk(browser: Browser, newsroom: Newsroom, vera: str, busy: list[int], scheme: str, width: int) -> None:
    page = desk(browser, newsroom, vera, scheme, width)
    for path in ("/desk", f"/desk/comment/{busy[1]}"):
        page.goto(newsroom.talk + path)
        still(page, f"{width}-{scheme}{path.replace('/', '-')[:13]}")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.context.close()
