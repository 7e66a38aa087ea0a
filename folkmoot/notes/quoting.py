"""A quoted passage and the text that it comes from: finding it again after the text has changed, and what has changed. Pure.

W3C Web Annotation's TextQuoteSelector (exact, prefix, suffix). A passage is looked for where it was, then word for word elsewhere, the
place with the most fitting surroundings first, then by the window of words that shares most with it. What is found no more is "about
an earlier version": it is kept, never dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from msgspec import Struct

from folkmoot.notes.model import MAX_CONTEXT, Found, Passage

ISLAND = 3    # words that must have stayed between two changes to be told as the same
ALIKE = 0.6  # share of a passage's words that a window must hold to be its changed self
_WORD = re.compile(r"\w+(?:[’'-]\w+)*")
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "\u00a0": " "})


class Anchor(Struct, frozen=True):
    """Where a passage is now. start, end: letters into the text; None where it is not there."""

    found: Found
    start: int | None = None
    end: int | None = None


def level(text: str) -> str:
    """A text as it is compared: quotes, dashes and spaces in one spelling, letter for letter, so that places stay places."""
    return "".join(letter if letter != "\n" and letter != "\t" else " " for letter in text.translate(_QUOTES)).lower()


def anchor(passage: Passage, text: str, title: str = "", place: int | None = None) -> Anchor:
    """Finds a passage in a story's text, or in its headline. place: where it was when it was last found."""
    wanted = level(" ".join(passage.exact.split()))
    if not wanted:
        return Anchor("exact")
    if wanted in level(" ".join(title.split())):
        return Anchor("headline")
    if not text:
        return Anchor("unknown")
    leveled = level(text)
    if place is not None and leveled.startswith(wanted, place):
        return Anchor("exact", place, place + len(wanted))
    found = list(_occurrences(leveled, wanted))
    if found:
        start = max(found, key=lambda at: (_fit(passage, leveled, at, at + len(wanted)), -at))
        return Anchor("exact", start, start + len(wanted))
    return _nearest(passage, leveled, wanted)


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _fit(passage: Passage, text: str, start: int, end: int) -> float:
    """How well the surroundings fit: the share of prefix and suffix that is there, nearest letters first."""
    before, after = level(passage.prefix).strip(), level(passage.suffix).strip()
    return _common(before[::-1], text[:start].rstrip()[::-1]) + _common(after, text[end:].lstrip())


def _common(wanted: str, there: str) -> float:
    if not wanted:
        return 0.0
    same = next((at for at, letter in enumerate(wanted) if at >= len(there) or there[at] != letter), len(wanted))
    return same / len(wanted)


def _nearest(passage: Passage, text: str, wanted: str) -> Anchor:
    """The window of words that holds most of the passage's. A tie goes to the better surroundings."""
    words = list(_WORD.finditer(text))
    needed = Counter(_WORD.findall(wanted))
    size = sum(needed.values())
    if not size or len(words) < 2:
        return Anchor("gone")
    best, at = 0.0, 0
    for start, shared in enumerate(_shared([word.group() for word in words], needed, size)):
        score = shared / size + 0.2 * _edge(passage, text, words, start, size)
        if score > best:
            best, at = score, start
    last = min(at + size, len(words)) - 1
    return Anchor("changed", words[at].start(), words[last].end()) if best >= ALIKE else Anchor("gone")


def _shared(words: list[str], needed: Counter[str], size: int) -> Iterator[int]:
    """For each window of `size` words, how many of the needed ones it holds."""
    inside: Counter[str] = Counter()
    shared = 0
    for at, word in enumerate(words):
        inside[word] += 1
        shared += inside[word] <= needed[word]
        if at >= size:
            gone = words[at - size]
            shared -= inside[gone] <= needed[gone]
            inside[gone] -= 1
        if at >= size - 1 or at == len(words) - 1:
            yield shared


def _edge(passage: Passage, text: str, words: list[re.Match[str]], start: int, size: int) -> float:
    last = min(start + size, len(words)) - 1
    return _fit(passage, text, words[start].start(), words[last].end()) / 2


def around(text: str, start: int, end: int) -> Passage:
    """The passage at a place, with what stands around it."""
    return Passage(text[start:end], text[max(0, start - MAX_CONTEXT) : start], text[end : end + MAX_CONTEXT])


def diff(before: str, after: str) -> list[tuple[str, str]]:
    """What changed between two texts, word by word: ("same" | "gone" | "new", words), in reading order.

    What stays between two changes is told as changed, too, where it is shorter than ISLAND words: nobody reads a sentence of shreds.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    parts: list[tuple[str, str]] = []
    gone = came = ""
    for at, (kind, a, b, c, d) in enumerate(codes):
        same = "".join(old[a:b])
        if kind == "equal" and (at in (0, len(codes) - 1) or len(same.split()) >= ISLAND):
            parts += [(what, words) for what, words in (("gone", gone), ("new", came), ("same", same)) if words]
            gone = came = ""
        else:
            gone, came = gone + same, came + "".join(new[c:d])
    return parts + [(what, words) for what, words in (("gone", gone), ("new", came)) if words]


def alike(one: str, other: str) -> float:
    """How much two notes say the same: shared words of both, 0 to 1 (Jaccard over words of four letters and more, and numbers)."""
    a, b = _tellers(one), _tellers(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def _tellers(text: str) -> set[str]:
    return {word[:7] for word in _WORD.findall(level(text)) if len(word) > 3 or word.isdigit()}
