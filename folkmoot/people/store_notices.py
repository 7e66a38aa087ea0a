"""The tables of what people are told: notices, how they wish to hear of them, and the tokens that stop mails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from folkmoot.people.model import Notice
from folkmoot.storage.database import Row, Tx

NOTICE = "id, person, kind, site, opens, thread, body, at, seen, mail, words_of"


def to_notice(row: Row) -> Notice:
    values = msgspec.json.decode(row.body)
    return Notice(row.id, row.person, row.kind, row.site, row.opens, row.thread, values, row.at, row.seen, row.mail, row.words_of)


def insert_notice(tx: Tx, notice: Notice, event: str, about: int | None) -> bool:
    """Whether it is new; the same event is told to a person once."""
    return tx.count(
        "INSERT INTO notice (id, person, kind, about, event, site, opens, thread, body, words_of, at, mail) "
        "VALUES (:id, :person, :kind, :about, :event, :site, :opens, :thread, :body, :words_of, :at, :mail) ON CONFLICT (person, event) DO NOTHING",
        id=notice.id, person=notice.person, kind=notice.kind, about=about, event=event, site=notice.site, opens=notice.opens, thread=notice.thread,
        body=msgspec.json.encode(notice.values).decode(), words_of=notice.words_of, at=notice.at, mail=notice.mail,
    ) == 1  # fmt: skip


def reader_of(tx: Tx, person: int) -> int | None:
    """Who reads what a person is told: they, or the member who has claimed them; None for who is erased or unknown."""
    row = tx.one(
        "SELECT p.id, p.withdrawn, c.id AS claimer, c.withdrawn AS gone FROM person p LEFT JOIN person c ON c.id = p.claimed_by "
        "WHERE p.id = :person",
        person=person,
    )  # fmt: skip
    if row is None or (row.withdrawn if row.claimer is None else row.gone) is not None:
        return None
    return int(row.claimer or row.id)


def mailbox_of(tx: Tx, person: int) -> str | None:
    """Where mail for a person goes: the mailbox that they have proven last and that takes mail."""
    row = tx.one(
        "SELECT i.mailbox FROM identity i JOIN person p ON p.id = i.person "
        "WHERE i.person = :person AND i.mailbox IS NOT NULL AND i.returned IS NULL AND p.withdrawn IS NULL ORDER BY i.proven DESC LIMIT 1",
        person=person,
    )  # fmt: skip
    return str(row.mailbox) if row else None


def returned(tx: Tx, person: int) -> list[tuple[str, str]]:
    """The mailboxes of a person that took no mail, each with why, as far as that was said."""
    rows = tx.rows("SELECT mailbox, returned_why FROM identity WHERE person = :person AND returned IS NOT NULL ORDER BY subject", person=person)
    return [(row.mailbox, row.returned_why) for row in rows]


def mailboxes_of_notice(tx: Tx, notice: int) -> list[tuple[int, str]]:
    """(person, mailbox) of all to whom a mail that began with a notice may have gone."""
    rows = tx.rows(
        "SELECT i.person, i.mailbox FROM notice n JOIN identity i ON i.person = n.person WHERE n.id = :notice AND i.mailbox IS NOT NULL",
        notice=notice,
    )
    return [(row.person, row.mailbox) for row in rows]


def stop_mailbox(tx: Tx, person: int, mailbox: str, now: int, why: str = "") -> int:
    return tx.count(
        "UPDATE identity SET returned = :now, returned_why = :why WHERE person = :person AND mailbox = :mailbox AND returned IS NULL",
        now=now, person=person, mailbox=mailbox, why=why,
    )  # fmt: skip


def mailed_since(tx: Tx, person: int, since: int) -> int:
    """How many mails of single notices a person has got, or will get, since a time."""
    row = tx.one(
        "SELECT COUNT(*) AS number FROM notice WHERE person = :person AND at > :since AND mail IN ('at_once', 'sent')",
        person=person, since=since,
    )  # fmt: skip
    return int(row.number) if row else 0


def wishes(tx: Tx, person: int) -> dict[str, str]:
    return {row.topic: row.how for row in tx.rows("SELECT topic, how FROM notice_wish WHERE person = :person", person=person)}


def set_wish(tx: Tx, person: int, topic: str, how: str) -> None:
    tx.run(
        "INSERT INTO notice_wish (person, topic, how) VALUES (:person, :topic, :how) ON CONFLICT (person, topic) DO UPDATE SET how = excluded.how",
        person=person, topic=topic, how=how,
    )  # fmt: skip


def notices_by_id(tx: Tx, person: int, ids: Sequence[int]) -> list[Notice]:
    found = tx.each(f"SELECT {NOTICE} FROM notice WHERE id = :id AND person = :person", [{"id": each, "person": person} for each in ids])
    return [to_notice(row) for rows in found for row in rows]


def waiting_daily(tx: Tx, person: int, limit: int) -> list[Notice]:
    rows = tx.rows(f"SELECT {NOTICE} FROM notice WHERE person = :person AND mail = 'daily' ORDER BY at, id LIMIT :limit", person=person, limit=limit)
    return [to_notice(row) for row in rows]


def set_mail(tx: Tx, ids: Iterable[int], mail: str, mailed: int | None = None) -> None:
    tx.many("UPDATE notice SET mail = :mail, mailed = :mailed WHERE id = :id", [{"id": each, "mail": mail, "mailed": mailed} for each in ids])


def latest(tx: Tx, person: int, before: int, limit: int) -> list[Notice]:
    """A person's notices, the newest first, those with an id below `before`."""
    rows = tx.rows(
        f"SELECT {NOTICE} FROM notice WHERE person = :person AND id < :before ORDER BY id DESC LIMIT :limit",
        person=person, before=before, limit=limit,
    )  # fmt: skip
    return [to_notice(row) for row in rows]


