"""What an open page must hear of a story: which comments have lately come, which have gone. Ids alone, never words."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion import store_news, store_pages
from folkmoot.discussion.model import Comment
from folkmoot.storage.database import Tx

WINDOW = 5 * 60_000  # ms: a page that has not listened for longer asks for all of it anew
MOST_NEW = 30        # comments; more have come than that: as above
MOST_GONE = 60


class News(Struct, frozen=True):
    """How a thread stands. comments: how many readers see. at: when this was so (UTC ms).

    since: what follows is all that has changed from then on. arrived: comments that can be read now, the newest first.
    gone: (id, state) of comments that could be read and can be no longer. Ids are strings of digits.
    cleared: the version with which comments left altogether, untold one by one (an import was undone): who has heard of none so late asks
    for all of it anew; 0 where that never was.
    """

    version: int
    comments: int
    at: int
    since: int
    arrived: tuple[str, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    cleared: int = 0


def news(tx: Tx, story: int, now: int) -> News:
    """The news of a story as of `now`, the same for everybody who listens."""
    since = now - WINDOW
    came = [*store_news.posted(tx, story, since, MOST_NEW + 1), *store_news.released(tx, story, since, MOST_NEW + 1)]
    came.sort(key=lambda row: (row.at, row.id), reverse=True)
    went = store_news.gone(tx, story, since, MOST_GONE + 1)
    since = max([since, *(row.at + 1 for row in came[MOST_NEW : MOST_NEW + 1]), *(row.at + 1 for row in went[MOST_GONE:])])
    live, cleared = store_news.standing(tx, story)
    arrived = dict.fromkeys(str(row.id) for row in came[:MOST_NEW])
    gone = tuple((str(row.id), row.state) for row in went[:MOST_GONE])
    return News(version_of(tx, story), live, now, since, tuple(arrived), gone, cleared)


def arrivals(tx: Tx, story: int, comments: list[int]) -> list[tuple[Comment, str]]:
    """The comments of these ids that readers see, each with the name of whom it answers: to be put into an open page."""
    found = store_news.shown(tx, story, comments)
    called = store_news.names(tx, sorted({each.parent for each in found if each.parent}))
    return [(each, called.get(each.parent, "")) for each in found]


def version_of(tx: Tx, story: int) -> int:
    """The version of a story's thread."""
    return store_pages.version_of(tx, story)[0]
