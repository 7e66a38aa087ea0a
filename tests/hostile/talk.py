"""Hostile words said under stories in many ways, and every surface on which they then stand, each compared with a harmless one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import unified_diff
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

from markupsafe import escape

from tests.hostile import allowed
from tests.hostile.asking import Answer, Ask, House, get, send_json
from tests.hostile.shape import Shape, foreign_leads
from tests.moot import Moot

SITE = "news.example"
COMMENTS = "/api/v1/comments"
ON_A_PAGE = 70  # roots, each with one reply: a page holds 160 comments
_stories = count()


class Said(NamedTuple):
    """A comment that was taken. name, text, html: as the API says them; held: for a moderator to look at."""

    id: str
    url: str
    token: str
    name: str
    text: str
    html: str
    held: bool


def fresh_story() -> str:
    """The address of a story that nobody has spoken under."""
    return f"https://{SITE}/story-{next(_stories)}"


def refused_well(answer: Answer) -> None:
    """A refusal: 4xx, never 5xx, in words, as a problem that programs can read."""
    assert 400 <= answer.status < 500, answer
    assert answer.kind == "application/problem+json", answer
    told = answer.json()
    assert told["status"] == answer.status
    assert told["detail"], answer
    careful(answer)


def careful(answer: Answer) -> None:
    """No header grows a second line, and the policy allows no inline script."""
    assert not any("\n" in value or "\r" in value for value in answer.headers.values()), answer.headers
    assert "unsafe" not in answer.headers.get("content-security-policy", ""), answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


def different(expected: Sequence[str], found: Sequence[str]) -> str:
    """The tags by which two shapes differ."""
    return "" if list(expected) == list(found) else "\n".join(unified_diff(expected, found, n=2, lineterm=""))


class Talk:
    """Says things in a newsroom, and looks at what became of them."""

    def __init__(self, moot: Moot, house: House) -> None:
        self.moot = moot
        self.house = house

    # What is said

    def say(self, bodies: Iterable[dict[str, Any]]) -> list[Said | Answer]:
        """Posts each; what was taken, or the answer that refuses it."""
        bodies = list(bodies)
        answers = self.house.all([send_json("POST", COMMENTS, body) for body in bodies])
        return [self._said(body, answer) for body, answer in zip(bodies, answers, strict=True)]

    def _said(self, body: dict[str, Any], answer: Answer) -> Said | Answer:
        if answer.status != 201:
            refused_well(answer)
            return answer
        told = answer.json()
        comment = told["comment"]
        return Said(comment["id"], body["url"], told["token"], comment["author"]["name"], comment["text"], comment["html"], told["verdict"] == "held")

    def taken(self, bodies: Iterable[dict[str, Any]]) -> list[Said]:
        """Posts each; those that were taken."""
        return [said for said in self.say(bodies) if isinstance(said, Said)]

    def with_replies(self, said: list[Said]) -> list[Said]:
        """The same, and one reply under each that says the same by the same name."""
        bodies = [{"url": each.url, "text": each.text, "name": each.name, "parent": each.id} for each in said if not each.held]
        return said + self.taken(bodies)

    def edit(self, said: Iterable[Said], words: Callable[[Said], str]) -> list[Said]:
        """Changes each comment's words; those that took it, as they are now."""
        said = list(said)
        answers = self.house.all([send_json("PATCH", f"{COMMENTS}/{each.id}", {"text": words(each)}, each.token) for each in said])
        changed = []
        for each, answer in zip(said, answers, strict=True):
            if answer.status != 200:
                refused_well(answer)
                continue
            comment = answer.json()["comment"]
            changed.append(each._replace(text=comment["text"], html=comment["html"], held=answer.json()["verdict"] == "held"))
        return changed

    # Where it then stands

    def look_at_threads(self, said: Iterable[Said]) -> None:
        """Every thread page that holds some of these: as HTML, as JSON, as numbers."""
        urls = list({each.url: None for each in said})
        pages = self.house.all([get("/thread", {"url": url}) for url in urls])
        answers = self.house.all([get("/api/v1/thread", {"url": url, "limit": 100}) for url in urls])
        numbers = self.house.all([get("/api/v1/counts", {"url": url}) for url in urls])
        for url, page, answer, number in zip(urls, pages, answers, numbers, strict=True):
            assert (page.status, answer.status, number.status) == (200, 200, 200), (url, page, answer)
            told = answer.json()["comments"]
            assert number.json() == {"counts": {url: len(told)}}
            for comment in told:
                assert allowed.faults(comment["html"]) == [], comment["text"]
            self.same_shape(self.thread, page, [(each["html"], each["author"]["name"]) for each in told])

    def look_at_comments(self, said: Iterable[Said]) -> None:
        """Each published comment on its own: permalink, history, its writer's page, and every form about it."""
        said = [each for each in said if not each.held]
        for name, make, reference in self._about():
            for each, answer in zip(said, self.house.all([make(each) for each in said]), strict=True):
                assert answer.status == 200, (name, each, answer)
                self.same_shape(reference, answer, [(each.html, each.name)] if name in ("permalink", "own", "withdraw") else None)
        for each, answer in zip(said, self.house.all([get(f"{COMMENTS}/{each.id}/history", token=each.token) for each in said]), strict=True):
            assert [allowed.faults(revision["html"]) for revision in answer.json()["revisions"]] == [[], []], each

    def _about(self) -> Iterator[tuple[str, Callable[[Said], Ask], Shape]]:
        for name, path in (
            ("permalink", "/c/{}"), ("history", "/comments/{}/history"), ("own", "/me/c/{}"), ("reply", "/comments/{}/reply"),
            ("edit", "/comments/{}/edit"), ("withdraw", "/comments/{}/withdraw"), ("flag", "/comments/{}/flag"),
        ):  # fmt: skip
            make: Callable[[Said], Ask] = lambda each, path=path: get(path.format(each.id), cookie=each.token)  # type: ignore[misc]  # noqa: E731
            yield name, make, self.harmless[name]

    def same_shape(self, reference: Shape, answer: Answer, shown: list[tuple[str, str]] | None = None) -> Shape:
        """A page has the shape of a harmless one. shown: the HTML of words and the names that must stand on it as they are."""
        careful(answer)
        shape = Shape(answer.text)
        difference = different(reference.around, shape.around)
        assert not difference, difference
        for item in set(shape.items):
            difference = min((different(other, item) for other in reference.items), key=len, default="a comment where there should be none")
            assert not difference, difference
        assert foreign_leads(shape, SITE) == []
        for words in shape.words:
            assert allowed.faults(words) == [], words
        for html, name in shown or ():
            assert html in shape.words, html
            assert f"<bdi>{escape(name)}</bdi>" in answer.text, name
        return shape

    # The harmless ones

    @cached_property
    def _friend(self) -> Said:
        """A harmless comment, edited, with one reply, under a story of its own."""
        said = self.taken([{"url": fresh_story(), "text": "Said in **peace**.", "name": "Ada", "title": "The lake"}])
        return self.edit(self.with_replies(said)[:1], lambda each: "Said in peace, and *changed*.")[0]

    @cached_property
    def thread(self) -> Shape:
        return Shape(self.house.ask(get("/thread", {"url": self._friend.url})).text)

    @cached_property
    def alone(self) -> Shape:
        """The same, of a story with a single comment."""
        (said,) = self.taken([{"url": fresh_story(), "text": "Said in peace.", "name": "Ada"}])
        return Shape(self.house.ask(get("/thread", {"url": said.url})).text)

    @cached_property
    def full(self) -> Shape:
        """The same, of a story with more roots than a page holds: spellings of one address all lead to it."""
        url = fresh_story()
        self.taken({"url": url, "text": f"Said in peace, {number} times.", "name": "Ada"} for number in range(150))
        return Shape(self.house.ask(get("/thread", {"url": url})).text)

    @cached_property
    def empty(self) -> Shape:
        """The page of a story that nobody has spoken under."""
        return Shape(self.house.ask(get("/thread", {"url": fresh_story()})).text)

    @cached_property
    def keyed(self) -> Shape:
        """The same, of a story whose publisher names it."""
        return Shape(self.house.ask(get("/thread", {"url": fresh_story(), "story": "a-key"})).text)

    @cached_property
    def refusal(self) -> Shape:
        """A page that says why something is not to be had."""
        return Shape(self.house.ask(get("/thread", {"url": "https://elsewhere.example/"})).text)

    @cached_property
    def unread(self) -> Shape:
        """A page that says that an address is too long to be read: not even whose page it is was looked for."""
        return Shape(self.house.ask(get("/thread", {"url": "a" * 60_001})).text)

    @cached_property
    def harmless(self) -> dict[str, Shape]:
        """The pages about the harmless comment, by name."""
        friend = self._friend
        paths = {"permalink": f"/c/{friend.id}", "own": f"/me/c/{friend.id}"}
        paths |= {name: f"/comments/{friend.id}/{name}" for name in ("history", "reply", "edit", "withdraw", "flag")}
        return {name: Shape(self.house.ask(get(path, cookie=friend.token)).text) for name, path in paths.items()}
