"""The SQL of the newest comments: of a story, of a person, of everybody."""

from __future__ import annotations

from folkmoot.discussion.model import Comment
from folkmoot.discussion.store_pages import SHOWN, to_comment
from folkmoot.storage.database import Tx

_LIVE = "state = 'published' AND visible = 1"
# The inner select reads one index alone, however long the thread is.
_OF_STORY = f"""
SELECT {SHOWN} FROM comment WHERE id IN
  (SELECT id FROM comment WHERE story = :story AND visible = 1 ORDER BY posted DESC, id DESC LIMIT :more) AND {_LIVE}
ORDER BY posted DESC, id DESC LIMIT :limit
"""
_OF_PERSON = f"SELECT {SHOWN} FROM comment WHERE person = :person AND {_LIVE} ORDER BY posted DESC, id DESC LIMIT :limit"
_OF_ALL = f"SELECT {SHOWN} FROM comment WHERE id < :before AND {_LIVE} AND batch IS NULL ORDER BY id DESC LIMIT :limit"


def newest_of_story(tx: Tx, story: int, limit: int) -> list[Comment]:
    """The newest that can be read; a few fewer where tombstones are among them."""
    return [to_comment(row) for row in tx.rows(_OF_STORY, story=story, limit=limit, more=limit * 2)]


def newest_of_person(tx: Tx, person: int, limit: int) -> list[Comment]:
    return [to_comment(row) for row in tx.rows(_OF_PERSON, person=person, limit=limit)]


def busiest(tx: Tx, since: int, limit: int) -> list[tuple[int, int]]:
    """(story, comments posted since) of the stories with most of them."""
    rows = tx.rows(
        f"SELECT story, count(*) AS comments FROM comment WHERE id >= :floor AND posted >= :since AND {_LIVE}"
        " GROUP BY story ORDER BY comments DESC, story DESC LIMIT :limit",
        floor=since << 21, since=since, limit=limit,
    )  # fmt: skip
    return [(row.story, row.comments) for row in rows]


def newest_of_all(tx: Tx, before: int, limit: int) -> list[Comment]:
    """Those below an id, the newest first; without what an import brought."""
    return [to_comment(row) for row in tx.rows(_OF_ALL, before=before, limit=limit)]
