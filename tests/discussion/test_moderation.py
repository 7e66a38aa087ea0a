"""Moderators' decisions: each is a row, each is undone by its opposite, each is gone from everywhere."""

from __future__ import annotations

import pytest

from folkmoot.discussion import comments, duties, mine, moderation, store
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound
from folkmoot.people.model import COMMAND, Actor
from tests.moot import DAY, MINUTE, Moot


def test_what_is_removed_is_gone_and_what_is_restored_is_back(moot: Moot) -> None:
    ines = moot.member("Ines", "moderator")
    comment = moot.says(moot.guest("Ada"), "You fool.")
    moot.decide(ines, comment, "remove", "It attacks a person")
    assert (moot.texts(), moot.live()) == ([], 0)
    moot.decide(ines, comment, "restore", "I misread it")
    assert (moot.texts(), moot.live()) == (["You fool."], 1)


def test_every_decision_is_remembered_with_who_when_and_why(moot: Moot) -> None:
    ines = moot.member("Ines", "moderator")
    comment = moot.says(moot.guest("Ada"), "You fool.")
    moot.decide(ines, comment, "hold", "To be looked at")
    moot.later(MINUTE)
    moot.decide(ines, comment, "remove", "It attacks a person")
    rows = moot.db.read_now(lambda tx: store.decisions_on(tx, comment))
    assert [(row.deed, row.person, row.reason) for row in rows] == [
        ("hold", ines.id, "To be looked at"), ("remove", ines.id, "It attacks a person"),
    ]  # fmt: skip
    assert rows[1].at == moot.now


def test_what_is_held_under_replies_leaves_a_tombstone(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "You fool.")
    moot.says(moot.guest("Bo"), "Calm down.", comment)
    moot.decide(moot.member("Ines", "moderator"), comment, "hold")
    assert moot.texts() == ["(held)", "Calm down."]
    assert moot.page().roots[0].comment.name == ""


def test_a_held_comment_that_is_released_appears(moot: Moot) -> None:
    moot.allow(mode="hold_all")
    posted = moot.post(moot.guest("Ada"), "The lake is clean.")
    moot.decide(moot.member("Ines", "moderator"), posted.id, "release")
    assert (moot.texts(), moot.live()) == (["The lake is clean."], 1)


