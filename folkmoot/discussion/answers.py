"""How a comment is said in JSON. The types stand in the OpenAPI file, so what is sent is what is documented."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion.model import Branch, Comment, Page
from folkmoot.storage.database import Row
from folkmoot.web.words import machine


class Author(Struct, frozen=True):
    """Who wrote a comment. marks: "staff", "namesake"."""

    id: str | None
    name: str
    marks: tuple[str, ...]


class CommentAnswer(Struct, frozen=True):
    """A comment as readers may see it. Of a tombstone (state withdrawn, removed, …) author is null and html and text are empty.

    replies: how many direct replies can be seen; more: the cursor at which those that this page left out go on; folded: they
    lie deeper than a page shows.
    """

    id: str
    parent: str | None
    level: int
    author: Author | None
    html: str
    text: str
    posted: str
    edited: str | None
    state: str
    score: int
    up: int
    down: int
    replies: int
    more: str | None
    folded: bool
    url: str


def comment_answer(comment: Comment, more: str | None = None, folded: bool = False) -> CommentAnswer:
    """One comment for JSON."""
    author = Author(str(comment.person) if comment.person else None, comment.name, comment.marks) if comment.name else None
    return CommentAnswer(
        str(comment.id), str(comment.parent) if comment.parent else None, comment.level, author, comment.html, comment.text,
        machine(comment.posted), machine(comment.edited) if comment.edited else None, comment.state, comment.score,
        comment.up, comment.down, comment.replies, more, folded, f"/c/{comment.id}",
    )  # fmt: skip


def flat(page: Page) -> list[CommentAnswer]:
    """A page's comments in reading order: a parent before its replies."""
    found: list[CommentAnswer] = []
    waiting = list(reversed(page.roots))
    while waiting:
        branch: Branch = waiting.pop()
        found.append(comment_answer(branch.comment, branch.more, branch.folded))
        waiting.extend(reversed(branch.replies))
    return found


class Revision(Struct):
    """A text that a comment had. state: shown, past; for its writer and moderators also held, removed."""

    number: int
    text: str
    html: str
    made: str
    state: str


def revision_answer(row: Row) -> Revision:
    shown = row.state != "removed"
    return Revision(row.number, row.text if shown else "", row.html if shown else "", machine(row.made), row.state)
