"""The ladder shows what readers saw: rises that were deserved for a while, falls at once."""

from __future__ import annotations

from msgspec.structs import replace

from folkmoot.notes.model import MINUTE, Grade, Standing
from folkmoot.notes.showing import moves
from tests.notes.desk import Desk


def curve(*steps: tuple[int, Grade]) -> tuple[Standing, ...]:
    return tuple(Standing(grade, minute * MINUTE) for minute, grade in steps)


def test_the_ladder_shows_what_readers_saw(desk: Desk) -> None:
    note = desk.note(desk.propose().id)

    def seen(now: Grade, at: int, *steps: tuple[int, Grade]) -> list[tuple[int, Grade]]:
        return [(when // MINUTE, grade) for when, grade in moves(curve(*steps), replace(note, grade=now, graded=at * MINUTE))]

    assert seen("proposed", 0, (1, "helpful"), (4, "proposed")) == [], "deserved for three minutes"
    assert seen("proposed", 0, (1, "helpful")) == [], "it dwells"
    assert seen("helpful", 11, (1, "helpful")) == [(11, "helpful")]
    assert seen("helpful", 11, (1, "helpful"), (30, "helpful")) == [(11, "helpful")]
    assert seen("both_sides", 11, (1, "helpful"), (5, "both_sides")) == [(11, "both_sides")], "the lesser of what it deserved"
    assert seen("disputed", 40, (1, "helpful"), (20, "helpful"), (40, "disputed")) == [(11, "helpful"), (40, "disputed")]
