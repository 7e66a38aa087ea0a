"""What moderators do: hold, release, remove, restore, and what they decide beside. Each decision is a row with who, when and why.

DEEDS says which state each deed starts from and leads to; whatever is not in it is refused. Every decision is undone by its
opposite, and `undo` finds which one that is: it leaves the comment as if nothing had been decided, and both rows in the log.
"""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion import outlet, store, store_waits, telling, waits
from folkmoot.discussion.comments import show_revision, take
from folkmoot.discussion.model import Deed, Words
from folkmoot.discussion.store_search import AGAIN
from folkmoot.discussion.text import RENDERER, read
from folkmoot.discussion.visibility import appear, vanish
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, say
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.people.waiting import Because
from folkmoot.sites.model import Policy
from folkmoot.sites.store import policy_of
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

DEEDS: dict[str, tuple[frozenset[str], str]] = {  # deed -> (the states it starts from, the one it leads to)
    "hold": (frozenset({"published"}), "held"),
    "release": (frozenset({"held", "unapproved"}), "published"),
    "remove": (frozenset({"published", "held", "unapproved"}), "removed"),
    "restore": (frozenset({"removed", "spam"}), "published"),
}
BACK = {"published": "restore", "held": "hold", "removed": "remove"}  # what a return to a state is called
MAX_REASON = 500
_UNFIT = {
    "published": N_("This comment is shown already, so that decision does not fit it."),
    "held": N_("This comment is held, so that decision does not fit it."),
    "removed": N_("This comment is removed already, so that decision does not fit it."),
    "withdrawn": N_("Its writer has withdrawn this comment, so that decision does not fit it."),
}
BESIDE = ("remove_revision", "keep")  # what else is decided on a comment, its state left as it is
FOUR_EYES, APPEAL, UNDO = "four_eyes", "appeal", "undo"


class Decided(Struct, frozen=True):
    """What became of a decision. id: of its row, by which it is undone; comment: the row as it is then; second: another moderator must agree."""

    id: int
    comment: Row
    second: bool = False


def decide(
    tx: Tx, actor: Actor, comment: int, deed: str, because: Because | str, now: int, revision: int | None = None, *, rule: str = ""
) -> Decided:
    """Does one of DEEDS to a comment, or one of BESIDE, and remembers it.

    A release of a published comment shows the edit that waits; a removal takes the edit with it. `remove_revision` takes one
    text away, the waiting edit or the one of that number; `keep` keeps a withdrawn comment's words beyond their 30 days. Where the
    site wants four eyes, a first removal holds the comment until another moderator removes it too.
    Raises Invalid for an unknown deed, NotAllowed without the role, Conflict where the comment is in no state for it.
    """
    given = Because(because) if isinstance(because, str) else because
    _require_known(deed, given)
    row, turn = take(tx, comment)
    site = get_story(tx, row.story).site
    require(actor, row, deed, site)
    _require_guideline(policy_of(tx, site), given)
    if deed in BESIDE:
        made = _beside(tx, actor, row, deed, revision, given, now)
    elif deed == "release" and row.state == "published" and (edit := _waiting_revision(tx, row)) is not None:
        show_revision(tx, row, edit.id, words_again(edit.text), now)
        made = remember(tx, actor, row, deed, given, now, revision=edit.id)
    elif deed == "release" and row.state == "published" and store.flags_on(tx, row.id):
        made = remember(tx, actor, row, deed, given, now)  # the reports do not hold up
        store.settle_flags(tx, row.id, 0, now)
    elif deed == "remove" and _needs_second(tx, actor, row, site):
        return _first_of_two(tx, actor, row, turn, given, now)
    else:
        made = _settle_state(tx, actor, row, deed, given, turn, now, rule)
    waits.refresh(tx, row.id)
    return Decided(made, _again(tx, comment))


def _require_known(deed: str, because: Because) -> None:
    if deed not in DEEDS and deed not in BESIDE:
        raise Invalid(say("A decision is one of {deeds}.", deeds=(*DEEDS, *BESIDE)), "bad_decision", "do")
    require_short(because)


def require_short(because: Because) -> None:
    """Raises Invalid for a reason or a note that is too long."""
    for field in ("reason", "note"):
        if len(getattr(because, field)) > MAX_REASON:
            raise Invalid(say("A reason has up to {limit} letters.", limit=MAX_REASON), "too_long", field)


def _require_guideline(policy: Policy, because: Because) -> None:
    if because.guideline and because.guideline not in policy.guidelines:
        raise Invalid("This is none of the site’s guidelines.", "no_such_guideline", "guideline")


