"""All SQL on talks: their state, remembered addresses, link codes, and what was asked of a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from folkmoot.action.model_letters import Home, Says, State
from folkmoot.storage.database import Row, Tx

_ROW = "id, site, story, action, channel, owner, person, language, state, said, begun, touched"


def state_of(row: Row) -> State:
    return msgspec.json.decode(row.state, type=State)


def said_of(row: Row) -> tuple[Says, ...]:
    return msgspec.json.decode(row.said, type=tuple[Says, ...])


def talk_of(tx: Tx, owner: str) -> Row | None:
    """The talk that an owner is in."""
    return tx.one(f"SELECT {_ROW} FROM talk WHERE owner = :owner AND ended IS NULL", owner=owner)


def talk_by_id(tx: Tx, talk: int) -> Row | None:
    return tx.one(f"SELECT {_ROW} FROM talk WHERE id = :talk", talk=talk)


def insert_talk(
    tx: Tx, id: int, site: int, story: int | None, action: int | None, channel: str, owner: str, person: int | None, language: str, now: int
) -> None:
    tx.run(
        "INSERT INTO talk (id, site, story, action, channel, owner, person, language, state, begun, touched)"
        " VALUES (:id, :site, :story, :action, :channel, :owner, :person, :language, '{}', :now, :now)",
        id=id,
        site=site,
        story=story,
        action=action,
        channel=channel,
        owner=owner,
        person=person,
        language=language,
        now=now,
    )


def set_state(tx: Tx, talk: int, state: str, said: str, mailbox: str, now: int) -> None:
    """mailbox: what the state has of one, so that its owner finds it."""
    tx.run(
        "UPDATE talk SET state = :state, said = :said, mailbox = :mailbox, touched = :now WHERE id = :talk",
        talk=talk,
        state=state,
        said=said,
        mailbox=mailbox.lower(),
        now=now,
    )


def set_person(tx: Tx, talk: int, person: int | None) -> None:
    """Whose a talk is; of a chat it is remembered beyond its talks."""
    row = tx.one("UPDATE talk SET person = :person WHERE id = :talk RETURNING owner", talk=talk, person=person)
    if row is not None and person is not None:
        channel, _, address = row.owner.partition(":")
        tx.run("UPDATE chat SET person = :person WHERE channel = :channel AND address = :address", person=person, channel=channel, address=address)


def set_matter(tx: Tx, talk: int, story: int | None, action: int | None) -> None:
    tx.run("UPDATE talk SET story = :story, action = :action WHERE id = :talk", talk=talk, story=story, action=action)


def end_talk(tx: Tx, owner: str, now: int) -> None:
    tx.run("UPDATE talk SET ended = :now WHERE owner = :owner AND ended IS NULL", owner=owner, now=now)


def carry_talk(tx: Tx, talk: int, owner: str, channel: str, now: int) -> None:
    """Gives a talk to another owner, whose own one ends; the address that was remembered for it goes along."""
    end_talk(tx, owner, now)
    tx.run(
        "UPDATE home SET owner = :owner WHERE owner = (SELECT owner FROM talk WHERE id = :talk)"
        " AND NOT EXISTS (SELECT 1 FROM home WHERE owner = :owner)", owner=owner, talk=talk
    )
    tx.run(
        "UPDATE talk SET owner = :owner, channel = :channel, ended = NULL, touched = :now WHERE id = :talk",
        talk=talk,
        owner=owner,
        channel=channel,
        now=now,
    )


def forget_talks(tx: Tx, before: int, limit: int) -> int:
    """Empties talks that nobody has gone on with since, with the addresses that nobody can be shown or erase any more; how many of both."""
    tx.run("DELETE FROM link_code WHERE expires < :before OR talk IN (SELECT id FROM talk WHERE touched < :before)", before=before)
    tx.run("DELETE FROM talk_request WHERE talk IN (SELECT id FROM talk WHERE touched < :before)", before=before)
    gone = tx.count(
        "DELETE FROM talk WHERE id IN (SELECT id FROM talk WHERE touched < :before ORDER BY touched LIMIT :limit)", before=before, limit=limit
    )
    return gone + tx.count(
        "DELETE FROM home WHERE owner IN (SELECT owner FROM home WHERE owner NOT LIKE 'person:%'"
        " AND NOT EXISTS (SELECT 1 FROM talk WHERE talk.owner = home.owner AND talk.ended IS NULL) LIMIT :limit)", limit=limit
    )


def delete_talk(tx: Tx, talk: int) -> None:
    for table in ("link_code", "talk_request"):
        tx.run(f"DELETE FROM {table} WHERE talk = :talk", talk=talk)
    tx.run("DELETE FROM talk WHERE id = :talk", talk=talk)


# Link codes


def insert_code(tx: Tx, code: str, talk: int, expires: int) -> None:
    tx.run("INSERT INTO link_code (code, talk, expires) VALUES (:code, :talk, :expires)", code=code, talk=talk, expires=expires)


def use_code(tx: Tx, code: str, now: int) -> int | None:
    """The talk that a code carries, once."""
    row = tx.one("UPDATE link_code SET used = :now WHERE code = :code AND used IS NULL AND expires > :now RETURNING talk", code=code, now=now)
    return row.talk if row else None


# Remembered addresses


def home_of(tx: Tx, owners: list[str]) -> Home | None:
    """The address that the first of these owners has stored."""
    for found in tx.each("SELECT body FROM home WHERE owner = :owner", [{"owner": owner} for owner in owners]):
        if found:
            return msgspec.json.decode(found[0].body, type=Home)
    return None


def put_home(tx: Tx, owner: str, home: Home, now: int) -> None:
    tx.run(
        "INSERT INTO home (owner, body, consented) VALUES (:owner, :body, :now)"
        " ON CONFLICT (owner) DO UPDATE SET body = excluded.body, consented = excluded.consented",
        owner=owner,
        body=msgspec.json.encode(home).decode(),
        now=now,
    )


def delete_homes(tx: Tx, owners: list[str]) -> None:
    tx.many("DELETE FROM home WHERE owner = :owner", [{"owner": owner} for owner in owners])


def give(tx: Tx, before: int, person: int) -> None:
    """Talks of somebody become another's, and the address that was remembered where the other has none."""
    tx.run("UPDATE talk SET person = :person WHERE person = :before", before=before, person=person)
    tx.run(
        "UPDATE home SET owner = :owner WHERE owner = :was AND NOT EXISTS (SELECT 1 FROM home WHERE owner = :owner)",
        owner=f"person:{person}", was=f"person:{before}",
    )  # fmt: skip
    delete_homes(tx, [f"person:{before}"])


