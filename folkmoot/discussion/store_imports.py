"""All SQL of imports on the data: batches, what came from where, comments as they are merged, opened and taken out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from folkmoot.storage.database import Row, Tx

_BATCH = "id, site, source, file, phase, reached, report, started, ended"

# Batches


def insert_batch(tx: Tx, id: int, site: int, source: str, file: str, report: str, started: int) -> None:
    tx.run(
        "INSERT INTO batch (id, site, source, file, phase, report, started) VALUES (:id, :site, :source, :file, 'merging', :report, :started)",
        id=id, site=site, source=source, file=file, report=report, started=started,
    )  # fmt: skip


def batch_by_id(tx: Tx, batch: int) -> Row | None:
    return tx.one(f"SELECT {_BATCH} FROM batch WHERE id = :batch", batch=batch)


def batches_of(tx: Tx, site: int) -> list[Row]:
    """Newest first."""
    return tx.rows(f"SELECT {_BATCH} FROM batch WHERE site = :site ORDER BY started DESC, id DESC", site=site)


def unfinished(tx: Tx, site: int) -> list[Row]:
    return tx.rows(f"SELECT {_BATCH} FROM batch WHERE site = :site AND phase IN ('merging', 'opening', 'undoing') ORDER BY started, id", site=site)


def all_unfinished(tx: Tx) -> list[int]:
    """The ids of those of all sites."""
    return [row.id for row in tx.rows("SELECT id FROM batch WHERE phase IN ('merging', 'opening', 'undoing')")]


def keep_phase(tx: Tx, batch: int, phase: str) -> bool:
    """Whether a batch is in a phase; then it stays so until this transaction has ended."""
    return tx.count("UPDATE batch SET phase = :phase WHERE id = :batch AND phase = :phase", batch=batch, phase=phase) == 1


def set_reached(tx: Tx, batch: int, reached: int) -> None:
    tx.run("UPDATE batch SET reached = :reached WHERE id = :batch", batch=batch, reached=reached)


def set_phase(tx: Tx, batch: int, phase: str, ended: int | None = None) -> None:
    tx.run("UPDATE batch SET phase = :phase, reached = 0, ended = :ended WHERE id = :batch", batch=batch, phase=phase, ended=ended)


def set_report(tx: Tx, batch: int, report: str) -> None:
    tx.run("UPDATE batch SET report = :report WHERE id = :batch", batch=batch, report=report)


# What came from where


def knows_source(tx: Tx, site: int, source: str) -> bool:
    """Whether anything has come from a source before."""
    return tx.one("SELECT id FROM source_key WHERE site = :site AND source = :source LIMIT 1", site=site, source=source) is not None


def keys_known(tx: Tx, site: int, source: str, kind: str, keys: Sequence[str]) -> dict[str, int]:
    """Our id of each of a source's keys that is known."""
    sql = "SELECT id FROM source_key WHERE site = :site AND source = :source AND kind = :kind AND source_id = :key"
    found = tx.each(sql, [{"site": site, "source": source, "kind": kind, "key": key} for key in keys])
    return {key: rows[0].id for key, rows in zip(keys, found, strict=True) if rows}


def comments_known(tx: Tx, site: int, source: str, keys: Sequence[str]) -> dict[str, Row]:
    """The comment of each key that is known; its level is None where it is gone meanwhile."""
    sql = (
        "SELECT k.id, c.story, c.level FROM source_key k LEFT JOIN comment c ON c.id = k.id"
        " WHERE k.site = :site AND k.source = :source AND k.kind = 'comment' AND k.source_id = :key"
    )
    found = tx.each(sql, [{"site": site, "source": source, "key": key} for key in keys])
    return {key: rows[0] for key, rows in zip(keys, found, strict=True) if rows}


def parents(tx: Tx, comments: Sequence[int]) -> dict[int, Row]:
    """The parents of comments, as they stand here."""
    sql = "SELECT p.id, p.story, p.level FROM comment c JOIN comment p ON p.id = c.parent WHERE c.id = :id"
    found = tx.each(sql, [{"id": each} for each in comments])
    return {each: rows[0] for each, rows in zip(comments, found, strict=True) if rows}


