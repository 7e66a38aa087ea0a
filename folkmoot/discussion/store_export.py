"""Rows of discussion as they travel: read in pages for an export, put back by an import, compared where they are here already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import asdict

from folkmoot.discussion.store_rows import BatchRow, CommentRow, DecisionRow, FlagRow, KeyRow, RevisionRow, VoteRow
from folkmoot.storage.database import Row, Tx

OWN = "folkmoot"  # the source of what came home by our own export; its ids are its keys, so they do not travel again

_COMMENT = "id, story, parent, person, name, text, posted, edited, state, batch, base_up, base_down, marks, merged_from"
_REVISION = "r.id, r.comment, r.number, r.text, r.made, r.person, r.state, r.public, c.story"
_DECISION = "d.id, d.comment, d.revision, d.deed, d.person, d.made_by, d.rule, d.reason, d.at, d.guideline, d.note, d.was, d.undoes, c.story"
_VOTE = "v.comment, v.person, v.value, v.counted, v.at, c.story"
_FLAG = "f.id, f.comment, f.person, f.reason, f.detail, f.at, f.settled, f.upheld, c.story"
_BATCH = "id, source, file, phase, report, started, ended"
_KEY = "kind, source, source_id, id, batch"


def _id(number: int | None) -> str | None:
    return str(number) if number else None


def comment_row(row: Row) -> CommentRow:
    return CommentRow(
        str(row.id), row.base_down, row.base_up, _id(row.batch), row.edited, row.marks, row.name, _id(row.parent), _id(row.person), row.posted,
        row.state, str(row.story), row.text, _id(row.merged_from),
    )  # fmt: skip


def revision_row(row: Row) -> RevisionRow:
    return RevisionRow(str(row.id), str(row.comment), row.made, row.number, _id(row.person), bool(row.public), row.state, row.text)


def decision_row(row: Row) -> DecisionRow:
    return DecisionRow(
        str(row.id), row.at, str(row.comment), row.deed, row.made_by, _id(row.person), row.reason, _id(row.revision), row.rule, row.guideline,
        row.note, _id(row.undoes), row.was,
    )  # fmt: skip


def vote_row(row: Row) -> VoteRow:
    return VoteRow(f"{row.comment}:{row.person}", row.at, str(row.comment), bool(row.counted), str(row.person), row.value)


def flag_row(row: Row) -> FlagRow:
    upheld = None if row.upheld is None else bool(row.upheld)
    return FlagRow(str(row.id), row.at, str(row.comment), row.detail, str(row.person), row.reason, row.settled, upheld)


def batch_row(row: Row) -> BatchRow:
    return BatchRow(str(row.id), row.ended, row.file, row.phase, row.report, row.source, row.started)


def key_row(row: Row) -> KeyRow:
    return KeyRow(f"{row.id}:{row.kind}:{row.source}:{row.source_id}", str(row.batch), row.kind, str(row.id), row.source, row.source_id)


# Pages by key. Rows carry the story of their comment, since a database may hold several sites.


def comments(tx: Tx, after: Sequence[int], limit: int) -> list[Row]:
    return tx.rows(f"SELECT {_COMMENT} FROM comment WHERE id > :after ORDER BY id LIMIT :limit", after=after[0], limit=limit)


def revisions(tx: Tx, after: Sequence[int], limit: int) -> list[Row]:
    return tx.rows(f"SELECT {_REVISION} FROM revision r JOIN comment c ON c.id = r.comment WHERE r.id > :after ORDER BY r.id LIMIT :limit",
                   after=after[0], limit=limit)  # fmt: skip


def decisions(tx: Tx, after: Sequence[int], limit: int) -> list[Row]:
    return tx.rows(f"SELECT {_DECISION} FROM decision d JOIN comment c ON c.id = d.comment WHERE d.id > :after ORDER BY d.id LIMIT :limit",
                   after=after[0], limit=limit)  # fmt: skip


def votes(tx: Tx, after: Sequence[int], limit: int) -> list[Row]:
    return tx.rows(
        f"SELECT {_VOTE} FROM vote v JOIN comment c ON c.id = v.comment WHERE (v.comment, v.person) > (:comment, :person)"
        " ORDER BY v.comment, v.person LIMIT :limit",
        comment=after[0], person=after[1], limit=limit,
    )  # fmt: skip


def flags(tx: Tx, after: Sequence[int], limit: int) -> list[Row]:
    return tx.rows(f"SELECT {_FLAG} FROM flag f JOIN comment c ON c.id = f.comment WHERE f.id > :after ORDER BY f.id LIMIT :limit",
                   after=after[0], limit=limit)  # fmt: skip


def batches(tx: Tx, site: int) -> list[BatchRow]:
    rows = tx.rows(f"SELECT {_BATCH} FROM batch WHERE site = :site AND source <> :own ORDER BY id", site=site, own=OWN)
    return [batch_row(row) for row in rows]


def keys(tx: Tx, site: int, after: int, limit: int) -> tuple[list[KeyRow], int]:
    """All keys of the next ids, by id and then by letters; and the last of these ids, 0 where there are no more."""
    ids = tx.rows("SELECT DISTINCT id FROM source_key WHERE site = :site AND source <> :own AND id > :after ORDER BY id LIMIT :limit",
                  site=site, own=OWN, after=after, limit=limit)  # fmt: skip
    found = tx.each(f"SELECT {_KEY} FROM source_key WHERE id = :id AND site = :site AND source <> :own",
                    [{"id": row.id, "site": site, "own": OWN} for row in ids])  # fmt: skip
    rows = [row for some in found for row in sorted(map(key_row, some), key=lambda row: row.id)]
    return rows, ids[-1].id if ids else 0


def shown(tx: Tx, after: int, limit: int) -> list[Row]:
    """Comments that readers see, tombstones among them, with what they see of them."""
    return tx.rows(
        "SELECT id, story, parent, level, person, name, text, html, posted, edited, state, up, down FROM comment WHERE visible = 1 AND id > :after"
        " ORDER BY id LIMIT :limit",
        after=after, limit=limit,
    )


def tabled(tx: Tx, after: int, limit: int) -> list[Row]:
    """Comments as a table tells them."""
    return tx.rows(
        "SELECT id, story, parent, person, name, text, posted, edited, state, visible, up, down FROM comment WHERE id > :after"
        " ORDER BY id LIMIT :limit",
        after=after, limit=limit,
    )  # fmt: skip


# What an import brings home


def insert_revisions(tx: Tx, rows: Iterable[RevisionRow], render: Callable[[str], str]) -> None:
    tx.many(
        "INSERT INTO revision (id, comment, number, text, html, made, person, state, public)"
        " VALUES (:id, :comment, :number, :text, :html, :made, :person, :state, :public) ON CONFLICT (id) DO NOTHING",
        ({**_numbers(row, "id", "comment", "person"), "html": render(row.text) if row.text else "", "public": int(row.public)} for row in rows),
    )


def insert_decisions(tx: Tx, rows: Iterable[DecisionRow]) -> None:
    tx.many(
        "INSERT INTO decision (id, comment, revision, deed, person, made_by, rule, reason, at, guideline, note, was, undoes)"
        " VALUES (:id, :comment, :revision, :deed, :person, :made_by, :rule, :reason, :at, :guideline, :note, :was, :undoes)"
        " ON CONFLICT (id) DO NOTHING",
        (_numbers(row, "id", "comment", "revision", "person", "undoes") for row in rows),
    )


def insert_votes(tx: Tx, rows: Iterable[VoteRow]) -> None:
    tx.many(
        "INSERT INTO vote (comment, person, value, counted, at) VALUES (:comment, :person, :value, :counted, :at)"
        " ON CONFLICT (comment, person) DO NOTHING",
        ({**_numbers(row, "comment", "person"), "counted": int(row.counted)} for row in rows),
    )


def insert_flags(tx: Tx, rows: Iterable[FlagRow]) -> None:
    tx.many(
        "INSERT INTO flag (id, comment, person, reason, detail, at, settled, upheld)"
        " VALUES (:id, :comment, :person, :reason, :detail, :at, :settled, :upheld) ON CONFLICT DO NOTHING",
        ({**_numbers(row, "id", "comment", "person"), "upheld": None if row.upheld is None else int(row.upheld)} for row in rows),
    )


def insert_batches(tx: Tx, site: int, rows: Iterable[BatchRow]) -> None:
    tx.many(
        "INSERT INTO batch (id, site, source, file, phase, report, started, ended)"
        " VALUES (:id, :site, :source, :file, :phase, :report, :started, :ended) ON CONFLICT (id) DO NOTHING",
        ({**_numbers(row, "id"), "site": site} for row in rows),
    )


def insert_keys(tx: Tx, site: int, rows: Iterable[KeyRow]) -> None:
    tx.many(
        "INSERT INTO source_key (site, source, kind, source_id, id, batch) VALUES (:site, :source, :of, :theirs, :ours, :batch)"
        " ON CONFLICT (site, source, kind, source_id) DO NOTHING",
        ({**_numbers(row, "ours", "batch"), "site": site} for row in rows),
    )


def _numbers(row: CommentRow | RevisionRow | DecisionRow | VoteRow | FlagRow | BatchRow | KeyRow, *ids: str) -> dict[str, object]:
    """A row's values, its ids as numbers again."""
    values = asdict(row)
    return {**values, **{name: int(values[name]) if values[name] else None for name in ids}}


