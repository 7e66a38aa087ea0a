"""What a reader types into a search box, read: words, "a phrase", -without, author:Ada, from:2026-05-01, until:2026-05-31. Pure.

All words are wanted, in any order; of several authors any one; -author:Ada is by others than Ada.
Case, accents and signs do not count. Nothing else is a grammar: what does not fit is words.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct
from msgspec.structs import replace

from folkmoot.discussion.text import fold
from folkmoot.errors import Invalid, say

MAX_QUERY = 200
MAX_TERMS = 12
MAX_TOKEN = 60
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»"), '"')  # as people and their devices set them
_PART = re.compile(r'(-?)(?:(author|from|until):)?(?:"([^"]*)"?|(\S+))', re.I)
# Scripts without spaces between words: each sign is a token, and a run of them is a phrase.
SIGN = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{SIGN}]|[^\W_{SIGN}]+")


class Phrase(Struct, frozen=True):
    """Words one after another. wanted: False where they must not be there."""

    tokens: tuple[str, ...]
    wanted: bool = True


class Query(Struct, frozen=True):
    """What is looked for. authors, strangers: tokens of each name, any of which wrote it, none of which did; since, until: UTC ms, until is the
    first moment after."""

    phrases: tuple[Phrase, ...] = ()
    authors: tuple[tuple[str, ...], ...] = ()
    since: int = 0
    until: int = 1 << 62
    strangers: tuple[tuple[str, ...], ...] = ()


def tokens(words: str) -> tuple[str, ...]:
    """Words as they are kept and looked for."""
    return tuple(token[:MAX_TOKEN] for token in _TOKEN.findall(fold(words)))


def parse(typed: str) -> Query:
    """Reads a query. Raises Invalid where nothing is looked for, or a day is none."""
    if len(typed) > MAX_QUERY:
        raise Invalid(say("A search takes up to {limit} letters.", limit=MAX_QUERY), "too_long", "q")
    found = Query()
    for minus, key, phrase, word in _PART.findall(typed.translate(_QUOTES)):
        found = _with(found, key.lower(), phrase or word, wanted=not minus)
    if not found.authors and not any(phrase.wanted for phrase in found.phrases):
        raise Invalid("Say at least one word to look for, or author: and a name.", "empty_query", "q")
    if len(found.phrases) + len(found.authors) + len(found.strangers) > MAX_TERMS:
        raise Invalid(say("A search takes up to {limit} words and phrases.", limit=MAX_TERMS), "too_many_terms", "q")
    return found


def _with(query: Query, key: str, words: str, *, wanted: bool) -> Query:
    if key in ("from", "until") and wanted:
        day = _day(words)
        return replace(query, since=day) if key == "from" else replace(query, until=day + 86_400_000)
    said = tokens(words)
    if not said:
        return query
    if key == "author":
        return replace(query, authors=(*query.authors, said)) if wanted else replace(query, strangers=(*query.strangers, said))
    return replace(query, phrases=(*query.phrases, Phrase(tokens(f"{key} {words}"), wanted)))


def _day(words: str) -> int:
    try:
        day = date.fromisoformat(words)
        date.max - day > timedelta(1) or _no_day(words)
        return int(datetime.combine(day, time(), UTC).timestamp()) * 1000
    except (ValueError, OverflowError):
        raise _no_day(words) from None


def _no_day(words: str) -> Invalid:
    return Invalid(say("{words} is no day. One looks like 2026-05-31.", words=words[:40]), "bad_day", "q")
