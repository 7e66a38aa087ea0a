"""Rows of people as they travel: those that arrive with an archive, and those that an export takes along."""

from __future__ import annotations

from collections.abc import Iterable

from folkmoot.people.model import Person
from folkmoot.storage.database import Tx


def insert_people(tx: Tx, people: Iterable[tuple[Person, str]]) -> None:
    """Each with the skeleton of the name; one that is there already stays as it is."""
    tx.many(
        "INSERT INTO person (id, kind, name, skeleton, created, proven) VALUES (:id, :kind, :name, :skeleton, :created, :proven)"
        " ON CONFLICT (id) DO NOTHING",
        ({"id": one.id, "kind": one.kind, "name": one.name, "skeleton": skeleton, "created": one.created, "proven": one.proven} for one, skeleton in people),
    )  # fmt: skip


def delete_unknown(tx: Tx, person: int) -> bool:
    """Deletes a person whom nobody has claimed, who has proven nothing and is signed in nowhere. Whether they are gone."""
    gone = tx.count(
        "DELETE FROM person WHERE id = :person AND claimed_by IS NULL AND proven IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM identity WHERE person = :person) AND NOT EXISTS (SELECT 1 FROM role WHERE person = :person)"
        " AND NOT EXISTS (SELECT 1 FROM session WHERE person = :person) AND NOT EXISTS (SELECT 1 FROM person p WHERE p.claimed_by = :person)",
        person=person,
    )
    return gone == 1
