"""The tables of people: persons, identities, roles, invitations."""

from __future__ import annotations

from collections.abc import Iterable

from folkmoot.people.model import Identity, Invitation, Person, Role
from folkmoot.storage.database import Row, Tx

PERSON = "p.id, p.kind, p.name, p.created, p.proven"


def to_person(row: Row) -> Person:
    return Person(row.id, row.kind, row.name, row.created, row.proven)


def insert_person(tx: Tx, person: Person, skeleton: str) -> None:
    tx.run(
        "INSERT INTO person (id, kind, name, skeleton, created, proven) VALUES (:id, :kind, :name, :skeleton, :created, :proven)",
        id=person.id, kind=person.kind, name=person.name, skeleton=skeleton, created=person.created, proven=person.proven,
    )  # fmt: skip


def delete_person(tx: Tx, person: int) -> None:
    tx.run("DELETE FROM person WHERE id = :person", person=person)


def person_by_id(tx: Tx, person: int) -> Person | None:
    row = tx.one(f"SELECT {PERSON} FROM person p WHERE p.id = :person AND p.withdrawn IS NULL", person=person)
    return to_person(row) if row else None


def persons_proven(tx: Tx, people: Iterable[int]) -> set[int]:
    """Which of these people have proven a mailbox, or are known by another identity."""
    asked = [{"person": person} for person in people]
    found = tx.each("SELECT id FROM person WHERE id = :person AND proven IS NOT NULL", asked)
    return {rows[0].id for rows in found if rows}


def person_by_identity(tx: Tx, issuer: str, subject: str) -> Person | None:
    row = tx.one(
        f"SELECT {PERSON} FROM identity i JOIN person p ON p.id = i.person "
        "WHERE i.issuer = :issuer AND i.subject = :subject AND p.withdrawn IS NULL",
        issuer=issuer, subject=subject,
    )  # fmt: skip
    return to_person(row) if row else None


def members(tx: Tx, after: int, limit: int) -> list[Person]:
    rows = tx.rows(
        f"SELECT {PERSON} FROM person p WHERE p.kind = 'member' AND p.withdrawn IS NULL AND p.id > :after "
        "ORDER BY p.id LIMIT :limit",
        after=after, limit=limit,
    )  # fmt: skip
    return [to_person(row) for row in rows]


def set_name(tx: Tx, person: int, name: str, skeleton: str) -> None:
    tx.forget("staff")
    tx.run("UPDATE person SET name = :name, skeleton = :skeleton WHERE id = :person", name=name, skeleton=skeleton, person=person)


def claim_guest(tx: Tx, guest: int, member: int) -> bool:
    """Whether the guest was unclaimed and now is this member's."""
    claimed = tx.count(
        "UPDATE person SET claimed_by = :member WHERE id = :guest AND kind = 'guest' AND claimed_by IS NULL",
        member=member, guest=guest,
    )  # fmt: skip
    return claimed == 1


def bind_identity(tx: Tx, issuer: str, subject: str, mailbox: str | None, person: int, now: int) -> int:
    """The person whose identity this is: the given one where nobody had it."""
    row = tx.one(
        "INSERT INTO identity (issuer, subject, mailbox, person, proven) VALUES (:issuer, :subject, :mailbox, :person, :now) "
        "ON CONFLICT (issuer, subject) DO UPDATE SET mailbox = excluded.mailbox, proven = excluded.proven, "
        "returned = NULL, returned_why = '' RETURNING person",
        issuer=issuer, subject=subject, mailbox=mailbox, person=person, now=now,
    )  # fmt: skip
    return int(row.person) if row else person


def identities(tx: Tx, person: int) -> list[Identity]:
    rows = tx.rows("SELECT issuer, subject, mailbox, proven FROM identity WHERE person = :person ORDER BY proven, issuer, subject", person=person)
    return [Identity(row.issuer, row.subject, row.mailbox, row.proven) for row in rows]


