"""What is worked out once."""

from __future__ import annotations

from folkmoot.web.remembered import remembered


class Reader:
    def __init__(self) -> None:
        self.asked = 0

    @remembered
    def language(self) -> str:
        """What they read."""
        self.asked += 1
        return "de"


def test_it_is_worked_out_once_for_each() -> None:
    ada, benedikt = Reader(), Reader()
    assert [ada.language, ada.language, benedikt.language] == ["de"] * 3
    assert (ada.asked, benedikt.asked) == (1, 1)
    assert Reader.language.__doc__ == "What they read."
