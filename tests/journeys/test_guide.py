"""From a story to a letter that can be printed, in a browser: without script, with it, by the keyboard alone, and for everybody."""

from __future__ import annotations

import io
import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from tests.action import facts
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations
from tests.journeys.walk import Room, sees

WORDS = "I taught both my daughters to swim at the east jetty.\n\nStop the fence, and vote once more on the rain rule."


@pytest.fixture(scope="module")
def directory(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """The newsroom, with a small country's officials."""
    facts.load(newsroom.db, facts.folder(tmp_path_factory.mktemp("officials")))
    return newsroom


def fetch(address: str, context: BrowserContext) -> bytes:
    """What the browser would get of an address; names under localhost are the browser's alone."""
    url = urlsplit(address)
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in context.cookies())
    answer = httpx.get(f"http://127.0.0.1:{url.port}{url.path}", headers={"Host": url.netloc, "Cookie": cookies})
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


def open_guide(page: Page, newsroom: Newsroom, path: str) -> None:
    page.goto(f"{newsroom.talk}/guide?story={newsroom.story(path)}")


def press(page: Room, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fill_home(room: Room) -> None:
    """Name and address, each in its field."""
    home = {
        "Your name, as you sign": "Imogen Sarkis", "Street and number": "9 Tannery Row", "Town": "Nearby", "State or region": "NY", "ZIP or": "00001",
    }  # fmt: skip
    for label, words in home.items():
        room.get_by_label(label).fill(words)


def walk(page: Room) -> int:
    """Answers every question up to the finished letter; how many there were."""
    press(page, "OK, you may keep it")
    page.get_by_label("In one line").fill("Please vote for the rain rule")
    press(page, "Go on")
    fill_home(page)
    press(page, "Go on")
    sees(page.locator("#now"), "Bo Lund", "Harbour", "U.S. Representative", "Seat vacant")
    press(page, "Write to these")
    page.get_by_label("Your letter").fill(WORDS)
    press(page, "See the letter")
    sees(page.locator(".paper").first, "Imogen Sarkis", "9 Tannery Row", "Stop the fence")
    press(page, "Done: give me the letter")
    return 6


def test_without_script_the_story_leads_to_a_letter_in_six_questions(browser: Browser, directory: Newsroom) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_guide(page, directory, "no-script-letter")
    sees(page.locator("main"), "a program, not a person", "pays for it")
    assert walk(page) <= 6
    press(page, "No")
    sees(page.locator("#letters"), "You must post it yourself", "Bo Lund")
    sees(page.locator("#call"), "my name is Imogen Sarkis", "202-225-0002")
    page.get_by_role("link", name="Print the letter").first.click()
    sees(page.locator(".to"), "Washington, DC 20510")
    sees(page.locator("article"), "Imogen Sarkis", "Please vote for the rain rule", "Sincerely,")
    for _ in range(100):
        page.reload()
        if page.get_by_role("link", name="The letter as PDF").count():
            break
        page.wait_for_timeout(100)
    pdf = PdfReader(io.BytesIO(fetch(page.url + "/pdf", context)))
    assert "/StructTreeRoot" in pdf.trailer["/Root"]
    text = pdf.pages[0].extract_text()
    assert all(words in text for words in ("Imogen Sarkis", "9 Tannery Row", "Stop the fence"))
    context.close()


def test_with_script_the_page_stays_and_by_the_keyboard_alone_a_letter_is_written(tab: Page, directory: Newsroom) -> None:
    open_guide(tab, directory, "keyboard-letter")
    tab.evaluate("window.stays = true")
    tab.get_by_role("button", name="OK, you may keep it").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#now")).to_be_focused()
    tab.keyboard.press("Tab")
    tab.keyboard.type("Please vote for the rain rule")
    tab.keyboard.press("Enter")
    tab.get_by_label("Street and number").wait_for()
    for words in ("Imogen Sarkis", "9 Tannery Row", "Nearby", "NY", "00001"):
        tab.keyboard.press("Tab")
        tab.keyboard.type(words)
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Write to these").wait_for()
    tab.get_by_role("button", name="Write to these").press("Enter")
    tab.get_by_label("Your letter").fill(WORDS)
    tab.get_by_role("button", name="See the letter").press("Enter")
    sees(tab.locator(".paper").first, "Stop the fence")
    assert tab.evaluate("window.stays")
    press(tab, "Edit my letter")
    expect(tab.get_by_label("Your letter")).to_have_value(WORDS)
    press(tab, "Back")
    sees(tab.locator(".paper").first, "Stop the fence")


def test_every_part_of_an_address_can_be_corrected(tab: Page, directory: Newsroom) -> None:
    open_guide(tab, directory, "corrected-letter")
    press(tab, "OK, you may keep it")
    tab.get_by_label("In one line").fill("Please vote for the rain rule")
    press(tab, "Go on")
    tab.get_by_label("Street and number").wait_for()
    fill_home(tab)
    tab.get_by_label("State or region").fill("Ny York")
    press(tab, "Go on")
    tab.get_by_role("button", name="Change What is your name").click()
    expect(tab.get_by_label("State or region")).to_have_value("Ny York")
    tab.get_by_label("State or region").fill("")
    press(tab, "Go on")
    sees(tab.locator(".talk"), "9 Tannery Row, Nearby 00001")
    assert "Ny York" not in tab.locator(".talk").inner_text()


def test_a_draft_outlives_stop_and_a_browser_that_was_closed(browser: Browser, directory: Newsroom) -> None:
    context = browser.new_context()
    page = context.new_page()
    open_guide(page, directory, "draft-letter")
    press(page, "OK, you may keep it")
    page.get_by_label("In one line").fill("Please vote for the rain rule")
    press(page, "Go on")
    page.get_by_label("Street and number").wait_for()
    press(page, "Stop")
    sees(page.locator("#now"), "Your draft is kept")
    page.close()
    page = context.new_page()
    page.goto(f"{directory.talk}/guide")
    sees(page.locator(".talk"), "Please vote for the rain rule")
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_at_any_step_and_nothing_sticks_out(browser: Browser, directory: Newsroom, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(10_000)
    seen: list[str] = []

    def look() -> None:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        seen.append(page.locator("#now").inner_text()[:40])

    open_guide(page, directory, f"axe-{scheme}")
    look()
    press(page, "OK, you may keep it")
    page.get_by_label("In one line").fill("x")
    press(page, "Go on")
    page.locator("#wrong").wait_for()
    look()
    page.get_by_label("In one line").fill("Please vote for the rain rule")
    press(page, "Go on")
    fill_home(page)
    look()
    press(page, "Go on")
    page.get_by_role("button", name="Write to these").wait_for()
    look()
    press(page, "Write to these")
    page.get_by_label("Your letter").fill(WORDS)
    look()
    press(page, "See the letter")
    page.locator(".paper").first.wait_for()
    look()
    press(page, "Done: give me the letter")
    page.locator("#letters").wait_for()
    look()
    page.get_by_role("link", name=re.compile("Print the letter")).first.click()
    page.locator("article").wait_for()
    assert violations(page) == []
    assert len(seen) == 7
    context.close()


