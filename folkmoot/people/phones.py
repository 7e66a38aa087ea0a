"""People who are known by their telephone: whoever writes from a number, as its provider signs, has the number.

It opens no page of ours: nobody signs in by it. It gives what they do from there a name that stays the same.
"""

from __future__ import annotations

from folkmoot.people import store, store_belongings, store_issuers
from folkmoot.people.accounts import member_of
from folkmoot.people.model import Person
from folkmoot.storage.database import Tx

PHONE = "phone"  # the issuer of identities that a signed message from a number proves


def member_at(tx: Tx, number: str, name: str, now: int) -> Person:
    """Whose number it is, by the name that they gave first. Raises Invalid for a name that is none."""
    return member_of(tx, PHONE, number, None, name, now)


def person_at(tx: Tx, number: str) -> Person | None:
    """Whose number it is, where anybody has written under their name from it."""
    return store.person_by_identity(tx, PHONE, number)


def is_proven(tx: Tx, person: int, number: str) -> bool:
    return any((each.issuer, each.subject) == (PHONE, number) for each in store.identities(tx, person))


def bind(tx: Tx, number: str, person: int, now: int) -> int | None:
    """Gives a number to somebody who has proven more from it. Returns who was known by it alone until then, and now by nothing."""
    before = store.person_by_identity(tx, PHONE, number)
    if before is not None and before.id != person:
        store_issuers.delete_identity(tx, before.id, PHONE, number)
    store.bind_identity(tx, PHONE, number, None, person, now)
    return before.id if before is not None and before.id != person and not store.identities(tx, before.id) else None


def texters(tx: Tx) -> list[int]:
    """Who is known by a number and by nothing else."""
    return store_issuers.known_only_by(tx, PHONE)


def forget(tx: Tx, number: str, now: int) -> None:
    """Lets go of whoever is known by a number alone, and of the number where they are known by something else as well."""
    found = store.person_by_identity(tx, PHONE, number)
    if found is None:
        return
    if len(store.identities(tx, found.id)) > 1:
        store_issuers.delete_identity(tx, found.id, PHONE, number)
    else:
        store_belongings.let_go(tx, found.id, now)
