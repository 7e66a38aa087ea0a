"""What the newsroom decides on a note can be taken back: for ten seconds as if it had never been, later for everybody to see."""

from __future__ import annotations

import pytest

from folkmoot.desk import queue
from folkmoot.errors import Conflict
from folkmoot.notes import checks
from folkmoot.notes.model import AT_ONCE, Note
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from folkmoot.settings import Settings
from folkmoot.work import Worker
from tests.notes.desk import Desk


def decides(desk: Desk, note: int, deed: str) -> int:
    because = Because("The table is of another lake.")
    settled = desk.moot.db.write_now(lambda tx: queue.decide(tx, desk.editor, "note", note, deed, because, desk.moot.now))
    assert settled.number
    return settled.number


def takes_back(desk: Desk, number: int, who: Actor | None = None) -> None:
    desk.moot.db.write_now(lambda tx: queue.undo(tx, who or desk.editor, "note", number, desk.moot.now))


def works(desk: Desk) -> None:
    """Ten seconds go by, and the worker does what is due."""
    desk.moot.later(AT_ONCE)
    worker = Worker(desk.moot.db, Settings(), lambda: desk.moot.now)
    while worker.work_once():
        pass


def told(desk: Desk, who: Actor) -> list[str]:
    rows = desk.moot.db.read_now(lambda tx: tx.rows("SELECT kind FROM notice WHERE person = :who ORDER BY id", who=who.id))
    return [row.kind for row in rows if row.kind != "note_source"]


def seen(desk: Desk, note: int) -> tuple[Note, list[str]]:
    """The note, and what everybody reads of what became of it."""
    return desk.note(note), [rung.name for rung in desk.whole(Actor(), note).rungs]


def sound(desk: Desk) -> list[str]:
    return [finding.words for finding in checks.check(desk.moot.db)]


@pytest.mark.parametrize("deed", ["decline", "clarify", "hold", "remove"])
def test_what_is_taken_back_at_once_was_never_told_and_leaves_no_trace(desk: Desk, deed: str) -> None:
    note = desk.propose().id
    works(desk)  # its sources are looked at
    before = seen(desk, note)
    number = decides(desk, note, deed)
    desk.moot.later(AT_ONCE - 1)
    takes_back(desk, number)
    works(desk)
    assert seen(desk, note) == before
    assert told(desk, desk.amara) == []
    assert sound(desk) == []


@pytest.mark.parametrize("deed", ["release", "clarify", "remove"])
def test_what_was_held_is_held_again_and_its_first_showing_is_told_to_nobody(desk: Desk, deed: str) -> None:
    note = desk.propose(limits=True).id
    works(desk)
    before, waits = desk.note(note), told(desk, desk.editor)
    assert before.state == "held"
    takes_back(desk, decides(desk, note, deed))
    works(desk)
    assert desk.note(note) == before
    assert (told(desk, desk.editor), told(desk, desk.amara)) == (waits, [])
    assert sound(desk) == []
    decides(desk, note, "release")
    works(desk)
    assert told(desk, desk.amara) == ["note_released"]
    assert told(desk, desk.editor) == [*waits, "note_proposed"]


def test_what_is_taken_back_later_was_told_and_stays_to_be_seen(desk: Desk) -> None:
    note = desk.propose().id
    number = decides(desk, note, "decline")
    works(desk)
    assert told(desk, desk.amara) == ["note_declined"]
    desk.moot.later(1)
    takes_back(desk, number)
    after, rungs = seen(desk, note)
    assert after.ruling == ""
    assert rungs[:3] == ["Proposed", "Declined by the editor", "Opened again"]
    assert sound(desk) == []


def test_only_the_last_word_is_taken_back(desk: Desk) -> None:
    note = desk.propose().id
    first = decides(desk, note, "hold")
    second = decides(desk, note, "decline")
    with pytest.raises(Conflict):
        takes_back(desk, first)
    takes_back(desk, second)
    with pytest.raises(Conflict):
        takes_back(desk, second)
    assert desk.note(note).state == "held"
