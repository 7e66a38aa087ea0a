"""Votes: one per person and comment, counted when a mailbox stands behind it."""

from __future__ import annotations

import threading

import pytest

from folkmoot.discussion import mine
from folkmoot.discussion.model import Customs
from folkmoot.errors import Invalid, NotAllowed, NotFound
from tests.moot import DAY, Moot


def score(moot: Moot, comment: int) -> int:
    return next(branch.comment.score for branch in moot.page().roots if branch.comment.id == comment)


def test_a_members_vote_counts_once_however_often_it_is_set(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    bo = moot.member("Bo")
    assert moot.vote(bo, comment, 1) and moot.vote(bo, comment, 1)
    assert score(moot, comment) == 1
    moot.vote(bo, comment, -1)
    assert score(moot, comment) == -1
    moot.vote(bo, comment, 0)
    assert score(moot, comment) == 0


def test_a_guests_vote_is_kept_and_shown_to_them_alone(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    bo = moot.guest("Bo")
    assert not moot.vote(bo, comment, 1)
    assert score(moot, comment) == 0
    assert moot.db.read_now(lambda tx: mine.mine(tx, bo, moot.story.id, moot.now)).votes == {comment: 1}


def test_a_guests_vote_counts_where_the_site_says_so(moot: Moot) -> None:
    moot.allow(guests_vote=True)
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    assert moot.vote(moot.guest("Bo"), comment, 1)
    assert score(moot, comment) == 1


def test_a_guests_votes_count_once_a_mailbox_is_proven_within_thirty_days(moot: Moot) -> None:
    old = moot.says(moot.guest("Ada"), "Old.")
    bo = moot.guest("Bo")
    moot.vote(bo, old, 1)
    moot.later(31 * DAY)
    fresh = moot.says(moot.guest("Chidi"), "Fresh.")
    moot.vote(bo, fresh, 1)
    moot.claim(bo, moot.member("Bo"))
    assert (score(moot, old), score(moot, fresh)) == (0, 1)


def test_a_claimed_vote_never_counts_twice(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    guest, member = moot.guest("Bo"), moot.member("Bo")
    moot.vote(guest, comment, 1)
    moot.vote(member, comment, -1)
    moot.claim(guest, member)
    assert score(moot, comment) == -1


def test_nobody_votes_on_their_own_words(moot: Moot) -> None:
    ada = moot.member("Ada")
    comment = moot.says(ada, "The lake is clean.")
    with pytest.raises(NotAllowed):
        moot.vote(ada, comment, 1)
    assert score(moot, comment) == 0


def test_a_vote_is_one_of_three_values(moot: Moot) -> None:
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    with pytest.raises(Invalid):
        moot.vote(moot.member("Bo"), comment, 2)


def test_nothing_hidden_can_be_voted_on(moot: Moot) -> None:
    ada = moot.guest("Ada")
    comment = moot.says(ada, "The lake is clean.")
    moot.withdraw(ada, comment)
    with pytest.raises(NotFound):
        moot.vote(moot.member("Bo"), comment, 1)


def test_best_is_newest_until_a_vote_counts(moot: Moot) -> None:
    ada = moot.guest("Ada")
    first, second = moot.says(ada, "First."), moot.says(ada, "Second.")
    assert [branch.comment.id for branch in moot.page("best").roots] == [second, first]
    moot.vote(moot.member("Bo"), first, 1)
    page = moot.page("best")
    assert page.effective == "best"
    assert [branch.comment.id for branch in page.roots] == [first, second]


@pytest.mark.race
def test_fifty_votes_at_once_are_fifty_votes(moot: Moot) -> None:
    moot.customs = Customs(limits=False, guests_vote=True)
    comment = moot.says(moot.guest("Ada"), "The lake is clean.")
    voters = [moot.guest(f"Reader {number}") for number in range(50)]
    threads = [threading.Thread(target=moot.vote, args=(voter, comment, 1)) for voter in voters for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert score(moot, comment) == 50


def test_a_vote_of_ones_own_goes_when_the_guests_comment_turns_out_to_be_ones_own(moot: Moot) -> None:
    guest, member = moot.guest("Bo"), moot.member("Bo")
    comment = moot.says(guest, "The lake is clean.")
    moot.vote(member, comment, 1)
    moot.claim(guest, member)
    assert score(moot, comment) == 0
    assert moot.page().roots[0].comment.person == member.id