def test_only_moderators_decide(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    for who in (Actor(), moot.guest("Bo"), moot.member("Chidi"), moot.member("Edda", "editor")):
        with pytest.raises(NotAllowed):
            moot.decide(who, comment, "remove")
    assert moot.live() == 1


def test_a_moderator_of_another_site_decides_nothing_here(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    ines = moot.member("Ines")
    elsewhere = Actor(person=ines.person, roles=frozenset({(moot.site.id + 1, "moderator")}))
    with pytest.raises(NotAllowed):
        moot.decide(elsewhere, comment, "remove")


def test_the_command_line_may_decide(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    moot.decide(COMMAND, comment, "remove", "By order")
    assert moot.live() == 0


def test_a_decision_that_fits_no_state_changes_nothing(moot: Moot) -> None:
    ines = moot.member("Ines", "moderator")
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    with pytest.raises(Conflict):
        moot.decide(ines, comment, "release")
    with pytest.raises(Invalid):
        moot.decide(ines, comment, "explode")
    with pytest.raises(NotFound):
        moot.decide(ines, 4711, "remove")
    assert moot.live() == 1


def test_one_revision_can_be_removed_alone(moot: Moot) -> None:
    ada, ines = moot.guest("Ada"), moot.member("Ines", "moderator")
    comment = moot.says(ada, "Bo lives at 4 Mill Road.")
    moot.later(2 * MINUTE)
    moot.edit(ada, comment, "Bo lives nearby.")
    moot.db.write_now(lambda tx: moderation.decide(tx, ines, comment, "remove_revision", "A private address", moot.now, 1))
    shown = moot.db.read_now(lambda tx: comments.history(tx, Actor(), comment))
    assert [row.text for row in shown] == ["Bo lives nearby."]
    assert moot.texts() == ["Bo lives nearby."]


def test_a_report_waits_for_a_moderator_and_goes_with_their_decision(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "You fool.")
    bo = moot.guest("Bo")
    moot.db.write_now(lambda tx: comments.flag(tx, bo, comment, "attack", "Twice now", moot.now))
    moot.db.write_now(lambda tx: comments.flag(tx, bo, comment, "other", "", moot.now))
    assert [row.reason for row in moot.db.read_now(lambda tx: store.flags_on(tx, comment))] == ["other"]
    moot.decide(moot.member("Ines", "moderator"), comment, "remove")
    assert moot.db.read_now(lambda tx: store.flags_on(tx, comment)) == []


def test_a_removal_takes_the_comment_though_an_edit_of_it_waits(moot: Moot) -> None:
    moot.allow(suspect_words=("casino",))
    eve, ines = moot.guest("Eve"), moot.member("Ines", "moderator")
    comment = moot.says(eve, "You fool.")
    moot.edit(eve, comment, "You fool. My casino.")
    moot.decide(ines, comment, "remove", "It attacks a person")
    assert (moot.texts(), moot.live()) == ([], 0)
    assert {row.state for row in moot.db.read_now(lambda tx: store.revisions_of(tx, comment))} == {"shown", "removed"}


def test_nobody_takes_back_what_its_writer_has_withdrawn(moot: Moot) -> None:
    ada = moot.guest("Ada")
    comment = moot.says(ada, "I saw who did it.")
    moot.withdraw(ada, comment)
    (withdrawal,) = moot.db.read_now(lambda tx: store.decisions_on(tx, comment))
    with pytest.raises(Conflict):
        moot.db.write_now(lambda tx: moderation.undo(tx, COMMAND, withdrawal.id, moot.now))
    assert moot.texts() == []


def test_a_held_edit_waits_in_the_queue_like_a_held_comment(moot: Moot) -> None:
    moot.allow(suspect_words=("casino",))
    eve, ines = moot.guest("Eve"), moot.member("Ines", "moderator")
    comment = moot.says(eve, "Good morning.")
    moot.edit(eve, comment, "My casino.")
    (waits,) = moot.db.read_now(lambda tx: mine.waiting_for(tx, ines, 50, moot.now))
    assert (waits.comment.id, bool(waits.waiting_html), bool(waits.why)) == (comment, True, True)


def test_words_that_somebody_decides_to_keep_outlast_their_withdrawal(moot: Moot) -> None:
    ada, ines = moot.guest("Ada"), moot.member("Ines", "moderator")
    comment = moot.says(ada, "I saw who did it.")
    moot.decide(ines, comment, "keep", "A court asks for it")
    moot.withdraw(ada, comment)
    moot.later(31 * DAY)
    moot.db.write_now(lambda tx: duties.scrub_withdrawn(tx, moot.now))
    assert moot.db.read_now(lambda tx: store.comment_row(tx, comment)).text == "I saw who did it."


def test_a_withdrawn_tombstone_says_so_at_once(moot: Moot) -> None:
    ada = moot.guest("Ada")
    comment = moot.says(ada, "You fool.")
    moot.says(moot.guest("Bo"), "Calm down.", comment)
    moot.decide(moot.member("Ines", "moderator"), comment, "hold")
    before = moot.version()
    moot.withdraw(ada, comment)
    assert (moot.texts(), moot.version()) == (["(withdrawn)", "Calm down."], before + 1)


def test_a_banned_word_in_a_name_is_a_banned_word(moot: Moot) -> None:
    moot.allow(banned_words=("casino",))
    with pytest.raises(Invalid, match="does not take"):
        moot.post(Actor(), "Good morning.", name="Casino Bonus")
