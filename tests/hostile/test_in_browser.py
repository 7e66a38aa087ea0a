"""Hostile words in a real Chromium: no script runs, nothing is fetched from elsewhere, no element stands where it should not.

A canary watches every frame: dialogs, what the policy has to stop, what is asked of other hosts, what scripts throw or say. The
first wall is proved alone, too: the same pages without any policy, and the words in a page of nobody's that would run anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Frame, Page, expect

from folkmoot.app import create_app
from folkmoot.people.model import COMMAND
from folkmoot.settings import Limits, Reading, Settings
from folkmoot.sites import sites
from folkmoot.storage.database import connect
from folkmoot.web.kit import clock
from tests.hostile import corpora
from tests.hostile.allowed import ELEMENTS, lives_by_the_standard
from tests.hostile.asking import House, get
from tests.hostile.talk import Said, Talk
from tests.hostile.test_write_paths import chunks, fits_a_name, some
from tests.moot import Moot
from tests.web.serving import served

pytestmark = pytest.mark.browser
PAPER = "news.localhost"
SETTINGS = Settings(limits=Limits(enabled=False), reading=Reading(page_roots=100, replies_per_parent=100))

SNIPPET = (
    '<!doctype html><html lang="en"><title>A story</title><link rel="icon" href="data:,"><h1>A story</h1>'
    '<folkmoot-thread data-url="{url}"></folkmoot-thread><script async src="{talk}/embed.js"></script>'
)
CANARY = """
for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = (...said) => console.warn(`CANARY ${name} ${said}`);
addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) => console.warn(`CANARY ${violatedDirective} ${blockedURI}`), true);
"""
# Every element with its attributes' names, handlers of any kind, and where links and forms lead; words apart.
AUDIT = """() => {
    const found = {around: new Set(), words: new Set(), handlers: [], links: [], leads: []};
    for (const node of document.querySelectorAll('*')) {
        const inside = node.closest('.words') && !node.matches('.words');
        found[inside ? 'words' : 'around'].add([node.localName, ...[...node.attributes].map(({name}) => name).sort()].join(' '));
        for (const name in node) if (name.startsWith('on') && node[name]) found.handlers.push(`${node.localName} ${name}`);
        for (const {name} of node.attributes) if (/^on|^style$|^srcdoc$/.test(name)) found.handlers.push(`${node.localName} ${name}`);
        const lead = node.href ?? node.src ?? (node.localName === 'form' ? node.action : undefined);
        if (typeof lead === 'string' && lead) found[inside ? 'links' : 'leads'].push(lead);
        else if (lead !== undefined && lead !== '') found.handlers.push(`${node.localName} of another namespace`);
    }
    return {...found, around: [...found.around], words: [...found.words]};
}"""
# In a page without any policy: what a browser makes of words, and whether it makes the same of them again.
AGAIN = """async (pieces) => {
    const changed = [];
    for (const piece of pieces) {
        const box = document.createElement('div');
        document.body.append(box);
        box.innerHTML = piece;
        const once = box.innerHTML;
        box.innerHTML = once;
        if (box.innerHTML !== once) changed.push(piece);
    }
    await new Promise((done) => setTimeout(done, 50));
    return changed;
}"""


@dataclass
class Room:
    """A served newsroom, a newspaper at PAPER, and who writes there."""

    talk: Talk
    address: str
    paper: str
    number: int = 0

    def story(self) -> str:
        self.number += 1
        return f"http://{self.paper}/story-{self.number}"

    def page(self, url: str) -> str:
        return f"{self.address}/thread?url={quote(url, safe='')}"

    def say(self, typed: Iterable[str]) -> list[Said]:
        """Each as words and, where it can be one, as a name; with a reply that says the same, under a story that is called so."""
        typed = list(typed)
        url = self.story()
        bodies = ({"url": url, "text": each, "name": each if fits_a_name(each) else "Ada", "title": typed[0]} for each in typed)
        said = self.talk.taken(bodies)
        self.talk.with_replies(said)
        return said


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Room]:
    path = tmp_path_factory.mktemp("hostile") / "folkmoot.db"
    path.write_bytes(migrated_file.read_bytes())
    db = connect(f"sqlite:///{path}")
    moot = Moot(db, clock())
    house = House(db, SETTINGS)
    with served(create_app(SETTINGS, db)) as address:
        talk = address.replace("127.0.0.1", "talk.localhost")
        with printed(talk) as paper:
            db.write_now(lambda tx: sites.add_host(tx, COMMAND, moot.site.id, paper, clock()))
            yield Room(Talk(moot, house), talk, paper)
    house.close()
    db.close()


@contextmanager
def printed(talk: str) -> Iterator[str]:
    """A newspaper, each of whose pages is a story with the snippet; its host."""

    class Paper(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = SNIPPET.format(url=escape(f"http://{self.headers['Host']}{self.path}"), talk=talk).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Paper)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"{PAPER}:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Tab:
    """A tab that notes whatever a page must not do."""

    page: Page
    room: Room
    noted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(CANARY)
        self.page.on("dialog", self._dialog)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.noted.append(f"error {error}"))
        self.page.on("popup", lambda _: self.noted.append("a window"))
        self.page.on("request", lambda request: self._asked(request.url))

    def _dialog(self, dialog: Dialog) -> None:
        self.noted.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _said(self, said: ConsoleMessage) -> None:
        if not said.text.startswith("Failed to load resource"):
            self.noted.append(f"console {said.text}")

    def _asked(self, url: str) -> None:
        if urlsplit(url).hostname not in ("talk.localhost", PAPER) and url != "about:blank":
            self.noted.append(f"asked for {url[:200]}")

    def visit(self, address: str) -> None:
        """Opens a page and looks it over: nothing noted, nothing there that harmless pages do not have."""
        self.page.goto(address, wait_until="load")
        self.look(self.page.main_frame)

    def look(self, frame: Frame) -> dict[str, Any]:
        found: dict[str, Any] = frame.evaluate(AUDIT)
        assert self.noted == [], (frame.url, self.noted)
        assert found["handlers"] == [], (frame.url, found["handlers"])
        assert {each.split()[0] for each in found["words"]} <= ELEMENTS, found["words"]
        assert {name for each in found["words"] for name in each.split()[1:]} <= {"href", "rel", "class"}, found["words"]
        assert all(lives_by_the_standard(link) for link in found["links"]), found["links"]
        assert {urlsplit(lead).hostname for lead in found["leads"]} <= {"talk.localhost", PAPER, "news.example"}, found["leads"]
        return found


@contextmanager
def opened(browser: Browser, room: Room, **how: Any) -> Iterator[Tab]:
    context = browser.new_context(**how)
    context.set_default_timeout(15_000)
    try:
        yield Tab(context.new_page(), room)
    finally:
        context.close()


@pytest.fixture
def tab(browser: Browser, room: Room) -> Iterator[Tab]:
    with opened(browser, room) as made:
        yield made


class _Tags(HTMLParser):
    """The elements of a page as the server sends it, each with its attributes' names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(" ".join([tag, *sorted(name for name, _ in attrs)]))


