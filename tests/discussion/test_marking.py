"""What was looked for is marked in what was found, and an excerpt ends between words."""

from __future__ import annotations

import pytest

from folkmoot.discussion.marking import excerpt, mark_html, wanted
from folkmoot.discussion.text import render


@pytest.mark.parametrize(
    ("typed", "said", "marked"),
    [
        ("cafe", "The **Café** &amp; <b>", "<mark>Café</mark>"),
        ("السد", "السَّدّ لن يصمد", "<mark>السَّدّ</mark>"),
        ("水坝", "大水坝", "<mark>水</mark><mark>坝</mark>"),
        ("lt", "a <b> c", "a &lt;b&gt; c"),
    ],
)
def test_a_found_word_is_marked_in_any_script_and_nothing_becomes_markup(typed: str, said: str, marked: str) -> None:
    html = mark_html(render(said), wanted(typed))
    assert marked in html and "<b>" not in html and "<mark>lt" not in html
    assert marked in excerpt(render(said), wanted(typed))


def test_an_address_stays_whole_where_its_word_is_looked_for() -> None:
    html = render("See [the dam](https://dam.example/dam).")
    assert mark_html(html, wanted("dam")).count('href="https://dam.example/dam"') == html.count('href="https://dam.example/dam"') == 1


def test_a_long_comment_is_cut_between_words_around_what_was_looked_for() -> None:
    said = excerpt(render("**word** " * 100 + "needle " + "other " * 100), wanted("needle"))
    assert "<mark>needle</mark>" in said and said.startswith("… word") and said.endswith("other …") and "*" not in said
