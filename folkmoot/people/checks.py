"""Checks that people are who they are said to be: members have proven something, guests have not."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from folkmoot.people import store_checks as store
from folkmoot.storage.checks import Finding, pages
from folkmoot.storage.database import Database, Row


def check(db: Database) -> Iterator[Finding]:
    """Findings as they come."""
    for rows in pages(db, store.people, attrgetter("id")):
        for row in rows:
            yield from (Finding("person", str(row.id), f"The person {row.id} {words}.") for words in _person(row))
    for row in db.read_now(store.strangers):
        yield Finding("person", str(row.id), f"The {row.what} {row.id} is about the person {row.person}, who does not exist.")


def _person(row: Row) -> Iterator[str]:
    member = row.kind == "member"
    if member != (row.proven is not None):
        yield "is a member who has proven nothing" if member else "is a guest who has proven something"
    if row.identities and not member:
        yield "is a guest, but has a mailbox"
    if row.roles and not member:
        yield "is a guest, but has a role"
    if row.claimed_by is not None and (member or row.claimer != "member"):
        yield f"was claimed by {row.claimed_by}, though only a member claims, and only a guest"
