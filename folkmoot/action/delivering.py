"""The worker's part: hands letters over by their way, one after another for each official, and sets letters on paper.

A letter is marked as being handed over before anything leaves, and what came of it is recorded after. Where a worker ended between the two, the same
message goes once more under the same Message-ID, by which whoever receives it knows a repeat; where the line broke, nothing is repeated.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from functools import partial

from folkmoot.action import letters, store_letters
from folkmoot.action.delivery import BY_NAME, Letter, Receipt
from folkmoot.action.delivery import paper as on_paper
from folkmoot.action.letters import KIND, TRANSITIONS, home_of, recipient_of
from folkmoot.action.model_letters import Cause, Recipient
from folkmoot.errors import Problem
from folkmoot.settings import Settings
from folkmoot.sites.sites import get_site
from folkmoot.storage import jobs
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.web.logs import log
from folkmoot.web.words import N_

FIRST_DELAY, LONGEST_DELAY = 20_000, 3_600_000
SLOW, PAUSE = 3.0, 60.0  # seconds: who takes longer and then nothing rests so long
_resting: dict[str, float] = {}
BEHIND = 2_000  # until a letter is looked at again that waits for an older one to the same official
InOffice = Callable[[Tx, Recipient, int], str]  # why somebody is not, or not surely, in office; "" where they are
CauseOf = Callable[[Tx, int, int], Cause | None]
Tell = Callable[[Tx, Row, int], None]  # tells a letter's writer, where we may


def surely(tx: Tx, to: Recipient, now: int) -> str:
    return ""


def no_cause(tx: Tx, action: int, now: int) -> Cause | None:
    return None


def nobody_told(tx: Tx, row: Row, now: int) -> None:
    return None


def deliver(
    db: Database,
    payload: dict[str, object],
    settings: Settings,
    now: int,
    *,
    in_office: InOffice = surely,
    cause: CauseOf = no_cause,
    tell: Tell = nobody_told,
) -> None:
    """A job "letter": the letter's ten minutes are over, or it is to be tried again. What is older to the same official goes first."""
    number = int(str(payload["letter"]))
    if _rests(db, number, now):
        return
    taken = db.write_now(partial(_take, number=number, settings=settings, now=now, in_office=in_office, cause=cause, tell=tell))
    if taken is None:
        return
    row, letter = taken
    way, begun = BY_NAME[row.way], time.monotonic()
    receipt = way.deliver(letter, settings) if way.deliver else Receipt("not_now", N_("This way is not open here."))
    if receipt.event in ("not_now", "broke") and time.monotonic() - begun > SLOW:
        _resting[way.name] = time.monotonic() + PAUSE
    db.write_now(partial(_settle, row=row, receipt=receipt, number=number, now=now, tell=tell))


def _rests(db: Database, number: int, now: int) -> bool:
    """Whether the way of a letter rests because whoever takes its letters has hung: then it waits, and others' work goes on."""
    row = db.read_now(lambda tx: store_letters.letter_row(tx, number)) if _resting else None
    if row is None or _resting.get(row.way, 0.0) <= time.monotonic():
        return False
    db.write_now(partial(_again, letter=number, now=now, at=now + int(PAUSE * 1000)))
    return True


def _take(tx: Tx, number: int, settings: Settings, now: int, in_office: InOffice, cause: CauseOf, tell: Tell) -> tuple[Row, Letter] | None:
    """The letter to hand over now, marked so; None where there is none."""
    row = store_letters.letter_row(tx, number)
    if row is not None and row.state == "undo" and row.due is not None and row.due <= now:
        letters.move(tx, row, "time", now, "time")
        row = store_letters.letter_row(tx, number)
    if row is None or row.state not in ("ready", "handing"):
        return None
    first = store_letters.first_ready(tx, row.official, row.way)
    if first is None:
        return None
    if first.state == "handing" and first.id != number:  # somebody is at it, or was: its own job finds that out
        _again(tx, number, now, now + BEHIND)
        return None
    why = in_office(tx, recipient_of(first), now) if first.state == "ready" else ""
    if why:
        letters.move(tx, first, "retired", now, "rule", why=why)
        tell(tx, store_letters.letter_row(tx, first.id), now)
        _again(tx, number, now, now)
        return None
    if first.state == "handing":
        letters.move(tx, first, "again", now, "worker", why=N_("The worker ended while it was being sent; the same message went once more."))
    else:
        letters.move(tx, first, "hand", now, "worker")
    return first, letter_of(tx, first, settings, now, cause)


def letter_of(tx: Tx, row: Row, settings: Settings, now: int, cause: CauseOf = no_cause) -> Letter:
    """A letter as its ways need it."""
    found = cause(tx, row.action, now) if row.action else None
    site = get_site(tx, row.site)
    public = settings.server.public_url
    return Letter(
        row.delivery,
        recipient_of(row),
        home_of(row),
        row.subject,
        row.body,
        row.made,
        site.name,
        row.mailbox,
        f"{public}/guide" if public else "",
        bool(row.template),
        site.language,
        found.maker if found else "",
        found.funder if found else "",
        BY_NAME[row.way].carried and not row.mailbox,
    )


def _settle(tx: Tx, row: Row, receipt: Receipt, number: int, now: int, tell: Tell) -> None:
    """What came of handing a letter over; the job's own letter has its turn later where another went first."""
    fresh = store_letters.letter_row(tx, row.id)
    if fresh is None or (fresh.state, receipt.event) not in TRANSITIONS:
        return  # another worker has settled it
    letters.move(tx, fresh, receipt.event, now, "worker", why=receipt.why)
    after = letters.get_letter(tx, row.id)
    if after.state != "ready" or after.tries == 1:
        tell(tx, after, now)
    if after.state == "ready":
        _again(tx, row.id, now, now + wait(after.tries))
    if row.id != number:
        _again(tx, number, now, now if after.state != "ready" else now + wait(after.tries))


def wait(tries: int) -> int:
    """Until the next try: 20 s, then 1.9 times as long each time, at most an hour."""
    return min(LONGEST_DELAY, int(FIRST_DELAY * 1.9 ** max(0, tries - 1)))


def _again(tx: Tx, letter: int, now: int, at: int) -> None:
    jobs.put(tx, KIND, {"letter": str(letter)}, now, run_after=at, key=f"{KIND}:{letter}")


def set_paper(db: Database, payload: dict[str, object], settings: Settings, now: int, *, cause: CauseOf = no_cause) -> None:
    """A job "letter_paper": sets the PDF. Where that cannot be, the letter is printed from its page."""
    number = int(str(payload["letter"]))

    def look(tx: Tx) -> Letter | None:
        row = store_letters.letter_row(tx, number)
        return letter_of(tx, row, settings, now, cause) if row and not row.scrubbed else None

    letter = db.read_now(look)
    if letter is None:
        return
    try:
        made = on_paper.make(letter, settings.letters.fonts)
    except Problem as problem:
        log.warning("A letter was not set: %s", problem.words)
        return
    body = base64.b64encode(made.pdf).decode()
    db.write_now(lambda tx: store_letters.put_paper(tx, number, body, "".join(made.lacking), now))


def ask_for_answers(tx: Tx, now: int, limit: int = 100, *, tell: Tell = nobody_told) -> int:
    """Asks, 14 days after a letter went, whether there was an answer; how many were asked."""
    rows = store_letters.to_ask(tx, now - letters.ASKED_AFTER, limit)
    for row in rows:
        store_letters.set_reminded(tx, row.id, now)
        tell(tx, store_letters.letter_row(tx, row.id), now)
    return len(rows)
