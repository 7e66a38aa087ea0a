"""Posting, editing, withdrawing: what a writer may count on."""

from __future__ import annotations

import pytest

from folkmoot.discussion import comments, mine
from folkmoot.discussion.model import EDIT_WINDOW, MAX_LEVEL, Draft
from folkmoot.discussion.text import read
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from folkmoot.people.model import COMMAND, Actor
from folkmoot.sites import stories
from tests.moot import DAY, MINUTE, Moot


def test_a_guests_words_are_there_at_once(moot: Moot) -> None:
    posted = moot.post(Actor(), "The lake is clean.", name="Ada")
    assert posted.verdict.answer == "published"
    assert posted.token
    assert moot.texts() == ["The lake is clean."]
    assert moot.live() == 1


def test_a_guest_keeps_their_name_with_their_token(moot: Moot) -> None:
    ada = moot.guest("Ada")
    first, second = moot.says(ada, "One."), moot.says(ada, "Two.")
    names = {branch.comment.id: branch.comment.name for branch in moot.page().roots}
    assert names == {first: "Ada", second: "Ada"}


def test_a_reply_stands_under_its_parent(moot: Moot) -> None:
    ada, bo = moot.guest("Ada"), moot.guest("Bo")
    root = moot.says(ada, "Is it open?")
    moot.says(bo, "Until June.", root)
    (branch,) = moot.page().roots
    assert branch.comment.replies == 1
    assert [reply.comment.text for reply in branch.replies] == ["Until June."]


def test_a_reply_to_a_comment_of_another_story_is_refused(moot: Moot) -> None:
    ada = moot.guest("Ada")
    here = moot.says(ada, "Here.")
    there = moot.take_in("https://news.example/school")
    with pytest.raises(Invalid, match="another story"):
        moot.post(ada, "There.", here, there)
    assert moot.live() == 1


def test_a_reply_to_nothing_is_refused(moot: Moot) -> None:
    with pytest.raises(NotFound, match="not there"):
        moot.post(moot.guest("Ada"), "To whom?", 12345)
    assert moot.live() == 0


def test_two_hundred_levels_are_kept_and_the_next_is_refused(moot: Moot) -> None:
    ada = moot.guest("Ada")
    parent = moot.says(ada, "Level 1")
    for level in range(2, MAX_LEVEL + 1):
        parent = moot.says(ada, f"Level {level}", parent)
    with pytest.raises(Invalid, match="200 replies deep"):
        moot.says(ada, "Too deep", parent)
    assert moot.live() == MAX_LEVEL


def test_a_closed_story_takes_no_comments(moot: Moot) -> None:
    moot.db.write_now(lambda tx: stories.close(tx, COMMAND, moot.story.id, "Settled", moot.now))
    with pytest.raises(Invalid) as refused:
        moot.post(moot.guest("Ada"), "Late.")
    assert refused.value.code == "refused_closed"


def test_words_can_be_edited_for_fifteen_minutes(moot: Moot) -> None:
    ada = moot.guest("Ada")
    comment = moot.says(ada, "The lake is clean.")
    moot.later(5 * MINUTE)
    moot.edit(ada, comment, "The lake is clear.")
    assert moot.texts() == ["The lake is clear."]
    assert moot.page().roots[0].comment.edited == moot.now
    moot.later(EDIT_WINDOW)
    with pytest.raises(Conflict, match="15 minutes"):
        moot.edit(ada, comment, "The lake is dry.")


def test_an_edit_in_the_first_minute_leaves_no_trace(moot: Moot) -> None:
    ada = moot.guest("Ada")
    comment = moot.says(ada, "The lak is clean.")
    moot.later(30_000)
    moot.edit(ada, comment, "The lake is clean.")
    moot.later(5 * MINUTE)
    assert moot.page().roots[0].comment.edited is None
    shown = moot.db.read_now(lambda tx: comments.history(tx, Actor(), comment))
    assert [row.text for row in shown] == ["The lake is clean."]


def test_what_stood_longer_than_a_minute_stays_in_the_history(moot: Moot) -> None:
    ada = moot.guest("Ada")
    comment = moot.says(ada, "It opens in May.")
    moot.later(2 * MINUTE)
    moot.edit(ada, comment, "It opens in June.")
    shown = moot.db.read_now(lambda tx: comments.history(tx, Actor(), comment))
    assert [(row.text, row.state) for row in shown] == [("It opens in May.", "past"), ("It opens in June.", "shown")]


def test_an_edit_that_a_rule_holds_leaves_the_old_words_standing(moot: Moot) -> None:
    moot.allow(suspect_words=("casino",))
    ada, ines = moot.guest("Ada"), moot.member("Ines", "moderator")
    comment = moot.says(ada, "The lake is clean.")
    verdict = moot.edit(ada, comment, "Visit my casino.")
    assert verdict.answer == "held"
    assert moot.texts() == ["The lake is clean."]
    own = moot.db.read_now(lambda tx: mine.own_comment(tx, ada, comment, moot.now))
    assert own.waiting_html and "casino" in own.waiting_html and own.why
    moot.decide(ines, comment, "release")
    assert moot.texts() == ["Visit my casino."]


