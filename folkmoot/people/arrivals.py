"""People who come with an archive: guests without a mailbox, known by the source's own id, until somebody proves to be them."""

from __future__ import annotations

from collections.abc import Iterable

from folkmoot.people import store_export
from folkmoot.people.model import Person
from folkmoot.storage.database import Tx


def arrive(tx: Tx, people: Iterable[tuple[Person, str]]) -> None:
    """Takes in people, each with the skeleton of the name. Doing it twice is doing it once."""
    store_export.insert_people(tx, people)


def leave(tx: Tx, person: int) -> bool:
    """Takes one out again who has no claim, no mailbox and no session. Whether they are gone."""
    return store_export.delete_unknown(tx, person)
