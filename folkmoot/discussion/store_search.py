"""The SQL of searching comments. What matches is storage's to say (words.py); everything else is looked up in the comments themselves."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion.model import Comment
from folkmoot.discussion.store_pages import SHOWN
from folkmoot.storage import words
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.words import Term

AGAIN = "search_again"  # the job of a text that has changed
JUDGED = 2_000          # of the newest matches, among which the best are looked for
OVERLAP = 60_000        # ms: ids are made before their transactions end, so the newest are looked at more than once
_FLOOR, _IMPORTS = "search_floor", "search_imports"


_COLUMNS = ", ".join(f"c.{column.strip()}" for column in SHOWN.split(","))


class Within(Struct, frozen=True):
    """Among which comments is looked. everything: also what readers do not see; story: 0 for any; since, until: UTC ms."""

    everything: bool
    story: int
    since: int
    until: int

    @property
    def sql(self) -> str:
        seen = "" if self.everything else " AND c.state = 'published' AND c.visible = 1"
        return f"c.posted >= :since AND c.posted < :until{seen}{' AND c.story = :story' if self.story else ''}"

    @property
    def values(self) -> dict[str, object]:
        given: dict[str, object] = {"since": self.since, "until": self.until}
        return given | ({"story": self.story} if self.story else {})


def newest(tx: Tx, terms: list[Term], within: Within, *, before: int, limit: int) -> list[Row]:
    """Matching comments below an id, the newest first."""
    sql = (
        f"SELECT {_COLUMNS} FROM comment_words JOIN comment c ON c.id = comment_words.rowid WHERE {words.matches(tx)}"
        f" AND comment_words.rowid < :before AND {within.sql} ORDER BY comment_words.rowid DESC LIMIT :limit"
    )
    return tx.rows(sql, match=words.match(tx, terms), before=before, limit=limit, **within.values)


def fitting(tx: Tx, terms: list[Term], within: Within, *, top: int, score: int, before: int, limit: int) -> list[Row]:
    """Matching comments that fit less than `score`, or as well and are older than `before`; the best first, with their score, the `top` id and
    how many were weighed.

    The newest JUDGED of those up to the id `top` are weighed, so that a word which stands everywhere costs no more.
    """
    sql = (
        f"WITH found AS MATERIALIZED (SELECT comment_words.rowid AS id, {words.relevance(tx)} AS score FROM comment_words"
        f" JOIN comment c ON c.id = comment_words.rowid WHERE {words.matches(tx)} AND comment_words.rowid <= :top AND {within.sql}"
        " ORDER BY comment_words.rowid DESC LIMIT :judged)"
        f" SELECT {_COLUMNS}, found.score, (SELECT max(id) FROM found) AS top, (SELECT count(*) FROM found) AS weighed"
        " FROM found JOIN comment c ON c.id = found.id"
        " WHERE found.score < :score OR (found.score = :score AND c.id < :before) ORDER BY found.score DESC, c.id DESC LIMIT :limit"
    )
    given = {"top": top, "score": score, "before": before, "limit": limit, "judged": JUDGED}
    return tx.rows(sql, match=words.match(tx, terms), **given, **words.weighed(tx, terms), **within.values)


def as_found(row: Row) -> Comment:
    """A row whole, whatever its state: who may see it has been asked."""
    return Comment(
        row.id, row.story, row.parent, row.level, row.person, row.name, row.html, row.text, row.posted, row.edited, row.state,
        row.up, row.down, row.replies, tuple(row.marks.split()),
    )  # fmt: skip


def row_of(tx: Tx, comment: int) -> Row | None:
    return tx.one("SELECT id, story, name, text FROM comment WHERE id = :comment", comment=comment)


def missing(tx: Tx, after: int, limit: int = 200) -> list[int]:
    """Comments above an id with words that are not in the index. After an import everything is looked at again: its ids may be old."""
    floor = max(after, 0 if behind_imports(tx) else _fact(tx, _FLOOR))
    rows = tx.rows(
        "SELECT id FROM comment WHERE id > :floor AND text <> '' AND NOT EXISTS (SELECT 1 FROM comment_words w WHERE w.rowid = comment.id)"
        " ORDER BY id LIMIT :limit",
        floor=floor, limit=limit,
    )  # fmt: skip
    return [row.id for row in rows]


def set_floor(tx: Tx, comment: int) -> None:
    """All up to a little before this comment is in the index."""
    _set_fact(tx, _FLOOR, max(_fact(tx, _FLOOR), ((comment >> 21) - OVERLAP) << 21))


def set_imports(tx: Tx, ended: int) -> None:
    """All that this many imports have brought is in the index."""
    _set_fact(tx, _IMPORTS, ended)


def behind_imports(tx: Tx) -> bool:
    """Whether an import has ended since."""
    return imports_ended(tx) != _fact(tx, _IMPORTS)


def imports_ended(tx: Tx) -> int:
    """How many have ended ever: also those that were undone. The newest would not tell: an older one may go on after it."""
    row = tx.one("SELECT count(*) AS n FROM batch WHERE phase IN ('closed', 'undoing', 'undone')")
    return int(row.n) if row else 0


def orphans(tx: Tx, limit: int) -> list[int]:
    rows = tx.rows(
        "SELECT w.rowid AS id FROM comment_words w WHERE NOT EXISTS (SELECT 1 FROM comment c WHERE c.id = w.rowid AND c.text <> '') LIMIT :limit",
        limit=limit,
    )
    return [row.id for row in rows]


def _fact(tx: Tx, name: str) -> int:
    row = tx.one("SELECT body FROM fact WHERE name = :name", name=name)
    return int(row.body) if row else 0


def _set_fact(tx: Tx, name: str, value: int) -> None:
    tx.run("INSERT INTO fact (name, body) VALUES (:name, :body) ON CONFLICT (name) DO UPDATE SET body = excluded.body", name=name, body=str(value))
