"""What moderators do: hold, release, remove, restore, remove one revision. Each decision is a row with who, when and why.

DEEDS says which state each deed starts from and leads to; whatever is not in it is refused. Every decision is undone by its
opposite.
"""

from __future__ import annotations

from folkmoot.discussion import store
from folkmoot.discussion.comments import show_revision, take
from folkmoot.discussion.model import Deed, Words
from folkmoot.discussion.text import read
from folkmoot.discussion.visibility import appear, vanish
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, say
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id

DEEDS: dict[str, tuple[frozenset[str], str]] = {  # deed -> (the states it starts from, the one it leads to)
    "hold": (frozenset({"published"}), "held"),
    "release": (frozenset({"held", "unapproved"}), "published"),
    "remove": (frozenset({"published", "held", "unapproved"}), "removed"),
    "restore": (frozenset({"removed", "spam"}), "published"),
}
MAX_REASON = 500


BESIDE = ("remove_revision", "keep")  # what else is decided on a comment, its state left as it is


def decide(tx: Tx, actor: Actor, comment: int, deed: str, reason: str, now: int, revision: int | None = None) -> Row:
    """Does one of DEEDS to a comment, or one of BESIDE, and remembers it; gives the comment's row as it is then.

    A release of a published comment shows the edit that waits; a removal takes the edit with it. `remove_revision` takes one
    text away, the waiting edit or the one of that number; `keep` keeps a withdrawn comment's words beyond their 30 days.
    Raises Invalid for an unknown deed, NotAllowed without the role, Conflict where the comment is in no state for it.
    """
    if deed not in DEEDS and deed not in BESIDE:
        raise Invalid(say("A decision is one of {deeds}.", deeds=", ".join((*DEEDS, *BESIDE))), "bad_decision", "do")
    if len(reason) > MAX_REASON:
        raise Invalid(say("A reason has up to {limit} letters.", limit=MAX_REASON), "too_long", "reason")
    row, turn = take(tx, comment)
    _require(tx, actor, row, deed)
    waiting = _waiting_revision(tx, row)
    if deed in BESIDE:
        number = revision or (waiting.number if waiting is not None else 0)
        _beside(tx, actor, row, deed, number, reason, now)
    elif deed == "release" and waiting is not None and row.state == "published":
        show_revision(tx, row, waiting.id, words_again(waiting.text), now)
        _remember(tx, actor, row.id, deed, reason, now, waiting.id)
    else:
        _require_fit(row, deed)
        _move(tx, row, DEEDS[deed][1], turn)
        _remember(tx, actor, row.id, deed, reason, now)
        _settle(tx, row.id, deed, waiting, now)
    return _again(tx, comment)


def _require_fit(row: Row, deed: str) -> None:
    unopened = row.state == "published" and not row.visible  # of an import that readers do not see yet
    emptied = deed == "restore" and not row.text
    if row.state not in DEEDS[deed][0] or unopened or emptied:
        raise Conflict(say("This comment is {state}, so there is nothing to {deed}.", state=row.state, deed=deed), "wrong_state")


def _settle(tx: Tx, comment: int, deed: str, waiting: Row | None, now: int) -> None:
    """What a decision ends: the reports, and with a removal the edit that waits."""
    if deed in ("release", "remove"):
        store.settle_flags(tx, comment, now)
    if deed == "remove" and waiting is not None:
        store.set_revision(tx, waiting.id, "removed", 0)


def _beside(tx: Tx, actor: Actor, row: Row, deed: str, number: int, reason: str, now: int) -> None:
    if deed == "remove_revision":
        _remove_revision(tx, actor, row, number, reason, now)
    else:
        _remember(tx, actor, row.id, deed, reason, now)


def _require(tx: Tx, actor: Actor, row: Row, deed: str) -> None:
    if not may(actor, deed, get_story(tx, row.story).site):
        if not row.visible:
            raise NotFound("There is no such comment.", "no_such_comment")
        raise NotAllowed("Only this site's moderators may do this.", "not_staff")


def _move(tx: Tx, row: Row, state: str, turn: int) -> None:
    """Takes a comment from its state to another: visibility, the thread's count and its version go with it."""
    store.set_state(tx, row.id, state)
    was, will = row.state == "published", state == "published"
    if was != will:
        store.add_live(tx, row.story, 1 if will else -1)
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


def _remove_revision(tx: Tx, actor: Actor, row: Row, number: int, reason: str, now: int) -> None:
    """Takes one text out of the history, or the edit that waits, and leaves the comment as it is."""
    found = next((each for each in store.revisions_of(tx, row.id) if each.number == number), None)
    if found is None:
        raise NotFound("There is no such revision.", "no_such_revision")
    if found.state == "shown":
        raise Conflict("This is the text that is shown. Remove the comment, or have it edited.", "revision_shown")
    store.set_revision(tx, found.id, "removed", 0)
    _remember(tx, actor, row.id, "remove_revision", reason, now, found.id)


def _remember(tx: Tx, actor: Actor, comment: int, deed: Deed | str, reason: str, now: int, revision: int | None = None) -> None:
    made_by = "person" if actor.door == "web" else actor.door
    store.insert_decision(tx, new_id(now), comment, deed, actor.id, made_by, now, reason=reason.strip(), revision=revision)


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
