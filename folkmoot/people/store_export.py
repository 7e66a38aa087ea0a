"""Rows of people as they travel: those that arrive with an archive, and those that an export takes along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import asdict

from folkmoot.people.model import Person
from folkmoot.people.store_rows import IdentityRow, PersonRow, RoleRow
from folkmoot.storage.database import Row, Tx

_PERSON = "id, kind, name, created, proven, claimed_by, withdrawn"
_IDENTITY = "issuer, subject, person, mailbox, proven"
_ROLE = "id, person, site, role, granted_by, granted, ended_by, ended"


def insert_people(tx: Tx, people: Iterable[tuple[Person, str]]) -> None:
    """Each with the skeleton of the name; one that is there already stays as it is."""
    tx.many(
        "INSERT INTO person (id, kind, name, skeleton, created, proven) VALUES (:id, :kind, :name, :skeleton, :created, :proven)"
        " ON CONFLICT (id) DO NOTHING",
        ({**asdict(one), "skeleton": skeleton} for one, skeleton in people),
    )


def delete_unknown(tx: Tx, person: int) -> bool:
    """Deletes a person whom nobody has claimed, who has proven nothing and is signed in nowhere. Whether they are gone."""
    gone = tx.count(
        "DELETE FROM person WHERE id = :person AND claimed_by IS NULL AND proven IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM identity WHERE person = :person) AND NOT EXISTS (SELECT 1 FROM role WHERE person = :person)"
        " AND NOT EXISTS (SELECT 1 FROM session WHERE person = :person) AND NOT EXISTS (SELECT 1 FROM person p WHERE p.claimed_by = :person)",
        person=person,
    )
    return gone == 1


# What an export takes along


def _id(number: int | None) -> str | None:
    return str(number) if number else None


def person_row(row: Row) -> PersonRow:
    return PersonRow(str(row.id), _id(row.claimed_by), row.created, row.kind == "member", row.name, row.proven, row.withdrawn)


def identity_row(row: Row) -> IdentityRow:
    return IdentityRow(f"{row.person}:{row.issuer}:{row.subject}", row.issuer, row.mailbox, str(row.person), row.proven, row.subject)


def role_row(row: Row) -> RoleRow:
    return RoleRow(str(row.id), row.ended, _id(row.ended_by), not row.site, row.granted, _id(row.granted_by), str(row.person), row.role)


def people(tx: Tx, ids: Sequence[int]) -> list[PersonRow]:
    found = tx.each(f"SELECT {_PERSON} FROM person WHERE id = :id", [{"id": each} for each in ids])
    return [person_row(row) for rows in found for row in rows]


def identities(tx: Tx, ids: Sequence[int]) -> list[IdentityRow]:
    """By person, then by the identity's letters, which engines may sort differently."""
    found = tx.each(f"SELECT {_IDENTITY} FROM identity WHERE person = :id", [{"id": each} for each in ids])
    return [row for rows in found for row in sorted(map(identity_row, rows), key=lambda row: row.id)]


def roles(tx: Tx, site: int) -> list[RoleRow]:
    """Those on a site, and those on every site."""
    return [role_row(row) for row in tx.rows(f"SELECT {_ROLE} FROM role WHERE site IN (0, :site) ORDER BY id", site=site)]


# What an import brings home


def insert_rows(tx: Tx, rows: Sequence[PersonRow], skeletons: Sequence[str]) -> None:
    """Without who has claimed whom, since either may come first."""
    tx.many(
        "INSERT INTO person (id, kind, name, skeleton, created, proven, withdrawn)"
        " VALUES (:id, :kind, :name, :skeleton, :created, :proven, :withdrawn) ON CONFLICT (id) DO NOTHING",
        (
            {**asdict(row), "id": int(row.id), "kind": "member" if row.member else "guest", "skeleton": skeleton}
            for row, skeleton in zip(rows, skeletons, strict=True)
        ),
    )


def set_claims(tx: Tx, rows: Iterable[PersonRow]) -> None:
    tx.many(
        "UPDATE person SET claimed_by = :member WHERE id = :guest AND claimed_by IS NULL",
        [{"guest": int(row.id), "member": int(row.claimed_by)} for row in rows if row.claimed_by],
    )


def insert_identities(tx: Tx, rows: Iterable[IdentityRow]) -> None:
    tx.many(
        "INSERT INTO identity (issuer, subject, person, mailbox, proven) VALUES (:issuer, :subject, :person, :mailbox, :proven)"
        " ON CONFLICT (issuer, subject) DO NOTHING",
        ({**asdict(row), "person": int(row.person)} for row in rows),
    )


def insert_roles(tx: Tx, site: int, rows: Iterable[RoleRow], *, everywhere: bool) -> None:
    """everywhere: roles on every site stay so; else, where other newsrooms share the server, they hold on this site alone."""
    tx.forget("staff")
    tx.many(
        "INSERT INTO role (id, person, site, role, granted_by, granted, ended_by, ended)"
        " VALUES (:id, :person, :site, :role, :granted_by, :granted, :ended_by, :ended) ON CONFLICT DO NOTHING",
        (_role_values(row, 0 if row.everywhere and everywhere else site) for row in rows),
    )


def _role_values(row: RoleRow, site: int) -> dict[str, object]:
    by = {"granted_by": int(row.granted_by) if row.granted_by else None, "ended_by": int(row.ended_by) if row.ended_by else None}
    return {**asdict(row), **by, "id": int(row.id), "person": int(row.person), "site": site}


# What is here already under the same name


def same_person(tx: Tx, row: PersonRow) -> PersonRow | None:
    found = tx.one(f"SELECT {_PERSON} FROM person WHERE id = :id", id=int(row.id))
    return person_row(found) if found else None


def same_identity(tx: Tx, row: IdentityRow) -> IdentityRow | None:
    found = tx.one(f"SELECT {_IDENTITY} FROM identity WHERE issuer = :issuer AND subject = :subject", issuer=row.issuer, subject=row.subject)
    return identity_row(found) if found else None


def same_role(tx: Tx, row: RoleRow) -> RoleRow | None:
    found = tx.one(f"SELECT {_ROLE} FROM role WHERE id = :id", id=int(row.id))
    return role_row(found) if found else None


def unknown_people(tx: Tx, ids: list[int]) -> set[int]:
    """Which of these ids are nobody's."""
    found = tx.each("SELECT id FROM person WHERE id = :id", [{"id": each} for each in ids])
    return {each for each, rows in zip(ids, found, strict=True) if not rows}
