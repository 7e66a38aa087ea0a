"""The SQL of the newest comments: of a story, of a person, of everybody."""

from __future__ import annotations

from collections.abc import Sequence

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
_HERE = "visible = 1 AND batch IS NULL"  # written here, not brought by an import; as the index says it
_OF_ALL = f"SELECT {SHOWN} FROM comment WHERE {_LIVE} AND {_HERE} ORDER BY id DESC LIMIT :limit"
_LAST = f"SELECT max(id) AS id FROM comment WHERE story = :story AND {_HERE}"
_HERE_UNDER = f"SELECT {SHOWN} FROM comment WHERE story = :story AND {_HERE} ORDER BY id DESC LIMIT :limit"


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


def newest_of_all(tx: Tx, limit: int) -> list[Comment]:
    """The newest first; without what an import brought."""
    return [to_comment(row) for row in tx.rows(_OF_ALL, limit=limit)]


def newest_of_stories(tx: Tx, stories: Sequence[int], limit: int) -> list[Comment]:
    """The newest under all of these together, without what an import brought; a few fewer where tombstones are among them.

    They lie under those stories whose newest comments are the newest: the end of an index says which these are, however many comments there are.
    """
    last = sorted(((rows[0].id or 0, story) for rows, story in zip(tx.each(_LAST, [{"story": each} for each in stories]), stories, strict=True)))
    spoken_under = [{"story": story, "limit": limit} for newest, story in last[-limit:] if newest]
    rows = sorted((row for some in tx.each(_HERE_UNDER, spoken_under) for row in some), key=lambda row: -row.id)
    return [to_comment(row) for row in rows if row.state == "published"][:limit]
