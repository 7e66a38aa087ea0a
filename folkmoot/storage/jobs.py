"""A durable queue in a table: what is to be done after the commit, put there in the same transaction as its cause.

A job that is being done is under a lease, which ends by itself; there is no state called "doing". Whoever claims a job gets
a token, and only the latest token can finish it (fencing): a worker that slept past its lease cannot end another's work. So a
job is done at least once, and its outcome is recorded once. Workers look for jobs with `claim` every fraction of a second.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from folkmoot.errors import Conflict, NotFound
from folkmoot.storage.database import Database, Tx
from folkmoot.storage.ids import new_id

LEASE = 60_000          # ms that a worker has for a job, unless it asks for more
GIVE_UP_AFTER = 16      # tries: about two days with the delays below
_FIRST_DELAY = 20_000   # ms; each further one is 1.9 times as long
_LONGEST_DELAY = 12 * 3_600_000

_ENCODER = msgspec.json.Encoder(enc_hook=int)  # an id as the doors read it is a number of a type of its own
# A job with the same key that waits is replaced and keeps its turn; one that is being done will be done again.
_PUT = """
INSERT INTO job (id, kind, unique_key, payload, run_after) VALUES (:id, :kind, :key, :payload, :run_after)
ON CONFLICT (unique_key) DO UPDATE SET payload = excluded.payload, attempts = 0, dead = NULL,
  run_after = CASE WHEN job.lease_until = 0 AND job.dead IS NULL AND job.run_after < excluded.run_after
    THEN job.run_after ELSE excluded.run_after END
"""
_FIND = """
SELECT id FROM job WHERE dead IS NULL AND run_after <= :now AND lease_until <= :now AND ({kinds}) ORDER BY run_after, id LIMIT 1
"""
_CLAIM = """
UPDATE job SET lease_until = :until, lease_token = lease_token + 1, attempts = attempts + 1
WHERE id = :id AND dead IS NULL AND lease_until <= :now RETURNING id, kind, payload, attempts, lease_token
"""
_MINE = "WHERE id = :id AND lease_token = :token AND lease_until > 0"
_FAIL = f"""
UPDATE job SET lease_until = 0, last_error = :error, run_after = coalesce(CAST(:retry_at AS BIGINT), run_after),
  dead = CASE WHEN CAST(:retry_at AS BIGINT) IS NULL THEN CAST(:now AS BIGINT) END {_MINE} AND attempts = :attempts
