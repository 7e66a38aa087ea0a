"""The SQL by which people are checked."""

from __future__ import annotations

from folkmoot.storage.database import Row, Tx


def people(tx: Tx, after: int, limit: int) -> list[Row]:
    """People with who has claimed them, and how many mailboxes and roles they hold."""
    return tx.rows(
        "SELECT p.id, p.kind, p.name, p.skeleton, p.proven, p.claimed_by, p.withdrawn, m.kind AS claimer,"
        " (SELECT COUNT(*) FROM identity i WHERE i.person = p.id) AS identities,"
        " (SELECT COUNT(*) FROM role r WHERE r.person = p.id AND r.ended IS NULL) AS roles"
        " FROM person p LEFT JOIN person m ON m.id = p.claimed_by WHERE p.id > :after ORDER BY p.id LIMIT :limit",
        after=after, limit=limit,
    )  # fmt: skip


def strangers(tx: Tx) -> list[Row]:
    """What is decided or noted about people who do not exist."""
    parts = (
        f"SELECT '{what}' AS what, s.id, s.person FROM {table} s LEFT JOIN person p ON p.id = s.person WHERE s.person IS NOT NULL AND p.id IS NULL"
        for what, table in (("sanction", "sanction"), ("note", "person_note"))
    )
    return tx.rows(" UNION ALL ".join(parts))
