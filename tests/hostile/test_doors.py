"""Every door of the application, generated from what it says of itself: hostile words in each of its fields, and bodies that are none."""

from __future__ import annotations

import base64
import json
import random
import re
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote_from_bytes

import msgspec
import pytest
from msgspec.structs import fields

from folkmoot.app import OPERATIONS, PAGES
from folkmoot.discussion import checks
from folkmoot.settings import Limits, Mail, Server, Settings
from folkmoot.web.operations import Operation, Page
from tests.hostile import corpora
from tests.hostile.asking import HERE, Answer, Ask, House, get, send_form, send_json
from tests.hostile.shape import Shape, foreign_leads
from tests.hostile.talk import SITE, Said, Talk, careful, fresh_story
from tests.moot import Moot

STREAM = "/api/v1/events"
HEADERS = (
    "authorization", "cookie", "idempotency-key", "origin", "sec-fetch-site", "accept-language", "if-none-match", "last-event-id", "content-type",
    "x-forwarded-for", "x-forwarded-proto", "prefer", "accept-encoding", "content-encoding", "host", "referer", "user-agent",
)  # fmt: skip
HARMLESS = ("", "1", "Said in peace.", "attack", "hold", "ada@mail.example", f"https://{SITE}/lake", "/me", "x" * 300, "x" * 30_000)
BROKEN = (
    b"", b"null", b"[]", b"{}", b"{", b'{"text":', b'{"text":"a","text":"b"}', b'{"text":"\xff"}', b'{"text":"\\ud800"}', b'{"text":"\\u0000"}',
    b"[" * 30_000, b'{"a":' * 30 + b"1" + b"}" * 30, b"1e400", b'{"value":1e400}', b'{"value":-0.0}',
    b'{"value":9223372036854775808}', b"\xef\xbb\xbf{}", b'{"__proto__":{}}',
    b'{"text":"' + b"x" * 70_000 + b'"}', b'{"url":{"$gt":""}}', b"NaN", b'{"text":true}', b"\x00", b'{"text":"a"}{"text":"b"}', b"'a'",
)  # fmt: skip


_REQUEST = re.compile(r"[0-9a-f]{10}-[0-9]+")  # a request's id, on pages that refuse
_VOCABULARY: set[str] = set()  # the same for every database


