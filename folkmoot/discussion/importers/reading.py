"""What an archive calls a comment -> what a comment is here: the same names, the same words, the same renderer as for live input."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from unicodedata import category

from msgspec import Struct

from folkmoot.discussion.importers.html_text import attempts, is_plain, plain_attempts, words_of, words_shown
from folkmoot.discussion.importers.model import Comment
from folkmoot.discussion.model import MAX_IMPORTED, Words
from folkmoot.discussion.text import UNSTORABLE, read
from folkmoot.errors import Invalid, TooLarge, say
from folkmoot.people.names import MAX_NAME, clean_name, skeleton

UNKNOWN = "Unknown"  # who wrote what has lost its author
NO_WORDS = "[…]"     # what stands for words that the source does not have
NOTHING = Words("", "", (), "", "", 0)


class Name(Struct, frozen=True):
    """A name as it may stand here. skeleton: as the eye reads it. changed: it is not quite what the source says."""

    name: str
    skeleton: str
    changed: bool = False


@lru_cache(maxsize=20_000)
def name_of(given: str) -> Name:
    """A source's name, by the rules for live ones: what they refuse is cut or left out, and nothing left is UNKNOWN."""
    kept = "".join(letter for letter in given[: MAX_NAME * 10] if letter == " " or category(letter)[0] in "LNP")
    for tried in (given if given.strip() else UNKNOWN, kept.strip()[:MAX_NAME], UNKNOWN):
        try:
            name = clean_name(tried)
        except Invalid:
            continue
        return Name(name, skeleton(name), changed=tried != given and bool(given.strip()))
    raise AssertionError(f"{UNKNOWN} is a name.")


def words_of_comment(comment: Comment) -> Words | None:
    """A comment's words, shown as its source meant them; None where there are none. Raises TooLarge past MAX_IMPORTED letters."""
    typed = UNSTORABLE.sub("\ufffd", comment.words)
    if len(typed) > MAX_IMPORTED * 10:
        raise _too_long()
    if comment.form == "markdown":
        return _read(typed)
    if comment.form == "plain":
        return _first_that_shows(" ".join(typed.split()), plain_attempts(typed))
    tries = attempts(typed)
    first = next(tries)
    return _read(first) if is_plain(typed, first) else _first_that_shows(words_of(typed), chain([first], tries))


def _first_that_shows(wanted: str, tries: Iterator[str]) -> Words | None:
    """The first try of which our renderer shows just the wanted words; else the last."""
    best: Words | None = None
    for attempt in tries:
        words = _read(attempt)
        best = words or best
        if words and words_shown(words.html) == wanted:
            return words
    return best


def _read(text: str) -> Words | None:
    try:
        return read(text, limit=MAX_IMPORTED)
    except TooLarge:
        raise _too_long() from None
    except Invalid:
        return None


def _too_long() -> TooLarge:
    """Said of a comment that nobody here can shorten any more."""
    return TooLarge(say("The comment is longer than {most} letters.", most=MAX_IMPORTED), "too_long", "text")
