"""The reading API: threads and counts in JSON, for programs on any page."""

from __future__ import annotations

import asyncio

import pytest

from folkmoot.people.model import COMMAND
from folkmoot.reading.counts import Counts
from tests.moot import Moot
from tests.reading.visit import LAKE, Visit


def test_a_thread_comes_flat_in_reading_order_with_its_story(moot: Moot, visit: Visit) -> None:
    ada = moot.says(moot.guest("Ada"), "The dam will not hold.")
    bo = moot.says(moot.guest("Bo"), "It has held for ninety years.", ada)
    chidi = moot.says(moot.guest("Chidi"), "Who measured it?")
    thread = visit.thread(order="oldest")
    assert [(each["id"], each["parent"], each["level"]) for each in thread["comments"]] == [
        (str(ada), None, 1), (str(bo), str(ada), 2), (str(chidi), None, 1),
    ]  # fmt: skip
    assert thread["story"] == {
        "id": str(moot.story.id), "url": LAKE, "title": "The lake", "closed": None, "comments": 3, "version": moot.version(),
    }  # fmt: skip
    assert thread["more"] is None
    assert thread["comments"][0]["author"]["name"] == "Ada"
    assert thread["comments"][0]["url"] == f"/c/{ada}"


def test_limit_counts_roots_and_more_goes_on(moot: Moot, visit: Visit) -> None:
    roots = [str(moot.says(moot.guest("Ada"), f"Word {number}.")) for number in range(7)]
    first = visit.thread(order="oldest", limit=3)
    second = visit.thread(order="oldest", limit=3, after=first["more"])
    third = visit.thread(order="oldest", limit=3, after=second["more"])
    assert [each["id"] for page in (first, second, third) for each in page["comments"]] == roots
    assert third["more"] is None


def test_a_branch_goes_on_from_a_comments_own_more(moot: Moot, visit: Visit) -> None:
    root = moot.says(moot.guest("Ada"), "The dam will not hold.")
    replies = [str(moot.says(moot.guest("Bo"), f"Word {number}.", root)) for number in range(8)]
    first = visit.thread(order="oldest")["comments"]
    rest = visit.thread(order="oldest", parent=str(root), after=first[0]["more"])["comments"]
    assert [each["id"] for each in [*first[1:], *rest]] == replies


