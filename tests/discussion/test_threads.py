"""Orders, the keys they sort by, cursors, and rows to tree."""

from __future__ import annotations

from math import log10

import pytest
from hypothesis import given
from hypothesis import strategies as some

from folkmoot.discussion.model import Branch, Comment
from folkmoot.discussion.threads import (
    ORDERS,
    Cursor,
    arrange,
    decode_cursor,
    effective,
    encode_cursor,
    hot,
    order_named,
    sort_keys,
    wilson,
)
from folkmoot.errors import Invalid
from tests.hostile import corpora

HOUR = 3_600_000
WHOLE = some.integers(0, 2**63 - 1)


@pytest.mark.parametrize(("up", "down", "bound"), [
    (0, 0, 0.0), (1, 0, 0.206549314), (0, 1, 0.0), (1, 1, 0.094531206), (10, 0, 0.7224672), (100, 10, 0.840703473), (600, 400, 0.56930943),
])  # fmt: skip
def test_wilson_is_the_lower_bound_at_95_percent(up: int, down: int, bound: float) -> None:
    assert wilson(up, down) == pytest.approx(bound, abs=1e-8)


def test_the_ranking_cases_hold() -> None:
    facts = corpora.behaviour("ranking-cases.json")
    for case in facts["votes"]:
        assert wilson(case["up"], case["down"]) == pytest.approx(case["wilson95"], abs=1e-8)
        assert wilson(case["up"], case["down"], 1.2815515655) == pytest.approx(case["wilson80"], abs=1e-8)
    pairs = [(case["up"], case["down"]) for case in facts["votes"]]
    ranked = sorted(pairs, key=lambda pair: sort_keys(*pair, posted=pairs.index(pair), replies=0)[0])
    assert [f"{up}/{down}" for up, down in ranked] == facts["best_order_95"]


@given(some.integers(0, 10**9), some.integers(0, 10**9))
def test_wilson_never_leaves_its_bounds_and_a_vote_up_never_harms(up: int, down: int) -> None:
    assert 0.0 <= wilson(up, down) <= wilson(up + 1, down) + 1e-12 <= 1.0 + 1e-12


def test_ten_times_the_score_is_worth_twelve_and_a_half_hours() -> None:
    assert hot(100, 0) == pytest.approx(hot(10, int(12.5 * HOUR)))
    assert hot(-10, HOUR) == pytest.approx(-log10(10) + 3600 / 45_000)
    assert hot(0, HOUR) == hot(1, HOUR) == hot(-1, HOUR)


def test_a_thread_made_up_of_a_thousand_comments_has_the_roots_that_it_should() -> None:
    thread = corpora.behaviour("tree-1k.json")
    kept = [each for each in thread["comments"] if each["parent"] is None and not each["deleted"]]
    best = sorted(kept, key=lambda each: (sort_keys(each["up"], each["down"], each["t"], 0)[0], each["t"], each["id"]))
    assert [each["id"] for each in best[:10]] == thread["facts"]["first_roots_by_wilson95"]


def test_best_is_newest_until_somebody_has_voted() -> None:
    assert effective("best", votes=0) == "newest"
    assert effective("best", votes=1) == "best"
    assert effective("hot", votes=0) == "hot"


def test_the_older_stands_first_among_equals() -> None:
    for order in ORDERS.values():
        assert order.columns[-2:] == ("posted", "id")
        assert not order.descending or order.name == "newest"
    with pytest.raises(Invalid, match="newest, oldest"):
        order_named("loudest")


# ── Cursors ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

FLOATS = some.floats(allow_nan=False, allow_infinity=False)
KEYS = {"best": some.tuples(FLOATS, WHOLE, WHOLE), "hot": some.tuples(FLOATS, WHOLE, WHOLE), "oldest": some.tuples(WHOLE, WHOLE)}


@given(some.sampled_from(sorted(KEYS)).flatmap(lambda order: some.tuples(some.just(order), KEYS[order] | some.just(()))), WHOLE, WHOLE, WHOLE)
def test_a_cursor_comes_back_to_the_last_bit(place: tuple[str, tuple[float | int, ...]], parent: int, turn: int, moved: int) -> None:
    cursor = Cursor(place[0], place[0], parent, place[1], turn, moved)
    words = encode_cursor(cursor)
    assert len(words) <= 80 and words.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(words, place[0], parent) == cursor


def place(order: str = "best", sorted_by: str = "newest", parent: int = 0) -> str:
    return encode_cursor(Cursor(order, sorted_by, parent, (1_780_000_000_000, 42), 7))


def test_a_cursor_keeps_the_order_that_its_first_page_had() -> None:
    assert decode_cursor(place(), "best", 0).effective == "newest"


def test_a_cursor_of_another_order_or_branch_is_refused() -> None:
    for order, parent in (("newest", 0), ("best", 5)):
        with pytest.raises(Invalid, match="in another order"):
            decode_cursor(place(), order, parent)


@given(some.text(max_size=100) | some.from_regex(r"[A-Za-z0-9_-]{0,90}", fullmatch=True))
def test_nonsense_is_no_cursor(typed: str) -> None:
    with pytest.raises(Invalid, match="where the discussion goes on"):
        decode_cursor(typed, "best", 0)


def test_one_wrong_letter_is_noticed() -> None:
    words = place()
    for number, letter in enumerate(words):
        with pytest.raises(Invalid):
            decode_cursor(words[:number] + ("A" if letter != "A" else "B") + words[number + 1 :], "best", 0)
    for other in (words + "A", words[:-1], words + "=", " " + words, words.upper()):
        with pytest.raises(Invalid):
            decode_cursor(other, "best", 0)


# ── Rows to tree ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def comment(id: int, parent: int = 0, level: int = 1, replies: int = 0) -> Comment:
    return Comment(id, 1, parent, level, None, "Ada", "", "", id, None, "published", 0, 0, replies, ())


def shape(branches: tuple[Branch, ...]) -> list[object]:
    return [(branch.comment.id, shape(branch.replies)) for branch in branches]


def test_replies_stand_under_their_parents_in_their_order() -> None:
    replies = {1: [comment(4, 1, 2), comment(3, 1, 2, replies=1)], 3: [comment(5, 3, 3)]}
    made = arrange([comment(2), comment(1, replies=7)], replies, {1: "further"}, fold_at=6)
    assert shape(made) == [(2, []), (1, [(4, []), (3, [(5, [])])])]
    assert [branch.more for branch in made] == [None, "further"]


def test_what_lies_deeper_than_the_page_is_folded() -> None:
    (root,) = arrange([comment(1, replies=1)], {1: [comment(2, 1, 2, replies=3)]}, {}, fold_at=2)
    assert not root.folded and root.replies[0].folded
    (leaf,) = arrange([comment(1)], {}, {}, fold_at=1)
    assert not leaf.folded


def test_two_hundred_levels_are_arranged_like_any_other() -> None:
    replies = {level: [comment(level + 1, level, level + 1, replies=1)] for level in range(1, 2_000)}
    (branch,) = arrange([comment(1, replies=1)], replies, {}, fold_at=5_000)
    depth = 1
    while branch.replies:
        (branch,), depth = branch.replies, depth + 1
    assert depth == 2_000
