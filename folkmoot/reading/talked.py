"""What is most talked about: the stories of a site by the comments of the last days."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion import store_feeds
from folkmoot.sites.model import Story
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx

DAY = 86_400_000
LOOKED_AT = 300  # stories of all sites, to find those of one


class Talked(Struct, frozen=True):
    """A story and its comments of these days."""

    story: Story
    comments: int


def most(tx: Tx, site: int, days: int, now: int, limit: int = 10) -> list[Talked]:
    """The most discussed first."""
    found: list[Talked] = []
    for story, comments in store_feeds.busiest(tx, now - days * DAY, LOOKED_AT):
        about = get_story(tx, story)
        if about.site == site:
            found.append(Talked(about, comments))
        if len(found) == limit:
            break
    return found
