"""Who hears of a comment: whom it answers, whom it names, who follows; each once; nobody who muted; nothing that cannot be read."""

from __future__ import annotations

import pytest

from folkmoot.discussion import outlet
from folkmoot.errors import Invalid, NotSignedIn
from folkmoot.people import notices
from folkmoot.people.model import Actor
from folkmoot.settings import Mail, Settings, Storage
from folkmoot.work import Worker
from tests.moot import Moot


def work(moot: Moot) -> None:
    """Does what waits in the outbox."""
    worker = Worker(moot.db, Settings(storage=Storage(), mail=Mail()), lambda: moot.now)
    while worker.work_once():
        pass


def told(moot: Moot, actor: Actor) -> list[tuple[str, str]]:
    """Kind and quoted words of what somebody was told, the oldest first."""
    work(moot)
    found = moot.db.read_now(lambda tx: notices.notices_of(tx, actor, quoting=outlet.words_of))
    return [(each.kind, str(each.values.get("words", ""))) for each in reversed(found)]


def follow(moot: Moot, actor: Actor, how: str | None = "follow") -> None:
    moot.db.write_now(lambda tx: outlet.set_following(tx, actor, moot.story.id, how, moot.now))


def test_a_member_hears_of_an_answer_and_not_of_their_own(moot: Moot) -> None:
    ada = moot.member("Ada")
    root = moot.says(ada, "The dam will not hold.")
    moot.says(moot.guest("Bo"), "It will.", parent=root)
    moot.says(ada, "It will not, Bo.", parent=root)
    assert told(moot, ada) == [("reply", "It will.")]


def test_who_is_named_hears_of_it_by_the_longest_name_that_fits(moot: Moot) -> None:
    ada, reader = moot.member("Ada"), moot.member("Ada Reader")
    moot.says(ada, "I live there."), moot.says(reader, "I read of it.")
    moot.says(moot.guest("Bo"), "Is that so, @Ada Reader? Write to ada@mail.example, and not to @Nobody Here.")
    assert told(moot, reader) == [("mention", "Is that so, @Ada Reader? Write to ada@mail.example, and not to @Nobody Here.")]
    assert told(moot, ada) == []


def test_who_is_answered_and_named_and_follows_hears_once(moot: Moot) -> None:
    ada = moot.member("Ada")
    follow(moot, ada)
    root = moot.says(ada, "The dam will not hold.")
    moot.says(moot.guest("Bo"), "It will, @Ada.", parent=root)
    assert told(moot, ada) == [("reply", "It will, @Ada.")]


def test_followers_hear_all_in_steps(moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet, "STEP", 2)
    people = [moot.member(name) for name in ("Ada", "Bo", "Chidi", "Dora", "Eve")]
    for person in people:
        follow(moot, person)
    moot.says(people[0], "The dam will not hold.")
    assert [told(moot, person) for person in people] == [[], *([[("followed", "The dam will not hold.")]] * 4)]


def test_a_muted_discussion_is_silent_and_may_speak_again(moot: Moot) -> None:
    ada = moot.member("Ada")
    root = moot.says(ada, "The dam will not hold.")
    follow(moot, ada, "mute")
    moot.says(moot.guest("Bo"), "It will, @Ada.", parent=root)
    assert told(moot, ada) == []
    follow(moot, ada, None)
    moot.says(moot.guest("Cy"), "It will.", parent=root)
    assert told(moot, ada) == [("reply", "It will.")]


def test_what_is_held_is_told_when_it_is_released_and_what_was_removed_before_never(moot: Moot) -> None:
    ada, vera = moot.member("Ada"), moot.member("Vera", "moderator")
    root = moot.says(ada, "The dam will not hold.")
    moot.allow(mode="hold_all")
    held, bad = moot.says(moot.guest("Bo"), "It will.", parent=root), moot.says(moot.guest("Cy"), "Canary.", parent=root)
    assert told(moot, ada) == []
    moot.decide(vera, held, "release")
    moot.decide(vera, bad, "release")
    moot.decide(vera, bad, "remove")
    assert told(moot, ada) == [("reply", "It will.")]


def test_a_plain_comment_leaves_nothing_in_the_outbox(moot: Moot) -> None:
    work(moot)
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    count = moot.db.read_now(lambda tx: tx.one("SELECT count(*) AS number FROM job WHERE kind IN ('said', 'event')"))
    assert count is not None and count.number == 0


def test_only_members_follow_and_only_in_one_of_the_ways(moot: Moot) -> None:
    with pytest.raises(NotSignedIn):
        follow(moot, moot.guest("Ada"))
    with pytest.raises(Invalid):
        follow(moot, moot.member("Bo"), "shout")
