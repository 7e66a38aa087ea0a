"""What of notes is a person's: taken along, and let go; a correction stays without their name."""

from __future__ import annotations

from folkmoot.notes import belongings
from folkmoot.notes.belongings import PART
from tests.notes.desk import SAID, Desk


def rows(desk: Desk, name: str) -> list[dict[str, object]]:
    (section,) = [each for each in PART.sections if each.name == name]
    return [row for _, row in desk.moot.db.read_now(lambda tx: section.rows(tx, desk.amara.id or 0, 0, 100))]


def test_what_is_theirs_is_taken_along(desk: Desk) -> None:
    desk.propose()
    other = desk.propose(desk.reader(), "The fence costs forty thousand, not fourteen.").id
    desk.rate(desk.amara, other, "unhelpful", "argues")
    assert [row["text"] for row in rows(desk, "notes")] == [SAID]
    assert [(row["note"], row["level"], row["reasons"]) for row in rows(desk, "note_ratings")] == [(other, 0, "argues")]


def test_who_leaves_is_forgotten_and_a_correction_stays_without_their_name(desk: Desk) -> None:
    kept, gone = desk.propose().id, desk.propose(text="The fence costs forty thousand, not fourteen.").id
    other = desk.propose(desk.reader(), "The jetty was built in 1951 by volunteers.").id
    desk.rate(desk.amara, other)
    desk.accept(kept)
    person = desk.amara.id or 0
    while desk.moot.db.write_now(lambda tx: belongings.erase(tx, person, "go", desk.moot.now)):
        pass
    assert desk.head().at_head[0].note.name == ""
    assert desk.note(gone).state == "withdrawn"
    assert desk.note(gone).text == ""
    assert desk.note(other).ratings == 0
    assert rows(desk, "notes") == []
