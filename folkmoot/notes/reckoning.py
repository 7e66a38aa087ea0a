"""The worker's reckoning: ratings and votes are read, scored outside any transaction, and each note is put where it stands.

The last whole reckoning of each site stays in memory, so that a new rating re-solves its note at once, with readers as they were. Who restarts
reckons the site whole first. numpy comes in only here: the serving process does not know it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from folkmoot.notes import alarms, store, store_ratings
from folkmoot.notes.model import HEAD, MINUTE, Note, Standing
from folkmoot.notes.rating import RATED
from folkmoot.notes.standing import rises_at, stand
from folkmoot.storage import jobs
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.logs import log

if TYPE_CHECKING:
    from folkmoot.notes.scoring import Judgement, Scored

FIT = "note_fit"        # the job that reckons a site whole; payload: {"site"}
EVERY = 10 * MINUTE     # how often the sites are looked at for new ratings
STEP = 100              # notes, or readers, that are written in one transaction
EARLY = 20              # readers under whom the axis is mostly noise, and no alarm is raised (scoring.EARLY)
CAMPAIGNS = ("campaign_for", "campaign_against", "burst_against")


class Kept(Struct):
    """The last reckoning of a site. people, notes: their numbers in it, which stay theirs as long as the program runs."""

    people: dict[int, int]
    notes: dict[int, int]
    scored: Scored | None = None


class Reckoner:
    """Reckons; remembers the last whole reckoning of each site."""

    def __init__(self) -> None:
        self._kept: dict[int, Kept] = {}

    def rated(self, db: Database, told: dict[str, Any], now: int) -> None:
        """One note after a new rating."""
        note = db.read_now(lambda tx: store.note_by_id(tx, int(told["note"])))
        if note is None or note.state != "open":
            return
        kept = self._kept.get(note.site)
        if kept is None or kept.scored is None or note.id not in kept.notes:
            self.fit(db, {"site": note.site}, now)
            return
        judged = self._one(db, kept, note)
        db.write_now(partial(self._stand, note=note, judged=judged, now=now), lane=note.story)

    def _one(self, db: Database, kept: Kept, note: Note) -> Judgement:
        import numpy as np

        from folkmoot.notes.scoring import rescore_note

        rows = [row for row in db.read_now(lambda tx: store_ratings.ratings_of(tx, note.revision)) if row.person != note.person]
        assert kept.scored is not None
        return rescore_note(
            kept.scored, np.array([kept.people.get(row.person, -1) for row in rows], np.int64), np.array([row.level for row in rows], np.int64),
            np.array([bool(row.asked) for row in rows], bool), note=kept.notes[note.id], before=note.grade,
        )  # fmt: skip

    def fit(self, db: Database, told: dict[str, Any], now: int) -> None:
        """A whole site."""
        site = int(told["site"])
        rows, votes, notes = db.read_now(partial(_learned, site=site))
        if not notes:
            return
        kept = self._kept.setdefault(site, Kept({}, {}))
        for note in notes:
            kept.notes.setdefault(note.id, len(kept.notes))
        for row in (*rows, *votes):
            kept.people.setdefault(row.person, len(kept.people))
        self._score(kept, rows, votes, notes)
        assert kept.scored is not None
        at = now
        for begin in range(0, len(notes), STEP):
            some = [(note, kept.scored.judgements[kept.notes[note.id]]) for note in notes[begin : begin + STEP]]
            db.write_now(partial(self._stand_all, some=some, now=at))
        seats = _seats(kept)
        for begin in range(0, len(seats), STEP * 5):
            db.write_now(partial(store_ratings.replace_seats, site=site, seats=seats[begin : begin + STEP * 5]))
        db.write_now(partial(self._remember, site=site, kept=kept, now=at))

    def _remember(self, tx: Tx, site: int, kept: Kept, now: int) -> None:
        """Keeps what the reckoning was, and raises the alarm where its axis is none."""
        assert kept.scored is not None
        fit, electorate = new_id(now), kept.scored.electorate
        store_ratings.insert_fit(tx, fit, site, now, _told(kept))
        if electorate.hijacked and electorate.raters >= EARLY:
            alarms.raise_alarm(tx, site, fit, electorate.likeness, now)

    def _score(self, kept: Kept, rows: Sequence[Row], votes: Sequence[Row], notes: Sequence[Note]) -> None:
        """Scores; whoever turns out to be one voice with a note's writer is left out, and it is scored again."""
        from folkmoot.notes.scoring import score

        by_number = sorted(notes, key=lambda note: kept.notes[note.id])
        before = {kept.notes[note.id]: note.grade for note in by_number}
        grades = [before.get(number, "proposed") for number in range(len(kept.notes))]
        counted = [row for row in rows if row.person != row.writer]
        kept.scored = score(_ratings(kept, counted, votes), kept.scored, grades)
        cluster = kept.scored.linked.cluster
        friends = [row for row in counted if row.writer in kept.people and cluster[kept.people[row.writer]] > 0
                   and cluster[kept.people[row.writer]] == cluster[kept.people[row.person]]]  # fmt: skip
        if friends:
            left = [row for row in counted if row not in friends]
            kept.scored = score(_ratings(kept, left, votes), kept.scored, grades)

    def _stand_all(self, tx: Tx, some: Sequence[tuple[Note, Judgement]], now: int) -> None:
        for note, judged in some:
            self._stand(tx, note, judged, now)

    def _stand(self, tx: Tx, note: Note, judged: Judgement, now: int) -> None:
        """Puts a note where it stands; comes back when one that has to dwell is due to rise."""
        found = stand(tx, note.id, note.revision, standing_of(judged, now))
        if found is None:
            return
        arranged = judged.why in CAMPAIGNS
        if arranged != (found.campaign is not None):
            store.set_campaign(tx, found.id, now if arranged else None)
            if arranged:
                log.warning("Ratings of a note look arranged", extra={"about": {"note": found.id, "why": judged.why}})
        due = rises_at(tx, found)
        if due is not None and judged.status in HEAD:
            jobs.put(tx, RATED, {"note": found.id}, now, run_after=max(due, now + 1), key=f"{RATED}:{found.id}")


