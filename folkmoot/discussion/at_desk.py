"""Comments at the desk: how one that waits is shown in its thread, and the verbs that decide it."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.discussion import appeals, beside, moderation, previews, store, store_waits, waits
from folkmoot.discussion.alike import nearly_same, pairs_of
from folkmoot.discussion.comments import FLAGGED
from folkmoot.discussion.rules import tokens_of
from folkmoot.discussion.text import fold
from folkmoot.errors import Invalid, NotFound
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.people.waiting import Because, Choice, Source, require_why
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.web.words import N_

ABOVE, BELOW, ALIKE = 3, 3, 6
MOST_NEAR = 24  # candidates that are compared

RELEASE = Choice("release", N_("Release"), "R")
LET_STAND = Choice("release", N_("Let it stand"), "R")
SHOW_EDIT = Choice("release", N_("Show the edit"), "R")
REMOVE = Choice("remove", N_("Remove"), "X", "danger", True)
REMOVE_EDIT = Choice("remove_revision", N_("Remove the edit alone"), "E", "plain", True)
HOLD = Choice("hold", N_("Hold"), "H", "quiet")
GIVE_BACK = Choice("reverse", N_("Give it back"), "R")
UPHOLD = Choice("uphold", N_("It stays removed"), "X", "danger", True)


def choices(tx: Tx, actor: Actor, comment: int) -> tuple[Choice, ...]:
    """The verbs that fit a comment as it stands."""
    row = _row(tx, comment)
    site = get_story(tx, row.story).site
    if store_waits.open_appeal(tx, comment) is not None:
        return tuple(each for each in (UPHOLD, GIVE_BACK) if may(actor, "judge_appeal", site))
    edit = any(each.state == "held" for each in store.revisions_of(tx, comment))
    of_shown = (REMOVE, SHOW_EDIT, REMOVE_EDIT) if edit else (REMOVE, LET_STAND, HOLD)
    return tuple(each for each in (of_shown if row.state == "published" else (REMOVE, RELEASE)) if may(actor, each.deed, site))


def decide(tx: Tx, actor: Actor, comment: int, deed: str, because: Because, now: int) -> int:
    """Does one of the verbs; gives the decision's id."""
    if deed in ("reverse", "uphold"):
        return appeals.judge_appeal(tx, actor, comment, deed, because, now)
    if deed not in {each.deed for each in choices(tx, actor, comment)}:
        raise Invalid("This does not fit here any more. Look again, then decide.", "bad_decision", "do")
    if deed in ("remove", "remove_revision"):
        require_why(because)
    return moderation.decide(tx, actor, comment, deed, because, now).id


def undo(tx: Tx, actor: Actor, decision: int, now: int) -> None:
    """Takes a decision back."""
    found = store.decision_by_id(tx, decision)
    if found is not None and found.deed == "uphold":
        appeals.undo_upheld(tx, actor, found, now)
    elif found is not None and found.deed in (*beside.DEEDS, "edit_words"):
        beside.undo_mark(tx, actor, found, now)
    else:
        moderation.undo(tx, actor, decision, now)


def show(tx: Tx, actor: Actor, comment: int, now: int) -> dict[str, object]:
    """What stands around a comment: whom it answers, what answers it, what is said alike; the reports; what was decided so far."""
    row = _row(tx, comment)
    story = get_story(tx, row.story)
    flags, last, edits, appeal = store_waits.reasons(tx, [comment])[0]
    held = row.state == "held"
    waiting_edit = next((each for each in store.revisions_of(tx, comment) if each.state == "held"), None)
    return {
        "c": row, "behind": previews.behind(tx, row), "story": story, "above": _shown(tx, _above(tx, row)),
        "below": _shown(tx, store_waits.replies_to(tx, comment, BELOW)),
        "alike": _shown(tx, store_waits.same_words(tx, story.site, comment, row.digest, ALIKE)),
        "similar": _similar(tx, story.site, row), "flags": flags, "reports": waits.reports(tx, story.id, flags),
        "told": (last[0].reason if held and last else "") or (edits[0].reason if edits else "") or "",
        "held": waits.held_words(last[0].rule) if held and last else "", "noted": last[0].note if last else "",
        "first": last[0] if held and last and last[0].rule == moderation.FOUR_EYES else None,
        "appeal": appeal[0] if appeal else None, "removal": appeals.removal_of(tx, row), "edit": waiting_edit, "flagged": FLAGGED,
        "live": store_waits.live_in(tx, row.story), "decisions": store.decisions_on(tx, comment),
    }  # fmt: skip


def _row(tx: Tx, comment: int) -> Row:
    row = store.comment_row(tx, comment)
    if row is None:
        raise NotFound("There is no such comment.", "no_such_comment")
    return row


def _above(tx: Tx, row: Row) -> list[int]:
    """Whom a comment answers, outermost first."""
    found: list[int] = []
    parent = row.parent
    while parent and len(found) < ABOVE:
        found.insert(0, parent)
        above = store.comment_row(tx, parent)
        parent = above.parent if above else 0
    return found


def _similar(tx: Tx, site: int, row: Row) -> list[Row]:
    """What says nearly the same, in other words here and there."""
    own = pairs_of(tokens_of(fold(row.text)))
    near = store_waits.near_words(tx, site, row.id, MOST_NEAR)
    return _shown(tx, [each.id for each in near if nearly_same(own, pairs_of(tokens_of(fold(each.text))))][:ALIKE])


def _shown(tx: Tx, comments: Sequence[int]) -> list[Row]:
    return store_waits.brief(tx, comments)


SOURCE = Source(
    kind="comment", label=N_("Comments"), sees="see_held", waiting=waits.waiting, find=waits.find, choices=choices, decide=decide, undo=undo,
    show=show, template="discussion/at_desk.html",
)  # fmt: skip
