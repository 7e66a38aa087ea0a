"""The beginning of what somebody wrote is plain words, and ends between two of them."""

from __future__ import annotations

import pytest

from folkmoot.discussion.text import render
from folkmoot.web.excerpts import cut, excerpt, plain


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("The **dam** is *old*, said `Ada`.", "The dam is old, said Ada."),
        ("One\nline\n\nand a paragraph", "One line and a paragraph"),
        ("- one\n- two\n\n> quoted", "one two quoted"),
        ("1 < 2 & <b> stays", "1 < 2 & <b> stays"),
        ("[the gauge](https://lake.example/a?b=1)", "the gauge lake.example"),
    ],
)
def test_words_are_said_without_their_form(typed: str, said: str) -> None:
    assert plain(render(typed)) == said


def test_what_is_short_stays_whole_and_what_is_long_ends_before_a_space() -> None:
    assert cut("The lake is full.", 17) == "The lake is full."
    assert cut("The lake is full.", 12) == "The lake is …"
    assert cut("The lake is full.", 11) == "The lake is …"
    assert excerpt("<p>The <em>lake</em> is full.</p>", 10) == "The lake …"


def test_words_without_spaces_are_cut_all_the_same() -> None:
    assert cut("水" * 30, 10) == "水" * 10 + " …"
    assert cut("Ha " + "a" * 50, 20) == "Ha " + "a" * 17 + " …"
