"""What becomes of a comment: published, held or refused, and the reason in words."""

from __future__ import annotations

import time
from typing import Any

import pytest

from folkmoot.discussion.classifier import Likeness
from folkmoot.discussion.model import MAX_IMPORTED, MAX_TEXT, Draft, Verdict
from folkmoot.discussion.rules import BURSTS, DAY, HOUR, PROOF, RULES, Context, has_any, judge
from folkmoot.discussion.text import fold, read
from folkmoot.discussion.trust import Standing
from folkmoot.people.names import skeleton, skeletons

NOW = 1_780_000_000_000
KNOWN = {"standing": Standing(12, 0, NOW - 30 * DAY)}


def said(words: str, **known: Any) -> Verdict:
    return judge(Draft(1, read(words, limit=MAX_IMPORTED)), Context(now=NOW, **known))


def test_a_newcomers_plain_words_are_published() -> None:
    assert said("The lake is clean.") == Verdict("published")


def test_a_closed_story_takes_nothing_from_nobody() -> None:
    assert said("Late.", closed=True, is_staff=True).answer == "refused"


def test_a_comment_that_is_too_long_is_refused() -> None:
    assert said("a" * MAX_TEXT).answer == "published"
    assert said("a" * (MAX_TEXT + 1)).rule == "length"


def test_refused_beats_held_beats_published() -> None:
    ada = {"looks": skeleton("Ada"), "others": frozenset({skeleton("Ada")})}
    words = "Buy pills at https://a.example and https://b.example"
    assert said(words, banned_words=("pills",), **ada).rule == "banned"
    assert said(words, **ada).rule == "links"
    assert said("Plain words", **ada).answer == "published"


def test_the_marks_of_every_rule_stay() -> None:
    ada = {"looks": skeleton("Ada"), "others": frozenset({skeleton("Ada")})}
    assert said("Plain words", mode="hold_all", **ada) == Verdict(
        "held", "mode", "On this site a moderator looks at every comment before it appears.", ("namesake",)
    )


def test_every_reason_is_a_whole_sentence_for_people() -> None:
    known: list[dict[str, Any]] = [
        {"closed": True}, {"banned_words": ("lake",)}, {"repeated": 5}, {"echoed": 5}, {"copies": 3}, {"suspect_words": ("lake",)},
        {"by_person": (NOW,) * 10}, {"by_person": (NOW,) * 5}, {"mode": "hold_all"}, {"mode": "hold_newcomers"}, {"newcomer_links": -1},
        {"looks": "a", "staff": frozenset("a")}, {"guests": False}, {"barred": "You cannot write here."}, {"slowed": 5},
        {"alike": 3}, {"rush": 30, "rush_from": 30}, {"learned_hold": 50, "likeness": Likeness(0.9, ("lake",))},
    ]  # fmt: skip
    spoken = [said("The lake is clean, and it has been for a year.", **each) for each in known]
    spoken.append(judge(Draft(1, read("The lake is clean."), trapped=True), Context(now=NOW)))
    spoken.append(judge(Draft(1, read("The lake is clean."), written=5), Context(now=NOW)))
    assert all(verdict.why.endswith(".") and verdict.answer != "published" for verdict in spoken)
    assert {verdict.rule for verdict in spoken} == {rule.__name__ for rule in RULES} - {"length", "rush"} | {PROOF}


# ── The same again ───────────────────────────────────────────────────────────────────────────────────────────────────────

LONG = "The council has known about the lake since March and told nobody."


def test_saying_the_same_twice_is_refused_and_names_the_first() -> None:
    verdict = said("Yes.", repeated=77)
    assert (verdict.answer, verdict.about) == ("refused", 77)
    assert "exactly this" in verdict.why


def test_the_same_from_ones_network_is_refused_only_where_chance_is_no_reason() -> None:
    assert said("I agree.", echoed=77).answer == "published"
    assert said(LONG, echoed=77).answer == "refused"


def test_what_many_post_alike_is_held() -> None:
    assert said(LONG, copies=2).answer == "published"
    assert said(LONG, copies=3).answer == "held"
    assert said("I agree.", copies=30).answer == "published"


# ── Bursts, newcomers, modes ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("whose", "span", "most", "answer"), BURSTS)
def test_a_burst_is_counted_within_its_time(whose: str, span: int, most: int, answer: str) -> None:
    slowly = span // most + 1  # one comment each so many milliseconds: never `most` within the span
    assert said("Here.", **{f"by_{whose}": tuple(NOW - number * slowly for number in range(1, most + 1))}).answer != answer
    assert said("Here.", **{f"by_{whose}": (NOW - span + 1,) * most}).answer == answer


