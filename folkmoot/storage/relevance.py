"""How well a row fits what is looked for, on SQLite: a function for its FTS5. PostgreSQL has its own, ts_rank (words.py).

It is BM25 (Robertson and Zaragoza 2009, with FTS5's own k1 and b) with two differences, both so that a row's figure depends on its words
and the query alone: the mean length is a constant, and no word weighs more for being rare. FTS5's bm25() moves with every row that comes,
and a page that goes on below a figure would then repeat rows or leave some out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apsw import FTS5ExtensionApi

K1, B = 1.2, 0.75
MEAN = 60       # tokens of a comment, about the mean of the archives that we have seen
WORDS = 0       # the column of comment_words that counts
SCALE = 1_000_000


def relevance(row: FTS5ExtensionApi, *_: object) -> int:
    """The figure of the row in hand, in millionths, greater where it fits better."""
    length = K1 * (1 - B + B * row.column_size(WORDS) / MEAN)
    counts = (len(row.phrase_column_offsets(phrase, WORDS)) for phrase in range(row.phrase_count))
    return round(SCALE * sum(count * (K1 + 1) / (count + length) for count in counts))
