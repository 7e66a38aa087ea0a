"""Joins the talk of two stories, and parts it again, in short steps between which others read and write.

A step moves comments with all that hangs on them and says under which story they were posted. Who answers a moved comment meanwhile
answers it where it stands; when the two are parted, answers go along with what they answer. Cut short and begun again it
goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec import Struct

from folkmoot.discussion import store_joining as store
from folkmoot.discussion.staging import Progress
from folkmoot.discussion.store_imports import add_to_thread
from folkmoot.errors import Conflict
from folkmoot.people.model import Actor
from folkmoot.sites import merging
from folkmoot.storage.database import Database, Row, Tx

STEP = 400
Pick = Callable[[Tx, int, int, int], list[Row]]


class Joined(Struct, frozen=True):
    """What was done: from which story to which, and how many comments moved."""

    story: str
    into: str
    comments: int


def merge(db: Database, actor: Actor, story: int, into: int, reason: str, now: int, progress: Progress = lambda what, share: None) -> Joined:
    """Merges a story into another. Raises Conflict where that was done already, and what sites.merging.merge raises."""
    before = db.read_now(partial(merging.own, story=story)).merged_into
    target = db.write_now(partial(merging.merge, actor=actor, story=story, into=into, reason=reason, now=now))
    moved = _all(db, store.under, story, target, story, progress)
    if before == target and not moved:
        raise Conflict("These two stories were merged already.", "merged_already")
    return Joined(str(story), str(target), moved)


def part(db: Database, actor: Actor, story: int, reason: str, now: int, progress: Progress = lambda what, share: None) -> Joined:
    """Takes a merging back. Raises Conflict where there is none to take back."""
    left = db.write_now(partial(merging.part, actor=actor, story=story, reason=reason, now=now)) or db.read_now(partial(store.elsewhere, story=story))
    if not left:
        raise Conflict("This story was not merged into another.", "not_merged")
    moved = _all(db, store.posted_under, left, story, None, progress)
    moved += _all(db, store.answering, left, story, None, progress)
    return Joined(str(left), str(story), moved)


def _all(db: Database, pick: Pick, from_: int, to: int, said: int | None, progress: Progress) -> int:
    """Moves all that is picked, step by step; how many. said: under which story they were posted, None for the one they go to."""
    moved = 0
    while some := db.write_now(partial(_step, pick=pick, from_=from_, to=to, said=said), lane=to):
        moved += some
        progress("moving", 0.5)
    progress("moving", 1.0)
    return moved


def _step(tx: Tx, pick: Pick, from_: int, to: int, said: int | None) -> int:
    turns = {story: tx.hold(story) for story in sorted((from_, to))}
    rows = pick(tx, from_, to, STEP)
    if not rows:
        return 0
    store.move(tx, [row.id for row in rows], to, said, turns[to])
    live = sum(bool(row.visible) and row.state == "published" for row in rows)
    votes = sum(row.up + row.down for row in rows)
    add_to_thread(tx, from_, -live, -votes)
    add_to_thread(tx, to, live, votes)
    tx.bump(from_)
    tx.bump(to)
    return len(rows)
