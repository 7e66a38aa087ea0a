"""A passage is found again after the story has changed, or said to be gone; it is never dropped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from folkmoot.notes.model import Passage
from folkmoot.notes.quoting import alike, anchor, around, diff

STORY = (
    "Linnet Lake to close\nOstley’s council voted unanimously on Monday night to close the lake.\n"
    "The report says that harmful bacteria were found in all twelve samples taken last summer. The town’s insurer has asked for daily tests.\n"
    "The council meets again on Tuesday. The council voted last year, too, and the council will vote again."
)


def at(passage: Passage, text: str = STORY, title: str = "", place: int | None = None) -> str:
    found = anchor(passage, text, title, place)
    return text[found.start : found.end] if found.start is not None else f"({found.found})"


def test_a_passage_is_found_word_for_word_whatever_its_quotes_and_spaces() -> None:
    assert at(Passage("Ostley's council  voted unanimously")) == "Ostley’s council voted unanimously"


def test_of_two_places_the_one_with_the_same_surroundings_is_meant() -> None:
    found = anchor(Passage("the council", prefix="last year, too, and ", suffix=" will vote again"), STORY)
    assert STORY[: found.start].endswith("too, and ")


def test_a_passage_that_has_moved_is_found_where_it_is_now() -> None:
    place = STORY.index("harmful")
    moved = "A new first paragraph.\n" + STORY
    assert at(Passage("harmful bacteria were found"), moved, place=place) == "harmful bacteria were found"


def test_a_passage_whose_words_were_changed_is_found_as_changed() -> None:
    edited = STORY.replace("in all twelve samples taken", "in two of the twelve samples that were taken")
    found = anchor(Passage("harmful bacteria were found in all twelve samples taken last summer"), edited)
    assert found.found == "changed"
    assert "two of the twelve samples" in edited[found.start : found.end]


def test_what_is_there_no_more_is_about_an_earlier_version() -> None:
    assert at(Passage("a monster was seen at the north end of the jetty")) == "(gone)"


def test_the_headline_is_a_passage_too_and_an_unread_story_says_nothing() -> None:
    assert at(Passage("to close to swimmers"), title="Linnet Lake to close to swimmers") == "(headline)"
    assert at(Passage("harmful bacteria"), "") == "(unknown)"


@given(st.text(max_size=60), st.text(max_size=200), st.text(max_size=20), st.integers(0, 300))
def test_nothing_that_is_quoted_makes_it_stumble(exact: str, text: str, near: str, place: int) -> None:
    found = anchor(Passage(exact, near, near), text, near, place)
    assert (found.start is None) == (found.end is None)


@given(st.integers(0, len(STORY) - 12), st.integers(8, 60))
def test_any_passage_is_found_where_it_was_taken(start: int, letters: int) -> None:
    passage = around(STORY, start, min(start + letters, len(STORY)))
    found = anchor(passage, STORY, place=start)
    if passage.exact.strip() and passage.exact == " ".join(passage.exact.split()):
        assert (found.found, found.start) == ("exact", start)


@given(st.text("ab cd.", max_size=40), st.text("ab cd.", max_size=40))
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    parts = diff(before, after)
    assert "".join(words for kind, words in parts if kind != "new") == before
    assert "".join(words for kind, words in parts if kind != "gone") == after


def test_a_difference_is_as_small_as_the_words_that_changed() -> None:
    assert diff("voted unanimously on Monday", "voted 5 to 4 on Monday") == [
        ("same", "voted "), ("gone", "unanimously"), ("new", "5 to 4"), ("same", " on Monday"),
    ]  # fmt: skip


def test_two_notes_that_say_the_same_in_other_words_are_alike() -> None:
    one = "The county’s table shows two of twelve samples above the limit, both from the north end."
    other = "Two samples of the twelve were above the limit, says the county’s table; both at the north end."
    assert alike(one, other) > 0.5
    assert alike(one, "The bridge will carry 14 buses an hour.") < 0.1
