"""Two stories that are one: the first leads to the second under every name it has, and can be parted from it again."""

from __future__ import annotations

from folkmoot.errors import Conflict, Invalid, NotFound, say
from folkmoot.people.model import Actor
from folkmoot.sites import store_merging as store
from folkmoot.sites.addresses import clean_address
from folkmoot.sites.sites import ALL_STORIES, require
from folkmoot.sites.stories import get_story, remember
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import parse_id


def merge(tx: Tx, actor: Actor, story: int, into: int, reason: str, now: int) -> int:
    """From now on a story leads to another one of its site; gives that one's id. Doing it twice is doing it once.

    Raises NotFound for an unknown story, NotAllowed without the role, Invalid where they are one already or of two sites,
    Conflict where it was merged into another, or others into it.
    """
    target = require_fit(tx, actor, story, into)
    if own(tx, story).merged_into == target:
        return target
    _lead(tx, story, target, target)
    remember(tx, actor, story, "merge", f"Into {target}. {reason}".strip(), now)
    return target


def require_fit(tx: Tx, actor: Actor, story: int, into: int) -> int:
    """The story to which another would lead if they were merged. Raises what `merge` raises, and changes nothing."""
    found, target = own(tx, story), get_story(tx, into)
    require(actor, "merge_story", found.site)
    if found.site != target.site:
        raise Invalid("The two stories belong to different sites.", "two_sites", "into")
    if found.merged_into == target.id:
        return target.id
    if found.id == target.id:
        raise Invalid("This is one story already.", "one_story", "into")
    if found.merged_into is not None:
        raise Conflict(say("This story was merged into {other} already. Part it from there first.", other=found.merged_into), "merged_already")
    if store.has_merged(tx, story):
        raise Conflict("Others were merged into this story. Merge the other way round, or part them from it first.", "has_merged")
    return target.id


def part(tx: Tx, actor: Actor, story: int, reason: str, now: int) -> int:
    """Takes a merging back; gives the story that it led to, 0 where it led to none."""
    found = own(tx, story)
    require(actor, "merge_story", found.site)
    if found.merged_into is None:
        return 0
    _lead(tx, story, None, found.merged_into)
    remember(tx, actor, story, "part", f"From {found.merged_into}. {reason}".strip(), now)
    return int(found.merged_into)


def _lead(tx: Tx, story: int, into: int | None, other: int) -> None:
    for each in sorted((story, other)):
        tx.hold(each)
    store.set_merged(tx, story, into)
    for each in (story, other, ALL_STORIES):
        tx.bump(each)


def own(tx: Tx, story: int) -> Row:
    """A story's own row, wherever it leads: id, site, merged_into. Raises NotFound."""
    found = store.own_row(tx, story)
    if found is None:
        raise NotFound("There is no such story.", "no_such_story")
    return found


def own_number(tx: Tx, words: str) -> int:
    """The story of an id or an address, wherever it leads now. Raises NotFound, Invalid."""
    found = parse_id(words) or store.own_number(tx, clean_address(words))
    if not found:
        raise NotFound(say("There is no story at {address}.", address=words), "no_such_story")
    return found
