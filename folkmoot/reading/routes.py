"""Reading over HTTP: the thread page and its API, permalinks, counts, events, what is one reader's own, a site's theme.

What these functions work out of an address is remembered (spellings.py), so the next reader is served before the router.
"""

from __future__ import annotations

from typing import Annotated, cast

from msgspec import Meta, Struct
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from folkmoot.discussion import news, paging
from folkmoot.discussion.news import MOST_NEW, News
from folkmoot.errors import Invalid, NotFound, Problem, TooSoon
from folkmoot.people.model import Actor
from folkmoot.reading import feeds, themes
from folkmoot.reading.answers import choose
from folkmoot.reading.counts import MOST, answer
from folkmoot.reading.hot import target_of
from folkmoot.reading.live import EventStream
from folkmoot.reading.mine import MineAnswer, mine
from folkmoot.reading.pages import ThreadAnswer
from folkmoot.reading.room import Room
from folkmoot.reading.snapshots import Head, Key, Snapshot
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Site, Story
from folkmoot.sites.stories import MAX_KEY
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import parse_id
from folkmoot.web import headers, problems
from folkmoot.web.bodies import Id, fit
from folkmoot.web.bodies import query as query_of
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_

Url = Annotated[str, Meta(min_length=1, max_length=2_000, description="The story's address, on a registered host")]
PublisherKey = Annotated[str, Meta(min_length=1, max_length=MAX_KEY, description="The publisher's own id of the story")]
OrderName = Annotated[str, Meta(max_length=20, description="best, newest, oldest, replies or hot")]
Cursor = Annotated[str, Meta(max_length=200, description="`more` of the page before")]


class ThreadPath(Struct):
    """/thread/{id}"""

    id: Id


class PartQuery(Struct):
    """Which part of a thread. A page lets other parameters be: whoever passes a link on may hang their own to it."""

    order: OrderName = "best"
    after: Cursor | None = None
    parent: Id | None = None


class PageQuery(PartQuery):
    """GET /thread"""

    url: Url | None = None
    story: PublisherKey | None = None


class ThreadQuery(Struct, forbid_unknown_fields=True):
    """GET /api/v1/thread. limit: roots (or replies of `parent`) on a page."""

    url: Url
    story: PublisherKey | None = None
    order: OrderName = "best"
    after: Cursor | None = None
    parent: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class CountsQuery(Struct, forbid_unknown_fields=True):
    """GET /api/v1/counts"""

    url: Annotated[list[Url], Meta(min_length=1, max_length=MOST)]


class CountsAnswer(Struct):
    """The number of comments that readers see, by address as it was asked for."""

    counts: dict[str, int]


class EventsQuery(Struct, forbid_unknown_fields=True):
    """GET /api/v1/events: of a story by its address, or by its id here."""

    url: Url | None = None
    story: Id | None = None


class ArrivalsQuery(Struct):
    """GET /thread/{id}/arrivals: which comments, by the ids of the news."""

    id: Annotated[list[Id], Meta(min_length=1, max_length=MOST_NEW)]


class FeedPath(Struct):
    """/thread/{id}/feed.{name}: of a story; name: atom, json."""

    name: Annotated[str, Meta(pattern="^(atom|json)$")]
    id: Id = Id(0)

    @property
    def kind(self) -> feeds.Kind:
        return "atom" if self.name == "atom" else "feed"


class SiteFeedPath(FeedPath):
    """/sites/{host}/feed.{name}: of a site."""

    host: str = ""


class ThemePath(Struct):
    """/theme/{name}"""

    name: str


class Ready(Response):
    """An answer whose bytes and headers were made before."""

    def __init__(self, head: Head, body: bytes) -> None:
        super().__init__(body, head.status)
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(dict(self._head.message))
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})


def room_of(ask: Ask[Actor]) -> Room:
    return cast(Room, ask.kit.reading)


def ready(ask: Ask[Actor], snapshot: Snapshot) -> Response:
    """A page as this request takes it."""
    return Ready(*choose(snapshot, dict(ask.request.scope["headers"])))


