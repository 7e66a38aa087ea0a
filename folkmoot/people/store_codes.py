"""The table of mailed codes."""

from __future__ import annotations

from folkmoot.people.model import Asked, Mailbox
from folkmoot.storage.database import Row, Tx

CODE = "id, subject, mailbox, digits, expires, tries, handover"


def insert_code(tx: Tx, code: Asked, digits: str, link: str, asked_by: str, network: str, now: int) -> None:
    tx.run(
        "INSERT INTO code (id, subject, mailbox, digits, link, asked_by, network, handover, created, expires) "
        "VALUES (:id, :subject, :mailbox, :digits, :link, :asked_by, :network, :handover, :now, :expires)",
        id=code.id, subject=code.mailbox.subject, mailbox=code.mailbox.address, digits=digits, link=link, asked_by=asked_by,
        network=network, handover=code.handover, now=now, expires=code.expires,
    )  # fmt: skip


def asked_for(tx: Tx, subject: str, network: str, hour: int, day: int) -> Row:
    """How many codes a mailbox was sent since `day`, how many of these the network asked for since `hour`; the first of each."""
    return tx.one(
        "SELECT COUNT(*) AS daily, MIN(created) AS first_daily, "
        "COUNT(CASE WHEN created > :hour AND network = :network THEN 1 END) AS hourly, "
        "MIN(CASE WHEN created > :hour AND network = :network THEN created END) AS first_hourly "
        "FROM code WHERE subject = :subject AND created > :day",
        subject=subject, network=network, hour=hour, day=day,
    )  # fmt: skip


def asked_from(tx: Tx, network: str, hour: int) -> Row:
    """How many codes a network asked for since `hour`, for whomever, and when the first was."""
    return tx.one(
        "SELECT COUNT(*) AS hourly, MIN(created) AS first_hourly FROM code WHERE network = :network AND created > :hour",
        network=network, hour=hour,
    )  # fmt: skip


def code_by_id(tx: Tx, code: int, asked_by: str) -> Asked | None:
    row = tx.one(f"SELECT {CODE} FROM code WHERE id = :code AND asked_by = :asked_by", code=code, asked_by=asked_by)
    return to_asked(row) if row else None


def to_asked(row: Row) -> Asked:
    return Asked(row.id, Mailbox(row.mailbox, row.subject), row.expires, row.handover)


def take_try(tx: Tx, code: int, asked_by: str, most: int, now: int) -> Row | None:
    """Counts one try before it is looked at, so that two in parallel are two; None where no try is left to this browser."""
    return tx.one(
        "UPDATE code SET tries = tries + 1 WHERE id = :code AND asked_by = :asked_by AND used IS NULL AND tries < :most "
        f"AND expires > :now RETURNING {CODE}",
        code=code, asked_by=asked_by, most=most, now=now,
    )  # fmt: skip


def take_link(tx: Tx, link: str, asked_by: str, most: int, now: int) -> Row | None:
    """The same for the mailed link, which can be guessed by nobody: a try is needed but none is counted."""
    return tx.one(
        "UPDATE code SET tries = tries WHERE link = :link AND asked_by = :asked_by AND used IS NULL AND tries < :most "
        f"AND expires > :now RETURNING {CODE}",
        link=link, asked_by=asked_by, most=most, now=now,
    )  # fmt: skip


def give_back_try(tx: Tx, code: int) -> None:
    tx.run("UPDATE code SET tries = tries - 1 WHERE id = :code", code=code)


def use_code(tx: Tx, code: int, now: int) -> None:
    tx.run("UPDATE code SET used = :now WHERE id = :code", now=now, code=code)


def forget(tx: Tx, before: int, limit: int) -> int:
    """Deletes codes that ended before a time; at most `limit`."""
    return tx.count(
        "DELETE FROM code WHERE id IN (SELECT id FROM code WHERE expires < :before ORDER BY expires LIMIT :limit)",
        before=before, limit=limit,
    )  # fmt: skip
