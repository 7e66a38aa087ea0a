"""The SQL of what the classifier has learned, and of solved challenges."""

from __future__ import annotations

from collections.abc import Mapping

from folkmoot.storage.database import Row, Tx


def version(tx: Tx, site: int) -> Row | None:
    return tx.recall("learned", site, lambda: tx.one("SELECT version FROM learned WHERE site = :site", site=site))


def model(tx: Tx, site: int) -> str:
    row = tx.one("SELECT model FROM learned WHERE site = :site", site=site)
    return row.model if row else "{}"


def totals(tx: Tx, site: int) -> Row:
    return tx.one("SELECT good, bad FROM learned WHERE site = :site", site=site)


def reached(tx: Tx) -> int:
    """The last decision that was learned from."""
    row = tx.one("SELECT version FROM learned WHERE site = 0")
    return int(row.version) if row else 0


def set_reached(tx: Tx, decision: int) -> None:
    tx.forget("learned")
    tx.run(
        "INSERT INTO learned (site, version, good, bad, stale, model) VALUES (0, :decision, 0, 0, 0, '{}')"
        " ON CONFLICT (site) DO UPDATE SET version = excluded.version",
        decision=decision,
    )


_LESSONS = (
    "SELECT d.id, d.deed, c.text, c.story, u.deed AS undone FROM decision d JOIN comment c ON c.id = d.comment"
    " LEFT JOIN decision u ON u.id = d.undoes WHERE d.revision IS NULL AND d.made_by = 'person'"
    " AND d.deed IN ('remove', 'release', 'restore', 'hold')"
)


def decisions_after(tx: Tx, decision: int, limit: int) -> list[Row]:
    """People's decisions on whole comments, oldest first; undone: the deed that one takes back."""
    return tx.rows(f"{_LESSONS} AND d.id > :decision ORDER BY d.id LIMIT :limit", decision=decision, limit=limit)


def decisions_on(tx: Tx, comment: int, reached: int) -> list[Row]:
    """Those on a comment that were learned from."""
    return tx.rows(f"{_LESSONS} AND d.comment = :comment AND d.id <= :reached ORDER BY d.id", comment=comment, reached=reached)


def drop_unknown(tx: Tx, site: int) -> None:
    """Deletes words that were met in nothing any more."""
    tx.run("DELETE FROM learned_word WHERE site = :site AND good <= 0 AND bad <= 0", site=site)


def add_words(tx: Tx, site: int, counts: Mapping[str, int], bad: int) -> None:
    tx.many(
        "INSERT INTO learned_word (site, word, good, bad) VALUES (:site, :word, :good, :bad) ON CONFLICT (site, word) DO UPDATE SET"
        " good = learned_word.good + excluded.good, bad = learned_word.bad + excluded.bad",
        [{"site": site, "word": word, "good": 0 if bad else number, "bad": number if bad else 0} for word, number in sorted(counts.items())],
    )


def add_decisions(tx: Tx, site: int, good: int, bad: int) -> None:
    tx.forget("learned")
    tx.run(
        "INSERT INTO learned (site, version, good, bad, stale, model) VALUES (:site, 0, :good, :bad, 1, '{}') ON CONFLICT (site) DO UPDATE SET"
        " good = learned.good + excluded.good, bad = learned.bad + excluded.bad, stale = 1",
        site=site, good=good, bad=bad,
    )  # fmt: skip


def words(tx: Tx, site: int, limit: int) -> list[Row]:
    """The words that were met most often, at least twice."""
    return tx.rows(
        "SELECT word, good, bad FROM learned_word WHERE site = :site AND good + bad >= 2 AND good >= 0 AND bad >= 0"
        " ORDER BY good + bad DESC, word LIMIT :limit",
        site=site, limit=limit,
    )  # fmt: skip


def mark_stale(tx: Tx, site: int) -> None:
    tx.forget("learned")
    tx.run("UPDATE learned SET stale = 1 WHERE site = :site", site=site)


def stale(tx: Tx) -> list[int]:
    """Sites whose model is older than what was learned."""
    return [row.site for row in tx.rows("SELECT site FROM learned WHERE stale = 1 AND site <> 0")]


def set_model(tx: Tx, site: int, model: str) -> None:
    tx.forget("learned")
    tx.run("UPDATE learned SET model = :model, version = version + 1, stale = 0 WHERE site = :site", site=site, model=model)


# Solved challenges


def spend_proof(tx: Tx, nonce: str, until: int) -> bool:
    """Uses a solution up; False where it was used before."""
    return tx.count("INSERT INTO proof (nonce, until) VALUES (:nonce, :until) ON CONFLICT (nonce) DO NOTHING", nonce=nonce, until=until) == 1


def forget_proofs(tx: Tx, now: int, limit: int) -> int:
    return tx.count("DELETE FROM proof WHERE nonce IN (SELECT nonce FROM proof WHERE until < :now LIMIT :limit)", now=now, limit=limit)
