"""All SQL on the open dump."""

from __future__ import annotations

from folkmoot.notes.model import Note
from folkmoot.notes.store import note_by_id
from folkmoot.storage.database import Row, Tx


def notes_of_site(tx: Tx, site: int, after: int, limit: int) -> list[Note]:
    rows = tx.rows("SELECT id FROM note WHERE site = :site AND id > :after ORDER BY id LIMIT :limit", site=site, after=after, limit=limit)
    found = (note_by_id(tx, row.id) for row in rows)
    return [note for note in found if note]


def votes_of_site(tx: Tx, site: int, before: int) -> list[Row]:
    """The votes that notes learned from, in stories that have notes."""
    return tx.rows(
        "SELECT comment, person, value FROM note_vote WHERE at < :before AND story IN (SELECT story FROM note WHERE site = :site)"
        " ORDER BY comment, person",
        site=site,
        before=before,
    )


def put_part(tx: Tx, site: int, number: int, body: str, now: int) -> None:
    tx.run(
        "INSERT INTO note_dump (site, number, body, made) VALUES (:site, :number, :body, :now)"
        " ON CONFLICT (site, number) DO UPDATE SET body = excluded.body, made = excluded.made",
        site=site,
        number=number,
        body=body,
        now=now,
    )


def delete_parts(tx: Tx, site: int, begin: int) -> None:
    tx.run("DELETE FROM note_dump WHERE site = :site AND number >= :begin", site=site, begin=begin)


def parts_of(tx: Tx, site: int) -> list[str]:
    return [row.body for row in tx.rows("SELECT body FROM note_dump WHERE site = :site ORDER BY number", site=site)]
