"""A closed story's talk as files that need no server: one page of HTML that holds its style and no script, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct, structs

from folkmoot.discussion import paging
from folkmoot.discussion.answers import CommentAnswer, comment_answer
from folkmoot.discussion.model import Comment
from folkmoot.errors import Conflict
from folkmoot.notes import showing
from folkmoot.notes.answers import NoteAnswer, note_answer
from folkmoot.notes.showing import Head, Seen
from folkmoot.people.model import Actor
from folkmoot.reading import themes
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site, require
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web import headers, static
from folkmoot.web.pages import template
from folkmoot.web.words import machine

VERSION = 1  # of the JSON file; moves when a field goes or changes its meaning, not when one is added


class Frozen(Struct, frozen=True):
    """A closed thread as its readers see it last. live: how many comments stand there, tombstones not counted; frozen: UTC ms.

    head: the notes at its head; others: those that readers find beside it; about: the comments that notes name, where readers see them;
    pinned: the comment that the newsroom has put above the thread.
    """

    story: Story
    site: Site
    live: int
    frozen: int
    head: Head
    others: tuple[Seen, ...]
    about: dict[int, Comment]
    pinned: Comment | None

    @property
    def language(self) -> str:
        return self.story.language or self.site.language

    @property
    def notes(self) -> tuple[Seen, ...]:
        """All notes that readers know of, those at the head first."""
        return (*self.head.at_head, *self.others)


class FrozenStory(Struct, frozen=True):
    """A story in the file. live: as in Frozen; pinned: the comment that the newsroom has put above the thread."""

    id: str
    url: str
    title: str
    site: str
    closed: str | None
    live: int
    pinned: str | None


class FrozenAnswer(Struct, frozen=True):
    """The JSON file. Notes: those at the head first. Comments come flat in reading order, a parent before its replies."""

    version: int
    frozen: str
    story: FrozenStory
    notes: list[NoteAnswer]
    comments: list[CommentAnswer]


def freeze(tx: Tx, actor: Actor, story: int, now: int) -> Frozen:
    """What is to be written of a closed story, in this same transaction. Raises Conflict while it is open, NotAllowed without the role."""
    found = get_story(tx, story)
    require(actor, "close_story", found.site)
    if found.closed is None:
        raise Conflict("This story is open, and what is frozen does not move. Close it first.", "story_open")
    head, drawer = showing.head(tx, found.id), showing.drawer(tx, found.id)
    named = [number for each in drawer if (number := each.note.comment or each.note.grew_from)]
    return Frozen(
        found, get_site(tx, found.site), paging.counts(tx, [found.id])[found.id], now, head,
        tuple(each for each in drawer if not each.note.at_head), paging.seen(tx, found.id, named), paging.pinned(tx, found.id),
    )  # fmt: skip


def as_json(tx: Tx, frozen: Frozen) -> Iterator[bytes]:
    """The JSON file, piece by piece: a note a line, a comment a line."""
    story = frozen.story
    closed = machine(story.closed) if story.closed else None
    pinned = str(frozen.pinned.id) if frozen.pinned else None
    told = FrozenStory(str(story.id), story.address, story.title, frozen.site.name, closed, frozen.live, pinned)
    yield msgspec.json.encode(FrozenAnswer(VERSION, machine(frozen.frozen), told, [], [])).removesuffix(b'],"comments":[]}')
    yield from _lines(_note(each, frozen.language) for each in frozen.notes)
    yield b'],"comments":['
    yield from _lines(map(comment_answer, paging.whole(tx, story.id)))
    yield b"]}\n"


def _lines(given: Iterable[Struct]) -> Iterator[bytes]:
    for number, each in enumerate(given):
        yield (b",\n" if number else b"\n") + msgspec.json.encode(each)
    yield b"\n"


def _note(seen: Seen, language: str) -> NoteAnswer:
    """A note as the API says it; a correction names only who let it."""
    told = note_answer(seen, language)
    return told if seen.note.credited or seen.note.ruling not in ("accepted", "clarified") else structs.replace(told, author="")


def as_page(tx: Tx, frozen: Frozen) -> Iterator[str]:
    """The HTML file, piece by piece. Its own policy stands in it: no script, no picture, no connection, whoever serves it."""
    style = "\n".join((static.file("look.css").plain.decode(), themes.sheet(frozen.site.theme), static.file("frozen.css").plain.decode()))
    policy = f"default-src 'none'; style-src {headers.style_hash(style)}; base-uri 'none'; form-action 'none'"
    page = template("reading/frozen.html", frozen.language)
    title = frozen.story.title or frozen.story.address
    yield from page.generate(frozen=frozen, steps=_steps(paging.whole(tx, frozen.story.id)), style=style, policy=policy, title=title)


def _steps(comments: Iterator[Comment]) -> Iterator[tuple[Comment | None, int, int, Comment | None]]:
    """(comment, lists that begin before it, lists that end before it, what it answers) in reading order; at last (None, 0, lists that end, None).

    So a thread as deep as threads go is written without going deep, and as long as they get without holding it.
    """
    above: list[Comment] = []  # the branch that led here
    for comment in comments:
        level = len(above)
        answered = above[comment.level - 2] if comment.level > 1 else None
        yield comment, max(comment.level - level, 0), max(level - comment.level, 0), answered
        above[comment.level - 1 :] = [comment]
    yield None, 0, len(above), None
