"""The SQL of what is decided about people, and of what the desk notes of them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, Literal

from folkmoot.people.store_rows import NoteRow, SanctionRow
from folkmoot.storage.database import Row, Tx

_ROW = "id, site, deed, person, network, domain, reason, guideline, note, made_by, at, until, ended, ended_by, ended_why"
_HOLDS = "ended IS NULL AND (until IS NULL OR until > :now) AND site IN (0, :site) AND deed <> 'warn'"
_KEPT = 1_000  # sanctions of a site that are known by heart


def insert_sanction(tx: Tx, **given: object) -> None:
    tx.forget("barred")
    tx.run(
        "INSERT INTO sanction (id, site, deed, person, network, domain, reason, guideline, note, made_by, at, until)"
        " VALUES (:id, :site, :deed, :person, :network, :domain, :reason, :guideline, :note, :made_by, :at, :until)",
        **given,
    )


def sanction_by_id(tx: Tx, sanction: int) -> Row | None:
    return tx.one(f"SELECT {_ROW} FROM sanction WHERE id = :sanction", sanction=sanction)


def end_sanction(tx: Tx, sanction: int, by: int | None, why: str, now: int) -> bool:
    """Whether it held until now."""
    sql = "UPDATE sanction SET ended = :now, ended_by = :by, ended_why = :why WHERE id = :sanction AND ended IS NULL"
    return tx.count(sql, sanction=sanction, by=by, why=why, now=now) == 1


def holding(tx: Tx, site: int, person: int | None, network: str | None, now: int) -> list[Row]:
    """What keeps somebody, or whoever comes from their address block, from writing on a site."""
    known = _known(tx, site)
    if known is not None and person not in known and network not in known:
        return []
    by_person = f"SELECT {_ROW} FROM sanction WHERE person = :person AND network IS NULL AND domain IS NULL AND {_HOLDS}"
    by_network = f"SELECT {_ROW} FROM sanction WHERE network = :network AND {_HOLDS}"
    found = tx.rows(by_person, person=person, site=site, now=now) if person is not None else []
    return found + (tx.rows(by_network, network=network, site=site, now=now) if network is not None else [])


def _known(tx: Tx, site: int) -> frozenset[int | str | None] | None:
    """Those against whom anything was decided that nobody has ended, so that nothing need be asked about all others; None where they are many."""

    def fetch() -> frozenset[int | str | None] | None:
        sql = "SELECT person, network FROM sanction WHERE ended IS NULL AND site IN (0, :site) LIMIT :limit"
        rows = tx.rows(sql, site=site, limit=_KEPT + 1)
        return frozenset(each for row in rows for each in row if each is not None) if len(rows) <= _KEPT else None

    return tx.recall("barred", site, fetch)


def domains(tx: Tx, site: int, now: int) -> list[Row]:
    """Mail domains that may not write on a site."""
    return tx.rows(
        f"SELECT {_ROW} FROM sanction WHERE domain IS NOT NULL AND ended IS NULL AND (until IS NULL OR until > :now) AND site IN (0, :site)",
        site=site, now=now,
    )  # fmt: skip


def sanctions_of(tx: Tx, person: int, limit: int) -> list[Row]:
    """What was decided about somebody, newest first."""
    return tx.rows(f"SELECT {_ROW} FROM sanction WHERE person = :person ORDER BY at DESC, id DESC LIMIT :limit", person=person, limit=limit)


def is_known(tx: Tx, site: int, person: int) -> bool:
    """Whether a site's desk has decided about somebody, or noted something of them."""
    return any(
        tx.one(f"SELECT id FROM {table} WHERE person = :person AND site = :site LIMIT 1", person=person, site=site) is not None
        for table in ("sanction", "person_note")
    )


def sanctions_on(tx: Tx, site: int, before: int, deed: str, made_by: int | None, limit: int) -> list[Row]:
    """What was decided about people on a site before a moment, newest first; by a deed, by who decided."""
    by = " AND made_by = :made_by" if made_by is not None else ""
    only = " AND deed = :deed" if deed else ""
    return tx.rows(
        f"SELECT {_ROW} FROM sanction WHERE site = :site AND at < :before{by}{only} ORDER BY at DESC, id DESC LIMIT :limit",
        site=site, before=before, deed=deed, made_by=made_by, limit=limit,
    )


def forget_networks(tx: Tx, now: int, limit: int) -> int:
    """Forgets the address blocks of bans that have ended; how many."""
    return tx.count(
        "UPDATE sanction SET network = NULL WHERE id IN (SELECT id FROM sanction WHERE network IS NOT NULL AND person IS NOT NULL"
        " AND (ended IS NOT NULL OR until <= :now) LIMIT :limit)",
        now=now, limit=limit,
    )  # fmt: skip


# Notes


def insert_note(tx: Tx, id: int, site: int, person: int, words: str, by: int | None, now: int) -> None:
    tx.run(
        "INSERT INTO person_note (id, site, person, words, made_by, at) VALUES (:id, :site, :person, :words, :by, :now)",
        id=id, site=site, person=person, words=words, by=by, now=now,
    )


def notes_on(tx: Tx, site: int, person: int) -> list[Row]:
    """What a site's desk has noted of somebody, newest first."""
    return tx.rows(
        "SELECT id, words, made_by, at FROM person_note WHERE person = :person AND site = :site AND removed IS NULL ORDER BY at DESC, id DESC",
        person=person, site=site,
    )


def note_by_id(tx: Tx, note: int) -> Row | None:
    return tx.one("SELECT id, site, person, words, made_by, at, removed FROM person_note WHERE id = :note", note=note)


