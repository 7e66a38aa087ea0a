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

DEEDS: dict[str, tuple[frozenset[str], str]] = {
    "hold": (frozenset({"published"}), "held"),
    "release": (frozenset({"held", "unapproved"}), "published"),
    "remove": (frozenset({"published", "held", "unapproved"}), "removed"),
    "restore": (frozenset({"removed", "spam"}), "published"),
}
MAX_REASON = 500


def decide(tx: Tx, actor: Actor, comment: int, deed: str, reason: str, now: int) -> Row:
    """Does one of DEEDS to a comment, and remembers it; gives the comment's row as it is then.

    A release also shows an edit that waits. Raises Invalid for an unknown deed, NotAllowed without the role, Conflict where the
    comment is in no state for it.
    """
    if deed not in DEEDS:
        raise Invalid(say("A decision is one of {deeds}.", deeds=", ".join(DEEDS)), "bad_decision", "do")
    if len(reason) > MAX_REASON:
        raise Invalid(say("A reason has up to {limit} letters.", limit=MAX_REASON), "too_long", "reason")
    row, turn = take(tx, comment)
    _require(tx, actor, row, deed)
    waiting = _waiting_revision(tx, row)
    if waiting is not None and deed in ("release", "remove") and row.state == "published":
        return _decide_revision(tx, actor, row, waiting, deed, reason, now)
    begins, ends = DEEDS[deed]
    if row.state not in begins:
        raise Conflict(say("This comment is {state}, so there is nothing to {deed}.", state=row.state, deed=deed), "wrong_state")
    _move(tx, row, ends, turn)
    _remember(tx, actor, row.id, deed, reason, now)
    if deed in ("release", "remove"):
        store.settle_flags(tx, comment, now)
    return _again(tx, comment)


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


def _decide_revision(tx: Tx, actor: Actor, row: Row, revision: Row, deed: str, reason: str, now: int) -> Row:
    """An edit waits while the old text stays: show it, or remove it alone."""
    if deed == "release":
        show_revision(tx, row, revision.id, words_again(revision.text), now)
    else:
        store.set_revision(tx, revision.id, "removed", 0)
    _remember(tx, actor, row.id, "release" if deed == "release" else "remove_revision", reason, now, revision.id)
    return _again(tx, row.id)


def remove_revision(tx: Tx, actor: Actor, comment: int, number: int, reason: str, now: int) -> None:
    """Takes one past text out of the history and leaves the comment as it is."""
    row, _ = take(tx, comment)
    _require(tx, actor, row, "remove_revision")
    found = next((each for each in store.revisions_of(tx, comment) if each.number == number), None)
    if found is None:
        raise NotFound("There is no such revision.", "no_such_revision")
    if found.state == "shown":
        raise Conflict("This is the text that is shown. Remove the comment, or have it edited.", "revision_shown")
    store.set_revision(tx, found.id, "removed", 0)
    _remember(tx, actor, comment, "remove_revision", reason, now, found.id)


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
