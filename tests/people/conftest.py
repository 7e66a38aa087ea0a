"""A house for the tests of people."""

from __future__ import annotations

import pytest

from folkmoot.storage.database import Database
from tests.people.house import House


@pytest.fixture
def house(db: Database, now: int) -> House:
    """A house where nobody has come in yet."""
    return House(db, now)
