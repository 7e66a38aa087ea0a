"""Fetches what the rules ask for and asks them: a comment on its way in, and an edit of one that is there."""

from __future__ import annotations

from functools import lru_cache

from msgspec import structs

from folkmoot.discussion import lessons, store
from folkmoot.discussion.alike import gists, nearly_same, pairs_of
from folkmoot.discussion.classifier import NOT_ALIKE
from folkmoot.discussion.model import ANONYMOUS, Customs, Draft, Verdict, Words
from folkmoot.discussion.rules import DAY, HOUR, WORTH_COPYING, Context, judge, tokens_of
from folkmoot.discussion.store_judging import Wanted, around
from folkmoot.discussion.text import fold
from folkmoot.discussion.trust import LAST, Standing, step_of
from folkmoot.people import sanctions
from folkmoot.people.accounts import staff_names
from folkmoot.people.model import Actor
from folkmoot.people.names import RESERVED, skeleton, skeletons
from folkmoot.people.roles import is_staff
from folkmoot.sites.model import Policy, Story
from folkmoot.sites.store import policy_of
from folkmoot.storage.database import Row, Tx

MOST_NEAR = 6  # candidates of either min-hash that are compared word by word


def judge_draft(tx: Tx, actor: Actor, story: Story, draft: Draft, name: str, now: int, customs: Customs) -> Verdict:
    """What becomes of a new comment."""
    policy = policy_of(tx, story.site)
    slowed = _slowed(tx, actor, story, now) if story.slow else 0
    standing = standing_of(tx, story.site, actor.id, actor.proven)
    looks = skeleton(name) if name != ANONYMOUS else ""  # everybody without a name is called the same
    unknown = customs.limits and step_of(standing, policy.trust, now) == 0
    found = around(tx, _wanted(actor, story, draft.words, looks, now, customs, unknown), MOST_NEAR)
    repeated, echoed, copies = _said_before(actor, found["same"])
    return judge(
        structs.replace(draft, name=name),
        _context(
            tx, actor, story, policy, now, customs, standing=standing, alike=_alike(draft.words, found["near"]),
            by_person=tuple(row.posted for row in found["person"]), by_network=tuple(row.posted for row in found["network"]), slowed=slowed,
            repeated=repeated, echoed=echoed, copies=copies, looks=looks, others=frozenset({looks}) if found["name"] else frozenset(),
            likeness=lessons.likeness_of(tx, story.site, draft.words) if policy.learned_hold else NOT_ALIKE,
        ),
    )  # fmt: skip


def _wanted(actor: Actor, story: Story, words: Words, looks: str, now: int, customs: Customs, unknown: bool) -> Wanted:
    """What the rules must know of other comments. Rates and repeats only where limits are on, near-copies only of who is new."""
    one, two = gists_of(words) if unknown else _UNTOLD
    limits = customs.limits
    return Wanted(
        story.id, now - HOUR, now - DAY, looks, words.digest if limits else "", actor.id if limits else None, actor.network if limits else None,
        actor.id, one, two,
    )  # fmt: skip


def judge_edit(tx: Tx, actor: Actor, story: Story, row: Row, words: Words, now: int, customs: Customs) -> Verdict:
    """What becomes of new words for a comment that is there: the same rules, without those about coming often or from nowhere."""
    policy = policy_of(tx, story.site)
    likeness = lessons.likeness_of(tx, story.site, words) if policy.learned_hold else NOT_ALIKE
    standing, calm = standing_of(tx, story.site, row.person, actor.proven), structs.replace(customs, rush=0)
    context = _context(tx, actor, story, policy, now, calm, standing=standing, likeness=likeness)
    return judge(Draft(story.id, words, row.parent or None, row.name), context)


def gists_of(words: Words) -> tuple[int, int] | tuple[None, None]:
    """The two min-hashes of a comment that is long enough to be told from others by them."""
    return gists(_own_pairs(words.folded)) or _UNTOLD if words.letters >= WORTH_COPYING else _UNTOLD


_UNTOLD = (None, None)


@lru_cache(maxsize=64)
def _own_pairs(folded: str) -> frozenset[int]:
    """The pairs of a comment on its way in, which are asked for three times."""
    return pairs_of(tokens_of(folded))


def _alike(words: Words, near: list[Row]) -> int:
    """How many comments of the last day say nearly the same."""
    if not near:
        return 0
    own = _own_pairs(words.folded)
    return sum([nearly_same(own, _pairs(text)) for text in {row.id: row.text for row in near}.values()])


@lru_cache(maxsize=1024)
def _pairs(text: str) -> frozenset[int]:
    """The pairs of a comment that is there. Remembered: the same few come up again and again."""
    return pairs_of(tokens_of(fold(text)))


def _slowed(tx: Tx, actor: Actor, story: Story, now: int) -> int:
    """Seconds until a slowed story takes somebody's next comment."""
    last = store.last_post_in(tx, story.id, actor.id, actor.network, now - story.slow)
    return max(1, -(-(last + story.slow - now) // 1_000)) if last is not None else 0


def standing_of(tx: Tx, site: int, person: int | None, proven: bool) -> Standing:
    """Somebody's record on a site, as trust looks at it."""
    return Standing(*store.record_of(tx, site, person, LAST), proven) if person else Standing(proven=proven)


def _context(tx: Tx, actor: Actor, story: Story, policy: Policy, now: int, customs: Customs, **known: object) -> Context:
    barred = sanctions.barred(tx, actor, story.site, now)
    return Context(
        now=now, closed=story.closed is not None, is_staff=is_staff(actor, story.site), proven=actor.proven, limits=customs.limits,
        barred=sanctions.in_words_of(barred) if barred else "", steps=policy.trust,
        staff=_staff(tuple(name for _, name in staff_names(tx, story.site))), mode=policy.mode, guests=policy.guests,
        banned_words=policy.banned_words, suspect_words=policy.suspect_words, newcomer_links=policy.newcomer_links,
        learned_hold=policy.learned_hold, rush=customs.rush, rush_from=policy.rush_from, **known,  # type: ignore[arg-type]
    )  # fmt: skip


@lru_cache(maxsize=64)
def _staff(names: tuple[str, ...]) -> frozenset[str]:
    return skeletons((*names, *RESERVED))


def _said_before(actor: Actor, same: list[Row]) -> tuple[int | None, int | None, int]:
    """(the person's own comment with the same words, one from their network, how many others') within the last hour."""
    repeated = echoed = None
    copies = 0
    for row in same:
        if actor.id is not None and row.person == actor.id:
            repeated = row.id
        elif actor.network is not None and row.network == actor.network:
            echoed = row.id
        else:
            copies += 1
    return repeated, echoed, copies
