"""The SQL by which every counter, key and state of discussion is counted again."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.storage.database import Row, Tx


def comments(tx: Tx, after: int, limit: int) -> list[Row]:
    """Comments with what they should agree with: parent, visible replies, counted votes, the last decision on them, the story's turn."""
    return tx.rows(
        "SELECT c.id, c.story, c.parent, c.level, c.person, c.name, c.text, c.html, c.renderer, c.posted, c.state, c.visible, c.up, c.down,"
        " c.base_up, c.base_down, c.replies, c.by_best, c.by_replies, c.by_hot, c.moved, p.story AS parent_story, p.level AS parent_level,"
        " (SELECT COUNT(*) FROM comment r WHERE r.parent = c.id AND r.parent <> 0 AND r.visible = 1) AS seen,"
        " (SELECT COUNT(*) FROM vote v WHERE v.comment = c.id AND v.counted = 1 AND v.value = 1) AS ups,"
        " (SELECT COUNT(*) FROM vote v WHERE v.comment = c.id AND v.counted = 1 AND v.value = -1) AS downs,"
        " (SELECT d.deed FROM decision d WHERE d.comment = c.id AND d.revision IS NULL "
        " AND d.deed IN ('publish', 'hold', 'release', 'remove', 'restore', 'withdraw')"
        " ORDER BY d.at DESC, d.id DESC LIMIT 1) AS deed,"
        " (SELECT COUNT(*) FROM revision n WHERE n.comment = c.id) AS revisions, s.turn"
        " FROM comment c LEFT JOIN comment p ON p.id = c.parent LEFT JOIN story_version s ON s.story = c.story"
        " WHERE c.id > :after ORDER BY c.id LIMIT :limit",
        after=after, limit=limit,
    )  # fmt: skip


def revisions(tx: Tx, comments: Sequence[int]) -> list[list[Row]]:
    """The revisions of each comment, by number."""
    return tx.each(
        "SELECT id, number, text, html, state FROM revision WHERE comment = :comment ORDER BY number", [{"comment": each} for each in comments]
    )


def threads(tx: Tx, after: int, limit: int) -> list[Row]:
    """Stories that are talked about, by id: what is kept of their numbers (NULL where nothing is), and what they come to."""
    return tx.rows(
        "SELECT s.story, t.live, t.votes,"
        " (SELECT COUNT(*) FROM comment c WHERE c.story = s.story AND c.state = 'published' AND c.visible = 1) AS counted,"
        " (SELECT COALESCE(SUM(c.up + c.down), 0) FROM comment c WHERE c.story = s.story) AS voted"
        " FROM (SELECT story FROM comment WHERE story > :after UNION SELECT story FROM thread WHERE story > :after ORDER BY story LIMIT :limit) s"
        " LEFT JOIN thread t ON t.story = s.story ORDER BY s.story",
        after=after, limit=limit,
    )  # fmt: skip


def lost_comment_keys(tx: Tx, limit: int) -> list[Row]:
    """What is remembered of where comments came from although the comments are gone."""
    return tx.rows(
        "SELECT k.source, k.source_id, k.id FROM source_key k LEFT JOIN comment c ON c.id = k.id WHERE k.kind = 'comment' AND c.id IS NULL"
        " ORDER BY k.id LIMIT :limit",
        limit=limit,
    )  # fmt: skip


def keys(tx: Tx, kind: str, after: int, limit: int) -> list[Row]:
    return tx.rows("SELECT DISTINCT id FROM source_key WHERE kind = :kind AND id > :after ORDER BY id LIMIT :limit",
                   kind=kind, after=after, limit=limit)  # fmt: skip


def unfinished(tx: Tx) -> list[Row]:
    return tx.rows("SELECT id, file, phase FROM batch WHERE phase NOT IN ('closed', 'undone') ORDER BY id")


def beside(tx: Tx, limit: int) -> list[Row]:
    """(what, comment): what the desk keeps beside comments and does not fit them."""
    locked = "(' ' || c.marks || ' ') LIKE '% locked %'"
    asked = {
        "lock": "SELECT l.comment FROM branch_lock l LEFT JOIN comment c ON c.id = l.comment WHERE c.id IS NULL OR c.story <> l.story"
        f" OR NOT {locked}",
        "mark": f"SELECT c.id AS comment FROM comment c WHERE c.marks <> '' AND {locked}"
        " AND NOT EXISTS (SELECT 1 FROM branch_lock l WHERE l.comment = c.id)",
        "pin": "SELECT t.pinned AS comment FROM thread t LEFT JOIN comment c ON c.id = t.pinned WHERE t.pinned IS NOT NULL"
        " AND (c.id IS NULL OR c.story <> t.story)",
        "appeal": "SELECT a.comment FROM appeal a LEFT JOIN decision d ON d.id = a.decision WHERE d.id IS NULL OR d.comment <> a.comment"
        " OR d.deed <> 'remove' OR (a.decided IS NULL) <> (a.outcome IS NULL)",
        "report": "SELECT r.comment FROM report r LEFT JOIN comment c ON c.id = r.comment WHERE c.id IS NULL"
        " OR (r.decided IS NULL) <> (r.outcome IS NULL)",
    }
    whole = " UNION ALL ".join(f"SELECT '{what}' AS what, comment FROM ({sql} LIMIT :limit) {what}_" for what, sql in asked.items())
    return tx.rows(whole, limit=limit)
