"""PostgreSQL's transactions: connections that heal, pieces sent through a pipeline, groups, snapshots, what exceptions mean."""

from __future__ import annotations

import re
import time
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

import psycopg
from psycopg import errors as refused
from psycopg.adapt import Dumper, Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from folkmoot.storage import refusals
from folkmoot.storage.database import Row
from folkmoot.storage.groups import Lost, Piece, Pledges, Unsure
from folkmoot.storage.statements import writes

Connection = psycopg.Connection[tuple[Any, ...]]

_PATIENCE = 10.0  # seconds to find out, after a cut, whether a commit took place
_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000,
    "application_name": "folkmoot", "client_encoding": "utf8"}
# A server may be set to answer before the disk has it; not to us.
_SETTINGS = b"SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
_BUMP = """
INSERT INTO story_version (story, version, moved, writer) VALUES (:story, 1, pg_current_xact_id()::text::bigint, :writer)
ON CONFLICT (story) DO UPDATE SET version = story_version.version + 1, moved = excluded.moved, writer = excluded.writer
RETURNING version
"""
_MARK = """
INSERT INTO story_version (story, version, marked) VALUES (:story, 0, 1)
ON CONFLICT (story) DO UPDATE SET marked = 1 WHERE story_version.marked = 0
"""
_HOLD = "SELECT version FROM story_version WHERE story = :story FOR NO KEY UPDATE OF story_version"
_MAKE = "INSERT INTO story_version (story, version) VALUES (:story, 0) ON CONFLICT (story) DO NOTHING"
_NUMBER = "SELECT pg_current_xact_id_if_assigned()::text::bigint AS number"
_PART = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|::|:([A-Za-z_]\w*)", re.S)


class _TruthDumper(Dumper):
    """A bool goes in as 1 or 0, as on SQLite."""

    oid = Int8Dumper.oid

    def dump(self, obj: Any) -> bytes:
        return b"1" if obj else b"0"


class _TruthLoader(Loader):
    """A boolean comes out as 1 or 0, as on SQLite."""

    def load(self, data: Any) -> int:
        return int(bytes(data) == b"t")


class _NumericLoader(Loader):
    """A numeric, the sum of BIGINTs for one, comes out as an int where it is whole."""

    def load(self, data: Any) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


def open_connection(url: str) -> Connection:
    """A connection in autocommit: transactions are begun and ended by statements, which can be sent through the pipeline."""
    address = make_conninfo(**{**_OPTIONS, **conninfo_to_dict(url)})
    connection = psycopg.connect(address, autocommit=True, prepare_threshold=0, cursor_factory=psycopg.RawCursor)
    connection.prepared_max = 500
    adapters = connection.adapters
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _TruthDumper)
    adapters.register_dumper(str, StrDumper)
    adapters.register_loader("bool", _TruthLoader)
    adapters.register_loader("numeric", _NumericLoader)
    connection.execute(_SETTINGS)
    return connection


def translated(error: Exception) -> Exception:
    """What a driver's exception means to those outside."""
    for kinds, make in _MEANINGS:
        if isinstance(error, kinds):
            return make()
    return refusals.Fault(f"{type(error).__name__}: {error}")


_MEANINGS: tuple[tuple[tuple[type[Exception], ...], Callable[[], Exception]], ...] = (
    ((refused.UniqueViolation, refused.ExclusionViolation), refusals.taken),
    ((refused.ForeignKeyViolation,), refusals.still_referred_to),
    ((refused.CharacterNotInRepertoire, refused.UntranslatableCharacter, UnicodeEncodeError), refusals.not_storable_text),
    ((psycopg.IntegrityError, psycopg.DataError, refused.ProgramLimitExceeded), refusals.not_allowed_value),
    ((refused.DiskFull,), refusals.disk_full),
    ((refused.IoError, refused.OutOfMemory), refusals.disk_failed),
    ((refused.DataCorrupted, refused.IndexCorrupted), refusals.damaged),
    ((refused.DeadlockDetected, refused.SerializationFailure, refused.LockNotAvailable, refused.QueryCanceled), refusals.busy),
    ((psycopg.OperationalError, psycopg.InterfaceError, refused.ReadOnlySqlTransaction), refusals.unreachable),
)
_AGAIN = (refused.DeadlockDetected, refused.SerializationFailure)
_STALE = (refused.FeatureNotSupported, refused.InvalidSqlStatementName)  # prepared before the schema changed


class Line:
    """A connection that is made when first needed, and made anew when it was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self.statements: dict[str, Statement] = {}

    def get(self) -> Connection:
        """The connection. Raises Unavailable."""
        if self._connection is None or self._connection.closed:
            try:
                self._connection = open_connection(self._url)
            except psycopg.Error as error:
                raise refusals.unreachable() from error
        return self._connection

    def drop(self) -> None:
        """Forgets the connection."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


