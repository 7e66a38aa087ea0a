"""Fixtures for all tests: an empty, migrated database on both engines, and the time at which stories begin."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import migrate
from tests.journeys.browser import CHROMIUM, FLAGS, WAIT

NOW = 1_780_000_000_000
settings.register_profile("folkmoot", deadline=None)  # a busy machine is no counterexample
settings.load_profile("folkmoot")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys in a browser come last, in each process: Playwright keeps an event loop running in its thread from then on."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for all; skipped where it is not installed. While it lives, its loop runs in this thread."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"No browser at {CHROMIUM}: apt install chromium")
    expect.set_options(timeout=WAIT)
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def now() -> int:
    """UTC milliseconds; always the same."""
    return NOW


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing in it; tests take copies."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    database = connect(f"sqlite:///{path}", readers=1)
    migrate(database, NOW)
    database.close()
    return path


def _as_postgres(*command: str) -> None:
    """Runs a command of PostgreSQL's, which refuses to run as root."""
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*become, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class PostgresServer:
    """A server of our own in a temporary folder, reached through a socket there; without fsync, since nobody pulls the plug."""

    def __init__(self, binaries: Path, folder: Path, settings: str) -> None:
        self.binaries = binaries
        self.folder = folder
        self.url = f"postgresql://postgres@/folkmoot?host={folder}"
        self.settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=200 {settings}"

    def make(self) -> None:
        self._run("initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                  "--no-sync")
        self.start()
        self._run("createdb", "-h", str(self.folder), "-U", "postgres", "folkmoot")

    def start(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", self.settings, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")

    def _run(self, program: str, *given: str) -> None:
        _as_postgres(str(self.binaries / program), *given)


def _sweep(binaries: Path) -> None:
    """Ends servers whose test run was killed before it could."""
    for folder in Path(tempfile.gettempdir()).glob("folkmoot-pg-*-*"):
        pid = folder.name.split("-")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            with suppress(subprocess.CalledProcessError):
                PostgresServer(binaries, folder, "").stop()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server(settings: str = "") -> Iterator[PostgresServer]:
    """A running server, with settings beyond our own; skips the test where PostgreSQL is not installed."""
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    _sweep(binaries)
    with tempfile.TemporaryDirectory(prefix=f"folkmoot-pg-{os.getpid()}-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = PostgresServer(binaries, folder, settings)
        server.make()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a migrated PostgreSQL database that all tests share, one after another."""
    with postgres_server() as server:
        database = connect(server.url, readers=1, lanes=1)
        migrate(database, NOW)
        database.close()
        yield server.url


class Emptier:
    """Takes all rows out of a database, over one connection that stays: a new one would have to learn every table first.

    DELETE where there is something: TRUNCATE makes new files for each table and index, and takes ten times as long.
    """

    def __init__(self, url: str) -> None:
        import psycopg

        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version'"
        named = [name for (name,) in self._connection.execute(tables)]
        self._filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in named)

    def __call__(self) -> None:
        for (name,) in self._connection.execute(self._filled, prepare=True).fetchall():
            self._connection.execute(f"DELETE FROM {name}")

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="session")
def emptier(postgres: str) -> Iterator[Emptier]:
    """Of the database that all tests share."""
    made = Emptier(postgres)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database."""
    if request.param == "postgres":
        pytest.importorskip("psycopg", reason="psycopg is not installed (the extra postgres)")
        request.getfixturevalue("emptier")()
        return str(request.getfixturevalue("postgres"))
    path = tmp_path / "folkmoot.db"
    shutil.copy(request.getfixturevalue("migrated_file"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An empty, migrated, open database."""
    database = connect(database_url)
    yield database
    database.close()


@pytest.fixture
def moot(db: Database, now: int) -> object:
    """A newsroom with one story."""
    from tests.moot import Moot

    return Moot(db, now)