def test_newcomers_links_are_held_past_the_sites_number() -> None:
    one, two = "See https://a.example", "See https://a.example and [b](https://b.example)"
    assert said(one).answer == "published"
    assert said(two).rule == "links"
    assert said(one, newcomer_links=0).answer == "held"
    assert said(two, **KNOWN).answer == "published"
    assert said(two, standing=Standing(2, 0, NOW - 30 * DAY)).answer == "held"
    assert said(two, standing=Standing(12, 0, NOW - HOUR, True), proven=True).answer == "held"


def test_a_site_may_look_at_newcomers_or_at_everybody() -> None:
    assert said("Hello", mode="hold_newcomers").rule == "mode"
    assert said("Hello", mode="hold_newcomers", **KNOWN).answer == "published"
    assert said("Hello", mode="hold_all", **KNOWN).rule == "mode"
    assert said("Hello", mode="hold_all", is_staff=True).answer == "published"


def test_limits_that_are_off_leave_size_closed_words_and_hold_all() -> None:
    off: dict[str, Any] = {"limits": False, "by_person": (NOW,) * 99, "by_network": (NOW,) * 99, "repeated": 1, "echoed": 1, "copies": 9}
    assert said("See https://a.example https://b.example " + LONG, mode="hold_newcomers", **off).answer == "published"
    assert said("Hello", closed=True, **off).rule == "closed"
    assert said("Hello", mode="hold_all", **off).rule == "mode"
    assert said("a" * (MAX_TEXT + 1), **off).rule == "length"
    assert said("spam", banned_words=("spam",), **off).rule == "banned"
    assert said("Hello", looks=skeleton("Ines"), staff=skeletons(["Ines"]), **off).rule == "look_alikes"


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def named(name: str, **known: Any) -> Verdict:
    return said("Hello", looks=skeleton(name), staff=skeletons(["Ines Holt", "Moderator"]), **known)


@pytest.mark.parametrize("name", ["Ines Holt", "INES HOLT", "1nes Ho1t", "Inеs Ноlt", "Inés  Holt ✓", "ｍｏｄｅｒａｔｏｒ"])
def test_nobody_passes_for_staff(name: str) -> None:
    assert named(name).rule == "look_alikes"
    assert named(name, is_staff=True).answer == "published"


def test_two_honest_namesakes_get_a_mark_and_no_hold() -> None:
    assert named("Ada", others=frozenset({skeleton("Bo")})) == Verdict("published")
    assert named("Ada", others=frozenset({skeleton("Ada")})).marks == ("namesake",)
    assert named("Ada", others=frozenset({skeleton("Ada")})).answer == "published"


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("listed", "typed"), [
    ("casino", "My CASINO!"), ("casino", "my Cásino"), ("casino", "c4s1n0"), ("casino", "c\u200basi\u00adno"), ("casino", "**cas**ino"),
    ("buy now", "So buy  now, friends"), ("buy now", "buy\nnow"), ("buy-now", "buy now"), ("Straße", "STRASSE"), ("casino", "(casino)"),
    ("bad.example", "at https://bad.example/x"), ("bad.example", "[here](https://bad.example/x)"), ("坏人", "他是坏人吗"), ("плохо", "Плохо!"),
    ("$$$", "so $$$!"), ("🖕", "you 🖕🏽"), ("b@d", "b@d"), ("420", "it is 420"), ("one two three", "one two one two three"),
])  # fmt: skip
def test_a_listed_word_is_found_however_it_is_dressed(listed: str, typed: str) -> None:
    assert has_any(read(typed).folded, ("unseen", listed))


@pytest.mark.parametrize(("listed", "typed"), [
    ("cunt", "Scunthorpe"), ("ass", "a class of assassins"), ("buy now", "nowhere to buy"), ("buy now", "buy it now"), ("कि", "का"),
    ("i", "1"), ("so", "50"), ("", "words"), ("b@d", "bad"), ("casino", "casinos"),
])  # fmt: skip
def test_a_word_is_found_only_whole(listed: str, typed: str) -> None:
    assert not has_any(read(typed).folded, (listed,))


def test_the_reason_does_not_teach_the_list() -> None:
    assert "casino" not in said("casino", banned_words=("casino",)).why


def test_five_thousand_words_cost_no_more_than_five() -> None:
    many = tuple(f"word{number}" for number in range(4_000)) + tuple(f"very bad phrase {number}" for number in range(1_000))
    texts = [fold(sign * (MAX_TEXT // len(sign))) for sign in ("a", "very bad ", "a1@", "é ", "字", "very ")]
    has_any("ready", many)
    began = time.process_time()
    assert not any(has_any(text, many) for text in texts)
    assert time.process_time() - began < 0.1
