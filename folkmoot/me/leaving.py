"""How a person leaves: at once nobody knows them any more, then each room lets go of what is theirs, in steps.

Name, mailboxes and sign-ins go in the transaction that begins it; a job goes through the rooms (parts.py), and when that is done the
database is swept, so that nothing of it stands in the file either.
"""

from __future__ import annotations

from typing import Any, get_args

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, say
from folkmoot.me.parts import PARTS
from folkmoot.people import store, store_belongings
from folkmoot.people.belongings import Words
from folkmoot.people.devices import is_fresh
from folkmoot.people.model import Actor
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx

KIND = "erase"           # the job; payload: {"people": [ids], "words": "stay" or "go"}
SWEEP = "sweep"          # the job that has the database leave nothing of what was deleted
DAY = 86_400_000
SWEPT_AT = 2 * 3_600_000  # of the day, UTC: when fewest people wait


def leave(tx: Tx, actor: Actor, words: str, now: int) -> None:
    """Erases oneself. Raises NotSignedIn, NotAllowed unless one has just proven who one is, Conflict for the last admin."""
    if actor.person is None:
        raise NotSignedIn("Nobody is signed in, so there is nobody to erase. Sign in first.", "not_signed_in")
    if not is_fresh(tx, actor, now):
        raise NotAllowed("This cannot be undone, so prove first that it is you: sign in again, then do it within ten minutes.", "not_fresh")
    erase(tx, actor, actor.person.id, words, now)


def erase(tx: Tx, actor: Actor, person: int, words: str, now: int) -> list[int]:
    """Begins to erase a person with the guests whom they have claimed; the ids. For the person themselves and the command line.

    Raises NotAllowed, NotFound, Invalid for other words than "stay" and "go", Conflict for the last admin of the server.
    """
    if actor.door != "command" and actor.id != person:
        raise NotAllowed("Only the person themselves may do this, or the operator.", "not_yours")
    if words not in get_args(Words):
        raise Invalid(say("What you wrote can {choices}.", choices=" or ".join(get_args(Words))), "bad_choice", "words")
    if not store_belongings.is_there(tx, person):
        raise NotFound("There is no such person.", "no_such_person")
    _require_another_admin(tx, actor, person)
    people = [person, *store_belongings.guests_of(tx, person)]
    _forget_copies(tx, people, now)
    for each in people:
        store_belongings.let_go(tx, each, now)
    jobs.put(tx, KIND, {"people": people, "words": words}, now, key=f"{KIND}:{person}")
    return people


def _require_another_admin(tx: Tx, actor: Actor, person: int) -> None:
    if actor.door != "command" and (0, "admin") in store.roles(tx, [person])[person] and store.admins_of_all(tx) == 1:
        raise Conflict("You are the last admin of this server. Make somebody else admin first.", "last_admin")


def _forget_copies(tx: Tx, people: list[int], now: int) -> None:
    """What holds a name or a mailbox in a body of its own: waiting mails, letters and reports of nobody's, answers kept for repeats."""
    for person in people:
        for mailbox in store_belongings.mailboxes(tx, person):
            for forget in (part.forget_mailbox for part in PARTS if part.forget_mailbox):
                forget(tx, mailbox, now)
        store_belongings.forget_answers(tx, person)


def step(tx: Tx, payload: dict[str, Any], now: int) -> int:
    """A step of what is left to do, room by room; 0 when nothing is, and then the database is to be swept."""
    for person in payload["people"]:
        for part in PARTS:
            if done := part.erase(tx, person, payload["words"], now):
                return done
    jobs.put(tx, SWEEP, {}, now, run_after=_at_night(now), key=SWEEP)
    return 0


def _at_night(now: int) -> int:
    tonight = now - now % DAY + SWEPT_AT
    return tonight if tonight > now else tonight + DAY