def remember_keys(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many(
        "INSERT INTO source_key (site, source, kind, source_id, id, batch) VALUES (:site, :source, :kind, :source_id, :id, :batch)"
        " ON CONFLICT (site, source, kind, source_id) DO NOTHING",
        given,
    )


def ids_of_batch(tx: Tx, batch: int, kind: str, after: int, limit: int) -> list[int]:
    """What a batch brought of a kind, by id."""
    rows = tx.rows(
        "SELECT DISTINCT id FROM source_key WHERE batch = :batch AND kind = :kind AND id > :after ORDER BY id LIMIT :limit",
        batch=batch, kind=kind, after=after, limit=limit,
    )
    return [row.id for row in rows]


def forget_keys(tx: Tx, batch: int, kind: str, ids: Iterable[int]) -> None:
    tx.many("DELETE FROM source_key WHERE batch = :batch AND kind = :kind AND id = :id", [{"batch": batch, "kind": kind, "id": each} for each in ids])


def forget_altogether(tx: Tx, kind: str, id: int) -> None:
    """Forgets every source's key of something that is gone."""
    tx.run("DELETE FROM source_key WHERE kind = :kind AND id = :id", kind=kind, id=id)


# Merging


def taken(tx: Tx, ids: Sequence[int]) -> set[int]:
    """Which of these ids a comment has."""
    found = tx.each("SELECT id FROM comment WHERE id = :id", [{"id": each} for each in ids])
    return {rows[0].id for rows in found if rows}


def insert_comments(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    """Comments that nobody sees yet."""
    tx.many(
        "INSERT INTO comment (id, story, parent, level, person, name, skeleton, text, html, renderer, posted, edited, state, visible,"
        " batch, up, down, base_up, base_down, replies, by_best, by_replies, by_hot, moved, marks, digest, merged_from)"
        " VALUES (:id, :story, :parent, :level, :person, :name, :skeleton, :text, :html, :renderer, :posted, :edited, :state, 0,"
        " :batch, :up, :down, :base_up, :base_down, :replies, :by_best, :by_replies, :by_hot, 0, :marks, :digest, :merged_from)",
        given,
    )


def insert_decisions(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many(
        "INSERT INTO decision (id, comment, deed, made_by, rule, reason, at) VALUES (:id, :comment, :deed, 'import', :rule, :reason, :at)", given
    )


# Opening


def open_comments(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many("UPDATE comment SET visible = 1, moved = :moved WHERE id = :id", given)


def add_to_thread(tx: Tx, story: int, live: int, votes: int) -> None:
    tx.run(
        "INSERT INTO thread (story, live, votes) VALUES (:story, :live, :votes)"
        " ON CONFLICT (story) DO UPDATE SET live = thread.live + excluded.live, votes = thread.votes + excluded.votes",
        story=story, live=live, votes=votes,
    )  # fmt: skip


# Undoing


def stories_of_comments(tx: Tx, ids: Sequence[int]) -> list[int]:
    found = tx.each("SELECT story FROM comment WHERE id = :id", [{"id": each} for each in ids])
    return sorted({rows[0].story for rows in found if rows})


def with_what_hangs_on(tx: Tx, ids: Sequence[int]) -> list[Row]:
    """Comments, with how many votes and reports they have."""
    sql = (
        "SELECT c.id, c.story, c.parent, c.state, c.visible, c.replies, c.up, c.down,"
        " (SELECT COUNT(*) FROM vote v WHERE v.comment = c.id) AS votes, (SELECT COUNT(*) FROM flag f WHERE f.comment = c.id) AS flags"
        " FROM comment c WHERE c.id = :id"
    )
    return [row for rows in tx.each(sql, [{"id": each} for each in ids]) for row in rows]


def answers(tx: Tx, ids: Sequence[int]) -> dict[int, list[int]]:
    """The comments right below each, where there are any."""
    found = tx.each("SELECT id FROM comment WHERE parent = :id AND parent <> 0", [{"id": each} for each in ids])
    return {each: [row.id for row in rows] for each, rows in zip(ids, found, strict=True) if rows}


def brought(tx: Tx, batch: int, comments: Sequence[int]) -> set[int]:
    """Which of these comments a batch brought."""
    sql = "SELECT id FROM source_key WHERE batch = :batch AND kind = 'comment' AND id = :id LIMIT 1"
    found = tx.each(sql, [{"batch": batch, "id": each} for each in comments])
    return {rows[0].id for rows in found if rows}


def delete_comments(tx: Tx, ids: Sequence[int]) -> None:
    """Takes comments out with all that hangs on them."""
    given = [{"comment": each} for each in ids]
    tx.many("DELETE FROM vote WHERE comment = :comment", given)
    tx.many("DELETE FROM flag WHERE comment = :comment", given)
    tx.many("DELETE FROM decision WHERE comment = :comment", given)
    tx.many("DELETE FROM revision WHERE comment = :comment", given)
    for table in ("waiting", "appeal", "branch_lock", "report", "access"):
        tx.many(f"DELETE FROM {table} WHERE comment = :comment", given)
    tx.many("DELETE FROM comment WHERE id = :comment", given)
    tx.many("DELETE FROM source_key WHERE kind = 'comment' AND id = :comment", given)


def set_cleared(tx: Tx, story: int) -> None:
    """Open pages must be made anew: with the version that this transaction makes, comments have left of which no row can tell."""
    tx.run(
        "UPDATE thread SET cleared = 1 + COALESCE((SELECT v.version FROM story_version v WHERE v.story = thread.story), 0) WHERE story = :story",
        story=story,
    )


def make_tombstone(tx: Tx, comment: int, now: int) -> None:
    """Leaves of a comment only its place, for the replies below it; it belongs to no batch any more."""
    tx.run(
        "UPDATE comment SET state = 'removed', person = NULL, name = '', skeleton = '', text = '', html = '', renderer = 0, digest = '',"
        " batch = NULL WHERE id = :comment",
        comment=comment,
    )
    tx.run("UPDATE revision SET text = '', html = '' WHERE comment = :comment", comment=comment)
    tx.run("UPDATE flag SET settled = :now WHERE comment = :comment AND settled IS NULL", comment=comment, now=now)


def is_spoken_under(tx: Tx, story: int) -> bool:
    return tx.one("SELECT id FROM comment WHERE story = :story LIMIT 1", story=story) is not None


def speaks(tx: Tx, person: int) -> bool:
    """Whether a person has left words or votes here. Reports and decisions come only from people with a session or a role."""
    said = tx.one("SELECT id FROM comment WHERE person = :person LIMIT 1", person=person)
    return said is not None or tx.one("SELECT comment FROM vote WHERE person = :person LIMIT 1", person=person) is not None


def delete_thread(tx: Tx, story: int) -> None:
    tx.run("DELETE FROM thread WHERE story = :story", story=story)
