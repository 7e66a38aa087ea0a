"""The guide in the story's page: opened from an action's card, in the publisher's frame and on the thread's own page, for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from folkmoot.action import actions
from folkmoot.web.kit import clock
from tests.action import facts
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations
from tests.journeys.test_acting import act_on
from tests.journeys.test_guide import WORDS, fill_home, press, walk
from tests.journeys.walk import Room, embed, own_page, sees


@pytest.fixture(scope="module")
def land(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """The newsroom, with a small country's officials."""
    facts.load(newsroom.db, facts.folder(tmp_path_factory.mktemp("officials")))
    return newsroom


def open_card(room: Room, ask: str) -> Locator:
    """Presses "Write a letter" of an action; the guide below it."""
    card = room.locator("#act article").filter(has_text=ask)
    card.get_by_role("link", name="Write a letter").click()
    card.locator("#guide").wait_for()
    return card


def test_in_the_publishers_frame_the_card_leads_to_a_letter_and_the_story_stays(tab: Page, land: Newsroom) -> None:
    land.says("Hedda", "I ran the lifeguards.", "chat-frame")
    act_on(land, "chat-frame")
    frame = embed(tab, land, "chat-frame")
    card = open_card(frame, "Vote once more")
    sees(card.get_by_role("log"), "a program, not a person")
    assert walk(frame) <= 6
    press(frame, "No")
    sees(card.locator("#letters"), "You must post it yourself", "Bo Lund")
    with tab.context.expect_page() as opened:
        card.get_by_role("link", name="Print the letter").first.click()
    sees(opened.value.locator("article"), "Imogen Sarkis", "Stop the fence", "Sincerely,")
    opened.value.close()
    assert tab.url == f"{land.news}/chat-frame"
    press(frame, "Close the guide")
    expect(card.get_by_role("link", name="Write a letter")).to_be_focused()
    tab.reload()
    sees(open_card(embed(tab, land, "chat-frame"), "Vote once more").locator("#letters"), "Bo Lund")


def test_the_frame_keeps_one_talk_in_its_own_storage_and_no_cookie(tab: Page, land: Newsroom) -> None:
    land.says("Hedda", "I ran the lifeguards.", "chat-proof")
    act_on(land, "chat-proof")
    frame = embed(tab, land, "chat-proof")
    card = open_card(frame, "Vote once more")
    talk = "() => localStorage.getItem('folkmoot.talk')"
    inside = next(each for each in tab.frames if each.url.startswith(land.talk))
    press(frame, "OK, you may keep it")
    card.get_by_label("In one line").wait_for()
    token = inside.evaluate(talk)
    assert token
    press(frame, "Talk to a person")
    sees(card.locator("#now"), "told the desk")
    assert inside.evaluate(talk) == token, "one talk, however often something is said"
    assert not [each for each in tab.context.cookies() if each["name"].endswith("-talk")], "nothing is kept where a frame keeps nothing"


def test_with_the_keyboard_alone_the_guide_opens_below_its_card_and_closes(tab: Page, land: Newsroom) -> None:
    act_on(land, "chat-keys")
    own_page(tab, land, "chat-keys")
    tab.get_by_role("link", name="Write a letter").press("Enter")
    expect(tab.locator("#guide #now .told").first).to_be_focused()
    tab.get_by_role("button", name="OK, you may keep it").press("Enter")
    tab.get_by_label("In one line").press_sequentially("Please vote for the rain rule")
    tab.keyboard.press("Enter")
    tab.get_by_label("Street and number").wait_for()
    fill_home(tab)
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Write to these").press("Enter")
    tab.get_by_label("Your letter").fill(WORDS)
    tab.get_by_role("button", name="See the letter").press("Enter")
    sees(tab.locator(".paper").first, "Stop the fence")
    tab.get_by_role("button", name="Close the guide").press("Enter")
    expect(tab.get_by_role("link", name="Write a letter")).to_be_focused()


def test_without_script_the_cards_link_leads_to_the_guides_own_page_with_its_action(browser: Browser, land: Newsroom) -> None:
    act_on(land, "chat-plain")
    context = browser.new_context(java_script_enabled=False)
    page = own_page(context.new_page(), land, "chat-plain")
    page.get_by_role("link", name="Write a letter").click()
    sees(page.locator("main"), "a program, not a person", "Vote once more")
    press(page, "OK, you may keep it")
    sees(page.locator("#asks"), "What do you want them to do about the lake’s closing")
    context.close()


def test_another_actions_card_turns_the_talk_to_that_action(tab: Page, land: Newsroom) -> None:
    act_on(land, "chat-both")
    act_on(land, "chat-both", ask="Keep it closed until the drain is mended", maker="Parents of Tanyard Brook", stance="against")
    own_page(tab, land, "chat-both")
    card = open_card(tab, "Vote once more")
    assert tab.locator("#act .words").count() == 1, "what both say alike stands once"
    walk(tab)
    press(tab, "No")
    press(tab, "Close the guide")
    other = open_card(tab, "Keep it closed")
    assert card.locator("#guide").count() == 0
    other.get_by_label("In one line").fill("Please keep the lake closed")
    press(tab, "Go on")
    other.get_by_label("Street and number").wait_for()
    sees(other.locator(".talk"), "Please keep the lake closed")
    row = land.db.read_now(lambda tx: tx.one("SELECT action FROM talk WHERE ended IS NULL ORDER BY touched DESC LIMIT 1"))
    wanted = land.db.read_now(lambda tx: actions.running(tx, land.story("chat-both"), clock()))[1].id
    assert row is not None and row.action == wanted


@pytest.mark.parametrize(("language", "scheme", "width"), [("ar", "light", 320), ("en", "dark", 1280)])
def test_axe_finds_nothing_in_the_open_card_and_nothing_sticks_out(browser: Browser, land: Newsroom, language: str, scheme: str, width: int) -> None:
    act_on(land, f"chat-axe-{language}")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, reduced_motion="reduce",  # type: ignore[arg-type]
        extra_http_headers={"Accept-Language": language},
    )  # fmt: skip
    page = own_page(context.new_page(), land, f"chat-axe-{language}")
    page.set_default_timeout(10_000)

    def look() -> None:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.locator("#act a.primary").click()
    page.locator("#guide [value=ok]").wait_for()
    look()
    page.locator("#guide [value=ok]").click()
    page.locator("#f-words").fill("Please vote for the rain rule")
    page.locator("#guide .answer .primary").click()
    page.locator("#f-street").wait_for()
    for name, words in (("name", "Imogen Sarkis"), ("street", "9 Tannery Row"), ("city", "Nearby"), ("region", "NY"), ("code", "00001")):
        page.locator(f"#f-{name}").fill(words)
    look()
    page.locator("#guide .answer .primary").click()
    page.locator("#guide [name=pick]").first.wait_for()
    look()
    page.locator("#guide .answer .primary").click()
    page.locator("#guide textarea").fill(WORDS)
    page.locator("#guide .answer .primary").click()
    page.locator(".paper").first.wait_for()
    look()
    page.locator("#guide [value=send]").first.click()
    page.locator("#letters").wait_for()
    look()
    context.close()
