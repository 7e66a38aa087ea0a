"""SQLite's transactions: connections, pieces with lazy savepoints, groups, snapshots; and what its exceptions mean."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import apsw

from folkmoot.errors import Conflict, Unavailable
from folkmoot.storage import refusals
from folkmoot.storage.changes import end_sql
from folkmoot.storage.database import Row
from folkmoot.storage.groups import Lost, stay
from folkmoot.storage.pieces import Known, Memory, Piece, Pledges
from folkmoot.storage.relevance import relevance
from folkmoot.storage.statements import writes
from folkmoot.storage.turns import Turns

BUSY = 5_000          # ms to wait for another process that writes
_LOG = 1_000           # pages in the log at which a checkpoint is due
_LONG_LOG = 8_000      # pages in the log at which the writer checkpoints what is left
_KEPT = 4_000          # things of a kind that are known from one group to the next
_SETTINGS = """
PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16000
"""
_END = end_sql(":moved")
_TURN, _MOVED = "turn", "moved"  # kinds of what is known: a story's turn, and under 0 the largest number of a group, as they are stored


def open_connection(path: str, *, write: bool, spill: bool = False) -> apsw.Connection:
    """spill: what a writing statement has to remember goes into a temporary file where it is much: all rows of an import, or the
    whole file while it is written anew. Else into memory, so that no write needs room elsewhere."""
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE if write else apsw.SQLITE_OPEN_READONLY
    connection = apsw.Connection(path, flags=flags, statementcachesize=300)
    connection.set_busy_timeout(BUSY)
    # Else the planner looks at what is bound, and prepares a statement anew whenever that changes: 13 us instead of 2 for a look.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    if write:
        connection.pragma("temp_store", "file" if spill else "memory")
        for _ in connection.execute(_SETTINGS):
            pass
    else:
        connection.execute("PRAGMA cache_size = -4000")
    return connection


def translated(error: Exception) -> Exception:
    """What a driver's exception means to those outside."""
    if getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE:  # no room for the index of the log
        return refusals.disk_full()
    if isinstance(error, apsw.ConstraintError):
        kind = getattr(error, "extendedresult", 0)
        if kind in (apsw.SQLITE_CONSTRAINT_UNIQUE, apsw.SQLITE_CONSTRAINT_PRIMARYKEY, apsw.SQLITE_CONSTRAINT_ROWID):
            return refusals.taken()
        return refusals.still_referred_to() if kind == apsw.SQLITE_CONSTRAINT_FOREIGNKEY else refusals.not_allowed_value()
    for kinds, make in _MEANINGS:
        if isinstance(error, kinds):
            return make()
    return refusals.Fault(f"{type(error).__name__}: {error}")


_MEANINGS: tuple[tuple[tuple[type[Exception], ...], Callable[[], Exception]], ...] = (
    ((apsw.FullError,), refusals.disk_full),
    ((apsw.BusyError, apsw.LockedError, apsw.ProtocolError), refusals.busy),
    ((apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, apsw.NoMemError), refusals.disk_failed),
    ((apsw.CorruptError, apsw.NotADBError), refusals.damaged),
    ((apsw.TooBigError, apsw.MismatchError), refusals.not_allowed_value),
    ((UnicodeEncodeError,), refusals.not_storable_text),
    ((OverflowError,), refusals.number_too_large),
)
# After one of these the transaction is not to be trusted, even where SQLite has not rolled it back itself.
_TROUBLE = (apsw.FullError, apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError, apsw.NoMemError, apsw.CorruptError,
            apsw.NotADBError, apsw.BusyError, apsw.LockedError, apsw.ProtocolError, apsw.InterruptError)


class Statement:
    """What is kept per SQL text: whether it may write, and how its rows are made."""

    __slots__ = ("make", "writes")

    def __init__(self, sql: str) -> None:
        self.writes = writes(sql)
        self.make: Callable[[Iterable[Any]], Row] | None = None

    def maker(self, cursor: apsw.Cursor) -> Callable[[Iterable[Any]], Row]:
        """Makes rows of the statement that the cursor has just begun and that has a row."""
        if self.make is None:
            names = [column[0] for column in cursor.get_description()]
            self.make = partial(tuple.__new__, namedtuple("Row", names, rename=True))
        return self.make


