"""Ada does not want to read somebody any more: their words are folded for her alone, wherever she reads."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from folkmoot.people import accounts, sessions
from folkmoot.storage.database import Tx
from folkmoot.web import static
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom
from tests.journeys.walk import own_page


def _token(tx: Tx) -> str:
    ada = accounts.member_of(tx, accounts.MAILBOX, "ada.m@mail.example", "ada.m@mail.example", "Ada", clock())
    return sessions.begin_page(tx, ada.id, clock()).token


def test_who_is_muted_from_a_comments_menu_is_folded_for_that_reader_alone(context: BrowserContext, tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Jory", "Open the sluice.", "muted")
    newsroom.says("Hedda", "Leave it.", "muted")
    context.add_cookies([{"name": "folkmoot", "value": newsroom.db.write_now(_token), "url": newsroom.talk}])
    with tab.expect_response("**/static/live.*.js"):  # it brings the way to mute
        page = own_page(tab, newsroom, "muted")
    there = page.locator("article").filter(has_text="Jory")
    there.get_by_text("More", exact=True).click()
    there.get_by_role("button", name="Mute Jory").click()
    expect(page.get_by_text("Open the sluice.")).to_be_hidden()
    expect(page.get_by_text("Leave it.")).to_be_visible()
    page.get_by_role("button", name="You have muted this person. Show it").click()
    expect(page.get_by_text("Open the sluice.")).to_be_visible()


def test_every_module_names_others_so_that_they_are_served() -> None:
    for name in (path.name for path in static.FOLDER.glob("*.js")):
        assert b"'./" not in static.file(name).plain or all(
            b"." in part.partition(b"'")[0].removesuffix(b".js") for part in static.file(name).plain.split(b"'./")[1:]
        ), name
