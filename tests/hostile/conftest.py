"""What all hostile words have in common: whoever is slow to say whose house it is, is waited for, so that each page has one shape."""

from __future__ import annotations

import pytest

from folkmoot.web import kit


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a page that refuses would now and then leave the masthead out."""
    monkeypatch.setattr(kit, "HOUSE_WAIT", 10.0)
