"""What in a comment disputes the story: the words that say why, and what is only a sigh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from folkmoot.notes.finding import WORTH_LISTING, find

TITLE = "Harmful bacteria found in all twelve lake samples, council says"
ARCHIVED = Path(__file__).parent.parent.parent.parent / "shared/data/threads/archived-page.txt"
DISPUTES = (
    "That is not true. The county’s table has two of twelve above the limit: https://lab.ostleycounty.example/2025",
    "Correction: the headline is wrong, see https://lab.ostleycounty.example/2025 for the whole list of samples and their dates.",
    "“Harmful bacteria found in all twelve lake samples” is not a true statement, and the council knows it very well.",
    "My sister works at the lab and says that these reports are false. There have been no such findings in the north basin at all.",
    "Das stimmt so nicht: zwei von zwölf Proben lagen über dem Grenzwert, siehe https://labor.example/seen und die Tabelle dort.",
)
SIGHS = (
    "What is wrong with this council??? I hate them.",
    "Shame on you, council, for living down to our expectations.",
    "I swam there all summer, see my pictures: https://pictures.example/me",
    "Actually, I like the jetty as it is.",
    "Every true friend of the lake should come on Monday.",
)


@pytest.mark.parametrize("text", DISPUTES)
def test_what_disputes_the_story_is_listed_with_the_words_that_say_why(text: str) -> None:
    found = find(text, TITLE, "news.example")
    assert found.weight >= WORTH_LISTING, found
    assert found.reasons


@pytest.mark.parametrize("text", SIGHS)
def test_a_sigh_a_link_and_an_opinion_are_not(text: str) -> None:
    assert find(text, TITLE, "news.example").weight < WORTH_LISTING


def test_the_reasons_are_the_comments_own_words() -> None:
    said = "Masha, who really knows this, says that these reports are false. See https://table.example/x and https://news.example/own"
    told = {(reason.what, reason.words) for reason in find(said, TITLE, "news.example").reasons}
    assert ("says", "these reports are false") in told
    assert ("links", "table.example") in told
    assert not [words for _, words in told if "news.example" in words]


def test_more_that_supports_a_doubt_weighs_more() -> None:
    bare = "This story is false, the samples say something else, whatever the council tells us about them on Monday nights."
    assert find(bare, TITLE).weight < find(f"{bare} According to the table: https://table.example/x", TITLE).weight


def test_no_text_makes_it_stumble_or_dawdle() -> None:
    for text in ("", "\0", "“" * 5_000, "not true " * 600, "(" * 5_000, "> " * 2_500, "https://" * 700):
        assert find(text, text[:300]).weight >= 0


@pytest.mark.skipif(not ARCHIVED.exists(), reason="the shared sample is not here")
def test_the_last_of_111_comments_that_nobody_saw_is_the_first_that_is_found() -> None:
    page = ARCHIVED.read_text("utf-8")
    comments = re.split(r"\n\s*• ", page)[1:]
    weights = sorted(((find(said, page.split("\n")[0]).weight, number) for number, said in enumerate(comments)), reverse=True)
    assert len(comments) == 111
    assert 110 in [number for _, number in weights[:3]]
