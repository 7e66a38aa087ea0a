"""The SQL of the desk: who has what in hand."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.storage.database import Row, Tx


def claim(tx: Tx, kind: str, item: int, person: int, until: int, now: int) -> int | None:
    """Takes an item in hand unless somebody else has it; gives who has it then, if not this person."""
    taken = tx.count(
        "INSERT INTO claim (kind, item, person, until) VALUES (:kind, :item, :person, :until) ON CONFLICT (kind, item) DO UPDATE"
        " SET person = excluded.person, until = excluded.until WHERE claim.person = excluded.person OR claim.until <= :now",
        kind=kind, item=item, person=person, until=until, now=now,
    )  # fmt: skip
    if taken:
        return None
    row = tx.one("SELECT person FROM claim WHERE kind = :kind AND item = :item", kind=kind, item=item)
    return int(row.person) if row else None


def claims_on(tx: Tx, items: Sequence[tuple[str, int]], now: int) -> dict[tuple[str, int], Row]:
    """Who has which of these items in hand."""
    asked = [{"kind": kind, "item": item, "now": now} for kind, item in items]
    found = tx.each("SELECT person, until FROM claim WHERE kind = :kind AND item = :item AND until > :now", asked)
    return {(each["kind"], each["item"]): rows[0] for each, rows in zip(asked, found, strict=True) if rows}  # type: ignore[misc]


def end_claim(tx: Tx, kind: str, item: int) -> None:
    tx.run("DELETE FROM claim WHERE kind = :kind AND item = :item", kind=kind, item=item)


# Trials of rules


def insert_run(tx: Tx, id: int, site: int, person: int | None, policy: str, first: int, until: int, now: int) -> None:
    tx.run(
        "INSERT INTO dry_run (id, site, person, policy, reached, until, at) VALUES (:id, :site, :person, :policy, :first, :until, :now)",
        id=id, site=site, person=person, policy=policy, first=first, until=until, now=now,
    )


def run_by_id(tx: Tx, run: int) -> Row | None:
    return tx.one("SELECT id, site, policy, reached, until, looked, changes, samples, at, done, adopted FROM dry_run WHERE id = :run", run=run)


def set_run(tx: Tx, run: int, reached: int, looked: int, changes: str, samples: str, done: int | None) -> None:
    tx.run(
        "UPDATE dry_run SET reached = :reached, looked = :looked, changes = :changes, samples = :samples, done = :done WHERE id = :run",
        run=run, reached=reached, looked=looked, changes=changes, samples=samples, done=done,
    )


def mark_adopted(tx: Tx, run: int, now: int) -> None:
    tx.run("UPDATE dry_run SET adopted = :now WHERE id = :run", run=run, now=now)


def forget_claims(tx: Tx, now: int, limit: int) -> int:
    """Deletes claims that have ended; how many."""
    ended = tx.rows("SELECT kind, item FROM claim WHERE until <= :now LIMIT :limit", now=now, limit=limit)
    for row in ended:
        end_claim(tx, row.kind, row.item)
    return len(ended)