async def send_page(ask: Ask[Actor], key: Key, begun: int) -> Response:
    """Sends the page of a key, and remembers that this address leads to it. begun: the spellings' round before the look-up."""
    room = room_of(ask)
    snapshot = await room.snapshots.get(key)
    room.spellings.remember(begun, target_of(ask.request.scope), key)
    return ready(ask, snapshot)


async def thread(ask: Ask[Actor], query: PageQuery) -> Response:
    """The thread of an address. Nobody has spoken under it yet: a page with a composer."""
    room, begun = room_of(ask), room_of(ask).spellings.round
    if query.url is None:
        raise Invalid(N_("The address says no story: add ?url= and the story's address."), "misfit", "url")
    found = await ask.read(lambda tx: _story_or_page(tx, room, query.url or "", query))
    if isinstance(found, Snapshot):
        return ready(ask, found)
    return await send_page(ask, Key(found.id, "html", query.order, query.after, query.parent), begun)


def _story_or_page(tx: Tx, room: Room, url: str, query: PageQuery) -> Story | Snapshot:
    """The story of an address, else its empty page, which is made here: to render and pack takes a reader's thread milliseconds."""
    site, story = _place(tx, url, query.story)
    return story or room.empties.page(site, url, query.story or "", query.order)


def _place(tx: Tx, url: str, key: str | None) -> tuple[Site, Story | None]:
    """The site and the story of an address. Raises NotFound where the host is not registered."""
    try:
        return stories.place(tx, url), stories.find(tx, url, key)
    except Invalid as problem:
        if problem.code != "foreign_host":
            raise
        raise NotFound(problem.words, problem.code) from None


async def thread_by_id(ask: Ask[Actor], path: ThreadPath, query: PartQuery) -> Response:
    begun = room_of(ask).spellings.round
    found = await ask.read(lambda tx: stories.get_story(tx, path.id))
    return await send_page(ask, Key(found.id, "html", query.order, query.after, query.parent), begun)


async def permalink(ask: Ask[Actor], path: ThreadPath, query: PartQuery) -> Response:
    """The page of one comment, wherever it lies."""
    begun = room_of(ask).spellings.round
    story = await ask.read(lambda tx: paging.story_of(tx, path.id))
    return await send_page(ask, Key(story, "html", query.order, comment=path.id), begun)


async def thread_answer(ask: Ask[Actor], query: ThreadQuery) -> ThreadAnswer:
    """A page of comments, flat in reading order, with cursors for what it leaves out."""
    ask.spend("read")
    begun = room_of(ask).spellings.round
    story = await ask.read(lambda tx: stories.find(tx, query.url, query.story))
    if story is None:
        raise NotFound(N_("Nobody has spoken under this story yet."), "no_such_story", "url")
    key = Key(story.id, "json", query.order, query.after, query.parent, limit=query.limit)
    return cast(ThreadAnswer, await send_page(ask, key, begun))  # the bytes of one


async def counts(ask: Ask[Actor], query: CountsQuery) -> CountsAnswer:
    """How many comments readers see, for up to a hundred addresses."""
    ask.spend("read")
    room = room_of(ask)
    found = await room.counts.of(query.url)
    room.counts.remember(target_of(ask.request.scope), query.url)
    return cast(CountsAnswer, Ready(*answer(found, dict(ask.request.scope["headers"]))))  # the bytes of one


async def events(ask: Ask[Actor]) -> Response:
    """New versions of a story, as they come. No Operation, since OpenAPI cannot say what does not end; its problems are JSON all the same."""
    try:
        query = fit(query_of(ask.request), EventsQuery)
        story = await ask.read(lambda tx: _listened_to(tx, query))
        if ask.request.method == "HEAD":
            return Response(None, 200, headers.api(public=True), "text/event-stream")
        seen = parse_id(ask.request.headers.get("last-event-id", ""))
        network = ask.network if ask.kit.settings.limits.enabled else None
        return EventStream(room_of(ask).live.listen(story.id, seen, network))
    except Problem as problem:
        return problems.as_json(problem, ask.language, ask.id)


