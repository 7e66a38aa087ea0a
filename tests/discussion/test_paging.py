"""Pages of a thread: bounded, stable, and nothing that stays visible is missed."""

from __future__ import annotations

import random

import pytest

from folkmoot.discussion import paging
from folkmoot.discussion.model import Branch, Customs, Page
from folkmoot.errors import Invalid, NotFound
from tests.moot import Moot

ORDERS = ("best", "newest", "oldest", "replies", "hot")


def ids(branches: tuple[Branch, ...]) -> list[int]:
    return [found for branch in branches for found in (branch.comment.id, *ids(branch.replies))]


def walk(moot: Moot, order: str, between: object = None, limit: int = 5) -> list[int]:
    """Follows every `more`, roots and branches, doing something between any two pages."""
    met: list[int] = []
    waiting: list[tuple[int, str | None]] = [(0, None)]
    while waiting:
        parent, after = waiting.pop()
        page: Page = moot.db.read_now(
            lambda tx, p=parent, a=after: paging.branch(tx, moot.story.id, order, p, limit=limit, after=a, replies=2)
        )
        met += ids(page.roots)
        waiting += [(parent, page.more)] if page.more else []
        waiting += _branches(page.roots)
        if callable(between):
            between()
    return met


def _branches(branches: tuple[Branch, ...]) -> list[tuple[int, str | None]]:
    found = [(branch.comment.id, branch.more) for branch in branches if branch.more]
    return found + [more for branch in branches for more in _branches(branch.replies)]


def grow(moot: Moot, number: int, seed: int = 1) -> list[int]:
    """A thread of `number` comments, a third of them roots, with votes."""
    chance = random.Random(seed)
    ada, voters = moot.guest("Ada"), [moot.guest(f"Reader {n}") for n in range(6)]
    made: list[int] = []
    for count in range(number):
        parent = chance.choice(made) if made and chance.random() < 0.66 else None
        made.append(moot.says(ada, f"Comment {count}", parent))
    for comment in chance.sample(made, number // 2):
        for voter in chance.sample(voters, chance.randint(1, 6)):
            moot.vote(voter, comment, chance.choice((1, 1, -1)))
    return made


@pytest.mark.parametrize("order", ORDERS)
def test_following_every_more_gives_each_comment_once(moot: Moot, order: str) -> None:
    moot.customs = Customs(limits=False, guests_vote=True)
    made = grow(moot, 90)
    met = walk(moot, order)
    assert sorted(met) == sorted(made)


@pytest.mark.parametrize("order", ORDERS)
def test_whatever_moves_meanwhile_nothing_that_stayed_visible_is_missed(moot: Moot, order: str) -> None:
    moot.customs = Customs(limits=False, guests_vote=True)
    made = grow(moot, 60)
    chance = random.Random(2)
    ada, bo = moot.guest("Ada"), moot.guest("Bo")
    voters = [moot.guest(f"Voter {n}") for n in range(8)]

    def stir() -> None:
        for _ in range(12):
            moot.vote(chance.choice(voters), chance.choice(made), chance.choice((1, -1, 0)))
        moot.says(bo, f"New {moot.now}", chance.choice([None, chance.choice(made)]))
        moot.says(ada, f"More {moot.now}")

    pages = iter(range(25))
    met = walk(moot, order, lambda: stir() if next(pages, None) is not None else None)
    assert set(made) <= set(met)
    if order in ("newest", "oldest"):
        assert len(met) == len(set(met))


def test_a_cursor_of_another_order_is_refused(moot: Moot) -> None:
    grow(moot, 30)
    more = moot.page("newest", limit=3).more
    with pytest.raises(Invalid):
        moot.page("oldest", limit=3, after=more)
    with pytest.raises(Invalid):
        moot.page("newest", after="nonsense")
    with pytest.raises(Invalid):
        moot.page("loudest")


def test_a_page_is_bounded_however_wide_the_thread(moot: Moot) -> None:
    ada = moot.guest("Ada")
    for _ in range(3):
        root = moot.says(ada, "Root")
        for number in range(12):
            moot.says(ada, f"Reply {number}", root)
    page = moot.page("oldest", limit=2)
    assert [len(branch.replies) for branch in page.roots] == [5, 5]
    assert all(branch.more for branch in page.roots) and page.more


def test_deep_replies_continue_on_a_page_of_their_own(moot: Moot) -> None:
    ada = moot.guest("Ada")
    chain = [moot.says(ada, "1")]
    for level in range(2, 11):
        chain.append(moot.says(ada, str(level), chain[-1]))
    (branch,) = moot.page().roots
    while branch.replies:
        (branch,) = branch.replies
    assert branch.comment.level == 6 and branch.folded and branch.more
    further = moot.db.read_now(lambda tx: paging.permalink(tx, branch.comment.id))
    assert ids(further.roots) == chain[5:]


def test_a_permalink_finds_its_comment_wherever_it_lies(moot: Moot) -> None:
    ada = moot.guest("Ada")
    root = moot.says(ada, "Root")
    middle = moot.says(ada, "Middle", root)
    leaf = moot.says(ada, "Leaf", middle)
    page = moot.db.read_now(lambda tx: paging.permalink(tx, leaf))
    assert page.marked == leaf
    assert [comment.id for comment in page.above] == [root, middle]
    moot.withdraw(ada, leaf)
    with pytest.raises(NotFound):
        moot.db.read_now(lambda tx: paging.permalink(tx, leaf))


def test_a_page_says_the_version_it_was_built_from(moot: Moot) -> None:
    before = moot.version()
    moot.says(moot.guest("Ada"), "One more.")
    assert moot.version() == before + 1