"""


class Job(msgspec.Struct, frozen=True):
    """A job under a lease. token: proves the lease; attempts: tries so far, this one included."""

    id: int
    kind: str
    payload: dict[str, object]
    attempts: int
    token: int


class DeadJob(msgspec.Struct, frozen=True):
    """A job that was given up, why, and since when (UTC ms)."""

    id: int
    kind: str
    attempts: int
    error: str
    dead: int


class Waiting(msgspec.Struct, frozen=True):
    """A job that is still to be done, or was given up. attempts: tries so far; error: what the last of them ended with; due: UTC ms."""

    payload: dict[str, object]
    attempts: int
    error: str
    due: int
    given_up: bool


class Standing(msgspec.Struct, frozen=True):
    """How many jobs are due, since when the oldest of them (ms), how many were given up."""

    due: int
    late: int
    dead: int


def put(tx: Tx, kind: str, payload: dict[str, object], now: int, *,
        run_after: int | None = None, key: str | None = None) -> None:
    """Puts a job in the queue, to be done at once or from `run_after` (UTC ms) on.

    key: there is one job with a key at a time; the newest payload counts.
    """
    tx.run(_PUT, id=new_id(now), kind=kind, key=key, payload=_ENCODER.encode(payload).decode(),
           run_after=now if run_after is None else run_after)


def waits(tx: Tx, key: str) -> bool:
    """Whether the job with a key is still to be done, or being done."""
    return tx.one("SELECT id FROM job WHERE unique_key = :key AND dead IS NULL", key=key) is not None


def waiting(tx: Tx, kind: str, limit: int) -> list[Waiting]:
    """Jobs of a kind, the newest first."""
    rows = tx.rows("SELECT payload, attempts, last_error, run_after, dead FROM job WHERE kind = :kind ORDER BY id DESC LIMIT :limit",
                   kind=kind, limit=limit)  # fmt: skip
    return [Waiting(msgspec.json.decode(row.payload), row.attempts, row.last_error or "", row.run_after, row.dead is not None) for row in rows]


def drop(tx: Tx, key: str) -> None:
    """Takes back the job with a key that has been done otherwise; one that is being done ends by itself."""
    tx.run("DELETE FROM job WHERE unique_key = :key AND lease_until = 0", key=key)


def claim(db: Database, kinds: Sequence[str], now: int, lease: int = LEASE) -> Job | None:
    """Takes the job that is due longest, for `lease` ms; None where none of these kinds is due. Blocks."""
    find = _FIND.format(kinds=" OR ".join(f"kind = :kind{number}" for number in range(len(kinds))))
    named = {f"kind{number}": kind for number, kind in enumerate(kinds)}
    while found := db.read_now(lambda tx: tx.one(find, now=now, **named)):
        job = db.write_now(lambda tx, number=found.id: _claim(tx, number, now, lease))  # type: ignore[misc]
        if job is not None:
            return job
    return None


def _claim(tx: Tx, number: int, now: int, lease: int) -> Job | None:
    row = tx.one(_CLAIM, id=number, now=now, until=now + lease)
    if row is None:
        return None
    if row.attempts > GIVE_UP_AFTER:  # its workers ended midway each time: nobody was left to say that it failed
        tx.run(f"UPDATE job SET dead = :now, lease_until = 0, last_error = coalesce(last_error, :why) {_MINE}",
               id=number, token=row.lease_token, now=now, why="Its worker ended midway, each time.")
        return None
    return Job(row.id, row.kind, msgspec.json.decode(row.payload), row.attempts, row.lease_token)


def extend(tx: Tx, job: Job, now: int, lease: int = LEASE) -> None:
    """Keeps the lease for `lease` ms from now. Raises Conflict where it has passed to another worker."""
    _own(tx.count(f"UPDATE job SET lease_until = :until {_MINE}", id=job.id, token=job.token, until=now + lease))


def finish(tx: Tx, job: Job) -> None:
    """Ends a job; one whose key was put again meanwhile stays, to be done again. Raises Conflict where another has the lease."""
    if not tx.count(f"DELETE FROM job {_MINE} AND attempts = :attempts", id=job.id, token=job.token, attempts=job.attempts):
        _own(tx.count(f"UPDATE job SET lease_until = 0 {_MINE}", id=job.id, token=job.token))


def fail(tx: Tx, job: Job, error: str, now: int, retry_at: int | None) -> None:
    """Gives a job back, to be tried at `retry_at` (UTC ms; see `next_try`), or gives it up. Raises Conflict like finish."""
    if not tx.count(_FAIL, id=job.id, token=job.token, attempts=job.attempts, error=error[:500], now=now, retry_at=retry_at):
        _own(tx.count(f"UPDATE job SET lease_until = 0 {_MINE}", id=job.id, token=job.token))


def next_try(job: Job, now: int) -> int | None:
    """When a failed job is to be tried again: after 20 s, then 1.9 times as long each time, at most 12 h; None after 16 tries."""
    if job.attempts >= GIVE_UP_AFTER:
        return None
    return now + min(_LONGEST_DELAY, int(_FIRST_DELAY * 1.9 ** (job.attempts - 1)))


def dead(tx: Tx) -> list[DeadJob]:
    """Jobs that were given up, the newest first, at most 500."""
    rows = tx.rows("SELECT id, kind, attempts, last_error, dead FROM job WHERE dead IS NOT NULL ORDER BY dead DESC, id LIMIT 500")
    return [DeadJob(row.id, row.kind, row.attempts, row.last_error or "", row.dead) for row in rows]


def standing(tx: Tx, now: int) -> Standing:
    """How the queue stands."""
    due = tx.one("SELECT count(*) AS number, coalesce(min(run_after), :now) AS oldest FROM job WHERE dead IS NULL AND run_after <= :now", now=now)
    gone = tx.one("SELECT count(*) AS number FROM job WHERE dead IS NOT NULL")
    return Standing(due.number, max(0, now - due.oldest), gone.number) if due and gone else Standing(0, 0, 0)


def revive(tx: Tx, number: int, now: int) -> None:
    """Puts a job that was given up in the queue again. Raises NotFound."""
    sql = "UPDATE job SET dead = NULL, attempts = 0, run_after = :now WHERE id = :id AND dead IS NOT NULL"
    if not tx.count(sql, id=number, now=now):
        raise NotFound("There is no job of that number that was given up.", "job")


def _own(count: int) -> None:
    if not count:
        raise Conflict("The lease of this job has passed to another worker, so this one's outcome does not count.", "lease_lost")
