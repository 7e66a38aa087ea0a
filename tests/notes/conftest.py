"""Fixtures of notes."""

from __future__ import annotations

import pytest

from tests.moot import Moot
from tests.notes.desk import Desk


@pytest.fixture
def desk(moot: Moot) -> Desk:
    """A newsroom with notes."""
    return Desk(moot)
