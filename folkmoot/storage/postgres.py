"""PostgreSQL: lanes that group what belongs to one story, readers, NOTIFY between processes. Needs the extra `postgres`."""

from __future__ import annotations

import secrets
from pathlib import Path

from folkmoot.errors import Invalid, Unavailable, say
from folkmoot.storage.changes import Followers
from folkmoot.storage.groups import Crew, Writer

try:
    import psycopg

    from folkmoot.storage.postgres_news import Listener, Teller
    from folkmoot.storage.postgres_tx import PostgresReading, PostgresSession
except ImportError as missing:
    raise Invalid("PostgreSQL needs a driver that is not installed. Install folkmoot[postgres], then start again.",
                  "driver_missing") from missing

_GROUP = 64        # pieces in a group at most: with more savepoints PostgreSQL's snapshots become slow for everybody
_GROUP_TIME = 50   # ms of work in a group at most
_OLDEST = 130_000  # server version: pg_current_xact_id


class PostgresDatabase(Crew):
    """A server's database."""

    engine = "postgres"

    def give_way(self) -> None:
        """A lane waits for its server, not for Python's lock."""

    def __init__(self, url: str, readers: int, lanes: int) -> None:
        self.folder: Path | None = None
        self.url = url
        me = secrets.randbits(62)
        followers = Followers()
        self._listener = Listener(url, me, followers.tell)
        if self._listener.server_version < _OLDEST:
            raise Invalid("This PostgreSQL is older than 13. Use a newer one.", "database_address")
        self._teller = Teller(url, me)

        def tell(moved: dict[int, int]) -> None:
            followers.tell(moved)
            self._teller.tell(moved)

        writers = [Writer(f"folkmoot-lane-{n}", PostgresSession(url, me), tell, _GROUP, _GROUP_TIME, sort=True) for n in range(lanes)]
        super().__init__(writers, [PostgresReading(url) for _ in range(readers)], followers)
        self._listener.start()
        self._teller.start()

    def sweep(self, largest: int | None) -> bool:
        with psycopg.connect(self.url, autocommit=True) as connection:
            (size,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
            whole = largest is None or size <= largest
            _forget_statistics(connection)
            connection.execute("VACUUM (FULL)" if whole else "VACUUM")
            return whole

    def close(self) -> None:
        if self.finish():
            self._teller.end()
            self._listener.end()


# What the planner remembers of a table's values. ANALYZE makes it anew, but of an empty table it keeps the old; setting a column's type drops it.
_STALE = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_stats s JOIN pg_class c ON c.oid = to_regclass(quote_ident(s.tablename))
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname WHERE s.schemaname = current_schema() AND c.relkind = 'r' AND c.reltuples <= 0
"""


def _forget_statistics(connection: psycopg.Connection) -> None:
    """Has the planner's statistics hold nothing of rows that are gone."""
    connection.execute("ANALYZE")
    for table, column, kind in connection.execute(_STALE).fetchall():
        connection.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE {kind}')


def open_postgres(url: str, *, readers: int = 4, lanes: int = 4) -> PostgresDatabase:
    """Opens a database. Raises Unavailable where it cannot be reached, Invalid where the address or the server is of no use."""
    try:
        psycopg.conninfo.conninfo_to_dict(url)
        return PostgresDatabase(url, readers, lanes)
    except psycopg.ProgrammingError as error:
        words = say("The address of the PostgreSQL database cannot be read: {why}.", why=_first_line(error))
        raise Invalid(words, "database_address") from error
    except psycopg.OperationalError as error:
        words = say("The database cannot be reached: {why}.", why=_first_line(error))
        raise Unavailable(words, 5, "database_unreachable") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")
