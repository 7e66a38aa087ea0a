"""The SQL of what waits for a moderator."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.sites.store import ON_SITE
from folkmoot.storage.database import Row, Tx

_ITEM = "w.comment, w.site, w.story, w.since, w.priority, c.person, c.name, c.html, c.state, c.visible"


def put_waiting(tx: Tx, comment: int, site: int, story: int, since: int, priority: int) -> None:
    tx.run(
        "INSERT INTO waiting (comment, site, story, since, priority) VALUES (:comment, :site, :story, :since, :priority)"
        " ON CONFLICT (comment) DO UPDATE SET site = excluded.site, story = excluded.story, since = excluded.since, priority = excluded.priority",
        comment=comment, site=site, story=story, since=since, priority=priority,
    )  # fmt: skip


def end_waiting(tx: Tx, comment: int) -> None:
    tx.run("DELETE FROM waiting WHERE comment = :comment", comment=comment)


def by_harm(tx: Tx, site: int, key: int, last: int, limit: int) -> list[Row]:
    """What waits on a site, the most harmful first, behind a place."""
    return tx.rows(
        f"SELECT {_ITEM} FROM waiting w JOIN comment c ON c.id = w.comment WHERE w.site = :site AND (w.priority, w.comment) > (:key, :last)"
        " ORDER BY w.priority, w.comment LIMIT :limit",
        site=site, key=key, last=last, limit=limit,
    )  # fmt: skip


def by_time(tx: Tx, site: int, key: int, last: int, limit: int) -> list[Row]:
    """What waits on a site, the oldest first, behind a place."""
    return tx.rows(
        f"SELECT {_ITEM} FROM waiting w JOIN comment c ON c.id = w.comment WHERE w.site = :site AND (w.since, w.comment) > (:key, :last)"
        " ORDER BY w.since, w.comment LIMIT :limit",
        site=site, key=key, last=last, limit=limit,
    )  # fmt: skip


def of_story(tx: Tx, story: int, limit: int) -> list[Row]:
    """What waits under a story, the oldest first."""
    return tx.rows(
        f"SELECT {_ITEM} FROM waiting w JOIN comment c ON c.id = w.comment WHERE w.story = :story ORDER BY w.since, w.comment LIMIT :limit",
        story=story, limit=limit,
    )  # fmt: skip


def waiting_row(tx: Tx, comment: int) -> Row | None:
    return tx.one(f"SELECT {_ITEM} FROM waiting w JOIN comment c ON c.id = w.comment WHERE w.comment = :comment", comment=comment)


def reasons(tx: Tx, comments: Sequence[int]) -> list[tuple[list[Row], list[Row], list[Row], list[Row]]]:
    """Of each comment: the open reports, the last decision on its state, the edit that waits with its decision, the open appeal."""
    asked = [{"comment": each} for each in comments]
    flags = tx.each("SELECT person, reason, detail, at FROM flag WHERE comment = :comment AND settled IS NULL ORDER BY at", asked)
    last = tx.each(
        "SELECT deed, person, rule, reason, guideline, note, at FROM decision WHERE comment = :comment AND revision IS NULL"
        " AND deed IN ('publish', 'hold', 'release', 'remove', 'restore', 'withdraw') ORDER BY at DESC, id DESC LIMIT 1",
        asked,
    )
    edits = tx.each(
        "SELECT r.id, r.made, d.rule, d.reason FROM revision r"
        " LEFT JOIN decision d ON d.comment = r.comment AND d.revision = r.id AND d.deed = 'hold' WHERE r.comment = :comment AND r.state = 'held'",
        asked,
    )
    appeals = tx.each("SELECT id, decision, words, at FROM appeal WHERE comment = :comment AND decided IS NULL", asked)
    return list(zip(flags, last, edits, appeals, strict=True))


def live_in(tx: Tx, story: int) -> int:
    row = tx.one("SELECT live FROM thread WHERE story = :story", story=story)
    return int(row.live) if row else 0


def missing(tx: Tx, limit: int) -> list[int]:
    """Comments that should wait and do not: held, with an edit that waits, reported, appealed."""
    rows = tx.rows(
        "SELECT id FROM (SELECT c.id AS id FROM comment c WHERE c.state = 'held'"
        " UNION SELECT r.comment AS id FROM revision r JOIN comment c ON c.id = r.comment WHERE r.state = 'held' AND c.state = 'published'"
        " UNION SELECT f.comment AS id FROM flag f JOIN comment c ON c.id = f.comment WHERE f.settled IS NULL AND c.state = 'published'"
        " UNION SELECT a.comment AS id FROM appeal a WHERE a.decided IS NULL) s"
        " WHERE NOT EXISTS (SELECT 1 FROM waiting w WHERE w.comment = s.id) LIMIT :limit",
        limit=limit,
    )
    return [row.id for row in rows]


def needless(tx: Tx, limit: int) -> list[int]:
    """Comments that wait although nothing about them does."""
    rows = tx.rows(
        "SELECT w.comment FROM waiting w LEFT JOIN comment c ON c.id = w.comment WHERE c.id IS NULL OR (c.state <> 'held'"
        " AND NOT EXISTS (SELECT 1 FROM appeal a WHERE a.comment = w.comment AND a.decided IS NULL)"
        " AND NOT (c.state = 'published' AND (EXISTS (SELECT 1 FROM flag f WHERE f.comment = w.comment AND f.settled IS NULL)"
        " OR EXISTS (SELECT 1 FROM revision r WHERE r.comment = w.comment AND r.state = 'held')))) LIMIT :limit",
        limit=limit,
    )
    return [row.comment for row in rows]


# Appeals


def insert_appeal(tx: Tx, id: int, comment: int, decision: int, person: int, words: str, now: int) -> None:
    tx.run(
        "INSERT INTO appeal (id, comment, decision, person, words, at) VALUES (:id, :comment, :decision, :person, :words, :now)",
        id=id, comment=comment, decision=decision, person=person, words=words, now=now,
    )


def open_appeal(tx: Tx, comment: int) -> Row | None:
    return tx.one("SELECT id, decision, person, words, at FROM appeal WHERE comment = :comment AND decided IS NULL", comment=comment)


def appeals_on(tx: Tx, comment: int) -> list[Row]:
    sql = "SELECT id, decision, person, words, at, outcome, decided, decided_by FROM appeal WHERE comment = :comment ORDER BY at"
    return tx.rows(sql, comment=comment)


def decide_appeal(tx: Tx, appeal: int, outcome: str | None, person: int | None, now: int | None) -> None:
    """outcome None opens it again."""
    tx.run(
        "UPDATE appeal SET outcome = :outcome, decided = :now, decided_by = :person WHERE id = :appeal",
        appeal=appeal, outcome=outcome, person=person, now=now,
    )


def appeal_decided_at(tx: Tx, comment: int, decided: int) -> Row | None:
    return tx.one("SELECT id, decision FROM appeal WHERE comment = :comment AND decided = :decided", comment=comment, decided=decided)


# Beside the comment in hand


def brief(tx: Tx, comments: Sequence[int]) -> list[Row]:
    """Comments as the desk shows them around another."""
    sql = "SELECT id, parent, person, name, html, text, posted, state, marks FROM comment WHERE id = :id"
    found = tx.each(sql, [{"id": each} for each in comments])
    return [row for rows in found for row in rows]


def replies_to(tx: Tx, comment: int, limit: int) -> list[int]:
    rows = tx.rows("SELECT id FROM comment WHERE parent = :comment AND parent <> 0 ORDER BY posted LIMIT :limit", comment=comment, limit=limit)
    return [row.id for row in rows]


def same_words(tx: Tx, site: int, comment: int, digest: str, limit: int) -> list[int]:
    """What was said in the same words on the same site."""
    rows = tx.rows(
        f"SELECT c.id FROM comment c WHERE c.digest = :digest AND c.digest <> '' AND c.id <> :comment AND {ON_SITE}"
        " ORDER BY c.posted DESC LIMIT :limit",
        digest=digest, comment=comment, limit=limit, site=site,
    )  # fmt: skip
    return [row.id for row in rows]


LOOKED_AT = 200  # of a flood's copies, by each min-hash
_NEAR = " UNION ".join(
    f"SELECT c.id, c.posted FROM (SELECT id, posted, story, digest FROM comment WHERE gist_{gist} = :{gist} ORDER BY posted DESC LIMIT :looked) c"
    f" WHERE c.id <> :comment AND c.digest <> :digest AND {ON_SITE}"
    for gist in ("one", "two")
)


def near_words(tx: Tx, site: int, comment: int, limit: int) -> list[Row]:
    """(id, text) of the newest on the same site that share a min-hash, in other words: what may say nearly the same.

    Of a flood, the newest alone are looked at, so that a page of the desk takes no longer then.
    """
    own = tx.one("SELECT digest, gist_one AS one, gist_two AS two FROM comment WHERE id = :comment AND gist_one IS NOT NULL", comment=comment)
    if own is None:
        return []
    sql = f"SELECT id FROM ({_NEAR}) n ORDER BY posted DESC, id DESC LIMIT :limit"
    near = tx.rows(sql, **own._asdict(), comment=comment, site=site, looked=LOOKED_AT, limit=limit)
    found = tx.each("SELECT id, text FROM comment WHERE id = :id", [{"id": row.id} for row in near])
    return [row for rows in found for row in rows]


# Somebody on a site: what they did on others is not for its desk


def comments_on(tx: Tx, site: int, person: int, limit: int) -> list[Row]:
    """What somebody wrote on a site, in whatever state, newest first."""
    return tx.rows(
        f"SELECT c.id, c.html, c.state, c.posted FROM comment c WHERE c.person = :person AND {ON_SITE} ORDER BY c.posted DESC LIMIT :limit",
        person=person, limit=limit, site=site,
    )  # fmt: skip


def was_on(tx: Tx, site: int, person: int) -> bool:
    """Whether somebody ever wrote, voted or reported on a site."""
    asked = (
        f"SELECT c.id FROM comment c WHERE c.person = :person AND {ON_SITE} LIMIT 1",
        f"SELECT c.id FROM vote v JOIN comment c ON c.id = v.comment WHERE v.person = :person AND {ON_SITE} LIMIT 1",
        f"SELECT c.id FROM flag f JOIN comment c ON c.id = f.comment WHERE f.person = :person AND {ON_SITE} LIMIT 1",
    )
    return any(tx.one(sql, person=person, site=site) is not None for sql in asked)


def last_network(tx: Tx, site: int, person: int) -> str | None:
    """The keyed hash of the address block that somebody last wrote from on a site; None once it is forgotten."""
    row = tx.one(
        f"SELECT c.network FROM comment c WHERE c.person = :person AND c.network IS NOT NULL AND {ON_SITE} ORDER BY c.posted DESC LIMIT 1",
        person=person, site=site,
    )  # fmt: skip
    return row.network if row else None


def standing_of(tx: Tx, site: int, person: int, limit: int = 200) -> dict[str, int]:
    """How many of a person's last comments on a site are in which state."""
    rows = tx.rows(
        "SELECT state, COUNT(*) AS n FROM (SELECT c.state FROM comment c WHERE c.person = :person"
        f" AND {ON_SITE} ORDER BY c.posted DESC LIMIT :limit) l GROUP BY state",
        person=person, limit=limit, site=site,
    )  # fmt: skip
    return {row.state: int(row.n) for row in rows}


def appeals_by(tx: Tx, site: int, person: int) -> dict[str, int]:
    """Outcomes of a person's appeals on a site; "" for those that wait."""
    rows = tx.rows(
        "SELECT COALESCE(a.outcome, '') AS outcome, COUNT(*) AS n FROM appeal a JOIN comment c ON c.id = a.comment WHERE c.person = :person"
        f" AND {ON_SITE} GROUP BY COALESCE(a.outcome, '')",
        person=person, site=site,
    )  # fmt: skip
    return {row.outcome: int(row.n) for row in rows}


def decisions_about(tx: Tx, site: int, person: int, limit: int) -> list[Row]:
    """The last decisions of people on what somebody wrote on a site, newest first."""
    return tx.rows(
        "SELECT d.id, d.comment, d.deed, d.person, d.reason, d.guideline, d.at FROM comment c JOIN decision d ON d.comment = c.id"
        " WHERE c.person = :person AND d.made_by = 'person' AND d.deed IN ('hold', 'release', 'remove', 'restore', 'uphold', 'edit_words')"
        f" AND {ON_SITE} ORDER BY d.at DESC, d.id DESC LIMIT :limit",
        person=person, limit=limit, site=site,
    )  # fmt: skip
