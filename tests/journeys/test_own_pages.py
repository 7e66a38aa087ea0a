"""One's own pages and those of signing in: clean for axe-core in every scheme, language and width; by keyboard; without script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.discussion import comments, moderation
from folkmoot.people import accounts, devices, invitations, mutes, notices, sessions
from folkmoot.people.model import COMMAND, Actor
from folkmoot.storage.database import Tx
from folkmoot.web import words
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations
from tests.journeys.walk import own_page, sees, write

STILLS = os.environ.get("FOLKMOOT_STILLS")  # a folder for pictures of the pages, to be looked at
OWN = ("/me", "/me/votes", "/me/notices", "/me/settings", "/me/devices", "/me/data")
AROUND = ("/", "/sign-in", "/sign-out", "/sign-in/link?token=x", "/sign-in/done", "/unsubscribe?token=x", "/desk", "/me/c/1", "/nowhere")
FIRST, OTHERS = ("dark", "en", 320), (("light", "en", 1000), ("light", "ar", 390), ("light", "en-XA", 320))
VIEWS = (FIRST, *(pytest.param(view, marks=pytest.mark.long) for view in OTHERS))
FIREFOX = "Firefox on Linux"


def grown(newsroom: Newsroom, name: str, role: accounts.Role | None = None) -> str:
    """Somebody to whom all of it has happened; the cookie of their browser. Nobody who works there may be called so: look-alikes are held."""
    mailbox = f"{name.lower()}.own@mail.example"
    member = newsroom.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, name, clock()))
    path, who = f"own-{name.lower()}", Actor(member)
    first = newsroom.says("Hedda", "The lake is as low as it ever was.", path)
    said = newsroom.posts(who, "I ran the lifeguards for six years, and nobody asked us.", path)
    newsroom.says("Bo", "Nor us.", path, said)
    foul = newsroom.posts(who, "Something foul.", path)

    def act(tx: Tx) -> str:
        if role:
            accounts.grant(tx, member.id, role, newsroom.site.id, None, clock())
        comments.vote(tx, who, first, 1, clock())
        moderation.decide(tx, COMMAND, foul, "remove", "It is foul.", clock())
        mutes.mute_word(tx, who, "badger", clock())
        told = {"story": "Linnet Lake to close", "reason": "It is foul.", "rule": "", "words": "Something foul."}
        notices.tell(tx, member.id, "comment_removed", told, key=f"own-{name}", now=clock(), opens=f"/me/c/{foul}")
        sessions.begin_page(tx, member.id, clock(), device=FIREFOX)
        return sessions.begin_page(tx, member.id, clock(), device=devices.device_of("Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0")).token

    token: str = newsroom.db.write_now(act)
    return token


@pytest.fixture(scope="module")
def ada(newsroom: Newsroom) -> str:
    return grown(newsroom, "Ada")


@pytest.fixture
def opens(browser: Browser, newsroom: Newsroom, ada: str) -> Iterator[object]:
    """Opens a tab of hers."""
    made = []

    def open_(scheme: str = "light", language: str = "en", width: int = 1000, script: bool = True, cookie: str = ada) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, reduced_motion="reduce",  # type: ignore[arg-type]
            java_script_enabled=script,
        )
        if cookie:
            context.add_cookies([{"name": "folkmoot", "value": cookie, "url": newsroom.talk}])
        made.append(context)
        return context.new_page()

    yield open_
    for context in made:
        context.close()


def look(page: Page, name: str) -> None:
    """Clean for axe-core, and nothing sticks out."""
    assert violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    if STILLS:
        page.screenshot(path=f"{STILLS}/{name.strip('/').replace('/', '-').replace('?', '-') or 'front'}.png", full_page=True)


@pytest.mark.parametrize("view", VIEWS, ids=["-".join(map(str, view)) for view in (FIRST, *OTHERS)])
def test_axe_finds_nothing_on_any_page_of_ones_own_nor_at_the_door(
    opens: object, newsroom: Newsroom, view: tuple[str, str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose = words.choose  # no browser likes the accented English best; here one may
    monkeypatch.setattr(words, "choose", lambda accepted, *rest: "en-XA" if "en-XA" in accepted else choose(accepted, *rest))
    hers, nobodys = opens(*view), opens(*view, cookie="")  # type: ignore[operator]
    for page, paths, who in ((hers, OWN, "ada"), (nobodys, (*AROUND, "/me"), "nobody")):
        for path in paths:
            page.goto(newsroom.talk + path)
            look(page, f"{path}-{who}-{'-'.join(map(str, view))}")
    through_the_door(nobodys, newsroom, view)


def through_the_door(page: Page, newsroom: Newsroom, view: tuple[str, str, int]) -> None:
    """Each page on the way in, to an invitation, and out again."""
    mailbox, at = f"door-{view[1]}-{view[2]}@mail.example".lower(), "-".join(map(str, view))
    invitation = newsroom.db.write_now(lambda tx: invitations.invite(tx, COMMAND, "editor", newsroom.site.id, clock()))
    page.goto(f"{newsroom.talk}/welcome/{invitation}")
    look(page, f"welcome-{at}")
    page.goto(f"{newsroom.talk}/sign-in?next=/welcome/{invitation}")
    page.locator("#email").fill(mailbox)
    page.locator("form.composer button").click()
    page.locator("#digits").fill("000000")
    page.locator("form.composer button").click()
    page.get_by_role("alert").wait_for()
    look(page, f"wrong-code-{at}")
    page.locator("#digits").fill(newsroom.digits(mailbox))
    page.locator("form.composer button").click()
    page.locator("#name").wait_for()
    look(page, f"name-{at}")
    page.locator("#name").fill("Nia")
    page.locator("form.composer button").click()
    page.wait_for_url("**/welcome/**")
    look(page, f"welcome-in-{at}")
    for path in ("/me", "/sign-in", "/sign-out"):
        page.goto(newsroom.talk + path)
        look(page, f"{path}-new-{at}")


def test_the_keyboard_alone_renames_mutes_and_ends_a_sign_in(opens: object, newsroom: Newsroom) -> None:
    page: Page = opens(cookie=grown(newsroom, "Kay"))  # type: ignore[operator]

    def tab_to(words: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText || document.activeElement.labels?.[0]?.innerText || ''").startswith(words):
                return
        raise AssertionError(f"{words} cannot be reached")

    page.goto(f"{newsroom.talk}/me")
    tab_to("Settings")
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/settings")
    tab_to("The name that others see")
    page.keyboard.press("Control+a")
    page.keyboard.type("Kay Lin")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Kay Lin")
    tab_to("A word or a phrase")
    page.keyboard.type("weasel")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“weasel”")).to_be_visible()
    tab_to("Sign-ins")
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/devices")
    expect(page.locator(".list li")).to_have_count(2)
    tab_to("End all others")
    page.keyboard.press("Enter")
    expect(page.locator(".list li")).to_have_count(1)


def test_without_script_who_is_signed_in_writes_without_naming_themselves_and_finds_their_page(opens: object, newsroom: Newsroom) -> None:
    page: Page = opens(script=False, cookie=grown(newsroom, "Dora"))  # type: ignore[operator]
    own_page(page, newsroom, "own-plain")
    write(page, "Written without script, and without a name.")
    sees(page.locator("main"), "It is published.", "Written without script, and without a name.")
    page.goto(f"{newsroom.talk}/thread/{newsroom.story('own-plain')}")
    page.get_by_role("link", name="Your page").click()
    sees(page.locator("main"), "Dora", "Written without script, and without a name.")


def test_without_script_a_guest_who_gives_no_name_is_asked_for_one_and_loses_nothing(opens: object, newsroom: Newsroom) -> None:
    page: Page = opens(script=False, cookie="")  # type: ignore[operator]
    newsroom.story("own-guest")
    own_page(page, newsroom, "own-guest")
    write(page, "Whose words are these?")
    sees(page.get_by_role("alert"), "Nothing you wrote is lost.")
    page.get_by_label("Name").fill("Bo")
    page.get_by_role("button", name="Post comment").click()
    sees(page.locator("main"), "Whose words are these?", "Bo")


@pytest.mark.long
def test_a_moderator_finds_the_desk_from_a_thread(opens: object, newsroom: Newsroom) -> None:
    page: Page = opens(cookie=grown(newsroom, "Ottilie", "moderator"))  # type: ignore[operator]
    own_page(page, newsroom, "own-ottilie")
    page.get_by_role("link", name="To the desk").click()
    expect(page).to_have_url(f"{newsroom.talk}/desk")


def test_who_must_sign_in_first_comes_back_to_what_they_asked_for(opens: object, newsroom: Newsroom) -> None:
    page: Page = opens(cookie="")  # type: ignore[operator]
    for path in ("/me/settings", "/desk"):
        page.goto(newsroom.talk + path)
        address = page.get_by_role("link", name="Sign in").first.get_attribute("href")
        assert address is not None
        assert unquote(address) == f"/sign-in?next={path}"


def test_a_guests_vote_report_and_comments_are_one_persons(tab: Page, newsroom: Newsroom) -> None:
    """One row, however much somebody does in a browser before they sign in: the first deed's token is kept and sent with the next."""
    newsroom.says("Hedda", "Vote for me.", "own-one")
    page = own_page(tab, newsroom, "own-one")
    page.locator(".keys").wait_for()
    before = newsroom.db.read_now(lambda tx: len(tx.rows("SELECT id FROM person")))
    there = page.locator("article").filter(has_text="Vote for me.")
    there.get_by_role("button", name="Worth reading", exact=True).click()
    sees(there, "Your vote is kept.")
    write(page, "A guest's first.", "Zoe One")
    sees(page.locator("article").filter(has_text="A guest's first."), "Zoe One", "You")
    page.reload()
    page.locator(".keys").wait_for()
    write(page, "A guest's second.")
    sees(page.locator("article").filter(has_text="A guest's second."), "Zoe One", "You")
    assert newsroom.db.read_now(lambda tx: len(tx.rows("SELECT id FROM person"))) == before + 1
