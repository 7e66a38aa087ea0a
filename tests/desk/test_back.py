"""Every decision is undone by its opposite, and thread, counts, feed, search, API and live events agree (R24)."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import quote

import httpx
import pytest

from folkmoot.app import create_app
from folkmoot.desk import queue, reports
from folkmoot.discussion import appeals, at_desk, beside, checks, comments, moderation
from folkmoot.discussion.searching import Index
from folkmoot.discussion.text import read
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from folkmoot.reading import live
from folkmoot.settings import Limits, Settings
from folkmoot.sites import stories
from folkmoot.storage.database import Tx
from folkmoot.work import LOOK_AGAIN
from tests.moot import MINUTE, Moot
from tests.web.serving import served

PROMISE = 1.0    # seconds; `python -m bench --only agreeing` measures how much of it is used
PATIENCE = 10.0  # for a machine that is busy with something else: a test tells what is right, not how quick a machine is
LAKE = "https://news.example/lake"
WHY = Because("So be it.")
# Each comment is one of these words and no other, so that a view is the words that it shows.
SHOWN, HELD, REMOVED, APPEALED, UPHELD, EDITED, REEDITED, NEW, NEWER, MENDED, ANSWER = (
    "alder", "birch", "cedar", "dogwood", "elm", "fir", "gorse", "hazel", "ivy", "juniper", "larch",
)  # fmt: skip
WORDS = (SHOWN, HELD, REMOVED, APPEALED, UPHELD, EDITED, REEDITED, NEW, NEWER, MENDED, ANSWER)


def words_in(text: str) -> set[str]:
    return {word for word in WORDS if re.search(rf"\b{word}\b", text)}


class Views:
    """A whole Folkmoot as readers see it, an open page among them."""

    def __init__(self, moot: Moot, base: str) -> None:
        self.moot, self.http, self.heard = moot, httpx.Client(base_url=base), 0
        url = httpx.URL(base)
        self._line = socket.create_connection((url.host, url.port or 80))
        self._line.sendall(f"GET /api/v1/events?url={quote(LAKE, safe='')} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\n\r\n".encode())
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()

    def _listen(self) -> None:
        """Keeps the last version that an open page was told of."""
        with self._line.makefile("rb") as lines:
            for line in lines:
                self.heard = int(line[4:]) if line.startswith(b"id: ") else self.heard

    def close(self) -> None:
        """Shuts the open page, so that the server can end."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._listening.join(5)
        self._line.close()
        self.http.close()

    def now(self) -> dict[str, object]:
        """What each view shows: the words, and of the API the marks. `agree`: whether all say the same."""
        index = Index()
        while index.catch_up(self.moot.db):
            pass
        thread = self.http.get("/api/v1/thread", params={"url": LAKE, "order": "oldest"}).json()
        live = {each["text"] for each in thread["comments"] if each["state"] == "published"}
        page = self.http.get("/thread", params={"url": LAKE, "order": "oldest"}).text
        feed = self.http.get(f"/thread/{self.moot.story.id}/feed.json").text
        found = {word for word in WORDS if self._found(word)}
        count = self.http.get("/api/v1/counts", params={"url": LAKE}).json()["counts"][LAKE]
        words = {word for word in WORDS if word in live}
        views = (words, words_in(page), words_in(feed), found)
        agree = all(each == words for each in views) and count == len(live) and self.heard == thread["story"]["version"]
        marks = {each["text"]: sorted(each["author"]["marks"]) for each in thread["comments"] if each["author"]}
        shown = (*views, count, self.heard, thread["story"]["version"])
        return {"words": words, "marks": marks, "closed": thread["story"]["closed"], "agree": agree, "views": shown}

    def _found(self, word: str) -> bool:
        answer = self.http.get("/api/v1/search", params={"site": "news.example", "q": word}).json()
        return bool(answer["comments"])

    def settle(self) -> dict[str, object]:
        """What is shown once all agree."""
        end = time.monotonic() + PATIENCE
        seen = self.now()
        while not seen["agree"] and time.monotonic() < end:
            time.sleep(0.02)
            seen = self.now()
        assert seen["agree"], seen["views"]
        return {name: seen[name] for name in ("words", "marks", "closed")}


