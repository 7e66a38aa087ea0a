"""All SQL on comments that dispute a story, on how far the search has come, and on the stories' own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from folkmoot.storage.database import Row, Tx

_FIND = "comment, story, site, weight, words, found, settled"


def put_finds(tx: Tx, finds: Sequence[Mapping[str, object]]) -> None:
    """Keeps what was found; what has been settled stays settled."""
    tx.many(
        "INSERT INTO note_find (comment, story, site, person, weight, words, found)"
        " VALUES (:comment, :story, :site, :person, :weight, :words, :found)"
        " ON CONFLICT (comment) DO UPDATE SET weight = excluded.weight, words = excluded.words, story = excluded.story, site = excluded.site,"
        " person = excluded.person",
        finds,
    )


def find_by_comment(tx: Tx, comment: int) -> Row | None:
    return tx.one(f"SELECT {_FIND} FROM note_find WHERE comment = :comment", comment=comment)


def finds_on(tx: Tx, site: int, limit: int, after: tuple[float, int] | None = None) -> list[Row]:
    """Unsettled finds of a site, the most likely first, those behind (weight, comment)."""
    weight, comment = after or (1e9, 0)
    return tx.rows(
        f"SELECT {_FIND} FROM note_find WHERE site = :site AND settled IS NULL AND (weight < :weight OR (weight = :weight AND comment > :comment))"
        " ORDER BY weight DESC, comment LIMIT :limit",
        site=site,
        weight=weight,
        comment=comment,
        limit=limit,
    )


def finds_in(tx: Tx, story: int, limit: int) -> list[Row]:
    return tx.rows(f"SELECT {_FIND} FROM note_find WHERE story = :story ORDER BY weight DESC, comment LIMIT :limit", story=story, limit=limit)


def settle(tx: Tx, comment: int, now: int, person: int | None) -> int:
    return tx.count(
        "UPDATE note_find SET settled = :now, settled_by = :person WHERE comment = :comment AND settled IS NULL",
        comment=comment,
        now=now,
        person=person,
    )


def unsettle(tx: Tx, comment: int) -> int:
    return tx.count("UPDATE note_find SET settled = NULL, settled_by = NULL WHERE comment = :comment", comment=comment)


def cursor(tx: Tx, name: str) -> tuple[int, int]:
    """How far a search has come: (reached, within)."""
    row = tx.one("SELECT reached, within FROM note_cursor WHERE name = :name", name=name)
    return (row.reached, row.within) if row else (0, 0)


def set_cursor(tx: Tx, name: str, reached: int, within: int = 0) -> None:
    tx.run(
        "INSERT INTO note_cursor (name, reached, within) VALUES (:name, :reached, :within)"
        " ON CONFLICT (name) DO UPDATE SET reached = excluded.reached, within = excluded.within",
        name=name,
        reached=reached,
        within=within,
    )


def text_of(tx: Tx, story: int) -> Row | None:
    """The story's own words as they were last read."""
    return tx.one("SELECT title, text, digest, read FROM note_text WHERE story = :story", story=story)


def put_text(tx: Tx, story: int, title: str, text: str, digest: str, now: int) -> None:
    tx.run(
        "INSERT INTO note_text (story, title, text, digest, read) VALUES (:story, :title, :text, :digest, :now)"
        " ON CONFLICT (story) DO UPDATE SET title = excluded.title, text = excluded.text, digest = excluded.digest, read = excluded.read",
        story=story,
        title=title,
        text=text,
        digest=digest,
        now=now,
    )


def due_texts(tx: Tx, before: int, since: int, limit: int) -> list[int]:
    """Stories with notes of lately whose words were last read before a moment, or never."""
    rows = tx.rows(
        "SELECT DISTINCT n.story FROM note n LEFT JOIN note_text t ON t.story = n.story"
        " WHERE n.proposed > :since AND n.state = 'open' AND (t.read IS NULL OR t.read < :before) ORDER BY n.story LIMIT :limit",
        before=before,
        since=since,
        limit=limit,
    )
    return [row.story for row in rows]


def touch_text(tx: Tx, story: int, now: int) -> None:
    """Remembers that a story is being read, so that it is not asked for again at once."""
    tx.run(
        "INSERT INTO note_text (story, title, text, digest, read) VALUES (:story, '', '', '', :now)"
        " ON CONFLICT (story) DO UPDATE SET read = excluded.read",
        story=story,
        now=now,
    )