class Doors:
    """Whoever knocks at every door. friend: a comment that is there, of whom the token is."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self._looked_at: set[str] = set()
        self.friend: Said = talk.taken([{"url": fresh_story(), "text": "Said in peace.", "name": "Ada"}])[0]

    def path(self, door: Page, part: str | None = None) -> str:
        """A door's path; {id} and the like are the friend's comment, or `part`, escaped. {kind}, where all is in order: comments."""
        known = {"kind": "comment"} if part is None else {}
        given = self.friend.id if part is None else quote_from_bytes(part.encode("utf-8", "surrogatepass"), safe="")
        return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], given), door.path)

    def knock(self, typed: str) -> Iterator[Ask]:
        """Each door once for each of its fields, with something typed into that field alone."""
        for door in (*OPERATIONS, *PAGES):
            if "{" in door.path:
                yield self._plain(door, self.path(door, typed))
            for name, shape in door.shapes.items():
                for field in (*fields(shape), None) if name in ("query", "body", "form") else ():
                    yield from self._typed(door, name, field.encode_name if field else typed, typed, shape)

    def _plain(self, door: Page, path: str) -> Ask:
        if door.method == "GET":
            return get(path, token=self.friend.token)
        return send_json(door.method, path, {}, self.friend.token) if isinstance(door, Operation) else send_form(path, {}, self.friend.token)

    def _typed(self, door: Page, name: str, field: str, typed: str, shape: Any) -> Iterator[Ask]:
        given = self._needed(shape) | {field: typed}
        path = self.path(door)
        if name == "query":
            if door.path != STREAM:
                yield get(path, given, token=self.friend.token)
        elif name == "body":
            for value in (typed, [typed], {typed: typed}):
                yield send_json(door.method, path, given | {field: value}, self.friend.token)
        else:
            typed_in = {name: str(value) for name, value in given.items()}
            yield send_form(path, typed_in, self.friend.token)
            yield send_form(path, typed_in, silent=True)

    def _needed(self, shape: Any) -> dict[str, Any]:
        """What a shape cannot do without, and where it is about."""
        known = {"url": self.friend.url, "text": "Said in peace.", "value": 1, "reason": "other", "do": "hold", "code_id": "1", "handover": "1"}
        return {field.encode_name: known.get(field.encode_name, "x" * 43) for field in fields(shape) if field.required}

    @property
    def vocabulary(self) -> set[str]:
        """The tags of which all pages are made that harmless words lead to."""
        if not _VOCABULARY:
            answers = [answer for typed in HARMLESS for answer in self.talk.house.all(self.knock(typed))]
            answers.append(self.talk.house.ask(get("/thread", {"url": self.friend.url})))  # long by now
            pages = [answer for answer in answers if answer.kind == "text/html"]
            _VOCABULARY.update(sign for page in pages for sign in signs(Shape(page.text)))
        return _VOCABULARY

    def sound(self, answer: Answer) -> None:
        """No fault of ours; a page of known tags, a redirect to a page of ours, or JSON that can be read."""
        assert answer.status < 500, answer
        careful(answer)
        if "location" in answer.headers:
            assert answer.headers["location"].startswith("/") and answer.headers["location"][1:2] not in ("/", "\\"), answer
        if answer.kind == "text/html" and (page := _REQUEST.sub("", answer.text)) not in self._looked_at:
            self._looked_at.add(page)
            shape = Shape(page)
            assert signs(shape) <= self.vocabulary, signs(shape) - self.vocabulary
            assert not foreign_leads(shape, SITE), shape.leads
        elif answer.kind.endswith("json"):
            json.loads(answer.text)

    def try_all(self, typed: Iterable[str]) -> int:
        """Knocks with each; how many answers were sound."""
        tried = 0
        for each in typed:
            for answer in self.talk.house.all(self.knock(each)):
                self.sound(answer)
                tried += 1
        return tried


def signs(shape: Shape) -> frozenset[str]:
    return frozenset(shape.around).union(*shape.items)


@pytest.fixture
def doors(moot: Moot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    mail = Mail(to_folder=str(tmp_path_factory.mktemp("mail")))
    house = House(moot.db, Settings(server=Server(public_url=HERE), limits=Limits(enabled=False), mail=mail))
    yield Doors(Talk(moot, house))
    house.close()
    assert list(checks.check(moot.db)) == []


def test_a_sample_of_hostile_words_at_every_door_breaks_none(doors: Doors) -> None:
    assert doors.try_all(corpora.SAMPLES[::12]) > 250


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_hostile_words_of_every_corpus_at_every_door_break_none(doors: Doors) -> None:
    chosen = corpora.SAMPLES + tuple(random.Random(7).sample(list(corpora.texts()), 250 if doors.talk.moot.db.engine == "sqlite" else 25))
    assert doors.try_all(chosen) > 5_000


def with_header(doors: Doors, name: str, value: str) -> list[Ask]:
    """A reader's, a writer's and a form's request with one header of their own."""
    line = ((name.encode(), value.encode("utf-8", "surrogatepass")),)
    body = {"url": fresh_story(), "text": "Said in peace."}
    return [
        Ask("GET", f"/thread?url={doors.friend.url}".encode(), b"", line), Ask("GET", b"/me/thread/1", b"", line),
        send_json("POST", "/api/v1/comments", body)._replace(headers=((b"content-type", b"application/json"), *line)[name == "content-type" :]),
        Ask("POST", b"/comments", b"text=a", ((b"content-type", b"application/x-www-form-urlencoded"), *line)[name == "content-type" :]),
    ]  # fmt: skip


def test_hostile_headers_break_nothing(doors: Doors) -> None:
    for name in HEADERS:
        for typed in corpora.SAMPLES[::7]:
            line = typed.translate(dict.fromkeys(range(32), " "))
            for answer in doors.talk.house.all(with_header(doors, name, line)):
                doors.sound(answer)


def broken_bodies(doors: Doors, bodies: Iterable[tuple[bytes, bool]]) -> None:
    """Each as the body of every operation that takes one. bool: whether it must be refused for what it is, rather than for its shape."""
    takers = [door for door in OPERATIONS if "body" in door.shapes]
    for body, refused in bodies:
        began = time.monotonic()
        answers = doors.talk.house.all(send_json(door.method, doors.path(door), body, doors.friend.token) for door in takers)
        assert time.monotonic() - began < 5, body[:80]
        for door, answer in zip(takers, answers, strict=True):
            assert 400 <= answer.status < 500, (door.path, body[:80], answer)
            doors.sound(answer)
            assert not refused or answer.status in (400, 413, 422), (door.path, body[:80], answer)


