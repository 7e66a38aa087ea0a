"""What one capability must know of another, put together here, since they do not know each other: comments as notes see them, and votes."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.discussion import duties, mine
from folkmoot.errors import NotFound
from folkmoot.notes.model import About
from folkmoot.storage.database import Row, Tx
from folkmoot.web.excerpts import plain


def comment_of(tx: Tx, comment: int) -> About | None:
    """A comment as notes must know it; None where there is none."""
    try:
        said = mine.own_comment_of(tx, comment, 0)
    except NotFound:
        return None
    found = said.comment
    live = said.visible and found.state == "published"
    return About(found.id, found.story, found.person, found.name, found.text if live else "", live, found.html if live else "")


def _about(row: Row) -> About:
    return About(row.id, row.story, row.person, row.name, row.text, bool(row.visible) and row.state == "published")


def comments_after(tx: Tx, after: int, before: int, limit: int) -> list[About]:
    """Comments made by the program after one and before another, by id: what the search has not read yet."""
    return [_about(row) for row in duties.comments_between(tx, after, before, limit)]


def comments_of_batch(tx: Tx, batch: int, after: int, limit: int) -> list[About]:
    """Comments that an import brought, by id."""
    return [_about(row) for row in duties.comments_of_batch(tx, batch, after, limit)]


def texts_of(tx: Tx, comments: Sequence[int]) -> dict[int, str]:
    """The words of comments that readers see, without their form, by id."""
    found = {comment: comment_of(tx, comment) for comment in comments}
    return {comment: plain(said.html) for comment, said in found.items() if said is not None and said.live}


def votes_of(tx: Tx, story: int) -> dict[tuple[int, int], int]:
    """The votes under a story that count: (comment, person) → 1 or -1."""
    return duties.votes_that_count(tx, story)


def next_batch(tx: Tx, after: int) -> int | None:
    """The first finished import after another one."""
    return duties.next_batch(tx, after)
