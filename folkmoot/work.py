"""The worker process: does what verbs left in the outbox, and what is due by time alone. Started by `serve`, or by itself.

HANDLERS says what each kind of job does, DUTIES what comes round again and again. To add one, add a line.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct

from folkmoot.action import actions, wrong
from folkmoot.action import duties as action
from folkmoot.desk import figures, merging, reports, rules
from folkmoot.desk import queue as desk
from folkmoot.discussion import akismet, duties, hooks, lessons, outlet, previews, proofs, store_search, telling, waits
from folkmoot.discussion import searching as finding
from folkmoot.discussion.searching import Index
from folkmoot.errors import Conflict, Problem, Unavailable
from folkmoot.me import leaving
from folkmoot.notes import asking, deciding, dump, learning, looking_up, map_drawing, maps, reckoning, searching
from folkmoot.notes import telling as notes_telling
from folkmoot.notes.notes import LOOK_UP
from folkmoot.notes.rating import RATED
from folkmoot.people import assertions, mailing, notice_mail, notices, sanctions, sessions, sign_in
from folkmoot.people.model import Actor
from folkmoot.reading import joins
from folkmoot.settings import Settings
from folkmoot.sites import stories
from folkmoot.sites.store import all_sites
from folkmoot.storage import changes, facts, jobs, repeats
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.jobs import Job
from folkmoot.storage.migrations import check_schema
from folkmoot.storage.sweeping import sweep
from folkmoot.web.kit import clock
from folkmoot.web.logs import log, write_to_stderr

Payload = dict[str, Any]
MINUTE = 60_000
HOUR = 60 * MINUTE
LOOK_AGAIN = 0.3   # seconds between two looks into the outbox: a person waits for a mailed code
AFTER_TROUBLE = 2.0
LONGEST_REST = 0.2
RULE = Actor(door="rule")


class Sending(Struct, frozen=True):
    """Does something outside the database, then the job ends."""

    act: Callable[[Payload, Settings, int], None]


class Telling(Struct, frozen=True):
    """Looks into the database, does something outside it with what was found, and remembers what came of it as the job ends.

    look: (tx, payload, now) -> what is to be done, None for nothing. act: (that, settings, now) -> what came of it; it may be done
    twice. remember: (tx, payload, what came of it or None, now).
    """

    look: Callable[[Tx, Payload, int], Any]
    act: Callable[[Any, Settings, int], Any]
    remember: Callable[[Tx, Payload, Any, int], None]


class Acting(Struct, frozen=True):
    """Marks in the database what it is about to do outside, does it, and records what came of it, each in a transaction of its own."""

    act: Callable[[Database, Payload, Settings, int], None]


class Steps(Struct, frozen=True):
    """Works in the database in short transactions, over and over until there is nothing left to do (0)."""

    act: Callable[[Tx, Payload, int], int]


class Duty(Struct, frozen=True):
    """A step that is due every so many milliseconds, until it answers 0."""

    every: int
    act: Callable[[Tx, int], int]


def _claimed(tx: Tx, told: Payload, now: int) -> int:
    return duties.claim(tx, told["guest"], told["member"], now)


def _close_due(tx: Tx, now: int) -> int:
    return sum(stories.close_due(tx, RULE, site, now) for site in all_sites(tx))


def _sweep(db: Database, told: Payload, settings: Settings, now: int) -> None:
    sweep(db)


def _voted(tx: Tx, told: Payload, now: int) -> int:
    changed = learning.learn_votes(tx, told["story"], joins.votes_of(tx, told["story"]), now)
    if not changed:
        jobs.put(tx, maps.MOVED, told, now, run_after=now + MINUTE, key=f"{maps.MOVED}:{told['story']}")
    return changed


def _fit_due(tx: Tx, now: int) -> int:
    return reckoning.fits_due(tx, [site.id for site in all_sites(tx)], now)


def _dump(db: Database, told: Payload, settings: Settings, now: int) -> None:
    dump.make(db, int(told["site"]), facts.secret(db, "dump"), now)


def _dumps_due(tx: Tx, now: int) -> int:
    for site in all_sites(tx):
        jobs.put(tx, dump.MAKE, {"site": site.id}, now, key=f"{dump.MAKE}:{site.id}")
    return 0


def _ask_readers(db: Database, told: Payload, settings: Settings, now: int) -> None:
    secret = facts.secret(db, "draws")
    db.write_now(lambda tx: asking.ask_readers(tx, secret, now))


def _asking_due(tx: Tx, now: int) -> int:
    if asking.is_due(tx, now):
        jobs.put(tx, asking.ASK, {}, now, key=asking.ASK)
    return 0


RECKONER = reckoning.Reckoner()  # remembers the last whole reckoning of each site as long as this process lives
DUTIES: dict[str, Duty] = {
    "scrub_withdrawn": Duty(HOUR, duties.scrub_withdrawn),
    "forget_networks": Duty(HOUR, duties.forget_networks),
    "close_stories": Duty(10 * MINUTE, _close_due),
    "forget_blocks": Duty(HOUR, sanctions.forget_blocks),
    "forget_reporters": Duty(6 * HOUR, reports.forget_reporters),
    "forget_proofs": Duty(HOUR, proofs.forget),
    "learn": Duty(MINUTE, lessons.learn),
    "figures": Duty(5 * MINUTE, figures.count),
    "forget_claims": Duty(HOUR, desk.forget_claims),
    "refill_waiting": Duty(HOUR, waits.refill),
    "forget_callers": Duty(6 * HOUR, actions.forget_people),
    "forget_networks_of_corrections": Duty(6 * HOUR, wrong.forget_networks),
    "drop_orphans": Duty(6 * HOUR, finding.drop_orphans),
    "forget_answers": Duty(HOUR, repeats.forget),
    "forget_sessions": Duty(6 * HOUR, sessions.forget_ended),
    "forget_codes": Duty(HOUR, sign_in.forget_codes),
    **{name: Duty(every, act) for name, (every, act) in action.DUTIES.items()},
    "notes_unanswered": Duty(MINUTE, deciding.unanswered),
    "notes_search": Duty(MINUTE, lambda tx, now: searching.search(tx, joins, now)),
    "notes_fit": Duty(reckoning.EVERY, _fit_due),
    "notes_asking": Duty(HOUR, _asking_due),
    "notes_dump": Duty(24 * HOUR, _dumps_due),
    "notes_read_again": Duty(HOUR, looking_up.read_again),
    "forget_notices": Duty(6 * HOUR, notices.forget_old),
    "forget_assertions": Duty(HOUR, assertions.forget_used),
}
HANDLERS: dict[str, Sending | Telling | Acting | Steps] = {
    **{kind: Acting(act) for kind, act in action.HANDLERS.items()},
    mailing.KIND: Sending(mailing.deliver),
    notices.MAIL_KIND: Telling(partial(notice_mail.look, quoting=outlet.words_of), notice_mail.send, notice_mail.remember),
    notices.DIGEST_KIND: Steps(notice_mail.gather),
    actions.JOB: Steps(actions.turn),
    outlet.SAID: Steps(outlet.tell),
    outlet.EVENT: Steps(hooks.spread),
    outlet.OUTSIDE: Telling(akismet.look, akismet.ask, akismet.remember),
    outlet.CORRECTED: Telling(akismet.look_again, akismet.correct, akismet.remember_told),
    outlet.HOOK: Telling(hooks.look, hooks.send, hooks.remember),
    outlet.PREVIEW: Telling(previews.look, previews.fetch, previews.remember),
    store_search.AGAIN: Steps(finding.again),
    "claimed": Steps(_claimed),
    leaving.KIND: Steps(leaving.step),
    leaving.SWEEP: Acting(_sweep),
    LOOK_UP: Telling(looking_up.look, looking_up.fetch, looking_up.remember),
    changes.VOTED: Steps(_voted),
    RATED: Acting(lambda db, told, settings, now: RECKONER.rated(db, told, now)),
    reckoning.FIT: Acting(lambda db, told, settings, now: RECKONER.fit(db, told, now)),
    maps.MOVED: Acting(lambda db, told, settings, now: map_drawing.draw_map(db, joins.texts_of, int(told["story"]), now)),
    asking.ASK: Acting(_ask_readers),
    dump.MAKE: Acting(_dump),
    telling.KIND: Steps(telling.tell_decided),
    notes_telling.DECIDED: Steps(notes_telling.tell_decided),
    reports.KIND: Steps(reports.tell_decided),
    rules.KIND: Steps(rules.work),
    merging.KIND: Steps(merging.step),
    "duty": Steps(lambda tx, told, now: DUTIES[told["name"]].act(tx, now)),
}


class Worker:
    """Takes one job after another. A job's outcome is recorded only by who holds its lease."""

    def __init__(self, db: Database, settings: Settings, now: Callable[[], int] = clock) -> None:
        self._db = db
        self._settings = settings
        self._now = now
        self._index = Index()

    def run(self, stop: threading.Event) -> None:
        """Works until told to stop; the job at hand is finished first."""
        planned = False
        while not stop.is_set():
            try:
                planned = planned or self.plan()
                if not self.work_once() and not self._index.catch_up(self._db):
                    stop.wait(LOOK_AGAIN)
            except Unavailable as problem:
                log.warning("The worker waits: %s", problem.words)
                stop.wait(AFTER_TROUBLE)

    def plan(self) -> bool:
        """Makes every duty due, so that none sleeps longer than the program did."""
        self._db.write_now(self._plan)
        return True

    def _plan(self, tx: Tx) -> None:
        now = self._now()
        for name in DUTIES:
            _put_duty(tx, name, now, now)

    def work_once(self) -> bool:
        """Does the job that is due longest; whether there was one."""
        job = jobs.claim(self._db, tuple(HANDLERS), self._now())
        if job is None:
            return False
        try:
            self._do(job)
        except Conflict as problem:
            log.warning("A job went to another worker: %s", problem.words, extra={"about": {"kind": job.kind}})
        except Exception as error:
            self._failed(job, error)
        return True

    def _do(self, job: Job) -> None:
        handler = HANDLERS[job.kind]
        if isinstance(handler, Acting):
            handler.act(self._db, job.payload, self._settings, self._now())
            self._db.write_now(partial(self._finish, job=job))
        elif isinstance(handler, Sending):
            handler.act(job.payload, self._settings, self._now())
            self._db.write_now(partial(self._finish, job=job))
        elif isinstance(handler, Telling):
            self._tell(job, handler)
        else:
            self._repeat(partial(self._step, job=job, handler=handler))

    def _repeat(self, step: Callable[[Tx], bool]) -> None:
        """Steps until there are no more, and after each as long a rest: at least half of the time to write is for those who post."""
        begun = time.monotonic()
        while self._db.write_now(step):
            time.sleep(min(time.monotonic() - begun, LONGEST_REST))
            begun = time.monotonic()

    def _tell(self, job: Job, handler: Telling) -> None:
        found = self._db.read_now(lambda tx: handler.look(tx, job.payload, self._now()))
        came = None if found is None else handler.act(found, self._settings, self._now())

        def end(tx: Tx) -> None:
            handler.remember(tx, job.payload, came, self._now())
            self._finish(tx, job)

        self._db.write_now(end)

    def _step(self, tx: Tx, job: Job, handler: Steps) -> bool:
        """One step and what it means for the job, in one transaction; whether there is more."""
        now = self._now()
        more = handler.act(tx, job.payload, now) > 0
        if more:
            jobs.extend(tx, job, now)
        else:
            self._finish(tx, job)
        return more

    def _finish(self, tx: Tx, job: Job) -> None:
        jobs.finish(tx, job)
        if job.kind == "duty":
            name, now = str(job.payload["name"]), self._now()
            _put_duty(tx, name, now, now + DUTIES[name].every)

    def _failed(self, job: Job, error: Exception) -> None:
        """Gives the job back to be tried later, or up where it can never succeed."""
        now = self._now()
        again = jobs.next_try(job, now) if isinstance(error, Unavailable) or not isinstance(error, Problem) else None
        if job.kind == "duty":
            again = now + DUTIES[str(job.payload["name"])].every
        about = {"kind": job.kind, "attempts": job.attempts, "again": again}
        log.error("A job failed", exc_info=error, extra={"about": about})
        said = error.words if isinstance(error, Problem) else type(error).__name__
        try:
            self._db.write_now(lambda tx: jobs.fail(tx, job, said, now, again))
        except Conflict as problem:
            log.warning("A job went to another worker: %s", problem.words, extra={"about": about})


def _put_duty(tx: Tx, name: str, now: int, due: int) -> None:
    jobs.put(tx, "duty", {"name": name}, now, run_after=due, key=f"duty:{name}")


def work(settings: Settings) -> None:
    """A worker process, from its start until SIGTERM or SIGINT."""
    write_to_stderr(settings.logs)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    db = connect(settings.database_url, readers=1, lanes=1)
    try:
        check_schema(db)
        Worker(db, settings).run(stop)
    finally:
        db.close()
