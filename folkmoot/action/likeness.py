"""How alike two letters are, and which hold a link. Pure.

A text is compared by its shingles, runs of five words without their marks, of which the 100 smallest hashes are kept: their overlap
estimates the likeness of the whole texts (Broder, "On the resemblance and containment of documents", 1997).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

RUN = 5  # words of a shingle
KEPT = 100  # hashes of a text
TEMPLATE = 0.8  # from here on a letter is one of many
LOOKED_UP = 24  # hashes by which earlier letters are found
_FRAME = re.compile(r"(?im)^\s*(dear\b.*|to whom it may concern.*|sincerely\b.*|yours\b.*|(?:best|kind|warm) regards\b.*|thank you\b.{0,20})\s*$")
_LINK = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|org|net|info|biz|ru|cn|io|ly|co|me|xyz|top|site|online)\b", re.I)


def words_of(text: str) -> list[str]:
    """A letter's words in small letters, greeting and closing left out."""
    said = _FRAME.sub(" ", text)
    return re.sub(r"[^\w\s]+", " ", unicodedata.normalize("NFKC", said).casefold()).split()


def marks(text: str) -> list[int]:
    """The smallest hashes of a text's shingles (48 bits), in order; of a text shorter than one shingle, of all its words."""
    words = words_of(text)
    runs = {" ".join(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))} if words else set()
    return sorted({int.from_bytes(hashlib.blake2b(run.encode(), digest_size=6).digest(), "big") for run in runs})[:KEPT]


def likeness(one: list[int], other: list[int]) -> float:
    """How much of two texts is the same, 0 to 1: of the smallest hashes of both together, those that are in both."""
    both = sorted({*one, *other})[:KEPT]
    return len({*one} & {*other} & {*both}) / len(both) if both else 0.0


def has_link(text: str) -> bool:
    return _LINK.search(text) is not None
