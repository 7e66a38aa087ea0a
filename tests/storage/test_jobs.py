"""Jobs: done at least once, recorded once; a stalled worker cannot end another's work."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from folkmoot.errors import Conflict, Invalid, NotFound
from folkmoot.storage import jobs
from folkmoot.storage.database import Database, Tx
from folkmoot.storage.jobs import Job

MINUTE = 60_000


def put(db: Database, now: int, kind: str = "mail", key: str | None = None, run_after: int | None = None, **payload: object) -> None:
    db.write_now(lambda tx: jobs.put(tx, kind, payload, now, key=key, run_after=run_after))


def claimed(db: Database, now: int) -> Job:
    job = jobs.claim(db, ["mail"], now)
    assert job is not None
    return job


def test_a_job_is_claimed_with_what_was_put_and_then_gone(db: Database, now: int) -> None:
    put(db, now, to="Ada", words="naïve")
    job = claimed(db, now)
    assert (job.kind, job.payload, job.attempts) == ("mail", {"to": "Ada", "words": "naïve"}, 1)
    db.write_now(lambda tx: jobs.finish(tx, job))
    assert jobs.claim(db, ["mail"], now + MINUTE * 60) is None


def test_a_job_comes_with_its_cause_or_not_at_all(db: Database, now: int) -> None:
    def post_and_fail(tx: Tx) -> None:
        jobs.put(tx, "mail", {}, now)
        raise Invalid("No.")

    with pytest.raises(Invalid):
        db.write_now(post_and_fail)
    assert jobs.claim(db, ["mail"], now) is None


def test_only_the_kinds_asked_for_are_claimed_and_none_before_its_time(db: Database, now: int) -> None:
    put(db, now, kind="import")
    put(db, now, run_after=now + MINUTE)
    assert jobs.claim(db, ["mail", "claimed"], now) is None
    assert jobs.claim(db, ["mail", "import"], now) is not None
    assert jobs.claim(db, ["mail"], now + MINUTE) is not None


def test_the_job_that_is_due_longest_comes_first(db: Database, now: int) -> None:
    for wait in (3, 1, 2):
        put(db, now, run_after=now + wait, wait=wait)
    assert [claimed(db, now + 10).payload["wait"] for _ in range(3)] == [1, 2, 3]


def test_a_job_under_a_lease_is_nobody_elses_until_the_lease_ends(db: Database, now: int) -> None:
    put(db, now)
    claimed(db, now)
    assert jobs.claim(db, ["mail"], now + jobs.LEASE - 1) is None
    assert claimed(db, now + jobs.LEASE).attempts == 2


def test_a_worker_that_slept_past_its_lease_cannot_end_anothers_work(db: Database, now: int) -> None:
    put(db, now)
    sleeper = claimed(db, now)
    other = claimed(db, now + jobs.LEASE)
    for late in (lambda tx: jobs.finish(tx, sleeper), lambda tx: jobs.extend(tx, sleeper, now + jobs.LEASE),
                 lambda tx: jobs.fail(tx, sleeper, "too late", now + jobs.LEASE, None)):
        with pytest.raises(Conflict):
            db.write_now(late)
    db.write_now(lambda tx: jobs.finish(tx, other))
    with pytest.raises(Conflict):
        db.write_now(lambda tx: jobs.finish(tx, sleeper))


def test_a_lease_can_be_made_longer_by_its_holder(db: Database, now: int) -> None:
    put(db, now)
    job = claimed(db, now)
    db.write_now(lambda tx: jobs.extend(tx, job, now + 50_000))
    assert jobs.claim(db, ["mail"], now + jobs.LEASE) is None
    assert jobs.claim(db, ["mail"], now + 50_000 + jobs.LEASE) is not None


def test_a_failed_job_comes_again_later_and_later_and_then_no_more(db: Database, now: int) -> None:
    put(db, now)
    waits = []
    for _ in range(jobs.GIVE_UP_AFTER):
        job = claimed(db, now)
        again = jobs.next_try(job, now)
        db.write_now(partial(jobs.fail, job=job, error="no answer", now=now, retry_at=again))
        if again is not None:
            assert jobs.claim(db, ["mail"], again - 1) is None
            waits.append(again - now)
            now = again
    assert waits[0] == 20_000
    assert waits == sorted(waits)
    assert 1.5 < sum(waits) / 86_400_000 < 4
    assert [(job.kind, job.error, job.dead) for job in db.read_now(jobs.dead)] == [("mail", "no answer", now)]


def test_a_job_that_kills_its_workers_is_given_up(db: Database, now: int) -> None:
    put(db, now)
    for _ in range(jobs.GIVE_UP_AFTER):
        claimed(db, now)
        now += jobs.LEASE
    assert jobs.claim(db, ["mail"], now) is None
    assert "ended midway" in db.read_now(jobs.dead)[0].error


def test_a_dead_job_can_be_revived(db: Database, now: int) -> None:
    put(db, now)
    job = claimed(db, now)
    db.write_now(lambda tx: jobs.fail(tx, job, "no such mailbox", now, None))
    assert jobs.claim(db, ["mail"], now + MINUTE * 60) is None
    db.write_now(lambda tx: jobs.revive(tx, job.id, now))
    assert claimed(db, now).attempts == 1
    with pytest.raises(NotFound):
        db.write_now(lambda tx: jobs.revive(tx, job.id, now))


def test_there_is_one_job_with_a_key_and_it_keeps_its_turn(db: Database, now: int) -> None:
    put(db, now, key="notice:Ada", run_after=now + 10, count=1)
    put(db, now, key="notice:Ada", run_after=now + MINUTE, count=2)
    assert claimed(db, now + 10).payload == {"count": 2}
    assert jobs.claim(db, ["mail"], now + 10) is None


def test_a_job_that_is_put_again_while_it_is_done_is_done_again(db: Database, now: int) -> None:
    put(db, now, key="notice:Ada", count=1)
    first = claimed(db, now)
    put(db, now, key="notice:Ada", count=2)
    assert jobs.claim(db, ["mail"], now) is None
    db.write_now(lambda tx: jobs.finish(tx, first))
    second = claimed(db, now)
    assert second.payload == {"count": 2}
    db.write_now(lambda tx: jobs.finish(tx, second))
    assert jobs.claim(db, ["mail"], now + MINUTE * 60) is None


def test_workers_at_once_get_different_jobs(db: Database, now: int) -> None:
    for number in range(40):
        put(db, now, number=number)
    got: list[object] = []

    def work() -> None:
        while job := jobs.claim(db, ["mail"], now):
            got.append(job.payload["number"])

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(got) == list(range(40))  # type: ignore[type-var]
