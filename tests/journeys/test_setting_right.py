"""Readers set a story right: the archived page's correction that nobody saw; a note from a comment to the public log; all by keyboard, too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from folkmoot.discussion import archive
from folkmoot.notes import asking, deciding, notes, rating, searching, store, store_finding, telling
from folkmoot.notes.model import MINUTE, Draft
from folkmoot.notes.reckoning import Reckoner
from folkmoot.notes.sources import read_sources
from folkmoot.people import accounts, sessions
from folkmoot.people.model import Actor, Role
from folkmoot.reading import joins
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations
from tests.journeys.walk import comment, own_page, sees, write

ARCHIVED = Path(__file__).parent.parent.parent.parent / "shared/data/threads/archived-page.txt"
SAMPLE = Path(__file__).parent.parent / "notes/samples/page.txt"
SOURCE = "https://www.buzzfeednews.example/chechen-visas"
DOUBT = "That is not true: two of twelve samples were above the limit, see the county’s table."
RIGHT = "The U.S. has neither issued nor denied these visas so far. Activists have been talking to more than a dozen governments for two months."


def member(room: Newsroom, name: str, role: Role | None = None) -> Actor:
    mailbox = f"{name.lower()}@mail.example"

    def act(tx: Tx) -> Actor:
        person = accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, name, clock())
        if role:
            accounts.grant(tx, person.id, role, room.site.id, None, clock())
        return Actor(person, frozenset({(room.site.id, role)}) if role else frozenset())

    return room.db.write_now(act)


def comes_in(context: BrowserContext, room: Newsroom, actor: Actor) -> Page:
    """A tab in which somebody is signed in."""
    assert actor.person
    number = actor.person.id
    key = room.db.write_now(lambda tx: sessions.begin_page(tx, number, clock()))
    context.add_cookies([{"name": "folkmoot", "value": key.token, "url": room.talk}])
    page = context.new_page()
    page.goto(room.talk)
    return page


@pytest.fixture
def desks(browser: Browser) -> Iterator[Any]:
    """Makes a browser of its own for each person."""
    made: list[BrowserContext] = []

    def browser_of(**given: Any) -> BrowserContext:
        made.append(browser.new_context(viewport={"width": 1100, "height": 900}, **given))
        return made[-1]

    yield browser_of
    for each in made:
        each.close()


def search(room: Newsroom) -> None:
    """The worker's search, until all is read."""
    while room.db.write_now(lambda tx: searching.search(tx, joins, clock() + MINUTE)):
        pass


def rates(room: Newsroom, actor: Actor, note: int, level: str) -> None:
    room.db.write_now(lambda tx: rating.rate(tx, actor, note, level, (), clock()))


def data_of(page: Page) -> list[dict[str, Any]]:
    """What the page says to machines."""
    return [json.loads(each) for each in page.locator("script[type='application/ld+json']").all_text_contents()]


