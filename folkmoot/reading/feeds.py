"""Feeds: the newest comments of a story, a person or a site, as Atom (RFC 4287) and as JSON Feed 1.1. The same bytes for every reader.

The words in them are the harmless HTML of the page. A removed comment is gone from the feed at once; readers' programs keep what they have.
"""

from __future__ import annotations

import re
from typing import Literal
from xml.etree import ElementTree as Xml

import msgspec
from msgspec import Struct

from folkmoot.discussion import store_feeds
from folkmoot.discussion.model import Comment
from folkmoot.errors import NotFound
from folkmoot.people import store as people
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site
from folkmoot.sites.store import latest_story_ids, site_by_hosts
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.words import machine, translations

Kind = Literal["atom", "feed"]
TYPES: dict[str, bytes] = {"atom": b"application/atom+xml; charset=utf-8", "feed": b"application/feed+json"}
MOST = 50
LOOKED_AT = 1_000  # comments of all sites, among which those of a busy one are found at once
STORIES = 10_000   # of a quiet site, the latest, under which its comments are looked for
_ATOM = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Item(Struct, frozen=True):
    """An entry: a comment and the story that it belongs to."""

    comment: Comment
    title: str


class Feed(Struct, frozen=True):
    """A feed before it is spelled. page: what it is the feed of; own: its own path, without ending."""

    title: str
    page: str
    own: str
    language: str
    items: tuple[Item, ...]


def of_story(tx: Tx, story: int) -> Feed:
    """The newest comments of a story. Raises NotFound."""
    found = get_story(tx, story)
    site = get_site(tx, found.site)
    said = translations(found.language or site.language).gettext("Discussion: %(title)s") % {"title": found.title or found.address}
    items = tuple(Item(each, found.title or found.address) for each in store_feeds.newest_of_story(tx, found.id, MOST))
    return Feed(said, found.address, f"/thread/{found.id}/feed", found.language or site.language, items)


def of_person(tx: Tx, person: int) -> Feed:
    """What a member said last, under stories of all sites here. Raises NotFound for guests and for who is gone."""
    found = people.person_by_id(tx, person)
    if found is None or found.kind != "member":
        raise NotFound("There is no such person.", "no_such_person")
    titles: dict[int, Story] = {}
    comments = store_feeds.newest_of_person(tx, person, MOST)
    items = tuple(Item(each, _title(tx, titles, each.story)) for each in comments)
    return Feed(found.name, "", f"/people/{person}/feed", _language(tx, titles), items)


def of_site(tx: Tx, host: str) -> Feed:
    """The newest comments on a site, of those written here: what an import brings is not news, and is left out. Raises NotFound."""
    number = site_by_hosts(tx, [host])
    if number is None:
        raise NotFound("There is no such site.", "no_such_site")
    site = get_site(tx, number)
    titles: dict[int, Story] = {}
    items = tuple(Item(each, _title(tx, titles, each.story)) for each in _newest_on(tx, titles, number))
    said = translations(site.language).gettext("Discussion: %(title)s") % {"title": site.name}
    return Feed(said, f"https://{site.host}/", f"/sites/{site.host}/feed", site.language, items)


def _newest_on(tx: Tx, titles: dict[int, Story], site: int) -> list[Comment]:
    """A busy site's are among the newest of all; beside one, those of a quiet site are looked for story by story."""
    found = [each for each in store_feeds.newest_of_all(tx, LOOKED_AT) if _site_of(tx, titles, each.story) == site]
    return found[:MOST] if len(found) >= MOST else store_feeds.newest_of_stories(tx, latest_story_ids(tx, site, STORIES), MOST)


def _story(tx: Tx, known: dict[int, Story], story: int) -> Story:
    if story not in known:
        known[story] = get_story(tx, story)
    return known[story]


def _site_of(tx: Tx, known: dict[int, Story], story: int) -> int:
    return _story(tx, known, story).site


def _title(tx: Tx, known: dict[int, Story], story: int) -> str:
    found = _story(tx, known, story)
    return found.title or found.address


def _language(tx: Tx, known: dict[int, Story]) -> str:
    sites = {story.site for story in known.values()}
    site: Site | None = get_site(tx, sites.pop()) if len(sites) == 1 else None
    return site.language if site else "en"


def spell(feed: Feed, kind: Kind, origin: str) -> bytes:
    """A feed as bytes. origin: our own, so that every link in it is whole."""
    return _atom(feed, origin) if kind == "atom" else _json(feed, origin)


def _atom(feed: Feed, origin: str) -> bytes:
    root = Xml.Element("feed", {"xmlns": _ATOM, "xml:lang": feed.language})
    _put(root, "title", feed.title)
    _put(root, "id", f"{origin}{feed.own}.atom")
    _put(root, "updated", machine(max((item.comment.edited or item.comment.posted for item in feed.items), default=0)))
    _put(root, "link", rel="self", href=f"{origin}{feed.own}.atom", type="application/atom+xml")
    if feed.page:
        _put(root, "link", rel="alternate", href=feed.page, type="text/html")
    for item in feed.items:
        _entry(_put(root, "entry"), item, origin)
    body: bytes = Xml.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def _entry(entry: Xml.Element, item: Item, origin: str) -> None:
    comment = item.comment
    _put(entry, "id", f"{origin}/c/{comment.id}")
    _put(entry, "title", f"{comment.name}: {item.title}")
    _put(entry, "link", rel="alternate", href=f"{origin}/c/{comment.id}", type="text/html")
    _put(entry, "published", machine(comment.posted))
    _put(entry, "updated", machine(comment.edited or comment.posted))
    _put(_put(entry, "author"), "name", comment.name)
    _put(entry, "content", comment.html, type="html")


def _put(parent: Xml.Element, name: str, words: str = "", **given: str) -> Xml.Element:
    made = Xml.SubElement(parent, name, {key: _NO_XML.sub("\ufffd", value) for key, value in given.items()})
    made.text = _NO_XML.sub("\ufffd", words) or None
    return made


def _json(feed: Feed, origin: str) -> bytes:
    items = [
        {
            "id": f"{origin}/c/{item.comment.id}", "url": f"{origin}/c/{item.comment.id}", "title": f"{item.comment.name}: {item.title}",
            "content_html": item.comment.html, "content_text": item.comment.text, "date_published": machine(item.comment.posted),
            "date_modified": machine(item.comment.edited or item.comment.posted), "authors": [{"name": item.comment.name}],
        }
        for item in feed.items
    ]  # fmt: skip
    said = {"version": "https://jsonfeed.org/version/1.1", "title": feed.title, "feed_url": f"{origin}{feed.own}.json", "language": feed.language}
    return msgspec.json.encode(said | ({"home_page_url": feed.page} if feed.page else {}) | {"items": items})
