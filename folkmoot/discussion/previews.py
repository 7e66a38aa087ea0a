"""What the page behind a link says of itself, shown below the comment: off by default, for members' first link alone, never a picture.

The worker asks, by outbound.py and nothing else; readers ask nobody but us. A page that does not answer is not shown, and not asked again
until the comment is edited.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import msgspec
from msgspec import Struct

from folkmoot import outbound
from folkmoot.discussion import store
from folkmoot.discussion.model import Preview
from folkmoot.discussion.rules import has_any
from folkmoot.discussion.text import UNSEEN, fold, leads_to
from folkmoot.errors import Problem
from folkmoot.people.store import person_by_id
from folkmoot.settings import Settings
from folkmoot.sites.store import policy_of
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx

BOUNDS = outbound.Bounds(most=1 << 19, seconds=8.0, types=("text/html", "application/xhtml+xml"))
LONGEST_TITLE, LONGEST_ABOUT = 120, 200
_LINK = re.compile(r'<a href="(https?://[^"]+)"')
_UNSEEN = re.compile(f"[{UNSEEN}]")
_CHARSETS = re.compile(  # what pages are written in: others of Python's fail, or take many seconds (punycode)
    r"utf-8|us-ascii|windows-125[0-8]|iso-8859-(?:[1-9]|1[013-6])|koi8-[ru]|macintosh|shift_jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5(?:-hkscs)?"
)


class Asked(Struct, frozen=True):
    """A comment, and where its first link leads; "" for none, so that what is shown goes."""

    comment: int
    address: str


def look(tx: Tx, told: dict[str, Any], now: int) -> Asked | None:
    """What is to be fetched for a comment; None where nothing is to change."""
    row = store.comment_row(tx, told["comment"])
    if row is None or row.state != "published" or not row.visible or not _wanted(tx, row):
        return None
    address = first_link(row.html)
    shown = store.preview_of(tx, row.id)
    known = msgspec.json.decode(shown, type=Preview).address if shown else ""
    return None if address == known else Asked(row.id, address)


def _wanted(tx: Tx, row: Row) -> bool:
    """Only where the site allows it, and only what somebody with a proven mailbox linked to: else anybody could have us ask anybody."""
    writer = person_by_id(tx, row.person) if row.person else None
    return policy_of(tx, get_story(tx, row.story).site).previews and writer is not None and writer.kind == "member"


def first_link(html: str) -> str:
    """Where the first live link of a rendered comment leads."""
    found = _LINK.search(html)
    return unescape(found[1]) if found else ""


def fetch(asked: Asked, settings: Settings, now: int) -> Preview | None:
    """What the page says of itself; None where it says nothing or does not come."""
    if not asked.address:
        return None
    try:
        answer = outbound.get(settings.outbound, asked.address, {"Accept": "text/html"}, BOUNDS)
    except Problem:
        return None
    return read_page(answer, asked.address) if answer.fine else None


def read_page(answer: outbound.Answer, address: str) -> Preview | None:
    """The title of a page, as it gives itself for showing elsewhere, else its own; and a sentence about it."""
    page = _Page()
    page.feed(_decoded(answer))
    title = _clean(page.found.get("og:title") or page.found.get("title", ""), LONGEST_TITLE)
    host = leads_to(address)
    if not title or host is None:
        return None
    about = _clean(page.found.get("og:description") or page.found.get("description", ""), LONGEST_ABOUT)
    return Preview(title, "" if about == title else about, address, host)


def _decoded(answer: outbound.Answer) -> str:
    told = answer.headers.get("content-type", "").lower().partition("charset=")[2].split(";")[0].strip("\"' ")
    return answer.body.decode(told if _CHARSETS.fullmatch(told) else "utf-8", "replace")


def _clean(words: str, most: int) -> str:
    """One line of what can be seen, cut at a word."""
    line = " ".join(_UNSEEN.sub("", words.encode("utf-8", "replace").decode()).split())
    if len(line) <= most:
        return line
    return line[:most].rpartition(" ")[0].rstrip(" ,;:–-") + "…" if " " in line[:most] else line[:most] + "…"


class _Page(HTMLParser):
    """Finds titles and descriptions in the head of a page; nothing after it is looked at."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self._in_title = self._past = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = (given.get("property") or given.get("name") or "").lower()
        if tag == "meta" and name in ("og:title", "og:description", "description") and not self._past:
            self.found.setdefault(name, given.get("content") or "")
        self._in_title = tag == "title" and "title" not in self.found and not self._past
        self._past = self._past or tag == "body"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.found["title"] = self.found.get("title", "") + data[:1_000]


def remember(tx: Tx, told: dict[str, Any], came: Preview | None, now: int) -> None:
    """Keeps what came, unless the comment has changed meanwhile: then its own job is on the way. What the site takes from nobody is not kept."""
    row = store.comment_row(tx, told["comment"])
    if row is None or row.state != "published" or (came is not None and came.address != first_link(row.html)):
        return
    came = came if came and _welcome(tx, row, came) else None
    shown = msgspec.json.encode(came).decode() if came else ""
    if shown == store.preview_of(tx, row.id) or (came is None and not _gone(tx, row)):
        return
    tx.hold(row.story)
    store.set_preview(tx, row.id, shown)
    tx.bump(row.story)


def _welcome(tx: Tx, row: Row, came: Preview) -> bool:
    """Whether what a page says of itself holds none of the words that a comment would be refused or held for."""
    policy = policy_of(tx, get_story(tx, row.story).site)
    return not any(has_any(fold(said), policy.banned_words + policy.suspect_words) for said in (came.title, came.about))


def behind(tx: Tx, row: Row) -> Preview | None:
    """What readers see below a comment, for the desk: of the page behind its link; None where the site shows no such thing."""
    return msgspec.json.decode(row.preview, type=Preview) if row.preview and policy_of(tx, get_story(tx, row.story).site).previews else None


def _gone(tx: Tx, row: Row) -> bool:
    """Whether what is shown is of a link that the comment has no more."""
    shown = store.preview_of(tx, row.id)
    return bool(shown) and msgspec.json.decode(shown, type=Preview).address != first_link(row.html)
