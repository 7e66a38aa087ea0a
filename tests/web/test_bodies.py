"""What was sent is read strictly, and what does not fit is named."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct

from folkmoot.errors import Invalid
from folkmoot.web import bodies
from tests.web.stand import HERE, Client, body_of

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": HERE}
SHARED = Path(__file__).parents[3] / "shared" / "data" / "hostile"


def send(client: Client, body: bytes, **headers: str) -> Any:
    return client.post("/api/words", content=body, headers=JSON | headers)


def test_a_body_that_fits_is_taken(client: Client) -> None:
    answer = send(client, '{"text": "Guten Tag, Żółć 👋"}'.encode())
    assert answer.status_code == 201
    assert body_of(answer) == {"text": "Guten Tag, Żółć 👋", "by": None}


@pytest.mark.parametrize(("body", "field", "words"), [
    (b'{"txt": "a"}', "txt", "txt is no field that is taken here. Leave it out."),
    (b'{}', "text", "text is missing. Send it too."),
    (b'{"text": 1}', "text", "text must be string, not integer."),
    (b'{"text": "a", "stars": 9}', "stars", "stars is too large: at most 5 is taken."),
    (b'{"text": "a", "role": "admin"}', "role", "role is no field that is taken here. Leave it out."),
])  # fmt: skip
def test_what_does_not_fit_is_named_with_its_field(client: Client, body: bytes, field: str, words: str) -> None:
    answer = send(client, body)
    assert answer.status_code == 422
    assert (body_of(answer)["field"], body_of(answer)["detail"]) == (field, words)


@pytest.mark.parametrize(("body", "words"), [
    (b'{"stars": 0}', "stars is too small: at least 1 is taken."),
    (b'{"tags": ["a", "b", "c"]}', "tags holds too much: at most 2 are taken at once."),
    (b'{"order": "sideways"}', "order cannot be sideways."),
    (b'{"vote": 2}', "vote cannot be 2."),
    (b'{"stars": "five"}', "stars must be integer | null, not string."),
])  # fmt: skip
def test_what_is_past_a_limit_is_said_without_a_programmers_words(body: bytes, words: str) -> None:
    class Rated(Struct):
        stars: Annotated[int, Meta(ge=1)] | None = None
        tags: Annotated[list[str], Meta(max_length=2)] = []
        order: Literal["best", "newest"] = "best"
        vote: Literal[1, 0, -1] = 0

    with pytest.raises(Invalid) as refused:
        bodies.decode_json(body, Rated)
    assert refused.value.words == words


def test_a_field_that_may_not_be_empty_says_so() -> None:
    class Named(Struct):
        name: Annotated[str, Meta(min_length=1)]

    with pytest.raises(Invalid) as refused:
        bodies.decode_json(b'{"name": ""}', Named)
    assert (refused.value.field, refused.value.words) == ("name", "name is empty. Fill it in.")


@pytest.mark.parametrize(("body", "status", "code"), [
    (b"", 400, "not_json"),
    (b"{", 400, "not_json"),
    (b'{"text": NaN}', 400, "not_json"),
    (b'{"text": "\xff"}', 400, "not_utf8"),
    (b'{"text": "\xed\xa0\x80"}', 400, "not_utf8"),
    (b'{"text": "\\ud800"}', 400, "not_json"),
    (b'{"text": "a", "text": "b"}', 400, "repeated_field"),
    (b'{"text": "a\\u0000b"}', 400, "nul"),
    (b'{"text": "\\\\u0000 is written so"}', 201, ""),
    (b"[" * 50_000, 400, "too_deep"),
    (b'{"a":' * 21 + b"1" + b"}" * 21, 400, "too_deep"),
    (json.dumps({"text": "[" * 100}).encode(), 201, ""),
    (b'{"text": "' + b"a" * 66_000 + b'"}', 413, "too_large"),
    (b"null", 422, "misfit"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused(client: Client, body: bytes, status: int, code: str) -> None:
    answer = send(client, body)
    assert answer.status_code == status
    assert body_of(answer).get("code", "") == code


async def _slowly(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def test_a_body_without_an_announced_length_has_the_same_limit(client: Client) -> None:
    answer = client.post("/api/words", content=_slowly(b"a" * 40_000, b"a" * 40_000), headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json"])
def test_a_body_of_another_type_is_refused(client: Client, kind: str) -> None:
    assert send(client, b'{"text": "a"}', **{"content-type": kind}).status_code == 415


@pytest.mark.parametrize("packed", ["gzip", "gzip, gzip", "br", "deflate"])
def test_packed_bodies_are_refused_unread(client: Client, packed: str) -> None:
    answer = send(client, gzip.compress(b'{"text": "a"}'), **{"content-encoding": packed})
    assert (answer.status_code, body_of(answer)["code"]) == (415, "compressed")


@pytest.mark.parametrize("body", [
    b"text=hello+\xbf", b"text=%ff", b"text=%00", b"text=a%c3", b"text=1&text=2", b"texts=a", b"stars=4", b"text=a&stars=x",
    b"a=1&" * 200,
    b"text=" + b"a" * 70_000,
])  # fmt: skip
def test_a_form_that_cannot_be_taken_gets_a_page_that_says_why(client: Client, body: bytes) -> None:
    answer = client.post("/words", content=body, headers=FORM)
    assert answer.status_code in (400, 413, 422)
    assert 'role="alert"' in answer.text


def test_a_form_is_read_as_utf8_and_its_numbers_as_numbers(client: Client) -> None:
    answer = client.post("/words", content=b"text=%C5%BB%C3%B3+%F0%9F%91%8B+%26&stars=4", headers=FORM)
    assert answer.status_code == 200
    assert "Żó 👋 &amp;" in answer.text


def test_a_refused_form_gives_back_what_was_typed(client: Client) -> None:
    answer = client.post("/words", data={"text": "My long <thought>", "stars": "9"}, headers=FORM)
    assert answer.status_code == 422
    assert "My long &lt;thought&gt;" in answer.text


def test_a_query_gives_lists_and_numbers(client: Client) -> None:
    answer = client.get("/api/words/12?url=a&url=b%26c&limit=7")
    assert body_of(answer)["text"] == "12 7 a,b&c"


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1&limit=2", "limit=99999999999999999999", "limit=", "url=%ff"])
def test_a_query_that_does_not_fit_is_refused(client: Client, query: str) -> None:
    assert client.get(f"/api/words/12?{query}").status_code in (400, 422)


@pytest.mark.parametrize("typed", ["0", "-1", "1.0", "1e3", "0x1", "１", "9" * 19, "1;drop", "1%00", "%2e%2e%2f", "١"])
def test_what_is_no_id_is_not_found(client: Client, typed: str) -> None:
    assert client.get(f"/api/words/{typed}").status_code == 404


@pytest.mark.parametrize(("body", "levels"), [
    (b"[[]]", 2), (b'"[[["', 3), (b'{"a":[' * 15 + b"]}" * 15, 30), (b'["\\"[["' * 30, 30),
])  # fmt: skip
def test_depth_is_counted_outside_strings_once_there_are_many_brackets(body: bytes, levels: int) -> None:
    assert bodies.depth(body) == levels


OWN = [
    ("n_array_unclosed", "reject", b"[1"), ("n_lone_quote", "reject", b'{"text": "a'),
    ("n_comment", "reject", b'{"text":"a"}//'),
    ("n_bom", "reject", b'\xef\xbb\xbf{"text":"a"}'), ("n_single_quotes", "reject", b"{'text':'a'}"),
    ("y_spaces", "accept", b' {"text" : "a"}\n'),
]  # fmt: skip


def test_what_is_no_json_is_refused_and_nothing_breaks(client: Client) -> None:
    for name, expect, body in [*OWN, *_suite()]:
        status = send(client, body).status_code
        assert status in range(400, 500) or (expect != "reject" and status == 201), name


def _suite() -> list[tuple[str, str, bytes]]:
    if not SHARED.is_dir():
        return []
    cases = [json.loads(line) for line in (SHARED / "json-parsing.jsonl").read_text("utf-8").splitlines()]
    return [(case["name"], case["expect"], base64.b64decode(case["b64"])) for case in cases]


def _own_cases(of: str) -> list[dict[str, str]]:
    if not SHARED.is_dir():
        pytest.skip("the corpora are not here")
    cases = [json.loads(line) for line in (SHARED / "own-cases.jsonl").read_text("utf-8").splitlines()]
    return [case for case in cases if case["class"] == of]


def _bytes(case: dict[str, str]) -> bytes:
    return base64.b64decode(case["b64"]) if "b64" in case else case["input"].encode()


def test_every_hostile_body_gets_a_refusal(client: Client) -> None:
    for case in _own_cases("json-body"):
        assert send(client, _bytes(case)).status_code in range(400, 500), case["id"]


def test_every_bomb_is_refused(client: Client) -> None:
    for case in _own_cases("bomb"):
        for headers in ({}, {"content-encoding": "gzip, gzip"}, {"content-type": "image/png"}):
            assert send(client, _bytes(case), **headers).status_code in range(400, 500), case["id"]


def test_every_hostile_form_gets_a_refusal_or_clean_text(client: Client) -> None:
    for case in _own_cases("utf8-form"):
        answer = client.post("/words", content=_bytes(case), headers=FORM)
        assert answer.status_code in (200, 400, 422), case["id"]
        answer.content.decode("utf-8")


def test_every_hostile_path_is_not_found(client: Client) -> None:
    for case in _own_cases("path"):
        path = case["input"].replace("/api/comments/", "/api/words/")
        assert client.get(path).status_code in (400, 404, 405), case["id"]
