"""The open dump: what anybody needs to recompute every status. JSON Lines, gzipped, made once a day by the worker, 48 hours behind.

Who rated is told by a pseudonym: a keyed hash that is the same in every dump of a site and leads to nobody outside it. 48 hours, so that
nobody can rate after what the others will have said (research: Community Notes publishes so).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from folkmoot import __version__
from folkmoot.errors import Invalid, NotFound, say
from folkmoot.notes import store, store_dump, store_ratings
from folkmoot.notes.model import HOUR, LEVELS, MINUTE, Note
from folkmoot.notes.reckoning import constants
from folkmoot.notes.recomputing import Given, reckon
from folkmoot.sites.addresses import clean_host
from folkmoot.sites.sites import get_site, site_for
from folkmoot.sites.store import all_sites
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.web.words import machine

if TYPE_CHECKING:
    from folkmoot.notes.scoring import Judgement

MAKE = "note_dump"  # the job that makes a site's dump; payload: {"site"}
DELAY = 48 * HOUR
STEP = 200  # notes in a part
_LEVELS = {number: name for name, number in LEVELS.items()}


def pseudonym(secret: bytes, site: int, person: int | None) -> str | None:
    """A reader's name in the dumps of a site."""
    if person is None:
        return None
    return hashlib.blake2b(f"{site}:{person}".encode(), key=secret[:64], digest_size=10).hexdigest()


def make(db: Database, site: int, secret: bytes, now: int) -> int:
    """Makes a site's dump from one snapshot, and keeps its parts; how many. What is in it was reckoned from it alone."""
    packed = db.read_now(partial(_packed, site=site, secret=secret, now=now))
    for number, body in enumerate(packed):
        db.write_now(partial(keep_part, site=site, number=number, body=body, now=now))
    db.write_now(lambda tx: finish(tx, site, len(packed)))
    return len(packed)


class _Told(Struct):
    """What goes into a dump, reckoned. readers: (pseudonym, where they sat) in their order; judged: of notes by id; left_out: (note, person)."""

    notes: list[Note]
    readers: list[tuple[str, float]]
    votes: list[Row]
    judged: dict[int, Judgement]
    left_out: set[tuple[int, int]]


def _packed(tx: Tx, site: int, secret: bytes, now: int) -> list[bytes]:
    before = now - DELAY
    told = _reckoned(tx, site, secret, before)
    parts = [_pack(_opening(tx, site, secret, now, told))]
    for begin in range(0, len(told.notes), STEP):
        parts.append(_pack(_lines(tx, site, told, told.notes[begin : begin + STEP], secret, before)))
    return parts


def _pack(lines: Iterable[dict[str, object]]) -> bytes:
    return gzip.compress(b"".join(msgspec.json.encode(line) + b"\n" for line in lines), 9, mtime=0)


def _reckoned(tx: Tx, site: int, secret: bytes, before: int) -> _Told:
    """Notes older than the delay, reckoned from the ratings and votes older than it. Who is one voice with a note's writer is left out."""
    notes = [note for note in _all_notes(tx, site) if note.proposed < before and note.state != "held"]
    rows = [row for row in store_ratings.ratings_on_site(tx, site) if row.at < before and row.person != row.writer]
    votes = store_dump.votes_of_site(tx, site, before)
    counted = {note.id: number for number, note in enumerate(note for note in notes if note.state != "removed")}
    rows = [row for row in rows if row.note in counted]
    seats = {row.person: float(row.axis) for row in store_ratings.seats_of(tx, site)}
    people = sorted({row.person for row in (*rows, *votes)}, key=lambda person: pseudonym(secret, site, person) or "")
    numbers = {person: number for number, person in enumerate(people)}
    items = {comment: number for number, comment in enumerate(dict.fromkeys(row.comment for row in votes))}
    given = Given(
        [note.grade for note in notes if note.id in counted], [seats.get(person, 0.0) for person in people],
        [(counted[row.note], numbers[row.person], row.level, minutes_of(row), bool(row.asked), clock_of(row)) for row in rows],
        [(items[row.comment], numbers[row.person], row.value) for row in votes],
    )  # fmt: skip
    left_out = _friends(given, rows, numbers) if counted else set()
    given.ratings = [each for each, row in zip(given.ratings, rows, strict=True) if (row.note, row.person) not in left_out]
    judged = reckon(given).judgements if counted else ()
    readers = [(pseudonym(secret, site, person) or "", sat) for person, sat in zip(people, given.start, strict=True)]
    return _Told(notes, readers, votes, {note: judged[number] for note, number in counted.items()}, left_out)


def _all_notes(tx: Tx, site: int) -> Iterator[Note]:
    after = 0
    while some := store_dump.notes_of_site(tx, site, after, STEP):
        yield from some
        after = some[-1].id


def minutes_of(row: Row) -> float:
    """How long after its note a rating came, as the dump says it."""
    return round(float(row.at - row.proposed) / MINUTE, 3)


def clock_of(row: Row) -> float:
    """When it came, in minutes since 1970, as the dump says it."""
    return round(float(row.at) / MINUTE, 3)


