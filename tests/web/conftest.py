"""Fixtures of the kit's tests. What the kit says over a database is tested on both engines, what it reads on one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from folkmoot.storage.database import Database, connect
from tests.web.stand import Client, join


@pytest.fixture
def one_db(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty database, for tests that hardly touch it."""
    shutil.copy(migrated_file, tmp_path / "folkmoot.db")
    database = connect(f"sqlite:///{tmp_path / 'folkmoot.db'}", readers=1)
    yield database
    database.close()


@pytest.fixture
def client(one_db: Database) -> Client:
    """A program that speaks to the small application of stand.py."""
    return Client(join(one_db))
