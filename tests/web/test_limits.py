"""How often is bounded per network, and so is the memory for it."""

from __future__ import annotations

import pytest

from folkmoot.errors import TooSoon
from folkmoot.storage.database import Database
from folkmoot.web.limits import RATES, Buckets, Rate
from tests.web.stand import NOW, Client, join


def spend_until_refused(buckets: Buckets, now: int, network: str) -> tuple[int, TooSoon]:
    for spent in range(10_000):
        try:
            buckets.spend("comment", now, network)
        except TooSoon as refused:
            return spent, refused
    raise AssertionError("never refused")


def test_a_network_may_do_a_burst_and_then_waits() -> None:
    spent, refused = spend_until_refused(Buckets(), NOW, "a")
    assert spent == RATES["comment"].burst
    assert refused.seconds == 2
    assert refused.words == "That was a lot in a short time. Wait 2 seconds, then try again."


def test_waiting_as_long_as_told_is_enough_and_no_less() -> None:
    buckets = Buckets()
    _, refused = spend_until_refused(buckets, NOW, "a")
    with pytest.raises(TooSoon):
        buckets.spend("comment", NOW + refused.seconds * 1000 - 1000, "a")
    buckets.spend("comment", NOW + refused.seconds * 1000, "a")


def test_one_does_not_spend_what_is_anothers() -> None:
    buckets = Buckets()
    spend_until_refused(buckets, NOW, "a")
    buckets.spend("comment", NOW, "b")
    buckets.spend("vote", NOW, "a")


def test_memory_is_bounded_and_forgets_the_longest_unused() -> None:
    buckets = Buckets(kept=100)
    for number in range(1000):
        buckets.spend("comment", NOW, f"block {number}")
    assert len(buckets._fill) == 100


def test_a_clock_that_jumps_back_gives_nothing_away() -> None:
    buckets = Buckets()
    spend_until_refused(buckets, NOW, "a")
    for now in (NOW - 3_600_000, NOW):
        with pytest.raises(TooSoon):
            buckets.spend("comment", now, "a")


def test_switched_off_nothing_is_refused() -> None:
    buckets = Buckets(enabled=False)
    for _ in range(1000):
        buckets.spend("code", NOW, "a")


def test_a_bucket_fills_to_its_brim_only() -> None:
    assert Rate(40, 40) == RATES["comment"]
    buckets = Buckets()
    buckets.spend("comment", NOW, "a")
    assert spend_until_refused(buckets, NOW + 86_400_000, "a")[0] == 40


def test_who_is_too_quick_is_told_when_to_come_again(one_db: Database) -> None:
    client = Client(join(one_db))
    answers = [client.post("/api/words", json={"text": "a"}) for _ in range(RATES["comment"].burst + 1)]
    assert [answer.status_code for answer in answers] == [201] * RATES["comment"].burst + [429]
    assert answers[-1].headers["retry-after"] == "2"
