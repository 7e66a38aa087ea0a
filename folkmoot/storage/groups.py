"""Group commit, whatever the engine: a thread takes the pieces that wait, runs them in one transaction, answers after its commit.

A piece is one `act(tx)` that somebody waits for. The thread never waits for more pieces to come: under load a commit takes
long enough for the next ones to gather. What an engine must do is named by `Session`.

Measured on two cores, 16 clients whose requests cost the event loop 0.1 ms each, SQLite: sys.setswitchinterval makes no
difference beyond the noise, unless another thread of the process computes; then 530 posts/s at 5 ms (Python's own), 1,140 at
0.5 ms, 1,420 at 0.1 ms.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Protocol, TypeVar, cast

from folkmoot.errors import Problem
from folkmoot.storage import refusals
from folkmoot.storage.changes import Followers, Told
from folkmoot.storage.courtesy import Courtesy
from folkmoot.storage.database import Tx
from folkmoot.storage.pieces import Piece, Queue, answer

T = TypeVar("T")

_log = logging.getLogger(__name__)
_MOST = 5_000  # pieces that may wait; who comes then is told at once, which is kinder than a long wait for the same answer
_TRIES = 3  # of a piece alone, where the engine asks for another try (a deadlock, two transactions in each other's way)


def stay() -> None:
    """Nobody waits for a commit to leave the interpreter alone."""


class Lost(Exception):
    """The transaction of a group cannot go on.

    cause: what a piece alone is told. again: another try may succeed. careful: run with care, the group can be kept together.
    own: the last piece failed of itself, so running it alone would say the same.
    """

    def __init__(self, cause: BaseException, again: bool = False, careful: bool = False, own: bool = False) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.again = again
        self.careful = careful
        self.own = own


class Unsure(Exception):
    """Nobody knows whether the commit took place, so nothing may be tried again."""

    def __init__(self, cause: Problem) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Session(Protocol):
    """A connection that one writer thread works with."""

    def begin(self) -> None:
        """Begins a group. Raises where that cannot be; then nothing needs rolling back."""

    def perform(self, piece: Piece, careful: bool = False) -> None:
        """Runs one piece and notes its value or its error; what a failed piece wrote is undone. Raises Lost where all is.

        careful: at the cost of a round trip, no refusal of the engine is heard too late to tell whose it is.
        """

    def commit(self, leaving: Callable[[], None] = stay) -> dict[int, int]:
        """Redeems the pledges and commits; gives the versions that moved. Whatever it raises but Unsure: nothing was kept.

        leaving: called where all that is left is the engine's work.
        """

    def roll_back(self) -> None:
        """Undoes the group."""

    def close(self) -> None:
        """Gives the connection back."""


class Writer(threading.Thread):
    """The thread of one lane. `queue` takes pieces, and None to end.

    most, milliseconds: where a group ends. sort: a group's pieces run in the order of their stories, so that two processes
    lock the same stories in the same order and do not wait for each other in a circle; those of one story keep theirs.
    """

    def __init__(self, name: str, session: Session, tell: Told, most: int, milliseconds: int, sort: bool = False) -> None:
        super().__init__(name=name, daemon=True)
        self.queue: Queue = queue.SimpleQueue()
        self._session = session
        self._tell = tell
        self._most = most
        self._seconds = milliseconds / 1000
        self._sort = sort
        self.courtesy = Courtesy()
        self._left: deque[Piece] = deque()  # taken from the queue, and left by a group that ended before

    def run(self) -> None:
        while (first := self._left.popleft() if self._left else self.queue.get()) is not None:
            self._serve(first)
        self._refuse(self._waiting(), refusals.closed())
        self._session.close()

    def _serve(self, first: Piece) -> None:
        self.courtesy.begin()
        try:
            self._session.begin()
        except Exception as error:
            self.courtesy.end()
            self._refuse([first, *self._waiting()], error)
            return
        group: list[Piece] = []
        pieces = self._take(first)
        try:
            for piece in pieces:
                group.append(piece)
                self._session.perform(piece)
            moved = self._session.commit(self.courtesy.end)
        except Unsure as unsure:
            self._give_up(group, unsure)
        except Exception as error:
            self.courtesy.end()  # a piece may have failed before the commit was reached
            self._roll_back()
            if isinstance(error, Lost) and error.own and len(group) == 1:
                self._refuse(group, error.cause)
            else:
                self._serve_again(group, pieces, careful=isinstance(error, Lost) and error.careful)
        else:
            self._publish(moved, group)

    def _serve_again(self, group: list[Piece], more: Iterator[Piece], careful: bool) -> None:
        """After a group was lost: all of it with care, and what was to follow; or each piece alone, so that each learns its own cause."""
        if careful and len(group) > 1:
            try:
                self._session.begin()
                for number, piece in enumerate(chain(tuple(group), more)):
                    if number == len(group):
                        group.append(piece)
                    piece.value = piece.error = None
                    self._session.perform(piece, careful=True)
                moved = self._session.commit()
            except Unsure as unsure:
                return self._give_up(group, unsure)
            except Exception:
                self._roll_back()
            else:
                return self._publish(moved, group)
        for piece in group:
            self._serve_alone(piece)
        return None

    def _serve_alone(self, piece: Piece) -> None:
        for left in reversed(range(_TRIES)):
            piece.value = piece.error = None
            try:
                self._session.begin()
                self._session.perform(piece)
                moved = self._session.commit()
            except Unsure as unsure:
                return self._give_up([piece], unsure)
            except Exception as error:
                self._roll_back()
                if not (left and isinstance(error, Lost) and error.again):
                    return self._refuse([piece], error.cause if isinstance(error, Lost) else error)
            else:
                return self._publish(moved, [piece])
        return None

    def _give_up(self, group: list[Piece], unsure: Unsure) -> None:
        self._roll_back()
        self._tell({})  # anything may have moved
        self._refuse([piece for piece in group if piece.error is None], unsure.cause)
        answer([piece for piece in group if piece.error is not unsure.cause])

    def _roll_back(self) -> None:
        try:
            self._session.roll_back()
        except Exception:  # a lane must not end while others wait for it; where this matters the next begin fails
            _log.exception("A group could not be rolled back.")

    def _publish(self, moved: dict[int, int], group: list[Piece]) -> None:
        if moved:
            self._tell(moved)
        answer(group)

    def _take(self, first: Piece) -> Iterator[Piece]:
        """The first piece, then those that wait, also those that come meanwhile (not when sorted), up to where a group ends."""
        more: Callable[[], Piece | None] = self._next
        count = self._most
        if self._sort:
            count, more = self._line_up(first), self._left.popleft
            first = self._left.popleft()
        yield first
        end = time.perf_counter() + self._seconds
        for _ in range(count - 1):
            if time.perf_counter() > end:
                return
            piece = more()
            if piece is None:
                return
            yield piece

    def _line_up(self, first: Piece) -> int:
        """Puts the next group's pieces in front, in the order of their stories; their number."""
        pieces = sorted([first, *islice(iter(self._next, None), self._most - 1)], key=lambda piece: piece.lane)
        self._left.extendleft(reversed(pieces))
        return len(pieces)

    def _next(self) -> Piece | None:
        if self._left:
            return self._left.popleft()
        try:
            piece = self.queue.get_nowait()
        except queue.Empty:
            return None
        if piece is None:
            self.queue.put(None)  # the order to end is obeyed after this group
        return piece

    def _waiting(self) -> list[Piece]:
        return list(iter(self._next, None))

    def _refuse(self, pieces: list[Piece], error: BaseException) -> None:
        for piece in pieces:
            piece.value, piece.error = None, error
        answer(pieces)


