"""Finding things on a site: comments by their words, and what is most talked about. Pages for people, answers for programs."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, cast

from msgspec import Meta, Struct

from folkmoot.discussion import marking, searching
from folkmoot.discussion.answers import CommentAnswer, comment_answer
from folkmoot.discussion.model import Comment
from folkmoot.discussion.queries import MAX_QUERY
from folkmoot.discussion.searching import Found
from folkmoot.errors import Invalid, NotFound
from folkmoot.people.model import Actor
from folkmoot.reading.room import Room
from folkmoot.reading.talked import Talk, Talked
from folkmoot.sites.model import Site
from folkmoot.sites.sites import get_site
from folkmoot.sites.store import all_sites, site_by_hosts
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

FRONT_DAYS, FRONT_STORIES, FRONT_SITES = 30, 8, 20
Typed = Annotated[str, Meta(max_length=MAX_QUERY * 4, description='Words, "a phrase", -without, author:Ada, from:2026-05-01, until:2026-05-31')]
Below = Annotated[str, Meta(max_length=60, description="`more` of the page before, of the same search in the same order")]
Host = Annotated[str, Meta(min_length=1, max_length=255, description="A host of the site")]


class SitePath(Struct):
    """/sites/{host}/…"""

    host: str


class SearchForm(Struct):
    """GET /sites/{host}/search. before: where the page before ended."""

    q: Typed = ""
    story: Id | None = None
    order: searching.Order = "newest"
    before: Below = ""


class SearchQuery(Struct, forbid_unknown_fields=True):
    """GET /api/v1/search"""

    site: Host
    q: Typed
    story: Id | None = None
    order: searching.Order = "newest"
    before: Below = ""


class SearchAnswer(Struct):
    """What was found, in the order that was asked for. more: go on with it as `before`; null at the end.

    weighed: of how many of the newest matches these are the best; null where they are the best of all.
    """

    comments: list[CommentAnswer]
    more: str | None
    weighed: int | None = None


class TalkedQuery(Struct, forbid_unknown_fields=True):
    """GET /api/v1/most-discussed"""

    site: Host
    days: Annotated[int, Meta(ge=1, le=30)] = 7
    limit: Annotated[int, Meta(ge=1, le=50)] = 10


class TalkedStory(Struct):
    """A story and how many comments it got in that time."""

    url: str
    title: str
    thread: str
    comments: int


class TalkedAnswer(Struct):
    """The most discussed first."""

    stories: list[TalkedStory]


def site_of(tx: Tx, host: str) -> Site:
    """The site with this host. Raises NotFound."""
    number = site_by_hosts(tx, [host.strip().lower()])
    if number is None:
        raise NotFound("There is no such site.", "no_such_site")
    return get_site(tx, number)


async def search_page(ask: Ask[Actor], path: SitePath, query: SearchForm) -> object:
    """The search box, and what it found."""
    ask.spend("read")
    site = await ask.read(lambda tx: _searchable(tx, ask, path.host))
    found: Found | None = None
    problem = ""
    if query.q.strip():
        try:
            found = await ask.read(lambda tx: _find(tx, ask, site.id, query))
        except Invalid as refused:
            problem = in_words(refused.words, ask.language)
    given: dict[str, Any] = {"found": found, "problem": problem, "q": query.q, "about": query.story, "order": query.order}
    given["marked"] = partial(marking.mark_html, words=marking.wanted(query.q))
    return ask.page("reading/search.html", 422 if problem else 200, site=site, **given)


def _searchable(tx: Tx, ask: Ask[Actor], host: str) -> Site:
    site = site_of(tx, host)
    searching.require(tx, ask.actor(tx), site.id)
    return site


def _find(tx: Tx, ask: Ask[Actor], site: int, query: SearchForm | SearchQuery) -> Found:
    return searching.search(tx, ask.actor(tx), site, query.q, story=query.story or 0, order=query.order, after=query.before)


async def search(ask: Ask[Actor], query: SearchQuery) -> SearchAnswer:
    """Comments of a site by their words: what readers see; for its moderators also what they do not."""
    ask.spend("read")
    found = await ask.read(lambda tx: _find(tx, ask, site_of(tx, query.site).id, query))
    return SearchAnswer([_said(each) for each in found.comments], found.more, found.weighed or None)


def _said(comment: Comment) -> CommentAnswer:
    return comment_answer(comment)


def _talk(ask: Ask[Actor]) -> Talk:
    return cast(Room, ask.kit.reading).talk


async def most_discussed(ask: Ask[Actor], query: TalkedQuery) -> TalkedAnswer:
    """The stories of a site that got most comments in the last days."""
    ask.spend("read")
    talk = _talk(ask)
    found = await ask.read(lambda tx: talk.most(tx, site_of(tx, query.site).id, query.days, ask.now, query.limit))
    return TalkedAnswer([TalkedStory(each.story.address, each.story.title, f"/thread/{each.story.id}", each.comments) for each in found])


async def most_page(ask: Ask[Actor], path: SitePath) -> object:
    """The list for people."""
    ask.spend("read")
    talk = _talk(ask)

    def act(tx: Tx) -> tuple[Site, list[Talked]]:
        site = site_of(tx, path.host)
        return site, talk.most(tx, site.id, 7, ask.now)

    site, found = await ask.read(act)
    return ask.page("reading/most.html", site=site, found=found)


class Front(Struct, frozen=True):
    """A site on the front page: what is most talked about there."""

    site: Site
    talked: list[Talked]


async def front_page(ask: Ask[Actor]) -> object:
    """What lives here: each site with its most discussed stories, and the ways on."""
    ask.spend("read")
    talk = _talk(ask)

    def act(tx: Tx) -> list[Front]:
        return [Front(site, talk.most(tx, site.id, FRONT_DAYS, ask.now, FRONT_STORIES)) for site in all_sites(tx)[:FRONT_SITES]]

    fronts = await ask.read(act)
    return ask.page("reading/front.html", site=fronts[0].site if len(fronts) == 1 else None, fronts=fronts)


OPERATIONS = (
    Operation("GET", "/api/v1/search", search, "Find comments by their words", problems=(NotFound,)),
    Operation("GET", "/api/v1/most-discussed", most_discussed, "The most discussed stories", public=True, problems=(NotFound,)),
)
PAGES = (
    Page("GET", "/", front_page),
    Page("GET", "/sites/{host}/search", search_page),
    Page("GET", "/sites/{host}/most-discussed", most_page),
)
