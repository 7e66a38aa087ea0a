"""A site's programs hear what becomes of comments: signed, once per event and hook, for days, never of what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from folkmoot.discussion import hooks
from folkmoot.discussion.store_outlet import Hook
from folkmoot.errors import NotAllowed
from folkmoot.me import leaving
from folkmoot.people.model import COMMAND
from folkmoot.settings import Settings, Storage
from folkmoot.storage import jobs
from folkmoot.web.kit import clock
from folkmoot.work import Worker
from tests.counterpart import Asked, Counterpart, answering, reply
from tests.moot import DAY, Moot


@pytest.fixture
def now() -> int:
    """The real time: the published library compares its own clock with the signature's."""
    return clock()


@pytest.fixture
def cms() -> Iterator[Counterpart]:
    with answering() as other:
        yield other


def add(moot: Moot, cms: Counterpart, path: str = "folkmoot") -> tuple[Hook, str]:
    return moot.db.write_now(lambda tx: hooks.add_hook(tx, COMMAND, moot.site.id, f"{cms.address}/{path}", moot.now))


def work(moot: Moot, cms: Counterpart) -> None:
    worker = Worker(moot.db, Settings(storage=Storage(), outbound=cms.allowed()), lambda: moot.now)
    while worker.work_once():
        pass


def read(asked: Asked, secret: str) -> dict[str, object]:
    """A message, once the published library has verified it."""
    found: dict[str, object] = Webhook(secret).verify(asked.body, asked.headers)
    return found


def test_a_hook_hears_what_was_posted_edited_and_removed_signed_by_the_standard(moot: Moot, cms: Counterpart) -> None:
    _, secret = add(moot, cms)
    ada = moot.guest("Ada")
    said = moot.says(ada, "The dam will not hold.")
    work(moot, cms)
    moot.later(120_000)
    moot.edit(ada, said, "The dam will hold.")
    work(moot, cms)
    moot.decide(moot.member("Vera", "moderator"), said, "remove")
    work(moot, cms)
    told = [read(asked, secret) for asked in cms.asked]
    assert [each["type"] for each in told] == ["comment.published", "comment.edited", "comment.removed"]
    first, second, third = (each["data"] for each in told)
    assert first["comment"]["text"] == "The dam will not hold." and first["story"]["url"] == "https://news.example/lake"  # type: ignore[index]
    assert second["comment"]["text"] == "The dam will hold."  # type: ignore[index]
    assert third["comment"] == {"id": str(said)}  # type: ignore[index]
    assert len({asked.headers["webhook-id"] for asked in cms.asked}) == 3


def test_a_hook_hears_of_what_its_writer_took_back_and_of_who_was_erased(moot: Moot, cms: Counterpart) -> None:
    _, secret = add(moot, cms)
    ada, zeb, yan = moot.guest("Ada"), moot.member("Zeb"), moot.member("Yan")
    back, gone, stays = moot.says(ada, "Never mind."), moot.says(zeb, "My words go."), moot.says(yan, "My words stay.")
    work(moot, cms)
    cms.asked.clear()
    moot.withdraw(ada, back)
    for person, words in ((zeb, "go"), (yan, "stay")):
        moot.db.write_now(lambda tx, person=person, words=words: leaving.erase(tx, person, person.id or 0, words, moot.now))  # type: ignore[misc]
    work(moot, cms)
    told = {(each["type"], each["data"]["comment"]["id"]) for each in (read(asked, secret) for asked in cms.asked)}  # type: ignore[index]
    assert told == {("comment.removed", str(back)), ("comment.removed", str(gone)), ("comment.edited", str(stays))}
    assert b"Yan" not in b"".join(asked.body for asked in cms.asked)


def test_a_changed_byte_is_noticed(moot: Moot, cms: Counterpart) -> None:
    _, secret = add(moot, cms)
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    work(moot, cms)
    (asked,) = cms.asked
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(asked.body.replace(b"not", b"now"), asked.headers)


def test_with_a_new_secret_the_former_one_holds_for_two_days(moot: Moot, cms: Counterpart) -> None:
    hook, old = add(moot, cms)
    new = moot.db.write_now(lambda tx: hooks.rotate(tx, COMMAND, hook.id, moot.now))
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    work(moot, cms)
    assert read(cms.asked[0], old) == read(cms.asked[0], new)
    signed = cms.asked[0].headers["webhook-signature"]
    moot.later(3 * DAY)
    message = hooks.Message(hook.id, "msg_1", hook.address, (), b"{}")
    moot.says(moot.guest("Bo"), "It will.")
    work(moot, cms)
    assert len(signed.split(" ")) == 2 and len(cms.asked[1].headers["webhook-signature"].split(" ")) == 1 and not message.keys


def test_a_hook_that_is_away_is_tried_for_days_with_the_same_id_and_hears_in_the_end(moot: Moot, cms: Counterpart) -> None:
    _, secret = add(moot, cms)
    cms.script = lambda asked: reply(status=503)
    began = moot.now
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    while len(cms.asked) < 14:
        work(moot, cms)
        moot.later(3_600_000)
    assert moot.now - began > 0.5 * DAY
    cms.script = lambda asked: reply(status=204)
    while cms.asked[-1].headers["webhook-id"] and len(cms.asked) < 15:
        work(moot, cms)
        moot.later(3_600_000)
    work(moot, cms)
    assert len(cms.asked) == 15 and len({asked.headers["webhook-id"] for asked in cms.asked}) == 1
    assert moot.db.read_now(jobs.dead) == []
    assert json.loads(cms.asked[-1].body)["type"] == "comment.published" and secret.startswith("whsec_")


def test_words_that_were_removed_before_they_were_sent_are_not_sent(moot: Moot, cms: Counterpart) -> None:
    add(moot, cms)
    said = moot.says(moot.guest("Ada"), "Canary.")
    moot.decide(COMMAND, said, "remove")
    work(moot, cms)
    assert [json.loads(asked.body)["type"] for asked in cms.asked] == ["comment.removed"]
    assert not any(b"Canary" in asked.body for asked in cms.asked)


def test_a_held_comment_is_no_news_until_it_is_released(moot: Moot, cms: Counterpart) -> None:
    add(moot, cms)
    moot.allow(mode="hold_all")
    held = moot.says(moot.guest("Ada"), "The dam will not hold.")
    work(moot, cms)
    assert cms.asked == []
    moot.decide(COMMAND, held, "release")
    work(moot, cms)
    assert [json.loads(asked.body)["type"] for asked in cms.asked] == ["comment.published"]


def test_who_says_that_they_are_gone_and_who_was_removed_hear_no_more(moot: Moot, cms: Counterpart) -> None:
    add(moot, cms)
    second, _ = add(moot, cms, "second")
    cms.script = lambda asked: reply(status=410)
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    moot.db.write_now(lambda tx: hooks.remove_hook(tx, COMMAND, second.id, moot.now))
    work(moot, cms)
    moot.says(moot.guest("Bo"), "It will.")
    work(moot, cms)
    assert len(cms.asked) == 1
    found = moot.db.read_now(lambda tx: hooks.hooks_of(tx, COMMAND, moot.site.id))
    assert {each.ended_why for each in found} == {"removed", "it said that it is gone (410)"}


def test_only_administrators_add_hooks(moot: Moot, cms: Counterpart) -> None:
    for actor in (moot.guest("Bo"), moot.member("Vera", "moderator")):
        with pytest.raises(NotAllowed):
            moot.db.write_now(lambda tx, actor=actor: hooks.add_hook(tx, actor, moot.site.id, cms.address, moot.now))  # type: ignore[misc]
