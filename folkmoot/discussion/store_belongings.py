"""What a person takes along of discussion, what their page shows, and how discussion lets go of them."""

from __future__ import annotations

from typing import Any

from folkmoot.storage.database import Row, Tx

SECTIONS: dict[str, str] = {
    "comments": "SELECT id AS place, id, story, parent, name, text, posted, edited, state, up, down FROM comment "
    "WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
    "earlier_words": "SELECT r.id AS place, r.comment, r.number, r.text, r.made, r.state FROM revision r JOIN comment c ON c.id = r.comment "
    "WHERE c.person = :person AND r.id > :after ORDER BY r.id LIMIT :limit",
    "decisions_on_your_words": "SELECT d.id AS place, d.comment, d.deed, d.made_by, d.rule, d.reason, d.at FROM decision d "
    "JOIN comment c ON c.id = d.comment WHERE c.person = :person AND d.id > :after ORDER BY d.id LIMIT :limit",
    "appeals": "SELECT id AS place, comment, words, at, outcome, decided FROM appeal WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
    "votes": "SELECT comment AS place, comment, value, counted, at FROM vote WHERE person = :person AND comment > :after "
    "ORDER BY comment LIMIT :limit",
    "reports": "SELECT id AS place, comment, reason, detail, at, settled FROM flag WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
    "known_elsewhere_as": "SELECT 1 AS place, source, source_id FROM source_key WHERE kind = 'person' AND id = :person "
    "AND CAST(:after AS BIGINT) < 1 ORDER BY source, source_id LIMIT :limit",
    "followed": "SELECT story AS place, story, how, at FROM follow WHERE person = :person AND story > :after ORDER BY story LIMIT :limit",
}
# For other rooms' statements: whether a legal hold keeps the words of the comment that a row of theirs is about.
KEPT = "EXISTS (SELECT 1 FROM decision k WHERE k.comment = {row}.comment AND k.deed = 'keep')"
IDS = {"id", "story", "parent", "comment"}


def rows(tx: Tx, section: str, person: int, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    return [(row.place, _readable(row)) for row in tx.rows(SECTIONS[section], person=person, after=after, limit=limit)]


def _readable(row: Row) -> dict[str, Any]:
    made = row._asdict()
    return {name: (str(value) if value else None) if name in IDS else value for name, value in made.items() if name != "place"}


# One's own page

_OWN = "c.id, c.story, c.parent, c.person, c.name, c.html, c.posted, c.state, c.replies, c.up, c.down"


def written(tx: Tx, person: int, before: int, limit: int) -> list[Row]:
    """A person's comments, the newest first, those posted before a time."""
    return tx.rows(
        f"SELECT {_OWN} FROM comment c WHERE c.person = :person AND c.posted < :before ORDER BY c.posted DESC, c.id DESC LIMIT :limit",
        person=person, before=before, limit=limit,
    )


def answers_to(tx: Tx, comments: list[int], limit: int) -> list[list[Row]]:
    """Of each comment the newest replies that readers see."""
    return tx.each(
        f"SELECT {_OWN} FROM comment c WHERE c.parent = :comment AND c.state = 'published' AND c.visible = 1 ORDER BY c.posted DESC LIMIT :limit",
        [{"comment": each, "limit": limit} for each in comments],
    )


def voted(tx: Tx, person: int, before: int, limit: int) -> list[Row]:
    """What a person has voted on, their last vote first; only what readers see."""
    return tx.rows(
        f"SELECT {_OWN}, v.value, v.at FROM vote v JOIN comment c ON c.id = v.comment WHERE v.person = :person AND v.at < :before "
        "AND c.state = 'published' AND c.visible = 1 ORDER BY v.at DESC LIMIT :limit",
        person=person, before=before, limit=limit,
    )


def comments_of_in(tx: Tx, people: list[int], story: int, limit: int) -> list[int]:
    """What readers see of certain people in a story."""
    asked = [{"person": each, "story": story, "limit": limit} for each in people]
    found = tx.each("SELECT id FROM comment WHERE person = :person AND story = :story AND visible = 1 ORDER BY posted DESC LIMIT :limit", asked)
    return [row.id for rows in found for row in rows]


# Letting go


def named(tx: Tx, person: int, limit: int) -> list[Row]:
    """A person's comments that still carry a name or an address's hash."""
    return tx.rows(
        "SELECT id, story FROM comment WHERE person = :person AND (name <> '' OR skeleton <> '' OR network IS NOT NULL) "
        "ORDER BY story, id LIMIT :limit",
        person=person, limit=limit,
    )


def unname(tx: Tx, comment: int) -> None:
    tx.run("UPDATE comment SET name = '', skeleton = '', network = NULL WHERE id = :comment", comment=comment)


def worded(tx: Tx, person: int, limit: int) -> list[Row]:
    """A person's comments whose words are there, but for those that somebody decided to keep."""
    return tx.rows(
        "SELECT c.id, c.story, c.parent, c.state, c.visible, c.replies, LENGTH(c.text) AS letters FROM comment c WHERE c.person = :person "
        "AND (c.text <> '' OR c.state IN ('published', 'held')) "
        "AND NOT EXISTS (SELECT 1 FROM decision k WHERE k.comment = c.id AND k.deed = 'keep') ORDER BY c.story, c.id LIMIT :limit",
        person=person, limit=limit,
    )


def kept_in_sight(tx: Tx, person: int, limit: int) -> list[Row]:
    """A person's comments that readers see and whose words somebody decided to keep."""
    return tx.rows(
        "SELECT c.id, c.story, c.parent, c.state, c.visible, c.replies FROM comment c WHERE c.person = :person AND c.state IN ('published', 'held') "
        "AND EXISTS (SELECT 1 FROM decision k WHERE k.comment = c.id AND k.deed = 'keep') ORDER BY c.story, c.id LIMIT :limit",
        person=person, limit=limit,
    )


def forget_traces(tx: Tx, person: int) -> None:
    """What is small and goes at once: a report's own words, and by which name another system knew them."""
    tx.run("UPDATE flag SET detail = '' WHERE person = :person AND detail <> ''", person=person)
    tx.run("DELETE FROM source_key WHERE kind = 'person' AND id = :person", person=person)
    tx.forget("heard")
    tx.run("DELETE FROM follow WHERE person = :person", person=person)


def take_appeals(tx: Tx, person: int) -> list[int]:
    """Deletes a person's appeals; the comments that they were about."""
    found = [row.comment for row in tx.rows("SELECT comment FROM appeal WHERE person = :person", person=person)]
    if found:
        tx.run("DELETE FROM appeal WHERE person = :person", person=person)
    return found
