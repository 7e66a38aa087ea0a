"""A writer does not accept what became of their comment: they appeal, and another moderator than who decided it looks again."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion import moderation, store, store_waits, waits
from folkmoot.discussion.comments import require_own, take
from folkmoot.discussion.model import APPEAL_DAYS, MAX_APPEAL
from folkmoot.discussion.moderation import APPEAL, move, remember
from folkmoot.errors import Conflict, Invalid, NotAllowed, say
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id

DAY = 86_400_000


def appeal(tx: Tx, actor: Actor, comment: int, words: str, now: int) -> int:
    """Appeals against the removal of one's own comment, once per removal; gives the appeal's id.

    Raises Invalid without words, Conflict where nothing was removed, it was appealed already, or half a year has passed.
    """
    said = words.strip()
    if not said or len(said) > MAX_APPEAL:
        raise Invalid(say("Say in up to {limit} letters why the comment should come back.", limit=MAX_APPEAL), "bad_appeal", "text")
    row, _ = take(tx, comment)
    require_own(actor, row)
    removal = removal_of(tx, row)
    if removal is None:
        raise Conflict("Only what a moderator has removed can be appealed.", "not_removed")
    if now > removal.at + APPEAL_DAYS * DAY:
        raise Conflict(say("An appeal can be made for {days} days. They have passed.", days=APPEAL_DAYS), "too_late")
    if any(each.decision == removal.id for each in store_waits.appeals_on(tx, comment)):
        raise Conflict("You have appealed against this already. The answer stands beside the comment.", "appealed")
    made = new_id(now)
    store_waits.insert_appeal(tx, made, comment, removal.id, actor.id or 0, said, now)
    waits.refresh(tx, comment)
    return made


def removal_of(tx: Tx, row: Row) -> Row | None:
    """The decision by which a comment is removed, where it is and not by an import."""
    last = store.last_decision(tx, row.id) if row.state == "removed" else None
    return last if last is not None and last.deed == "remove" and last.made_by != "import" else None


def can_appeal(tx: Tx, row: Row, now: int) -> bool:
    """Whether the writer of a comment could appeal now."""
    removal = removal_of(tx, row)
    known = {each.decision for each in store_waits.appeals_on(tx, row.id)}
    return removal is not None and removal.id not in known and now <= removal.at + APPEAL_DAYS * DAY


class Told(Struct, frozen=True):
    """What the writer of a removed comment is told beside the reason: by which guideline, whether they can appeal, their last appeal."""

    guideline: str
    open: bool
    last: Row | None


def told(tx: Tx, comment: int, now: int) -> Told:
    """What stands beside a comment for its writer."""
    row = store.comment_row(tx, comment)
    if row is None:
        return Told("", False, None)
    last, known = store.last_decision(tx, comment), store_waits.appeals_on(tx, comment)
    guideline = last.guideline if last is not None and row.state in ("removed", "held") else ""
    return Told(guideline, can_appeal(tx, row, now), known[-1] if known else None)


def judge_appeal(tx: Tx, actor: Actor, comment: int, outcome: str, because: Because, now: int) -> int:
    """Gives a comment back (`reverse`) or lets its removal stand (`uphold`); gives the decision's id.

    Raises NotAllowed for who removed it: another moderator decides.
    """
    moderation.require_short(because)
    row, turn = take(tx, comment)
    moderation.require(actor, row, "judge_appeal", get_story(tx, row.story).site)
    found = store_waits.open_appeal(tx, comment)
    if found is None:
        raise Conflict("No appeal waits here.", "no_appeal")
    removal = store.decision_by_id(tx, found.decision)
    if actor.id is not None and removal is not None and removal.person == actor.id:
        raise NotAllowed("You removed this comment, so another moderator decides the appeal.", "own_decision")
    if outcome == "reverse":
        if not row.text:
            raise Conflict("The words are no longer here, so they cannot come back.", "no_words")
        move(tx, row, "published", turn, now)
        made = remember(tx, actor, row, "restore", because, now, rule=APPEAL)
    elif outcome == "uphold":
        made = remember(tx, actor, row, "uphold", because, now, rule=APPEAL)
    else:
        raise Invalid("An appeal is reversed or upheld.", "bad_decision", "do")
    store_waits.decide_appeal(tx, found.id, {"reverse": "reversed", "uphold": "upheld"}[outcome], actor.id, now)
    waits.refresh(tx, comment)
    return made


def undo_upheld(tx: Tx, actor: Actor, decision: Row, now: int) -> None:
    """Opens an appeal again whose removal was upheld by mistake."""
    row, _ = take(tx, decision.comment)
    moderation.require(actor, row, "judge_appeal", get_story(tx, row.story).site)
    found = store_waits.appeal_decided_at(tx, row.id, decision.at)
    if found is None:
        raise Conflict("Something else has been decided since, so this is not the last word any more. Decide anew.", "decided_since")
    store_waits.decide_appeal(tx, found.id, None, None, None)
    waits.refresh(tx, row.id)
