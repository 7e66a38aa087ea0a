"""The search for comments that dispute a story: new ones as they come, imported ones once readers see them. And what the desk makes of them."""

from __future__ import annotations

from typing import Protocol

import msgspec
from msgspec import Struct

from folkmoot.errors import NotAllowed, NotFound
from folkmoot.notes import store_finding
from folkmoot.notes.finding import Reason
from folkmoot.notes.learning import learn_comments
from folkmoot.notes.model import About
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.storage.database import Row, Tx

STEP = 40       # comments: to read one takes 0.3 ms, and nobody else writes meanwhile
LAG = 10_000    # ms: what is being written this moment may be committed after what has a larger id


class Discussion(Protocol):
    """Who knows the comments (reading/joins.py)."""

    def comments_after(self, tx: Tx, after: int, before: int, limit: int) -> list[About]: ...
    def comments_of_batch(self, tx: Tx, batch: int, after: int, limit: int) -> list[About]: ...
    def next_batch(self, tx: Tx, after: int) -> int | None: ...


class Found(Struct, frozen=True):
    """A comment that disputes its story, for the desk."""

    comment: int
    story: int
    site: int
    weight: float
    reasons: tuple[Reason, ...]
    found: int


def search(tx: Tx, discussion: Discussion, now: int) -> int:
    """Reads the next comments; how many were read, at most STEP. 0: all are read."""
    reached, _ = store_finding.cursor(tx, "new")
    said = discussion.comments_after(tx, reached, (now - LAG) << 21, STEP)
    if said:
        learn_comments(tx, said, now)
        store_finding.set_cursor(tx, "new", said[-1].id)
        return len(said)
    return _search_imports(tx, discussion, now)


def _search_imports(tx: Tx, discussion: Discussion, now: int) -> int:
    """The next step of the import at hand, or of the next one."""
    batch, within = store_finding.cursor(tx, "imported")
    said = discussion.comments_of_batch(tx, batch, within, STEP) if batch else []
    if said:
        learn_comments(tx, said, now)
        store_finding.set_cursor(tx, "imported", batch, said[-1].id)
        return len(said)
    following = discussion.next_batch(tx, batch)
    if following is None:
        return 0
    store_finding.set_cursor(tx, "imported", following)
    return 1


def most_likely(tx: Tx, actor: Actor, site: int, limit: int = 50) -> list[Found]:
    """Comments of a site that dispute a story, the most likely first. Raises NotAllowed."""
    if not may(actor, "see_notes", site):
        raise NotAllowed("Only the newsroom sees this list.", "not_staff")
    return [found_of(row) for row in store_finding.finds_on(tx, site, limit)]


def found_of(row: Row) -> Found:
    reasons = msgspec.json.decode(row.words, type=tuple[Reason, ...])
    return Found(row.comment, row.story, row.site, row.weight, reasons, row.found)


def put_aside(tx: Tx, actor: Actor, comment: int, now: int) -> None:
    """Takes a comment off the list: there is nothing in it."""
    _require(tx, actor, comment)
    store_finding.settle(tx, comment, now, actor.id)


def put_back(tx: Tx, actor: Actor, comment: int) -> None:
    """Undoes `put_aside`."""
    _require(tx, actor, comment)
    store_finding.unsettle(tx, comment)


def _require(tx: Tx, actor: Actor, comment: int) -> None:
    row = store_finding.find_by_comment(tx, comment)
    if row is None:
        raise NotFound("This comment is not on the list.", "no_such_find")
    if not may(actor, "see_notes", row.site):
        raise NotAllowed("Only the newsroom sees this list.", "not_staff")
