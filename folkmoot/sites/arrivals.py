"""Stories that come with an archive: found where they are known, taken in where not, and taken out again when the import is undone.

An archive may speak of old hosts that are not registered here; its stories are kept under these addresses all the same.
"""

from __future__ import annotations

from msgspec import Struct

from folkmoot.sites import store, store_export
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import ALL_STORIES
from folkmoot.sites.stories import clean_title
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_


class Arriving(Struct, frozen=True):
    """A story as an archive tells of it. id: what it is to be called if it is new. cleaned: every address it is known by, the first its own.

    address: where it is to be read; empty where the archive does not know, then it is found by publisher_key alone.
    """

    id: int
    title: str
    address: str
    cleaned: tuple[str, ...]
    publisher_key: str | None
    created: int
    closed: bool


def find_arriving(tx: Tx, site: int, story: Arriving) -> tuple[Story | None, str]:
    """The story of a site that an arriving one already is; and an address of it that belongs to another site, '' where none does."""
    by_key = store.story_by_key(tx, site, story.publisher_key) if story.publisher_key else None
    if by_key:
        return by_key, ""
    for cleaned in story.cleaned:
        found = store.story_by_address(tx, cleaned)
        if found:
            return (found, "") if found.site == site else (None, cleaned)
    return None, ""


def arrive(tx: Tx, site: Site, story: Arriving, now: int) -> int:
    """Takes a story in, or adds to the one that it already is: its other addresses, a title where a reader had given it one.

    story.id names the one that it already is, where that is known. Doing it twice is doing it once. Gives the story's id.
    """
    found = store.story_by_id(tx, story.id) or find_arriving(tx, site.id, story)[0]
    if found is None:
        found = _take_in(tx, site, story, now)
    elif story.title and found.title_from == "reader":
        store.set_title(tx, found.id, clean_title(story.title), "import")
        tx.bump(found.id)
    for cleaned in story.cleaned:
        if store.insert_address(tx, cleaned, found.id, "import", now):
            tx.bump(ALL_STORIES)
    return found.id


def current(tx: Tx, story: int) -> int:
    """The story that one leads to, itself mostly."""
    found = store.story_by_id(tx, story)
    return found.id if found else story


def _take_in(tx: Tx, site: Site, story: Arriving, now: int) -> Story:
    made = Story(
        story.id, site.id, story.publisher_key, story.address or f"https://{site.host}/", clean_title(story.title), "import", None,
        story.created, now if story.closed else None,
    )  # fmt: skip
    store.insert_story(tx, made)
    if story.closed:
        reason = N_("It was closed where it came from.")
        store.insert_story_decision(tx, new_id(now), made.id, "close", None, "import", reason, now)
    tx.bump(made.id)
    return made


def leave(tx: Tx, story: int, arrived: int, spoken_under: bool, own: bool) -> bool:
    """Undoes an arrival: takes away the addresses that came then, and the story itself if nothing else knows it. Whether it is gone.

    arrived: the `now` of its arrival. spoken_under: comments stand under it still. own: it came with an export of ours, so its
    addresses and decisions are as old as they were there, and it goes unless somebody has done something about it since.
    """
    tx.bump(story)
    tx.bump(ALL_STORIES)
    found = store.story_by_id(tx, story)
    if found is not None and found.id != story:  # it was merged into another, which must be able to be parted from it
        return False
    elsewhere = store_export.is_known_elsewhere(tx, story, arrived)
    touched = store_export.is_touched_since(tx, story, arrived) if own else elsewhere or found is None or found.title_from != "import"
    if spoken_under or touched or (not own and store_export.decided_on(tx, story)):
        if elsewhere and not own:  # a story that stays keeps an address by which it is found
            store_export.delete_arrived_addresses(tx, story, arrived)
        return False
    store_export.delete_story(tx, story)
    return True
