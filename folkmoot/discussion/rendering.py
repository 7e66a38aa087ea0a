"""The words of an archive's comments, read by processes beside the one that reads the file: on two cores an import takes half the time.

A small archive is not worth the start of a process, and on a single core nothing is won: there the words are read where one is. Either way
they are read by the same function, so they come out the same.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from folkmoot.discussion.importers.model import Comment
from folkmoot.discussion.importers.reading import words_of_comment
from folkmoot.discussion.model import Words
from folkmoot.errors import TooLarge

ALONE = 4_000  # comments that are read here before others are asked to help
HELPERS = 2
MEEK = 10      # how far the helpers stand back behind whoever serves readers

Said = Words | TooLarge | None


def read_all(comments: Sequence[Comment]) -> list[Said]:
    """The words of each; None where it has none, what is to be said of one that is too long."""
    return [_read(comment) for comment in comments]


def _read(comment: Comment) -> Said:
    try:
        return words_of_comment(comment)
    except TooLarge as error:
        return TooLarge(error.words, "too_long", "text")


class Readers:
    """Reads words, here or by its helpers. Closed by leaving it."""

    def __init__(self, helpers: int | None = None, alone: int = ALONE) -> None:
        self._helpers = min(HELPERS, _cores()) if helpers is None else helpers
        self._left_alone = alone
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    @property
    def ahead(self) -> int:
        """How many lots may be waited for at a time."""
        return self._helpers + 1 if self._pool else 0

    def ask(self, comments: list[Comment]) -> Future[list[Said]]:
        """The words to come of a lot of comments."""
        self._left_alone -= len(comments)
        if self._helpers > 1 and self._left_alone < 0:
            self._pool = self._pool or ProcessPoolExecutor(self._helpers, get_context("spawn"), os.nice, (MEEK,))
            return self._pool.submit(read_all, comments)
        here: Future[list[Said]] = Future()
        here.set_result(read_all(comments))
        return here


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
