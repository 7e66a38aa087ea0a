"""Builds a page of a thread, as HTML and as JSON, in one read of the database. Decides nothing: it puts together and sends."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import msgspec
from msgspec import Struct

from folkmoot.action import actions
from folkmoot.action.actions import Carded
from folkmoot.discussion import news, paging
from folkmoot.discussion.answers import CommentAnswer, flat
from folkmoot.discussion.model import Page
from folkmoot.discussion.threads import ORDERS, order_named
from folkmoot.notes import showing
from folkmoot.notes.showing import Head
from folkmoot.reading import feeds, themes
from folkmoot.reading.answers import Lines, pack
from folkmoot.reading.fragments import Fragments
from folkmoot.reading.snapshots import Key, Snapshot
from folkmoot.settings import Settings
from folkmoot.sites.addresses import spoken_for
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web import headers, static
from folkmoot.web.kit import clock
from folkmoot.web.pages import template
from folkmoot.web.words import in_words, machine

HTML = b"text/html; charset=utf-8"
JSON = b"application/json"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class StoryAnswer(Struct, frozen=True):
    """A story in JSON. comments: how many readers see; version: moves with whatever they see; closed: since when, or null."""

    id: str
    url: str
    title: str
    closed: str | None
    comments: int
    version: int


class ThreadAnswer(Struct, frozen=True):
    """Part of a thread: comments in reading order, a parent before its replies.

    `more` continues the roots, or the replies to `parent` where those were asked for; a comment's own `more` continues its
    replies where this page left some out. order: what was asked for; sorted_by: what it is sorted by while nobody has voted.
    """

    story: StoryAnswer
    order: str
    sorted_by: str
    comments: list[CommentAnswer]
    more: str | None


@cache
def _style() -> tuple[str, str]:
    """The style sheet that every page holds, and its hash for the policy."""
    css = static.file("look.css").plain.decode()
    return css, headers.style_hash(css)


class Pages:
    """Builds pages; keeps the comments that it has rendered."""

    def __init__(self, settings: Settings) -> None:
        self._roots = settings.reading.page_roots
        self._replies = settings.reading.replies_per_parent
        self._origin = settings.server.public_url
        self.address = settings.server.address
        self.fragments = Fragments()

    def build(self, tx: Tx, key: Key) -> Snapshot:
        """The page of a key. Raises NotFound, and Invalid for an unknown order or a cursor that belongs elsewhere."""
        if key.kind in ("atom", "feed"):
            return self.feed(feeds.of_story(tx, key.story), key.kind, news.version_of(tx, key.story))
        part = self._part(tx, key)
        story = get_story(tx, part.story)
        if key.kind == "json":
            return pack(part.version, msgspec.json.encode(thread_answer(story, part)), JSON, _lines(headers.api(public=True)))
        whole = not (key.after or key.parent or key.comment)
        head, acts = (showing.head(tx, story.id), actions.cards(tx, story.id, clock())) if whole else (Head(), [])
        return self._html(get_site(tx, story.site), story, part, head, acts, whole=whole)

    def _part(self, tx: Tx, key: Key) -> Page:
        if key.comment:
            return paging.permalink(tx, key.comment, key.order)
        return paging.branch(
            tx, key.story, key.order, key.parent or 0, limit=key.limit or self._roots, after=key.after, replies=self._replies
        )

    def feed(self, feed: feeds.Feed, kind: feeds.Kind, version: int = 0) -> Snapshot:
        """A feed, spelled and ready."""
        return pack(version, feeds.spell(feed, kind, self.address), feeds.TYPES[kind], _lines(headers.api(public=True)))

    def arrivals(self, tx: Tx, story: Story, comments: list[int]) -> str:
        """Comments that an open page does not have yet, to be put into it."""
        site = get_site(tx, story.site)
        language = story.language or site.language
        found = news.arrivals(tx, story.id, comments)
        return template("reading/arrivals.html", language).render(found=found, article=self.fragments.article(language, site.policy.previews))

    def empty(self, site: Site, address: str, publisher_key: str, order: str) -> Snapshot:
        """The page of a story that nobody has spoken under yet: it is not in the database, so it has no id."""
        story = Story(0, site.id, publisher_key or None, address, "", "reader", None, 0, None)
        page = Page(0, 0, order_named(order).name, order, (), None, 0)
        return self._html(site, story, page, Head(), [], whole=False)

    def _html(self, site: Site, story: Story, page: Page, notes: Head, acts: list[Carded], *, whole: bool) -> Snapshot:
        """whole: it is the story's own page, which search engines may name; other parts of it they may only follow."""
        language = story.language or site.language
        css, css_hash = _style()
        body = template("reading/thread.html", language).render(
            acts=acts, notes=notes, style=css, theme=themes.address(site), page=page, story=story, site=site, orders=list(_orders(page, language)),
            key=story.publisher_key or "", title=story.title or story.address, closed=story.closed is not None,
            article=self.fragments.article(language, site.policy.previews),
            branch=self.fragments.branch(page, story, language, site.policy.previews),
            parts=self.fragments.parts(story, story.publisher_key or "", language),
        )  # fmt: skip
        given = headers.page(frames=self._frames(site), styles=[css_hash]) | {"Content-Language": language}
        return pack(page.version, body.encode(), HTML, _lines(given if whole else given | {"X-Robots-Tag": "noindex"}))

    def _frames(self, site: Site) -> Iterator[str]:
        """The origins whose pages may show the thread: the site's hosts, without TLS only where we have none ourselves."""
        for host in spoken_for(site.hosts):
            yield f"https://{host}"
            if not self._origin.startswith("https:") or host.rsplit(":", 1)[0] in _LOOPBACK:
                yield f"http://{host}"


def _orders(page: Page, language: str) -> Iterator[tuple[str, str, str, bool]]:
    """(name, words, address, whether it is this one) of each order."""
    for order in ORDERS.values():
        yield order.name, in_words(order.label, language), f"/thread/{page.story}?order={order.name}", order.name == page.order


def thread_answer(story: Story, page: Page) -> ThreadAnswer:
    """A page as the API says it."""
    closed = machine(story.closed) if story.closed else None
    said = StoryAnswer(str(story.id), story.address, story.title, closed, page.live, page.version)
    return ThreadAnswer(said, page.order, page.effective, flat(page), page.more)


def _lines(given: dict[str, str]) -> Lines:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()]