# What is here already under the same name


def same_comment(tx: Tx, row: CommentRow) -> CommentRow | None:
    found = tx.one(f"SELECT {_COMMENT} FROM comment WHERE id = :id", id=int(row.id))
    return comment_row(found) if found else None


def level_of(tx: Tx, comment: int) -> int:
    row = tx.one("SELECT level FROM comment WHERE id = :id", id=comment)
    return row.level if row else 0


def same_revision(tx: Tx, row: RevisionRow) -> RevisionRow | None:
    found = tx.one(f"SELECT {_REVISION} FROM revision r JOIN comment c ON c.id = r.comment WHERE r.id = :id", id=int(row.id))
    return revision_row(found) if found else None


def same_decision(tx: Tx, row: DecisionRow) -> DecisionRow | None:
    found = tx.one(f"SELECT {_DECISION} FROM decision d JOIN comment c ON c.id = d.comment WHERE d.id = :id", id=int(row.id))
    return decision_row(found) if found else None


def same_vote(tx: Tx, row: VoteRow) -> VoteRow | None:
    found = tx.one(f"SELECT {_VOTE} FROM vote v JOIN comment c ON c.id = v.comment WHERE v.comment = :comment AND v.person = :person",
                   comment=int(row.comment), person=int(row.person))  # fmt: skip
    return vote_row(found) if found else None


def same_flag(tx: Tx, row: FlagRow) -> FlagRow | None:
    found = tx.one(f"SELECT {_FLAG} FROM flag f JOIN comment c ON c.id = f.comment WHERE f.id = :id", id=int(row.id))
    return flag_row(found) if found else None


def same_batch(tx: Tx, row: BatchRow) -> BatchRow | None:
    found = tx.one(f"SELECT {_BATCH} FROM batch WHERE id = :id", id=int(row.id))
    return batch_row(found) if found else None


def same_key(tx: Tx, site: int, row: KeyRow) -> KeyRow | None:
    found = tx.one(f"SELECT {_KEY} FROM source_key WHERE site = :site AND source = :source AND kind = :of AND source_id = :theirs",
                   site=site, source=row.source, of=row.of, theirs=row.theirs)  # fmt: skip
    return key_row(found) if found else None
