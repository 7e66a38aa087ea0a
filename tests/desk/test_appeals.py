"""Who wrote what was removed may say why it should come back, and somebody else than who removed it decides."""

from __future__ import annotations

import pytest

from folkmoot.desk import queue
from folkmoot.discussion import appeals, checks
from folkmoot.errors import Conflict, Invalid, NotAllowed
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from tests.moot import DAY, Moot


def appeal(moot: Moot, actor: Actor, comment: int, words: str = "The page says so.") -> int:
    return moot.db.write_now(lambda tx: appeals.appeal(tx, actor, comment, words, moot.now))


@pytest.fixture
def vera(moot: Moot) -> Actor:
    return moot.member("Vera", "moderator")


def test_an_appeal_is_decided_by_another_moderator(moot: Moot, vera: Actor) -> None:
    anneke = moot.guest("Anneke")
    said = moot.says(anneke, "Her figure is wrong.")
    moot.decide(vera, said, "remove", "Against a person")
    moot.later(1)
    appeal(moot, anneke, said)
    with pytest.raises(NotAllowed, match="another moderator"):
        moot.db.write_now(lambda tx: queue.decide(tx, vera, "comment", said, "reverse", Because(), moot.now))
    benedikt = moot.member("Benedikt", "moderator")
    moot.db.write_now(lambda tx: queue.decide(tx, benedikt, "comment", said, "reverse", Because("It is about the figure."), moot.now))
    assert moot.texts() == ["Her figure is wrong."]
    assert [finding.words for finding in checks.check(moot.db)] == []


def test_what_stays_removed_can_be_looked_at_again_when_that_was_a_slip(moot: Moot, vera: Actor) -> None:
    anneke = moot.guest("Anneke")
    said = moot.says(anneke, "Her figure is wrong.")
    moot.decide(vera, said, "remove")
    moot.later(1)
    appeal(moot, anneke, said)
    benedikt = moot.member("Benedikt", "moderator")
    for deed in ("uphold", "reverse"):
        moot.later(1)
        settled = moot.db.write_now(lambda tx, deed=deed: queue.decide(tx, benedikt, "comment", said, deed, Because(), moot.now))  # type: ignore[misc]
        assert moot.texts() == (["Her figure is wrong."] if deed == "reverse" else [])
        moot.later(1)
        moot.db.write_now(lambda tx, settled=settled: queue.undo(tx, benedikt, "comment", settled.number or 0, moot.now))  # type: ignore[misc]
        assert [finding.words for finding in checks.check(moot.db)] == []
        assert len(moot.db.read_now(lambda tx: queue.waiting(tx, benedikt, moot.site, "time", None, 9, moot.now)).lines) == 1


def test_an_appeal_has_words_a_removal_and_half_a_year(moot: Moot, vera: Actor) -> None:
    anneke = moot.guest("Anneke")
    said = moot.says(anneke, "Her figure is wrong.")
    with pytest.raises(Conflict, match="removed"):
        appeal(moot, anneke, said)
    moot.decide(vera, said, "remove")
    with pytest.raises(Invalid):
        appeal(moot, anneke, said, "  ")
    with pytest.raises(NotAllowed):
        appeal(moot, moot.guest("Bo"), moot.says(moot.guest("Cy"), "Hm."), "Mine?")
    appeal(moot, anneke, said)
    with pytest.raises(Conflict, match="already"):
        appeal(moot, anneke, said)
    other = moot.says(anneke, "And this.")
    moot.decide(vera, other, "remove")
    moot.later(181 * DAY)
    with pytest.raises(Conflict, match="passed"):
        appeal(moot, anneke, other)
