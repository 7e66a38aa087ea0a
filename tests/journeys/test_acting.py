"""From a story to a call: an editor makes an action in a form, readers see it beside the talk, find who represents them, and call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from folkmoot.action import actions, drafting
from folkmoot.action.model import Action
from folkmoot.people import accounts, sessions
from folkmoot.people.model import COMMAND
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock
from tests.action import facts
from tests.action.test_actions import TYPED
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations
from tests.journeys.walk import embed, own_page, sees


@pytest.fixture(scope="module")
def land(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """The newsroom, with the small country loaded."""
    facts.load(newsroom.db, facts.folder(tmp_path_factory.mktemp("officials")), now=clock())
    return newsroom


def act_on(newsroom: Newsroom, path: str, **changed: object) -> Action:
    """A running action for a story, made at the command line."""
    typed = drafting.Typed(**{name: getattr(TYPED, name) for name in TYPED.__struct_fields__} | {"starts": drafting._day(clock() - drafting.DAY),
        "ends": tomorrow()} | changed)
    draft, faults = drafting.read(typed)
    assert draft is not None, faults
    story = newsroom.story(path)
    return newsroom.db.write_now(lambda tx: actions.make(tx, COMMAND, story, draft, clock()))


def sign_in(context: BrowserContext, newsroom: Newsroom, role: str = "editor") -> None:
    """Somebody of the staff, signed in on our own pages."""

    def act(tx: Tx) -> str:
        mailbox = f"{role}@mail.example"
        person = accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, "Ines", clock())
        accounts.grant(tx, person.id, role, newsroom.site.id, None, clock())  # type: ignore[arg-type]
        return sessions.begin_page(tx, person.id, clock()).token

    token = newsroom.db.write_now(act)
    context.add_cookies([{"name": "folkmoot", "value": token, "url": newsroom.talk, "httpOnly": True}])


def tomorrow() -> str:
    return drafting._day(clock() + drafting.DAY)


def test_an_editor_makes_an_action_in_the_form_and_it_stands_in_the_storys_page(context: BrowserContext, tab: Page, land: Newsroom) -> None:
    land.says("Hedda", "I ran the lifeguards.", "made")
    sign_in(context, land)
    tab.goto(f"{land.talk}/actions/new?url={land.at('made')}")
    tab.get_by_role("button", name="Publish the action").click()
    alert = tab.get_by_role("alert")
    sees(alert, "Not kept yet")
    alert.get_by_role("link").first.click()
    expect(tab.get_by_label("The ask, in one line")).to_be_focused()
    fields = {
        "The ask, in one line": "Vote once more on the rain rule", "The matter, in a few words": "the lake’s closing", "Background": TYPED.background,
        "Sources of the background": TYPED.sources, "Who decides": "NY", "Facts that readers can use": TYPED.facts,
        "Points to speak about": TYPED.points,
        "Script for a call": TYPED.script, "Who makes this action": "The Ostley Courier", "Who pays for it": "its readers",
    }  # fmt: skip
    for label, words in fields.items():
        tab.get_by_label(label, exact=True).fill(words)
    tab.get_by_label("It is against it").check()
    tab.get_by_label("The member of the House for the place").check()
    tab.get_by_label("Until the end of").fill(tomorrow())
    tab.get_by_role("button", name="Publish the action").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Vote once more on the rain rule")
    sees(tab.locator("main"), "Made by The Ostley Courier. Paid for by its readers.", "Against: the lake’s closing")
    frame = embed(tab, land, "made")
    sees(frame.locator("#act"), "Vote once more on the rain rule", "Paid for by its readers")
    assert "calls" not in frame.locator("#act").inner_text()


def test_a_reader_goes_from_the_story_to_a_call_without_script(browser: Browser, land: Newsroom) -> None:
    land.says("Hedda", "I ran the lifeguards.", "call")
    made = act_on(land, "call")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    tab = own_page(context.new_page(), land, "call")
    tab.locator("#act").get_by_role("link", name="Call").click()
    tab.get_by_text("Put my own words into the script").click()
    tab.get_by_label("Your first name").fill("<b>Ada</b>")
    tab.get_by_label("Your ZIP").fill("00002")
    tab.get_by_role("button", name="Whom to call").click()
    sees(tab.locator("main"), "touches 2 districts", "What would settle it")
    tab.get_by_label(re.compile("NY-1")).check()
    tab.get_by_role("button", name="This is mine").click()
    sees(tab.locator("main"), "your own pick", "Bo Lund Jr.", "[one sentence of your own", "<b>Ada</b>", "I ask Representative Lund")
    expect(tab.locator("a.ring").first).to_have_attribute("href", re.compile(r"tel:\+1\d{10}"))
    first = tab.locator("h2#whom").inner_text()
    tab.get_by_role("button", name="I spoke to somebody").click()
    assert tab.locator("h2#whom").inner_text() != first
    for _ in range(3):
        if tab.get_by_text("That was the last one").count():
            break
        tab.get_by_role("button", name="Skip").click()
    sees(tab.get_by_role("status"), "That was the last one")
    row = land.db.read_now(lambda tx: tx.one("SELECT count(*) AS number FROM action_deed WHERE action = :id AND outcome = 'spoke'", id=made.id))
    assert row is not None and row.number == 1
    context.close()


def test_a_state_legislator_is_found_by_ones_own_pick_with_the_keyboard_alone(tab: Page, land: Newsroom) -> None:
    made = act_on(land, "state", offices=("state",), jurisdiction="NY")
    tab.goto(f"{land.talk}/actions/{made.id}/call")
    tab.get_by_label("Your ZIP").focus()
    tab.keyboard.type("00001")
    tab.keyboard.press("Enter")
    sees(tab.locator("main"), "A ZIP never decides a state legislative district")
    for chamber, seat in (("Upper chamber", "Kim Bell"), ("Lower chamber", "Jon Reed")):
        tab.get_by_label(chamber).focus()
        tab.keyboard.press("ArrowDown")
        while seat not in tab.get_by_label(chamber).evaluate("each => each.selectedOptions[0].text"):
            tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    sees(tab.locator("main"), "Kim Bell", "1 of 2", "your own pick", "Next: Jon Reed")


def test_the_call_sheet_holds_every_number_and_the_script(tab: Page, land: Newsroom) -> None:
    made = act_on(land, "sheet")
    tab.goto(f"{land.talk}/actions/{made.id}/call")
    tab.get_by_label("Your ZIP").fill("00001")
    tab.get_by_role("button", name="Whom to call").click()
    tab.get_by_role("button", name="Print all of it as a call sheet").click()
    sees(tab.locator("main"), "Bo Lund Jr.", "202-225-0002", "555-010-0001", "Di Okafor", "What to say", "Mon-Fri 9am-5pm")
    assert violations(tab) == []


def test_a_device_says_where_it_is_only_when_its_owner_presses(browser: Browser, land: Newsroom) -> None:
    context = browser.new_context(geolocation={"latitude": 40.5, "longitude": -72.5}, permissions=["geolocation"])
    tab = context.new_page()
    tab.goto(f"{land.talk}/officials")
    assert tab.locator("[name=lat]").input_value() == ""
    tab.get_by_role("button", name="Use where this device is").click()
    sees(tab.locator("fm-place [role=status]"), "is not kept")
    tab.get_by_role("button", name="Look it up").click()
    sees(tab.locator("#answer"), "NY-2")
    sees(tab.locator("main"), "Cy Ahmadi", "Independent")
    context.close()


def test_what_is_wrong_in_an_entry_comes_to_the_desk_and_is_settled_there(context: BrowserContext, tab: Page, land: Newsroom) -> None:
    tab.goto(f"{land.talk}/actions/{act_on(land, 'wrong').id}/call")
    tab.get_by_label("Your ZIP").fill("00001")
    tab.get_by_role("button", name="Whom to call").click()
    tab.get_by_role("link", name="This is wrong").click()
    tab.get_by_label("A phone number is wrong").check()
    tab.get_by_label("What is right").fill("It ends in 42.")
    tab.get_by_role("button", name="Tell the moderators").click()
    sees(tab.get_by_role("status"), "A moderator will look at it")
    sign_in(context, land, "moderator")
    tab.goto(f"{land.talk}/desk?site={land.site.id}&order=time")
    tab.locator(".queue a", has_text="It ends in 42.").click()
    sees(tab.locator("#item"), "A phone number is wrong", "Bo Lund Jr.")
    tab.get_by_role("button", name="It has been put right").click()
    expect(tab.locator(".queue a", has_text="It ends in 42.")).to_have_count(0)


VIEWS = (("light", 1280), ("dark", 390), ("light", 320))


@pytest.fixture(params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def view(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    scheme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield context
    context.close()


def test_axe_finds_nothing_and_nothing_is_cut_off(view: BrowserContext, land: Newsroom, tmp_path: Path) -> None:
    land.says("Hedda", "I ran the lifeguards.", "axe")
    made = act_on(land, "axe", template="Dear Member,\n\nplease vote again.")
    sign_in(view, land)
    tab = view.new_page()
    paths = (f"/thread?url={land.at('axe')}", f"/actions/{made.id}", f"/actions/{made.id}/edit", "/actions", f"/actions/{made.id}/stop", "/officials",
             f"/actions/{made.id}/call", "/officials/wrong?official=A000001", "/officials/list?state=NY",
             "/officials/of?official=B000002")  # fmt: skip
    for path in paths:
        tab.goto(f"{land.talk}{path}")
        assert violations(tab) == [], path
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    for code in ("00001", "00002"):
        tab.goto(f"{land.talk}/actions/{made.id}/call")
        tab.get_by_label("Your ZIP").fill(code)
        tab.keyboard.press("Enter")
        tab.locator("main h2").first.wait_for()
        assert violations(tab) == [], code
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), code
