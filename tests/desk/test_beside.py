"""Marks beside a comment's state and the valve of a story: each shown to readers, each undone by its opposite."""

from __future__ import annotations

import pytest

from folkmoot.discussion import at_desk, beside, checks, moderation, store, telling
from folkmoot.discussion.text import read
from folkmoot.errors import Conflict, Invalid, NotAllowed
from folkmoot.people import notices
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from folkmoot.sites import stories
from tests.moot import Moot


@pytest.fixture
def vera(moot: Moot) -> Actor:
    return moot.member("Vera", "moderator")


def mark(moot: Moot, by: Actor, comment: int, deed: str) -> int:
    moot.later(1)
    return moot.db.write_now(lambda tx: beside.mark(tx, by, comment, deed, Because(), moot.now))


def undo(moot: Moot, by: Actor, decision: int) -> None:
    moot.later(1)
    moot.db.write_now(lambda tx: at_desk.undo(tx, by, decision, moot.now))


def sound(moot: Moot) -> list[str]:
    return [finding.words for finding in checks.check(moot.db)]


def test_a_locked_branch_takes_no_more_replies_anywhere_below(moot: Moot, vera: Actor) -> None:
    bo = moot.guest("Bo")
    root = moot.says(bo, "One.")
    reply = moot.says(bo, "Two.", root)
    beneath = moot.says(bo, "Three.", reply)
    other = moot.says(bo, "Elsewhere.")
    locked = mark(moot, vera, reply, "lock")
    for parent in (reply, beneath):
        with pytest.raises(Conflict, match="no more replies"):
            moot.says(bo, "More.", parent)
    moot.says(bo, "Beside it.", root)
    moot.says(bo, "And there.", other)
    undo(moot, vera, locked)
    moot.says(bo, "More.", beneath)
    assert sound(moot) == []


def test_one_comment_stands_above_the_thread(moot: Moot, vera: Actor) -> None:
    bo = moot.guest("Bo")
    first, second = moot.says(bo, "First."), moot.says(bo, "Second.")
    version = moot.version()
    mark(moot, vera, first, "pin")
    assert (moot.page().pinned or 0).text == "First."  # type: ignore[union-attr]
    assert moot.version() > version
    pinned = mark(moot, vera, second, "pin")
    assert (moot.page().pinned or 0).text == "Second."  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        mark(moot, vera, second, "pin")
    undo(moot, vera, pinned)
    assert moot.page().pinned is None
    mark(moot, vera, first, "pin")
    moot.decide(vera, first, "remove")
    assert moot.page().pinned is None


def test_a_chosen_comment_bears_a_mark_until_it_is_chosen_no_longer(moot: Moot, vera: Actor) -> None:
    said = moot.says(moot.guest("Bo"), "Well said.")
    chosen = mark(moot, moot.member("Ed", "editor"), said, "feature")
    assert moot.page().roots[0].comment.marks == ("featured",)
    undo(moot, vera, chosen)
    assert moot.page().roots[0].comment.marks == ()
    with pytest.raises(NotAllowed):
        mark(moot, moot.member("Hedda"), said, "feature")


def test_an_edit_by_staff_is_seen_as_one_and_taken_back(moot: Moot, vera: Actor) -> None:
    said = moot.says(moot.guest("Bo"), "She lives in Ferry Lane 12.")
    moot.later(100_000)
    made = moot.db.write_now(lambda tx: beside.edit_words(tx, vera, said, read("She lives nearby."), Because("An address"), moot.now))
    shown = moot.page().roots[0].comment
    assert (shown.text, shown.marks) == ("She lives nearby.", ("edited_by_staff",))
    assert sound(moot) == []
    undo(moot, vera, made)
    shown = moot.page().roots[0].comment
    assert (shown.text, shown.marks) == ("She lives in Ferry Lane 12.", ())
    assert sound(moot) == []


def test_a_slowed_story_takes_one_comment_of_a_person_at_a_time(moot: Moot, vera: Actor) -> None:
    bo = moot.guest("Bo")
    moot.says(bo, "One.")
    moot.db.write_now(lambda tx: stories.slow(tx, vera, moot.story.id, 60, "Breaking", moot.now))
    with pytest.raises(Invalid, match="in 60 seconds"):
        moot.post(bo, "Two.")
    moot.says(moot.guest("Ada"), "I have said nothing yet.")
    moot.says(vera, "Who works here is not slowed.")
    moot.later(60_000)
    moot.says(bo, "Two.")
    moot.db.write_now(lambda tx: stories.slow(tx, vera, moot.story.id, 0, "", moot.now))
    moot.says(bo, "Three.")
    with pytest.raises(NotAllowed):
        moot.db.write_now(lambda tx: stories.slow(tx, bo, moot.story.id, 60, "", moot.now))


def tell(moot: Moot, decision: int) -> None:
    moot.db.write_now(lambda tx: telling.tell_decided(tx, {"decision": decision}, moot.now))


def test_a_writer_is_told_of_a_decision_unless_it_was_taken_back_at_once(moot: Moot, vera: Actor) -> None:
    moot.allow(guidelines=("Speak to the matter.",))
    ada = moot.member("Ada")
    kept, back = moot.says(ada, "One."), moot.says(ada, "Two.")
    first = moot.db.write_now(lambda tx: moderation.decide(tx, vera, kept, "remove", Because("Against her", "Speak to the matter."), moot.now)).id
    second = moot.db.write_now(lambda tx: moderation.decide(tx, vera, back, "remove", "", moot.now)).id
    moot.later(5_000)
    third = moot.db.write_now(lambda tx: moderation.undo(tx, vera, second, moot.now)).id
    moot.later(6_000)
    for decision in (first, second, third):
        tell(moot, decision)
    (told,) = moot.db.read_now(lambda tx: notices.notices_of(tx, ada))
    assert (told.kind, told.values["reason"], told.values["rule"]) == ("comment_removed", "Against her", "Speak to the matter.")
    assert moot.db.read_now(lambda tx: store.decision_by_id(tx, third)).undoes == second