class Statement:
    """What is kept per SQL text: its form with $1 …, the names in that order, whether it may write, how its rows are made."""

    __slots__ = ("make", "names", "text", "writes")

    def __init__(self, sql: str) -> None:
        self.names: list[str] = []
        self.text = _PART.sub(self._place, sql).encode()
        self.writes = writes(sql)
        self.make: Callable[[Iterable[Any]], Row] | None = None

    def _place(self, part: re.Match[str]) -> str:
        name = part[1]
        if name is None:
            return part[0]
        if name not in self.names:
            self.names.append(name)
        return f"${self.names.index(name) + 1}"

    def values(self, given: Mapping[str, object]) -> list[object]:
        """The parameters in order. Raises Invalid for what PostgreSQL could not take."""
        values = [given[name] for name in self.names]
        for value in values:
            if isinstance(value, str):
                refusals.refuse_text(value)
            elif isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise refusals.number_too_large()
        return values

    def made(self, cursor: psycopg.Cursor[tuple[Any, ...]]) -> list[Row]:
        """The rows that the cursor holds or waits for."""
        rows = cursor.fetchall()
        if self.make is None:
            names = [column.name for column in cursor.description or ()]
            self.make = partial(tuple.__new__, namedtuple("Row", names, rename=True))
        return list(map(self.make, rows))


class PostgresTx(Pledges):
    """A transaction, or a piece of a group, on a connection in pipeline mode.

    What nobody asks the outcome of is sent with the next statement that somebody does. So a refusal of the engine may come
    out at a later statement; the whole group is then lost, and its pieces are run again, each alone.
    """

    __slots__ = ("_connection", "_held", "_pipeline", "_statements", "error", "saved")

    def __init__(self, connection: Connection, pipeline: psycopg.Pipeline, statements: dict[str, Statement], held: dict[int, int],
                 saved: bool = False) -> None:
        super().__init__()
        self._connection = connection
        self._pipeline = pipeline
        self._statements = statements
        self._held = held
        self.saved = saved  # no savepoint is needed, or it is there already
        self.error: Exception | None = None  # the driver's own, that lost the group

    def _send(self, sql: str, given: Mapping[str, object]) -> tuple[Statement, psycopg.Cursor[tuple[Any, ...]]]:
        statement = self._statements.get(sql)
        if statement is None:
            statement = self._statements[sql] = Statement(sql)
        values = statement.values(given)
        try:
            if statement.writes and not self.saved:
                self._connection.execute(b"SAVEPOINT piece")
                self.saved = True
            return statement, self._connection.execute(statement.text, values)
        except psycopg.Error as error:
            raise self._meaning(error) from error

    def _meaning(self, error: Exception) -> Exception:
        self.error = self.error or error  # the first one is the cause; those that follow are its echo
        return translated(self.error)

    def _fetch(self, statement: Statement, cursor: psycopg.Cursor[tuple[Any, ...]]) -> list[Row]:
        try:
            return statement.made(cursor)
        except psycopg.Error as error:
            raise self._meaning(error) from error

    def one(self, sql: str, **given: object) -> Row | None:
        rows = self._fetch(*self._send(sql, given))
        return rows[0] if rows else None

    def rows(self, sql: str, **given: object) -> list[Row]:
        return self._fetch(*self._send(sql, given))

    def each(self, sql: str, given: Sequence[Mapping[str, object]]) -> list[list[Row]]:
        sent = [self._send(sql, some) for some in given]
        return [self._fetch(*one) for one in sent]

    def run(self, sql: str, **given: object) -> None:
        self._send(sql, given)

    def many(self, sql: str, given: Iterable[Mapping[str, object]]) -> None:
        for some in given:
            self._send(sql, some)

    def count(self, sql: str, **given: object) -> int:
        _, cursor = self._send(sql, given)
        self.settle()
        return cursor.rowcount

    def settle(self) -> None:
        """Waits until the server has done all that was sent."""
        try:
            self._pipeline.sync()
        except psycopg.Error as error:
            raise self._meaning(error) from error

    def hold(self, story: int) -> int:
        if story not in self._held:
            row = self.one(_HOLD, story=story)
            if row is None:
                self.run(_MAKE, story=story)
                row = self.one(_HOLD, story=story)
            self._held[story] = row.version if row else 0
        return self._held[story]


