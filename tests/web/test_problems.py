"""What goes wrong is told with the right status, in words, and without a stack trace."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from dataclasses import replace

import pytest
from starlette.responses import Response
from starlette.routing import Router

from folkmoot import errors
from folkmoot.storage.database import Database, Tx
from folkmoot.web import openapi, problems
from folkmoot.web.guard import Guard
from folkmoot.web.operations import Page, mount
from folkmoot.web.requests import Ask
from tests.web.serving import served
from tests.web.stand import FAILURES, HERE, Client, body_of, join, make_kit, with_app

STATUSES = (404, 403, 401, 422, 409, 429, 413, 503)
READS = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


class Courier:
    """A site, as far as a page bears its name."""

    name = "The Courier"


@pytest.mark.parametrize(("number", "status"), list(enumerate(STATUSES, 1)))
def test_each_error_has_its_status_and_says_why(client: Client, number: int, status: int) -> None:
    answer = client.request("DELETE", f"/api/words/{number}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = body_of(answer)
    assert (told["status"], told["detail"]) == (status, "It is raining. Take an umbrella.")
    assert told["code"] == FAILURES[number - 1].__name__.lower()


@pytest.mark.parametrize("number", range(1, len(FAILURES) + 1))
def test_the_type_of_a_problem_leads_to_a_page_that_explains_it(client: Client, number: int) -> None:
    told = body_of(client.request("DELETE", f"/api/words/{number}"))
    page = client.get(told["type"])
    assert page.status_code == 200
    assert told["title"] in page.text


def test_every_error_that_the_house_knows_has_a_kind() -> None:
    named = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.Problem)]
    for error in set(named) - {errors.Problem}:
        assert problems.kind_of(error) is not problems.KINDS[problems.Fault], error


def test_who_comes_too_soon_or_must_sign_in_is_told_how(client: Client) -> None:
    assert client.request("DELETE", "/api/words/6").headers["retry-after"] == "60"
    assert client.request("DELETE", "/api/words/8").headers["retry-after"] == "5"
    assert client.request("DELETE", "/api/words/3").headers["www-authenticate"].startswith("Bearer")


def test_a_fault_of_ours_tells_nothing_but_its_id(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.request("DELETE", "/api/words/99")
    assert answer.status_code == 500
    assert "12345" not in answer.text
    assert "Traceback" not in answer.text
    assert body_of(answer)["request"] == answer.headers["x-request-id"]
    assert [record.levelname for record in caplog.records if record.name == "folkmoot"] == ["ERROR"]


def test_people_get_a_page_and_programs_get_json(client: Client) -> None:
    page, data = client.get("/nowhere"), client.get("/api/nowhere")
    assert (page.status_code, data.status_code) == (404, 404)
    assert "There is nothing at this address." in page.text
    assert body_of(data)["type"] == "/problems/not-found"


def test_another_method_is_told_which_ones_there_are(client: Client) -> None:
    answer = client.request("PATCH", "/api/words")
    assert answer.status_code == 405
    assert set(re.split(r",\s*", answer.headers["allow"])) == {"POST", "PUT"}


def test_head_answers_like_get_without_a_body(client: Client) -> None:
    answer = client.request("HEAD", "/api/words/12")
    assert answer.status_code == 200
    assert "HEAD" not in openapi.build([])["paths"]


def test_problems_are_told_in_the_readers_language(client: Client) -> None:
    answer = client.get("/api/nowhere", headers={"accept-language": "ar"})
    assert answer.headers["content-language"] == "ar"


@pytest.mark.parametrize("problem", [errors.Unavailable("Later."), errors.TooSoon("Later."), errors.NotFound("Nothing."), errors.Invalid("No.")])
def test_what_was_refused_is_said_though_the_name_of_the_house_does_not_come(one_db: Database, problem: errors.Problem) -> None:
    asked: list[object] = []

    def house(tx: Tx) -> object:
        asked.append(tx)
        raise RuntimeError("The disk is gone.")

    async def never(ask: Ask[str]) -> Response:
        raise problem

    kit = replace(make_kit(one_db), house=house)
    answer = Client(Guard(with_app(Router(mount([Page("GET", "/x", never)], kit))))).get("/x", headers={"accept": "text/html"})
    assert problem.words in answer.text and answer.status_code < 504
    assert bool(asked) is not isinstance(problem, errors.Unavailable | errors.TooSoon)


def test_a_name_of_the_house_that_takes_long_is_not_waited_for(one_db: Database) -> None:
    async def refuses(ask: Ask[str]) -> Response:
        raise errors.NotFound("Nothing is here.")

    class Slow:
        async def read(self, act: object) -> object:
            await asyncio.sleep(60)
            return act

    kit = replace(make_kit(one_db), db=Slow())  # type: ignore[arg-type]
    app = Client(Guard(with_app(Router(mount([Page("GET", "/x", refuses)], kit))), kit.name_of_house))
    begun = time.monotonic()
    assert "Nothing is here." in app.get("/x").text
    assert "There is nothing at this address." in app.get("/y", headers=READS).text
    assert time.monotonic() - begun < 10


def test_who_is_lost_stands_under_the_name_of_the_house_with_a_way_on(one_db: Database) -> None:
    kit = replace(make_kit(one_db), house=lambda tx: Courier())
    client = Client(Guard(with_app(Router(mount([], kit))), kit.name_of_house))
    for lost, words in (("/nowhere", "There is nothing at this address."), ("/nowhere?" + "a" * 61_000, "The address is too long. Shorten it.")):
        page = client.get(lost, headers=READS).text
        assert words in page
        assert '<header class="page masthead"><p><a href="/">The Courier</a></p></header>' in page
        assert '<a href="/me">Your page</a>' in page


def test_only_for_who_reads_a_page_the_name_is_looked_up(one_db: Database) -> None:
    asked: list[Tx] = []
    kit = replace(make_kit(one_db), house=asked.append)
    client = Client(Guard(with_app(Router(mount([], kit))), kit.name_of_house))
    for path, accepted in (("/nowhere", "*/*"), ("/static/nothing.js", "text/css"), ("/api/nowhere", "text/html")):
        assert client.get(path, headers={"accept": accepted}).status_code == 404
    assert asked == []
    assert '<header class="page masthead"><p><a href="/">Discussions</a></p></header>' in client.get("/nowhere", headers=READS).text
    assert len(asked) == 1


def test_an_endless_address_is_refused(client: Client) -> None:
    assert client.get("/api/words/12", params=[("url", "a" * 60_000), ("url", "a" * 5_000)]).status_code == 400


def test_a_fault_on_a_page_is_a_page(client: Client) -> None:
    answer = client.post("/words", data={"text": "a"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "<h1>This is not allowed</h1>" in answer.text
    assert HERE not in answer.text


def sent_raw(db: Database, sent: bytes) -> tuple[bytes, bytes]:
    """Head and body of what a server answers to these bytes."""
    with served(join(db)) as address, socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=10) as line:
        line.sendall(sent)
        head, _, body = line.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    return head, body


@pytest.mark.parametrize("sent", [b"what is this\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /api/" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_what_is_no_http_gets_a_problem_too(one_db: Database, sent: bytes) -> None:
    head, body = sent_raw(one_db, sent)
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == "/problems/unreadable"


def test_who_opens_an_address_without_end_reads_so_on_a_page(one_db: Database) -> None:
    head, body = sent_raw(one_db, b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"content-type: text/html" in head and b"connection: close" in head
    assert b"The address is too long. Shorten it." in body and b'<a href="/">' in body
