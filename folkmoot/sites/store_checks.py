"""The SQL by which sites and stories are checked."""

from __future__ import annotations

from folkmoot.storage.database import Row, Tx


def sites(tx: Tx) -> list[Row]:
    """Sites, and whether their main host is among their hosts."""
    return tx.rows(
        "SELECT s.id, s.host, s.policy, s.theme, (SELECT COUNT(*) FROM site_host h WHERE h.site = s.id AND h.host = s.host) AS registered"
        " FROM site s ORDER BY s.id"
    )


def stories(tx: Tx, after: int, limit: int) -> list[Row]:
    """Stories with how many addresses lead to them and what was last decided about their end."""
    return tx.rows(
        "SELECT s.id, s.address, s.publisher_key, s.closed, (SELECT COUNT(*) FROM story_address a WHERE a.story = s.id) AS addresses,"
        " (SELECT d.deed FROM story_decision d WHERE d.story = s.id AND d.deed IN ('close', 'open') ORDER BY d.at DESC, d.id DESC LIMIT 1) AS deed"
        " FROM story s WHERE s.id > :after ORDER BY s.id LIMIT :limit",
        after=after, limit=limit,
    )  # fmt: skip


def addresses(tx: Tx, stories: list[int]) -> list[list[Row]]:
    """The addresses of each story."""
    return tx.each("SELECT cleaned FROM story_address WHERE story = :story", [{"story": each} for each in stories])
