"""PostgreSQL's transactions: pieces sent through a pipe, groups with their savepoints, snapshots, and what refusals mean."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

import psycopg

from folkmoot.storage import refusals
from folkmoot.storage.changes import end_sql
from folkmoot.storage.database import Row
from folkmoot.storage.groups import Lost, Unsure, stay
from folkmoot.storage.pieces import Memory, Piece, Pledges
from folkmoot.storage.postgres_pipe import Pipe, Refused, Reply

_PATIENCE = 10.0  # seconds to find out, after a cut, whether a commit took place
_END = end_sql("pg_current_xact_id()::text::bigint")
_HOLD = "SELECT turn FROM story_version WHERE story = :story FOR NO KEY UPDATE OF story_version"
_MAKE = "INSERT INTO story_version (story, version) VALUES (:story, 0) ON CONFLICT (story) DO NOTHING"
_NUMBER = "SELECT pg_current_xact_id_if_assigned()::text::bigint AS number"
_STATUS = "SELECT pg_xact_status(CAST(:number AS TEXT)::xid8) AS status"

# What the beginning of an SQLSTATE means to those outside; the first that fits counts.
_MEANINGS: tuple[tuple[str, Callable[[], Exception]], ...] = (
    ("23505", refusals.taken), ("23P01", refusals.taken), ("23503", refusals.still_referred_to), ("23", refusals.not_allowed_value),
    ("22021", refusals.not_storable_text), ("22P05", refusals.not_storable_text), ("22", refusals.not_allowed_value),
    ("54", refusals.not_allowed_value), ("53100", refusals.disk_full), ("58030", refusals.disk_failed), ("53200", refusals.disk_failed),
    ("XX00", refusals.damaged), ("40", refusals.busy), ("55P03", refusals.busy), ("57014", refusals.busy), ("08", refusals.unreachable),
    ("53", refusals.unreachable), ("57", refusals.unreachable), ("25006", refusals.unreachable))
_AGAIN = ("40001", "40P01")  # two transactions in each other's way
_STALE = ("0A000", "26000")  # prepared before the schema changed: to be done again on a new connection


def translated(refused: Refused) -> Exception:
    """What a refusal of the server means to those outside."""
    for beginning, make in _MEANINGS:
        if refused.state.startswith(beginning):
            return make()
    return refusals.Fault(str(refused))


class Line:
    """A pipe that is laid when first needed, and laid anew when it was cut."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pipe: Pipe | None = None

    def get(self) -> Pipe:
        """The pipe. Raises Unavailable."""
        if self._pipe is None or not self._pipe.usable:
            self.drop()
            try:
                self._pipe = Pipe(self._url)
            except psycopg.Error as error:
                raise refusals.unreachable() from error
        return self._pipe

    def drop(self) -> None:
        """Forgets the pipe."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None


class PostgresTx(Pledges):
    """A transaction, or a piece of a group.

    What nobody asks the outcome of is sent with the next statement that somebody does. So a refusal of the server may come
    out at a later statement; the whole group is then lost, and its pieces are run again, each alone.
    """

    engine = "postgres"
    __slots__ = ("_pipe", "refused", "saved")

    def __init__(self, pipe: Pipe, memory: Memory, saved: bool = False) -> None:
        super().__init__(memory)
        self._pipe = pipe
        self.saved = saved  # no savepoint is needed, or it is there already
        self.refused: Refused | None = None  # what lost the group

    def _send(self, sql: str, given: Mapping[str, object]) -> Reply:
        statement = self._pipe.statement(sql)
        try:
            if statement.writes and not self.saved:
                self.save()
            return self._pipe.send(statement, given)
        except Refused as refused:
            raise self._meaning(refused) from refused

    def save(self) -> None:
        """Makes the savepoint to which a failed piece goes back."""
        self._pipe.do("SAVEPOINT piece")
        self.saved = True

    def settle(self) -> None:
        """Waits until the server has done all that was sent."""
        try:
            self._pipe.sync()
        except Refused as refused:
            raise self._meaning(refused) from refused

    def _meaning(self, refused: Refused) -> Exception:
        self.refused = refused
        return translated(refused)

    def _fetch(self, reply: Reply) -> list[Row]:
        try:
            return self._pipe.rows(reply)
        except Refused as refused:
            raise self._meaning(refused) from refused

    def one(self, sql: str, **given: object) -> Row | None:
        rows = self._fetch(self._send(sql, given))
        return rows[0] if rows else None

    def rows(self, sql: str, **given: object) -> list[Row]:
        return self._fetch(self._send(sql, given))

    def each(self, sql: str, given: Sequence[Mapping[str, object]]) -> list[list[Row]]:
        return [self._fetch(reply) for reply in [self._send(sql, some) for some in given]]

    def run(self, sql: str, **given: object) -> None:
        self._send(sql, given)

    def many(self, sql: str, given: Iterable[Mapping[str, object]]) -> None:
        for some in given:
            self._send(sql, some)

    def count(self, sql: str, **given: object) -> int:
        reply = self._send(sql, given)
        try:
            return self._pipe.wait(reply).command_tuples or 0
        except Refused as refused:
            raise self._meaning(refused) from refused

    def hold(self, story: int) -> int:
        self.held.add(story)
        turns = self.memory.turns
        if story not in turns:
            self.forget("story")  # what was read of it before, another may have changed meanwhile
            row = self.one(_HOLD, story=story)
            if row is None:
                self.run(_MAKE, story=story)
                row = self.one(_HOLD, story=story)
            turns[story] = row.turn + 1 if row else 1
        return turns[story]


class PostgresSession:
    """A lane's connection, and the group that it is in."""

    def __init__(self, url: str, me: int) -> None:
        self._line = Line(url)
        self._me = me
        self._pledges = Pledges(Memory())
        self._pipe: Pipe
        self._stale = False

    def begin(self) -> None:
        self._pledges = Pledges(Memory())
        self._pipe = self._line.get()
        try:
            self._pipe.do("BEGIN")
        except Refused as refused:
            raise translated(refused) from refused

    def perform(self, piece: Piece, careful: bool = False) -> None:
        tx = PostgresTx(self._pipe, self._pledges.memory)
        try:
            if careful:
                tx.save()
            piece.value = piece.act(tx)
            if careful:
                tx.settle()
            if tx.refused is not None:  # the act let it pass, but the server goes no further
                raise translated(tx.refused)
        except BaseException as error:
            piece.error = error
            self._undo(tx, error, careful)
            return
        self._pledges.absorb(tx)
        if tx.saved:
            self._do("RELEASE piece")

    def _undo(self, tx: PostgresTx, error: BaseException, careful: bool) -> None:
        if tx.refused is not None:
            with suppress(Refused):  # the one that is known already
                self._pipe.sync()
            if not (careful and self._pipe.usable):
                raise self._lost(tx.refused, error) from error
        if tx.saved:
            memory = self._pledges.memory
            memory.turns.clear()  # locks that were taken after the savepoint go with it
            memory.known.clear()  # some of it may be what this piece wrote
            self._do("ROLLBACK TO piece")
            self._do("RELEASE piece")

    def _do(self, sql: str) -> None:
        try:
            self._pipe.do(sql)
        except Refused as refused:
            raise self._lost(refused) from refused

    def _lost(self, refused: Refused, cause: BaseException | None = None) -> Lost:
        self._stale = refused.state in _STALE
        again = refused.state in _AGAIN + _STALE
        return Lost(cause or translated(refused), again, careful=self._pipe.usable and not again)

    def commit(self, leaving: Callable[[], None] = stay) -> dict[int, int]:
        tx = PostgresTx(self._pipe, self._pledges.memory, saved=True)
        try:
            moved, number = self._finish(tx)
        except Exception as error:
            if tx.refused is not None:
                raise self._lost(tx.refused, error) from error
            raise
        leaving()
        try:
            self._pipe.do("COMMIT")
            self._pipe.sync()
        except Refused as refused:
            if self._pipe.usable:
                raise self._lost(refused) from refused
            if number is not None and not self._committed(number):
                raise Lost(refusals.unreachable()) from refused
        return moved

    def _finish(self, tx: PostgresTx) -> tuple[dict[int, int], int | None]:
        """Redeems the pledges; gives the versions that moved and the transaction's number, None where nothing was written."""
        self._pledges.redeem(tx)
        stories = self._pledges.stories()
        ended = tx.each(_END, [{**story, "writer": self._me} for story in stories])
        row = tx.one(_NUMBER)
        moved = {story["story"]: rows[0].version for story, rows in zip(stories, ended, strict=True) if story["bump"]}
        return moved, row.number if row else None

    def _committed(self, number: int) -> bool:
        """Whether the transaction was committed by a server that went away before it said so. Raises Unsure."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            with suppress(Exception):
                rows = PostgresTx(self._line.get(), Memory(), saved=True).rows(_STATUS, number=number)
                if rows and rows[0].status in ("committed", "aborted"):
                    return bool(rows[0].status == "committed")
            time.sleep(0.1)
        raise Unsure(refusals.unknown_outcome())

    def roll_back(self) -> None:
        if self._stale or not undo(self._pipe):
            self._line.drop()
        self._stale = False

    def close(self) -> None:
        self._line.drop()


def undo(pipe: Pipe) -> bool:
    """Ends whatever transaction is open, after a refusal too. False where the pipe is of no use any more."""
    with suppress(Refused):  # the one that is known already
        pipe.sync()
    try:
        pipe.do("ROLLBACK")
        pipe.sync()
    except Refused:
        return False
    return True


class PostgresReading:
    """A reader's connection."""

    def __init__(self, url: str) -> None:
        self._line = Line(url)

    def perform(self, piece: Piece) -> None:
        """Runs a piece over one snapshot; once more where the connection turns out to be cut, or its statements stale."""
        for last in (False, True):
            pipe = self._line.get()
            tx = PostgresTx(pipe, Memory(), saved=True)
            try:
                pipe.do("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                piece.value = piece.act(tx)
                pipe.do("COMMIT")
                pipe.sync(wait=False)  # nobody needs to wait for the end of a read
                return
            except BaseException as error:
                if not undo(pipe) or (tx.refused and tx.refused.state in _STALE):
                    self._line.drop()
                    if not last:
                        continue
                raise translated(error) if isinstance(error, Refused) else error from None

    def close(self) -> None:
        self._line.drop()
