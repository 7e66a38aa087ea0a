"""A closed story's talk as files that need no server: one page of HTML that holds its style and no script, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from folkmoot.discussion import paging
from folkmoot.discussion.answers import CommentAnswer, comment_answer
from folkmoot.discussion.model import Comment
from folkmoot.errors import Conflict
from folkmoot.people.model import Actor
from folkmoot.reading import themes
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site, require
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web import headers, static
from folkmoot.web.pages import template
from folkmoot.web.words import machine

VERSION = 1


class Frozen(Struct, frozen=True):
    """A closed thread as its readers see it last. live: how many comments stand there, tombstones not counted; frozen: UTC ms."""

    story: Story
    site: Site
    live: int
    frozen: int


class FrozenStory(Struct, frozen=True):
    """A story in the file. live: as in Frozen."""

    id: str
    url: str
    title: str
    site: str
    closed: str | None
    live: int


class FrozenAnswer(Struct, frozen=True):
    """The JSON file. Comments come flat in reading order, a parent before its replies."""

    version: int
    frozen: str
    story: FrozenStory
    comments: list[CommentAnswer]


def freeze(tx: Tx, actor: Actor, story: int, now: int) -> Frozen:
    """What is to be written of a closed story, in this same transaction. Raises Conflict while it is open, NotAllowed without the role."""
    found = get_story(tx, story)
    require(actor, "close_story", found.site)
    if found.closed is None:
        raise Conflict("This story is open, and what is frozen does not move. Close it first.", "story_open")
    return Frozen(found, get_site(tx, found.site), paging.counts(tx, [found.id])[found.id], now)


def as_json(tx: Tx, frozen: Frozen) -> Iterator[bytes]:
    """The JSON file, piece by piece: a comment a line."""
    story = frozen.story
    closed = machine(story.closed) if story.closed else None
    told = FrozenStory(str(story.id), story.address, story.title, frozen.site.name, closed, frozen.live)
    yield msgspec.json.encode(FrozenAnswer(VERSION, machine(frozen.frozen), told, [])).removesuffix(b"]}")
    for number, comment in enumerate(paging.whole(tx, story.id)):
        yield (b",\n" if number else b"\n") + msgspec.json.encode(comment_answer(comment))
    yield b"\n]}\n"


def as_page(tx: Tx, frozen: Frozen) -> Iterator[str]:
    """The HTML file, piece by piece. Its own policy stands in it: no script, no picture, no connection, whoever serves it."""
    language = frozen.story.language or frozen.site.language
    style = "\n".join((static.file("look.css").plain.decode(), themes.sheet(frozen.site.theme), static.file("frozen.css").plain.decode()))
    policy = f"default-src 'none'; style-src {headers.style_hash(style)}; base-uri 'none'; form-action 'none'"
    page = template("reading/frozen.html", language)
    title = frozen.story.title or frozen.story.address
    yield from page.generate(frozen=frozen, steps=_steps(paging.whole(tx, frozen.story.id)), style=style, policy=policy, title=title)


def _steps(comments: Iterator[Comment]) -> Iterator[tuple[Comment | None, int, int, str]]:
    """(comment, lists that begin before it, lists that end before it, whom it answers) in reading order; at last (None, 0, lists that end, "").

    So a thread as deep as threads go is written without going deep, and as long as they get without holding it.
    """
    above: list[str] = []  # the names on the branch that led here
    for comment in comments:
        level = len(above)
        answered = above[comment.level - 2] if comment.level > 1 else ""
        yield comment, max(comment.level - level, 0), max(level - comment.level, 0), answered
        above[comment.level - 1 :] = [comment.name]
    yield None, 0, len(above), ""
