"""All SQL on chats: numbers and pages' guests, what was heard of them, what is said to them, who has opted in and out."""

from __future__ import annotations

from folkmoot.storage.database import Row, Tx


def heard_before(tx: Tx, channel: str, message: str, now: int) -> bool:
    """Whether the provider brought this message before; remembered from now on. message: a hash of its id, which may hold a number."""
    return (
        tx.count(
            "INSERT INTO chat_heard (channel, message, at) VALUES (:channel, :message, :now) ON CONFLICT (channel, message) DO NOTHING",
            channel=channel,
            message=message,
            now=now,
        )
        == 0
    )


def let_go(tx: Tx, channel: str, address: str) -> None:
    """Deletes a chat and what it wanted. Of what was said to it only the count stays, which the caps on money are kept by."""
    for table in ("chat", "chat_opting"):
        tx.run(f"DELETE FROM {table} WHERE channel = :channel AND address = :address", channel=channel, address=address)
    tx.run(
        "UPDATE chat_said SET address = '', prefix = '', body = '', buttons = '[]', provider = NULL,"
        " state = CASE WHEN state IN ('waiting', 'sending') THEN 'dropped' ELSE state END WHERE channel = :channel AND address = :address",
        channel=channel,
        address=address,
    )


def owners_of(tx: Tx, person: int) -> list[str]:
    """The chats at which somebody has proven to be, as talks name them."""
    return [f"{row.channel}:{row.address}" for row in tx.rows("SELECT channel, address FROM chat WHERE person = :person", person=person)]


def chat_of(tx: Tx, channel: str, address: str) -> Row | None:
    return tx.one(
        "SELECT channel, address, heard, opted_in, opted_out FROM chat WHERE channel = :channel AND address = :address",
        channel=channel,
        address=address,
    )


def person_at(tx: Tx, channel: str, address: str) -> int | None:
    """Who has proven to be at a chat."""
    row = tx.one("SELECT person FROM chat WHERE channel = :channel AND address = :address", channel=channel, address=address)
    return row.person if row else None


def forget_person(tx: Tx, channel: str, address: str) -> None:
    tx.run("UPDATE chat SET person = NULL WHERE channel = :channel AND address = :address", channel=channel, address=address)


def forget_chats_of(tx: Tx, person: int) -> None:
    """Lets go of somebody's chats; of those who said STOP it is remembered that they did, and no more."""
    for row in tx.rows("SELECT channel, address FROM chat WHERE person = :person AND opted_out IS NULL", person=person):
        let_go(tx, row.channel, row.address)
    tx.run("UPDATE chat SET person = NULL WHERE person = :person", person=person)


def note_heard(tx: Tx, channel: str, address: str, now: int) -> None:
    """They wrote to us."""
    tx.run(
        "INSERT INTO chat (channel, address, heard) VALUES (:channel, :address, :now) ON CONFLICT (channel, address) DO UPDATE SET heard = "
        "excluded.heard",
        channel=channel,
        address=address,
        now=now,
    )


def opt(tx: Tx, id: int, channel: str, address: str, deed: str, why: str, now: int) -> None:
    """They want messages, or none any more: a row, and what holds from now on."""
    column, other = ("opted_in", "opted_out") if deed == "in" else ("opted_out", "opted_in")
    tx.run(
        f"INSERT INTO chat (channel, address, heard, {column}) VALUES (:channel, :address, :now, :now)"
        f" ON CONFLICT (channel, address) DO UPDATE SET {column} = excluded.{column}, {other} = NULL",
        channel=channel,
        address=address,
        now=now,
    )
    tx.run(
        "INSERT INTO chat_opting (id, channel, address, deed, why, at) VALUES (:id, :channel, :address, :deed, :why, :now)",
        id=id,
        channel=channel,
        address=address,
        deed=deed,
        why=why,
        now=now,
    )


def insert_said(tx: Tx, id: int, channel: str, address: str, prefix: str, body: str, buttons: str, segments: int, answer: int, now: int) -> None:
    tx.run(
        "INSERT INTO chat_said (id, channel, address, prefix, body, buttons, segments, answer, state, made)"
        " VALUES (:id, :channel, :address, :prefix, :body, :buttons, :segments, :answer, 'waiting', :now)",
        id=id,
        channel=channel,
        address=address,
        prefix=prefix,
        body=body,
        buttons=buttons,
        segments=segments,
        answer=answer,
        now=now,
    )


def said_row(tx: Tx, said: int) -> Row | None:
    return tx.one("SELECT id, channel, address, prefix, body, buttons, segments, answer, state, made FROM chat_said WHERE id = :said", said=said)


def first_waiting(tx: Tx, channel: str, address: str) -> Row | None:
    """The message to a chat that has waited longest: they arrive in the order in which they were said."""
    return tx.one(
        "SELECT id, channel, address, prefix, body, buttons, segments, answer, state, made FROM chat_said"
        " WHERE channel = :channel AND address = :address AND state IN ('waiting', 'sending') ORDER BY made, id LIMIT 1",
        channel=channel,
        address=address,
    )


def settle(tx: Tx, said: int, was: str, state: str, why: str, provider: str | None, now: int) -> bool:
    """What became of a message; its text goes once it cannot be sent any more. Whether it was in that state."""
    return bool(
        tx.count(
            "UPDATE chat_said SET state = :state, why = :why, provider = COALESCE(CAST(:provider AS TEXT), provider), settled = :now,"
            " body = CASE WHEN CAST(:state AS TEXT) IN ('waiting', 'sending') THEN body ELSE '' END WHERE id = :said AND state = :was",
            said=said,
            was=was,
            state=state,
            why=why,
            provider=provider,
            now=now,
        )
    )


def drop_waiting(tx: Tx, channel: str, address: str, why: str, now: int) -> int:
    """Nothing that waits goes out any more."""
    return tx.count(
        "UPDATE chat_said SET state = 'dropped', why = :why, body = '', settled = :now WHERE channel = :channel AND address = :address AND "
        "state = 'waiting'",
        channel=channel,
        address=address,
        why=why,
        now=now,
    )


def spent(tx: Tx, channel: str, since: int, address: str | None = None, prefix: str | None = None) -> int:
    """Segments that have gone out, or wait to, since a time: to an address, a prefix, or in all."""
    where = "AND address = :address" if address is not None else "AND prefix = :prefix" if prefix is not None else ""
    row = tx.one(
        f"SELECT COALESCE(SUM(segments), 0) AS number FROM chat_said WHERE channel = :channel AND made >= :since AND state NOT IN "
        f"('dropped', 'failed') {where}",
        channel=channel,
        since=since,
        address=address,
        prefix=prefix,
    )
    return int(row.number) if row else 0


def by_provider(tx: Tx, channel: str, provider: str) -> Row | None:
    return tx.one("SELECT id, address, state FROM chat_said WHERE channel = :channel AND provider = :provider", channel=channel, provider=provider)


def forget(tx: Tx, heard_before: int, said_before: int, limit: int) -> int:
    """Deletes what is older than it is needed."""
    gone = tx.count(
        "DELETE FROM chat_heard WHERE (channel, message) IN (SELECT channel, message FROM chat_heard WHERE at < :before LIMIT :limit)",
        before=heard_before,
        limit=limit,
    )
    return max(
        gone,
        tx.count(
            "DELETE FROM chat_said WHERE id IN (SELECT id FROM chat_said WHERE made < :before ORDER BY made LIMIT :limit)",
            before=said_before,
            limit=limit,
        ),
    )
