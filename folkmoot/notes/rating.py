"""A reader says whether a note helps. One rating per person and revision: giving it again changes it."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, say
from folkmoot.notes import store_ratings
from folkmoot.notes.model import LEVELS, REASONS, REASONS_AGAINST, REASONS_FOR, Note
from folkmoot.notes.notes import require_proven, take
from folkmoot.people.model import Actor
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx

RATED = "note_rated"  # the job that reckons a note anew


def rate(tx: Tx, actor: Actor, note: int, level: str, reasons: Sequence[str], now: int, *, revision: int | None = None) -> Note:
    """Gives one's rating of a note (helpful, somewhat, unhelpful), with reasons; given again, the later one holds.

    revision: the number of the words that the reader saw; where they have been revised meanwhile, Conflict says so. Raises NotSignedIn,
    NotAllowed for one's own note, Invalid, NotFound.
    """
    person = require_proven(actor)
    if level not in LEVELS:
        raise Invalid(say("A rating is one of {levels}.", levels=tuple(LEVELS)), "bad_rating", "level")
    given = _reasons(level, reasons)
    found = take(tx, note)
    if found.state != "open":
        raise NotFound("There is no such note, or it is not shown.", "no_such_note")
    if found.person == person.id:
        raise NotAllowed("One’s own note is for others to judge.", "own_note")
    if revision is not None and revision != found.number:
        raise Conflict("The note has been revised since you read it. Read it again, then rate it.", "revised")
    asked = store_ratings.was_asked(tx, found.revision, person.id)
    store_ratings.put_rating(tx, note, found.revision, person.id, LEVELS[level], " ".join(given), asked, now)
    store_ratings.answer_asked(tx, found.revision, person.id, now)
    store_ratings.see_reader(tx, found.site, person.id, now)
    jobs.put(tx, RATED, {"note": found.id}, now, key=f"{RATED}:{found.id}")
    return found


def take_back(tx: Tx, actor: Actor, note: int, now: int) -> None:
    """Takes one's rating back."""
    person = require_proven(actor)
    found = take(tx, note)
    if store_ratings.delete_rating(tx, found.revision, person.id):
        jobs.put(tx, RATED, {"note": found.id}, now, key=f"{RATED}:{found.id}")


def _reasons(level: str, reasons: Sequence[str]) -> list[str]:
    """The reasons that fit a rating, each once. What speaks for a note does not go with "unhelpful", nor the other way."""
    unknown = [each for each in reasons if each not in REASONS]
    if unknown:
        raise Invalid(say("A reason is one of {reasons}.", reasons=REASONS), "bad_reason", "reasons")
    fits = {"helpful": REASONS_FOR, "unhelpful": REASONS_AGAINST, "somewhat": REASONS}[level]
    return [each for each in REASONS if each in reasons and each in fits]
