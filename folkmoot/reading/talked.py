"""What is most talked about: the stories of each site by the comments of the last days."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion import store_feeds
from folkmoot.sites.model import Story
from folkmoot.sites.store import stories_by_ids
from folkmoot.storage.database import Tx

MINUTE, DAY = 60_000, 86_400_000
LOOKED_AT = 300  # stories of all sites


class Talked(Struct, frozen=True):
    """A story and its comments of these days."""

    story: Story
    comments: int


class Talk:
    """What every visitor of the front page asks, counted from up to a month of comments: so it is counted once a minute, for all sites."""

    def __init__(self) -> None:
        self._counted: dict[int, tuple[int, dict[int, list[Talked]]]] = {}  # by days: when, and what by site

    def most(self, tx: Tx, site: int, days: int, now: int, limit: int = 10) -> list[Talked]:
        """A site's most discussed stories, the first of them first, as they were within the last minute."""
        at, found = self._counted.get(days, (0, {}))
        if not 0 <= now - at < MINUTE:
            found = _by_site(tx, now - days * DAY)
            self._counted[days] = now, found
        return found.get(site, [])[:limit]


def _by_site(tx: Tx, since: int) -> dict[int, list[Talked]]:
    busiest = store_feeds.busiest(tx, since, LOOKED_AT)
    found: dict[int, list[Talked]] = {}
    for story, (_, comments) in zip(stories_by_ids(tx, [story for story, _ in busiest]), busiest, strict=True):
        if story is not None:
            found.setdefault(story.site, []).append(Talked(story, comments))
    return found
