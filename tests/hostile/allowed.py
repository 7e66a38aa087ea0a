"""The allow-list as a judge of its own: written down here a second time, and read with another parser than the renderer's."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import ada_url

ELEMENTS = {"a", "bdi", "blockquote", "br", "code", "del", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
REL = "nofollow ugc noopener noreferrer"


class _Judge(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if (tag, name) == ("a", "href"):
                self.links.append(value or "")
            elif not self._may(tag, name, value or ""):
                self.faults.append(f"{name}={value!r} on <{tag}>")

    @staticmethod
    def _may(tag: str, name: str, value: str) -> bool:
        language = re.fullmatch(r"language-[a-z0-9+-]{1,20}", value) is not None
        return (tag, name, value) in {("a", "rel", REL), ("bdi", "class", "host")} or ((tag, name) == ("code", "class") and language)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"instruction {data!r}")


def _judged(markup: str) -> _Judge:
    judge = _Judge()
    judge.feed(markup)
    judge.close()
    return judge


def faults(markup: str) -> list[str]:
    """What in a comment's HTML is outside the allow-list: elements, attributes, values, addresses."""
    judge = _judged(markup)
    return judge.faults + [link for link in judge.links if not lives_by_the_standard(link)]


def links(markup: str) -> list[str]:
    """The addresses of its live links."""
    return _judged(markup).links


def words(markup: str) -> str:
    """What is to be read of it."""
    return "".join(_judged(markup).words)


def lives_by_the_standard(address: str) -> bool:
    """Whether a browser (WHATWG URL) reads an address as http(s) with a dotted host and no user, or as a bare mailto."""
    try:
        url = ada_url.URL(address)
    except ValueError:
        return False
    if url.protocol == "mailto:":
        return "?" not in address and "%" not in address and "@" in url.pathname
    return url.protocol in ("http:", "https:") and not url.username and not url.password and "." in url.hostname
