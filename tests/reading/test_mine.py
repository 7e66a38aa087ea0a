"""What only one reader sees, laid over the page that all share."""

from __future__ import annotations

from typing import Any

from folkmoot.people import sessions
from folkmoot.people.model import Actor
from tests.moot import MINUTE, Moot
from tests.reading.visit import Visit


def key_of(moot: Moot, actor: Actor) -> str:
    """A token that speaks for somebody."""
    assert actor.person
    person = actor.person
    if person.kind == "guest":
        return moot.db.write_now(lambda tx: sessions.begin_guest(tx, person.id, moot.now))
    return moot.db.write_now(lambda tx: sessions.begin_keys(tx, person.id, moot.now)).access


def ask(visit: Visit, actor: Actor | None, story: int | None = None) -> dict[str, Any]:
    moot = visit.moot
    given = {"authorization": f"Bearer {key_of(moot, actor)}"} if actor else {}
    answer = visit.get(f"/me/thread/{story or moot.story.id}", **given)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    found: dict[str, Any] = answer.json()
    return found


def test_somebody_unknown_has_nothing(visit: Visit) -> None:
    assert ask(visit, None) == {"person": None, "votes": {}, "own": [], "may": [], "waiting": [], "muted": None, "unseen": 0}


def test_a_member_sees_who_they_are_and_how_they_voted(moot: Moot, visit: Visit) -> None:
    comment = moot.says(moot.guest("Ada"), "The dam will not hold.")
    bo = moot.member("Bo")
    moot.vote(bo, comment, 1)
    found = ask(visit, bo)
    assert found["person"] == {"id": str(bo.id), "name": "Bo", "kind": "member", "proven": True}
    assert found["votes"] == {str(comment): 1}


def test_a_held_comment_is_shown_to_its_writer_with_the_reason_and_to_nobody_else(moot: Moot, visit: Visit) -> None:
    ada, bo = moot.guest("Ada"), moot.guest("Bo")
    moot.allow(mode="hold_all")
    comment = moot.says(ada, "The dam will not hold.")
    (own,) = ask(visit, ada)["own"]
    assert (own["id"], own["state"], own["text"]) == (str(comment), "held", "The dam will not hold.")
    assert own["why"]
    assert f'id="c{comment}"' in own["fragment"]
    assert "will not hold" not in str(ask(visit, bo)) + str(ask(visit, None))


def test_own_words_can_be_changed_until_the_time_that_is_told(moot: Moot, visit: Visit) -> None:
    ada = moot.guest("Ada")
    moot.says(ada, "The dam will not hold.")
    (own,) = ask(visit, ada)["own"]
    assert own["edit_until"] == "2026-05-28T20:41:40.001Z"
    assert own["fragment"] is None
    moot.later(16 * MINUTE)
    assert ask(visit, ada)["own"] == []


def test_a_moderator_sees_what_waits_here_and_what_they_may_do(moot: Moot, visit: Visit) -> None:
    moot.allow(mode="hold_all")
    comment = moot.says(moot.guest("Ada"), "The dam will not hold.")
    ines = moot.member("Ines", "moderator")
    found = ask(visit, ines)
    assert [each["id"] for each in found["waiting"]] == [str(comment)]
    assert set(found["may"]) >= {"hold", "release", "remove", "restore"}


def test_an_unknown_story_and_a_token_that_has_ended_are_said_in_json(moot: Moot, visit: Visit) -> None:
    assert visit.get("/me/thread/1").status_code == 404
    answer = visit.get(f"/me/thread/{moot.story.id}", authorization="Bearer nobody-knows-this")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