def standing_of(judged: Judgement, now: int) -> Standing:
    """What a reckoning says of a note, as notes keep it."""
    return Standing(
        judged.status, now, judged.score, judged.low, judged.high, judged.axis, judged.ratings, judged.near, judged.far, judged.missing,
        judged.one_sided, judged.why,
    )  # fmt: skip


def _learned(tx: Tx, site: int) -> tuple[list[Row], list[Row], list[Note]]:
    """A site's ratings, the votes under its stories that have notes, and its notes."""
    notes = [note for note in store.notes_of_site(tx, site) if note.state == "open"]
    votes = store_ratings.votes_of_stories(tx, sorted({note.story for note in notes}))
    return store_ratings.ratings_on_site(tx, site), votes, notes


def _ratings(kept: Kept, rows: Sequence[Row], votes: Sequence[Row]) -> Any:
    """Ratings and votes as arrays."""
    from folkmoot.notes.bridging import ratings_of, with_votes

    known = [row for row in rows if row.note in kept.notes]
    given = ratings_of(
        [kept.notes[row.note] for row in known], [kept.people[row.person] for row in known], [row.level for row in known],
        [(row.at - row.proposed) / MINUTE for row in known], [bool(row.asked) for row in known],
        [row.at / MINUTE for row in known], notes=len(kept.notes), raters=len(kept.people),
    )  # fmt: skip
    if not votes:
        return given
    items = {comment: number for number, comment in enumerate(sorted({row.comment for row in votes}))}
    return with_votes(given, [items[row.comment] for row in votes], [kept.people[row.person] for row in votes], [row.value for row in votes])


def _seats(kept: Kept) -> list[dict[str, object]]:
    """Where each reader sits, for the lot."""
    assert kept.scored is not None
    found, cluster = kept.scored.fit, kept.scored.linked.cluster
    return [
        {"person": person, "lenience": float(found.rater_intercept[at]), "axis": float(found.rater_factor[at]), "weight": 1.0,
         "voice": int(cluster[at]) if at < len(cluster) else 0}
        for person, at in kept.people.items() if at < len(found.rater_factor)
    ]  # fmt: skip


def _told(kept: Kept) -> str:
    """What the fit was, for the dump and for whoever asks why."""
    assert kept.scored is not None
    found, readers = kept.scored.fit, kept.scored.electorate
    return msgspec.json.encode({
        "seed": 0, "mu": float(found.mu), "loss": float(found.loss), "gap": float(found.gap), "readers": readers.raters, "thin": readers.thin,
        "divided": readers.divided, "likeness": readers.likeness, "one_sided": readers.one_sided, "hijacked": readers.hijacked,
        "rings": len(kept.scored.linked.evidence), "constants": constants(),
    }).decode()  # fmt: skip


def constants() -> dict[str, float]:
    """Every number by which the scorer decides, by its name there."""
    from folkmoot.notes import bridging, rings, scoring

    named = {f"{module.__name__.rpartition('.')[2]}.{name}": value for module in (bridging, rings, scoring) for name, value in vars(module).items()}
    return {name: value for name, value in named.items() if name.rpartition(".")[2].isupper() and isinstance(value, (int, float))}


def fits_due(tx: Tx, sites: Sequence[int], now: int) -> int:
    """Has sites reckoned whole that got ratings since their last reckoning; 0, since nothing is left to do."""
    for site in sites:
        last = store_ratings.last_fit(tx, site)
        if store_ratings.last_rating(tx, site) > (last.at if last else 0):
            jobs.put(tx, FIT, {"site": site}, now, key=f"{FIT}:{site}")
    return 0