def elements_of(tab: Tab, address: str) -> set[str]:
    """Of what a page is made around readers' words, once its script has laid over it what it does."""
    tab.visit(address)
    tab.page.locator(".vote [aria-pressed]").first.wait_for()
    return set(tab.look(tab.page.main_frame)["around"])


def sign_in(context: BrowserContext, room: Room, said: Said) -> None:
    """The browser in which a comment was written."""
    context.add_cookies([{"name": "folkmoot", "value": said.token, "url": room.address}])


# ── What is read ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_all(browser: Browser, room: Room, typed: Iterable[str]) -> int:
    """Every thread page with the policy and without, and all words in a page that would run anything; the comments seen."""
    friend, *_ = room.say(["Said in *peace*: [the club](https://club.example/).", "Twice."])
    seen = 0
    with opened(browser, room) as guarded, opened(browser, room, bypass_csp=True) as bare, opened(browser, room) as nobodys:
        known = elements_of(guarded, room.page(friend.url)) | _Tags(room.talk.house.ask(get("/thread", {"url": friend.url})).text).found
        for chunk in chunks(typed):
            said = room.say(chunk)
            if not said:
                continue
            for tab in (guarded, bare):
                strange = elements_of(tab, room.page(said[0].url)) - known
                assert not {each for each in strange if not each.startswith(("span class", "p class"))}, strange
            nobodys.page.goto("about:blank")
            assert nobodys.page.evaluate(AGAIN, [each.html for each in said]) == []
            assert nobodys.noted == []
            seen += len(said)
    return seen


def test_a_sample_of_hostile_words_runs_nothing_where_it_is_read(browser: Browser, room: Room) -> None:
    assert read_all(browser, room, some(401)) > 40


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_no_hostile_word_of_any_corpus_runs_anything_where_it_is_read(browser: Browser, room: Room) -> None:
    assert read_all(browser, room, corpora.texts()) > 8_000


@pytest.mark.parametrize("typed", ["<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<a href=x onclick=alert(1)>x</a>", "<p style=top:0>x"])
def test_the_watch_would_notice(tab: Tab, typed: str) -> None:
    tab.page.goto("about:blank")
    tab.page.evaluate(AGAIN, [f'<div class="words">{typed}</div>'])
    with pytest.raises(AssertionError):
        tab.look(tab.page.main_frame)


def embedded(tab: Tab, url: str) -> Frame:
    """The talk in the newspaper's page, once its script is awake."""
    tab.page.goto(url)
    tab.page.locator("folkmoot-thread").scroll_into_view_if_needed()
    tab.page.frame_locator("folkmoot-thread iframe").locator(".keys").wait_for()
    return next(frame for frame in tab.page.frames if frame.url.startswith(tab.room.address))