class PostgresSession:
    """A lane's connection, and the group that it is in."""

    def __init__(self, url: str, me: int) -> None:
        self._line = Line(url)
        self._me = me
        self._pledges = Pledges()
        self._held: dict[int, int] = {}
        self._connection: Connection
        self._pipeline: psycopg.Pipeline
        self._piped = ExitStack()
        self._stale = False

    def begin(self) -> None:
        self._pledges = Pledges()
        self._held = {}
        self._connection = self._line.get()
        try:
            self._pipeline = self._piped.enter_context(self._connection.pipeline())
            self._connection.execute(b"BEGIN")
        except psycopg.Error as error:
            self._line.drop()
            raise refusals.unreachable() from error

    def _tx(self, saved: bool = False) -> PostgresTx:
        return PostgresTx(self._connection, self._pipeline, self._line.statements, self._held, saved)

    def perform(self, piece: Piece) -> None:
        tx = self._tx()
        try:
            piece.value = piece.act(tx)
        except BaseException as error:
            piece.error = error
            if tx.error is not None:
                raise self._lost(tx.error, error) from error
            if tx.saved:
                self._held.clear()  # locks that were taken after the savepoint go with it
                self._execute(b"ROLLBACK TO piece")
                self._execute(b"RELEASE piece")
            return
        if tx.error is not None:
            raise self._lost(tx.error, translated(tx.error))
        self._pledges.absorb(tx)
        if tx.saved:
            self._execute(b"RELEASE piece")

    def _execute(self, sql: bytes) -> None:
        try:
            self._connection.execute(sql)
        except psycopg.Error as error:
            raise self._lost(error, translated(error)) from error

    def _lost(self, error: Exception, cause: BaseException) -> Lost:
        self._stale = isinstance(error, _STALE)
        return Lost(cause, again=self._stale or isinstance(error, _AGAIN))

    def commit(self) -> dict[int, int]:
        tx = self._tx(saved=True)
        try:
            moved, number = self._finish(tx)
        except Exception as error:
            if tx.error is not None:
                raise self._lost(tx.error, error) from error
            raise
        try:
            self._connection.execute(b"COMMIT")
            self._piped.close()
        except psycopg.Error as error:
            if not self._connection.closed:
                raise self._lost(error, translated(error)) from error
            if number is not None and not self._committed(number):
                raise Lost(refusals.unreachable()) from error
        return moved

    def _finish(self, tx: PostgresTx) -> tuple[dict[int, int], int | None]:
        """Redeems the pledges; gives the versions that moved and the transaction's number, None where nothing was written."""
        self._pledges.redeem(tx)
        for story in sorted(self._pledges.marked):
            tx.run(_MARK, story=story)
        stories = sorted(self._pledges.bumped)
        versions = tx.each(_BUMP, [{"story": story, "writer": self._me} for story in stories])
        row = tx.one(_NUMBER)
        return {story: rows[0].version for story, rows in zip(stories, versions, strict=True)}, row.number if row else None

    def _committed(self, number: int) -> bool:
        """Whether the transaction was committed by a server that went away before it said so. Raises Unsure."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            with suppress(Exception):
                row = self._line.get().execute(b"SELECT pg_xact_status($1::text::xid8)", [str(number)]).fetchone()
                if row and row[0] in ("committed", "aborted"):
                    return bool(row[0] == "committed")
            time.sleep(0.1)
        raise Unsure(refusals.unknown_outcome())

    def roll_back(self) -> None:
        try:
            if self._connection.closed or self._stale:
                raise psycopg.OperationalError
            leave(self._connection, self._piped)
        except psycopg.Error:
            self._line.drop()
        self._stale = False

    def close(self) -> None:
        self._line.drop()


def leave(connection: Connection, piped: ExitStack) -> None:
    """Ends the pipeline and whatever transaction is open."""
    with suppress(psycopg.Error):  # the error that is known already
        piped.close()
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        connection.execute(b"ROLLBACK")


class PostgresReading:
    """A reader's connection."""

    def __init__(self, url: str) -> None:
        self._line = Line(url)

    def perform(self, piece: Piece) -> None:
        """Runs a piece over one snapshot; once more where the connection turns out to be cut."""
        try:
            self._perform(piece)
        except _Cut:
            self._line.drop()
            self._perform(piece, last=True)

    def _perform(self, piece: Piece, last: bool = False) -> None:
        connection = self._line.get()
        piped, tx = ExitStack(), None
        try:
            pipeline = piped.enter_context(connection.pipeline())
            tx = PostgresTx(connection, pipeline, self._line.statements, {}, saved=True)
            connection.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            piece.value = piece.act(tx)
        except Exception as error:
            if not last and (connection.closed or (tx and isinstance(tx.error, _STALE))):
                raise _Cut from error
            if isinstance(error, psycopg.Error):
                raise translated(error) from error
            raise
        finally:
            self._end(connection, piped)

    def _end(self, connection: Connection, piped: ExitStack) -> None:
        try:
            connection.execute(b"COMMIT")
            leave(connection, piped)
        except psycopg.Error:
            self._line.drop()

    def close(self) -> None:
        self._line.drop()


class _Cut(Exception):  # noqa: N818 -- it names a state of the connection, and never leaves this file
    """The connection was lost, or its prepared statements were: a read may simply be done again."""