def test_the_archived_pages_last_comment_becomes_the_correction_at_its_head(desks: Any, newsroom: Newsroom) -> None:
    file = ARCHIVED if ARCHIVED.exists() else SAMPLE
    address = newsroom.at("archived")
    archive.bring(newsroom.db, newsroom.folder, newsroom.site.host, [file], now=clock(), form="text", story=address)
    search(newsroom)
    found = newsroom.db.read_now(lambda tx: store_finding.finds_on(tx, newsroom.site.id, 3))
    said = [newsroom.db.read_now(lambda tx, number=row.comment: joins.comment_of(tx, number)) for row in found]  # type: ignore[misc]
    assert "Steve 907" in [each.name for each in said if each]
    (last,) = [each for each in said if each and each.name == "Steve 907"]

    editor, steve = member(newsroom, "Ines", "editor"), member(newsroom, "Steve")
    page = comes_in(desks(), newsroom, steve)
    page.goto(f"{newsroom.talk}/notes/new?story={last.story}&grew_from={last.id}")
    sees(page.locator("main"), "The comment that it is made of", "Masha Gessen, who really knows this material")
    page.get_by_label("The passage, word for word").fill("State Department Denies Visas For Chechen Gay Men")
    page.get_by_label("What is right?").fill(RIGHT)
    page.get_by_role("button", name="Propose this note").click()
    expect(page.get_by_label("Link 1")).to_be_focused()  # the browser itself: a note needs a source
    page.get_by_label("Link 1").fill(SOURCE)
    page.get_by_role("button", name="Propose this note").click()
    sees(page.locator("main"), "Held for the newsroom.", "Your first notes are looked at by the newsroom")
    note = int(page.url.rpartition("/")[2])

    desk = comes_in(desks(), newsroom, editor)
    desk.goto(f"{newsroom.talk}/notes/{note}")
    desk.get_by_role("button", name="Release").click()
    sees(desk.locator(".grade").first, "Proposed")
    people = [member(newsroom, f"Likeminded{number}") for number in range(40)]
    for each in people:
        rates(newsroom, each, note, "unhelpful")
    Reckoner().fit(newsroom.db, {"site": newsroom.site.id}, clock())
    stands = newsroom.db.read_now(lambda tx: store.note_by_id(tx, note))
    assert stands is not None
    assert stands.grade not in ("both_sides", "helpful")
    for job in newsroom.db.read_now(lambda tx: jobs.waiting(tx, telling.DECIDED, 99)):  # what the worker does ten seconds later
        newsroom.db.write_now(lambda tx, job=job: telling.tell_decided(tx, job.payload, clock()))  # type: ignore[misc]
    told = newsroom.db.read_now(lambda tx: [row.kind for row in tx.rows("SELECT kind FROM notice WHERE person = :person", person=editor.id)])
    assert "note_proposed" in told

    desk.goto(f"{newsroom.talk}/notes/{note}")
    desk.get_by_label("What the story said").fill("State Department Denies Visas For Chechen Gay Men")
    desk.get_by_role("button", name="Accept as a correction").click()
    sees(desk.get_by_role("alert"), "Say what stood in the story and what stands there now")
    desk.get_by_label("What the story said").fill("State Department Denies Visas For Chechen Gay Men")
    desk.get_by_label("What it says now").fill("Gay Men From Chechnya Still Wait For Visas")
    desk.get_by_role("button", name="Accept as a correction").click()
    sees(desk.locator(".grade").first, "Correction, accepted by the editor")

    reader = desks().new_page()
    reader.goto(f"{newsroom.talk}/thread?url={address}")
    head = reader.locator(".set-right")
    sees(head, "Set right", "Correction, accepted by the editor", "Told by Steve")
    expect(head.locator("ins").first).to_be_visible()
    assert head.bounding_box()["y"] < reader.locator("#comments").bounding_box()["y"]  # type: ignore[index]
    (article,) = [each for each in data_of(reader) if each["@type"] == "NewsArticle"]
    assert article["url"] == address
    assert "Still Wait For Visas" in article["correction"][0]["text"]
    assert article["correction"][0]["@type"] == "CorrectionComment"
    reader.goto(f"{newsroom.talk}/corrections/{newsroom.site.id}")
    sees(reader.locator(".log"), "Still Wait For Visas", "Told by Steve.", "Decided by Ines.")
    assert violations(reader) == []


def test_from_a_comment_to_a_helpful_note_that_is_accepted_and_another_that_is_withdrawn(desks: Any, newsroom: Newsroom) -> None:
    story = newsroom.story("set-right")
    amara, editor = member(newsroom, "Amara"), member(newsroom, "Ines", "editor")
    page = comes_in(desks(), newsroom, amara)
    own_page(page, newsroom, "set-right")
    page.locator(".keys").wait_for()
    page.locator("form.composer").first.get_by_label("Your comment").fill(DOUBT)
    offer = page.locator(".offer")
    sees(offer, "Is the story wrong?")
    offer.get_by_role("link").click()
    sees(page.get_by_label("What is right?"), "")
    expect(page.get_by_label("What is right?")).to_have_value(DOUBT)
    page.get_by_label("Link 1").fill("https://lab.ostleycounty.example/2025/lake.pdf")
    page.get_by_role("button", name="Propose this note").click()
    note = int(page.url.rpartition("/")[2])
    newsroom.db.write_now(lambda tx: deciding.decide(tx, editor, note, "release", "", clock()))

    bo = member(newsroom, "Bo")
    newsroom.db.write_now(lambda tx: asking.come_by(tx, bo, newsroom.site.id, clock()))
    assert newsroom.db.write_now(lambda tx: asking.ask_about(tx, notes.get_note(tx, note), 500, b"secret", clock())) > 0
    other = comes_in(desks(java_script_enabled=False), newsroom, bo)
    seen = comes_in(desks(), newsroom, bo)
    seen.goto(f"{newsroom.talk}/thread/{story}")
    sees(seen.locator("#casked"), "You were drawn by lot.", "Judge it")
    other.goto(f"{newsroom.talk}/notes/asked")
    sees(other.locator("main"), "You were drawn by lot.", "two of twelve samples")
    other.get_by_role("link", name="Is it helpful?").click()
    sees(other.locator("main"), "How many rated it, and how, is hidden", "You were drawn by lot.")
    other.get_by_label("Helpful", exact=True).check()
    other.get_by_label("It cites good sources").check()
    other.get_by_role("button", name="Give this rating").click()
    sees(other.locator("main"), "You have rated it.", "1 helpful, 0 somewhat, 0 not helpful")

    reader = desks().new_page()
    reader.goto(f"{newsroom.talk}/thread/{story}")
    reader.get_by_role("link", name="1 note proposed").click()
    sees(reader.locator("main"), "Proposed", "two of twelve samples", "lab.ostleycounty.example")
    newsroom.db.write_now(
        lambda tx: deciding.decide(tx, editor, note, "accept", "", clock(), before="all twelve", after="two of twelve")
    )
    reader.goto(f"{newsroom.talk}/thread/{story}")
    sees(reader.locator(".set-right"), "Correction, accepted by the editor", "two of")

    draft = Draft(story, "missing", "The council had asked for daily tests a year before.", read_sources(["https://minutes.example/7"]))
    second = newsroom.db.write_now(lambda tx: notes.propose(tx, amara, draft, clock(), limits=False)).id
    page.goto(f"{newsroom.talk}/notes/{second}/withdraw")
    page.get_by_label("Why, if you like").fill("It was two years before.")
    page.get_by_role("button", name="Withdraw").click()
    sees(page.locator("main"), "Withdrawn by its writer", "It was two years before.")
    reader.goto(f"{newsroom.talk}/thread/{story}/notes")
    sees(reader.locator("main"), "Withdrawn by its writer", "stays visible")
    assert "a year before" not in reader.content()


