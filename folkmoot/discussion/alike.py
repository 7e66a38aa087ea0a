"""Comments that say nearly the same: found by two min-hashes over pairs of words, then compared. Pure.

Two texts share a min-hash with the chance of their overlap (Broder, "On the resemblance and containment of documents", 1997): with
two of them, nine of ten near-copies are found by two looks into an index. The least and the greatest value of one hash are two:
each orders the pairs by chance, and those of one text are seldom the same pair.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from zlib import crc32

NEAR = 0.6  # share of common pairs from which two texts are nearly the same
ENOUGH = 5  # pairs of a text, below which nothing is told of it


def pairs_of(tokens: Sequence[str]) -> frozenset[int]:
    """The pairs of neighbouring words, each as its checksum of 32 bits, which two pairs of a text share by rare chance alone."""
    words = ("\0" + " \0".join(tokens)).encode().split()  # a sign before each, since “no where” is not “now here”
    return frozenset(map(crc32, words[1:], map(crc32, words)))


def gists(pairs: Set[int]) -> tuple[int, int] | None:
    """The two min-hashes of a text by its pairs; None for one of too few words to tell."""
    return (min(pairs), max(pairs)) if len(pairs) >= ENOUGH else None


def nearly_same(one: Set[int], other: Set[int]) -> bool:
    """Whether two texts have most of their pairs in common."""
    return bool(one) and len(one & other) >= NEAR * len(one | other)