def _settle_state(tx: Tx, actor: Actor, row: Row, deed: str, because: Because, turn: int, now: int, rule: str) -> int:
    """A decision that leads from one state to another, and what it ends: the reports, and with a removal the edit that waits."""
    _require_fit(row, deed)
    edit = _waiting_revision(tx, row)
    move(tx, row, DEEDS[deed][1], turn, now)
    made = remember(tx, actor, row, deed, because, now, rule=rule)
    if deed in ("release", "remove"):
        store.settle_flags(tx, row.id, int(deed == "remove"), now)
    if deed == "remove" and edit is not None:
        store.set_revision(tx, edit.id, "removed", 0)
    return made


def unfit(state: str) -> str:
    """What is said where a decision does not fit the state that a comment is in."""
    return _UNFIT.get(state, N_("This comment is not shown here, so there is nothing to decide."))


def _require_fit(row: Row, deed: str) -> None:
    unopened = row.state == "published" and not row.visible  # of an import that readers do not see yet
    emptied = deed == "restore" and not row.text
    if row.state not in DEEDS[deed][0] or unopened or emptied:
        raise Conflict(unfit(row.state), "wrong_state")


# Four eyes


def _needs_second(tx: Tx, actor: Actor, row: Row, site: int) -> bool:
    """Whether a removal by this person waits for another moderator's: the site wants it, and nobody else has said so yet."""
    if actor.door != "web" or not policy_of(tx, site).four_eyes:
        return False
    last = store.last_decision(tx, row.id)
    return not (row.state == "held" and last and last.rule == FOUR_EYES and last.person != actor.id)


def _first_of_two(tx: Tx, actor: Actor, row: Row, turn: int, because: Because, now: int) -> Decided:
    _require_fit(row, "remove")
    if row.state == "published":
        move(tx, row, "held", turn, now)
    made = remember(tx, actor, row, "hold", because, now, rule=FOUR_EYES)
    waits.refresh(tx, row.id)
    return Decided(made, _again(tx, row.id), True)


# Back


def undo(tx: Tx, actor: Actor, decision: int, now: int) -> Decided:
    """Takes back the last decision on a comment's state, by its opposite: state, reports, edit and appeal are as they were before.

    Raises NotFound, NotAllowed, Conflict where something else has been decided since.
    """
    found = store.decision_by_id(tx, decision)
    if found is None:
        raise NotFound("There is no such decision.", "no_such_decision")
    row, turn = take(tx, found.comment)
    require(actor, row, found.deed, get_story(tx, row.story).site)
    if found.revision and found.deed in ("release", "remove_revision"):
        made = _undo_edit(tx, actor, row, found, now)
        waits.refresh(tx, row.id)
        return Decided(made, _again(tx, row.id))
    last = store.last_decision(tx, row.id)
    theirs = found.deed == "withdraw" or not row.text  # its writer's to say; or its words are gone, so that there is nothing to show again
    if theirs or found.revision or not found.was or last is None or last.id != decision:
        raise _decided_since()
    before = _before(tx, row.id, decision)
    if row.state != found.was:
        move(tx, row, found.was, turn, now)
    reason = Because(before.reason, before.guideline, before.note) if before else Because()
    deed = BACK.get(found.was, "hold")
    made = remember(tx, actor, row, deed, reason, now, rule=before.rule if before and before.rule else UNDO, undoes=decision)
    _reopen(tx, row.id, found.deed, found.at)
    waits.refresh(tx, row.id)
    return Decided(made, _again(tx, row.id))


def _undo_edit(tx: Tx, actor: Actor, row: Row, found: Row, now: int) -> int:
    """An edit that was shown or removed waits again, and the text from before it is what readers see."""
    past = store.revisions_of(tx, row.id)
    edit = next((each for each in past if each.id == found.revision), None)
    held = [each for each in store.decisions_on(tx, row.id) if each.revision == found.revision and each.deed == "hold" and each.id < found.id]
    as_left = edit is not None and edit.state == ("shown" if found.deed == "release" else "removed")
    last = store.decision_on_revision(tx, found.revision)
    if edit is None or not held or not as_left or last is None or last.id != found.id or _waiting_revision(tx, row) is not None:
        raise _decided_since()
    if found.deed == "release":
        _show_again(tx, row, [each for each in past if each.number < edit.number and each.state == "past"], now)
    store.set_revision(tx, edit.id, "held", 0)
    why = Because(held[-1].reason, held[-1].guideline, held[-1].note)
    return remember(tx, actor, row, "hold", why, now, revision=edit.id, rule=held[-1].rule or UNDO, undoes=found.id)


