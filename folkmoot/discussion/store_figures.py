"""The SQL by which what happened in some time is counted. Ids begin with the time, so a time is a range of the key."""

from __future__ import annotations

from folkmoot.storage.database import Row, Tx


def posted(tx: Tx, first: int, end: int) -> list[Row]:
    """How many comments were written here under each story."""
    return tx.rows("SELECT story, COUNT(*) AS n FROM comment WHERE id >= :first AND id < :end AND batch IS NULL GROUP BY story", first=first, end=end)


def decided(tx: Tx, since: int, until: int) -> list[Row]:
    """Decisions of some time; held: since when the comment had waited, for those that ended it."""
    return tx.rows(
        "SELECT d.deed, d.made_by, d.rule, d.guideline, d.was, d.undoes, d.at, c.story, (SELECT MAX(h.at) FROM decision h"
        " WHERE h.comment = d.comment AND h.deed = 'hold' AND h.at <= d.at AND h.id < d.id) AS held"
        " FROM decision d JOIN comment c ON c.id = d.comment WHERE d.at >= :since AND d.at < :until AND d.made_by <> 'import'",
        since=since, until=until,
    )  # fmt: skip


def reported(tx: Tx, first: int, end: int) -> list[Row]:
    """Reports by story and reason."""
    return tx.rows(
        "SELECT c.story, f.reason, COUNT(*) AS n FROM flag f JOIN comment c ON c.id = f.comment WHERE f.id >= :first AND f.id < :end"
        " GROUP BY c.story, f.reason",
        first=first, end=end,
    )  # fmt: skip


def appealed(tx: Tx, since: int, until: int) -> list[Row]:
    """Appeals that were made in some time."""
    return tx.rows("SELECT c.story, COUNT(*) AS n FROM appeal a JOIN comment c ON c.id = a.comment WHERE a.at >= :since AND a.at < :until"
                   " GROUP BY c.story", since=since, until=until)  # fmt: skip


def removal_guideline(tx: Tx, story: int, since: int, until: int) -> list[Row]:
    """The guidelines of removals that appeals of some time gave back."""
    return tx.rows(
        "SELECT d.guideline, COUNT(*) AS n FROM appeal a JOIN decision d ON d.id = a.decision JOIN comment c ON c.id = a.comment"
        " WHERE c.story = :story AND a.outcome = 'reversed' AND a.decided >= :since AND a.decided < :until GROUP BY d.guideline",
        story=story, since=since, until=until,
    )  # fmt: skip


def earliest(tx: Tx) -> int | None:
    """The id of the first comment that was written here."""
    row = tx.one("SELECT MIN(id) AS id FROM comment WHERE batch IS NULL")
    return row.id if row else None


def next_moments(tx: Tx, since: int, first: int) -> tuple[int | None, ...]:
    """When the next comment, flag, decision, appeal and report came, and the next report was decided; None where there is none.

    first: the least id of that time.
    """
    row = tx.one(
        "SELECT (SELECT MIN(id) FROM comment WHERE id >= :first) AS posted, (SELECT MIN(id) FROM flag WHERE id >= :first) AS reported,"
        " (SELECT MIN(at) FROM decision WHERE at >= :since) AS decided, (SELECT MIN(at) FROM appeal WHERE at >= :since) AS appealed,"
        " (SELECT MIN(at) FROM report WHERE at >= :since) AS notified, (SELECT MIN(decided) FROM report WHERE decided >= :since) AS settled",
        since=since, first=first,
    )  # fmt: skip
    return tuple(each and each >> 21 for each in row[:2]) + tuple(row[2:]) if row else ()


def log(tx: Tx, before: int, last: int, deed: str, person: int | None, limit: int) -> list[Row]:
    """Decisions on comments before a place, newest first; by a deed, by a person."""
    by = " AND d.person = :person" if person is not None else ""
    only = " AND d.deed = :deed" if deed else ""
    return tx.rows(
        "SELECT d.id, d.comment, d.deed, d.person, d.made_by, d.rule, d.reason, d.guideline, d.note, d.undoes, d.at, c.story, c.name FROM decision d"
        f" JOIN comment c ON c.id = d.comment WHERE (d.at, d.id) < (:before, :last){by}{only} AND d.made_by <> 'import'"
        " ORDER BY d.at DESC, d.id DESC LIMIT :limit",
        before=before, last=last, deed=deed, person=person, limit=limit,
    )  # fmt: skip
