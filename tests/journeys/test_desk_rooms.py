"""Every room of the desk: clean for axe-core, no wider than the screen, in each scheme, width and direction; and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import Struct, structs
from playwright.sync_api import Browser, Page, expect

from folkmoot.desk import figures, reports, rules
from folkmoot.discussion import appeals, comments, moderation
from folkmoot.discussion.text import read
from folkmoot.people import accounts, sanctions
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.waiting import Because
from folkmoot.sites import sites
from folkmoot.sites.model import Site
from folkmoot.storage.database import Tx
from folkmoot.web import words
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom, calm
from tests.journeys.test_access import violations
from tests.journeys.test_desk import desk, moderator, reported, still

# scheme, width, language
HARDEST = ("dark", 320, "ar")
VIEWS = (("light", 1280, "en"), ("light", 1100, "en"), ("dark", 1280, "ar"), ("light", 390, "en-XA"), ("light", 320, "en"))


class Rooms(Struct):
    """A desk at which a day's work has been done. admin: a cookie; paths: every page of it, by name."""

    admin: str
    paths: dict[str, str]


@pytest.fixture(scope="module")
def rooms(newsroom: Newsroom) -> Iterator[Rooms]:
    policy = calm(suspect_words=("kits",), guidelines=("Speak to the matter.", "No advertising."), terms_page="https://news.example/terms")
    newsroom.db.write_now(lambda tx: sites.change_site(tx, COMMAND, newsroom.site.id, policy=policy))
    admin = moderator(newsroom, "Theodora Featherstonehaugh-Cholmondeley".replace(" ", ""), "admin")
    flagged = reported(newsroom, "Casimir Dole", "Everybody knows where Finch lives, it is the yellow house.", "private", 2, path="rooms")
    newsroom.says("Lake Fan 99", "Cheap test kits for lakes and pools, the first box is free, ask me how today", "rooms")
    held = newsroom.says("Lake Fan 98", "Cheap test kits for lakes and pools, the first box is free, ask me how now", "rooms")
    paths = newsroom.db.write_now(lambda tx: _worked(tx, newsroom.site, flagged, held))
    while newsroom.db.write_now(lambda tx: figures.count(tx, clock())):
        pass
    yield Rooms(admin, paths)
    newsroom.db.write_now(lambda tx: _cleared(tx, flagged, held))
    newsroom.db.write_now(lambda tx: sites.change_site(tx, COMMAND, newsroom.site.id, policy=calm()))


def _worked(tx: Tx, site: Site, flagged: int, held: int) -> dict[str, str]:
    """Somebody with a record, a removal under appeal, an edit that waits, a report of unlawful content, a trial of rules."""
    now, story = clock(), moderation.store.story_of(tx, flagged) or 0
    ada = Actor(accounts.member_of(tx, accounts.MAILBOX, "room-ada@mail.example", "room-ada@mail.example", "Ada Marchetti-Ravensworth", now))
    vera = Actor(accounts.member_of(tx, accounts.MAILBOX, "room-vera@mail.example", "room-vera@mail.example", "Vera", now))
    accounts.grant(tx, vera.id or 0, "admin", site.id, None, now)
    vera = structs.replace(vera, roles=frozenset({(site.id, "admin")}))
    customs = comments.Customs(limits=False)

    def says(text: str) -> int:
        return comments.post(tx, ada, comments.Draft(story, read(text)), now, customs).id

    gone, edited, unlawful = says("Go home, all of you."), says("The gauge was dry in May."), says("She lives in Ferry Lane 12.")
    moderation.decide(tx, vera, gone, "remove", Because("", policy_guideline(tx, site.id), "For the desk."), now)
    appeals.appeal(tx, ada, gone, "It was a joke between friends, and both of us laughed.", now)
    comments.edit(tx, ada, edited, read("The gauge was dry in May; order cheap kits."), now, customs)
    report, token = reports.report(tx, Actor(), unlawful, reports.Told("It tells where she lives.", "Data protection", "Hedda Lund"), now)
    sanctions.note(tx, vera, site.id, ada.id or 0, "Reads the gauge every week.", now)
    sanctions.sanction(tx, vera, site.id, "warn", ada.id or 0, Because("Be kind."), now)
    run = rules.begin(tx, vera, site.id, calm(mode="hold_all"), now)
    while rules.work(tx, {"run": run}, now):
        pass
    mine = f"site={site.id}"
    return {
        "queue": f"/desk?{mine}", "time": f"/desk?{mine}&order=time", "flagged": f"/desk/comment/{flagged}", "similar": f"/desk/comment/{held}",
        "appeal": f"/desk/comment/{gone}", "edit": f"/desk/comment/{edited}", "unlawful": f"/desk/report/{report}",
        "person": f"/desk/people/{ada.id}?{mine}", "stories": f"/desk/stories?{mine}", "search": f"/desk/search?{mine}&q=gauge",
        "nothing-found": f"/desk/search?{mine}&q=zzz", "no-query": f"/desk/search?{mine}&q=from:soon", "kept": f"/desk/kept/{gone}",
        "rules": f"/desk/rules?{mine}", "trial": f"/desk/rules/{run}", "figures": f"/desk/figures?{mine}", "log": f"/desk/log?{mine}",
        "hooks": f"/desk/hooks?{mine}", "look": f"/desk/look?{mine}", "transparency": f"/transparency?site={site.host}",
        "report-form": f"/comments/{flagged}/report", "receipt": f"/reports/{token}",
    }  # fmt: skip