def remove_note(tx: Tx, note: int, by: int | None, now: int) -> None:
    tx.run("UPDATE person_note SET removed = :now, removed_by = :by WHERE id = :note", note=note, by=by, now=now)


# What of it is the person's own to know (desk/belongings.py)

TAKEN: dict[str, str] = {  # each list by the number that puts it in order, as `place`; hashes and who decided are left out
    "decided_about_you": "SELECT id AS place, site, deed, domain, reason, guideline, note, at, until AS expires, ended, ended_why FROM sanction"
    " WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
    "noted_about_you": "SELECT id AS place, site, words, at FROM person_note WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
}


def taken_along(tx: Tx, name: str, person: int, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """A list of what was decided or noted about somebody, beyond a place."""
    found = [row._asdict() for row in tx.rows(TAKEN[name], person=person, after=after, limit=limit)]
    return [(row.pop("place"), row) for row in found]


def forget_of(tx: Tx, person: int, limit: int) -> int:
    """Takes address block and the desk's note off what was decided about somebody; how many. The decisions stay."""
    some = "SELECT id FROM sanction WHERE person = :person AND (network IS NOT NULL OR note <> '') ORDER BY id LIMIT :limit"
    return tx.count(f"UPDATE sanction SET network = NULL, note = '' WHERE id IN ({some})", person=person, limit=limit)


def empty_notes(tx: Tx, person: int, now: int, limit: int) -> int:
    """Empties what is noted of somebody, and takes it away; how many."""
    some = "SELECT id FROM person_note WHERE person = :person AND words <> '' ORDER BY id LIMIT :limit"
    sql = f"UPDATE person_note SET words = '', removed = COALESCE(removed, :now) WHERE id IN ({some})"
    return tx.count(sql, person=person, now=now, limit=limit)


# As they travel in an export

BLOCK = "-"  # stands where the hash of a block was that stayed at home: it is nobody's
_NOTE = "id, person, words, made_by, at, removed, removed_by"


def _id(number: int | None) -> str | None:
    return str(number) if number else None


def sanction_row(row: Row) -> SanctionRow:
    whom: Literal["account", "block", "domain"] = "block" if row.network is not None else "domain" if row.domain is not None else "account"
    return SanctionRow(
        str(row.id), row.at, _id(row.made_by), row.deed, row.domain, row.ended, _id(row.ended_by), row.ended_why, not row.site, row.guideline,
        row.note, _id(row.person), row.reason, row.until, whom,
    )  # fmt: skip


def note_row(row: Row) -> NoteRow:
    return NoteRow(str(row.id), row.at, _id(row.made_by), str(row.person), row.removed, _id(row.removed_by), row.words)


def sanction_rows(tx: Tx, site: int, among: Container[int] | None) -> list[SanctionRow]:
    """Those on a site, and those on every site that are nobody's or of people among these; None: of all."""
    rows = tx.rows(f"SELECT {_ROW} FROM sanction WHERE site IN (0, :site) ORDER BY id", site=site)
    return [sanction_row(row) for row in rows if row.site or among is None or row.person is None or row.person in among]


def note_rows(tx: Tx, site: int) -> list[NoteRow]:
    return [note_row(row) for row in tx.rows(f"SELECT {_NOTE} FROM person_note WHERE site = :site ORDER BY id", site=site)]


def same_sanction(tx: Tx, row: SanctionRow) -> SanctionRow | None:
    found = sanction_by_id(tx, int(row.id))
    return sanction_row(found) if found else None


def same_note(tx: Tx, row: NoteRow) -> NoteRow | None:
    found = tx.one(f"SELECT {_NOTE} FROM person_note WHERE id = :id", id=int(row.id))
    return note_row(found) if found else None


def insert_sanctions(tx: Tx, site: int, rows: Sequence[SanctionRow], *, everywhere: bool) -> None:
    """everywhere: what holds on every site stays so; else, where other newsrooms share the server, it holds on this one alone."""
    tx.forget("barred")
    tx.many(
        "INSERT INTO sanction (id, site, deed, person, network, domain, reason, guideline, note, made_by, at, until, ended, ended_by, ended_why)"
        " VALUES (:id, :site, :deed, :person, :network, :domain, :reason, :guideline, :note, :made_by, :at, :until, :ended, :ended_by, :ended_why)"
        " ON CONFLICT (id) DO NOTHING",
        [
            {
                "id": int(row.id), "site": 0 if row.everywhere and everywhere else site, "deed": row.deed, "person": _number(row.person),
                "network": BLOCK if row.whom == "block" else None, "domain": row.domain, "reason": row.reason, "guideline": row.guideline,
                "note": row.note, "made_by": _number(row.by), "at": row.at, "until": row.until, "ended": row.ended,
                "ended_by": _number(row.ended_by), "ended_why": row.ended_why,
            }
            for row in rows
        ],
    )  # fmt: skip


def insert_note_rows(tx: Tx, site: int, rows: Sequence[NoteRow]) -> None:
    tx.many(
        "INSERT INTO person_note (id, site, person, words, made_by, at, removed, removed_by)"
        " VALUES (:id, :site, :person, :words, :made_by, :at, :removed, :removed_by) ON CONFLICT (id) DO NOTHING",
        [
            {"id": int(row.id), "site": site, "person": int(row.person), "words": row.words, "made_by": _number(row.by), "at": row.at,
             "removed": row.removed, "removed_by": _number(row.removed_by)}
            for row in rows
        ],
    )  # fmt: skip


def _number(words: str | None) -> int | None:
    return int(words) if words else None