def _listened_to(tx: Tx, query: EventsQuery) -> Story:
    if query.story is not None:
        return stories.get_story(tx, query.story)
    found = stories.find(tx, query.url) if query.url else None
    if found is None:
        raise NotFound(N_("Nobody has spoken under this story yet."), "no_such_story", "url")
    return found


async def news_answer(ask: Ask[Actor], query: EventsQuery) -> News:
    """What is new in a thread, for a page that cannot keep a stream open."""
    ask.spend("read")
    return await ask.read(lambda tx: news.news(tx, _listened_to(tx, query).id, ask.now))


async def arrivals(ask: Ask[Actor], path: ThreadPath, query: ArrivalsQuery) -> Response:
    """New comments for a page that is open already."""
    ask.spend("read")
    pages = room_of(ask).pages
    body = await ask.read(lambda tx: pages.arrivals(tx, stories.get_story(tx, path.id), [int(each) for each in query.id]))
    return HTMLResponse(body, headers=headers.page(private=True) | {"X-Robots-Tag": "noindex"})


async def story_feed(ask: Ask[Actor], path: FeedPath) -> Response:
    """The newest comments of a story; of the one that it was merged into, where it was."""
    begun = room_of(ask).spellings.round
    found = await ask.read(lambda tx: stories.get_story(tx, path.id))
    return await send_page(ask, Key(found.id, path.kind), begun)


async def person_feed(ask: Ask[Actor], path: FeedPath) -> Response:
    """What a member said last."""
    ask.spend("read")
    return ready(ask, room_of(ask).pages.feed(await ask.read(lambda tx: feeds.of_person(tx, path.id)), path.kind))


async def site_feed(ask: Ask[Actor], path: SiteFeedPath) -> Response:
    """The newest comments on a site."""
    ask.spend("read")
    return ready(ask, room_of(ask).pages.feed(await ask.read(lambda tx: feeds.of_site(tx, path.host)), path.kind))


async def mine_answer(ask: Ask[Actor], path: ThreadPath) -> MineAnswer:
    """What only this reader sees of a thread: votes, comments that wait or can be changed, what their role allows."""
    ask.spend("read")
    return await ask.read(lambda tx: mine(tx, ask.actor(tx), path.id, ask.now))


async def theme(ask: Ask[Actor], path: ThemePath) -> Response:
    """A site's style sheet, under an address that holds its hash."""
    site = parse_id(path.name.partition(".")[0])
    found = await ask.read(lambda tx: sites.get_site(tx, site or 0))
    css = themes.sheet(found.theme)
    if not css:
        raise NotFound(N_("This site has no theme of its own."), "no_theme")
    given = headers.file(immutable=themes.address(found) == ask.request.url.path)
    return Response(css, 200, given, "text/css")


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/api/v1/thread", thread_answer, "Read a thread", public=True, problems=(NotFound,)),
    Operation("GET", "/api/v1/counts", counts, "Count comments", public=True),
    Operation("GET", "/api/v1/news", news_answer, "Ask what is new in a thread", public=True, problems=(NotFound,)),
    Operation("GET", "/me/thread/{id}", mine_answer, "What is one's own in a thread", problems=(NotFound, TooSoon)),
)
PAGES: tuple[Page, ...] = (
    Page("GET", "/thread", thread),
    Page("GET", "/thread/{id}", thread_by_id),
    Page("GET", "/thread/{id}/arrivals", arrivals),
    Page("GET", "/thread/{id}/feed.{name}", story_feed),
    Page("GET", "/people/{id}/feed.{name}", person_feed),
    Page("GET", "/sites/{host}/feed.{name}", site_feed),
    Page("GET", "/c/{id}", permalink),
    Page("GET", "/api/v1/events", events),
    Page("GET", "/theme/{name}", theme),
)
