"""A letter's life, as one table, and the verbs that move it on (after mySociety's WriteToThem, whose states these are in other words).

Certainly sent, certainly not, unknown: these are never mixed. Every state that waits has a time-out and a place to which it leads; what
is unknown is shown and not sent again unless its writer says so. Each step is a row with who and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from folkmoot.action import store_letters as store
from folkmoot.action import store_talks
from folkmoot.action.model_letters import Home, LetterState, Recipient, Trail
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound
from folkmoot.people import notices, returned
from folkmoot.people.model import Actor
from folkmoot.people.roles import may, roles_on
from folkmoot.storage import jobs
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

MINUTE, DAY = 60_000, 86_400_000
KIND = "letter"
PAPER = "letter_paper"
UNDO = 10 * MINUTE
ASKED_AFTER = 14 * DAY
KEPT_AFTER = 28 * DAY
ENOUGH = 5  # answers until a responsiveness is shown
By = Literal["writer", "person", "worker", "time", "rule", "command"]

# (state, event) -> state. What is not here cannot happen.
TRANSITIONS: dict[tuple[LetterState, str], LetterState] = {
    ("confirm", "prove"): "undo",           # the mailbox is proven
    ("confirm", "hold"): "held",
    ("confirm", "take_back"): "taken_back",
    ("confirm", "paper"): "yours",
    ("confirm", "time"): "expired",
    ("undo", "take_back"): "taken_back",
    ("undo", "send_now"): "ready",
    ("undo", "hold"): "held",
    ("undo", "time"): "ready",
    ("held", "release"): "ready",
    ("held", "refuse"): "refused",
    ("held", "take_back"): "taken_back",
    ("held", "paper"): "yours",
    ("held", "time"): "refused",
    ("ready", "hand"): "handing",
    ("ready", "retired"): "stale",          # the official is not, or not surely, in office any more
    ("ready", "hold"): "held",
    ("ready", "take_back"): "taken_back",   # it has not left
    ("ready", "paper"): "yours",
    ("ready", "time"): "failed",
    ("handing", "took"): "handed_over",
    ("handing", "gateway"): "accepted",
    ("handing", "not_now"): "ready",        # certainly not sent
    ("handing", "refused"): "failed",       # certainly not sent
    ("handing", "broke"): "unknown",
    ("handing", "again"): "handing",        # a worker ended midway: the same message once more, by the same Message-ID
    ("handing", "time"): "unknown",
    ("unknown", "again"): "ready",          # its writer says so
    ("unknown", "arrived"): "handed_over",
    ("unknown", "paper"): "yours",
    ("unknown", "time"): "closed",
    ("stale", "again"): "ready",
    ("stale", "take_back"): "taken_back",
    ("stale", "paper"): "yours",
    ("stale", "time"): "failed",
    ("yours", "post"): "posted",
    ("yours", "take_back"): "taken_back",
    ("yours", "time"): "closed",
    ("posted", "answer"): "answered",
    ("posted", "time"): "closed",
    ("handed_over", "bounce"): "failed",
    ("handed_over", "confirm"): "confirmed",
    ("handed_over", "answer"): "answered",
    ("handed_over", "time"): "closed",
    ("accepted", "confirm"): "confirmed",
    ("accepted", "bounce"): "failed",
    ("accepted", "answer"): "answered",
    ("accepted", "time"): "closed",
    ("confirmed", "answer"): "answered",
    ("confirmed", "time"): "closed",
    ("failed", "paper"): "yours",
    ("expired", "paper"): "yours",
}  # fmt: skip
# How long each state may last; the event "time" then leads on. What is not here is an end. Being tried does not lengthen the wait.
WAITS: dict[LetterState, int] = {
    "confirm": 7 * DAY, "undo": UNDO, "held": 14 * DAY, "ready": 7 * DAY, "handing": 7 * DAY, "unknown": 14 * DAY, "stale": 14 * DAY,
    "yours": 31 * DAY, "posted": 42 * DAY, "handed_over": 42 * DAY, "accepted": 42 * DAY, "confirmed": 42 * DAY,
}  # fmt: skip
TRIED = frozenset({"hand", "not_now"})
ENDS: tuple[LetterState, ...] = ("taken_back", "refused", "expired", "failed", "answered", "closed")
ANSWERS = ("answered", "acknowledged", "not_about_it", "none_expected", "none")
WHY_TIME: dict[LetterState, str] = {
    "held": N_("Nobody looked at it within two weeks, so it was not sent."),
    "ready": N_("It could not be handed over for a week."),
    "stale": N_("Two weeks have passed and we still do not know who holds the office."),
    "handing": N_("The worker ended while it was being sent."),
}


def get_letter(tx: Tx, letter: int) -> Row:
    """A letter's row. Raises NotFound."""
    row = store.letter_row(tx, letter)
    if row is None:
        raise NotFound(N_("There is no such letter."), "no_such_letter")
    return row


