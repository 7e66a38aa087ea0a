"""Two stories become one, at the desk: what goes along is shown first, then it is done, and can be taken back on the same page.

It is begun here and seen through by the worker, in the short steps of merging.py.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from folkmoot.desk import merging, queue
from folkmoot.desk.pages import Words
from folkmoot.desk.person_pages import PersonPath
from folkmoot.errors import Problem
from folkmoot.people.model import Actor
from folkmoot.sites import store, store_merging
from folkmoot.sites.keeping import MOST_COUNTED
from folkmoot.sites.merging import own, own_number
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import require
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

SHOWN = 50
Named = Annotated[str, Meta(max_length=4_000)]


class MergeQuery(Struct):
    """story, into: an id or an address each; both: what would go along is shown. done, parted: what has just been done."""

    site: Id | None = None
    story: Named = ""
    into: Named = ""
    done: Id | None = None
    parted: Id | None = None


class MergeForm(Struct, forbid_unknown_fields=True):
    """POST /desk/stories/merge"""

    site: Id
    story: Id
    into: Id
    reason: Words = ""


class PartForm(Struct, forbid_unknown_fields=True):
    """POST /desk/stories/{id}/part"""

    site: Id
    reason: Words = ""


class Side(Struct, frozen=True):
    """One of the two, with the addresses that lead to it."""

    story: Story
    addresses: list[str]


class Preview(Struct, frozen=True):
    """What would be done. goes: (kind, how many), those of which there are any."""

    story: Side
    into: Side
    goes: list[tuple[str, int]]


class Merged(Struct, frozen=True):
    """A story that was merged. moving: it is still being brought along."""

    id: int
    title: str
    into: Story
    at: int
    moving: bool


def _room(tx: Tx, ask: Ask[Actor], site: int | None) -> Site:
    found = queue.desk_of(tx, ask.actor(tx), site)
    require(ask.actor(tx), "merge_story", found.id)
    return found


async def merge_page(ask: Ask[Actor], query: MergeQuery) -> object:
    """The form; with two stories named, what would go along; and what was merged."""
    return await ask.read(lambda tx: _page(tx, ask, query))


def _page(tx: Tx, ask: Ask[Actor], query: MergeQuery, status: int = 200, problem: str = "", reason: str = "") -> object:
    wrong = "story"
    site, actor, preview = _room(tx, ask, query.site), ask.actor(tx), None
    if query.story and query.into and not problem:
        try:
            preview = _preview(tx, actor, site, query)
        except Problem as refused:
            status, problem, wrong = kind_of(refused).status, in_words(refused.words, ask.language), refused.field or "story"
    merged = [_merged(tx, row) for row in store_merging.merged_on(tx, site.id, SHOWN)]
    done = next((each for each in merged if each.id == query.done), None)
    given: dict[str, Any] = {"typed": query, "preview": preview, "merged": merged, "done": done, "parted": _parted(tx, site, query.parted)}
    return ask.page(
        "desk/merge.html", status, here="stories", site=site, sites=queue.desks(tx, actor), person=actor.person, problem=problem, reason=reason,
        most=MOST_COUNTED, wrong=wrong, **given,
    )  # fmt: skip


def _preview(tx: Tx, actor: Actor, site: Site, query: MergeQuery) -> Preview:
    story, into = _number(tx, query.story, "story"), get_story(tx, _number(tx, query.into, "into")).id
    merging.require_fit(tx, actor, story, into)
    require(actor, "merge_story", own(tx, story).site)
    return Preview(_side(tx, story), _side(tx, into), merging.counted(tx, story, into))


def _number(tx: Tx, typed: str, field: str) -> int:
    """The story that a field names. What is raised says which field it was."""
    try:
        return own_number(tx, typed.strip())
    except Problem as refused:
        refused.field = field
        raise


def _side(tx: Tx, story: int) -> Side:
    return Side(get_story(tx, story), store.addresses_of(tx, story))


def _merged(tx: Tx, row: Any) -> Merged:
    return Merged(row.id, row.title or row.address, get_story(tx, row.id), row.at, merging.still_moving(tx, row.id))


def _parted(tx: Tx, site: Site, story: int | None) -> Story | None:
    found = get_story(tx, story) if story else None
    return found if found is not None and found.site == site.id else None


async def merge(ask: Ask[Actor], form: MergeForm) -> object:
    """Begins it; the worker brings the rest along."""
    ask.spend("change")

    def act(tx: Tx) -> None:
        _room(tx, ask, form.site)
        merging.begin_merge(tx, ask.actor(tx), int(form.story), int(form.into), form.reason, ask.now)

    try:
        await ask.write(act, form.into)
    except Problem as problem:
        status, words = kind_of(problem).status, in_words(problem.words, ask.language)
        again = MergeQuery(form.site, str(form.story), str(form.into))
        return await ask.read(lambda tx: _page(tx, ask, again, status, words, form.reason))
    return ask.see(f"/desk/stories/merge?site={form.site}&done={form.story}#done")


async def part(ask: Ask[Actor], path: PersonPath, form: PartForm) -> object:
    """Takes a merging back; the worker brings back what went along."""
    ask.spend("change")

    def act(tx: Tx) -> None:
        _room(tx, ask, form.site)
        merging.begin_part(tx, ask.actor(tx), int(path.id), form.reason, ask.now)

    try:
        await ask.write(act, path.id)
    except Problem as problem:
        status, words = kind_of(problem).status, in_words(problem.words, ask.language)
        return await ask.read(lambda tx: _page(tx, ask, MergeQuery(form.site), status, words))
    return ask.see(f"/desk/stories/merge?site={form.site}&parted={path.id}#done")


PAGES = (
    Page("GET", "/desk/stories/merge", merge_page),
    Page("POST", "/desk/stories/merge", merge),
    Page("POST", "/desk/stories/{id}/part", part),
)