def test_an_edit_that_is_removed_goes_alone(moot: Moot) -> None:
    moot.allow(suspect_words=("casino",))
    ada, ines = moot.guest("Ada"), moot.member("Ines", "moderator")
    comment = moot.says(ada, "The lake is clean.")
    moot.edit(ada, comment, "Visit my casino.")
    moot.decide(ines, comment, "remove_revision", "Advertising")
    assert moot.texts() == ["The lake is clean."]
    own = moot.db.read_now(lambda tx: mine.own_comment(tx, ada, comment, moot.now))
    assert own.waiting_html is None


def test_nobody_edits_what_another_wrote(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "Mine.")
    with pytest.raises(NotAllowed):
        moot.edit(moot.guest("Bo"), comment, "Yours.")
    with pytest.raises(NotSignedIn):
        moot.edit(Actor(), comment, "Anybody's.")
    assert moot.texts() == ["Mine."]


def test_what_is_withdrawn_alone_is_gone(moot: Moot) -> None:
    ada = moot.guest("Ada")
    comment = moot.says(ada, "Said too much.")
    moot.withdraw(ada, comment)
    assert moot.texts() == []
    assert moot.live() == 0


def test_what_is_withdrawn_under_replies_leaves_a_tombstone(moot: Moot) -> None:
    ada, bo = moot.guest("Ada"), moot.guest("Bo")
    comment = moot.says(ada, "Said too much.")
    moot.says(bo, "Noted.", comment)
    moot.withdraw(ada, comment)
    assert moot.texts() == ["(withdrawn)", "Noted."]
    assert moot.live() == 1


def test_a_tombstone_goes_with_its_last_reply(moot: Moot) -> None:
    ada, bo = moot.guest("Ada"), moot.guest("Bo")
    root = moot.says(ada, "One.")
    middle = moot.says(ada, "Two.", root)
    leaf = moot.says(bo, "Three.", middle)
    moot.withdraw(ada, middle)
    moot.withdraw(ada, root)
    assert moot.texts() == ["(withdrawn)", "(withdrawn)", "Three."]
    moot.withdraw(bo, leaf)
    assert moot.texts() == []


def test_withdrawn_words_go_after_thirty_days(moot: Moot) -> None:
    from folkmoot.discussion import duties, store

    ada = moot.guest("Ada")
    comment = moot.says(ada, "Said too much.")
    moot.withdraw(ada, comment)
    moot.later(29 * DAY)
    moot.db.write_now(lambda tx: duties.scrub_withdrawn(tx, moot.now))
    assert moot.db.read_now(lambda tx: store.comment_row(tx, comment)).text == "Said too much."
    moot.later(2 * DAY)
    moot.db.write_now(lambda tx: duties.scrub_withdrawn(tx, moot.now))
    assert moot.db.read_now(lambda tx: store.comment_row(tx, comment)).text == ""


def test_the_same_words_twice_are_refused_with_the_reason(moot: Moot) -> None:
    from folkmoot.discussion.model import Customs

    moot.customs = Customs(limits=True)
    ada = moot.guest("Ada")
    moot.says(ada, "The lake is clean.")
    with pytest.raises(Invalid) as refused:
        moot.says(ada, "The lake is clean.")
    assert "exactly this" in refused.value.words
    assert moot.live() == 1


def test_a_held_comment_is_seen_by_its_writer_and_moderators_alone(moot: Moot) -> None:
    moot.allow(suspect_words=("casino",))
    ada, bo, ines = moot.guest("Ada"), moot.guest("Bo"), moot.member("Ines", "moderator")
    before = moot.version()
    posted = moot.post(ada, "My casino.")
    assert posted.verdict.answer == "held" and posted.verdict.why
    assert moot.texts() == [] and moot.live() == 0 and moot.version() == before
    seen = moot.db.read_now(lambda tx: [mine.mine(tx, who, moot.story.id, moot.now) for who in (ada, bo, ines)])
    assert [own.comment.id for own in seen[0].own] == [posted.id]
    assert seen[0].own[0].why == posted.verdict.why
    assert seen[1].own == () and seen[1].waiting == ()
    assert [own.comment.id for own in seen[2].waiting] == [posted.id]


def test_addresses_are_forgotten_after_thirty_days(moot: Moot) -> None:
    from folkmoot.discussion import duties, store

    comment = moot.says(moot.guest("Ada", network="hashed"), "Here.")
    assert moot.db.read_now(lambda tx: store.comment_row(tx, comment)).network == "hashed"
    moot.later(31 * DAY)
    moot.db.write_now(lambda tx: duties.forget_networks(tx, moot.now))
    assert moot.db.read_now(lambda tx: store.comment_row(tx, comment)).network is None


def test_a_draft_for_an_unknown_story_is_not_found(moot: Moot) -> None:
    with pytest.raises(NotFound):
        moot.db.write_now(lambda tx: comments.post(tx, Actor(), Draft(999, read("Hello")), moot.now))
