"""What only this reader sees, as the page's script lays it over the thread: small, private, never kept."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion import belongings
from folkmoot.discussion import mine as discussion
from folkmoot.discussion.fragments import placed, with_parent
from folkmoot.discussion.mine import Own
from folkmoot.notes import asking
from folkmoot.people import mutes, notices
from folkmoot.people.model import Actor
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.pages import render
from folkmoot.web.words import machine


class Reader(Struct, frozen=True):
    """Who is asking. kind: guest or member; proven: their votes count."""

    id: str
    name: str
    kind: str
    proven: bool


class OwnAnswer(Struct, frozen=True):
    """A comment of one's own, or one that waits for this moderator.

    state: as in a comment; why, rule: what holds it; edit_until: until when it can be changed, or null; waiting_html: an edit
    that waits; fragment: its HTML, where the shared page does not hold it.
    """

    id: str
    parent: str | None
    state: str
    text: str
    why: str
    rule: str
    edit_until: str | None
    waiting_html: str | None
    fragment: str | None


class Muted(Struct, frozen=True):
    """What this reader does not want to read: the comments of people they mute, and words in whatever case."""

    comments: list[str]
    words: list[str]


class MineAnswer(Struct, frozen=True):
    """Own votes by comment, own comments, the deeds that one's role allows here, and what waits here for them.

    Among `own`, in state `asked`, stands a line about the note that this reader was drawn by lot to judge.

    muted: null where nothing is. unseen: notices that they have not looked at.
    """

    person: Reader | None
    votes: dict[str, int]
    own: list[OwnAnswer]
    may: tuple[str, ...]
    waiting: list[OwnAnswer]
    muted: Muted | None = None
    unseen: int = 0


def mine(tx: Tx, actor: Actor, story: int, now: int) -> MineAnswer:
    """What `actor` alone sees of a story's thread. Raises NotFound for an unknown story."""
    place = get_story(tx, story)
    language = place.language or get_site(tx, place.site).language
    found = discussion.mine(tx, actor, story, now)
    person = actor.person
    return MineAnswer(
        Reader(str(person.id), person.name, person.kind, actor.proven) if person else None,
        {str(comment): value for comment, value in found.votes.items()},
        [*(_own(tx, own, language) for own in found.own), *_asked(tx, actor, story, language, now)],
        found.may,
        [_own(tx, own, language) for own in found.waiting],
        _muted(tx, actor, story),
        notices.unseen(tx, actor),
    )


def _asked(tx: Tx, actor: Actor, story: int, language: str, now: int) -> list[OwnAnswer]:
    """The note that this reader was drawn by lot to judge here, as a line on top of the thread."""
    notes = [row.note for row in asking.asked_of(tx, actor, now) if row.story == story]
    if not notes:
        return []
    line = render("notes/asked_line.html", language, number=notes[0])
    return [OwnAnswer("asked", None, "asked", "", "", "", None, None, line)]


def _muted(tx: Tx, actor: Actor, story: int) -> Muted | None:
    muted = mutes.mutes_of(tx, actor)
    if not muted:
        return None
    people = [int(each.subject) for each in muted if each.kind == "person"]
    comments = [str(each) for each in belongings.comments_of(tx, people, story)]
    return Muted(comments, [each.subject for each in muted if each.kind == "word"])


def _own(tx: Tx, own: Own, language: str) -> OwnAnswer:
    said = own.comment
    return OwnAnswer(
        str(said.id), str(said.parent) if said.parent else None, said.state, said.text, own.why, own.rule,
        machine(own.edit_until) if own.edit_until else None, own.waiting_html,
        placed(*with_parent(tx, own), language) if said.state == "held" else None,
    )  # fmt: skip