class SqliteTx(Pledges):
    """A transaction, or a piece of a group. careful: its first write makes the savepoint to which it goes back if it fails.

    cursor: the connection's only one, which each statement takes over from the one before: to make one costs as much as a small look.
    """

    engine = "sqlite"
    __slots__ = ("_cursor", "_statements", "careful", "taken", "trouble", "wrote")

    def __init__(self, cursor: apsw.Cursor, statements: dict[str, Statement], memory: Memory, careful: bool = False) -> None:
        super().__init__(memory)
        self._cursor = cursor
        self._statements = statements
        self.careful = careful
        self.wrote = False
        self.taken: Exception | None = None    # a row that was there already
        self.trouble: Exception | None = None  # what lost the group

    def _run(self, sql: str, given: Mapping[str, object]) -> Statement:
        statement = self._statements.get(sql)
        if statement is None:
            statement = self._statements[sql] = Statement(sql)
        for value in given.values():
            if isinstance(value, str) and "\0" in value:
                raise refusals.not_storable_text()
        try:
            if statement.writes and not self.wrote:
                if self.careful:
                    self._cursor.execute("SAVEPOINT piece")
                self.wrote = True
            self._cursor.execute(sql, given)
        except (apsw.Error, UnicodeEncodeError, OverflowError) as error:
            raise self._meaning(error) from error
        return statement

    def _meaning(self, error: Exception) -> Exception:
        meaning = translated(error)
        if isinstance(error, _TROUBLE):
            self.trouble = meaning
        elif isinstance(meaning, Conflict) and meaning.code == refusals.TAKEN:
            self.taken = meaning
        return meaning

    def one(self, sql: str, **given: object) -> Row | None:
        statement = self._run(sql, given)
        cursor = self._cursor
        try:
            for row in cursor:
                made = statement.maker(cursor)(row)
                if cursor.fetchone() is not None:  # a statement left open would keep its snapshot beyond the commit
                    cursor.execute("")
                return made
        except apsw.Error as error:
            raise self._meaning(error) from error
        return None

    def rows(self, sql: str, **given: object) -> list[Row]:
        return self._rows(sql, given)

    def _rows(self, sql: str, given: Mapping[str, object]) -> list[Row]:
        statement = self._run(sql, given)
        cursor = self._cursor
        try:
            if statement.make is not None:
                return list(map(statement.make, cursor))
            for first in cursor:
                make = statement.maker(cursor)
                return [make(first), *map(make, cursor)]
        except apsw.Error as error:
            raise self._meaning(error) from error
        return []

    def each(self, sql: str, given: Sequence[Mapping[str, object]]) -> list[list[Row]]:
        return [self._rows(sql, some) for some in given]

    def run(self, sql: str, **given: object) -> None:
        self._run(sql, given)

    def many(self, sql: str, given: Iterable[Mapping[str, object]]) -> None:
        for some in given:
            self._run(sql, some)

    def count(self, sql: str, **given: object) -> int:
        self._run(sql, given)
        return self._cursor.connection.changes()

    def hold(self, story: int) -> int:
        self.held.add(story)
        turns = self.memory.turns
        if story not in turns:
            turns[story] = self.recall(_TURN, story, lambda: self._turn_of(story)) + 1
        return turns[story]

    def _turn_of(self, story: int) -> int:
        row = self.one("SELECT turn FROM story_version WHERE story = :story", story=story)
        return row.turn if row else 0