def _show_again(tx: Tx, row: Row, past: list[Row], now: int) -> None:
    if not past:
        raise _decided_since()
    before = past[-1]
    words = words_again(before.text)
    store.set_revision(tx, before.id, "shown", 0)
    edited = before.made if before.number > 1 else None
    store.set_text(tx, row.id, words.text, words.html, RENDERER, words.digest, edited)
    jobs.put(tx, AGAIN, {"comment": row.id}, now, key=f"{AGAIN}:{row.id}")
    if row.visible:
        tx.bump(row.story)
        outlet.changed(tx, row, "comment.edited", now)


def _decided_since() -> Conflict:
    return Conflict("Something else has been decided since, so this is not the last word any more. Decide anew.", "decided_since")


def _before(tx: Tx, comment: int, decision: int) -> Row | None:
    """The decision that explained the state before this one."""
    earlier = [each for each in store.decisions_on(tx, comment) if each.deed in (*DEEDS, "publish") and each.id != decision and not each.revision]
    return earlier[-1] if earlier else None


def _reopen(tx: Tx, comment: int, deed: str, decided: int) -> None:
    """What a decision had ended: reports, the edit that waited, the appeal."""
    store.reopen_flags(tx, comment, decided)
    gone = [each for each in store.revisions_of(tx, comment) if each.state == "removed"] if deed == "remove" else []
    if gone and (last := store.decision_on_revision(tx, gone[-1].id)) and last.deed == "hold":
        store.set_revision(tx, gone[-1].id, "held", 0)
    appeal = store_waits.appeal_decided_at(tx, comment, decided)
    if appeal:
        store_waits.decide_appeal(tx, appeal.id, None, None, None)


# What all of them do


def require(actor: Actor, row: Row, deed: str, site: int) -> None:
    """Raises NotFound for a comment that this person cannot see, NotAllowed without the role."""
    if not may(actor, deed, site):
        if not row.visible:
            raise NotFound("There is no such comment.", "no_such_comment")
        raise NotAllowed("Only this site's moderators may do this.", "not_staff")


def move(tx: Tx, row: Row, state: str, turn: int, now: int) -> None:
    """Takes a comment from its state to another: visibility, the thread's count and its version go with it."""
    store.set_state(tx, row.id, state)
    was, will = row.state == "published", state == "published"
    if was != will:
        store.add_live(tx, row.story, 1 if will else -1)
        outlet.changed(tx, row, "comment.published" if will else "comment.removed", now)
    if will and not row.visible:
        appear(tx, row.id, row.parent, turn)
    elif will:
        store.set_visible(tx, row.id, 1, turn)
    elif row.visible:
        vanish(tx, row, turn)
    if was or will or row.visible:
        tx.bump(row.story)


def _waiting_revision(tx: Tx, row: Row) -> Row | None:
    return next((each for each in store.revisions_of(tx, row.id) if each.state == "held"), None)


def _beside(tx: Tx, actor: Actor, row: Row, deed: str, revision: int | None, because: Because, now: int) -> int:
    if deed == "keep":
        return remember(tx, actor, row, deed, because, now)
    edit = _waiting_revision(tx, row)
    number = revision or (edit.number if edit is not None else 0)
    found = next((each for each in store.revisions_of(tx, row.id) if each.number == number), None)
    if found is None:
        raise NotFound("There is no such revision.", "no_such_revision")
    if found.state == "shown":
        raise Conflict("This is the text that is shown. Remove the comment, or have it edited.", "revision_shown")
    store.set_revision(tx, found.id, "removed", 0)
    return remember(tx, actor, row, "remove_revision", because, now, revision=found.id)


def remember(
    tx: Tx, actor: Actor, row: Row, deed: Deed | str, because: Because, now: int,
    *, revision: int | None = None, rule: str = "", undoes: int | None = None,
) -> int:
    """Writes a decision down. row: the comment as it was before it. Gives the decision's id."""
    made_by, made = "person" if actor.door == "web" else actor.door, new_id(now)
    store.insert_decision(
        tx, made, row.id, deed, actor.id, made_by, now, rule=rule, reason=because.reason.strip(), revision=revision,
        guideline=because.guideline, note=because.note.strip(), was=row.state if revision is None else "", undoes=undoes,
    )  # fmt: skip
    if deed in DEEDS:
        outlet.decided(tx, row.id, now)
    telling.put(tx, made, row.person if row.person != actor.id else None, deed, now)
    return made


def _again(tx: Tx, comment: int) -> Row:
    row = store.comment_row(tx, comment)
    if row is None:
        raise NotFound("There is no such comment.", "no_such_comment")
    return row


def words_again(text: str) -> Words:
    """What was typed and stored, read again as it was when it came in."""
    return read(text, limit=len(text) + 1)


def waiting(tx: Tx, story: int | None = None, limit: int = 100) -> list[Row]:
    """Comments that wait for a moderator, oldest first."""
    return store.held_comments(tx, story, limit)