def unseen(tx: Tx, person: int) -> int:
    row = tx.one("SELECT COUNT(*) AS number FROM notice WHERE person = :person AND seen IS NULL", person=person)
    return int(row.number) if row else 0


def see(tx: Tx, person: int, up_to: int, now: int) -> int:
    return tx.count("UPDATE notice SET seen = :now WHERE person = :person AND id <= :up_to AND seen IS NULL", now=now, person=person, up_to=up_to)


def hand_on(tx: Tx, guest: int, member: int) -> None:
    """What a guest was told is the member's now; none of it is mailed any more."""
    tx.run(
        "UPDATE notice SET person = :member, mail = CASE WHEN mail = 'sent' THEN mail ELSE 'never' END WHERE person = :guest "
        "AND event NOT IN (SELECT event FROM notice WHERE person = :member)",
        member=member, guest=guest,
    )  # fmt: skip


def forget_threads(tx: Tx, told: list[tuple[int, str]]) -> None:
    tx.many("DELETE FROM notice WHERE person = :person AND thread = :thread", [{"person": person, "thread": thread} for person, thread in told])


def forget(tx: Tx, before: int, now: int, limit: int) -> int:
    """Deletes notices told before a time, and tokens that have ended; at most `limit` of each."""
    notices = tx.count(
        "DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE at < :before ORDER BY at LIMIT :limit)", before=before, limit=limit
    )  # fmt: skip
    tokens = tx.count(
        "DELETE FROM unsubscribing WHERE token IN (SELECT token FROM unsubscribing WHERE expires < :now ORDER BY expires LIMIT :limit)",
        now=now, limit=limit,
    )  # fmt: skip
    return notices + tokens


def insert_unsubscribing(tx: Tx, token: str, person: int, topics: Iterable[str], now: int, expires: int) -> None:
    tx.run(
        "INSERT INTO unsubscribing (token, person, topics, created, expires) VALUES (:token, :person, :topics, :now, :expires)",
        token=token, person=person, topics=" ".join(sorted(topics)), now=now, expires=expires,
    )  # fmt: skip


def unsubscribing(tx: Tx, token: str, now: int) -> Row | None:
    """Whose mails of which topics a token stops."""
    return tx.one(
        "SELECT u.person, u.topics FROM unsubscribing u JOIN person p ON p.id = u.person "
        "WHERE u.token = :token AND u.expires > :now AND p.withdrawn IS NULL",
        token=token, now=now,
    )  # fmt: skip
