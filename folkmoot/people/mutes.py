"""Whom and which words somebody does not want to read: kept with the account, applied when they read, seen by nobody else."""

from __future__ import annotations

from folkmoot.errors import Conflict, Invalid, NotFound, NotSignedIn, say
from folkmoot.people import store, store_mutes
from folkmoot.people.model import Actor, Mute
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import parse_id

MOST = 200
MAX_WORD = 60


def mutes_of(tx: Tx, actor: Actor) -> list[Mute]:
    """One's mutes, the oldest first; none for somebody unknown."""
    return store_mutes.mutes(tx, actor.id) if actor.id else []


def mute_person(tx: Tx, actor: Actor, person: int, now: int) -> list[Mute]:
    """Mutes somebody; twice is once. Raises NotSignedIn, NotFound, Invalid for oneself, Conflict where there are too many."""
    if person == actor.id:
        raise Invalid("This is you. Others can be muted.", "mutes_oneself", "person")
    if store.person_by_id(tx, person) is None:
        raise NotFound("There is no such person.", "no_such_person", "person")
    return _mute(tx, actor, Mute("person", str(person), now))


def mute_word(tx: Tx, actor: Actor, word: str, now: int) -> list[Mute]:
    """Mutes a word or a phrase, whatever its case. Raises NotSignedIn, Invalid, Conflict where there are too many."""
    cleaned = " ".join(word.split())
    if not 2 <= len(cleaned) <= MAX_WORD or not cleaned.isprintable():
        raise Invalid(say("A muted word has 2 to {most} letters.", most=MAX_WORD), "bad_word", "word")
    return _mute(tx, actor, Mute("word", cleaned, now))


def _mute(tx: Tx, actor: Actor, mute: Mute) -> list[Mute]:
    person = _own(actor)
    if len(store_mutes.mutes(tx, person)) >= MOST:
        raise Conflict(say("You mute {most} people and words already. Take one off the list first.", most=MOST), "too_many_mutes")
    store_mutes.insert_mute(tx, person, mute)
    return store_mutes.mutes(tx, person)


def unmute(tx: Tx, actor: Actor, kind: str, subject: str) -> list[Mute]:
    """Takes a mute back. Raises NotSignedIn, NotFound."""
    person = _own(actor)
    if not store_mutes.delete_mute(tx, person, kind, subject):
        raise NotFound("This is not muted.", "not_muted")
    return store_mutes.mutes(tx, person)


def names_of(tx: Tx, mutes: list[Mute]) -> dict[str, str]:
    """Muted people by their id, with the name that they have now; "" for one who has left."""
    people = {mute.subject: store.person_by_id(tx, parse_id(mute.subject) or 0) for mute in mutes if mute.kind == "person"}
    return {subject: person.name if person else "" for subject, person in people.items()}


def _own(actor: Actor) -> int:
    if actor.id is None:
        raise NotSignedIn("Nobody is signed in, so there is nobody to keep this for. Sign in first.", "not_signed_in")
    return actor.id
