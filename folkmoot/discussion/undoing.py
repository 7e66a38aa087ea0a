"""Takes an import out again, in short steps, replies before what they answer.

What somebody has answered since stays as a tombstone, so that the answer keeps its place; its words go. Votes and reports on
what leaves go with it. Stories and people leave when nothing else knows them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from msgspec import Struct

from folkmoot.discussion import store, store_imports
from folkmoot.discussion.comments import was_of
from folkmoot.discussion.staging import Progress
from folkmoot.discussion.store_export import OWN
from folkmoot.discussion.visibility import vanish
from folkmoot.errors import Conflict, NotFound, say
from folkmoot.people import arrivals as people
from folkmoot.sites import arrivals as stories
from folkmoot.sites.travelling import Room
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

STEP = 200
UNDONE = N_("The import that brought it was undone.")


class Undone(Struct):
    """What became of a batch: comments, stories and people that left; kept: comments that stay as tombstones under an answer."""

    batch: str
    comments: int = 0
    kept: int = 0
    votes: int = 0
    flags: int = 0
    stories: int = 0
    people: int = 0

    def add(self, other: Undone) -> None:
        """Counts what another step did."""
        for name in self.__struct_fields__[1:]:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def undo(db: Database, batch: int, now: int, progress: Progress = lambda what, share: None, rooms: Sequence[Room] = ()) -> Undone:
    """Undoes an import, or goes on with an undoing that was cut short. A story under which something of another room stands, stays.

    Raises NotFound, Conflict where it is undone already.
    """
    found = db.write_now(partial(_begin, batch=batch))
    done = Undone(str(batch))
    while _pass(db, found, now, done, progress):
        pass
    for what, step in (("stories", partial(_stories, rooms=rooms)), ("people", _people)):
        while (some := db.write_now(partial(step, batch=found))) is not None:
            done.add(some)
            progress(f"undoing {what}", 0.5)
    db.write_now(partial(store_imports.set_phase, batch=batch, phase="undone", ended=now))
    progress("undoing", 1.0)
    return done


def _pass(db: Database, batch: Row, now: int, done: Undone, progress: Progress) -> bool:
    """Goes once through the comments that are left, and takes out those below which no other of them stands. Whether some are left."""
    after, left = 0, False
    while ids := db.read_now(partial(store_imports.ids_of_batch, batch=batch.id, kind="comment", after=after, limit=STEP)):
        some, waiting = db.write_now(partial(_comments, batch=batch, ids=ids, now=now))
        done.add(some)
        left, after = left or waiting, ids[-1]
        progress("undoing comments", 0.5)
    return left


def _begin(tx: Tx, batch: int) -> Row:
    found = store_imports.batch_by_id(tx, batch)
    if found is None:
        raise NotFound(say("There is no import {batch}. `folkmoot import --list` names those that there are.", batch=batch), "no_such_batch", "batch")
    if found.phase == "undone":
        raise Conflict(say("The import {batch} is undone already.", batch=batch), "undone", "batch")
    store_imports.set_phase(tx, batch, "undoing")
    return found


def _comments(tx: Tx, batch: Row, ids: list[int], now: int) -> tuple[Undone, bool]:
    """Takes out what can be taken out of these; and whether others have to wait for those below them."""
    turns = {story: tx.hold(story) for story in store_imports.stories_of_comments(tx, ids)}
    answers = store_imports.answers(tx, ids)
    ours = store_imports.brought(tx, batch.id, [each for some in answers.values() for each in some])
    waiting = {comment for comment, below in answers.items() if not ours.isdisjoint(below)}
    ready = store_imports.with_what_hangs_on(tx, [each for each in ids if each not in waiting])
    going = [row for row in ready if row.id not in answers]
    for row in ready:
        if row.id in answers:
            store_imports.make_tombstone(tx, row.id, now)
            store.insert_decision(tx, new_id(now), row.id, "remove", None, "import", now, reason=UNDONE, was=was_of(row))
        if row.visible:
            vanish(tx, row, turns[row.story])
    _count_less(tx, ready, going)
    store_imports.delete_comments(tx, [row.id for row in going])
    store_imports.forget_keys(tx, batch.id, "comment", [each for each in ids if each not in waiting])
    votes, flags = sum(row.votes for row in going), sum(row.flags for row in going)
    return Undone("", comments=len(going), kept=len(ready) - len(going), votes=votes, flags=flags), bool(waiting)


def _count_less(tx: Tx, ready: list[Row], going: list[Row]) -> None:
    """Takes what readers no longer see, and the votes that go, from the numbers of their stories."""
    live = Counter(row.story for row in ready if row.visible and row.state == "published")
    votes: Counter[int] = Counter()
    for row in going:
        votes[row.story] += row.up + row.down
    for story in {row.story for row in ready}:
        store_imports.add_to_thread(tx, story, -live[story], -votes[story])
        if any(row.story == story and row.visible for row in going):
            store_imports.set_cleared(tx, story)
        tx.bump(story)


def _stories(tx: Tx, batch: Row, rooms: Sequence[Room]) -> Undone | None:
    ids = store_imports.ids_of_batch(tx, batch.id, "story", 0, STEP)
    done = Undone("")
    for story in ids:
        kept = store_imports.is_spoken_under(tx, story) or any(room.stands_under(tx, story) for room in rooms)
        if stories.leave(tx, story, batch.started, kept, own=batch.source == OWN):
            store_imports.delete_thread(tx, story)
            store_imports.forget_altogether(tx, "story", story)
            done.stories += 1
    store_imports.forget_keys(tx, batch.id, "story", ids)
    return done if ids else None


def _people(tx: Tx, batch: Row) -> Undone | None:
    ids = store_imports.ids_of_batch(tx, batch.id, "person", 0, STEP)
    done = Undone("")
    for person in ids:
        if not store_imports.speaks(tx, person) and people.leave(tx, person):
            store_imports.forget_altogether(tx, "person", person)
            done.people += 1
    store_imports.forget_keys(tx, batch.id, "person", ids)
    return done if ids else None
