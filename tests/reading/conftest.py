"""A visitor for tests of reading."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.moot import Moot
from tests.reading.visit import Visit


@pytest.fixture
def visit(moot: Moot) -> Iterator[Visit]:
    """A visitor of the newsroom with one story, the lake."""
    made = Visit(moot)
    yield made
    made.close()
