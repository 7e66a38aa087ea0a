"""All SQL on what of notes belongs to a person."""

from __future__ import annotations

from typing import Any

from folkmoot.storage.database import Row, Tx

SECTIONS: dict[str, str] = {  # each list by the number that puts it in order, as `place`
    "notes": "SELECT n.id AS place, n.story, n.kind, n.state, n.grade, n.ruling, n.proposed, r.number AS revision, r.text, r.exact FROM note n"
    " JOIN note_revision r ON r.note = n.id AND r.id = n.revision WHERE n.person = :person AND n.id > :after ORDER BY n.id LIMIT :limit",
    "note_ratings": "SELECT revision AS place, note, level, reasons, asked, at FROM note_rating WHERE person = :person AND revision > :after"
    " ORDER BY revision LIMIT :limit",
    "note_deeds": "SELECT id AS place, note, deed, reason, at FROM note_decision WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
    "note_answers": "SELECT note AS place, speaks_as, text, at FROM note_answer WHERE person = :person AND note > :after ORDER BY note LIMIT :limit",
    "note_questions": "SELECT revision AS place, note, at, answered FROM note_asked WHERE person = :person AND revision > :after"
    " ORDER BY revision LIMIT :limit",
    "opinions": "SELECT o.statement AS place, s.text, o.value, o.at FROM note_opinion o JOIN note_statement s ON s.id = o.statement"
    " WHERE o.person = :person AND o.statement > :after ORDER BY o.statement LIMIT :limit",
}

_THEIRS = ("note_rating", "note_asked", "note_reader", "note_vote", "note_seat", "note_opinion", "note_place", "note_answer")


def rows(tx: Tx, name: str, person: int, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """A list of what is theirs, beyond a place."""
    return [(row.place, row._asdict()) for row in tx.rows(SECTIONS[name], person=person, after=after, limit=limit)]


def forget_traces(tx: Tx, person: int) -> None:
    """Lets go of what is theirs alone: ratings, questions, opinions, where they sit and stand."""
    for table in _THEIRS:
        tx.run(f"DELETE FROM {table} WHERE person = :person", person=person)
    tx.run("UPDATE note_fit SET seen_by = NULL WHERE seen_by = :person", person=person)
    tx.run("UPDATE note_find SET settled_by = NULL WHERE settled_by = :person", person=person)
    own = "'propose', 'revise', 'withdraw', 'report', 'appeal'"
    tx.run(f"UPDATE note_decision SET person = NULL, reason = '' WHERE person = :person AND deed IN ({own})", person=person)


def forget_finds(tx: Tx, person: int) -> None:
    """Lets go of what was found in their comments, whose words go."""
    tx.run("DELETE FROM note_find WHERE person = :person", person=person)


def notes_named(tx: Tx, person: int, limit: int) -> list[Row]:
    """Notes that still carry their name."""
    return tx.rows("SELECT id, story, ruling FROM note WHERE person = :person ORDER BY id LIMIT :limit", person=person, limit=limit)


def unname(tx: Tx, note: int) -> None:
    tx.run("UPDATE note SET person = NULL, name = '', credited = 0 WHERE id = :note", note=note)


def proposed_on(tx: Tx, site: int, person: int) -> bool:
    """Whether a note on a site bears somebody's name."""
    return tx.one("SELECT id FROM note WHERE person = :person AND site = :site LIMIT 1", person=person, site=site) is not None
