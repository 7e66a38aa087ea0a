"""A connection on which statements are sent one after another and waited for only where somebody asks (libpq's pipeline mode).

It stands on psycopg's wrapper of libpq and on its loaders, and leaves out its cursors: measured over a socket on one machine, a
verb of three reads and five writes takes 0.09 ms instead of 0.43, a fifth of the processor's time, and that time is the limit.
"""

from __future__ import annotations

import re
import select
from collections import deque, namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Loader, Transformer
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from folkmoot.storage import refusals
from folkmoot.storage.database import Row
from folkmoot.storage.statements import writes

Connection = psycopg.Connection[tuple[Any, ...]]

_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000,
    "application_name": "folkmoot", "client_encoding": "utf8"}
# A server may be set to answer before the disk has it; not to us.
_SETTINGS = b"SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
_NAME = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|::|:([A-Za-z_]\w*)", re.S)
_FAILED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE)


class _Truth(Loader):
    """A boolean comes out as 1 or 0, as on SQLite."""

    def load(self, data: Any) -> int:
        return int(bytes(data) == b"t")


class _Numeric(Loader):
    """A numeric, the sum of BIGINTs for one, comes out as an int where it is whole."""

    def load(self, data: Any) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


def open_connection(url: str) -> Connection:
    """A connection in autocommit. Raises psycopg.OperationalError."""
    connection = psycopg.connect(make_conninfo(**{**_OPTIONS, **conninfo_to_dict(url)}), autocommit=True)
    connection.adapters.register_loader("bool", _Truth)
    connection.adapters.register_loader("numeric", _Numeric)
    try:
        connection.execute(_SETTINGS)
    except psycopg.Error:
        connection.close()
        raise
    return connection


class Refused(Exception):
    """The server refused a statement, or is gone (state 08006). state: the five signs of its SQLSTATE."""

    def __init__(self, state: str, words: str) -> None:
        super().__init__(f"{state}: {words}")
        self.state = state


def _number(value: int) -> bytes:
    if not -(2**63) <= value < 2**63:
        raise refusals.number_too_large()
    return b"%d" % value


def _text(value: str) -> bytes:
    refusals.refuse_text(value)
    return value.encode()


# Python's type -> the type that PostgreSQL is told, and the value as it reads it. A bool goes in as 1 or 0, as on SQLite.
_KINDS: dict[type, tuple[int, Callable[[Any], bytes | None]]] = {
    int: (20, _number), bool: (20, lambda value: b"1" if value else b"0"), str: (25, _text), float: (701, lambda value: repr(value).encode()),
    bytes: (17, lambda value: b"\\x" + value.hex().encode()), type(None): (0, lambda value: None)}


def _kind(value: object) -> tuple[int, Callable[[Any], bytes | None]]:
    for kind, known in _KINDS.items():  # a subclass: an IntEnum, a Sentence
        if isinstance(value, kind):
            return known
    raise TypeError(f"a value of type {type(value).__name__} cannot be kept")


class Statement:
    """What is kept per SQL text: its form with $1 …, the names in that order, whether it may write, how its rows are made."""

    __slots__ = ("make", "names", "prepared", "text", "writes")

    def __init__(self, sql: str) -> None:
        self.names: list[str] = []
        self.text = _NAME.sub(self._place, sql).encode()
        self.writes = writes(sql)
        self.make: Callable[[Sequence[Any]], Row] | None = None
        self.prepared: dict[tuple[int, ...], bytes] = {}  # types of the values -> the server's name for it

    def _place(self, part: re.Match[str]) -> str:
        name = part[1]
        if name is None:
            return part[0]
        if name not in self.names:
            self.names.append(name)
        return f"${self.names.index(name) + 1}"

    def maker(self, result: pq.abc.PGresult) -> Callable[[Sequence[Any]], Row]:
        """Makes rows of the statement's results."""
        if self.make is None:
            names = [(result.fname(number) or b"").decode() for number in range(result.nfields)]
            self.make = partial(tuple.__new__, namedtuple("Row", names, rename=True))
        return self.make


class Reply:
    """What will be known of a statement that was sent, or prepared for values of these types."""

    __slots__ = ("prepares", "result", "statement")

    def __init__(self, statement: Statement | None, prepares: tuple[int, ...] | None = None) -> None:
        self.statement = statement
        self.prepares = prepares
        self.result: pq.abc.PGresult | None = None


_SYNC = Reply(None)


