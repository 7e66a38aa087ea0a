"""HTML to our Markdown: our renderer shows what was meant, and nothing of what was not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.discussion.importers.html_text import attempts, words_of, words_shown
from folkmoot.discussion.importers.model import Comment, Form, Writer
from folkmoot.discussion.importers.reading import NO_WORDS, name_of, words_of_comment
from folkmoot.discussion.model import MAX_IMPORTED, Words
from folkmoot.errors import TooLarge


def words(text: str, form: Form = "html") -> Words | None:
    return words_of_comment(Comment("key", 1, ("story",), Writer("Ada"), text, form))


def html(text: str, form: Form = "html") -> str:
    found = words(text, form)
    return found.html.strip() if found else ""


LINK = '<a href="{}" rel="nofollow ugc noopener noreferrer">'


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<p>Hello, <b>World </b>.</p>", "<p>Hello, <strong>World</strong> .</p>"),
        ("<p>one<br>two</p><p>three</p>", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("<p>one\ntwo</p>", "<p>one two</p>"),
        ("<i><b>a</b> b</i>", "<p><em><strong>a</strong> b</em></p>"),
        ("<s>gone</s> <u>under</u>", "<p><del>gone</del> under</p>"),
        ("<h2>Big</h2>small", "<p><strong>Big</strong></p>\n<p>small</p>"),
        ("<code>a`b</code>", "<p><code>a`b</code></p>"),
        ("<pre><code>if a &lt; b:\n   go</code></pre>", "<pre><code>if a &lt; b:\n   go\n</code></pre>"),
        ("<ol start=5><li>five<li>six</ol>", "<p>5. five<br>\n6. six</p>"),
        ("<script>alert(1)</script>said", "<p>said</p>"),
        ("<b>never <i>closed", "<p><strong>never <em>closed</em></strong></p>"),
        ("5*3*2 snake_case _x_ ~~no~~ [a](b) `c`", "<p>5*3*2 snake_case _x_ ~~no~~ [a](b) `c`</p>"),
        ("# no heading", "<p># no heading</p>"),
        ("1. no list", "<p>1. no list</p>"),
        ("- no list<br>&gt; no quote<br>---", "<p>- no list<br>\n&gt; no quote<br>\n---</p>"),
        ("&amp;lt;b&amp;gt; &amp;amp;", "<p>&lt;b&gt; &amp;amp;</p>".replace("&lt;b&gt;", "&amp;lt;b&amp;gt;")),
        (r"C:\dir\*.txt", r"<p>C:\dir\*.txt</p>"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a</p>\n<p>b</p>"),
    ],
)  # fmt: skip
def test_marks_stay_marks_and_letters_stay_letters(given: str, shown: str) -> None:
    assert html(given) == shown


def test_a_link_leads_where_it_led() -> None:
    assert html('<a href="https://example.com/a_(b)">x [y] z</a>').startswith("<p>" + LINK.format("https://example.com/a_(b)") + "x [y] z</a>")


def test_a_redirect_is_replaced_by_what_lies_behind_it() -> None:
    redirect = "http://disq.us/url?url=http%3A%2F%2Fexample.com%2Fa%3Axyzxyzxyzxyzxyzxyzxyz&cuid=1"
    assert 'href="http://example.com/a"' in html(f'<a href="{redirect}">go</a>')
    assert 'href="http://example.com/b"' in html(f'<a href="{redirect}" title="http://example.com/b">go</a>')


def test_an_address_cut_short_is_shown_whole() -> None:
    assert ">http://example.com/some/long/address</a>" in html('<a href="http://example.com/some/long/address">http://example.com/some/...</a>')


def test_a_picture_becomes_a_link_to_it() -> None:
    shown = html('<img src="//example.com/cat.jpg" alt="A cat">')
    assert 'href="https://example.com/cat.jpg"' in shown and "A cat" in shown


def test_a_link_that_may_not_live_keeps_its_words_and_its_address() -> None:
    assert html('<a href="http://localhost:4000/x">here</a>') == "<p>here (http://localhost:4000/x)</p>"
    assert html('<a href="javascript:alert(1)">click</a>') == "<p>click</p>"


def test_quotes_and_lists_stay_what_they_are() -> None:
    assert html("<blockquote><p>said</p></blockquote>reply") == "<blockquote>\n<p>said</p>\n</blockquote>\n<p>reply</p>"
    assert html("<ul><li>one<ul><li>deep</li></ul><li>two</ul>") == "<ul>\n<li>one\n<ul>\n<li>deep</li>\n</ul>\n</li>\n<li>two</li>\n</ul>"


def test_quotes_deeper_than_are_shown_keep_their_words() -> None:
    assert words_shown(html("<blockquote>" * 30 + "deep" + "</blockquote>" * 30)).endswith("deep")


def test_what_says_nothing_has_no_words() -> None:
    assert words("<p></p>") is None
    assert words("<script>alert(1)</script>") is None
    assert len(NO_WORDS) == 3


def test_a_comment_of_more_letters_than_can_be_kept_is_refused() -> None:
    with pytest.raises(TooLarge):
        words("<p>" + "x" * (MAX_IMPORTED + 1) + "</p>")
    with pytest.raises(TooLarge):
        words("<i>" * 1_000_000)


@given(st.text(alphabet="ab1.\n\\`*_~[]()<>#+-=|!&:/ \t", max_size=60))
def test_plain_text_is_shown_to_the_letter(text: str) -> None:
    found = words(text, "plain")
    assert words_shown(found.html if found else "") == " ".join(text.split())


_PIECES = st.sampled_from([
    "<b>", "</b>", "<i>", "</i>", "<p>", "</p>", "<br>", "<code>", "</code>", "<ul><li>", "</li></ul>", "<blockquote>", "</blockquote>",
    "<a href='https://example.com/x'>", "</a>", "*", "_", "`", "word", " ", "1. ", "\n", "&lt;", "<pre>", "</pre>",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_whatever_html_it_is_its_words_are_shown(markup: str) -> None:
    found = words(markup)
    shown = words_shown(found.html) if found else ""
    assert "".join(shown.split()) == "".join(words_of(markup).split())


@pytest.mark.parametrize("name", ["", "\u202e", "x" * 60, "a\nb", "M\u200boderator ☑️", "Z" + "\u0301" * 30 + "algo", "\ud800"])
def test_a_name_that_cannot_stand_is_mended(name: str) -> None:
    mended = name_of(name)
    assert 0 < len(mended.name) <= 40 and mended.name.isprintable()
    assert mended.changed or not name


def test_hostile_html_gives_only_what_our_renderer_gives(shared: Path) -> None:
    soup = [json.loads(line)["html"] for line in (shared / "hostile" / "soup.jsonl").read_text("utf-8").strip().split("\n")]
    payloads = (shared / "hostile" / "xss-payloads.txt").read_text("utf-8").splitlines()[::7]
    for text in [*soup, *payloads]:
        shown = html(text).lower()
        assert "<script" not in shown and "<img" not in shown and "<iframe" not in shown
        assert 'href="javascript' not in shown


def test_hostile_names_never_stop_an_import(shared: Path) -> None:
    for name in json.loads((shared / "hostile" / "blns.json").read_text("utf-8")):
        assert 0 < len(name_of(name).name) <= 80


def test_each_attempt_is_tried_until_one_shows_the_words() -> None:
    tries = list(attempts("foo<b>bar:</b>baz"))
    assert tries[0] == "foo**bar:**baz" and html("foo<b>bar:</b>baz") == "<p>foobar:baz</p>"
