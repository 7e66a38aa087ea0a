"""How often is bounded per person and per network, and so is the memory for it."""

from __future__ import annotations

import pytest

from folkmoot.errors import TooSoon
from folkmoot.storage.database import Database
from folkmoot.web.limits import RATES, Buckets, Rate
from tests.web.stand import NOW, Client, join


def spend_until_refused(buckets: Buckets, now: int, **who: object) -> tuple[int, TooSoon]:
    for spent in range(10_000):
        try:
            buckets.spend("comment", now, **who)  # type: ignore[arg-type]
        except TooSoon as refused:
            return spent, refused
    raise AssertionError("never refused")


def test_a_person_may_do_a_burst_and_then_waits() -> None:
    spent, refused = spend_until_refused(Buckets(), NOW, person=1)
    assert spent == RATES["comment"][0].burst
    assert refused.seconds == 15
    assert refused.words == "That was a lot in a short time. Wait 15 seconds, then try again."


def test_waiting_as_long_as_told_is_enough_and_no_less() -> None:
    buckets = Buckets()
    _, refused = spend_until_refused(buckets, NOW, person=1)
    with pytest.raises(TooSoon):
        buckets.spend("comment", NOW + refused.seconds * 1000 - 100, person=1)
    buckets.spend("comment", NOW + refused.seconds * 1000, person=1)


def test_one_does_not_spend_what_is_anothers() -> None:
    buckets = Buckets()
    spend_until_refused(buckets, NOW, person=1)
    spend_until_refused(buckets, NOW, network="a")
    buckets.spend("comment", NOW, person=2, network="b")
    buckets.spend("vote", NOW, person=1, network="a")


def test_a_network_holds_many_people() -> None:
    assert all(of_network.burst >= 4 * of_person.burst for of_person, of_network in RATES.values())


def test_memory_is_bounded_and_forgets_the_longest_unused() -> None:
    buckets = Buckets(kept=100)
    for person in range(1000):
        buckets.spend("comment", NOW, person=person)
    assert len(buckets._fill) == 100


def test_a_clock_that_jumps_back_gives_nothing_away() -> None:
    buckets = Buckets()
    spend_until_refused(buckets, NOW, person=1)
    for now in (NOW - 3_600_000, NOW):
        with pytest.raises(TooSoon):
            buckets.spend("comment", now, person=1)


def test_switched_off_nothing_is_refused() -> None:
    buckets = Buckets(enabled=False)
    for _ in range(1000):
        buckets.spend("code", NOW, person=1, network="a")


def test_a_bucket_fills_to_its_brim_only() -> None:
    assert Rate(6, 4) == RATES["comment"][0]
    buckets = Buckets()
    buckets.spend("comment", NOW, person=1)
    assert spend_until_refused(buckets, NOW + 86_400_000, person=1)[0] == 6


def test_who_is_too_quick_is_told_when_to_come_again(one_db: Database) -> None:
    client = Client(join(one_db))
    answers = [client.post("/api/words", json={"text": "a"}) for _ in range(RATES["comment"][1].burst + 1)]
    assert [answer.status_code for answer in answers] == [201] * RATES["comment"][1].burst + [429]
    assert answers[-1].headers["retry-after"] == "2"
