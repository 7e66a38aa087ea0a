"""Walking a thread by the API while it moves: every comment that stays visible is met, whatever votes and posts do between two pages."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from folkmoot.settings import Limits, Server, Settings, Votes
from tests.hostile.asking import HERE, House, get
from tests.moot import Moot
from tests.stir import LAKE, Stir


@pytest.fixture
def house(moot: Moot) -> Iterator[House]:
    made = House(moot.db, Settings(server=Server(public_url=HERE), limits=Limits(enabled=False), votes=Votes(guests=True)))
    yield made
    made.close()


def walk(house: House, order: str, between: Callable[[], None], enough: Callable[[Counter[str]], bool]) -> Counter[str]:
    """Follows every `more` at every level, with something happening between every two pages; how often each comment was met."""
    met: Counter[str] = Counter()
    waiting: deque[dict[str, Any]] = deque([{}])
    for _ in range(400):
        if not waiting or enough(met):
            return met
        place = waiting.popleft()
        answer = house.ask(get("/api/v1/thread", {"url": LAKE, "order": order} | place))
        assert answer.status == 200, answer
        page = answer.json()
        met.update(each["id"] for each in page["comments"])
        waiting.extend({"parent": each["id"], "after": each["more"]} for each in page["comments"] if each["more"])
        if page["more"]:
            waiting.appendleft(place | {"after": page["more"]})
        between()
    raise AssertionError("there is no end to it")


@pytest.mark.parametrize("order", ["best", pytest.param("hot", marks=pytest.mark.long), pytest.param("replies", marks=pytest.mark.long)])
def test_every_comment_that_stays_is_met_while_all_of_them_move(house: House, order: str) -> None:
    stir = Stir(house, 7)
    stir.vote(stir.all)
    met = walk(house, order, stir.everything, lambda met: stir.stayed <= met.keys())
    assert stir.stayed <= met.keys()


def test_every_comment_is_met_while_more_move_than_a_page_holds(house: House) -> None:
    stir = Stir(house, 7)
    stir.the_best()
    assert stir.stayed <= walk(house, "best", stir.the_best, lambda met: stir.stayed <= met.keys()).keys()


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_in_the_order_of_time_each_is_met_exactly_once(house: House, order: str) -> None:
    stir = Stir(house, 7)
    met = walk(house, order, stir.everything, lambda met: order == "oldest" and stir.stayed <= met.keys())
    assert stir.stayed <= met.keys()
    assert {number for comment, number in met.items() if comment in stir.stayed} == {1}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_every_comment_is_met_whatever_chance_does(house: House, seed: int) -> None:
    stir = Stir(house, seed)
    assert stir.stayed <= walk(house, "best", stir.everything, lambda met: stir.stayed <= met.keys()).keys()


