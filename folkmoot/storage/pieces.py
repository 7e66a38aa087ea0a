"""Pieces: what somebody waits for, how they are answered, and what a piece pledges for the end of its group."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class Piece:
    """One act that somebody waits for: in an event loop (`loop` and `future`) or in a thread (`done`, released when answered)."""

    __slots__ = ("act", "done", "error", "future", "lane", "loop", "value")

    def __init__(self, act: Callable[[Any], Any], lane: int = 0) -> None:
        self.act = act
        self.lane = lane
        self.value: Any = None
        self.error: BaseException | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.future: asyncio.Future[Any] | None = None
        self.done: threading.Lock | None = None

    def awaited(self) -> asyncio.Future[Any]:
        """The future that the running event loop awaits."""
        self.loop = asyncio.get_running_loop()
        self.future = self.loop.create_future()
        return self.future

    def prepared_to_block(self) -> Piece:
        """Itself, ready for `result` to be called in this thread once it has been put in a queue."""
        self.done = threading.Lock()
        self.done.acquire()
        return self

    def result(self) -> Any:
        """Blocks until answered; then gives the value or raises."""
        if self.done is not None:
            self.done.acquire()
        if self.error is not None:
            raise self.error
        return self.value


Queue = queue.SimpleQueue[Piece | None]


def answer(pieces: Sequence[Piece]) -> None:
    """Wakes all who wait for these pieces, each event loop once however many of its pieces are among them."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Piece]] = {}
    for piece in pieces:
        if piece.loop is not None:
            by_loop.setdefault(piece.loop, []).append(piece)
        elif piece.done is not None:
            piece.done.release()
    for loop, some in by_loop.items():
        with suppress(RuntimeError):  # the loop was closed, and nobody waits any more
            loop.call_soon_threadsafe(_settle, some)


def _settle(pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        future = piece.future
        if future is None or future.done():
            continue
        if piece.error is None:
            future.set_result(piece.value)
        elif isinstance(piece.error, StopIteration):  # a future refuses to carry one
            future.set_exception(RuntimeError("an act raised StopIteration"))
        else:
            future.set_exception(piece.error)


Known = dict[str, dict[object, Any]]  # by kind and key, what was read


class Memory:
    """What the pieces of a group share. turns: at the stories held so far. known: what was read for all of them, or for a group before."""

    __slots__ = ("known", "turns")

    def __init__(self, known: Known | None = None) -> None:
        self.turns: dict[int, int] = {}
        self.known: Known = {} if known is None else known


class Pledges:
    """What a piece asked to be done once at the end of its group; the pledges of its group's pieces are merged by key."""

    __slots__ = ("acts", "bumped", "held", "marked", "memory", "sums")

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.acts: dict[object, Callable[[Any], None]] = {}
        self.sums: dict[object, tuple[int, Callable[[Any, int], None]]] = {}
        self.held: set[int] = set()
        self.bumped: set[int] = set()
        self.marked: set[int] = set()

    def bump(self, story: int) -> None:
        self.bumped.add(story)

    def mark(self, story: int) -> None:
        self.marked.add(story)

    def at_end(self, key: object, act: Callable[[Any], None]) -> None:
        self.acts.setdefault(key, act)

    def sum_up(self, key: object, change: int, act: Callable[[Any, int], None]) -> None:
        so_far, _ = self.sums.get(key, (0, act))
        self.sums[key] = (so_far + change, act)

    def recall(self, kind: str, key: object, fetch: Callable[[], T]) -> T:
        known = self.memory.known.setdefault(kind, {})
        if key not in known:
            known[key] = fetch()
        found: T = known[key]
        return found

    def forget(self, kind: str) -> None:
        self.memory.known.pop(kind, None)

    def absorb(self, other: Pledges) -> None:
        """Takes over what another piece pledged."""
        if other.acts:
            self.acts = {**other.acts, **self.acts}
        for key, (change, act) in other.sums.items():
            self.sum_up(key, change, act)
        self.held |= other.held
        self.bumped |= other.bumped
        self.marked |= other.marked

    def redeem(self, tx: Any) -> None:
        """Runs every act, and those that these pledge in turn by the same `tx`, which must be a `Pledges` itself."""
        while self.acts or self.sums:
            acts, sums, self.acts, self.sums = self.acts, self.sums, {}, {}
            for act in acts.values():
                act(tx)
            for change, add in sums.values():
                add(tx, change)
            self.absorb(tx)
            tx.acts, tx.sums = {}, {}

    def stories(self) -> list[dict[str, int]]:
        """What is to become of each story at the end, in one order for everybody, so that no two wait for each other."""
        return [{"story": story, "turn": story in self.held, "bump": story in self.bumped, "mark": story in self.marked}
                for story in sorted(self.held | self.bumped | self.marked)]