def test_a_story_without_comments_is_not_found(visit: Visit) -> None:
    answer = visit.get("/api/v1/thread", {"url": "https://news.example/mill"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"url": "https://elsewhere.example/lake"}, "url"),
        ({"url": "lake"}, "url"),
        ({}, "url"),
        ({"url": LAKE, "order": "loudest"}, "order"),
        ({"url": LAKE, "after": "nonsense"}, "after"),
        ({"url": LAKE, "limit": "0"}, "limit"),
        ({"url": LAKE, "limit": "101"}, "limit"),
        ({"url": LAKE, "limit": "many"}, "limit"),
        ({"url": LAKE, "parent": "0"}, "parent"),
        ({"url": LAKE, "colour": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_field(visit: Visit, params: dict[str, str], field: str) -> None:
    answer = visit.get("/api/v1/thread", params)
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field
    assert answer.headers["access-control-allow-origin"] == "*"


def test_any_page_may_read_the_api_but_never_with_credentials(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    for _ in range(2):  # by the router, then before it
        headers = visit.get("/api/v1/thread", {"url": LAKE}).headers
        assert headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in headers


def test_the_api_is_revalidated_like_the_page(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    tag = visit.get("/api/v1/thread", {"url": LAKE}).headers["etag"]
    assert visit.get("/api/v1/thread", {"url": LAKE}, if_none_match=tag).status_code == 304
    assert tag != visit.get("/thread", {"url": LAKE}).headers["etag"]


def count(visit: Visit, *addresses: str) -> dict[str, int]:
    answer = visit.get("/api/v1/counts", {"url": list(addresses)})
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = answer.json()["counts"]
    return found


def test_counts_are_given_by_address_as_it_was_asked_for(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    moot.says(moot.guest("Bo"), "It has held for ninety years.")
    spelling = f"{LAKE}?utm_source=front"
    assert count(visit, LAKE, spelling, "https://news.example/mill") == {LAKE: 2, spelling: 2, "https://news.example/mill": 0}


def test_counts_are_true_after_every_change(moot: Moot, visit: Visit) -> None:
    assert count(visit, LAKE) == {LAKE: 0}
    comment = moot.says(moot.guest("Ada"), "The dam will not hold.")
    assert count(visit, LAKE) == count(visit, LAKE) == {LAKE: 1}
    moot.decide(COMMAND, comment, "remove", "Untrue.")
    assert count(visit, LAKE) == {LAKE: 0}


def test_a_story_that_is_taken_in_later_is_counted(moot: Moot, visit: Visit) -> None:
    assert count(visit, "https://news.example/mill") == {"https://news.example/mill": 0}
    mill = moot.take_in("https://news.example/mill")
    moot.post(moot.guest("Ada"), "It burnt down in 1911.", story=mill)
    assert count(visit, "https://news.example/mill") == {"https://news.example/mill": 1}


def test_counts_asked_for_before_come_from_memory_and_are_revalidated(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    answer = visit.get("/api/v1/counts", {"url": LAKE})
    assert visit.app.at_once is not None
    assert visit.app.at_once(b"/api/v1/counts?url=https%3A%2F%2Fnews.example%2Flake", {}) is not None
    assert visit.get("/api/v1/counts", {"url": LAKE}, if_none_match=answer.headers["etag"]).status_code == 304
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "addresses", [[], ["https://elsewhere.example/"], [LAKE] * 101, ["lake"]], ids=["none", "a foreign one", "101", "no address"]
)
def test_counts_of_what_is_no_story_of_ours_are_refused(visit: Visit, addresses: list[str]) -> None:
    answer = visit.get("/api/v1/counts", {"url": addresses})
    assert answer.status_code == 422
    assert answer.json()["field"] == "url"


def test_a_hundred_addresses_are_counted_in_one_request(moot: Moot, visit: Visit) -> None:
    assert len(count(visit, *(f"https://news.example/story/{number}" for number in range(100)))) == 100


def test_a_story_that_another_process_took_in_is_counted_whatever_version_is_heard_first(moot: Moot, visit: Visit) -> None:
    mill = "https://news.example/mill"
    assert count(visit, mill) == {mill: 0}
    visit.room.counts.close()  # as where a watcher has merged two commits: only the second is heard
    story = moot.take_in(mill)
    for words in ("It burnt down in 1911.", "No, in 1912."):
        moot.post(moot.guest("Ada"), words, story=story)
    visit.room.counts.told({story.id: 2})
    assert count(visit, mill) == {mill: 2}


def test_counts_remember_addresses_within_their_room_and_no_endless_request(moot: Moot, visit: Visit) -> None:
    counts = Counts(moot.db, room=2_000)
    for number in range(50):
        asyncio.run(counts.of([f"https://news.example/{number}"]))
        assert counts._taken <= 2_000
    assert 0 < len(counts._stories) < 10
    counts.remember(b"/api/v1/counts?url=" + b"x" * 5_000, [LAKE])
    assert not counts._asked
    counts.close()


def test_reads_that_ask_the_database_are_counted_and_ready_ones_are_not(
    moot: Moot, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    spent: list[str] = []
    monkeypatch.setattr(visit.app.kit.buckets, "spend", lambda deed, now, network: spent.append(deed))
    for _ in range(3):
        visit.thread()
        count(visit, LAKE)
    assert spent == ["read", "read"]
    visit.get(f"/me/thread/{moot.story.id}")
    assert spent == ["read"] * 3
