"""The SQL of what is counted per hour."""

from __future__ import annotations

from collections.abc import Mapping

from folkmoot.storage.database import Row, Tx


def replace_hour(tx: Tx, hour: int, counted: Mapping[tuple[int, str, str], int]) -> None:
    """Makes the figures of an hour these: (site, name, detail) -> amount."""
    tx.run("DELETE FROM figure WHERE hour = :hour", hour=hour)
    tx.many(
        "INSERT INTO figure (site, hour, name, detail, amount) VALUES (:site, :hour, :name, :detail, :amount)",
        [{"site": site, "hour": hour, "name": name, "detail": detail, "amount": amount} for (site, name, detail), amount in counted.items()],
    )


def figures(tx: Tx, site: int, since: int, until: int) -> list[Row]:
    """All of a site's figures of some time."""
    return tx.rows(
        "SELECT hour, name, detail, amount FROM figure WHERE site = :site AND hour >= :since AND hour < :until ORDER BY hour",
        site=site, since=since, until=until,
    )  # fmt: skip
