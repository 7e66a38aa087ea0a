"""A note rises before one's eyes: by ratings of readers who usually disagree, to the head of its story; and goes with a trace."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.notes import asking, deciding, notes, rating, store, store_ratings
from folkmoot.notes.model import MINUTE, Draft
from folkmoot.notes.reckoning import Reckoner
from folkmoot.notes.sources import read_sources
from folkmoot.people import accounts
from folkmoot.people.model import Actor
from folkmoot.sites import stories
from folkmoot.sites.model import Site
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom
from tests.journeys.test_access import violations
from tests.journeys.test_setting_right import comes_in, desks, member
from tests.journeys.walk import sees
from tests.notes.test_reckoning import TALK

__all__ = ["desks"]  # a fixture
RIGHT = "The valve was closed on Tuesday, says the log of the works; the story says Thursday."


class Town:
    """A newsroom of its own, whose readers of two minds have rated a dozen notes."""

    def __init__(self, room: Newsroom, name: str, language: str = "en") -> None:
        self.room = room
        self.site: Site = room._add(name, "The Valve Post", language)
        self.story = room.db.write_now(
            lambda tx: stories.ensure(tx, f"https://{self.site.host}/valve", None, "Who closed the valve?", "site", clock())
        ).id
        self.amara = member(room, f"Amara of {name}")
        self.readers = room.db.write_now(lambda tx: [self._reader(tx, number) for number in range(40)])
        self.notes = [self.propose(text) for text in TALK]
        room.db.write_now(self._rate_all)

    def _reader(self, tx: Tx, number: int) -> Actor:
        box = f"{self.site.host}.{number}@mail.example"
        return Actor(accounts.member_of(tx, accounts.MAILBOX, box, box, f"Reader {number}", clock()))

    def propose(self, text: str) -> int:
        draft = Draft(self.story, "wrong", text, read_sources(["https://works.example/log"]))
        seen = frozenset(row.id for row in self.room.db.read_now(lambda tx: store.notes_on(tx, self.story)))
        given = Draft(draft.story, draft.kind, draft.text, draft.sources, seen=seen)
        return self.room.db.write_now(lambda tx: notes.propose(tx, self.amara, given, clock(), limits=False)).id

    def _rate_all(self, tx: Tx) -> None:
        chance, begun = random.Random(7), clock()
        for number, note in enumerate(self.notes):
            for at, reader in enumerate(self.readers):
                liked = number % 3 == 2 or number % 3 == at % 2
                if chance.random() < 0.8:
                    level = 2 if liked == (chance.random() < 0.92) else 0
                    when = begun + chance.randrange(600) * MINUTE
                    store_ratings.put_rating(tx, note, notes.get_note(tx, note).revision, reader.id or 0, level, "", False, when)

    def rate(self, note: int, readers: list[Actor]) -> None:
        def act(tx: Tx) -> None:
            for at, reader in enumerate(readers):
                rating.rate(tx, reader, note, "helpful", (), clock() + at * 13 * MINUTE)

        self.room.db.write_now(act)

    def reckon(self, later: int) -> None:
        Reckoner().fit(self.room.db, {"site": self.site.id}, clock() + later)


@pytest.fixture(scope="module")
def town(newsroom: Newsroom) -> Iterator[Town]:
    return Town(newsroom, "rising")


def test_a_note_rises_by_ratings_is_accepted_and_another_goes_with_a_trace(desks: object, town: Town) -> None:
    room, note = town.room, town.propose(RIGHT)
    town.reckon(0)
    reader: Page = desks().new_page()  # type: ignore[operator]
    head = f"{room.talk}/thread/{town.story}"
    reader.goto(head)
    expect(reader.get_by_text(RIGHT)).to_have_count(0)
    reader.goto(f"{room.talk}/notes/{note}")
    sees(reader.locator("main"), "Proposed", "How many rated it, and how, is hidden")

    bo = town.readers[0]
    room.db.write_now(lambda tx: [asking.come_by(tx, each, town.site.id, clock()) for each in town.readers])
    room.db.write_now(lambda tx: asking.ask_about(tx, notes.get_note(tx, note), 500, b"secret", clock()))
    page = comes_in(desks(java_script_enabled=False), room, bo)  # type: ignore[operator]
    page.goto(f"{room.talk}/notes/{note}")
    page.get_by_label("Helpful", exact=True).check()
    page.get_by_role("button", name="Give this rating").click()
    sees(page.locator("main"), "You have rated it.", "1 helpful, 0 somewhat")

    town.rate(note, town.readers[2:12:2])  # five more of Bo's own side: not enough, however many
    town.reckon(15 * MINUTE)
    page.goto(f"{room.talk}/notes/{note}")
    sees(page.locator("main"), "6 helpful", "from readers who usually disagree with its supporters")
    reader.goto(head)
    expect(reader.get_by_text(RIGHT)).to_have_count(0)

    town.rate(note, [*town.readers[1:30:2], *town.readers[12:30:2]])
    town.reckon(200 * MINUTE)
    town.reckon(220 * MINUTE)  # what rises must have held for a while
    reader.goto(head)
    risen = reader.locator(f"#n{note}")
    expect(risen.locator(".grade")).to_contain_text("elpful")
    risen.locator("summary").press("Enter") if risen.get_attribute("open") is None else None
    expect(risen.locator(".words")).to_have_text(RIGHT)
    page.goto(f"{room.talk}/notes/{note}")
    expect(page.locator(".ladder [aria-current]")).to_contain_text("elpful")
    expect(page.locator("svg.plot")).to_be_visible()

    editor = member(room, "Ines", "editor")
    ines = Actor(editor.person, frozenset({(town.site.id, "editor")}))
    room.db.write_now(lambda tx: deciding.decide(tx, ines, note, "accept", "", clock(), before="on Thursday", after="on Tuesday"))
    reader.goto(head)
    sees(reader.locator(f"#n{note}"), "Correction, accepted by the editor", "Tuesday")

    (other, *_) = [each for each in town.notes if room.db.read_now(lambda tx, each=each: notes.get_note(tx, each)).at_head]  # type: ignore[misc]
    room.db.write_now(lambda tx: notes.withdraw(tx, town.amara, other, clock(), "It was 1986."))
    reader.goto(head)
    sees(reader.locator(f"#n{other}"), "A note that stood here was withdrawn by its writer.")


@pytest.mark.parametrize("view", [("ar", "light", 320), pytest.param(("en-XA", "dark", 390), marks=pytest.mark.long)], ids=["rtl", "pseudo"])
def test_pages_of_notes_hold_in_other_languages_and_on_small_screens(browser: Browser, newsroom: Newsroom, view: tuple[str, str, int]) -> None:
    language, scheme, width = view
    town = Town(newsroom, f"narrow-{language.lower()}", language)
    town.reckon(0)
    town.reckon(20 * MINUTE)
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, reduced_motion="reduce")  # type: ignore[arg-type]
    page = comes_in(context, newsroom, town.readers[0])
    for path in (f"/thread/{town.story}", f"/thread/{town.story}/notes", f"/notes/{town.notes[2]}", f"/notes/{town.notes[0]}",
                 f"/notes/new?story={town.story}", f"/thread/{town.story}/map"):  # fmt: skip
        page.goto(newsroom.talk + path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    context.close()
