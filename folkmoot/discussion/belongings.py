"""What of discussion belongs to a person: shown to them, taken along, let go (the protocol is people/belongings.py)."""

from __future__ import annotations

from itertools import accumulate

from msgspec import Struct

from folkmoot.discussion import joining, outlet, store, store_joining, waits
from folkmoot.discussion import store_belongings as own
from folkmoot.discussion.comments import was_of
from folkmoot.discussion.lessons import unlearn
from folkmoot.discussion.store_search import AGAIN
from folkmoot.discussion.visibility import vanish
from folkmoot.people.belongings import STEP, Part, Section, Words
from folkmoot.people.model import Actor
from folkmoot.sites.keeping import Kept, kept
from folkmoot.storage import jobs
from folkmoot.storage import words as index
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id

PAGE = 20
ANSWERS = 3
AT_ONCE, LETTERS = 20, 10_000  # of whom words go: comments of a step, and letters in them


class Line(Struct, frozen=True):
    """A comment as a list shows it. answers: the newest replies; vote: one's own vote on it, 0 for none."""

    comment: Row
    answers: tuple[Row, ...] = ()
    vote: int = 0
    at: int = 0


def written(tx: Tx, actor: Actor, before: int) -> list[Line]:
    """One's own comments across all stories, the newest first, each with the newest replies to it; 20 at a time."""
    if actor.id is None:
        return []
    found = own.written(tx, actor.id, before, PAGE)
    answers = own.answers_to(tx, [row.id for row in found], ANSWERS)
    return [Line(row, tuple(reversed(said)), at=row.posted) for row, said in zip(found, answers, strict=True)]


def voted(tx: Tx, actor: Actor, before: int) -> list[Line]:
    """What one has voted on, the last vote first; 20 at a time."""
    return [Line(row, vote=row.value, at=row.at) for row in own.voted(tx, actor.id, before, PAGE)] if actor.id else []


def comments_of(tx: Tx, people: list[int], story: int, most: int = 500) -> list[int]:
    """What readers see of certain people in a story, at most so many of each."""
    return own.comments_of_in(tx, people, story, most)


def erase(tx: Tx, person: int, words: Words, now: int) -> int:
    """A step of letting go of a person: their name on every comment, and their words where these are to go too.

    Words that somebody decided to keep (a legal hold) are kept, out of sight. Votes stay as numbers, tied to nobody's name.
    """
    own.forget_traces(tx, person)
    for comment in own.take_appeals(tx, person):
        waits.refresh(tx, comment)
    if words == "go":
        for row in (gone := own.kept_in_sight(tx, person, STEP)):
            _withdraw(tx, row, person, now)
        for row in (emptied := _some(own.worded(tx, person, AT_ONCE))):
            _withdraw(tx, row, person, now)
            _empty(tx, row.id, now)
        if gone or emptied:
            return len(gone) + len(emptied)
    bare = own.named(tx, person, STEP)
    for row in bare:
        tx.hold(row.story)
        own.unname(tx, row.id)
        index.drop(tx, row.id)  # the name could be searched, too; the words come back to the index by a job
        jobs.put(tx, AGAIN, {"comment": row.id}, now, key=f"{AGAIN}:{row.id}")
        outlet.changed(tx, row, "comment.edited", now)  # a site's program may keep the name
        tx.bump(row.story)
    return len(bare)


def _some(rows: list[Row]) -> list[Row]:
    """The first of these, and as many more as are unlearned in a moment: others may have to wait for it."""
    upto = accumulate(row.letters for row in rows)
    return rows[: max(1, sum(letters <= LETTERS for letters in upto))]


def _withdraw(tx: Tx, row: Row, person: int, now: int) -> None:
    """Takes a comment out of sight as its writer would; a tombstone stays where somebody answered."""
    turn = tx.hold(row.story)
    if row.state not in ("published", "held"):
        return
    store.set_state(tx, row.id, "withdrawn")
    store.insert_decision(tx, new_id(now), row.id, "withdraw", person, "person", now, was=was_of(row))
    if row.state == "published":
        store.add_live(tx, row.story, -1)
        outlet.changed(tx, row, "comment.removed", now)
    if row.visible:
        fresh = store.comment_row(tx, row.id)
        vanish(tx, fresh if fresh is not None else row, turn)
        tx.bump(row.story)
    waits.refresh(tx, row.id)


def _empty(tx: Tx, comment: int, now: int) -> None:
    unlearn(tx, comment)
    store.set_text(tx, comment, "", "", 0, "", None)
    store.scrub_revisions(tx, comment)
    store.insert_decision(tx, new_id(now), comment, "scrub", None, "rule", now, rule="erased")


def _section(name: str) -> Section:
    return Section(name, lambda tx, person, after, limit: own.rows(tx, name, person, after, limit))


PART = Part("discussion", tuple(_section(name) for name in own.SECTIONS), erase)
MOVED = (Kept("comments", joining.go, joining.back, joining.count), kept("followers", store_joining.followers_to_move, store_joining.move_followers))
