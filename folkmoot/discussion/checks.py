"""Counts everything that discussion keeps counted, and says in a sentence what is not as it must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import isclose
from operator import attrgetter

from folkmoot.discussion import store_checks as store
from folkmoot.discussion import store_waits as waiting
from folkmoot.discussion.text import RENDERER, render
from folkmoot.discussion.threads import sort_keys
from folkmoot.people.store_export import unknown_people
from folkmoot.sites.store_export import unknown_stories
from folkmoot.storage.checks import STEP, Finding, pages
from folkmoot.storage.database import Database, Row, Tx

# The states to which a decision on a whole comment may have led; without any a comment is published.
LED_TO: dict[str | None, tuple[str, ...]] = {
    None: ("published",), "publish": ("published",), "release": ("published",), "restore": ("published",), "hold": ("held", "unapproved"),
    "remove": ("removed", "spam", "deleted"), "withdraw": ("withdrawn",),
}  # fmt: skip


def check(db: Database, every: int = 1) -> Iterator[Finding]:
    """Findings as they come. every: only each such comment is rendered again; 1 is all of them."""
    unfinished = db.read_now(store.unfinished)
    for batch in unfinished:
        words = f"The import {batch.id} of {batch.file} has not ended ({batch.phase}). What can be seen was not counted; finish it, then check again."
        yield Finding("import not ended", str(batch.id), words)
    for rows in pages(db, store.comments, attrgetter("id")):
        yield from _rows(db, rows, every, bool(unfinished))
    if not unfinished:
        yield from _threads(db)
    yield from _keys(db)
    if not unfinished:
        yield from _waiting(db)
        yield from _beside(db)


def _rows(db: Database, rows: list[Row], every: int, unfinished: bool) -> Iterator[Finding]:
    strangers = db.read_now(partial(unknown_people, ids=sorted({row.person for row in rows if row.person})))
    nowhere = db.read_now(partial(unknown_stories, ids=sorted({row.story for row in rows})))
    for place, row in enumerate(rows):
        tests = _TESTS if unfinished else (*_TESTS, *_SIGHT)
        yield from (_finding(kind, row, words) for kind, test in tests if (words := test(row)))
        if row.person in strangers:
            yield _finding("unknown person", row, f"is by the person {row.person}, who does not exist")
        if row.story in nowhere:
            yield _finding("unknown story", row, f"stands under the story {row.story}, which does not exist")
        if place % every == 0 and (words := _html(row)):
            yield _finding("html", row, words)
    edited = [row for row in rows if row.revisions]
    for row, revisions in zip(edited, db.read_now(partial(store.revisions, comments=[row.id for row in edited])), strict=True):
        yield from (_finding("revisions", row, words) for words in _revisions(row, revisions))


def _finding(kind: str, row: Row, words: str) -> Finding:
    return Finding(kind, str(row.id), f"The comment {row.id} {words}.")


# Each gives what is wrong with a comment, or nothing


def _place(row: Row) -> str:
    if not row.parent:
        return f"answers nothing, but is at level {row.level}" if row.level != 1 else ""
    if row.parent_story is None:
        return f"answers {row.parent}, which does not exist"
    if row.parent_story != row.story:
        return f"answers {row.parent}, which stands under another story"
    return f"is at level {row.level} below one at level {row.parent_level}" if row.level != row.parent_level + 1 else ""


def _votes(row: Row) -> str:
    counted = (row.base_up + row.ups, row.base_down + row.downs)
    return f"says it has {row.up} votes up and {row.down} down; counted are {counted[0]} and {counted[1]}" if (row.up, row.down) != counted else ""


def _sorted(row: Row) -> str:
    kept, made = (row.by_best, row.by_replies, row.by_hot), sort_keys(row.up, row.down, row.posted, row.replies)
    wrong = [name for name, one, other in zip(("best", "replies", "hot"), kept, made, strict=True) if not isclose(one, other, abs_tol=1e-9)]
    return f"is sorted by wrong keys: {', '.join(wrong)}" if wrong else ""


def _state(row: Row) -> str:
    if row.state not in LED_TO.get(row.deed, ()):
        return f"is {row.state}, but the last decision on it is {row.deed or 'missing'}"
    return "is published without a text" if row.state == "published" and not row.text else ""


def _moved(row: Row) -> str:
    return f"has moved at turn {row.moved}, but its story is at {row.turn or 0}" if row.moved > (row.turn or 0) else ""


def _replies(row: Row) -> str:
    return f"says it has {row.replies} visible replies; there are {row.seen}" if row.replies != row.seen else ""


def _visible(row: Row) -> str:
    if bool(row.visible) == (row.state == "published" or row.seen > 0):
        return ""
    return f"can{'' if row.visible else 'not'} be seen, though it is {row.state} with {row.seen} visible replies"


Test = tuple[str, Callable[[Row], str]]
_TESTS: tuple[Test, ...] = (("place", _place), ("votes", _votes), ("sort keys", _sorted), ("state", _state), ("turn", _moved))
_SIGHT: tuple[Test, ...] = (("replies", _replies), ("visible", _visible))


def _html(row: Row) -> str:
    if not row.text:
        return "has HTML, but no text" if row.html else ""
    return "shows other HTML than its text makes" if row.renderer == RENDERER and row.html != render(row.text) else ""


def _revisions(row: Row, revisions: Sequence[Row]) -> Iterator[str]:
    shown = [each for each in revisions if each.state == "shown"]
    if len(shown) != 1:
        yield f"has {len(shown)} revisions that are shown"
    elif (shown[0].text, shown[0].html) != (row.text, row.html):
        yield f"shows another text than its revision {shown[0].number}"
    if [each.number for each in revisions] != list(range(1, len(revisions) + 1)):
        yield "has revisions whose numbers leave gaps"


# Threads and keys


def _threads(db: Database) -> Iterator[Finding]:
    for rows in pages(db, store.threads, attrgetter("story")):
        for row in rows:
            if (row.live or 0) != row.counted:
                yield Finding("live", str(row.story), f"The story {row.story} says it has {row.live or 0} comments; readers see {row.counted}.")
            if (row.votes or 0) != row.voted:
                yield Finding("thread votes", str(row.story), f"The story {row.story} says it has {row.votes or 0} votes; there are {row.voted}.")


def _waiting(db: Database) -> Iterator[Finding]:
    """What should wait for a moderator and does not, and the other way round."""
    for row in db.read_now(partial(waiting.missing, limit=STEP)):
        yield Finding("waiting", str(row), f"The comment {row} should wait for a moderator, but is not in the queue.")
    for row in db.read_now(partial(waiting.needless, limit=STEP)):
        yield Finding("waiting", str(row), f"The comment {row} is in the queue, though nothing about it waits.")


_BESIDE = {
    "lock": "is locked for replies, but does not say so or stands elsewhere", "mark": "says that it is locked for replies, but is not",
    "pin": "is put above a thread to which it does not belong", "appeal": "has an appeal that is about no removal of it, or half decided",
    "report": "was reported as unlawful, but does not exist, or the report is half decided",
}  # fmt: skip


def _beside(db: Database) -> Iterator[Finding]:
    """Locks, pins, appeals and reports that do not fit their comments."""
    for row in db.read_now(partial(store.beside, limit=STEP)):
        yield Finding(row.what, str(row.comment), f"The comment {row.comment} {_BESIDE[row.what]}.")


def _keys(db: Database) -> Iterator[Finding]:
    """What came from elsewhere is remembered only as long as it is here."""
    for row in db.read_now(partial(store.lost_comment_keys, limit=STEP)):
        words = f"The comment {row.id} is remembered as {row.source} {row.source_id}, but does not exist."
        yield Finding("source key", str(row.id), words)
    unknown: dict[str, Callable[[Tx, list[int]], set[int]]] = {"story": unknown_stories, "person": unknown_people}
    for kind, look in unknown.items():
        for rows in pages(db, partial(_keys_of, kind=kind), attrgetter("id")):
            for lost in sorted(db.read_now(partial(_lost, look=look, rows=rows))):
                yield Finding("source key", str(lost), f"The {kind} {lost} is remembered from an import, but does not exist.")


def _keys_of(tx: Tx, after: int, limit: int, kind: str) -> list[Row]:
    return store.keys(tx, kind, after, limit)


def _lost(tx: Tx, look: Callable[[Tx, list[int]], set[int]], rows: list[Row]) -> set[int]:
    return look(tx, [row.id for row in rows])