def _friends(given: Given, rows: Sequence[Row], numbers: dict[int, int]) -> set[tuple[int, int]]:
    """(note, person) of ratings by whoever acts as one with the note's writer."""
    cluster = reckon(given).linked.cluster
    return {(row.note, row.person) for row in rows if row.writer in numbers and cluster[numbers[row.writer]] > 0
            and cluster[numbers[row.writer]] == cluster[numbers[row.person]]}  # fmt: skip


def _opening(tx: Tx, site: int, secret: bytes, now: int, told: _Told) -> Iterator[dict[str, object]]:
    """The first part: what the statuses were reckoned with, where readers sat, and the votes from which the axis was learned."""
    fit = store_ratings.last_fit(tx, site)
    yield {
        "kind": "parameters", "site": get_site(tx, site).host, "made": machine(now), "until": machine(now - DELAY), "version": __version__,
        "constants": constants(), "seed": 0, "fit": msgspec.Raw(fit.told.encode()) if fit else None, "recompute": "folkmoot notes recompute FILE",
        "license": "CC0-1.0",
    }  # fmt: skip
    for reader, start in told.readers:
        yield {"kind": "reader", "reader": reader, "start": start}
    for row in told.votes:
        yield {"kind": "vote", "voter": pseudonym(secret, site, row.person), "comment": str(row.comment), "value": row.value}


def _lines(tx: Tx, site: int, told: _Told, notes: Sequence[Note], secret: bytes, before: int) -> Iterator[dict[str, object]]:
    for note in notes:
        yield _note(tx, site, note, secret, told.judged.get(note.id))
    shown = {note.id: note for note in notes}
    for row in store_ratings.ratings_before(tx, list(shown), before):
        note = shown[row.note]
        counted = note.id in told.judged and row.revision == note.number and row.person != note.person and (note.id, row.person) not in told.left_out
        yield {
            "kind": "rating", "note": str(row.note), "revision": row.revision, "rater": pseudonym(secret, site, row.person), "level": row.level,
            "called": _LEVELS[row.level], "reasons": row.reasons.split(), "asked": bool(row.asked), "at": machine(row.at),
            "minutes": minutes_of(row), "clock": clock_of(row), "counted": counted,
        }  # fmt: skip
    for note in notes:
        yield from _history(tx, site, note, secret, before)


def _history(tx: Tx, site: int, note: Note, secret: bytes, before: int) -> Iterator[dict[str, object]]:
    """How a note has stood as the days went, and who was drawn to judge it."""
    for at in store.standings_of(tx, note.id, note.revision, 20):
        if at.at < before:
            yield {
                "kind": "standing", "note": str(note.id), "at": machine(at.at), "status": at.grade, "score": at.score, "low": at.low,
                "high": at.high, "axis": at.axis, "near": list(at.near), "far": list(at.far), "why": at.why,
            }  # fmt: skip
    for draw in store_ratings.draws_of(tx, note.id):
        if draw.at < before:
            asked = [pseudonym(secret, site, row.person) for row in store_ratings.asked_of(tx, draw.id)]
            yield {"kind": "draw", "note": str(note.id), "at": machine(draw.at), "seed": draw.seed, "pool": draw.pool, "thin": draw.thin,
                   "aimed": draw.aimed, "drawn": asked}  # fmt: skip


def _note(tx: Tx, site: int, note: Note, secret: bytes, judged: Judgement | None) -> dict[str, object]:
    """status: the grade that it has on the site, from which the reckoning began; reckoned: what comes out of this dump alone."""
    found = None if judged is None else {
        "status": judged.status, "why": judged.why, "score": judged.score, "low": judged.low, "high": judged.high, "axis": judged.axis,
    }  # fmt: skip
    return {
        "kind": "note",
        "id": str(note.id),
        "story": get_story(tx, note.story).address,
        "comment": str(note.comment) if note.comment else None,
        "about": note.kind,
        "text": note.text if note.state == "open" else "",
        "sources": [source.url for source in note.sources] if note.state == "open" else [],
        "revision": note.number,
        "state": note.state,
        "status": note.grade,
        "since": machine(note.graded),
        "reckoned": found,
        "ruling": note.ruling,
        "proposed": machine(note.proposed),
    }


def keep_part(tx: Tx, site: int, number: int, body: bytes, now: int) -> None:
    """Keeps a part of today's dump in the place of yesterday's."""
    store_dump.put_part(tx, site, number, base64.b64encode(body).decode(), now)


def finish(tx: Tx, site: int, parts: int) -> None:
    """Forgets what an earlier, longer dump had more."""
    store_dump.delete_parts(tx, site, parts)


def parts(tx: Tx, host: str | None) -> list[bytes]:
    """The packed parts of a site's last dump, to be sent one after another. Raises NotFound for an unknown site, Invalid where it must be named."""
    if host is None:
        sites = all_sites(tx)
        if len(sites) != 1:
            raise Invalid("There are several sites here. Say which: ?site=its host.", "which_site", "site")
        site = sites[0].id
    else:
        found = site_for(tx, clean_host(host))
        if found is None:
            raise NotFound(say("{host} is not a site that this server speaks for.", host=host), "no_such_site", "site")
        site = found.id
    return [base64.b64decode(body) for body in store_dump.parts_of(tx, site)]
