"""An alarm when the axis is hijacked: when what parts the readers is how much they like a note, somebody may be steering it, and a grade means
less than it says. It is told to the newsroom once, stands at the desk until somebody has looked, and in the log.
"""

from __future__ import annotations

from folkmoot.errors import Conflict, NotAllowed, known
from folkmoot.notes import store_alarms, telling
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.people.waiting import Because, Choice, Order, Place, Source, Waits, Why, place_of
from folkmoot.storage.database import Row, Tx
from folkmoot.web.logs import log
from folkmoot.web.words import N_

MANY = 20
SEEN = Choice("seen", N_("I have looked at it"), "R", "quiet")


def raise_alarm(tx: Tx, site: int, fit: int, likeness: float, now: int) -> None:
    """Raises it for a reckoning, unless the one before had it already: what lasts is told once."""
    before = store_alarms.fit_before(tx, site, fit)
    if before is not None and before.hijacked:
        store_alarms.mark(tx, fit, False)
        return
    store_alarms.mark(tx, fit, True)
    telling.alarm(tx, site, fit, now)
    about = {"site": site, "likeness": round(likeness, 2)}
    log.warning("The axis of notes goes with being liked: somebody may be steering it", extra={"about": about})


def waiting(tx: Tx, site: int, order: Order, after: Place | None, limit: int) -> list[Waits]:
    """Alarms of a site that nobody has looked at."""
    items = sorted((_waits(row) for row in store_alarms.unseen(tx, site, MANY)), key=lambda item: place_of(item, order))
    return [item for item in items if after is None or place_of(item, order) > after][:limit]


def find(tx: Tx, number: int) -> Waits | None:
    row = store_alarms.by_id(tx, number)
    return _waits(row) if row is not None and row.alarm and row.seen is None else None


def _waits(row: Row) -> Waits:
    why = Why(N_("Ratings may be steered: no two sides are to be seen in them"), "stopped")
    name = known(N_("Alarms about ratings"))
    return Waits(kind="note_alarm", id=row.id, site=row.site, since=row.at, weight=900, name=name, snippet="", why=(why,))


def choices(tx: Tx, actor: Actor, number: int) -> tuple[Choice, ...]:
    return (SEEN,)


def decide(tx: Tx, actor: Actor, number: int, deed: str, because: Because, now: int) -> int | None:
    """Somebody has looked. Raises NotAllowed; Conflict where somebody else has already."""
    row = store_alarms.by_id(tx, number)
    if row is None or row.seen is not None or deed != SEEN.deed:
        raise Conflict("Somebody has looked at it already.", "wrong_state")
    _require(actor, row)
    store_alarms.see(tx, number, now, actor.id)
    return number


def undo(tx: Tx, actor: Actor, number: int, now: int) -> None:
    """It waits again. Raises NotAllowed; Conflict for what is no alarm that somebody has looked at."""
    row = store_alarms.by_id(tx, number)
    if row is None or not row.alarm or row.seen is None:
        raise Conflict("There is nothing to undo.", "nothing_to_undo")
    _require(actor, row)
    store_alarms.see(tx, number, None, None)


def _require(actor: Actor, row: Row) -> None:
    if not may(actor, "see_notes", row.site):
        raise NotAllowed("Only the newsroom may do this.", "not_yours")


def show(tx: Tx, actor: Actor, number: int, now: int) -> dict[str, object]:
    return {"fit": store_alarms.by_id(tx, number)}


SOURCE = Source(
    kind="note_alarm", label=N_("Alarms about ratings"), sees="see_notes", waiting=waiting, find=find, choices=choices, decide=decide, undo=undo,
    show=show, template="notes/alarm.html",
)  # fmt: skip
