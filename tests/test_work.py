"""The worker does what waits, once as far as the record goes, and what comes round again."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from folkmoot import work
from folkmoot.errors import Invalid, Unavailable
from folkmoot.people.claims import claim
from folkmoot.settings import Mail, Settings
from folkmoot.storage import jobs
from folkmoot.storage.database import Database, Tx
from folkmoot.work import DUTIES, Sending, Steps, Worker
from tests.moot import DAY, Moot

MAIL = {"mail": "code", "to": "ada@mail.example", "key": "code-1", "at": 0, "language": "en", "place": "The News",
        "values": {"digits": "123456", "link": ""}}  # fmt: skip


def put(db: Database, kind: str, payload: dict[str, object], now: int) -> None:
    db.write_now(lambda tx: jobs.put(tx, kind, payload, now))


def work_all(worker: Worker) -> int:
    done = 0
    while worker.work_once():
        done += 1
        assert done < 100
    return done


def waiting(db: Database) -> int:
    row = db.read_now(lambda tx: tx.one("SELECT count(*) AS n FROM job WHERE kind <> 'duty' AND dead IS NULL"))
    return int(row.n)


def test_a_mail_that_waits_is_sent_once(db: Database, now: int, tmp_path: Path) -> None:
    worker = Worker(db, Settings(mail=Mail(to_folder=str(tmp_path))), lambda: now)
    put(db, "mail", MAIL, now)
    assert work_all(worker) == 1
    (file,) = tmp_path.glob("*.eml")
    assert b"123456" in file.read_bytes()
    assert waiting(db) == 0


def test_a_mail_that_cannot_leave_now_waits_for_later(db: Database, now: int) -> None:
    time = [now]
    worker = Worker(db, Settings(), lambda: time[0])
    put(db, "mail", MAIL, now)
    assert work_all(worker) == 1
    assert (waiting(db), worker.work_once()) == (1, False)
    time[0] += 20_000
    assert work_all(worker) == 1


def test_a_mail_that_nobody_can_send_is_given_up_and_kept_in_sight(db: Database, now: int, tmp_path: Path) -> None:
    worker = Worker(db, Settings(mail=Mail(to_folder=str(tmp_path))), lambda: now)
    put(db, "mail", MAIL | {"to": "no address"}, now)
    work_all(worker)
    (dead,) = db.read_now(jobs.dead)
    assert dead.kind == "mail"
    assert "cannot be sent" in dead.error


def test_a_guest_who_proves_a_mailbox_gets_what_they_wrote(moot: Moot) -> None:
    guest, member = moot.guest("Ada"), moot.member("Ada")
    comment = moot.post(guest, "The lake is rising.").id
    assert member.id is not None
    moot.db.write_now(lambda tx: claim(tx, guest, member.id or 0, moot.now))
    work_all(Worker(moot.db, Settings(), lambda: moot.now))
    row = moot.db.read_now(lambda tx: tx.one("SELECT person FROM comment WHERE id = :id", id=comment))
    assert row.person == member.id


def test_every_duty_runs_at_the_start_and_comes_round_again(db: Database, now: int) -> None:
    time = [now]
    worker = Worker(db, Settings(), lambda: time[0])
    worker.plan()
    assert work_all(worker) == len(DUTIES)
    assert not worker.work_once()
    time[0] += max(duty.every for duty in DUTIES.values())
    assert work_all(worker) == len(DUTIES)


def test_planning_twice_plans_once(db: Database, now: int) -> None:
    for _ in range(2):
        Worker(db, Settings(), lambda: now).plan()
    assert work_all(Worker(db, Settings(), lambda: now)) == len(DUTIES)


def test_a_withdrawn_text_is_gone_after_thirty_days(moot: Moot) -> None:
    ada = moot.guest("Ada")
    comment = moot.post(ada, "A secret of mine.").id
    moot.withdraw(ada, comment)
    for days, kept in ((29, True), (31, False)):
        worker = Worker(moot.db, Settings(), lambda days=days: moot.now + days * DAY)  # type: ignore[misc]
        worker.plan()
        work_all(worker)
        row = moot.db.read_now(lambda tx: tx.one("SELECT text FROM comment WHERE id = :id", id=comment))
        assert ("secret" in row.text) == kept


def test_a_story_closes_when_its_sites_days_are_over(moot: Moot) -> None:
    moot.allow(closes_after_days=7)
    for days, closed in ((6, False), (8, True)):
        worker = Worker(moot.db, Settings(), lambda days=days: moot.now + days * DAY)  # type: ignore[misc]
        worker.plan()
        work_all(worker)
        row = moot.db.read_now(lambda tx: tx.one("SELECT closed FROM story WHERE id = :id", id=moot.story.id))
        assert (row.closed is not None) == closed


def test_long_work_goes_in_steps(db: Database, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [3, 2, 1, 0]
    monkeypatch.setitem(work.HANDLERS, "long", Steps(lambda tx, told, now: left.pop(0)))
    put(db, "long", {}, now)
    assert work_all(Worker(db, Settings(), lambda: now)) == 1
    assert left == []
    assert waiting(db) == 0


def test_after_each_step_those_who_post_have_as_long_as_it_took(db: Database, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    passed, rests, left = [0.0], list[float](), [4]

    def step(tx: Tx, told: object, at: int) -> int:
        passed[0] += 0.05 if left[0] > 2 else 9
        left[0] -= 1
        return left[0]

    monkeypatch.setitem(work.HANDLERS, "long", Steps(step))
    monkeypatch.setattr(work, "time", SimpleNamespace(monotonic=lambda: passed[0], sleep=rests.append))
    put(db, "long", {}, now)
    assert Worker(db, Settings(), lambda: now).work_once()
    assert rests == pytest.approx([0.05, 0.05, work.LONGEST_REST])


def test_a_worker_that_slept_past_its_lease_does_not_end_anothers_job(db: Database, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    time = [now]

    def sleep(payload: object, settings: Settings, at: int) -> None:
        time[0] += jobs.LEASE + 1
        assert jobs.claim(db, ["slow"], time[0]) is not None

    monkeypatch.setitem(work.HANDLERS, "slow", Sending(sleep))
    put(db, "slow", {}, now)
    assert Worker(db, Settings(), lambda: time[0]).work_once()
    assert waiting(db) == 1


@pytest.mark.parametrize(("error", "again"), [(RuntimeError("a fault"), True), (Unavailable("Not now."), True), (Invalid("Never."), False)])
def test_what_may_pass_is_tried_again_and_what_cannot_is_given_up(
    db: Database, now: int, monkeypatch: pytest.MonkeyPatch, error: Exception, again: bool
) -> None:
    def fail(payload: object, settings: Settings, at: int) -> None:
        raise error

    monkeypatch.setitem(work.HANDLERS, "failing", Sending(fail))
    put(db, "failing", {}, now)
    Worker(db, Settings(), lambda: now).work_once()
    assert (waiting(db), len(db.read_now(jobs.dead))) == ((1, 0) if again else (0, 1))


def test_a_duty_that_fails_is_never_given_up(db: Database, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(tx: Tx, at: int) -> int:
        raise Invalid("Never.")

    monkeypatch.setitem(DUTIES, "scrub_withdrawn", work.Duty(work.HOUR, fail))
    worker = Worker(db, Settings(), lambda: now)
    worker.plan()
    work_all(worker)
    assert db.read_now(jobs.dead) == []


def test_a_worker_that_is_told_to_stop_stops(db: Database) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=Worker(db, Settings()).run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
