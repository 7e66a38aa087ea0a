"""What an open page hears: what came, what went, never a word, never what is held; and when it has missed too much."""

from __future__ import annotations

from folkmoot.discussion import news as told
from folkmoot.discussion.news import MOST_NEW, WINDOW, News, arrivals
from tests.moot import Moot


def hear(moot: Moot) -> News:
    return moot.db.read_now(lambda tx: told.news(tx, moot.story.id, moot.now))


def ids(*comments: int) -> tuple[str, ...]:
    return tuple(map(str, comments))


def test_what_was_posted_lately_is_named_the_newest_first(moot: Moot) -> None:
    ada = moot.guest("Ada")
    first = moot.says(ada, "The dam will not hold.")
    moot.later(WINDOW + 1_000)
    second, third = moot.says(ada, "Look at the gauge."), moot.says(moot.guest("Bo"), "I did.", parent=first)
    found = hear(moot)
    assert (found.arrived, found.gone, found.comments, found.version) == (ids(third, second), (), 3, moot.version())
    assert found.since == moot.now - WINDOW


def test_another_storys_news_are_not_this_ones(moot: Moot) -> None:
    mill = moot.take_in("https://news.example/mill", "The mill")
    moot.post(moot.guest("Ada"), "It turns.", story=mill)
    assert hear(moot).arrived == ()


def test_what_is_taken_away_is_named_with_its_state(moot: Moot) -> None:
    ada, vera = moot.guest("Ada"), moot.member("Vera", "moderator")
    one, two, three = (moot.says(ada, words) for words in ("One thing.", "Another thing.", "A third thing."))
    moot.later(1_000)
    moot.decide(vera, one, "remove")
    moot.withdraw(ada, two)
    moot.decide(vera, three, "hold")
    found = hear(moot)
    assert dict(found.gone) == {str(one): "removed", str(two): "withdrawn", str(three): "held"}
    assert found.arrived == () and found.comments == 0


def test_what_was_never_seen_is_not_named_until_it_is_released(moot: Moot) -> None:
    moot.allow(mode="hold_all")
    held = moot.says(moot.guest("Ada"), "The dam will not hold.")
    assert (hear(moot).arrived, hear(moot).gone) == ((), ())
    moot.later(WINDOW * 3)
    moot.decide(moot.member("Vera", "moderator"), held, "release")
    assert hear(moot).arrived == ids(held)


def test_what_was_restored_has_arrived_and_is_not_gone(moot: Moot) -> None:
    vera = moot.member("Vera", "moderator")
    said = moot.says(moot.guest("Ada"), "The dam will not hold.")
    moot.later(1_000)
    moot.decide(vera, said, "remove")
    moot.decide(vera, said, "restore")
    found = hear(moot)
    assert (found.arrived, found.gone) == (ids(said), ())


def test_where_more_came_than_is_told_the_news_begin_later(moot: Moot) -> None:
    ada = moot.guest("Ada")
    moot.later(1_000)
    began = moot.now
    said = [moot.says(ada, f"Word {number}.") for number in range(MOST_NEW + 5)]
    found = hear(moot)
    assert found.arrived == ids(*reversed(said[-MOST_NEW:]))
    assert found.since == began + 6  # the fifth was posted in the millisecond before, and is not told


def test_arrivals_come_parents_first_and_never_what_cannot_be_read(moot: Moot) -> None:
    vera, ada = moot.member("Vera", "moderator"), moot.guest("Ada")
    root = moot.says(ada, "The dam will not hold.")
    reply = moot.says(moot.guest("Bo"), "It will.", parent=root)
    gone = moot.says(ada, "Never mind.")
    moot.decide(vera, gone, "remove")
    mill = moot.post(ada, "It turns.", story=moot.take_in("https://news.example/mill")).id
    found = moot.db.read_now(lambda tx: arrivals(tx, moot.story.id, [gone, reply, root, mill, 5]))
    assert [(each.id, answered) for each, answered in found] == [(root, ""), (reply, "Ada")]
