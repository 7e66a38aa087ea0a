"""The SQL of reports of unlawful content, and of who looked at what is kept out of sight."""

from __future__ import annotations

from folkmoot.storage.database import Row, Tx

_ROW = "id, receipt, site, story, comment, law, words, name, mailbox, person, at, outcome, reason, decided, decided_by"


def insert_report(tx: Tx, **given: object) -> None:
    tx.run(
        "INSERT INTO report (id, receipt, site, story, comment, law, words, name, mailbox, person, at)"
        " VALUES (:id, :receipt, :site, :story, :comment, :law, :words, :name, :mailbox, :person, :at)",
        **given,
    )


def report_by_id(tx: Tx, report: int) -> Row | None:
    return tx.one(f"SELECT {_ROW} FROM report WHERE id = :report", report=report)


def report_by_receipt(tx: Tx, receipt: str) -> Row | None:
    return tx.one(f"SELECT {_ROW} FROM report WHERE receipt = :receipt", receipt=receipt)


def open_reports(tx: Tx, site: int, key: int, last: int, limit: int) -> list[Row]:
    """Reports that wait, the oldest first, behind a place."""
    return tx.rows(
        f"SELECT {_ROW} FROM report WHERE site = :site AND decided IS NULL AND (at, id) > (:key, :last) ORDER BY at, id LIMIT :limit",
        site=site, key=key, last=last, limit=limit,
    )  # fmt: skip


def decide_report(tx: Tx, report: int, outcome: str | None, reason: str, person: int | None, now: int | None) -> None:
    """outcome None opens it again."""
    tx.run(
        "UPDATE report SET outcome = :outcome, reason = :reason, decided = :now, decided_by = :person WHERE id = :report",
        report=report, outcome=outcome, reason=reason, person=person, now=now,
    )


def reports_decided(tx: Tx, site: int, before: int, outcome: str, decided_by: int | None, limit: int) -> list[Row]:
    """Reports that were decided before a moment, the newest first; by what came of them, by who decided."""
    by = " AND decided_by = :decided_by" if decided_by is not None else ""
    only = " AND outcome = :outcome" if outcome else ""
    return tx.rows(
        f"SELECT {_ROW} FROM report WHERE site = :site AND decided IS NOT NULL AND decided < :before{by}{only}"
        " ORDER BY decided DESC, id DESC LIMIT :limit",
        site=site, before=before, outcome=outcome, decided_by=decided_by, limit=limit,
    )  # fmt: skip


def notified(tx: Tx, since: int, until: int) -> list[Row]:
    """How many reports came in some time, by site."""
    return tx.rows("SELECT site, COUNT(*) AS n FROM report WHERE at >= :since AND at < :until GROUP BY site", since=since, until=until)


def settled(tx: Tx, since: int, until: int) -> list[Row]:
    """How many reports were decided in some time, by site and outcome."""
    return tx.rows(
        "SELECT site, outcome, COUNT(*) AS n FROM report WHERE decided >= :since AND decided < :until GROUP BY site, outcome",
        since=since, until=until,
    )  # fmt: skip


def told_lately(tx: Tx, canonical: str, since: int) -> int:
    """How many reports since a moment name a mailbox, on whatever site and however it is written."""
    row = tx.one(
        "SELECT COUNT(*) AS n FROM report WHERE LOWER(mailbox) = :canonical AND mailbox <> '' AND at > :since", canonical=canonical, since=since
    )
    return int(row.n) if row else 0


def forget_reporters(tx: Tx, before: int, limit: int) -> int:
    """Forgets name and mailbox of reports that were decided before a moment; how many."""
    return tx.count(
        "UPDATE report SET name = '', mailbox = '' WHERE id IN (SELECT id FROM report WHERE decided < :before AND (name <> '' OR mailbox <> '')"
        " LIMIT :limit)",
        before=before, limit=limit,
    )  # fmt: skip


def insert_access(tx: Tx, id: int, site: int, person: int | None, comment: int, why: str, now: int) -> None:
    tx.run(
        "INSERT INTO access (id, site, person, comment, why, at) VALUES (:id, :site, :person, :comment, :why, :now)",
        id=id, site=site, person=person, comment=comment, why=why, now=now,
    )


def accesses(tx: Tx, site: int, comment: int) -> list[Row]:
    return tx.rows("SELECT id, person, why, at FROM access WHERE site = :site AND comment = :comment ORDER BY at DESC", site=site, comment=comment)