def test_hostile_words_run_nothing_in_the_newspapers_page(tab: Tab) -> None:
    for chunk in chunks(some(401), 40):
        said = tab.room.say(chunk)
        frame = embedded(tab, said[0].url)
        expect(frame.locator("#comments .words").first).to_be_visible()
        tab.look(frame)
        assert tab.page.evaluate("document.querySelectorAll('folkmoot-thread *').length") == 1


def forms_of(tab: Tab, typed: Iterable[str]) -> None:
    """Permalink, own page, history and the forms about a comment, as its writer sees them."""
    said = tab.room.talk.edit(tab.room.say(typed), lambda each: f"{each.text}\n\nAnd once more.")
    for each in said:
        sign_in(tab.page.context, tab.room, each)
        for path in ("/c/{}", "/me/c/{}", *(f"/comments/{{}}/{page}" for page in ("edit", "reply", "withdraw", "flag", "history"))):
            tab.visit(tab.room.address + path.format(each.id))
        tab.page.goto(f"{tab.room.address}/comments/{each.id}/edit")
        assert tab.page.locator("textarea").input_value() == each.text


def test_hostile_words_run_nothing_on_the_pages_about_a_comment(tab: Tab) -> None:
    forms_of(tab, corpora.SAMPLES[:3])


@pytest.mark.long
@pytest.mark.timeout(900)
def test_hostile_words_of_every_corpus_run_nothing_on_the_pages_about_a_comment(tab: Tab) -> None:
    for chunk in chunks([*corpora.SAMPLES, *islice(corpora.texts(), 0, None, 149)], 40):
        forms_of(tab, chunk)


def test_hostile_addresses_run_nothing_on_the_pages_that_name_them(tab: Tab) -> None:
    for typed in corpora.SAMPLES[::12]:
        said = quote(typed, safe="")
        for path in (f"/thread?url=http://{tab.room.paper}/{said}", f"/thread?url={said}", f"/sign-in?next={said}", f"/{said}"):
            tab.page.goto(tab.room.address + path)
            tab.look(tab.page.main_frame)


# ── What is written ──────────────────────────────────────────────────────────────────────────────────────────────────────


def previews(tab: Tab, typed: Iterable[str]) -> None:
    """Each typed into the composer and shown as it would look."""
    tab.visit(tab.room.page(tab.room.story()))
    form = tab.page.locator("fm-composer form").first
    for each in typed:
        form.locator("textarea").fill(each)
        with tab.page.expect_response("**/api/v1/preview"):
            form.get_by_role("button", name="Preview").click()
        expect(form.locator(".words")).not_to_be_empty()
        tab.look(tab.page.main_frame)
        form.get_by_role("button", name="Write").click()


def test_hostile_words_run_nothing_in_the_preview(tab: Tab) -> None:
    previews(tab, corpora.SAMPLES[:8])


@pytest.mark.long
@pytest.mark.timeout(900)
def test_hostile_words_of_every_corpus_run_nothing_in_the_preview(tab: Tab) -> None:
    previews(tab, (each for each in (*corpora.SAMPLES, *islice(corpora.texts(), 0, None, 61)) if each.strip() and len(each) < 5_000))


def test_hostile_words_run_nothing_when_they_are_posted_answered_and_edited_in_place(tab: Tab) -> None:
    page = tab.page
    tab.visit(tab.room.page(tab.room.story()))
    for number, typed in enumerate(corpora.SAMPLES[:4]):
        form = page.locator("fm-composer form").first
        form.locator("textarea").fill(typed)
        form.get_by_label("Name").fill(f"</bdi><script>alert({number})</script>"[:40])
        form.get_by_role("button", name="Post comment").click()
        expect(page.locator("#comments > li")).to_have_count(number + 1)
        tab.look(page.main_frame)
    first = page.locator("#comments > li").first
    first.locator(".reply").click()
    tab.look(page.main_frame)
    first.locator("fm-composer textarea").fill(corpora.SAMPLES[2])
    first.get_by_role("button", name="Post reply").click()
    expect(first.locator(".replies > li")).to_have_count(1)
    first.get_by_role("button", name="Edit").first.click()
    first.locator("fm-composer textarea").fill(corpora.SAMPLES[3])
    first.get_by_role("button", name="Save").click()
    expect(first.locator("fm-composer")).to_have_count(0)
    tab.look(page.main_frame)
    page.reload()
    expect(page.locator(".tag.mine")).to_have_count(5)
    tab.look(page.main_frame)
    told = tab.room.talk.house.ask(get("/api/v1/counts", {"url": f"http://{tab.room.paper}/story-{tab.room.number}"})).json()
    assert list(told["counts"].values()) == [5]
