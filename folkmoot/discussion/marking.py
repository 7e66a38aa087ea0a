"""Marks what was looked for in what was found, for the eye: in the HTML of a comment, or in an excerpt of its words. Pure."""

from __future__ import annotations

import re
from html import escape, unescape

from folkmoot.discussion.queries import SIGN, parse, tokens
from folkmoot.discussion.text import ACCENTS, UNSEEN
from folkmoot.errors import Invalid
from folkmoot.web.excerpts import end_of, plain

LONG = 400  # letters of an excerpt
BEFORE = 120  # of them at most before the first word that was looked for
_TAG = re.compile(r'(<[^>"]*(?:"[^"]*"[^>"]*)*>)')
_WORD = re.compile(rf"[{SIGN}]|(?:[^\W_{SIGN}][{ACCENTS}{UNSEEN}]*)+")  # as queries.tokens finds them, accents and joiners included


def wanted(typed: str) -> frozenset[str]:
    """The words that a query wants, as they are looked for."""
    try:
        return frozenset(token for phrase in parse(typed).phrases if phrase.wanted for token in phrase.tokens)
    except Invalid:
        return frozenset()


def mark_html(html: str, words: frozenset[str]) -> str:
    """A comment's HTML with <mark> around each of the words; tags and addresses stay as they are."""
    return "".join(part if part.startswith("<") else _marked(unescape(part), words) for part in _TAG.split(html))


def excerpt(html: str, words: frozenset[str], limit: int = LONG) -> str:
    """HTML of a comment's words without its form, cut between words with “…” where it is longer than `limit` letters."""
    said = plain(html)
    first = next((found.start() for found in _WORD.finditer(said) if _is(found[0], words)), 0)
    start = said.rfind(" ", 0, first - BEFORE) + 1 if len(said) > limit and first > limit - BEFORE else 0
    end = end_of(said, start, limit) if len(said) - start > limit else len(said)
    return ("… " if start else "") + _marked(said[start:end], words) + (" …" if end < len(said) else "")


def _marked(said: str, words: frozenset[str]) -> str:
    out, done = [], 0
    for found in _WORD.finditer(said) if words else ():
        if _is(found[0], words):
            out += [escape(said[done : found.start()], quote=False), f"<mark>{escape(found[0])}</mark>"]
            done = found.end()
    return "".join([*out, escape(said[done:], quote=False)])


def _is(word: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(tokens(word))
