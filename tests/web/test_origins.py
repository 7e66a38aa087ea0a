"""Only our own pages make a browser write; where the browser does not say, the person is asked."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import httpx
import pytest

from folkmoot.settings import Server
from folkmoot.storage.database import Database
from folkmoot.web.origins import own_path
from tests.web.stand import HERE, NOW, Client, join

SHARED = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "own-cases.jsonl"
FOREIGN = (
    "https://evil.example", "http://talk.example", "https://talk.example.", "https://talk.example.evil.example", "https://eviltalk.example",
    "https://talk.example:8443", "null", "", "https://talk.example, https://evil.example", "https://talk.exampl%D0%B5", "chrome-extension://abc",
)  # fmt: skip


def form(client: Client, **headers: str) -> httpx.Response:
    return client.post("/words", data={"text": "Hello"}, headers=headers)


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_form_from_another_origin_is_refused(client: Client, origin: str) -> None:
    assert form(client, origin=origin).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_a_form_from_another_site_is_refused_whatever_its_origin_says(client: Client, site: str) -> None:
    assert form(client, **{"sec-fetch-site": site, "origin": HERE}).status_code == 403


@pytest.mark.parametrize("headers", [
    {"origin": HERE}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"},
    {"sec-fetch-site": "same-origin", "origin": "null"},
])  # fmt: skip
def test_a_form_from_our_own_page_is_taken(client: Client, headers: dict[str, str]) -> None:
    assert "<h1>Said</h1>" in form(client, **headers).text


def test_a_foreign_page_cannot_write_by_json_either(client: Client) -> None:
    for headers in ({"origin": "https://evil.example"}, {"origin": "https://evil.example", "authorization": "Bearer ada-token"}):
        assert client.post("/api/words", json={"text": "a"}, headers=headers).status_code == 403


def test_a_program_without_origin_may_write_unless_it_comes_with_a_cookie(client: Client) -> None:
    assert client.post("/api/words", json={"text": "a"}).status_code == 201
    assert client.post("/api/words", json={"text": "a"}, headers={"cookie": "__Host-folkmoot=ada-token"}).status_code == 403
    ours = {"cookie": "__Host-folkmoot=ada-token", "sec-fetch-site": "same-origin"}
    assert client.post("/api/words", json={"text": "a"}, headers=ours).json() == {"text": "a", "by": "Ada"}


def test_every_hostile_origin_is_foreign(db: Database) -> None:
    if not SHARED.is_file():
        pytest.skip("the corpora are not here")
    client = Client(join(db, Server(public_url="https://news.example")), "https://news.example")
    for case in map(json.loads, SHARED.read_text("utf-8").splitlines()):
        if case["class"] == "embed-origin":
            answer = client.post("/words", data={"text": "a"}, headers={"origin": case["input"].encode()})
            assert (answer.status_code == 403) == (case["expect"] == "refuse"), case["id"]


@pytest.mark.parametrize(("host", "origin"), [
    ("talk.example", "http://talk.example"), ("talk.example:8080", "http://talk.example:8080"), ("TALK.example", "http://talk.example"),
    ("talk.example:80", "http://talk.example"), ("[::1]:8080", "http://[::1]:8080"),
])  # fmt: skip
def test_without_a_public_address_our_origin_is_the_one_that_was_asked(db: Database, host: str, origin: str) -> None:
    client = Client(join(db, Server()), "http://ignored.example")
    assert form(client, host=host, origin=origin).status_code == 200
    assert form(client, host=host, origin="http://evil.example").status_code == 403


def asked(answer: httpx.Response) -> dict[str, str]:
    """The hidden fields of the page that asks."""
    assert "<h1>Send this?</h1>" in answer.text
    return {name: html.unescape(value) for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', answer.text)}


def test_a_silent_browser_is_asked_and_its_answer_is_taken_once(client: Client) -> None:
    fields = asked(form(client))
    assert fields["text"] == "Hello"
    assert "<h1>Said</h1>" in client.post("/words", data=fields).text
    assert client.post("/words", data=fields).status_code == 409


def test_an_answer_is_good_for_its_own_words_address_and_browser_only(client: Client, db: Database) -> None:
    fields = asked(form(client))
    assert client.post("/words", data=fields | {"text": "Hello!"}).status_code == 403
    assert client.post("/words?a=1", data=fields).status_code == 403
    assert client.post("/words", data=fields | {"folkmoot-confirm": "99999999999999.ä"}).status_code == 403
    stranger = Client(join(db))
    assert stranger.post("/words", data=fields).status_code == 403
    asked(form(stranger))
    assert stranger.post("/words", data=fields).status_code == 403


def test_an_answer_that_waited_ten_minutes_is_too_late(client: Client, db: Database) -> None:
    fields = asked(form(client))
    later = Client(join(db, clock=lambda: NOW + 600_001))
    later.cookies = client.cookies
    assert later.post("/words", data=fields).status_code == 403


@pytest.mark.parametrize("typed", [
    "///evil.example", "/\\evil.example", "http:evil.example", "https:/evil.example", "/\t/evil.example", "javascript:alert(1)",
    "https://talk.example@evil.example/", "//evil.example", "https://talk.example:444/",
    "/%2f%2fevil.example", "\u2028//evil.example",
    "https://user@talk.example/", "/./\\evil.example", "/..//evil.example", "https:/talk.example/", "http://talk.example/",
])  # fmt: skip
def test_next_never_leads_away(typed: str) -> None:
    assert own_path(typed, HERE, "/default") == "/default"


@pytest.mark.parametrize(("typed", "path"), [
    ("/", "/"), ("/thread/12?order=best", "/thread/12?order=best"),
    (f"{HERE}/a", "/a"), ("https://TALK.example/a", "/a"), ("/a/../b", "/b"),
])  # fmt: skip
def test_next_leads_to_our_own_pages(typed: str, path: str) -> None:
    assert own_path(typed, HERE, "/default") == path


def test_every_hostile_next_is_refused() -> None:
    if not SHARED.is_file():
        pytest.skip("the corpora are not here")
    for case in map(json.loads, SHARED.read_text("utf-8").splitlines()):
        if case["class"] == "next-param":
            away = own_path(case["input"], "https://site.example", "/default") == "/default"
            assert away == (case["expect"] == "refuse"), case["id"]
