"""The desk's doors: its API here, its pages from pages.py and its neighbours."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.desk import house_pages, merge_pages, pages, person_pages, report_pages, room_pages, search_pages, story_pages
from folkmoot.desk import queue as desk
from folkmoot.desk.pages import Deed, ItemPath
from folkmoot.discussion import mine
from folkmoot.discussion.answers import CommentAnswer, comment_answer
from folkmoot.errors import Conflict, NotAllowed, NotFound, TooSoon
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because, Waits, place_of
from folkmoot.sites.model import Site
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Operation
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words, machine


class QueueQuery(Struct, forbid_unknown_fields=True):
    """site: of those that one serves, all where none is named; story: what waits under one; order: harm (the worst first) or time."""

    site: Id | None = None
    story: Id | None = None
    order: Literal["harm", "time"] = "time"
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class WaitingAnswer(Struct):
    """Something that waits. reasons: why, in a few words each; why, rule: of a held comment, what its writer is told; weight: harm × reach in
    hundredths; comment: where it is one."""

    kind: str
    id: str
    reasons: list[str]
    why: str
    rule: str
    weight: int
    since: str
    story: str | None
    name: str
    snippet: str
    comment: CommentAnswer | None


class QueueAnswer(Struct):
    waiting: list[WaitingAnswer]


class NewDecision(Struct, forbid_unknown_fields=True):
    """A decision on what waits. do: one of its verbs; guideline: of the site's, word for word; note: for the desk alone."""

    do: Deed
    reason: Annotated[str, Meta(max_length=500)] = ""
    guideline: Annotated[str, Meta(max_length=500)] = ""
    note: Annotated[str, Meta(max_length=500)] = ""


class SettledAnswer(Struct):
    """number: by which the decision is undone, null where it cannot be."""

    number: str | None


class ClaimAnswer(Struct):
    until: str


class UndoPath(Struct):
    kind: str
    number: Id


async def queue(ask: Ask[Actor], query: QueueQuery) -> QueueAnswer:
    def act(tx: Tx) -> QueueAnswer:
        actor = ask.actor(tx)
        return QueueAnswer([_answer(tx, item, ask) for item in _waiting(tx, actor, query, ask.now)])

    return await ask.read(act)


def _waiting(tx: Tx, actor: Actor, query: QueueQuery, now: int) -> list[Waits]:
    if query.story is not None:
        return desk.under_story(tx, actor, get_story(tx, query.story), query.limit)
    sites: list[Site] = [desk.desk_of(tx, actor, query.site)] if query.site else desk.desks(tx, actor)
    found = [line.item for site in sites for line in desk.waiting(tx, actor, site, query.order, None, query.limit, now).lines]
    return sorted(found, key=lambda item: place_of(item, query.order))[: query.limit]


def _answer(tx: Tx, item: Waits, ask: Ask[Actor]) -> WaitingAnswer:
    own = mine.own_comment_of(tx, item.id, ask.now) if item.kind == "comment" else None
    return WaitingAnswer(
        item.kind, str(item.id), [in_words(each.words, ask.language) for each in item.why], own.why if own else "", own.rule if own else "",
        item.weight, machine(item.since), str(item.story) if item.story else None, item.name, item.snippet,
        comment_answer(own.comment) if own else None,
    )  # fmt: skip


async def decide_item(ask: Ask[Actor], path: ItemPath, body: NewDecision) -> SettledAnswer:
    ask.spend("change")
    because = Because(body.reason, body.guideline, body.note)
    settled = await ask.write(lambda tx: desk.decide(tx, ask.actor(tx), path.kind, path.id, body.do, because, ask.now))
    return SettledAnswer(str(settled.number) if settled.number else None)


async def claim_item(ask: Ask[Actor], path: ItemPath) -> ClaimAnswer:
    ask.spend("change")
    return ClaimAnswer(machine(await ask.write(lambda tx: desk.claim(tx, ask.actor(tx), path.kind, path.id, ask.now))))


async def give_back_item(ask: Ask[Actor], path: ItemPath) -> None:
    ask.spend("change")
    await ask.write(lambda tx: desk.give_back(tx, ask.actor(tx), path.kind, path.id, ask.now))


async def undo_item(ask: Ask[Actor], path: UndoPath) -> None:
    ask.spend("change")
    await ask.write(lambda tx: desk.undo(tx, ask.actor(tx), path.kind, path.number, ask.now))


_ONE = (NotFound, NotAllowed, Conflict, TooSoon)
OPERATIONS = (
    Operation("GET", "/api/v1/queue", queue, "What waits for a moderator", signed=True, problems=(NotFound, NotAllowed)),
    Operation("POST", "/api/v1/queue/{kind}/{id}/decisions", decide_item, "Decide what waits", signed=True, problems=_ONE),
    Operation("PUT", "/api/v1/queue/{kind}/{id}/claim", claim_item, "Take what waits in hand", signed=True, problems=_ONE),
    Operation("DELETE", "/api/v1/queue/{kind}/{id}/claim", give_back_item, "Give it back", status=204, signed=True, problems=_ONE),
    Operation("DELETE", "/api/v1/queue/{kind}/decisions/{number}", undo_item, "Take a decision back", status=204, signed=True, problems=_ONE),
    *report_pages.OPERATIONS,
)
# A page whose path names a room comes before those whose path names a kind of item.
_ROOMS = (
    *person_pages.PAGES, *merge_pages.PAGES, *story_pages.PAGES, *room_pages.PAGES, *house_pages.PAGES, *search_pages.PAGES,
    *report_pages.PAGES, *pages.PAGES,
)  # fmt: skip
PAGES = tuple(map(pages.signed, _ROOMS))
