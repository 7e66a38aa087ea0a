"""All SQL on alarms: reckonings in which the axis went with being liked."""

from __future__ import annotations

from folkmoot.storage.database import Row, Tx

_FIT = "id, site, at, hijacked, alarm, seen"


def mark(tx: Tx, fit: int, alarm: bool) -> None:
    """Says of a reckoning that its axis was hijacked, and whether it is the one that is told."""
    tx.run("UPDATE note_fit SET hijacked = 1, alarm = :alarm WHERE id = :fit", fit=fit, alarm=int(alarm))


def fit_before(tx: Tx, site: int, fit: int) -> Row | None:
    return tx.one(f"SELECT {_FIT} FROM note_fit WHERE site = :site AND id <> :fit ORDER BY at DESC, id DESC LIMIT 1", site=site, fit=fit)


def by_id(tx: Tx, fit: int) -> Row | None:
    return tx.one(f"SELECT {_FIT} FROM note_fit WHERE id = :fit", fit=fit)


def unseen(tx: Tx, site: int, limit: int) -> list[Row]:
    sql = f"SELECT {_FIT} FROM note_fit WHERE site = :site AND alarm = 1 AND seen IS NULL ORDER BY at, id LIMIT :limit"
    return tx.rows(sql, site=site, limit=limit)


def see(tx: Tx, fit: int, now: int | None, person: int | None) -> None:
    tx.run("UPDATE note_fit SET seen = :now, seen_by = :person WHERE id = :fit", fit=fit, now=now, person=person)
