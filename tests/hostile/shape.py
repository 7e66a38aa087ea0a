"""What a page is made of outside readers' own words: no word that a reader types may change it.

A page is taken apart into the list items of its comments and the rest around them. Each is a row of tags with their attributes;
numbers in attributes are left out, addresses and typed values are collected instead. Where a page of harmless comments and one
of hostile comments have the same shape, nothing that was typed has become markup, script, attribute or form.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import ada_url

VOID = {"base", "br", "hr", "input", "link", "meta"}
TYPED = {
    ("input", "value"), ("input", "name"), ("fm-thread", "data-url"), ("fm-thread", "data-story"), ("time", "datetime"), ("time", "title"),
    ("article", "aria-label"), ("link", "title"), ("button", "data-next"), ("button", "data-handover"),
}  # fmt: skip
LEADS = {"href", "action", "src"}
_DIGITS = re.compile(r"[0-9]+")


class Shape(HTMLParser):
    """items: the shapes of the comments' list items, in order; around: that of all else. words: what stands in `.words`, as markup."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.around: list[str] = []
        self.items: list[tuple[str, ...]] = []
        self.words: list[str] = []
        self.leads: list[str] = []
        self.data: list[object] = []
        self.texts: list[str] = []
        self._page = page
        self._starts = [0]
        for line in page.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._open: list[str] = []       # elements, from the root down
        self._item: list[str] | None = None
        self._item_depth = 0
        self._words_at: int | None = None
        self._skip: int | None = None    # depth of a tag that honest readers may have or not
        self._script = ""
        self.feed(page)
        self.close()
        assert self._open == [], f"{self._open} are left open"

    def _place(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def _note(self, sign: str) -> None:
        if self._skip is None:
            (self.around if self._item is None else self._item).append(sign)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._words_at is not None:
            return
        if tag == "li" and "data-id" in given and self._item is None:
            self._item, self._item_depth = [], len(self._open)
        if tag == "span" and given.get("class") in ("tag", "tag staff"):
            self._skip = len(self._open)
        self._note(f"<{tag} {' '.join(f'{name}={self._value(tag, name, value)}' for name, value in given.items())}>")
        if tag not in VOID:
            self._open.append(tag)
        if tag == "div" and "words" in given.get("class", "").split():
            text = self.get_starttag_text()
            assert text
            self._words_at = self._place() + len(text)
        if tag == "script":
            self._script = given.get("type", "none")

    def _value(self, tag: str, name: str, value: str) -> str:
        if name in LEADS:
            self.leads.append(value)
            return "…"
        if (tag, name) in TYPED:
            self.texts.append(value)
            return "…"
        return _DIGITS.sub("#", value)

    def handle_endtag(self, tag: str) -> None:
        if self._words_at is not None:
            if tag != "div":
                return
            self.words.append(self._page[self._words_at : self._place()])
            self._words_at = None
        assert self._open, f"</{tag}> ends nothing"
        assert self._open[-1] == tag, f"</{tag}> ends {self._open[-1]}"
        self._open.pop()
        if self._skip == len(self._open):
            self._skip = None
            return
        self._note(f"</{tag}>")
        if self._item is not None and len(self._open) == self._item_depth:
            self.items.append(tuple(self._item))
            self._item = None

    def handle_data(self, data: str) -> None:
        if self._words_at is not None or not data.strip():
            return
        if self._open and self._open[-1] == "script":
            assert "<" not in data and ">" not in data, data
            self.data.append(json.loads(data))
        else:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        assert self._words_at is not None, f"a comment: {data}"

    def handle_decl(self, decl: str) -> None:
        assert self._words_at is not None or decl.lower() == "doctype html", decl

    def handle_pi(self, data: str) -> None:
        assert self._words_at is not None, data

    def unknown_decl(self, data: str) -> None:
        assert self._words_at is not None, data


def foreign_leads(shape: Shape, *hosts: str) -> list[str]:
    """The addresses on a page, outside readers' words, that lead neither to our own pages nor to one of these hosts."""
    return [lead for lead in shape.leads if not _is_ours(lead) and _host(lead) not in hosts]


def _host(lead: str) -> str:
    """The host to which a browser goes (WHATWG URL), "" where it does something else."""
    try:
        url = ada_url.URL(lead)
    except ValueError:
        return ""
    return str(url.hostname) if url.protocol in ("http:", "https:") and not url.username and not url.password else ""


def _is_ours(lead: str) -> bool:
    return bool(re.match(r"/(?![/\\])|#", lead))