def move(tx: Tx, row: Row, event: str, now: int, by: By, person: int | None = None, why: str = "") -> LetterState:
    """One step of a letter's life; the state that it leads to. Raises Conflict where the table has none, or another was quicker."""
    became = TRANSITIONS.get((row.state, event))
    if became is None:
        raise Conflict(N_("This letter has moved on meanwhile. Look again, then decide."), "letter_moved")
    wait = WAITS.get(became)
    due = row.due if event in TRIED else now + wait if wait else None
    if not store.move(tx, row.id, row.state, became, now, due):
        raise Conflict(N_("This letter has moved on meanwhile. Look again, then decide."), "letter_moved")
    store.insert_event(tx, new_id(now), row.id, event, row.state, became, by, person, why, now)
    if became in ("undo", "ready"):
        jobs.put(tx, KIND, {"letter": str(row.id)}, now, run_after=now + (wait or 0) if became == "undo" else now, key=f"{KIND}:{row.id}")
    if became == "yours":
        make_paper(tx, row.id, now)
    return became


def make_paper(tx: Tx, letter: int, now: int) -> None:
    """Has the worker make the PDF."""
    jobs.put(tx, PAPER, {"letter": str(letter)}, now, key=f"{PAPER}:{letter}")


# ── The writer ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def take_back(tx: Tx, batch: str, now: int) -> int:
    """Takes back what has not left, of a batch; how many."""
    rows = [row for row in store.letters_of_batch(tx, batch) if (row.state, "take_back") in TRANSITIONS]
    for row in rows:
        move(tx, row, "take_back", now, "writer")
    return len(rows)


def let_go(tx: Tx, rows: list[Row], talks: list[Row], person: int | None, now: int) -> None:
    """Deletes some talks with the addresses that their owners had remembered, takes back what has not left, and empties every letter.

    What bears nobody's name yet is a writer's where it has the same owner.
    """
    owners = owners_of(rows, talks)
    _let_go_of(tx, {row.id: row for row in (*rows, *store.unnamed(tx, owners)) if not row.scrubbed}, person, now)
    store_talks.delete_homes(tx, [*([f"person:{person}"] if person else []), *owners])
    for talk in (*talks, *store_talks.unnamed(tx, owners)):
        store_talks.delete_talk(tx, talk.id)


def owners_of(rows: list[Row], talks: list[Row]) -> list[str]:
    """Who owns some letters and talks: browsers and chats."""
    return sorted({each.owner for each in (*rows, *talks)} - {""})


def _let_go_of(tx: Tx, every: dict[int, Row], person: int | None, now: int) -> None:
    for row in every.values():
        if (row.state, "take_back") in TRANSITIONS:
            move(tx, row, "take_back", now, "writer", person)
    _empty(tx, list(every), now)


def forget_mailbox(tx: Tx, mailbox: str, now: int) -> None:
    """Lets go of letters and talks in which somebody has named a mailbox and not proven it."""
    _let_go_of(tx, {row.id: row for row in store.of_mailbox(tx, mailbox)}, None, now)
    for talk in store_talks.of_mailbox(tx, mailbox):
        store_talks.delete_talk(tx, talk.id)


def send_now(tx: Tx, batch: str, now: int) -> int:
    """Ends the ten minutes."""
    rows = [row for row in store.letters_of_batch(tx, batch) if row.state == "undo"]
    for row in rows:
        move(tx, row, "send_now", now, "writer")
    return len(rows)


def decide_own(tx: Tx, letter: int, owner: str, person: int | None, event: str, now: int) -> LetterState:
    """What a writer may do with a letter of theirs: post, paper, again, arrived, take_back. Raises NotFound for another's, Conflict."""
    row = own_letter(tx, letter, owner, person)
    if event not in ("post", "paper", "again", "arrived", "take_back", "send_now"):
        raise Invalid(N_("There is no such thing to do with a letter."), "no_such_event")
    if event == "paper":
        store.set_way(tx, row.id, "paper")
    return move(tx, row, event, now, "writer", person)


def own_letter(tx: Tx, letter: int, owner: str, person: int | None) -> Row:
    """A letter of one's own. Another's is not found."""
    row = store.letter_row(tx, letter)
    if row is None or (row.owner != owner and (person is None or row.person != person)) or row.scrubbed:
        raise NotFound(N_("There is no such letter of yours."), "no_such_letter")
    return row


def answer(tx: Tx, letter: int, owner: str, person: int | None, told: str, now: int) -> None:
    """What the writer says of the office's answer: one of ANSWERS. It may be changed. Raises Conflict before anything was handed over."""
    row = own_letter(tx, letter, owner, person)
    if told not in ANSWERS:
        raise Invalid(N_("There is no such answer."), "no_such_answer")
    if row.state not in ("handed_over", "accepted", "confirmed", "posted", "answered", "closed"):
        raise Conflict(N_("This letter has not gone out, so nobody can have answered it."), "not_gone")
    store.put_answer(tx, row.id, row.official, row.site, told, now)
    if row.state not in ("answered", "closed"):
        move(tx, row, "answer", now, "writer", person)


