"""All SQL by which notes are counted again."""

from __future__ import annotations

from folkmoot.storage.database import Row, Tx


def notes(tx: Tx, after: int, limit: int) -> list[Row]:
    """Notes with what hangs on them, counted."""
    return tx.rows(
        "SELECT n.id, n.story, n.person, n.state, n.ruling, n.ruled, n.grade, n.shown, n.revision, r.note AS words_of, r.state AS words_state,"
        " (SELECT COUNT(*) FROM note_revision v WHERE v.note = n.id) AS revisions,"
        " (SELECT MAX(v.number) FROM note_revision v WHERE v.note = n.id) AS latest, r.number,"
        " (SELECT COUNT(*) FROM note_revision v WHERE v.note = n.id AND v.state = 'shown') AS shown_ones,"
        " (SELECT COUNT(*) FROM note_source s WHERE s.revision = n.revision) AS sources,"
        " (SELECT COUNT(*) FROM note_rating g WHERE g.note = n.id AND NOT EXISTS"
        " (SELECT 1 FROM note_revision v WHERE v.id = g.revision AND v.note = n.id)) AS stray,"
        " (SELECT COUNT(*) FROM note_rating g WHERE g.note = n.id AND g.person = n.person) AS own,"
        " (SELECT COUNT(*) FROM note_rating g WHERE g.note = n.id AND g.asked = 1 AND NOT EXISTS"
        " (SELECT 1 FROM note_asked a WHERE a.revision = g.revision AND a.person = g.person)) AS unasked"
        " FROM note n LEFT JOIN note_revision r ON r.id = n.revision WHERE n.id > :after ORDER BY n.id LIMIT :limit",
        after=after,
        limit=limit,
    )


def statements(tx: Tx, after: int, limit: int) -> list[Row]:
    return tx.rows("SELECT id, story FROM note_statement WHERE id > :after ORDER BY id LIMIT :limit", after=after, limit=limit)