class Scene:
    """A thread in which each kind of decision can be made."""

    def __init__(self, moot: Moot) -> None:
        self.moot, self.vera, self.benedikt = moot, moot.member("Vera", "moderator"), moot.member("Benedikt", "moderator")
        moot.allow(search=True, suspect_words=(NEW, NEWER))
        self.ada = moot.member("Ada")
        self.ids = {word: moot.says(self.ada, word) for word in (SHOWN, HELD, REMOVED, APPEALED, UPHELD, EDITED, REEDITED)}
        self.ids[ANSWER] = moot.says(self.ada, ANSWER, self.ids[SHOWN])
        moot.decide(self.vera, self.ids[HELD], "hold")
        for word in (REMOVED, APPEALED, UPHELD):
            moot.decide(self.vera, self.ids[word], "remove", "So be it.")
        moot.later(2 * MINUTE)
        for word in (APPEALED, UPHELD):
            moot.db.write_now(lambda tx, word=word: appeals.appeal(tx, self.ada, self.ids[word], "I was right.", moot.now))  # type: ignore[misc]
        assert moot.edit(self.ada, self.ids[EDITED], NEW).answer == moot.edit(self.ada, self.ids[REEDITED], NEWER).answer == "held"
        self.report, _ = moot.db.write_now(lambda tx: reports.report(tx, Actor(), self.ids[SHOWN], reports.Told("It breaks the law."), moot.now))

    def do(self, act: Callable[[Tx], object]) -> object:
        self.moot.later(1_000)
        return self.moot.db.write_now(act)

    def decided(self, word: str, deed: str, by: Actor | None = None) -> Callable[[], object]:
        def back() -> object:
            return self.do(lambda tx: queue.undo(tx, self.vera, "comment", number, self.moot.now))

        who = by or self.vera
        number = int(str(self.do(lambda tx: self._decide(tx, who, word, deed))))
        return back

    def _decide(self, tx: Tx, who: Actor, word: str, deed: str) -> int:
        comment, now = self.ids[word], self.moot.now
        if deed in beside.DEEDS:
            return beside.mark(tx, who, comment, deed, WHY, now)
        if deed == "edit_words":
            return beside.edit_words(tx, who, comment, read(MENDED), WHY, now)
        if deed == "restore":
            return moderation.decide(tx, who, comment, deed, WHY, now).id
        return at_desk.decide(tx, who, comment, deed, WHY, now)

    def reported(self) -> Callable[[], object]:
        self.do(lambda tx: queue.decide(tx, self.vera, "report", self.report, "remove", WHY, self.moot.now))
        return lambda: self.do(lambda tx: queue.undo(tx, self.vera, "report", self.report, self.moot.now))

    def closed(self) -> Callable[[], object]:
        self.do(lambda tx: stories.close(tx, self.vera, self.moot.story.id, "", self.moot.now))
        return lambda: self.do(lambda tx: stories.open_again(tx, self.vera, self.moot.story.id, "", self.moot.now))

    def held_by_reports(self) -> Callable[[], object]:
        """Reports that hold a comment, and the moderator who lets it stand."""
        readers = [self.moot.member(name) for name in ("Hedda", "Jory", "Leo")]
        for each in readers:
            self.do(lambda tx, each=each: comments.flag(tx, each, self.ids[ANSWER], "attack", "", self.moot.now))  # type: ignore[misc]
        return lambda: self.decided(ANSWER, "release")


@pytest.fixture
def views(moot: Moot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Views]:
    monkeypatch.setattr(live, "PAUSE", 0.05)  # an open page hears at once, then once a second; here one decision follows another
    with served(create_app(Settings(limits=Limits(False)), moot.db)) as base:
        seen = Views(moot, base)
        try:
            yield seen
        finally:
            seen.close()


def test_nothing_that_readers_wait_for_by_the_clock_is_as_long_as_the_promise() -> None:
    assert live.PAUSE < PROMISE and LOOK_AGAIN < PROMISE  # an open page's rest between two events; the worker's, who indexes words


def test_each_decision_is_undone_by_its_opposite_and_all_that_readers_see_agrees(moot: Moot, views: Views) -> None:
    scene = Scene(moot)
    first = views.settle()
    assert first["words"] == {SHOWN, EDITED, REEDITED, ANSWER}
    deeds: list[tuple[str, Callable[[], Callable[[], object]], set[str]]] = [
        ("hold", lambda: scene.decided(SHOWN, "hold"), {EDITED, REEDITED, ANSWER}),
        ("remove", lambda: scene.decided(SHOWN, "remove"), {EDITED, REEDITED, ANSWER}),
        ("release", lambda: scene.decided(HELD, "release"), {SHOWN, HELD, EDITED, REEDITED, ANSWER}),
        ("restore", lambda: scene.decided(REMOVED, "restore"), {SHOWN, REMOVED, EDITED, REEDITED, ANSWER}),
        ("appeal granted", lambda: scene.decided(APPEALED, "reverse", scene.benedikt), {SHOWN, APPEALED, EDITED, REEDITED, ANSWER}),
        ("appeal refused", lambda: scene.decided(UPHELD, "uphold", scene.benedikt), {SHOWN, EDITED, REEDITED, ANSWER}),
        ("edit shown", lambda: scene.decided(EDITED, "release"), {SHOWN, NEW, REEDITED, ANSWER}),
        ("edit removed", lambda: scene.decided(REEDITED, "remove_revision"), {SHOWN, EDITED, REEDITED, ANSWER}),
        ("mended", lambda: scene.decided(SHOWN, "edit_words"), {MENDED, EDITED, REEDITED, ANSWER}),
        ("put above", lambda: scene.decided(SHOWN, "pin"), {SHOWN, EDITED, REEDITED, ANSWER}),
        ("locked", lambda: scene.decided(SHOWN, "lock"), {SHOWN, EDITED, REEDITED, ANSWER}),
        ("chosen", lambda: scene.decided(SHOWN, "feature"), {SHOWN, EDITED, REEDITED, ANSWER}),
        ("closed", scene.closed, {SHOWN, EDITED, REEDITED, ANSWER}),
        ("unlawful", scene.reported, {EDITED, REEDITED, ANSWER}),
        ("held by reports", scene.held_by_reports, {SHOWN, EDITED, REEDITED}),
    ]  # fmt: skip
    for name, decide, expected in deeds:
        before = views.settle()
        back = decide()
        assert views.settle()["words"] == expected, name
        assert [finding.words for finding in checks.check(moot.db)] == [], name
        back()
        assert views.settle() == before, name
        assert [finding.words for finding in checks.check(moot.db)] == [], name
    assert views.settle()["words"] == first["words"]
