"""Comments that say nearly the same: found by two min-hashes over pairs of words, then compared. Pure.

Two texts share a min-hash with the chance of their overlap (Broder, "On the resemblance and containment of documents", 1997): with
two of them, nine of ten near-copies are found by two looks into an index. The least and the greatest value of one hash are two:
each orders the pairs by chance, and those of one text are seldom the same pair.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import pairwise
from zlib import crc32

NEAR = 0.6  # share of common pairs from which two texts are nearly the same


def pairs_of(tokens: Sequence[str]) -> set[str]:
    """The pairs of neighbouring words."""
    return {f"{one} {other}" for one, other in pairwise(tokens)}


def gists(tokens: Sequence[str]) -> tuple[int, int] | None:
    """The two min-hashes of a text; None for one of too few words to tell."""
    words = [token.encode() for token in tokens]
    made = {crc32(second, crc32(first + b" ")) for first, second in pairwise(words)}
    if len(made) < 5:
        return None
    return min(made), max(made)


def nearly_same(one: Set[str], other: Set[str]) -> bool:
    """Whether two texts have most of their pairs in common."""
    return bool(one) and len(one & other) >= NEAR * len(one | other)