class Pipe:
    """One connection, in pipeline mode from its first moment to its last."""

    def __init__(self, url: str) -> None:
        self._connection = open_connection(url)
        self._pgconn = self._connection.pgconn
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()
        self._loading = Transformer(self._connection)
        self._poll = select.poll()
        self._statements: dict[str, Statement] = {}
        self._named = 0
        self._waiting: deque[Reply] = deque()
        self._failed: Refused | None = None  # the first refusal since the last sync; what follows it is not done

    @property
    def usable(self) -> bool:
        return self._pgconn.status == pq.ConnStatus.OK

    def statement(self, sql: str) -> Statement:
        """What is known of an SQL text."""
        found = self._statements.get(sql)
        if found is None:
            found = self._statements[sql] = Statement(sql)
        return found

    def send(self, statement: Statement, given: Mapping[str, object]) -> Reply:
        """Sends a statement, soon. Raises Invalid for values that the server could not take."""
        kinds = [_KINDS.get(type(given[name])) or _kind(given[name]) for name in statement.names]
        values = [write(given[name]) for (_, write), name in zip(kinds, statement.names, strict=True)]
        types = tuple(kind for kind, _ in kinds)
        try:
            name = statement.prepared.get(types) or self._prepare(statement, types)
            self._pgconn.send_query_prepared(name, values)
        except psycopg.OperationalError as error:
            raise self._gone(error) from error
        reply = Reply(statement)
        self._waiting.append(reply)
        return reply

    def _prepare(self, statement: Statement, types: tuple[int, ...]) -> bytes:
        self._named += 1
        name = statement.prepared[types] = b"s%d" % self._named
        self._pgconn.send_prepare(name, statement.text, types)
        self._waiting.append(Reply(statement, types))
        return name

    def do(self, sql: str) -> Reply:
        """Sends a statement without values: BEGIN, COMMIT, a savepoint."""
        return self.send(self.statement(sql), {})

    def wait(self, reply: Reply) -> pq.abc.PGresult:
        """The result of a statement, and with it the certainty that all sent before it was done. Raises Refused."""
        if reply.result is None:
            try:
                self._pgconn.send_flush_request()
                self._flush()
                while reply.result is None:
                    self._receive()
            except psycopg.OperationalError as error:
                raise self._gone(error) from error
        if self._failed is not None:
            raise self._failed
        assert reply.result is not None
        return reply.result

    def rows(self, reply: Reply) -> list[Row]:
        """The rows that a statement gave. Raises Refused."""
        result = self.wait(reply)
        if not result.ntuples or reply.statement is None:
            return []
        self._loading.set_pgresult(result)
        return self._loading.load_rows(0, result.ntuples, reply.statement.maker(result))

    def sync(self, wait: bool = True) -> None:
        """Ends what was sent so far: after a refusal, the server goes on from here. Raises Refused where one was not heard yet."""
        try:
            self._pgconn.pipeline_sync()
            self._waiting.append(_SYNC)
            self._flush()
            while wait and self._waiting:
                self._receive()
        except psycopg.OperationalError as error:
            raise self._gone(error) from error
        if wait and (failed := self._failed):
            self._failed = None
            raise failed

    def _receive(self) -> None:
        """Takes the result of the oldest statement that waits for one."""
        reply = self._waiting.popleft()
        result = self._result()
        if reply is not _SYNC:
            while self._result() is not None:
                pass
        if result is None:
            raise psycopg.OperationalError("the server sent no result")
        if result.status in _FAILED and self._failed is None:
            self._fail(result)
        if reply.prepares is not None and result.status != pq.ExecStatus.COMMAND_OK and reply.statement is not None:
            reply.statement.prepared.pop(reply.prepares, None)  # skipped, as all that follows a refusal
        reply.result = result

    def _fail(self, result: pq.abc.PGresult) -> None:
        state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"08006").decode()
        self._failed = Refused(state, result.get_error_message())

    def _result(self) -> pq.abc.PGresult | None:
        pgconn = self._pgconn
        while pgconn.is_busy():
            self._until(select.POLLIN)
            pgconn.consume_input()
        return pgconn.get_result()

    def _flush(self) -> None:
        pgconn = self._pgconn
        while pgconn.flush():
            self._until(select.POLLIN | select.POLLOUT)
            pgconn.consume_input()

    def _until(self, events: int) -> None:
        self._poll.register(self._pgconn.socket, events)
        self._poll.poll()

    def _gone(self, error: Exception) -> Refused:
        self.close()
        return Refused("08006", str(error))

    def close(self) -> None:
        self._connection.close()