def without_any(tx: Tx, people: Iterable[int]) -> list[int]:
    """Those of some people of whom neither a talk is kept nor a letter with its text."""
    asked = [{"person": person} for person in people]
    found = tx.each(
        "SELECT 1 AS kept FROM talk WHERE person = :person UNION ALL SELECT 1 FROM letter WHERE person = :person AND scrubbed IS NULL LIMIT 1", asked
    )
    return [each["person"] for each, rows in zip(asked, found, strict=True) if not rows]


# What a person is to look at


def insert_request(tx: Tx, id: int, talk: int, site: int, kind: str, words: str, now: int) -> None:
    tx.run(
        "INSERT INTO talk_request (id, talk, site, kind, words, at) VALUES (:id, :talk, :site, :kind, :words, :now)",
        id=id,
        talk=talk,
        site=site,
        kind=kind,
        words=words,
        now=now,
    )


def request_of(tx: Tx, talk: int, kind: str) -> Row | None:
    return tx.one("SELECT id FROM talk_request WHERE talk = :talk AND kind = :kind AND done IS NULL", talk=talk, kind=kind)


def requests(tx: Tx, site: int | None, limit: int) -> list[Row]:
    """What waits for a person, the oldest first."""
    return tx.rows(
        "SELECT id, talk, site, kind, words, at FROM talk_request WHERE done IS NULL AND (CAST(:site AS BIGINT) IS NULL OR site = :site)"
        " ORDER BY at, id LIMIT :limit",
        site=site,
        limit=limit,
    )


def request_by_id(tx: Tx, request: int) -> Row | None:
    return tx.one("SELECT id, talk, site, kind, words, at, done FROM talk_request WHERE id = :request", request=request)


def end_request(tx: Tx, request: int, person: int | None, now: int) -> int:
    return tx.count(
        "UPDATE talk_request SET done = :now, done_by = :person, words = '' WHERE id = :request AND done IS NULL",
        request=request,
        person=person,
        now=now,
    )


def hold_talk(tx: Tx, owner: str, now: int) -> Row | None:
    """The talk that an owner is in, its row kept from others until the transaction ends: two messages at once are heard one after another."""
    return tx.one(f"UPDATE talk SET begun = begun WHERE owner = :owner AND ended IS NULL RETURNING {_ROW}", owner=owner)


def talks_of(tx: Tx, person: int, limit: int) -> list[Row]:
    """A person's talks, whoever of theirs owns them, the ended ones too."""
    return tx.rows(f"SELECT {_ROW} FROM talk WHERE person = :person ORDER BY id LIMIT :limit", person=person, limit=limit)


def unnamed(tx: Tx, owners: list[str]) -> list[Row]:
    """Talks of some owners in which nobody has said who they are, the ended ones too."""
    found = tx.each(f"SELECT {_ROW} FROM talk WHERE owner = :owner AND person IS NULL", [{"owner": owner} for owner in owners])
    return [row for rows in found for row in rows]


def of_mailbox(tx: Tx, mailbox: str) -> list[Row]:
    """Talks in which somebody has named a mailbox and not proven it."""
    return tx.rows(
        f"SELECT {_ROW} FROM talk WHERE mailbox = LOWER(CAST(:mailbox AS TEXT)) AND mailbox <> '' AND person IS NULL", mailbox=mailbox
    )


def taken_along(tx: Tx, person: int, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    rows = tx.rows(
        "SELECT t.id AS place, t.channel, c.address, c.opted_in, c.opted_out, t.state, t.begun, t.touched FROM talk t"
        " LEFT JOIN chat c ON c.channel = t.channel AND t.owner = c.channel || ':' || c.address"
        " WHERE t.person = :person AND t.id > :after ORDER BY t.id LIMIT :limit",
        person=person, after=after, limit=limit,
    )  # fmt: skip
    return [_taken(row, state=msgspec.json.decode(row.state)) for row in rows]


def requests_taken_along(tx: Tx, person: int, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    rows = tx.rows(
        "SELECT r.id AS place, r.kind, r.words, r.at, r.done FROM talk t JOIN talk_request r ON r.talk = t.id"
        " WHERE t.person = :person AND r.id > :after ORDER BY r.id LIMIT :limit",
        person=person, after=after, limit=limit,
    )  # fmt: skip
    return [_taken(row) for row in rows]


def _taken(row: Row, **readable: object) -> tuple[int, dict[str, Any]]:
    return row.place, {name: value for name, value in row._asdict().items() if name != "place"} | readable


def home_taken_along(tx: Tx, person: int, after: int) -> list[tuple[int, dict[str, Any]]]:
    row = tx.one("SELECT body, consented FROM home WHERE owner = :owner", owner=f"person:{person}") if after < 1 else None
    return [(1, {"home": msgspec.json.decode(row.body), "consented": row.consented})] if row else []
