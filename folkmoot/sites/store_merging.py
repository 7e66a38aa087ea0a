"""The SQL of stories that were merged: a story's own row, wherever it leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from folkmoot.sites.store_rows import StoryMovedRow
from folkmoot.storage.database import Row, Tx


def own_row(tx: Tx, story: int) -> Row | None:
    return tx.one("SELECT id, site, merged_into FROM story WHERE id = :story", story=story)


def own_number(tx: Tx, cleaned: str) -> int | None:
    row = tx.one("SELECT story FROM story_address WHERE cleaned = :cleaned", cleaned=cleaned)
    return row.story if row else None


def has_merged(tx: Tx, story: int) -> bool:
    """Whether another story leads to this one."""
    return tx.one("SELECT id FROM story WHERE merged_into = :story LIMIT 1", story=story) is not None


def merged_on(tx: Tx, site: int, limit: int) -> list[Row]:
    """The stories of a site that lead to another, the last merged first: id, title, address, at (0 where nobody has decided it here)."""
    return tx.rows(
        "SELECT s.id, s.title, s.address, coalesce((SELECT max(d.at) FROM story_decision d WHERE d.story = s.id AND d.deed = 'merge'), 0) AS at"
        " FROM story s WHERE s.site = :site AND s.merged_into IS NOT NULL ORDER BY at DESC, s.id DESC LIMIT :limit",
        site=site, limit=limit,
    )  # fmt: skip


def set_merged(tx: Tx, story: int, into: int | None) -> None:
    tx.forget("story")
    tx.run("UPDATE story SET merged_into = :into WHERE id = :story", story=story, into=into)


def remember_moved(tx: Tx, story: int, kind: str, ids: Sequence[int]) -> None:
    """Says of rows under which story they stood before it was merged."""
    given = [{"story": story, "kind": kind, "id": each} for each in ids]
    tx.many("INSERT INTO story_moved (story, kind, id) VALUES (:story, :kind, :id) ON CONFLICT (story, kind, id) DO NOTHING", given)


def moved_from(tx: Tx, story: int, kind: str, limit: int) -> list[int]:
    """Rows of a kind that stood under a story before it was merged."""
    sql = "SELECT id FROM story_moved WHERE story = :story AND kind = :kind ORDER BY id LIMIT :limit"
    return [row.id for row in tx.rows(sql, story=story, kind=kind, limit=limit)]


def forget_moved(tx: Tx, story: int, kind: str, ids: Sequence[int]) -> None:
    given = [{"story": story, "kind": kind, "id": each} for each in ids]
    tx.many("DELETE FROM story_moved WHERE story = :story AND kind = :kind AND id = :id", given)


def has_moved(tx: Tx, story: int) -> bool:
    """Whether something still stands elsewhere that stood under a story."""
    return tx.one("SELECT id FROM story_moved WHERE story = :story LIMIT 1", story=story) is not None


# As it travels in an export

_STEP = 500


def moved_rows(tx: Tx, site: int, kinds: Sequence[str]) -> Iterator[StoryMovedRow]:
    """What stood elsewhere before stories of a site were merged, of some kinds: by story, kind and id."""
    sql = "SELECT DISTINCT m.story FROM story_moved m JOIN story s ON s.id = m.story WHERE s.site = :site ORDER BY m.story"
    for row in tx.rows(sql, site=site):
        for kind in sorted(kinds):
            yield from _moved_of(tx, row.story, kind)


def _moved_of(tx: Tx, story: int, kind: str) -> Iterator[StoryMovedRow]:
    sql, after = "SELECT id FROM story_moved WHERE story = :story AND kind = :kind AND id > :after ORDER BY id LIMIT :limit", 0
    while found := tx.rows(sql, story=story, kind=kind, after=after, limit=_STEP):
        yield from (StoryMovedRow(f"{story}:{kind}:{row.id}", kind, str(row.id), str(story)) for row in found)
        after = found[-1].id


def same_moved(tx: Tx, site: int, row: StoryMovedRow) -> StoryMovedRow | None:
    sql = "SELECT id FROM story_moved WHERE story = :story AND kind = :kind AND id = :id"
    return row if tx.one(sql, story=int(row.story), kind=row.about, id=int(row.moved)) is not None else None


def put_moved(tx: Tx, site: int, rows: Sequence[StoryMovedRow], now: int) -> None:
    given = [{"story": int(row.story), "kind": row.about, "id": int(row.moved)} for row in rows]
    tx.many("INSERT INTO story_moved (story, kind, id) VALUES (:story, :kind, :id) ON CONFLICT (story, kind, id) DO NOTHING", given)
