"""The table of whom and which words people do not want to read."""

from __future__ import annotations

from folkmoot.people.model import Mute
from folkmoot.storage.database import Tx


def mutes(tx: Tx, person: int) -> list[Mute]:
    """All of a person's, the oldest first."""
    rows = tx.rows("SELECT kind, subject, at FROM mute WHERE person = :person ORDER BY at, subject", person=person)
    return [Mute(row.kind, row.subject, row.at) for row in rows]


def insert_mute(tx: Tx, person: int, mute: Mute) -> None:
    tx.run(
        "INSERT INTO mute (person, kind, subject, at) VALUES (:person, :kind, :subject, :at) ON CONFLICT (person, kind, subject) DO NOTHING",
        person=person, kind=mute.kind, subject=mute.subject, at=mute.at,
    )  # fmt: skip


def delete_mute(tx: Tx, person: int, kind: str, subject: str) -> bool:
    return tx.count("DELETE FROM mute WHERE person = :person AND kind = :kind AND subject = :subject", person=person, kind=kind, subject=subject) == 1


def hand_on(tx: Tx, guest: int, member: int) -> None:
    """What a guest muted is muted for the member; who muted the guest mutes the member."""
    tx.run(
        "INSERT INTO mute (person, kind, subject, at) SELECT CAST(:member AS BIGINT), kind, subject, at FROM mute WHERE person = :guest "
        "ON CONFLICT (person, kind, subject) DO NOTHING",
        member=member, guest=guest,
    )  # fmt: skip
    tx.run("DELETE FROM mute WHERE person = :guest", guest=guest)
    tx.run(
        "INSERT INTO mute (person, kind, subject, at) SELECT person, kind, CAST(:member AS TEXT), at FROM mute "
        "WHERE kind = 'person' AND subject = :guest "
        "ON CONFLICT (person, kind, subject) DO NOTHING",
        member=str(member), guest=str(guest),
    )  # fmt: skip
    tx.run("DELETE FROM mute WHERE kind = 'person' AND subject = :guest", guest=str(guest))
