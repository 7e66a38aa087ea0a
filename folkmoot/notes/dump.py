"""The open dump: what anybody needs to recompute every status. JSON Lines, gzipped, made once a day by the worker, 48 hours behind.

Who rated is told by a pseudonym: a keyed hash that is the same in every dump of a site and leads to nobody outside it. 48 hours, so that
nobody can rate after what the others will have said (research: Community Notes publishes so).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from folkmoot.errors import Invalid, NotFound, say
from folkmoot.notes import store, store_dump, store_ratings
from folkmoot.notes.model import HOUR, LEVELS, Note
from folkmoot.sites.addresses import clean_host
from folkmoot.sites.sites import get_site, site_for
from folkmoot.sites.store import all_sites
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Database, Tx
from folkmoot.web.words import machine

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
    """Makes a site's dump, part by part, each in a transaction of its own; how many parts."""
    opening = db.read_now(lambda tx: make_opening(tx, site, secret, now))
    db.write_now(lambda tx: keep_part(tx, site, 0, opening, now))
    number, after = 1, 0
    while found := db.read_now(partial(make_part, site=site, after=after, secret=secret, now=now)):
        body, after = found
        db.write_now(partial(keep_part, site=site, number=number, body=body, now=now))
        number += 1
    db.write_now(lambda tx: finish(tx, site, number))
    return number


def make_part(tx: Tx, site: int, after: int, secret: bytes, now: int) -> tuple[bytes, int] | None:
    """The lines about the next notes of a site, packed, and the last note's id. None where there are no more."""
    notes = store_dump.notes_of_site(tx, site, after, STEP)
    if not notes:
        return None
    before = now - DELAY
    told = [note for note in notes if note.proposed < before and note.state != "held"]
    lines = b"".join(msgspec.json.encode(line) + b"\n" for line in _lines(tx, site, told, secret, before))
    return gzip.compress(lines, 9, mtime=0), notes[-1].id


def make_opening(tx: Tx, site: int, secret: bytes, now: int) -> bytes:
    """The first part: what the statuses were reckoned with, and the votes from which the axis was learned."""
    before = now - DELAY
    fit = store_ratings.last_fit(tx, site)
    opening: dict[str, object] = {
        "kind": "parameters",
        "site": get_site(tx, site).host,
        "made": machine(now),
        "until": machine(before),
        "fit": msgspec.Raw(fit.told.encode()) if fit else None,
        "license": "CC0-1.0",
    }
    votes = (
        {"kind": "vote", "voter": pseudonym(secret, site, row.person), "comment": str(row.comment), "value": row.value}
        for row in store_dump.votes_of_site(tx, site, before)
    )
    return gzip.compress(b"".join(msgspec.json.encode(line) + b"\n" for line in (opening, *votes)), 9, mtime=0)


def _lines(tx: Tx, site: int, notes: Sequence[Note], secret: bytes, before: int) -> Iterator[dict[str, object]]:
    for note in notes:
        yield _note(tx, site, note, secret)
    for row in store_ratings.ratings_before(tx, [note.id for note in notes], before):
        yield {
            "kind": "rating",
            "note": str(row.note),
            "revision": row.revision,
            "rater": pseudonym(secret, site, row.person),
            "level": row.level,
            "called": _LEVELS[row.level],
            "reasons": row.reasons.split(),
            "asked": bool(row.asked),
            "at": machine(row.at),
        }
    for note in notes:
        for at in store.standings_of(tx, note.id, note.revision, 20):
            if at.at < before:
                yield {
                    "kind": "standing",
                    "note": str(note.id),
                    "at": machine(at.at),
                    "status": at.grade,
                    "score": at.score,
                    "low": at.low,
                    "high": at.high,
                    "axis": at.axis,
                    "near": list(at.near),
                    "far": list(at.far),
                    "why": at.why,
                }
        for draw in store_ratings.draws_of(tx, note.id):
            if draw.at < before:
                asked = [pseudonym(secret, site, row.person) for row in store_ratings.asked_of(tx, draw.id)]
                yield {"kind": "draw", "note": str(note.id), "at": machine(draw.at), "seed": draw.seed, "pool": draw.pool, "thin": draw.thin,
                       "aimed": draw.aimed, "drawn": asked}  # fmt: skip


def _note(tx: Tx, site: int, note: Note, secret: bytes) -> dict[str, object]:
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