class SqliteSession:
    """The writer's connection, and the group that it is in.

    Pieces seldom fail once they have written, and each statement costs the writer a wait for Python's lock while others compute.
    So a group runs without savepoints first; where a piece does fail so, the whole group is run again with them.
    """

    def __init__(self, connection: apsw.Connection, turns: Turns, me: int, grown: Callable[[], None]) -> None:
        self._connection = connection
        self._queue = turns
        self._cursor = connection.cursor()
        self._statements: dict[str, Statement] = {}
        self._pledges = Pledges(Memory())
        self._known: Known = {}  # holds as long as nobody else writes
        self._commits = 0        # of others, so far
        self._me = me
        self._log = self._asked = 0  # pages in the log; how many there were when a checkpoint was last asked for
        self._full = False
        self._grown = grown
        connection.set_wal_hook(self._written)

    def _written(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._log = pages
        return apsw.SQLITE_OK

    def begin(self) -> None:
        self._queue.take()
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
            self._pledges = Pledges(Memory(self._still_known()))
        except apsw.Error as error:
            self.roll_back()  # it may have begun
            raise translated(error) from error

    def _still_known(self) -> Known:
        """What the groups before have read and written, where no other connection has committed anything since."""
        commits = self._connection.pragma("data_version")
        if commits != self._commits:
            self._commits = commits
            self._known.clear()
        for kind in [kind for kind, known in self._known.items() if len(known) > _KEPT]:
            del self._known[kind]
        return self._known

    def perform(self, piece: Piece, careful: bool = False) -> None:
        if self._try(piece, careful):  # two made the same id, perhaps: the second time it is another
            self._try(piece, careful)

    def _try(self, piece: Piece, careful: bool) -> bool:
        """Runs a piece; true where it failed over a row that was there already."""
        piece.error = None
        tx = SqliteTx(self._cursor, self._statements, self._pledges.memory, careful)
        try:
            piece.value = piece.act(tx)
        except BaseException as error:
            piece.error = error
            self._undo(tx, error)
            return error is tx.taken
        if tx.trouble is not None:
            raise self._lost(tx.trouble)
        self._pledges.absorb(tx)
        if careful and tx.wrote:
            self._execute("RELEASE piece")
        return False

    def _undo(self, tx: SqliteTx, error: BaseException) -> None:
        if tx.trouble is not None:
            raise self._lost(tx.trouble, error)
        if not tx.wrote:
            return
        if not tx.careful:
            raise Lost(error, again=error is tx.taken, careful=True, own=error is not tx.taken)
        self._pledges.memory.known.clear()  # some of it may be what this piece wrote
        self._execute("ROLLBACK TO piece")
        self._execute("RELEASE piece")

    def _execute(self, sql: str) -> None:
        try:
            self._cursor.execute(sql)
        except apsw.Error as error:
            raise self._lost(translated(error)) from error

    def _lost(self, trouble: Exception, cause: BaseException | None = None) -> Lost:
        self._full = isinstance(trouble, Unavailable) and trouble.code == refusals.DISK_FULL
        return Lost(cause or trouble)

    def commit(self, leaving: Callable[[], None] = stay) -> dict[int, int]:
        tx = SqliteTx(self._cursor, self._statements, self._pledges.memory)
        self._pledges.redeem(tx)
        stories = self._pledges.stories()
        moved = self._end(tx, stories) if stories else {}
        if tx.trouble is not None:
            raise self._lost(tx.trouble)
        leaving()
        self._execute("COMMIT")
        turns = self._pledges.memory.turns
        self._known.setdefault(_TURN, {}).update({story: turns[story] for story in self._pledges.held})
        self._look_after_log()  # before the turn is given away: while others write, a checkpoint never reaches the end
        self._queue.give()
        return moved

    def _end(self, tx: SqliteTx, stories: list[dict[str, int]]) -> dict[int, int]:
        number = tx.recall(_MOVED, 0, lambda: self._last_moved(tx)) + 1
        ended = tx.each(_END, [{**story, "moved": number, "writer": self._me} for story in stories])
        self._known[_MOVED] = {0: number}
        return {story["story"]: rows[0].version for story, rows in zip(stories, ended, strict=True) if story["bump"]}

    def _last_moved(self, tx: SqliteTx) -> int:
        row = tx.one("SELECT max(moved) AS last FROM story_version")
        return (row.last or 0) if row else 0

    def _look_after_log(self) -> None:
        if self._log < self._asked:
            self._asked = 0
        if self._log - self._asked < _LOG:
            return
        self._asked = self._log
        if self._log < _LONG_LOG:
            self._grown()
        else:
            self._checkpoint()

    def _checkpoint(self) -> None:
        with suppress(apsw.Error):  # one that fails is made later; what was committed is in the log
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def roll_back(self) -> None:
        self._known.clear()
        with suppress(apsw.Error):  # SQLite may have rolled back by itself
            self._cursor.execute("ROLLBACK")
        self._queue.give()
        if self._full:  # a log that is wholly in the file begins anew: that may be all the room there is
            self._full = False
            self._checkpoint()

    def close(self) -> None:
        self._connection.close(True)
        self._queue.close()


class SqliteReading:
    """A reader's connection."""

    def __init__(self, path: str) -> None:
        self._connection = open_connection(path, write=False)
        self._connection.register_fts5_function("relevance", relevance)  # only those who read search
        self._cursor = self._connection.cursor()
        self._statements: dict[str, Statement] = {}

    def perform(self, piece: Piece) -> None:
        """Runs a piece over one snapshot."""
        try:
            self._cursor.execute("BEGIN")
            piece.value = piece.act(SqliteTx(self._cursor, self._statements, Memory()))
        except apsw.Error as error:
            raise translated(error) from error
        finally:
            with suppress(apsw.Error):
                if self._connection.in_transaction:
                    self._cursor.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close(True)
