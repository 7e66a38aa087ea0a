"""What is spam is learned from the desk alone, said in words, and forgotten with the decision; near-copies and traps hold for a person."""

from __future__ import annotations

import pytest

from folkmoot.desk import queue
from folkmoot.discussion import at_desk, belongings, comments, lessons, moderation, store, store_waits
from folkmoot.discussion.alike import gists, nearly_same, pairs_of
from folkmoot.discussion.classifier import ENOUGH, features, likeness, model_of
from folkmoot.discussion.model import Customs, Draft
from folkmoot.discussion.text import read
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from tests.moot import DAY, Moot

KITS = "Cheap test kits for your pool and lake, order them today at our shop number"
LAKE = "The council measured the water in May and found it clean enough for children number"


@pytest.fixture
def vera(moot: Moot) -> Actor:
    return moot.member("Vera", "moderator")


def learn(moot: Moot) -> None:
    while moot.db.write_now(lambda tx: lessons.learn(tx, moot.now)):
        pass


def taught(moot: Moot, vera: Actor) -> list[int]:
    """A desk that has removed and released some; gives the removals."""
    moot.allow(mode="hold_all")
    removals = []
    for number in range(ENOUGH):
        for text, deed in ((KITS, "remove"), (LAKE, "release")):
            moot.later(1)
            said = moot.says(moot.guest(f"G{number}"), f"{text} {number}")
            made = moot.db.write_now(lambda tx, said=said, deed=deed: moderation.decide(tx, vera, said, deed, Because(), moot.now)).id  # type: ignore[misc]
            if deed == "remove":
                removals.append(made)
    moot.allow()
    learn(moot)
    return removals


def test_what_is_like_removed_ones_is_held_and_the_desk_is_told_by_which_words(moot: Moot, vera: Actor) -> None:
    taught(moot, vera)
    moot.customs = Customs()
    spam = moot.post(moot.guest("New"), "Order cheap kits for your pool at our shop")
    assert spam.verdict.rule == "learned"
    assert {"cheap", "kits", "shop"} & set(spam.verdict.note.split(", "))
    shown = moot.db.read_now(lambda tx: queue.hand(tx, vera, "comment", spam.id, moot.now)).shown
    assert shown["noted"] == spam.verdict.note
    assert moot.post(moot.guest("Newer"), "Children swam in the clean water in May").verdict.answer == "published"


def test_a_decision_taken_back_is_unlearned(moot: Moot, vera: Actor) -> None:
    removals = taught(moot, vera)
    moot.later(1)
    for removal in removals[:5]:
        moot.db.write_now(lambda tx, removal=removal: moderation.undo(tx, vera, removal, moot.now))  # type: ignore[misc]
    learn(moot)
    moot.customs = Customs()
    assert moot.post(moot.guest("New"), "Order cheap kits for your pool at our shop").verdict.answer == "published"  # too little is known now


def test_who_is_erased_is_unlearned_in_short_steps_and_no_word_stays(moot: Moot, vera: Actor) -> None:
    bo = moot.guest("Bo")
    texts = [f"Boat{number} for sale." for number in range(23)] + ["".join(f"sail{number}{word} " for word in range(400)) for number in range(4)]
    for text in texts:
        moot.decide(vera, moot.says(bo, text), "remove", "Advertising.")
    learn(moot)
    assert learned(moot) > 1_600
    steps = []
    while did := moot.db.write_now(lambda tx: belongings.erase(tx, bo.id or 0, "go", moot.now)):
        steps.append(did)
    assert steps[:3] == [20, 5, 2], "of short comments twenty, of long ones two"
    assert learned(moot) == 0


def learned(moot: Moot) -> int:
    return int(moot.db.read_now(lambda tx: tx.rows("SELECT COUNT(*) AS n FROM learned_word"))[0].n)


def test_the_words_that_say_most_decide() -> None:
    counts = {"cheap": (0, 30), "kits": (1, 25), "the": (30, 30), "water": (28, 1)}
    model = model_of(30, 30, counts)
    assert likeness({"cheap", "kits", "the"}, model).chance > 0.95
    assert likeness({"cheap", "kits", "the"}, model).words == ("cheap", "kits")
    assert likeness({"water", "the"}, model).chance < 0.1
    assert likeness({"cheap"}, model_of(3, 30, counts)).chance == 0
    assert features(["a", "kits"], ["shop.example"]) == {"kits", "link:shop.example"}


def test_near_copies_of_newcomers_are_held(moot: Moot) -> None:
    moot.customs = Customs()
    texts = [f"Cheap test kits for lakes and for pools, ask me how, the first box is {word}" for word in ("free", "gratis", "yours")]
    answers = [moot.post(moot.guest(f"Fan {number}", network=f"n{number}"), text).verdict for number, text in enumerate(texts)]
    assert [verdict.rule for verdict in answers] == ["", "", "copies"]
    moot.later(2 * DAY)
    assert moot.post(moot.guest("Late", network="n9"), texts[0]).verdict.answer == "published"


def test_the_desk_shows_what_is_similar_and_of_a_flood_looks_at_the_newest(moot: Moot, vera: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    bo = moot.guest("Bo")
    said = [moot.says(bo, f"Cheap test kits for lakes and for pools, ask me how, the first box is {word}") for word in ("free", "gratis", "yours")]
    hand = moot.says(bo, "Cheap test kits for lakes and for pools, ask me how, the first box is cheap")

    def similar() -> list[int]:
        return [row.id for row in moot.db.read_now(lambda tx: at_desk.show(tx, vera, hand, moot.now))["similar"]]  # type: ignore[attr-defined]

    assert similar() == said[::-1]
    again = moot.says(bo, "Cheap test kits for lakes and for pools, ask me how, the first box is cheap")
    assert again not in similar(), "the same words stand elsewhere"
    monkeypatch.setattr(store_waits, "LOOKED_AT", 3)
    assert similar() == [said[2]]


def test_most_near_copies_share_a_gist_and_strangers_do_not() -> None:
    words = [f"word{number}" for number in range(20)]
    one, other = words, [*words[:9], "shut", *words[10:]]
    assert nearly_same(pairs_of(one), pairs_of(other))
    assert not nearly_same(pairs_of(one), pairs_of(list(reversed(words))))
    assert not pairs_of(["no", "where", "else"]) & pairs_of(["now", "here", "no", "whereelse"]), "where a word ends is part of it"
    assert pairs_of(["no", "where"]) < pairs_of(["say", "no", "where"]), "wherever a pair stands, it is the same"
    assert gists(pairs_of(["too", "few"])) is None
    assert set(gists(pairs_of(one)) or ()) & set(gists(pairs_of(other)) or ())


def test_a_field_that_people_do_not_see_is_a_trap_that_holds(moot: Moot) -> None:
    draft = Draft(moot.story.id, read("Hello from a program."), trapped=True)
    bot = moot.guest("Bot")
    posted = moot.db.write_now(lambda tx: comments.post(tx, bot, draft, moot.now, moot.customs))
    assert (posted.verdict.answer, posted.verdict.rule) == ("held", "honeypot")
    assert moot.db.read_now(lambda tx: store.last_decision(tx, posted.id)).rule == "honeypot"
