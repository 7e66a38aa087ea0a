"""What `folkmoot check` finds. Each folder checks its own rows; this one checks the queue, and says what a finding is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from msgspec import Struct

from folkmoot.storage.database import Database, Tx
from folkmoot.storage.jobs import dead

STEP = 500
T = TypeVar("T")


class Finding(Struct, frozen=True):
    """A row that is not as it must be. kind: a few words for counting; words: a sentence that names the row."""

    kind: str
    row: str
    words: str


def pages(db: Database, read: Callable[[Tx, int, int], list[T]], key: Callable[[T], int]) -> Iterator[list[T]]:
    """Rows by their number, a page at a time, each page over a snapshot of its own: nobody waits for a check."""
    after = 0
    while rows := db.read_now(partial(_page, read=read, after=after)):
        yield rows
        after = key(rows[-1])


def _page(tx: Tx, read: Callable[[Tx, int, int], list[T]], after: int) -> list[T]:
    return read(tx, after, STEP)


def check(db: Database) -> Iterator[Finding]:
    """Jobs that were given up."""
    for job in db.read_now(dead):
        words = f"The job {job.id} ({job.kind}) was given up after {job.attempts} tries: {job.error}"
        yield Finding("job given up", str(job.id), words)
