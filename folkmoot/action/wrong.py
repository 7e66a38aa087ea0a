"""“This is wrong”: what somebody says of an official's entry goes to a moderator. A report is a row, and so is what became of it."""

from __future__ import annotations

from folkmoot.action import store_actions as store
from folkmoot.errors import Conflict, Invalid, NotFound, TooSoon, say
from folkmoot.people.model import Actor
from folkmoot.sites.sites import require
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

KINDS: dict[str, str] = {
    "person": N_("Somebody else holds this office"), "vacant": N_("Nobody holds this office"), "phone": N_("A phone number is wrong"),
    "office": N_("An office has moved or closed, or its hours are wrong"), "way": N_("An e-mail address or a form does not work"),
    "district": N_("This is not my district"), "other": N_("Something else"),
}  # fmt: skip
OUTCOMES = {"right": N_("It is right as it stands"), "fixed": N_("It has been put right"), "passed_on": N_("It was told to who keeps the list")}
MAX_WORDS = 500
MOST = 10           # reports from one network a day
DAY = 86_400_000
KEPT = 30 * DAY     # ms for which it is kept where a report came from


def report(tx: Tx, actor: Actor, official: str, division: str, site: int, what: str, words: str, now: int) -> int:
    """Tells the moderators that an entry is wrong; the report's id. Raises Invalid, TooSoon. Nobody needs to be known for it."""
    if what not in KINDS:
        raise Invalid("Choose what is wrong.", "bad_kind", "what")
    cleaned = " ".join(words.split())
    if len(cleaned) > MAX_WORDS:
        raise Invalid(say("At most {limit} letters.", limit=MAX_WORDS), "too_long", "words")
    if actor.network and store.reports_by(tx, actor.network, now - DAY) >= MOST:
        raise TooSoon("You have told us of several entries today. Thank you; the next ones tomorrow.", 3600, "many_reports")
    number = new_id(now)
    store.insert_report(tx, number, official[:200], division[:200], site, what, cleaned, actor.network, now)
    return number


def settle(tx: Tx, actor: Actor, number: int, outcome: str, reason: str, now: int) -> Row:
    """A moderator says what became of a report. Raises NotFound, NotAllowed, Invalid, Conflict where it was settled meanwhile."""
    row = _row(tx, number)
    require(actor, "judge_contact", row.site)
    if outcome not in OUTCOMES:
        raise Invalid(say("An outcome is one of {outcomes}.", outcomes=tuple(OUTCOMES)), "bad_outcome", "do")
    if not store.settle_report(tx, number, actor.id, "person" if actor.door == "web" else actor.door, outcome, reason.strip()[:500], now):
        raise Conflict("Somebody has settled this meanwhile.", "settled")
    return _row(tx, number)


def open_again(tx: Tx, actor: Actor, number: int) -> None:
    """Takes a settlement back. Raises NotFound, NotAllowed."""
    row = _row(tx, number)
    require(actor, "judge_contact", row.site)
    store.open_report(tx, number)


def _row(tx: Tx, number: int) -> Row:
    row = store.report_by_id(tx, number)
    if row is None:
        raise NotFound("There is no such report.", "no_such_report")
    return row


def forget_networks(tx: Tx, now: int) -> int:
    """Forgets where old reports came from. The worker repeats it."""
    return store.forget_networks(tx, now - KEPT, 500)
