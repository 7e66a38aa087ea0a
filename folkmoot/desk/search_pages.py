"""Search at the desk: everything that was written on a site, whatever became of it; and words that are kept, for who says why."""

from __future__ import annotations

from html import escape
from typing import Annotated, Any

from msgspec import Meta, Struct

from folkmoot.desk import queue, reports
from folkmoot.desk.pages import Words
from folkmoot.desk.person_pages import PersonPath
from folkmoot.discussion import marking, searching
from folkmoot.discussion.searching import Found
from folkmoot.errors import Invalid
from folkmoot.people.accounts import names_of
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.people.sanctions import require
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words


class SearchQuery(Struct):
    """q: what is typed; before: where the page before ended."""

    site: Id | None = None
    q: Annotated[str, Meta(max_length=300)] = ""
    order: searching.Order = "newest"
    before: Annotated[str, Meta(max_length=60)] = ""


class KeptForm(Struct, forbid_unknown_fields=True):
    why: Words = ""


async def search_page(ask: Ask[Actor], query: SearchQuery) -> object:
    """What was written on a site, found by its words."""
    if query.q:
        ask.spend("read")

    def act(tx: Tx) -> object:
        actor = ask.actor(tx)
        site = queue.desk_of(tx, actor, query.site)
        require(actor, "see_held", site.id)
        found, problem = _found(tx, actor, site.id, query)
        words = marking.wanted(query.q)
        return ask.page(
            "desk/search.html", 422 if problem else 200, here="search", site=site, sites=queue.desks(tx, actor), person=actor.person, found=found,
            q=query.q, order=query.order, problem=in_words(problem, ask.language), now=ask.now, may_see_kept=may(actor, "see_kept", site.id),
            excerpt=lambda comment: marking.excerpt(comment.html or escape(comment.text), words),
        )  # fmt: skip

    return await ask.read(act)


def _found(tx: Tx, actor: Actor, site: int, query: SearchQuery) -> tuple[Found | None, str]:
    """What was found, or why it cannot be looked for."""
    if not query.q.strip():
        return None, ""
    try:
        return searching.search(tx, actor, site, query.q, order=query.order, after=query.before), ""
    except Invalid as problem:
        return None, problem.words


async def kept_form(ask: Ask[Actor], path: PersonPath) -> object:
    """Asks why somebody wants to look at words that are kept out of sight."""
    return await ask.read(lambda tx: _kept(ask, tx, path.id))


def _kept(ask: Ask[Actor], tx: Tx, comment: int, status: int = 200, problem: str = "", **found: Any) -> object:
    actor = ask.actor(tx)
    queue.desks(tx, actor)
    story = get_story(tx, reports.row_of(tx, comment).story)
    site = queue.desk_of(tx, actor, story.site)
    require(actor, "see_kept", site.id)
    given: dict[str, Any] = {"kept": None, "names": {}} | found
    return ask.page(
        "desk/kept.html", status, here="", site=site, sites=queue.desks(tx, actor), person=actor.person, comment=comment, story=story,
        problem=problem, **given,
    )  # fmt: skip


async def kept_page(ask: Ask[Actor], path: PersonPath, form: KeptForm) -> object:
    """Shows words that are kept out of sight, and writes down who looked."""
    ask.spend("change")

    def act(tx: Tx) -> object:
        found = reports.look_at_kept(tx, ask.actor(tx), path.id, form.why, ask.now)
        names = names_of(tx, [each.person for each in found.accesses if each.person])
        return _kept(ask, tx, path.id, kept=found, names=names)

    try:
        return await ask.write(act)
    except Invalid as problem:
        words = in_words(problem.words, ask.language)
        return await ask.read(lambda tx: _kept(ask, tx, path.id, 422, words))


PAGES = (
    Page("GET", "/desk/search", search_page),
    Page("GET", "/desk/kept/{id}", kept_form),
    Page("POST", "/desk/kept/{id}", kept_page),
)