class Source(Protocol):
    """A connection that one reader thread works with."""

    def perform(self, piece: Piece) -> None:
        """Runs a piece over one snapshot, notes its value, or raises."""

    def close(self) -> None:
        """Gives the connection back."""


class Reader(threading.Thread):
    """A thread that reads, one piece at a time. The queue is shared by all readers; each takes one None to end."""

    def __init__(self, name: str, pieces: Queue, source: Source) -> None:
        super().__init__(name=name, daemon=True)
        self._pieces = pieces
        self._source = source

    def run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            try:
                self._source.perform(piece)
            except BaseException as error:
                piece.value, piece.error = None, error
            answer([piece])
        self._source.close()


class Crew:
    """Writers and readers of one database: its four ways in. `writers` has one thread per lane."""

    def __init__(self, writers: Sequence[Writer], sources: Sequence[Source], followers: Followers) -> None:
        self._writers = writers
        self._reads: Queue = queue.SimpleQueue()
        self._readers = [Reader(f"folkmoot-reader-{number}", self._reads, source) for number, source in enumerate(sources)]
        self._followers = followers
        self._closed = False
        for thread in (*self._writers, *self._readers):
            thread.start()

    def read(self, act: Callable[[Tx], T]) -> Awaitable[T]:
        piece = Piece(act)
        future = piece.awaited()
        self._put(self._reads, piece)
        return future

    def write(self, act: Callable[[Tx], T], lane: int = 0) -> Awaitable[T]:
        piece = Piece(act, lane)
        future = piece.awaited()
        self._put(self._writers[lane % len(self._writers)].queue, piece)
        return future

    def read_now(self, act: Callable[[Tx], T]) -> T:
        piece = Piece(act).prepared_to_block()
        self._put(self._reads, piece)
        return cast(T, piece.result())

    def write_now(self, act: Callable[[Tx], T], lane: int = 0) -> T:
        piece = Piece(act, lane).prepared_to_block()
        self._put(self._writers[lane % len(self._writers)].queue, piece)
        return cast(T, piece.result())

    def follow(self, told: Told) -> Callable[[], None]:
        return self._followers.add(told)

    def _put(self, pieces: Queue, piece: Piece) -> None:
        if self._closed:
            raise refusals.closed()
        if pieces.qsize() > _MOST:
            raise refusals.overloaded()
        pieces.put(piece)

    def give_way(self) -> None:
        self._writers[0].courtesy.give_way()

    def finish(self) -> bool:
        """Finishes what waits and ends the threads. False where that was done before."""
        if self._closed:
            return False
        self._closed = True
        for writer in self._writers:
            writer.queue.put(None)
        for _ in self._readers:
            self._reads.put(None)
        for thread in (*self._writers, *self._readers):
            thread.join()
        return True
