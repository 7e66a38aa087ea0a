"""Answers already given: the same Idempotency-Key acts once and gets the first answer again, for 24 hours."""

from __future__ import annotations

from collections.abc import Callable

from folkmoot.errors import Conflict
from folkmoot.storage.database import Tx

KEPT = 24 * 3_600_000  # ms


def once(tx: Tx, scope: str, key: str, fingerprint: str, now: int, act: Callable[[], bytes]) -> bytes:
    """The answer of `act`, which runs only where no answer is kept for this key.

    scope: whose key it is, so that nobody gets another's answer. fingerprint: of what was asked; the same key with another
    one raises Conflict. The answer must be UTF-8. Two at the same time: one acts, the other waits for it or is run again.
    """
    kept = tx.one("SELECT fingerprint, body, given FROM answer WHERE scope = :scope AND repeat_key = :key", scope=scope, key=key)
    if kept is not None and kept.given > now - KEPT:
        if kept.fingerprint != fingerprint:
            raise Conflict("This Idempotency-Key was used for something else. Choose a new one.", "repeat_key", "Idempotency-Key")
        return str(kept.body).encode()
    if kept is not None:
        tx.run("DELETE FROM answer WHERE scope = :scope AND repeat_key = :key", scope=scope, key=key)
    body = act()
    tx.run("INSERT INTO answer (scope, repeat_key, fingerprint, body, given) VALUES (:scope, :key, :fingerprint, :body, :now)",
           scope=scope, key=key, fingerprint=fingerprint, body=body.decode(), now=now)
    return body


def forget(tx: Tx, now: int, most: int = 500) -> int:
    """Deletes answers older than 24 hours, at most so many; the number deleted."""
    return tx.count("""DELETE FROM answer WHERE (scope, repeat_key) IN
        (SELECT scope, repeat_key FROM answer WHERE given <= :before ORDER BY given LIMIT :most)""", before=now - KEPT, most=most)
