"""Some readers are asked to rate a note: drawn by lot, with more weight on the thin side, at most once a week. The one sample an attacker
does not choose.

A draw is a row with its seed, its pool and how many of it sit on the thin side; `draw` is pure, so anybody with the rows can draw again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from folkmoot.notes import store_ratings, telling
from folkmoot.notes.model import AIMED_AT, ASKED_DAYS, DAY, Note
from folkmoot.notes.notes import get_note, require_proven
from folkmoot.people.model import Actor
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id

ASK = "note_ask"         # the job that draws
LASTS = 3 * DAY  # how long a question stands before another reader may be drawn instead
HERE_LATELY = 30 * DAY  # who has been seen so long ago may come back in time
RATED_BY = 3  # ratings from which a note is worth asking about; or nobody has rated it for a day
AT_ONCE = 20  # notes in one step


class Candidate(Struct, frozen=True):
    """Somebody who may be drawn. side: the sign of where they sit, 0 where nobody knows yet; voice: who is one with them, 0 nobody."""

    person: int
    side: int = 0
    voice: int = 0
    mail: bool = False


def draw(pool: Sequence[Candidate], supporters: int, wanted: int, seed: str) -> list[tuple[int, float]]:
    """(person, weight) of those drawn: `wanted` of them at most, one of each voice.

    supporters: the side on which most of the note's supporters sit (0: not known). Who sits on the other side weighs as much more as
    they are fewer, up to eight times. The draw is Efraimidis and Spirakis's: each gets u^(1/weight), the largest are drawn; u is
    SHA-256 of seed and person, so that the same pool and seed give the same people.
    """
    other = [each for each in pool if supporters and each.side == -supporters]
    thin = min(8.0, max(1.0, (len(pool) - len(other)) / len(other))) if other else 1.0
    keyed = []
    for each in pool:
        weight = thin if supporters and each.side == -supporters else 1.0
        keyed.append((_chance(seed, each.person) ** (1 / weight), each, weight))
    chosen: list[tuple[int, float]] = []
    voices: set[int] = set()
    for _, each, weight in sorted(keyed, key=lambda key: (-key[0], key[1].person)):
        if len(chosen) < wanted and each.voice not in voices:
            chosen.append((each.person, weight))
            voices |= {each.voice} - {0}
    return chosen


def _chance(seed: str, person: int) -> float:
    """A number between 0 and 1 that nobody can choose who does not choose the seed."""
    digest = hashlib.sha256(f"{seed}:{person}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 1) / (2**64 + 1)


def ask_readers(tx: Tx, secret: bytes, now: int) -> int:
    """Draws for the notes that want it, a step of AT_ONCE; how many readers were drawn.

    secret: of this server; the seed is made of it, the note and the time, so that who proposes or rates cannot choose who is drawn.
    """
    drawn = 0
    for number in store_ratings.contested(tx, RATED_BY, now - DAY, AT_ONCE):
        note = get_note(tx, number)
        answered, still_open = store_ratings.asked_tally(tx, note.revision, now)
        if answered + still_open < AIMED_AT:
            drawn += ask_about(tx, note, AIMED_AT - answered - still_open, secret, now)
    return drawn


def is_due(tx: Tx, now: int) -> bool:
    """Whether any note wants readers to be drawn."""
    return bool(store_ratings.contested(tx, RATED_BY, now - DAY, 1))


def ask_about(tx: Tx, note: Note, wanted: int, secret: bytes, now: int) -> int:
    """Draws readers for one note; how many."""
    rows = store_ratings.pool(tx, note.site, note.id, note.revision, note.person or 0, now - HERE_LATELY, now - ASKED_DAYS * DAY)
    writers = _voice_of(tx, note)
    pool = [_candidate(row) for row in rows if not writers or (row.voice or 0) != writers]
    if not pool:
        return 0
    supporters = _supporters(tx, note)
    seed = hashlib.blake2b(f"{note.id}:{note.revision}:{now}".encode(), key=secret[:64], digest_size=16).hexdigest()
    chosen = draw(pool, supporters, wanted, seed)
    number, thin = new_id(now), sum(bool(supporters) and each.side == -supporters for each in pool)
    store_ratings.insert_draw(tx, number, note.id, note.revision, seed, len(pool), thin, wanted, now)
    store_ratings.insert_asked(tx, number, note.id, note.revision, chosen, now, now + LASTS)
    by_mail = {each.person for each in pool if each.mail}
    for person, _ in chosen:
        if person in by_mail:
            telling.asked(tx, note, get_story(tx, note.story), person, now)
    return len(chosen)


def _voice_of(tx: Tx, note: Note) -> int:
    """The number of the voice that the note's writer is part of: their cluster is not asked."""
    seat = store_ratings.seats_for(tx, note.site, [note.person]).get(note.person) if note.person else None
    return int(seat.voice) if seat else 0


def _candidate(row: Row) -> Candidate:
    axis = row.axis or 0.0
    return Candidate(row.person, (axis > 0) - (axis < 0), row.voice or 0, bool(row.mail))


def _supporters(tx: Tx, note: Note) -> int:
    """The side on which most of those sit who find the note helpful: 1, -1, or 0 where that is not known."""
    for_it = [row.person for row in store_ratings.ratings_of(tx, note.revision) if row.level == 2]
    seats = store_ratings.seats_for(tx, note.site, for_it)
    lean = sum(int(seat.axis > 0) - int(seat.axis < 0) for seat in seats.values())
    return int(lean > 0) - int(lean < 0)


def asked_of(tx: Tx, actor: Actor, now: int) -> list[Row]:
    """What a reader was drawn to rate and has not yet: rows with note, story and at. Empty for who has proven no mailbox."""
    if actor.person is None or not actor.proven:
        return []
    return store_ratings.asked_to_rate(tx, actor.person.id, now)


def come_by(tx: Tx, actor: Actor, site: int, now: int) -> None:
    """Notes that a reader with a proven mailbox is here, so that the lot may draw them."""
    if actor.person is not None and actor.proven:
        store_ratings.see_reader(tx, site, actor.person.id, now)


def ask_by_mail(tx: Tx, actor: Actor, site: int, mail: bool, now: int) -> None:
    """Says whether one may be asked by mail. Raises NotSignedIn, NotAllowed."""
    person = require_proven(actor)
    store_ratings.set_mail(tx, site, person.id, mail, now)


def drawn_for(tx: Tx, note: int) -> list[Row]:
    """The draws for a note, oldest first: seed, pool, thin, aimed."""
    return store_ratings.draws_of(tx, note)
