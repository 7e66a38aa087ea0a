"""What rules would have said of comments that are there, with what was known of their writers then. Reads, decides nothing."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion import lessons, store, store_beside
from folkmoot.discussion.classifier import Likeness
from folkmoot.discussion.model import MAX_IMPORTED, Draft, Verdict
from folkmoot.discussion.rules import Context, judge
from folkmoot.discussion.text import read
from folkmoot.discussion.trust import LAST, Standing
from folkmoot.people.store import persons_proven
from folkmoot.sites.model import Policy
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx


class Known(Struct, frozen=True):
    """A comment as the rules see it."""

    draft: Draft
    standing: Standing
    staff: bool
    posted: int
    likeness: Likeness


def first_id(moment: int) -> int:
    """The smallest id that could have been made at a moment."""
    return moment << 21


def comments(tx: Tx, after: int, until: int, limit: int) -> list[Row]:
    """Comments that were written here (not imported) between two ids."""
    return store_beside.written_between(tx, after, until, limit)


def known_of(tx: Tx, row: Row, site: int) -> Known | None:
    """What was known of a comment of a site when it came; None for one of another site, or whose words are gone."""
    if not row.text or get_story(tx, row.story).site != site:
        return None
    words = read(row.text, limit=MAX_IMPORTED)
    proven = bool(row.person and persons_proven(tx, [row.person]))
    approved, removed, first = store.record_before(tx, site, row.person, row.posted, LAST) if row.person else (0, 0, None)
    draft = Draft(row.story, words, row.parent or None, row.name)
    return Known(draft, Standing(approved, removed, first, proven), "staff" in row.marks.split(), row.posted, lessons.likeness_of(tx, site, words))


def judge_as(known: Known, policy: Policy) -> Verdict:
    """What a site's rules say of it; rates and repeats, which no policy sets, aside."""
    context = Context(
        now=known.posted, is_staff=known.staff, proven=known.standing.proven, standing=known.standing, steps=policy.trust, mode=policy.mode,
        guests=policy.guests, banned_words=policy.banned_words, suspect_words=policy.suspect_words, newcomer_links=policy.newcomer_links,
        likeness=known.likeness, learned_hold=policy.learned_hold,
    )  # fmt: skip
    return judge(known.draft, context)