def test_a_note_is_written_and_rated_by_the_keyboard_alone(desks: Any, newsroom: Newsroom) -> None:
    story = newsroom.story("keyed")
    page = comes_in(desks(), newsroom, member(newsroom, "Kay", "editor"))
    page.goto(f"{newsroom.talk}/notes/new?story={story}")
    press = page.keyboard.press

    def tab_to(name: str) -> None:
        for _ in range(40):
            press("Tab")
            if page.evaluate("document.activeElement.innerText || document.activeElement.labels?.[0]?.innerText || ''").startswith(name):
                return
        raise AssertionError(f"{name} cannot be reached")

    tab_to("What is right?")
    page.keyboard.type("Two of the twelve samples were above the limit.")
    tab_to("Link 1")
    page.keyboard.type("https://lab.example/lake")
    tab_to("Propose this note")
    press("Enter")
    sees(page.locator("main"), "This note is yours.")
    number = page.url.rpartition("/")[2]
    other = comes_in(desks(), newsroom, member(newsroom, "Lou"))
    other.goto(f"{newsroom.talk}/notes/{number}")
    other.get_by_label("Helpful", exact=True).focus()
    other.keyboard.press("ArrowDown")
    other.keyboard.press("Enter")
    sees(other.locator("main"), "You have rated it.", "0 helpful, 1 somewhat")


@pytest.mark.parametrize("view", [pytest.param(("light", 1100), marks=pytest.mark.long), ("dark", 320)], ids=["light-1100", "dark-320"])
def test_axe_finds_nothing_on_the_pages_of_notes(browser: Browser, newsroom: Newsroom, view: tuple[Any, int]) -> None:
    story, amara = newsroom.story("axe-notes"), member(newsroom, "Amara")
    editor = member(newsroom, "Ines", "editor")
    draft = Draft(story, "wrong", "Two of the twelve samples were above the limit, not all of them. See the table.", read_sources([SOURCE]))
    seen = frozenset(row.id for row in newsroom.db.read_now(lambda tx: store.notes_on(tx, story)))
    one = newsroom.db.write_now(lambda tx: notes.propose(tx, amara, structs_replace(draft, seen), clock(), limits=False)).id
    newsroom.db.write_now(lambda tx: deciding.decide(tx, editor, one, "accept", "", clock(), before="all twelve", after="two of twelve"))
    again = frozenset(row.id for row in newsroom.db.read_now(lambda tx: store.notes_on(tx, story)))
    newsroom.db.write_now(lambda tx: notes.propose(tx, amara, structs_replace(draft, again), clock(), limits=False))
    context = browser.new_context(viewport={"width": view[1], "height": 900}, color_scheme=view[0], reduced_motion="reduce")
    page = comes_in(context, newsroom, editor)
    for path in (f"/thread/{story}", f"/thread/{story}/notes", f"/thread/{story}/map", f"/notes/new?story={story}", f"/notes/{one}",
                 f"/notes/{one}/report", f"/corrections/{newsroom.site.id}", "/notes/asked"):  # fmt: skip
        page.goto(newsroom.talk + path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    context.close()


def structs_replace(draft: Draft, seen: frozenset[int]) -> Draft:
    from msgspec.structs import replace

    return replace(draft, seen=seen)


__all__ = ["comment", "write"]
