"""The hot path: what is at hand is sent as it is; what a request says it takes decides which bytes; the rest falls through."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from folkmoot.errors import NotFound
from folkmoot.reading import answers
from folkmoot.reading.answers import matches, pack, takes_gzip
from folkmoot.reading.counts import Counts
from folkmoot.reading.hot import Hot
from folkmoot.reading.snapshots import Key, Snapshot, Snapshots
from folkmoot.reading.spellings import Spellings
from folkmoot.storage.database import Database, Tx

LAKE = Key(1)
WORDS = b"<p>The lake is rising.</p>" * 20


class Door:
    """Asks an ASGI application; what falls through is answered with 418."""

    def __init__(self, db: Database) -> None:
        self.fault: Exception | None = None
        self.snapshots = Snapshots(db, self.build)
        self.spellings: Spellings[Key] = Spellings(db)
        self.hot = Hot(self.beyond, self.spellings, self.snapshots, Counts(db), db.give_way)

    def build(self, tx: Tx, key: Key) -> Snapshot:
        if self.fault:
            raise self.fault
        return pack(3, WORDS, b"text/html; charset=utf-8", [(b"x-content-type-options", b"nosniff")])

    async def beyond(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def ask(self, path: str, query: bytes = b"", method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        asked = {"method": method, "path": path, "raw_path": path.encode(), "query_string": query, "headers": lines}
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        asyncio.run(self.hot({"type": "http", **asked}, receive, send))
        start, body = sent
        return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]


@pytest.fixture
def door(db: Database) -> Iterator[Door]:
    """The lake's page is at hand, under one spelling."""
    made = Door(db)
    made.spellings.remember(0, b"/thread?url=https://news.example/lake", LAKE)
    asyncio.run(made.snapshots.get(LAKE))
    yield made
    made.snapshots.close()
    made.spellings.close()


def test_a_page_at_hand_is_sent_as_gzip_to_who_takes_gzip(door: Door) -> None:
    status, headers, body = door.ask("/thread", b"url=https://news.example/lake", accept_encoding="gzip, br")
    assert status == 200
    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == "accept-encoding"
    assert int(headers["content-length"]) == len(body)
    assert gzip.decompress(body) == WORDS


def test_who_takes_no_gzip_gets_the_page_plain_under_the_same_tag(door: Door) -> None:
    packed = door.ask("/thread", b"url=https://news.example/lake", accept_encoding="gzip")[1]
    status, headers, body = door.ask("/thread", b"url=https://news.example/lake")
    assert (status, body) == (200, WORDS)
    assert "content-encoding" not in headers
    assert headers["etag"] == packed["etag"] == f'W/"3-{headers["etag"][5:-1]}"'


def test_who_has_the_page_is_told_that_it_has_not_changed(door: Door) -> None:
    tag = door.ask("/thread", b"url=https://news.example/lake")[1]["etag"]
    status, headers, body = door.ask("/thread", b"url=https://news.example/lake", if_none_match=tag)
    assert (status, body) == (304, b"")
    assert headers["etag"] == tag
    assert headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert headers["vary"] == "accept-encoding"


def test_head_is_get_without_the_body(door: Door) -> None:
    status, headers, body = door.ask("/thread", b"url=https://news.example/lake", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) == len(WORDS)


@pytest.mark.parametrize(
    ("path", "query", "method"),
    [
        ("/thread", b"url=https://news.example/mill", "GET"),
        ("/thread/", b"url=https://news.example/lake", "GET"),
        ("/thread", b"url=https://news.example/lake", "POST"),
        ("/thread", b"", "GET"),
    ],
    ids=["another address", "another path", "another method", "no query"],
)
def test_what_is_not_at_hand_falls_through(door: Door, path: str, query: bytes, method: str) -> None:
    assert door.ask(path, query, method)[0] == 418


def test_a_page_that_has_moved_is_built_anew_before_the_router_is_asked(db: Database, door: Door) -> None:
    for _ in range(4):  # the page says that it is of version 3
        db.write_now(lambda tx: tx.bump(1))
    assert door.hot.at_once(b"/thread?url=https://news.example/lake", {}) is None
    assert door.ask("/thread", b"url=https://news.example/lake")[0] == 200


def test_a_page_that_is_gone_is_left_to_the_router(db: Database, door: Door) -> None:
    door.fault = NotFound("There is no such story.")
    for _ in range(4):
        db.write_now(lambda tx: tx.bump(1))
    assert door.ask("/thread", b"url=https://news.example/lake")[0] == 418


def test_twenty_spellings_of_an_address_lead_to_one_page(door: Door) -> None:
    for number in range(20):
        door.spellings.remember(0, b"/thread?url=https://news.example/lake%%23%d" % number, LAKE)
    answers = {door.ask("/thread", b"url=https://news.example/lake%%23%d" % number)[2] for number in range(20)}
    assert answers == {WORDS}


def test_addresses_are_forgotten_when_they_may_lead_elsewhere(db: Database, door: Door) -> None:
    db.write_now(lambda tx: tx.bump(0))
    assert len(door.spellings) == 0


def test_addresses_stay_known_when_a_story_moves(db: Database, door: Door) -> None:
    db.write_now(lambda tx: tx.bump(1))
    assert len(door.spellings) == 1


def test_what_was_worked_out_before_addresses_moved_is_not_remembered(db: Database, door: Door) -> None:
    begun = door.spellings.round
    db.write_now(lambda tx: tx.bump(0))
    door.spellings.remember(begun, b"/thread?url=https://news.example/mill", Key(2))
    assert len(door.spellings) == 0


def test_spellings_are_bounded_in_number_and_length(db: Database) -> None:
    spellings: Spellings[Key] = Spellings(db, room=3)
    for number in range(5):
        spellings.remember(0, b"/thread/%d" % number, Key(number))
    spellings.remember(0, b"/thread?url=" + b"x" * 2_000, LAKE)
    assert [number for number in range(5) if spellings.get(b"/thread/%d" % number)] == [2, 3, 4]
    spellings.close()


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        (b'W/"3-ab"', True),
        (b'"3-ab"', True),
        (b"*", True),
        (b'"2-ab", W/"3-ab"', True),
        (b'"2-ab","3-ab"', True),
        (b'"3-a"', False),
        (b"3-ab", False),
        (b"", False),
        (b'W/"4-ab"', False),
    ],
)
def test_if_none_match_is_compared_weakly_tag_by_tag(asked: bytes, same: bool) -> None:
    assert matches(asked, b'W/"3-ab"') is same


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        (b"gzip", True),
        (b"br, gzip;q=0.8, *;q=0.1", True),
        (b"GZIP", True),
        (b"x-gzip", True),
        (b"*", True),
        (b"", False),
        (b"identity", False),
        (b"br", False),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000, *", False),
        (b"*;q=0", False),
        (b"gzip;q=0.5, identity", False),
        (b"gzip;q=high", False),
        (b"gzip;level=9", False),
        (b"gzipped", False),
    ],
)
def test_gzip_goes_only_to_who_takes_it(accepted: bytes, packed: bool) -> None:
    assert takes_gzip(accepted) is packed


def test_a_fault_in_a_build_is_left_to_the_router_which_says_it_in_words(db: Database, door: Door) -> None:
    door.snapshots.told({})
    door.fault = RuntimeError("the secret is 12345")
    assert door.ask("/lake")[0] == 418


def test_an_endless_accept_encoding_is_weighed_but_not_remembered() -> None:
    before = answers._known.cache_info().currsize
    assert takes_gzip(b"gzip" + b", br" * 5_000)
    assert answers._known.cache_info().currsize == before
