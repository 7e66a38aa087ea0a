"""What a person takes along of people's tables, and how they let go of a person."""

from __future__ import annotations

from typing import Any

import msgspec

from folkmoot.storage.database import Row, Tx

# What is taken along: one query per section, each row with a growing number `place`. Hashes and others' affairs are left out.
SECTIONS: dict[str, str] = {
    "identities": "SELECT 1 AS place, issuer, subject, mailbox, proven, returned, returned_why FROM identity "
    "WHERE person = :person AND CAST(:after AS BIGINT) < 1 "
    "ORDER BY proven LIMIT :limit",
    "sign_ins": "SELECT id AS place, kind, origin, device, created, expires, ended, ended_why FROM session WHERE person = :person AND id > :after "
    "ORDER BY id LIMIT :limit",
    "passkeys": "SELECT 1 AS place, id, device, created, used FROM passkey WHERE person = :person AND CAST(:after AS BIGINT) < 1 "
    "ORDER BY created LIMIT :limit",
    "roles": "SELECT id AS place, site, role, granted, ended FROM role WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
    "mail_wishes": "SELECT 1 AS place, topic, how FROM notice_wish WHERE person = :person AND CAST(:after AS BIGINT) < 1 ORDER BY topic LIMIT :limit",
    "mutes": "SELECT 1 AS place, kind, subject, at FROM mute WHERE person = :person AND CAST(:after AS BIGINT) < 1 ORDER BY at LIMIT :limit",
    "notices": "SELECT id AS place, kind, body, opens, at, seen, mail, mailed FROM notice WHERE person = :person AND id > :after "
    "ORDER BY id LIMIT :limit",
}
MOMENTS = {"decided", "proven", "returned", "created", "expires", "ended", "granted", "at", "seen", "mailed"}


def rows(tx: Tx, section: str, person: int, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    few = {"identities", "passkeys", "mail_wishes", "mutes"}  # shorter than any limit, so they come at once
    found = tx.rows(SECTIONS[section], person=person, after=after, limit=100_000 if section in few else limit)
    return [(row.place, _readable(row)) for row in found]


def _readable(row: Row) -> dict[str, Any]:
    made = {name: value for name, value in row._asdict().items() if name != "place"}
    return made | ({"body": msgspec.json.decode(made["body"])} if "body" in made else {})


def guests_of(tx: Tx, person: int) -> list[int]:
    """The guests whom a member has claimed."""
    return [row.id for row in tx.rows("SELECT id FROM person WHERE claimed_by = :person ORDER BY id", person=person)]


def is_there(tx: Tx, person: int) -> bool:
    return tx.one("SELECT id FROM person WHERE id = :person AND withdrawn IS NULL", person=person) is not None


# Each of these names a table of people with what ties a row to a person; all go at once.
_GONE = (
    "DELETE FROM code WHERE subject IN (SELECT subject FROM identity WHERE person = :person AND mailbox IS NOT NULL)",
    "DELETE FROM code WHERE subject IN (SELECT LOWER(mailbox) FROM identity WHERE person = :person)",
    "DELETE FROM identity WHERE person = :person",
    "DELETE FROM session WHERE person = :person",
    "DELETE FROM handover WHERE person = :person",
    "DELETE FROM notice WHERE person = :person",
    "DELETE FROM notice_wish WHERE person = :person",
    "DELETE FROM unsubscribing WHERE person = :person",
    "DELETE FROM mute WHERE person = :person",
    "DELETE FROM passkey WHERE person = :person",
    "UPDATE role SET ended = :now, ended_by = NULL WHERE person = :person AND ended IS NULL",
    "UPDATE invitation SET expires = :now WHERE made_by = :person AND used IS NULL AND expires > :now",
    "UPDATE person SET name = '', skeleton = '', withdrawn = :now WHERE id = :person",
)


def let_go(tx: Tx, person: int, now: int) -> None:
    """Takes name, mailboxes, sign-ins and all that is theirs alone out of people's tables; the bare row stays, with when."""
    tx.forget("staff")
    for statement in _GONE:
        tx.run(statement, person=person, now=now)


def forget_told_about(tx: Tx, person: int, limit: int) -> int:
    """Deletes what others were told about a person, and that they mute them; at most `limit` notices."""
    tx.run("DELETE FROM mute WHERE kind = 'person' AND subject = :subject", subject=str(person))
    return tx.count("DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE about = :person LIMIT :limit)", person=person, limit=limit)


def forget_mails(tx: Tx, mailbox: str) -> None:
    """Deletes mails to a mailbox that wait, or were given up."""
    tx.run("DELETE FROM job WHERE kind = 'mail' AND payload LIKE :to ESCAPE '!'", to=f'%"to":"{_literal(mailbox)}"%')


def forget_answers(tx: Tx, person: int) -> None:
    """Deletes answers kept for repeats that hold a person's id as JSON spells it; never by a name, which others' answers may hold too."""
    tx.run("DELETE FROM answer WHERE body LIKE :id", id=f'%"{person}"%')


def mailboxes(tx: Tx, person: int) -> list[str]:
    return [row.mailbox for row in tx.rows("SELECT mailbox FROM identity WHERE person = :person AND mailbox IS NOT NULL", person=person)]


def _literal(words: str) -> str:
    """Words for LIKE, where nothing in them stands for anything else."""
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
