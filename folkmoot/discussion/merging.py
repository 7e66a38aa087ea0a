"""The second stage of an import: what was staged goes into the data, in short steps between which others write.

Until a story is opened nobody sees what came for it. A step and how far it has come are written together, so a merge that was
cut short, by whatever, goes on where it stood.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import groupby, takewhile
from operator import attrgetter
from typing import TypeVar

from folkmoot.discussion import store_imports
from folkmoot.discussion import store_staging as staged
from folkmoot.discussion.settling import arriving_of
from folkmoot.discussion.staging import Progress
from folkmoot.discussion.threads import sort_keys
from folkmoot.discussion.visibility import reply_appeared
from folkmoot.errors import Conflict, say
from folkmoot.people import arrivals as people
from folkmoot.people.model import Person
from folkmoot.sites import arrivals as stories
from folkmoot.sites.model import Site
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

MOST = 500     # rows in a step
LONGEST = 0.05  # seconds that a step should take at most
PAUSE = 0.1     # of a step's time, left to others before the next
T = TypeVar("T")

# What is remembered of a comment that its source did not show: deed and reason.
_DECISIONS = {
    "spam": ("remove", N_("It was marked as spam where it came from.")),
    "deleted": ("remove", N_("It was deleted where it came from.")),
    "removed": ("remove", N_("It was removed where it came from.")),
    "unapproved": ("hold", N_("It had not been approved where it came from.")),
    "held": ("hold", N_("It was held where it came from.")),
    "withdrawn": ("withdraw", N_("Its writer took it back where it came from.")),
}


class Merge:
    """Takes a batch from its staging database into the data. now: when the batch began; every row that it brings remembers it."""

    keeps_ids = False  # whether comments must be called as they are

    def __init__(self, work: Database, main: Database, site: Site, batch: Row, progress: Progress) -> None:
        self.work = work
        self.main = main
        self.site = site
        self.batch: int = batch.id
        self.source: str = batch.source
        self.now: int = batch.started
        self.phase: str = batch.phase
        self.progress = progress

    def run(self, reached: int) -> None:
        """Merges from where it stood, then opens. Raises Conflict where somebody undoes it meanwhile."""
        counts = self.work.read_now(staged.counts)
        if counts is None:
            return
        if self.phase == "merging":
            self.before()
            self._in_steps("merging", reached, self.work.read_now(partial(staged.written, turn=reached)), counts.fresh, self._merge_some)
            self.after()
            self.enter("opening")
            reached = 0
        self._in_steps("opening", reached, self.work.read_now(partial(staged.opened, opens=reached)), counts.opening, self._open_some)

    def enter(self, phase: str, ended: int | None = None) -> None:
        """Goes over to another phase."""
        self.write(partial(store_imports.set_phase, batch=self.batch, phase=phase, ended=ended))
        self.phase = phase

    def write(self, act: Callable[[Tx], T], lane: int = 0) -> T:
        """Writes a step, unless somebody has begun to undo this import: on another machine, perhaps, where no lock tells of this one."""
        return self.main.write_now(partial(self._in_phase, act=act), lane=lane)

    def _in_phase(self, tx: Tx, act: Callable[[Tx], T]) -> T:
        if not store_imports.keep_phase(tx, self.batch, self.phase):
            words = say("Somebody has undone the import {batch} meanwhile. Nothing more of it comes in.", batch=self.batch)
            raise Conflict(words, "undone_meanwhile")
        return act(tx)

    def _in_steps(self, what: str, reached: int, done: int, total: int, step: Callable[[int, int], tuple[int, int]]) -> None:
        """Calls step(reached, limit) -> (reached, how many rows) until all is done; the limit follows from how long the steps take."""
        limit = MOST // 5
        while done < total:
            began = time.monotonic()
            reached, rows = step(reached, limit)
            took = time.monotonic() - began
            limit = max(10, min(MOST, int(limit * LONGEST / max(took, LONGEST / 4))))
            done += rows
            self.progress(what, done / total)
            time.sleep(took * PAUSE)
        self.progress(what, 1.0)

    # Stories and people: doing it twice is doing it once

    def before(self) -> None:
        self._merge_stories()
        self._merge_people()

    def after(self) -> None:
        """What hangs on comments, where a source has it."""

    def _merge_stories(self) -> None:
        after = 0
        while rows := self.work.read_now(partial(staged.leaders, after=after, limit=MOST // 5)):
            arriving = self.work.read_now(partial(_arriving, rows=rows, now=self.now))
            settled = self.write(partial(self._arrive, arriving=arriving))
            self.work.write_now(partial(_settle_stories, settled=settled))
            after = rows[-1].number

    def _arrive(self, tx: Tx, arriving: list[tuple[int, int, stories.Arriving, list[str]]]) -> list[tuple[int, int, int]]:
        """(leader, our id, whether it is new still) of each story: somebody may have taken one in meanwhile."""
        settled = []
        for leader, fresh, story, keys in arriving:
            found = stories.arrive(tx, self.site, story, self.now)
            self.remember(tx, "story", [(key, found) for key in keys])
            settled.append((leader, found, int(fresh and found == story.id)))
        return settled

    def _merge_people(self) -> None:
        after = 0
        while rows := self.work.read_now(partial(staged.people, after=after, limit=MOST)):
            self.write(partial(self._arrive_people, rows=[row for row in rows if row.fresh]))
            after = rows[-1].number

    def _arrive_people(self, tx: Tx, rows: list[Row]) -> None:
        people.arrive(tx, [(Person(row.person, "guest", row.name, row.created, None), row.skeleton) for row in rows])
        self.remember(tx, "person", [(row.key, row.person) for row in rows])

    def remember(self, tx: Tx, kind: str, keys: list[tuple[str, int]]) -> None:
        about = {"site": self.site.id, "source": self.source, "kind": kind, "batch": self.batch}
        store_imports.remember_keys(tx, [{**about, "source_id": key, "id": found} for key, found in keys])

    # Comments

    def _merge_some(self, reached: int, limit: int) -> tuple[int, int]:
        rows = self.work.read_now(partial(staged.to_merge, after=reached, limit=limit))
        try:
            self.write(partial(self._insert, rows=rows))
        except Conflict as conflict:
            if conflict.code == "undone_meanwhile":
                raise
            self._call_otherwise(rows)
            return reached, 0
        return rows[-1].turn, len(rows)

    def _call_otherwise(self, rows: list[Row]) -> None:
        """Gives other ids to comments whose ids somebody has here, as happens by chance. Raises Conflict where that is not what is in the way."""
        taken = self.main.read_now(partial(store_imports.taken, ids=[row.id for row in rows]))
        if not taken or self.keeps_ids:
            raise Conflict("Something that was to be imported is here already, though it was not a moment ago. Import again.", "taken_meanwhile")
        given = [{"number": row.number, "id": new_id(row.posted)} for row in rows if row.id in taken]
        self.work.write_now(partial(staged.set_ids, given=given))

    def _insert(self, tx: Tx, rows: list[Row]) -> None:
        store_imports.insert_comments(tx, [self.comment(row) for row in rows])
        self.decide(tx, rows)
        self.remember(tx, "comment", [(row.key, row.id) for row in rows])
        votes = Counter[int]()
        for row in rows:
            votes[row.story] += row.up + row.down
        for story, number in votes.items():
            if number:
                store_imports.add_to_thread(tx, story, 0, number)
        store_imports.set_reached(tx, self.batch, rows[-1].turn)

    def decide(self, tx: Tx, rows: list[Row]) -> None:
        """Remembers why comments are not shown that their source did not show."""
        store_imports.insert_decisions(tx, [_decision(row, self.now) for row in rows if row.state in _DECISIONS])

    def comment(self, row: Row) -> dict[str, object]:
        by_best, by_replies, by_hot = sort_keys(row.up, row.down, row.posted, row.replies)
        keys = {"by_best": by_best, "by_replies": by_replies, "by_hot": by_hot}
        return {**row._asdict(), **keys, "base_up": row.up, "base_down": row.down, "batch": self.batch, "merged_from": None}

    # Opening

    def _open_some(self, reached: int, limit: int) -> tuple[int, int]:
        """Opens the next comments of one story; of several together only where all of them are new, since nobody else waits for these."""
        rows = self.work.read_now(partial(staged.to_open, after=reached, limit=limit))
        some = list(takewhile(lambda row: row.story == rows[0].story or (rows[0].fresh and row.fresh), rows))
        self.write(partial(self._open, rows=some), lane=rows[0].story)
        return some[-1].opens, len(some)

    def _open(self, tx: Tx, rows: list[Row]) -> None:
        for story, some in groupby(rows, attrgetter("story")):
            self._open_in_story(tx, story, list(some))
        store_imports.set_reached(tx, self.batch, rows[-1].opens)

    def _open_in_story(self, tx: Tx, story: int, rows: list[Row]) -> None:
        moved = tx.hold(story)
        store_imports.open_comments(tx, [{"id": row.id, "moved": moved} for row in rows])
        for row in rows:
            if row.under:
                reply_appeared(tx, row.under, moved)
        store_imports.add_to_thread(tx, story, sum(row.state == "published" for row in rows), 0)
        tx.bump(story)


def _arriving(tx: Tx, rows: list[Row], now: int) -> list[tuple[int, int, stories.Arriving, list[str]]]:
    """(leader, whether it is new, story, keys) of those that are not left out."""
    found = []
    for row in rows:
        followers = staged.followers(tx, row.number)
        if not followers[0].left_out:
            story = arriving_of(followers, staged.addresses(tx, row.number), followers[0].story, now)
            found.append((row.number, followers[0].fresh, story, [each.key for each in followers]))
    return found


def _settle_stories(tx: Tx, settled: list[tuple[int, int, int]]) -> None:
    for leader, story, fresh in settled:
        staged.set_story(tx, leader, story, fresh)


def _decision(row: Row, now: int) -> dict[str, object]:
    deed, reason = _DECISIONS[row.state]
    return {"id": new_id(now), "comment": row.id, "deed": deed, "rule": row.state, "reason": reason, "at": now}
