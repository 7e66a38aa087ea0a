"""All SQL on opinion maps: statements that an editor puts to readers, what they say to them, and where everybody was drawn."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.storage.database import Row, Tx


def insert_statement(tx: Tx, id: int, site: int, story: int, text: str, person: int | None, now: int) -> None:
    tx.run(
        "INSERT INTO note_statement (id, site, story, text, person, made) VALUES (:id, :site, :story, :text, :person, :now)",
        id=id,
        site=site,
        story=story,
        text=text,
        person=person,
        now=now,
    )


def end_statement(tx: Tx, statement: int, now: int) -> int:
    return tx.count("UPDATE note_statement SET ended = :now WHERE id = :statement AND ended IS NULL", statement=statement, now=now)


def statement_by_id(tx: Tx, statement: int) -> Row | None:
    return tx.one("SELECT id, story, text, person, made, ended FROM note_statement WHERE id = :statement", statement=statement)


def statements_of(tx: Tx, story: int) -> list[Row]:
    """The statements that are put to a story's readers, oldest first; those that have ended too."""
    return tx.rows("SELECT id, text, made, ended FROM note_statement WHERE story = :story ORDER BY made, id", story=story)


def put_opinion(tx: Tx, statement: int, person: int, value: int, now: int) -> None:
    tx.run(
        "INSERT INTO note_opinion (statement, person, value, at) VALUES (:statement, :person, :value, :now)"
        " ON CONFLICT (statement, person) DO UPDATE SET value = excluded.value, at = excluded.at",
        statement=statement,
        person=person,
        value=value,
        now=now,
    )


def opinions_in(tx: Tx, story: int) -> list[Row]:
    return tx.rows(
        "SELECT o.statement, o.person, o.value FROM note_opinion o JOIN note_statement s ON s.id = o.statement WHERE s.story = :story"
        " ORDER BY o.statement, o.person",
        story=story,
    )


def opinions_of(tx: Tx, story: int, person: int) -> dict[int, int]:
    rows = tx.rows(
        "SELECT o.statement, o.value FROM note_opinion o JOIN note_statement s ON s.id = o.statement WHERE s.story = :story AND o.person = :person",
        story=story,
        person=person,
    )
    return {row.statement: row.value for row in rows}


def map_of(tx: Tx, story: int) -> Row | None:
    """The map as it was last drawn."""
    return tx.one("SELECT drawn, told FROM note_map WHERE story = :story", story=story)


def put_map(tx: Tx, story: int, told: str, now: int) -> None:
    tx.run(
        "INSERT INTO note_map (story, drawn, told) VALUES (:story, :now, :told)"
        " ON CONFLICT (story) DO UPDATE SET drawn = excluded.drawn, told = excluded.told",
        story=story,
        told=told,
        now=now,
    )


def places_in(tx: Tx, story: int) -> list[Row]:
    return tx.rows("SELECT person, x, y, party FROM note_place WHERE story = :story ORDER BY person", story=story)


def place_of(tx: Tx, story: int, person: int) -> Row | None:
    return tx.one("SELECT x, y, party FROM note_place WHERE story = :story AND person = :person", story=story, person=person)


def replace_places(tx: Tx, story: int, places: Sequence[tuple[int, float, float, int | None]]) -> None:
    tx.run("DELETE FROM note_place WHERE story = :story", story=story)
    tx.many(
        "INSERT INTO note_place (story, person, x, y, party) VALUES (:story, :person, :x, :y, :party)",
        [{"story": story, "person": person, "x": x, "y": y, "party": party} for person, x, y, party in places],
    )


def stories_to_map(tx: Tx, least: int) -> list[int]:
    """Stories whose votes and opinions have moved since their map was drawn, and that at least so many people have."""
    rows = tx.rows(
        "SELECT v.story FROM (SELECT story, person, at FROM note_vote UNION ALL SELECT s.story, o.person, o.at FROM note_opinion o"
        " JOIN note_statement s ON s.id = o.statement) v LEFT JOIN note_map m ON m.story = v.story GROUP BY v.story, m.drawn"
        " HAVING COUNT(DISTINCT v.person) >= :least AND MAX(v.at) > COALESCE(m.drawn, 0) ORDER BY v.story",
        least=least,
    )
    return [row.story for row in rows]