def responsiveness(tx: Tx, official: str) -> tuple[int, int] | None:
    """(answered, asked) of an official, once ENOUGH people have said; those who expected no answer do not count."""
    told = store.answers_about(tx, official)
    asked = sum(number for name, number in told.items() if name != "none_expected")
    return (told.get("answered", 0), asked) if asked >= ENOUGH else None


def responses(tx: Tx, named: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The same of several officials: those alone of whom enough have said."""
    told = {official: responsiveness(tx, official) for official in dict.fromkeys(named)}
    return {official: heard for official, heard in told.items() if heard is not None}


def trails(tx: Tx, rows: list[Row]) -> tuple[Trail, ...]:
    """Letters as their writers are told of them."""
    whys = store.last_whys(tx, [row.id for row in rows])
    return tuple(Trail(row.id, recipient_of(row).name or recipient_of(row).office, row.state, row.since, row.due, whys[row.id]) for row in rows)


def recipient_of(row: Row) -> Recipient:
    return msgspec.json.decode(row.recipient, type=Recipient)


def home_of(row: Row) -> Home:
    return msgspec.json.decode(row.home, type=Home)


# ── Those who look ───────────────────────────────────────────────────────────────────────────────────────────────────────


def read_frozen(tx: Tx, actor: Actor, letter: int, now: int) -> Row:
    """A held or frozen letter, whole. The reading is a row that its writer sees. Raises NotAllowed, NotFound for one that is not frozen."""
    row = get_letter(tx, letter)
    require_reader(actor, row.site)
    if not (row.state == "held" or row.frozen):
        raise NotFound(N_("This letter is not held, so nobody but its writer reads it."), "not_held")
    store.insert_reading(tx, new_id(now), row.id, actor.id, "command" if actor.door == "command" else "person", now)
    return row


def require_reader(actor: Actor, site: int) -> None:
    """Raises NotAllowed unless the actor may read held letters: moderators and admins, the two roles that this needs."""
    if actor.door != "command" and (actor.framed or not roles_on(actor, site) & {"moderator", "admin"} or not may(actor, "see_held", site)):
        raise NotAllowed(N_("Only a moderator or an admin may look at a letter that is held."), "not_staff")


def freeze(tx: Tx, actor: Actor, letter: int, why: str, now: int) -> None:
    """Stops a letter until a person has looked at it; its writer is told. Raises Conflict for one that has left."""
    row = get_letter(tx, letter)
    require_reader(actor, row.site)
    store.set_frozen(tx, row.id, 1)
    if row.state != "held":
        move(tx, row, "hold", now, "command" if actor.door == "command" else "person", actor.id, why)


def decide(tx: Tx, actor: Actor, letter: int, deed: str, why: str, now: int) -> LetterState:
    """release or refuse of a held letter. Raises NotAllowed, NotFound, Conflict."""
    row = get_letter(tx, letter)
    require_reader(actor, row.site)
    if deed not in ("release", "refuse"):
        raise Invalid(N_("A held letter is released or refused."), "no_such_event")
    store.set_frozen(tx, row.id, 0)
    return move(tx, row, deed, now, "command" if actor.door == "command" else "person", actor.id, why)


def waiting(tx: Tx, site: int | None, limit: int = 100) -> list[Row]:
    """Held letters, for the desk; without their text."""
    return store.frozen(tx, site, limit)


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def time_out(tx: Tx, now: int, limit: int = 100) -> int:
    """Moves on what has waited too long; how many."""
    rows = store.due(tx, now, limit)
    for row in rows:
        move(tx, row, "time", now, "time", why=WHY_TIME.get(row.state, ""))
    return len(rows)


def scrub(tx: Tx, now: int, limit: int = 200) -> int:
    """Empties letters 28 days after their last state; how many."""
    ids = store.to_scrub(tx, now - KEPT_AFTER, list(ENDS), limit)
    _empty(tx, ids, now)
    return len(ids)


def _empty(tx: Tx, ids: list[int], now: int) -> None:
    """Empties letters, and deletes what their writers were told of them: it quotes their words."""
    store.scrub(tx, ids, now)
    notices.forget_threads(tx, [(person, f"letter-{letter}") for letter, person in store.people_of(tx, ids)])


_DELIVERY = re.compile(rb"<letter\.([0-9a-f]{32})@")


def delivery_in(raw: bytes) -> str | None:
    """The delivery id in a mail that came back: it quotes the Message-ID of ours."""
    found = _DELIVERY.search(raw)
    return found.group(1).decode() if found else None


def reason_in(raw: bytes) -> str | None:
    """Why a mail has not arrived, as a report of the other server says; None for what is no such report: answers and delays quote us as well."""
    failed = [each.why for each in returned.read(raw) if each.failed]
    return (failed[0][:300] or N_("Their mail server sent it back.")) if failed else None


def bounced(tx: Tx, delivery: str, why: str | None, now: int) -> bool:
    """A mail of ours came back: the letter has not arrived. False where it is none of ours, is past that, or no reason tells of it."""
    row = store.letter_by_delivery(tx, delivery)
    if why is None or row is None or (row.state, "bounce") not in TRANSITIONS:
        return False
    move(tx, row, "bounce", now, "worker", why=why)
    return True