def mailboxes(tx: Tx, people: Iterable[int]) -> dict[int, tuple[str, ...]]:
    asked = [{"person": person} for person in people]
    found = tx.each("SELECT mailbox FROM identity WHERE person = :person AND mailbox IS NOT NULL ORDER BY subject", asked)
    return {each["person"]: tuple(row.mailbox for row in rows) for each, rows in zip(asked, found, strict=True)}


def insert_role(tx: Tx, id: int, person: int, site: int, role: Role, by: int | None, now: int) -> None:
    tx.forget("staff")
    tx.run(
        "INSERT INTO role (id, person, site, role, granted_by, granted) VALUES (:id, :person, :site, :role, :by, :now) "
        "ON CONFLICT (person, site, role) WHERE ended IS NULL DO NOTHING",
        id=id, person=person, site=site, role=role, by=by, now=now,
    )  # fmt: skip


def end_role(tx: Tx, person: int, site: int, role: Role, by: int | None, now: int) -> bool:
    tx.forget("staff")
    ended = tx.count(
        "UPDATE role SET ended = :now, ended_by = :by WHERE person = :person AND site = :site AND role = :role AND ended IS NULL",
        now=now, by=by, person=person, site=site, role=role,
    )  # fmt: skip
    return ended == 1


def roles(tx: Tx, people: Iterable[int]) -> dict[int, frozenset[tuple[int, Role]]]:
    asked = [{"person": person} for person in people]
    found = tx.each("SELECT site, role FROM role WHERE person = :person AND ended IS NULL", asked)
    return {each["person"]: frozenset((row.site, row.role) for row in rows) for each, rows in zip(asked, found, strict=True)}


def admins_of_all(tx: Tx) -> int:
    """How many people administrate every site."""
    row = tx.one("SELECT COUNT(*) AS number FROM role WHERE site = 0 AND role = 'admin' AND ended IS NULL")
    return int(row.number) if row else 0


def staff(tx: Tx, site: int) -> list[tuple[int, str]]:
    """Asked on every write, so recalled; whoever changes a role or a name forgets it."""

    def fetch() -> list[tuple[int, str]]:
        rows = tx.rows(
            "SELECT DISTINCT p.id, p.name FROM role r JOIN person p ON p.id = r.person "
            "WHERE r.site IN (0, :site) AND r.ended IS NULL AND r.role <> 'member' AND p.withdrawn IS NULL ORDER BY p.id",
            site=site,
        )
        return [(row.id, row.name) for row in rows]

    return tx.recall("staff", site, fetch)


def insert_invitation(tx: Tx, invitation: Invitation, token: str, by: int | None, now: int) -> None:
    tx.run(
        "INSERT INTO invitation (id, token, role, site, made_by, created, expires) "
        "VALUES (:id, :token, :role, :site, :by, :now, :expires)",
        id=invitation.id, token=token, role=invitation.role, site=invitation.site, by=by, now=now, expires=invitation.expires,
    )  # fmt: skip


def invitation_by_token(tx: Tx, token: str, now: int) -> Invitation | None:
    row = tx.one(
        "SELECT id, role, site, expires FROM invitation WHERE token = :token AND used IS NULL AND expires > :now",
        token=token, now=now,
    )  # fmt: skip
    return Invitation(row.id, row.role, row.site, row.expires) if row else None


def use_invitation(tx: Tx, invitation: int, person: int, now: int) -> bool:
    used = tx.count(
        "UPDATE invitation SET used = :now, person = :person WHERE id = :id AND used IS NULL AND expires > :now",
        now=now, person=person, id=invitation,
    )  # fmt: skip
    return used == 1


def end_first_invitations(tx: Tx, now: int) -> None:
    """Ends the links that earlier starts printed and nobody used."""
    tx.run(
        "UPDATE invitation SET expires = :now "
        "WHERE used IS NULL AND made_by IS NULL AND site = 0 AND role = 'admin' AND expires > :now",
        now=now,
    )
