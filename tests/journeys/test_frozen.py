"""What is kept of a closed story, opened from the disk: on a desk and on telephones, in both directions, by day and by night, and on paper."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from folkmoot.notes import notes, standing
from folkmoot.notes.model import Standing
from folkmoot.people.model import COMMAND
from folkmoot.reading.freezing import as_page, freeze
from folkmoot.sites import sites, stories
from folkmoot.storage.database import Tx, connect
from folkmoot.web.kit import clock
from tests.hostile import corpora
from tests.journeys.test_access import violations
from tests.moot import DAY, Moot
from tests.notes.desk import SOURCE, Desk
from tests.reading.test_frozen_notes import everywhere, frozen

VIEWS = (("light", 1280), ("dark", 390), ("light", 320))
PAPER = "https://portansel.example/the-summer/report-of-2025-with-all-its-tables-and-maps.pdf?page=3"
BROKEN = "a-word-that-nobody-can-break-" * 8
SAID = {  # two names, a comment, a note
    "en": ("Hedda Lund", "سمير حداد", "I ran the *lifeguards* for seven summers.\n\n> a quote\n\n1. one\n2. two", "The fence is the county’s."),
    "ar": ("سمير حداد", "Bartholomew Finch", "كنا نسبح هنا كل صيف منذ وصلنا إلى أوستلي.\n\n> اقتباس\n\n1. واحد\n2. اثنان", "السياج ملك للمقاطعة."),
}


@pytest.fixture(scope="module", params=SAID)
def kept(request: pytest.FixtureRequest, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A story with a correction, a note on its way down and thirteen comments, as a file, in a language."""
    folder = tmp_path_factory.mktemp("kept")
    shutil.copy(migrated_file, folder / "folkmoot.db")
    db = connect(f"sqlite:///{folder}/folkmoot.db")
    moot = Moot(db, clock() - DAY)
    db.write_now(lambda tx: sites.change_site(tx, COMMAND, moot.site.id, language=request.param))
    fill(moot, request.param)
    db.write_now(lambda tx: stories.close(tx, COMMAND, moot.story.id, "", moot.now))
    (folder / "story.html").write_text(db.read_now(lambda tx: "".join(as_page(tx, freeze(tx, COMMAND, moot.story.id, moot.now)))), "utf-8")
    db.close()
    yield folder / "story.html"


def fill(moot: Moot, language: str) -> None:
    hedda, samir, words, said = SAID[language]
    above = first = moot.says(moot.guest(hedda), words)
    for level in range(2, 10):
        who = moot.guest(samir if level % 2 else "Bo")
        above = moot.says(who, f"Level {level}, [with a link]({PAPER}) and https://swim.example/{BROKEN}.", above)
    for number in range(4):
        moot.says(moot.guest(samir), f"{words}\n\n{number}")
    desk = Desk(moot)
    desk.accept(desk.propose(exact="in all twelve samples", sources=(SOURCE, f"{PAPER}&{BROKEN}")).id)
    rose = desk.propose(moot.member(samir), said, comment=first).id
    split = desk.propose(text=f"{BROKEN} is not so.").id
    moot.vote(moot.member("Voter"), first, -1)

    def stand(tx: Tx) -> None:
        standing.stand(tx, rose, notes.get_note(tx, rose).revision, Standing("helpful", moot.now, near=(9, 11), far=(7, 8)), dwell=0)
        standing.stand(tx, split, notes.get_note(tx, split).revision, Standing("disputed", moot.now), dwell=0)
        notes.answer(tx, desk.editor, rose, said, moot.now)

    moot.db.write_now(stand)


@pytest.fixture(params=VIEWS, ids=lambda view: "-".join(map(str, view)))
def tab(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A tab in a scheme and of a width."""
    scheme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def beyond(page: Page) -> list[str]:
    """What reaches beyond the page's sides."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(each => {
          const box = each.getBoundingClientRect(), far = document.documentElement.clientWidth
          return box.width > 1 && (box.right > far + 1 || box.left < -1)
        }).map(each => each.outerHTML.slice(0, 120))"""
    )
    return found


def test_a_frozen_story_is_read_from_the_disk(tab: Page, kept: Path, tmp_path: Path) -> None:
    asked: list[str] = []
    told: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda said: told.append(said.text))
    tab.goto(kept.as_uri())
    expect(tab.locator("article.comment")).to_have_count(13)
    expect(tab.locator(".set-right .note")).to_have_count(2)
    expect(tab.locator(".told.kept")).to_be_visible()
    assert (asked, told) == ([kept.as_uri()], []), "it asks for nothing, and nothing is refused"
    assert beyond(tab) == [] and tab.locator(".replies").first.evaluate("each => getComputedStyle(each).borderInlineStartWidth") == "1px"
    tab.get_by_role("link", name="Bo", exact=True).first.click()
    expect(tab.locator(":target")).to_be_visible()
    tab.locator(".noting a").click()
    expect(tab.locator("#notes")).to_be_in_viewport()
    tab.screenshot(path=tmp_path / "frozen.png", full_page=True)


def test_axe_finds_nothing_in_a_frozen_story(browser: Browser, kept: Path) -> None:
    context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(kept.as_uri())
    assert violations(page) == []
    context.close()


def test_a_frozen_story_prints_with_its_addresses(browser: Browser, kept: Path, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 640, "height": 900})  # about as wide as what A4 holds
    page.goto(kept.as_uri())
    page.emulate_media(media="print")
    expect(page.locator(".address")).to_be_visible()
    after = "each => getComputedStyle(each, '::after').content"
    assert PAPER in page.locator(f'.words a[href="{PAPER}"]').first.evaluate(after)
    assert page.locator('.words a[href*="swim.example"]').first.evaluate(after) == "none", "its words are its address"
    assert BROKEN in page.locator(".called").first.evaluate(after), "a source whose address was cut short"
    assert beyond(page) == []
    page.pdf(path=tmp_path / "story.pdf", format="A4")
    if shutil.which("pdftotext"):
        said = subprocess.run(["pdftotext", str(tmp_path / "story.pdf"), "-"], capture_output=True, text=True, check=True).stdout
        assert "https://news.example/lake" in said and "<https://portansel.example/the" in said
    page.close()


def test_hostile_words_in_a_frozen_story_run_nowhere(browser: Browser, migrated_file: Path, tmp_path: Path) -> None:
    shutil.copy(migrated_file, tmp_path / "folkmoot.db")
    db = connect(f"sqlite:///{tmp_path}/folkmoot.db")
    desk, said, kept = Desk(Moot(db, clock() - DAY)), list[int](), tmp_path / "hostile.html"
    mallory = desk.moot.member("</bdi><script>alert(1)</script>")
    for number, words in enumerate(corpora.SAMPLES):
        everywhere(desk, words, mallory, number, said)
        desk.moot.says(mallory, f"{words} .")
    kept.write_text(frozen(desk.moot).page, "utf-8")
    db.close()
    page, ran = browser.new_page(viewport={"width": 320, "height": 900}), list[str]()
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda told: ran.append(told.text))
    page.on("request", lambda request: ran.append(request.url))
    page.goto(kept.as_uri())
    expect(page.locator("article.note")).to_have_count(len(said))
    expect(page.locator("article.comment")).to_have_count(len(corpora.SAMPLES))
    assert ran == [kept.as_uri()] and beyond(page) == []
    page.close()