def policy_guideline(tx: Tx, site: int) -> str:
    return sites.get_site(tx, site).policy.guidelines[0]


def _cleared(tx: Tx, *waiting: int) -> None:
    for each in waiting:
        moderation.decide(tx, COMMAND, each, "remove", "", clock())


def _walk(browser: Browser, newsroom: Newsroom, rooms: Rooms, view: tuple[str, int, str]) -> None:
    scheme, width, language = view
    page = desk(browser, newsroom, rooms.admin, scheme, width)
    page.context.set_extra_http_headers({"Accept-Language": language})
    wrong: dict[str, object] = {}
    for name, path in rooms.paths.items():
        answer = page.goto(newsroom.talk + path)
        assert answer is not None and answer.status in (200, 422), (name, answer and answer.status)
        still(page, f"rooms-{name}-{width}-{scheme}-{language}")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        if found := violations(page):
            wrong[name] = found
        if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            wrong[f"{name}, wider"] = over
    page.context.close()
    assert wrong == {}


def test_every_room_is_for_everybody_in_the_hardest_view(browser: Browser, newsroom: Newsroom, rooms: Rooms) -> None:
    _walk(browser, newsroom, rooms, HARDEST)


@pytest.mark.long
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(map(str, view)))
def test_every_room_is_for_everybody(
    browser: Browser, newsroom: Newsroom, rooms: Rooms, view: tuple[str, int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if view[2] == "en-XA":  # no browser asks for it
        monkeypatch.setattr(words, "choose", lambda *given: "en-XA")
    _walk(browser, newsroom, rooms, view)


def test_every_room_is_reached_from_the_queue_by_keyboard_and_none_takes_the_focus_away(browser: Browser, newsroom: Newsroom, rooms: Rooms) -> None:
    page = desk(browser, newsroom, rooms.admin)
    page.goto(newsroom.talk + rooms.paths["queue"])
    for name in page.locator(".desk-head nav").first.locator("a").all_inner_texts():
        page.goto(newsroom.talk + rooms.paths["queue"])
        _to(page, name)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_count(1)
    page.goto(newsroom.talk + rooms.paths["search"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the way past the navigation
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Words of a comment, held and removed ones too")).to_be_focused()
    page.keyboard.type("-nothing gauge")
    page.keyboard.press("Enter")
    expect(page.locator(".found li").first).to_contain_text("gauge")
    page.context.close()


def _to(page: Page, name: str) -> None:
    """Tabs to the link of a name in the navigation."""
    page.locator(".desk-head a").first.focus()
    for _ in range(30):
        if page.evaluate("document.activeElement.innerText") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by Tab")


def test_who_is_not_signed_in_is_led_there_and_back(browser: Browser, newsroom: Newsroom, rooms: Rooms) -> None:
    page = browser.new_context().new_page()
    answer = page.goto(newsroom.talk + rooms.paths["figures"])
    assert answer is not None and answer.status == 401
    expect(page.locator(".masthead")).to_contain_text(newsroom.site.name)
    assert violations(page) == []
    link = page.get_by_role("link", name="Sign in")
    assert "next=%2Fdesk%2Ffigures" in (link.get_attribute("href") or "")
    link.click()
    expect(page.get_by_label("E-mail address", exact=False).first).to_be_visible()
    page.context.close()


def test_kept_words_are_shown_to_who_says_why(browser: Browser, newsroom: Newsroom, rooms: Rooms) -> None:
    page = desk(browser, newsroom, rooms.admin, script=False)
    page.goto(newsroom.talk + rooms.paths["kept"])
    expect(page.locator("main")).not_to_contain_text("Go home")
    page.get_by_label("Why do you look at them?").fill("Order of the court of Ostley")
    page.get_by_role("button", name="Look at them").click()
    expect(page.locator("main")).to_contain_text("Go home, all of you.")
    expect(page.locator("main")).to_contain_text("Order of the court of Ostley")
    page.context.close()


def test_rules_that_are_tried_unchanged_are_said_so_on_the_page(browser: Browser, newsroom: Newsroom, rooms: Rooms) -> None:
    page = desk(browser, newsroom, rooms.admin, script=False)
    page.goto(newsroom.talk + rooms.paths["rules"])
    page.get_by_role("button", name="Try it on last month’s comments").click()
    expect(page.get_by_role("alert")).to_contain_text("These are the rules as they are.")
    page.get_by_label("Guidelines", exact=True).fill("Be kind.\nKeep to the lake.")
    page.get_by_label("Address of your terms").fill("not an address")
    page.get_by_role("button", name="Try it on last month’s comments").click()
    expect(page.get_by_role("alert")).to_contain_text("begins with https://")
    expect(page.get_by_label("Guidelines", exact=True)).to_have_value("Be kind.\nKeep to the lake.")
    page.context.close()


def test_a_report_that_was_decided_can_be_taken_back_for_ten_seconds(browser: Browser, newsroom: Newsroom, rooms: Rooms) -> None:
    page = desk(browser, newsroom, rooms.admin, script=False)
    page.goto(newsroom.talk + rooms.paths["unlawful"])
    page.locator(".decide").get_by_text("No advertising.").click()
    page.get_by_role("button", name="It is not unlawful").click()
    expect(page.locator(".toast")).to_contain_text("Done.")
    page.get_by_role("button", name="Undo").click()
    assert page.goto(newsroom.talk + rooms.paths["unlawful"])
    expect(page.get_by_role("button", name="It is not unlawful")).to_be_visible()
    page.context.close()
