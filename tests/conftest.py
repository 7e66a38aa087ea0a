"""Fixtures for all tests: an empty, migrated database on both engines, and the time at which stories begin."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import migrate

NOW = 1_780_000_000_000


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


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database."""
    if request.param == "postgres":
        pytest.skip("PostgreSQL is not wired in yet")
    path = tmp_path / "folkmoot.db"
    shutil.copy(request.getfixturevalue("migrated_file"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An empty, migrated, open database."""
    database = connect(database_url)
    yield database
    database.close()
