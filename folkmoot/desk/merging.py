"""Joins two stories with all that readers did under them, and parts them again, in short steps between which others read and write.

Where a story leads is said at once, in one transaction with a job that brings the rest along: whoever began may be cut short, the worker
goes on. Steps follow from the story's own row and from where things stand, so they can be done twice, and by two at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct

from folkmoot.action.belongings import MOVED as ACTION
from folkmoot.desk.belongings import MOVED as DESK
from folkmoot.discussion import store_joining
from folkmoot.discussion.belongings import MOVED as DISCUSSION
from folkmoot.errors import Conflict
from folkmoot.notes.belongings import MOVED as NOTES
from folkmoot.people.model import Actor
from folkmoot.sites import merging, store_merging
from folkmoot.sites.keeping import Kept
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Database, Tx

MOVED: tuple[Kept, ...] = (*DISCUSSION, *DESK, *NOTES, *ACTION)
KIND = "story_moved"
MOST_LEFT = 10_000  # jobs that are looked at

Progress = Callable[[str, float], None]  # what is being moved, and how much of all is, 0 to 1


class Joined(Struct, frozen=True):
    """What was done: from which story to which, and how many comments moved."""

    story: str
    into: str
    comments: int


def begin_merge(tx: Tx, actor: Actor, story: int, into: int, reason: str, now: int) -> int:
    """Has a story lead to another, and all of it follow; gives that one's id. Raises Conflict and what sites.merging.merge raises."""
    require_fit(tx, actor, story, into)
    target = merging.merge(tx, actor, story, into, reason, now)
    _put(tx, story, target, now)
    return target


def require_fit(tx: Tx, actor: Actor, story: int, into: int) -> None:
    """Raises what begin_merge would raise, and changes nothing. Who is still being merged there may be merged there again."""
    before = merging.own(tx, story).merged_into
    if before is None and (left_elsewhere(tx, story) or _is_left(tx, story) or _is_left(tx, get_story(tx, into).id)):
        raise Conflict("This story is still being parted from another one. Try again in a minute.", "still_parting")
    if before == merging.require_fit(tx, actor, story, into) and not still_moving(tx, story):
        raise Conflict("These two stories were merged already.", "merged_already")


def counted(tx: Tx, story: int, into: int) -> list[tuple[str, int]]:
    """What would go along, by kind: those of which there are any, and how many, at most keeping.MOST_COUNTED."""
    return [(each.name, number) for each in MOVED if (number := each.count(tx, story, into))]


def still_moving(tx: Tx, story: int) -> bool:
    """Whether a story that was merged or parted is still being brought along."""
    return jobs.waits(tx, _key(story))


def begin_part(tx: Tx, actor: Actor, story: int, reason: str, now: int) -> int:
    """Takes a merging back; gives the story that it led to. Raises Conflict where there is none to take back."""
    left = merging.part(tx, actor, story, reason, now)
    if not left:
        raise Conflict("This story was not merged into another.", "not_merged")
    _put(tx, story, left, now)
    return left


def left_elsewhere(tx: Tx, story: int) -> bool:
    """Whether something still stands under another story that belongs to this one."""
    return store_merging.has_moved(tx, story) or store_joining.posted_elsewhere(tx, story)


def _is_left(tx: Tx, story: int) -> bool:
    """Whether another one is still being parted from a story: what is that one's would be carried off with it."""
    told = [each.payload for each in jobs.waiting(tx, KIND, MOST_LEFT) if each.payload["other"] == story]
    return any(merging.own(tx, int(str(each["story"]))).merged_into != story for each in told)


def _key(story: int) -> str:
    return f"{KIND}:{story}"


def _put(tx: Tx, story: int, other: int, now: int) -> None:
    jobs.put(tx, KIND, {"story": story, "other": other}, now, key=_key(story))


def step(tx: Tx, told: dict[str, Any], now: int) -> int:
    """Brings some of what stands in the wrong place to the right one; how much. What the job does."""
    story, other = int(told["story"]), int(told["other"])
    leads = merging.own(tx, story).merged_into
    if leads == other:
        return next((moved for each in MOVED if (moved := each.go(tx, story, other, now))), 0)
    if leads is None:
        return next((moved for each in MOVED if (moved := each.back(tx, other, story, now))), 0)
    return 0


def merge(db: Database, actor: Actor, story: int, into: int, reason: str, now: int, progress: Progress = lambda what, share: None) -> Joined:
    """Merges a story into another and sees it through. Raises what begin_merge raises."""
    target = db.write_now(partial(begin_merge, actor=actor, story=story, into=into, reason=reason, now=now))
    _see_through(db, story, target, now, progress)
    moved = db.read_now(lambda tx: store_joining.counted(tx, target, story))
    return Joined(str(story), str(target), moved)


def part(db: Database, actor: Actor, story: int, reason: str, now: int, progress: Progress = lambda what, share: None) -> Joined:
    """Parts a story from the one that it was merged into and sees it through. Raises what begin_part raises."""
    left = db.write_now(partial(begin_part, actor=actor, story=story, reason=reason, now=now))
    _see_through(db, story, left, now, progress)
    return Joined(str(left), str(story), db.read_now(lambda tx: store_joining.standing(tx, story)))


def _see_through(db: Database, story: int, other: int, now: int, progress: Progress) -> None:
    """Does the job's steps here, for whoever waits for it; should nobody live to see the end, the job is there still."""
    told = {"story": story, "other": other}
    while db.write_now(partial(step, told=told, now=now), lane=other):
        progress("moving", 0.5)
    db.write_now(partial(jobs.drop, key=_key(story)))
    progress("moving", 1.0)
