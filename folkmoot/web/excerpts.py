"""The beginning of what somebody wrote: words without their form, cut between two of them. Pure."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r'<(/?)(\w*)[^>"]*(?:"[^"]*"[^>"]*)*>')
_WITHIN = frozenset({"a", "bdi", "code", "del", "em", "mark", "s", "span", "strong"})  # stand inside a word or beside a comma


def plain(html: str) -> str:
    """What a comment's HTML says, in one line."""
    return " ".join(unescape(_TAG.sub(lambda tag: "" if tag[2] in _WITHIN else " ", html)).split())


def cut(words: str, limit: int) -> str:
    """The beginning of words, at most `limit` letters, with “…” where something is left out."""
    return words if len(words) <= limit else f"{words[: end_of(words, 0, limit)]} …"


def end_of(words: str, start: int, limit: int) -> int:
    """Where to cut words that begin at `start`: before the last space, or where there is none far and wide, after `limit` letters."""
    space = words.rfind(" ", start, start + limit + 1)
    return space if space > start + limit // 2 else start + limit


def excerpt(html: str, limit: int) -> str:
    """The beginning of a comment's words without their form."""
    return cut(plain(html), limit)
