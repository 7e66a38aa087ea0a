"""The links under a note: judged as they come in, and read as a page when they have been fetched. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

import ada_url

from folkmoot.errors import Invalid, say
from folkmoot.notes.model import MAX_SOURCES, Source
from folkmoot.sites.addresses import clean_address

_NOT_PUBLIC = frozenset({"localhost", "localdomain", "local", "internal", "intranet", "private", "lan", "home", "corp", "arpa", "invalid", "onion"})
_NUMBER = re.compile(r"[0-9.]+|\[.*\]|.*\.(?:[0-9]+|0x[0-9a-f]*)", re.I)
_UNSEEN = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
MAX_PAGE_TITLE = 200
MAX_STORY = 200_000


def read_sources(typed: Sequence[str], story: str = "") -> tuple[Source, ...]:
    """The sources of a note as they were typed. story: the story's own address, which proves nothing about itself.

    Raises Invalid, field `sources`, where there is none, too many, or one that leads nowhere public.
    """
    links = list(dict.fromkeys(each.strip() for each in typed if each.strip()))
    if not links:
        raise Invalid("A note needs a source: the address of a page where others can check it.", "no_source", "sources")
    if len(links) > MAX_SOURCES:
        raise Invalid(say("A note takes up to {most} sources. Keep the best ones.", most=MAX_SOURCES), "too_many_sources", "sources")
    return tuple(_read(link, story) for link in links)


def _read(link: str, story: str) -> Source:
    try:
        cleaned = clean_address(link)
    except Invalid as problem:
        raise Invalid(problem.words, "bad_source", "sources") from None
    url = ada_url.URL(link)
    host = str(url.hostname)
    if _UNSEEN.search(link) or not _public(host):
        raise Invalid(say("{host} is not a public page, so nobody could check it. Give another source.", host=host[:80]), "bad_source", "sources")
    if story and cleaned == clean_address(story):
        raise Invalid("The story cannot be its own source. Give a page that others can check it against.", "own_source", "sources")
    return Source(str(url.href), ada_url.idna.decode(host.encode()) if host.startswith("xn--") or ".xn--" in host else host)


def _public(host: str) -> bool:
    return "." in host and not _NUMBER.fullmatch(host) and host.rsplit(".", 1)[-1] not in _NOT_PUBLIC


class Read(HTMLParser):
    """A page read for its title and the words of its article: what stands in <article>, else in <main>, else in the paragraphs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._open: list[str] = []
        self._parts: dict[str, list[str]] = {"article": [], "main": [], "page": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and given.get("property") == "og:title" and given.get("content"):
            self.title = str(given["content"])
        if tag not in _VOID and len(self._open) < _DEEPEST:
            self._open.append(tag)
        if tag in _BLOCKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag in _BLOCKS:
            self._break()

    def _break(self) -> None:
        for part in self._parts.values():
            if part and part[-1] != "\n":
                part.append("\n")

    def handle_data(self, data: str) -> None:
        if "title" in self._open and "svg" not in self._open and not self.title:
            self.title = " ".join(data.split())
        if not _SKIPPED.isdisjoint(self._open) or not data.strip():
            return
        for part in ("article", "main"):
            if part in self._open:
                self._parts[part].append(data)
        if not _BLOCKS.isdisjoint(self._open):
            self._parts["page"].append(data)

    @property
    def text(self) -> str:
        """The article's words, a paragraph a line."""
        found = next((part for part in self._parts.values() if len("".join(part).split()) > 20), self._parts["page"])
        lines = (" ".join(line.split()) for line in "".join(found).split("\n"))
        return "\n".join(line for line in lines if line)[:MAX_STORY]


_DEEPEST = 200  # elements in each other; deeper ones are a trap for whoever looks at all of them for each word
_VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
_BLOCKS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "figcaption", "td", "th", "dd", "dt", "pre"))
_SKIPPED = frozenset(("script", "style", "template", "noscript", "nav", "aside", "form", "svg", "folkmoot-thread"))


def read_page(html: str) -> tuple[str, str]:
    """(title, the article's text) of a page's HTML. Never raises: what cannot be read is empty."""
    reader = Read()
    reader.feed(html[: 4 * MAX_STORY])
    return " ".join(reader.title.split())[:MAX_PAGE_TITLE], reader.text
