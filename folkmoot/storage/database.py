"""What the rest of the house knows of a database: transactions with four verbs, and a database that runs them.

`connect(url)` chooses the engine. SQL is written once, in the dialect that SQLite and PostgreSQL share, with named
parameters (`:name`). A verb is a plain function that takes a `Tx` first; it has no effect outside its transaction, so the
engine may run it again when a group's commit failed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from folkmoot.errors import Invalid, say

T = TypeVar("T")
Row = Any  # a named tuple: row.id, row.text …, one field per column of the select


class Tx(Protocol):
    """One transaction, or one piece of a group that is committed together.

    Values that a driver cannot take raise Invalid; a broken CHECK raises Invalid, a broken UNIQUE or REFERENCES Conflict. After
    one of these a piece can only raise: PostgreSQL goes no further with it (and may raise at a later statement of the piece).
    A parameter that may be None and is asked `IS NULL` is written CAST(:name AS BIGINT) or CAST(:name AS TEXT); expressions in
    a select have an AS, since the engines name them differently.
    engine: for the few statements of storage/ that the engines spell differently.
    """

    @property
    def engine(self) -> str: ...

    def one(self, sql: str, **given: object) -> Row | None:
        """The first row, or None."""

    def rows(self, sql: str, **given: object) -> list[Row]:
        """All rows."""

    def each(self, sql: str, given: Sequence[Mapping[str, object]]) -> list[list[Row]]:
        """The same read for each set of parameters, in one round trip where the engine has round trips."""

    def run(self, sql: str, **given: object) -> None:
        """A write whose outcome nobody asks for; it may be sent together with the next statement."""

    def many(self, sql: str, given: Iterable[Mapping[str, object]]) -> None:
        """The same write for each set of parameters."""

    def count(self, sql: str, **given: object) -> int:
        """A write; the number of rows that it touched."""

    def hold(self, story: int) -> int:
        """This group's turn at the story, its other writers kept waiting until the transaction ends.

        Every verb that changes a story's thread begins with this. Turns begin at 1 and only grow: whoever has read the story
        at turn t finds what has changed since by the rows that carry a later one.
        """

    def bump(self, story: int) -> None:
        """Moves the story's version by one at the end of the group, once however often it is asked. Listeners are told."""

    def mark(self, story: int) -> None:
        """Votes have come: a tick will move the version for them, at most once a second."""

    def at_end(self, key: object, act: Callable[[Tx], None]) -> None:
        """Runs `act(tx)` once per key before the group is committed, if this piece succeeds (counters, versions)."""

    def sum_up(self, key: object, change: int, act: Callable[[Tx, int], None]) -> None:
        """Runs `act(tx, sum)` once per key before the group is committed, with the sum of what its pieces gave as `change`."""

    def recall(self, kind: str, key: object, fetch: Callable[[], T]) -> T:
        """What `fetch` gave for this kind and key earlier in this group, else what it gives now.

        For what every write asks and hardly any changes (a site's policy, its staff). Whoever writes it says `forget`. Where the engine
        can tell that nobody else has written meanwhile (SQLite), what was read for one group is known to the next ones too.
        """

    def forget(self, kind: str) -> None:
        """What was recalled of this kind is not true any more."""


class Database(Protocol):
    """A database that is open. `read` and `write` are awaited by the web; `read_now` and `write_now` block, for all others."""

    engine: str
    folder: Path | None  # the data folder, where the engine keeps its data in a file

    def read(self, act: Callable[[Tx], T]) -> Awaitable[T]:
        """Runs `act` over one snapshot of the data, in a reader thread."""

    def write(self, act: Callable[[Tx], T], lane: int = 0) -> Awaitable[T]:
        """Runs `act` in the next group and answers after its commit.

        lane: the story that the write belongs to; pieces of one lane are run in order, one after another.
        Raises what `act` raises (nothing of it is kept), or Unavailable when the commit failed, also on its own, and at once
        where too many wait. Who stops waiting does not stop the write.
        """

    def read_now(self, act: Callable[[Tx], T]) -> T:
        """`read`, for callers that may block."""

    def write_now(self, act: Callable[[Tx], T], lane: int = 0) -> T:
        """`write`, for callers that may block."""

    def follow(self, told: Callable[[dict[int, int]], None]) -> Callable[[], None]:
        """Has `told({story: version, …})` called for every version that moved, whichever process moved it.

        Own writes: before the writer is answered. Others': within 100 ms on SQLite, by NOTIFY on PostgreSQL. Called in a
        thread of the engine's; must be quick. Keep the largest version heard: an older one may come late. Where the engine
        cannot tell what it missed, it calls `told({})`: believe nothing kept. Story 0 stands for what concerns all stories
        (a host added, two stories merged). Returns the way to stop.
        """

    def sweep(self, largest: int | None) -> bool:
        """Leaves nothing of what was deleted in the files (storage/sweeping.py); others wait meanwhile."""

    def give_way(self) -> None:
        """Called now and then by a thread that serves from memory without a pause: lets a write get on (courtesy.py)."""

    def close(self) -> None:
        """Finishes what waits, then closes."""


def connect(url: str, *, readers: int = 4, lanes: int = 4, spill: bool = False) -> Database:
    """Opens `sqlite:///path/to/file.db` (the file is made where missing) or `postgresql://…`. Does not migrate.

    spill: statements here touch millions of rows at once, so SQLite remembers in temporary files, not in memory.
    """
    if url.startswith("sqlite:///"):
        from folkmoot.storage.sqlite import open_sqlite

        return open_sqlite(url.removeprefix("sqlite:///"), readers=readers, spill=spill)
    if url.startswith(("postgresql://", "postgres://")):
        from folkmoot.storage.postgres import open_postgres

        return open_postgres(url, readers=readers, lanes=lanes)
    raise Invalid(say("A database address begins with sqlite:/// or postgresql://, not with {start}:", start=url.split(":")[0]),
                  "database_address")
