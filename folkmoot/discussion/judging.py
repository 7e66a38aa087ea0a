"""Fetches what the rules ask for and asks them: a comment on its way in, and an edit of one that is there."""

from __future__ import annotations

from functools import lru_cache

from msgspec import structs

from folkmoot.discussion import store
from folkmoot.discussion.model import ANONYMOUS, Customs, Draft, Verdict, Words
from folkmoot.discussion.rules import HOUR, Context, judge
from folkmoot.discussion.trust import LAST, Standing
from folkmoot.people import sanctions
from folkmoot.people.accounts import staff_names
from folkmoot.people.model import Actor
from folkmoot.people.names import RESERVED, skeleton, skeletons
from folkmoot.people.roles import is_staff
from folkmoot.sites.model import Policy, Story
from folkmoot.sites.store import policy_of
from folkmoot.storage.database import Row, Tx


def judge_draft(tx: Tx, actor: Actor, story: Story, draft: Draft, name: str, now: int, customs: Customs) -> Verdict:
    """What becomes of a new comment."""
    policy = policy_of(tx, story.site)
    by_person, by_network = store.recent_posts(tx, actor.id, actor.network, now - HOUR) if customs.limits else ([], [])
    repeated, echoed, copies = _said_before(tx, actor, draft.words, now) if customs.limits else (None, None, 0)
    slowed = _slowed(tx, actor, story, now) if story.slow else 0
    looks = skeleton(name) if name != ANONYMOUS else ""  # everybody without a name is called the same
    return judge(
        structs.replace(draft, name=name),
        _context(
            tx, actor, story, policy, now, customs, standing=standing_of(tx, actor.id, actor.proven),
            by_person=tuple(by_person), by_network=tuple(by_network), slowed=slowed, repeated=repeated, echoed=echoed, copies=copies, looks=looks,
            others=frozenset({looks}) if looks and store.namesake(tx, story.id, looks, actor.id) else frozenset(),
        ),
    )  # fmt: skip


def judge_edit(tx: Tx, actor: Actor, story: Story, row: Row, words: Words, now: int, customs: Customs) -> Verdict:
    """What becomes of new words for a comment that is there: the same rules, without those about coming often or from nowhere."""
    policy = policy_of(tx, story.site)
    context = _context(tx, actor, story, policy, now, customs, standing=standing_of(tx, row.person, actor.proven))
    return judge(Draft(story.id, words, row.parent or None, row.name), context)


def _slowed(tx: Tx, actor: Actor, story: Story, now: int) -> int:
    """Seconds until a slowed story takes somebody's next comment."""
    last = store.last_post_in(tx, story.id, actor.id, actor.network, now - story.slow)
    return max(1, -(-(last + story.slow - now) // 1_000)) if last is not None else 0


def standing_of(tx: Tx, person: int | None, proven: bool) -> Standing:
    """Somebody's record, as trust looks at it."""
    return Standing(*store.record_of(tx, person, LAST), proven) if person else Standing(proven=proven)


def _context(tx: Tx, actor: Actor, story: Story, policy: Policy, now: int, customs: Customs, **known: object) -> Context:
    barred = sanctions.barred(tx, actor, story.site, now)
    return Context(
        now=now, closed=story.closed is not None, is_staff=is_staff(actor, story.site), proven=actor.proven, limits=customs.limits,
        barred=sanctions.in_words_of(barred) if barred else "", steps=policy.trust,
        staff=_staff(tuple(name for _, name in staff_names(tx, story.site))), mode=policy.mode, guests=policy.guests,
        banned_words=policy.banned_words, suspect_words=policy.suspect_words, newcomer_links=policy.newcomer_links, **known,  # type: ignore[arg-type]
    )  # fmt: skip


@lru_cache(maxsize=64)
def _staff(names: tuple[str, ...]) -> frozenset[str]:
    return skeletons((*names, *RESERVED))


def _said_before(tx: Tx, actor: Actor, words: Words, now: int) -> tuple[int | None, int | None, int]:
    """(the person's own comment with the same words, one from their network, how many others') within the last hour."""
    repeated = echoed = None
    copies = 0
    for row in store.same_words(tx, words.digest, now - HOUR):
        if actor.id is not None and row.person == actor.id:
            repeated = row.id
        elif actor.network is not None and row.network == actor.network:
            echoed = row.id
        else:
            copies += 1
    return repeated, echoed, copies