def test_what_is_no_json_or_of_no_known_shape_is_refused_at_every_door(doors: Doors) -> None:
    broken_bodies(doors, ((body, False) for body in BROKEN))


@pytest.mark.long
def test_the_whole_corpus_of_json_is_refused_at_every_door(doors: Doors) -> None:
    lines = map(json.loads, corpora._file("json-parsing.jsonl").read_text("utf-8").splitlines())
    broken_bodies(doors, ((base64.b64decode(case["b64"]), case["expect"] == "reject") for case in lines))
    broken_bodies(doors, ((base64.b64decode(case["b64"]), True) for case in corpora.own("json-body")))


FORMS = (
    b"text=\xff", b"text=%ff", b"text=%c0%80", b"text=%ed%a0%80", b"%ff=1", b"text=%00", b"&" * 5_000, b"a=1&" * 400, b"text", b"=", b"text=a&text=b",
    b"\xef\xbb\xbf",
)  # fmt: skip


def broken_forms(doors: Doors, bodies: Iterable[bytes]) -> None:
    for body in bodies:
        for door in PAGES:
            if "form" in door.shapes:
                doors.sound(doors.talk.house.ask(send_form(doors.path(door), body, doors.friend.token)))


def test_what_is_no_form_breaks_none(doors: Doors) -> None:
    broken_forms(doors, FORMS)


def test_forms_that_are_not_utf8_break_none(doors: Doors) -> None:
    broken_forms(doors, (base64.b64decode(case["b64"]) for case in corpora.own("utf8-form")))


PATHS = (
    "/static/../pyproject.toml", "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/static/%00", "/c/1%00", "/c/%ff", "/theme/..%2f", "//evil.example",
    "/c/1;drop",
)  # fmt: skip


def test_no_path_leads_out_of_the_house(doors: Doors) -> None:
    known = [case["input"] for case in corpora.own("path")] if corpora.HOSTILE.exists() else []
    moved = [path.replace("/api/comments/", prefix) for path in known for prefix in ("/api/v1/comments/", "/c/", "/comments/", "/me/c/", "/thread/")]
    for path in (*PATHS, *known, *moved):
        answer = doors.talk.house.ask(Ask("GET", path.encode("utf-8", "surrogatepass")))
        assert answer.status in (400, 404, 405, 422), (path, answer)
        doors.sound(answer)


def test_no_token_that_was_never_given_is_anybodys(doors: Doors) -> None:
    known = [case["input"] for case in corpora.own("bearer-token")] if corpora.HOSTILE.exists() else []
    for token in ("a.b", "Bearer", "eyJhbGciOiJub25lIn0.e30.", "x" * 43, "x" * 600, "\u00e9", *known):
        for header in (("authorization", f"Bearer {token}"), ("cookie", f"__Host-folkmoot={token}")):
            line = ((header[0].encode(), header[1].encode()),)
            for path in (f"/me/thread/{doors.talk.moot.story.id}", "/api/v1/queue"):
                answer = doors.talk.house.ask(Ask("GET", path.encode(), b"", line))
                assert answer.status == 401, (token[:40], path, answer)


def test_a_body_that_is_packed_or_too_large_is_refused_unread(doors: Doors) -> None:
    for case in [base64.b64decode(each["b64"]) for each in corpora.own("bomb") if "b64" in each]:
        for line in ((b"content-encoding", b"gzip"), (b"content-encoding", b"gzip, gzip"), (b"content-encoding", b"br")):
            ask = send_json("POST", "/api/v1/comments", case)
            answer = doors.talk.house.ask(ask._replace(headers=(*ask.headers, line)))
            assert answer.status in (413, 415), answer
    assert msgspec.json.decode(doors.talk.house.ask(send_json("POST", "/api/v1/comments", b'"' + b"x" * 70_000 + b'"')).body)["status"] == 413


def test_next_leads_to_our_own_pages_only(doors: Doors) -> None:
    cases = corpora.own("next-param")
    for case in islice(cases, 40):
        answer = doors.talk.house.ask(send_form("/sign-in", {"email": "ada@mail.example", "next": case["input"]}))
        doors.sound(answer)
        page = doors.talk.house.ask(get("/sign-in", {"next": case["input"]}))
        doors.sound(page)
