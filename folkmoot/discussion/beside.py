"""What staff decide beside a comment's state: lock its branch, put it above the thread, mark it as chosen, mend its words.

Each deed has its opposite, and both are rows in the same log. Readers see marks beside the name, and the pinned comment above the thread.
"""

from __future__ import annotations

from folkmoot.discussion import store, store_beside
from folkmoot.discussion.comments import show_revision, take
from folkmoot.discussion.model import MAX_TEXT, Words
from folkmoot.discussion.moderation import remember, require, require_short, words_again
from folkmoot.discussion.visibility import touch
from folkmoot.errors import Conflict, Invalid, NotFound, say
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id

MARKED = {"feature": ("featured", True), "unfeature": ("featured", False), "lock": ("locked", True), "unlock": ("locked", False)}
DEEDS = (*MARKED, "pin", "unpin")
BY_STAFF = "edited_by_staff"


def mark(tx: Tx, actor: Actor, comment: int, deed: str, because: Because, now: int) -> int:
    """Does one of DEEDS to a comment that readers see; gives the decision's id. Raises Conflict where it is so already."""
    if deed not in DEEDS:
        raise Invalid(say("A decision is one of {deeds}.", deeds=DEEDS), "bad_decision", "do")
    require_short(because)
    row, turn = take(tx, comment)
    require(actor, row, deed, get_story(tx, row.story).site)
    if row.state != "published" or not row.visible:
        raise Conflict("Readers do not see this comment, so there is nothing to mark.", "wrong_state")
    if deed in ("pin", "unpin"):
        _pin(tx, row, deed == "pin")
    else:
        _mark(tx, row, *MARKED[deed], now)
    touch(tx, row, turn)
    return remember(tx, actor, row, deed, because, now)


def _pin(tx: Tx, row: Row, pinned: bool) -> None:
    """One comment stands above a thread; another takes its place."""
    if (store_beside.pinned_in(tx, row.story) == row.id) == pinned:
        raise _no_change()
    store_beside.set_pinned(tx, row.story, row.id if pinned else None)


def _mark(tx: Tx, row: Row, name: str, wanted: bool, now: int) -> None:
    marks = row.marks.split()
    if (name in marks) == wanted:
        raise _no_change()
    store_beside.set_marks(tx, row.id, " ".join([*marks, name] if wanted else [each for each in marks if each != name]))
    if name == "locked":
        (store_beside.lock if wanted else store_beside.unlock)(tx, row.id, row.story, now)


def _no_change() -> Conflict:
    return Conflict("It is so already.", "no_change")


def edit_words(tx: Tx, actor: Actor, comment: int, words: Words, because: Because, now: int) -> int:
    """Mends what somebody else wrote; readers see a mark and the text from before. Gives the decision's id."""
    require_short(because)
    row, _ = take(tx, comment)
    require(actor, row, "edit_words", get_story(tx, row.story).site)
    if row.state not in ("published", "held"):
        raise Conflict("This comment is no longer shown, so it cannot be edited.", "not_shown")
    if not words.folded or words.letters > MAX_TEXT:
        raise Invalid("The comment has one to 5,000 letters.", "refused_length", "text")
    if words.text == row.text:
        raise _no_change()
    revision = _put_text(tx, row, words, actor.id, now)
    _set_by_staff(tx, row, True)
    made = new_id(now)
    store.insert_decision(
        tx, made, comment, "edit_words", actor.id, "person" if actor.door == "web" else actor.door, now, reason=because.reason.strip(),
        guideline=because.guideline, note=because.note.strip(), revision=revision,
    )  # fmt: skip
    return made


def unedit(tx: Tx, actor: Actor, decision: Row, now: int) -> None:
    """Brings back the text from before an edit by staff, unless it has been edited again."""
    row, _ = take(tx, decision.comment)
    require(actor, row, "edit_words", get_story(tx, row.story).site)
    past = store.revisions_of(tx, row.id)
    shown = next((each for each in past if each.state == "shown"), None)
    before = next((each for each in reversed(past) if shown is not None and each.number < shown.number and each.state == "past"), None)
    if shown is None or shown.id != decision.revision or before is None:
        raise Conflict("Something else has been decided since, so this is not the last word any more. Decide anew.", "decided_since")
    _put_text(tx, row, words_again(before.text), before.person, now)
    _set_by_staff(tx, row, False)
    remember(tx, actor, row, "edit_words", Because(), now, undoes=decision.id)


def _put_text(tx: Tx, row: Row, words: Words, person: int | None, now: int) -> int:
    """Makes a text the shown one, the one before it part of the public history; gives the new revision's id."""
    if not store.revisions_of(tx, row.id):
        store.insert_revision(tx, new_id(row.posted), row.id, 1, row.text, row.html, row.posted, row.person, "shown", 0)
    past, revision = store.revisions_of(tx, row.id), new_id(now)
    store.insert_revision(tx, revision, row.id, past[-1].number + 1, words.text, words.html, now, person, "held", 0)
    show_revision(tx, row, revision, words, now)
    return revision


def _set_by_staff(tx: Tx, row: Row, wanted: bool) -> None:
    marks = [each for each in row.marks.split() if each != BY_STAFF]
    store_beside.set_marks(tx, row.id, " ".join([*marks, BY_STAFF] if wanted else marks))


def undo_mark(tx: Tx, actor: Actor, decision: Row, now: int) -> None:
    """The opposite of a mark."""
    opposite = {"lock": "unlock", "unlock": "lock", "pin": "unpin", "unpin": "pin", "feature": "unfeature", "unfeature": "feature"}
    if decision.deed == "edit_words":
        unedit(tx, actor, decision, now)
    elif decision.deed in opposite:
        mark(tx, actor, decision.comment, opposite[decision.deed], Because(), now)
    else:
        raise NotFound("This cannot be taken back here. Decide anew.", "no_undo")
