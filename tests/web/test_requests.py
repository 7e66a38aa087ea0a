"""Who asks is looked up where the deed is done; a deed with a key is done once; cookies are ours alone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.settings import Server
from folkmoot.storage.database import Database
from folkmoot.web.requests import Ask
from tests.web.stand import HERE, NOW, Client, body_of, join, make_kit

SHARED = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "own-cases.jsonl"
TOKENS = ["eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "a.b", "Bearer", "undefined", "a" * 20_000, "%", "é", "' or 1=1--", ""]


def hostile_tokens() -> list[str]:
    if not SHARED.is_file():
        return TOKENS
    cases = map(json.loads, SHARED.read_text("utf-8").splitlines())
    return TOKENS + [case["input"] for case in cases if case["class"] == "bearer-token"]


def test_who_brings_a_token_is_known(client: Client) -> None:
    answer = client.post("/api/words", json={"text": "a"}, headers={"authorization": "Bearer ada-token"})
    assert body_of(answer)["by"] == "Ada"
    assert body_of(client.post("/api/words", json={"text": "a"}))["by"] is None


@pytest.mark.parametrize("token", hostile_tokens())
def test_a_token_that_proves_nobody_is_refused(client: Client, token: str) -> None:
    answer = client.post("/api/words", json={"text": "a"}, headers={"authorization": f"Bearer {token}".encode("latin-1", "replace")})
    assert answer.status_code == 401


@pytest.mark.parametrize("given", ["Basic YWRhOnNlc2FtZQ==", "ada-token", "Bearer ada token", ""])
def test_another_kind_of_authorization_is_refused(client: Client, given: str) -> None:
    assert client.post("/api/words", json={"text": "a"}, headers={"authorization": given}).status_code == 401


def test_the_same_key_acts_once_and_gets_the_same_answer(db: Database) -> None:
    client = Client(join(db))
    answers = [client.request("PUT", "/api/words", json={"text": "Ada"}, headers={"idempotency-key": "k1"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert db.read_now(lambda tx: tx.one("SELECT count(*) AS n FROM fact WHERE name LIKE 'said %'")).n == 1


def test_the_same_key_for_something_else_is_refused(db: Database) -> None:
    client = Client(join(db))
    key = {"idempotency-key": "k1"}
    assert client.request("PUT", "/api/words", json={"text": "Ada"}, headers=key).status_code == 200
    assert client.request("PUT", "/api/words", json={"text": "Bo"}, headers=key).status_code == 409


def test_twins_at_the_same_time_act_once(db: Database) -> None:
    app = join(db)

    async def twins() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as client:
            sent = (client.put("/api/words", json={"text": "Ada"}, headers={"idempotency-key": "k"}) for _ in range(5))
            return await asyncio.gather(*sent)

    answers = asyncio.run(twins())
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


def test_keys_of_different_people_do_not_meet(db: Database) -> None:
    app = join(db)
    answers = [
        client.request("PUT", "/api/words", json={"text": "a"}, headers={"idempotency-key": "k"} | headers)
        for client, headers in (
            (Client(app), {}), (Client(app), {"authorization": "Bearer ada-token"}), (Client(app, peer="198.51.100.1"), {}),
        )
    ]  # fmt: skip
    assert len({answer.json()["text"] for answer in answers}) == 3


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "k" * 129])
def test_a_key_that_is_none_is_refused(client: Client, key: str) -> None:
    answer = client.post("/api/words", json={"text": "a"}, headers={"idempotency-key": key.encode()})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def asking(db: Database, server: Server, scheme: str = "https") -> Ask[str]:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "client": None, "scheme": scheme}
    return Ask(Request(scope), make_kit(db, server))


def test_the_cookie_is_bound_to_our_host_and_out_of_reach_of_scripts(one_db: Database) -> None:
    answer = asking(one_db, Server(public_url=HERE)).keep_token(Response(), "sesame", 30)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-folkmoot=sesame;")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=2592000"):
        assert part in cookie
    assert "Domain" not in cookie


def test_on_a_developers_machine_the_cookie_works_without_https(one_db: Database) -> None:
    ask = asking(one_db, Server(), "http")
    assert ask.keep_token(Response(), "sesame", 30).headers["set-cookie"].startswith("folkmoot=sesame;")
    assert 'folkmoot=""' in ask.drop_token(Response()).headers["set-cookie"]


def test_a_request_that_takes_too_long_is_answered(one_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("folkmoot.web.operations.DEADLINE", 0.0)
    answer = Client(join(one_db)).post("/api/words", json={"text": "a"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


def test_the_clock_of_a_request_is_read_once(one_db: Database) -> None:
    assert asking(one_db, Server()).now == NOW
