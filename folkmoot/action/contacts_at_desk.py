"""What readers say is wrong in an official's entry, at the desk: a moderator looks, and says what became of it."""

from __future__ import annotations

from folkmoot.action import officials, wrong
from folkmoot.action import store_actions as store
from folkmoot.action.divisions import code_of
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because, Choice, Order, Place, Source, Waits, Why
from folkmoot.storage.database import Row, Tx
from folkmoot.web.words import N_

WEIGHT = 60       # hundredths: a wrong address misleads whoever comes next, but nobody at once
DISTRICT = 120    # the wrong district is the wrong representative


def waiting(tx: Tx, site: int, order: Order, after: Place | None, limit: int) -> list[Waits]:
    """Reports that nobody has settled, in an order, behind a place. What is wrong with a district comes first by harm."""
    if order == "time":
        return [_waits(row, site) for row in store.reports_waiting(tx, site, after or (-1, 0), limit)]
    items = [_waits(row, site) for row in store.reports_waiting(tx, site, (-1, 0), 500)]
    ranked = sorted(items, key=lambda item: (-item.weight, item.id))
    return [item for item in ranked if after is None or (-item.weight, item.id) > after][:limit]


def find(tx: Tx, report: int) -> Waits | None:
    row = store.report_by_id(tx, report)
    return _waits(row, row.site) if row is not None and row.settled is None else None


def _waits(row: Row, site: int) -> Waits:
    weight = DISTRICT if row.what in ("district", "person", "vacant") else WEIGHT
    return Waits(
        kind="contact", id=row.id, site=row.site or site, since=row.at, weight=weight, name=row.official or code_of(row.division),
        snippet=row.words or code_of(row.division), why=(Why(wrong.KINDS[row.what]),),
        address=f"/officials/of?official={row.official}" if row.official and not row.official.startswith("vacant-") else "",
    )  # fmt: skip


def choices(tx: Tx, actor: Actor, report: int) -> tuple[Choice, ...]:
    """What became of it."""
    keys = {"fixed": "F", "passed_on": "P", "right": "R"}
    return tuple(Choice(outcome, wrong.OUTCOMES[outcome], key) for outcome, key in keys.items())


def decide(tx: Tx, actor: Actor, report: int, deed: str, because: Because, now: int) -> int:
    """Settles a report; the number by which that is taken back is its own."""
    wrong.settle(tx, actor, report, deed, because.reason or because.note, now)
    return report


def undo(tx: Tx, actor: Actor, report: int, now: int) -> None:
    wrong.open_again(tx, actor, report)


def show(tx: Tx, actor: Actor, report: int, now: int) -> dict[str, object]:
    """The entry as it stands, beside what was said of it."""
    row = store.report_by_id(tx, report)
    found = officials.official_on(tx, row.official, officials.day_of(now)) if row else None
    return {"report": row, "each": found, "called": code_of(row.division) if row else "", "kinds": wrong.KINDS}


SOURCE = Source(
    kind="contact", label=N_("Officials’ entries"), sees="judge_contact", waiting=waiting, find=find, choices=choices, decide=decide, undo=undo,
    show=show,
    template="action/contact_at_desk.html",
)  # fmt: skip
