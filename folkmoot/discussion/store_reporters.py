"""The SQL of what reports of unlawful content, and looks at kept words, keep of a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from folkmoot.discussion.store_belongings import KEPT
from folkmoot.storage.database import Tx

SECTIONS: dict[str, str] = {  # each list by the number that puts it in order, as `place`; the hash of a receipt is left out
    "reports_of_unlawful_content": "SELECT id AS place, story, comment, law, words, name, mailbox, at, outcome, reason, decided FROM report"
    " WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
    "kept_words_you_looked_at": "SELECT id AS place, comment, why, at FROM access WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
}


def rows(tx: Tx, name: str, person: int, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """A list of what is theirs, beyond a place."""
    found = [row._asdict() for row in tx.rows(SECTIONS[name], person=person, after=after, limit=limit)]
    return [(row.pop("place"), row) for row in found]


def unname_reports(tx: Tx, person: int, limit: int) -> int:
    """Takes the person off reports, and their words where no legal hold is on the comment; how many. What was decided stays."""
    some = "SELECT id FROM report WHERE person = :person ORDER BY id LIMIT :limit"
    for words in ("law", "words"):
        tx.run(f"UPDATE report SET {words} = '' WHERE id IN ({some}) AND NOT {KEPT.format(row='report')}", person=person, limit=limit)
    return tx.count(f"UPDATE report SET name = '', mailbox = '', person = NULL WHERE id IN ({some})", person=person, limit=limit)


def forget_mailbox(tx: Tx, mailbox: str) -> None:
    """Takes a mailbox, and the name that was given with it, off reports by whoever was not signed in."""
    tx.run("UPDATE report SET name = '', mailbox = '' WHERE mailbox <> '' AND LOWER(mailbox) = LOWER(CAST(:mailbox AS TEXT))", mailbox=mailbox)


def empty_accesses(tx: Tx, person: int, limit: int) -> int:
    """Empties why they looked at words that no legal hold keeps; how many. That somebody looked, and when, stays."""
    some = f"SELECT id FROM access WHERE person = :person AND why <> '' AND NOT {KEPT.format(row='access')} ORDER BY id LIMIT :limit"
    return tx.count(f"UPDATE access SET why = '' WHERE id IN ({some})", person=person, limit=limit)


def reports_under(tx: Tx, from_: int, to: int, limit: int) -> list[int]:
    """Reports of what is said under a story."""
    return [row.id for row in tx.rows("SELECT id FROM report WHERE story = :story ORDER BY id LIMIT :limit", story=from_, limit=limit)]


def move_reports(tx: Tx, ids: Sequence[int], from_: int, to: int, now: int) -> None:
    tx.many("UPDATE report SET story = :to WHERE id = :id", [{"id": each, "to": to} for each in ids])
