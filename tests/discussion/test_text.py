"""What a reader typed, to HTML: what they may use, what stays as typed, and that the quick way is the long one."""

from __future__ import annotations

import re

import ada_url
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from folkmoot.discussion import text
from folkmoot.discussion.model import MAX_TEXT
from folkmoot.discussion.text import fold, leads_to, read, render
from folkmoot.errors import Invalid, TooLarge
from tests.hostile import allowed, corpora

LINK = 'rel="nofollow ugc noopener noreferrer"'


@pytest.mark.parametrize(("typed", "html"), [
    ("The lake is clean.", "<p>The lake is clean.</p>\n"),
    ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n"),
    ("one\r\ntwo", "<p>one<br>\ntwo</p>\n"),
    ("2 < 3 & 4 > 1 \"so\"", "<p>2 &lt; 3 &amp; 4 &gt; 1 \"so\"</p>\n"),
    ("*so* **very** ~~not~~ `x < y`", "<p><em>so</em> <strong>very</strong> <del>not</del> <code>x &lt; y</code></p>\n"),
    ("snake_case_name and 2*3", "<p>snake_case_name and 2*3</p>\n"),
    ("# Big", "<p><strong>Big</strong></p>\n"),
    ("> said\n\nreply", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>reply</p>\n"),
    ("- bread\n- salt", "<ul>\n<li>bread</li>\n<li>salt</li>\n</ul>\n"),
    ("1. bread\n2. salt", "<ol>\n<li>bread</li>\n<li>salt</li>\n</ol>\n"),
    ("```python\nprint(1)\n```", "<pre><code class=\"language-python\">print(1)\n</code></pre>\n"),
    ("```Not A Language\nx\n```", "<pre><code>x\n</code></pre>\n"),
    ("one\n\n---\n\ntwo", "<p>one</p>\n<hr>\n<p>two</p>\n"),
])  # fmt: skip
def test_the_small_markdown_of_comments(typed: str, html: str) -> None:
    assert render(typed) == html


@pytest.mark.parametrize("typed", [
    "1986. A good year.", "3) third", "<em>Hi</em>", "&lt;b&gt; &copy; &nbsp;", "[see below](below)", "call[1]()", "[note]: remember",
    "ld.so and foo.py and www.news.example", "a | b\n-|-\n1 | 2", "[x](javascript:alert(1))", "<b>", "http://localhost/ and ftp://a.example/",
    "x http: //a.example", "{{ name }}", "Title\n=====",
])  # fmt: skip
def test_what_is_no_markdown_here_is_shown_as_typed(typed: str) -> None:
    assert allowed.words(render(typed)).strip() == typed


def test_all_that_markdown_marks_off_keeps_its_words() -> None:
    typed = "    indented\n\n[ref]: https://news.example/ \"Title\"\n\n![a lake](/lake.png)"
    for word in ("indented", "[ref]:", "Title", "a lake", "/lake.png"):
        assert word in allowed.words(render(typed))


@given(some.text(alphabet="ab *_>#-1.\n[]!<:/+\"'=|", max_size=80))
def test_no_letter_that_somebody_wrote_vanishes(typed: str) -> None:
    assert [c for c in allowed.words(render(typed)) if c.isalpha()] == [c for c in typed if c.isalpha()]


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_link_shows_the_host_to_which_it_leads() -> None:
    words = read("See [the minutes](https://ostley.example/minutes).")
    assert words.html == (
        f'<p>See <a href="https://ostley.example/minutes" {LINK}>the minutes</a> <bdi class="host">ostley.example</bdi>.</p>\n'
    )
    assert words.links == ("ostley.example",)


@pytest.mark.parametrize("typed", ["https://ostley.example/a_b", "<https://ostley.example/a_b>", "[https://ostley.example](https://ostley.example/x)"])
def test_an_address_says_its_host_itself(typed: str) -> None:
    assert "<a " in render(typed)
    assert "bdi" not in render(typed)


@pytest.mark.parametrize("words", ["https://news.example", "news.example", "https://ostley.example.news.example/", "https://ostley.example@news.example"])
def test_words_that_name_another_host_do_not_hide_the_real_one(words: str) -> None:
    assert '<bdi class="host">ostley.example</bdi>' in render(f"[{words}](https://ostley.example/)")


def test_nobody_can_write_the_sign_that_says_a_host() -> None:
    typed = '<bdi class="host">news.example</bdi> [<bdi class=host>news.example</bdi>](https://ostley.example) `<bdi class="host">x</bdi>`'
    assert render(typed).count("<bdi") == 1
    assert '</a> <bdi class="host">ostley.example</bdi>' in render(typed)


def test_a_link_without_words_is_named_by_its_host() -> None:
    for typed in ("[](https://ostley.example/)", "[\u200b](https://ostley.example/)"):
        assert f'<a href="https://ostley.example/" {LINK}>ostley.example' in render(typed)


@pytest.mark.parametrize(("typed", "address"), [
    ("Go to https://ostley.example.", "https://ostley.example"),
    ("(https://en.ostley.example/wiki/A_(b))", "https://en.ostley.example/wiki/A_(b)"),
    ("“https://ostley.example/a”, she said", "https://ostley.example/a"),
    ("**https://ostley.example/a**", "https://ostley.example/a"),
    ("HTTPS://OSTLEY.example/A?b[]=c!", "https://ostley.example/A?b[]=c"),
    ("[https://ostley.example/]", "https://ostley.example/"),
    ("见https://ostley.example/路。", "https://ostley.example/%E8%B7%AF"),
    ("https://müller.example/ß", "https://xn--mller-kva.example/%C3%9F"),
    ("<ada@ostley.example>", "mailto:ada@ostley.example"),
    ("![lake](https://ostley.example/lake.png)", "https://ostley.example/lake.png"),
    ("http://93.184.216.34/x", "http://93.184.216.34/x"),
])  # fmt: skip
def test_addresses_in_running_text_end_where_the_sentence_does(typed: str, address: str) -> None:
    assert allowed.links(render(typed)) == [address]


@pytest.mark.parametrize("address", [
    "https://localhost/", "https://intranet/", "https://printer.local/", "https://10.1.2.3/", "https://127.0.0.1/", "https://0177.0.0.1/",
    "https://169.254.169.254/", "https://224.0.0.1/", "https://1.2.3/", "https://[2606:4700::1111]/", "https://ada@news.example/", "//news.example/",
    "https:/news.example/", "https:\\\\news.example\\", "http://news.example:99999/", "https://news..example/", "https://-news.example/",
    "https://news.example./", "https://xn--a.example/", "ftp://news.example/", "mailto:ada@localhost", "mailto:a@b.example?cc=d@e.example",
    "https://news.example/\u2028", "https://new%73.example/", "https://" + "a." * 130 + "example/", "",
])  # fmt: skip
def test_an_address_that_is_not_for_everybody_leads_nowhere(address: str) -> None:
    assert leads_to(address) is None


@given(some.from_regex(r"(https?|mailto):[/\\]{0,3}[^ ]{0,3}[a-z0-9.@:%\[\]éα\\/?#\u200b\u3002-]{1,20}[^ ]{0,4}", fullmatch=True))
def test_what_lives_is_read_alike_by_a_browser(address: str) -> None:
    host = leads_to(address)
    if host is not None:
        url = ada_url.URL(address)
        assert allowed.lives_by_the_standard(address)
        assert url.hostname == host or (url.protocol == "mailto:" and url.pathname.lower().endswith(f"@{host}"))


# ── The two ways ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = some.text(alphabet=some.sampled_from("abc éß\n\n.,:;!?'\"&>-+#=1)(]/@|{}^%$\t\xa0\u3000\u2028\x0b\x85\u202e\ufeff字🌻"), max_size=60)


ADDRESSES = some.sampled_from([
    "https://example.com", "http://example.com/a/b?c=d&e=f#g", "https://EXAMPLE.com/A_b*c", "https://example.com/a.", "https://10.0.0.1/", "http://8.8.8.8/x",
    "https://localhost/", "https://a..b/", "https://example.com/%zz~,@+", "https://example.com/&copy;", "https://xn--bcher-kva.example/", "https://x.y:99/z",
    "https:/",
])  # fmt: skip
MARKS = some.lists(
    some.sampled_from(["*", "**", "***", "[", "]", "](", ")", "!", "<", ">", " ", "\n", "\n\n", ".", ",", "_", "`", ":", "\\", "a", "1.", "é", '"'])
    | ADDRESSES | ADDRESSES.map("[the page]({})".format) | ADDRESSES.map("<{}>".format)
    | some.sampled_from(["**bold**", "*so*", "words here", "[example.com](https://example.com/x)"]),
    max_size=9,
).map("".join)  # fmt: skip


@settings(max_examples=600)
@given(PLAIN | MARKS)
def test_the_quick_way_makes_the_same_bytes(typed: str) -> None:
    quick, whole = text.quickly(typed), text.thoroughly(typed)
    assert quick is None or (quick[:2], text.fold(quick[2])) == (whole[:2], text.fold(whole[2]))


@given(some.lists(some.text(alphabet="abc é字.,&>'", min_size=1, max_size=9).map(str.strip).filter(bool), min_size=1, max_size=6))
def test_ordinary_words_take_the_quick_way(lines: list[str]) -> None:
    typed = "\n".join(line for line in lines if not line.startswith(">")) or "words"
    assert text.quickly(typed) is not None


@pytest.mark.parametrize("typed", [
    "See [the report](https://example.com/a?b=c&d=e), page 3.\nIt says **so** *plainly*.", "**Nobody** was asked", "https://example.com/a_b.html",
    "(She said) see https://example.com/a, and <http://example.org/b>.\n\nAnd [example.com](https://example.com/).",
])  # fmt: skip
def test_the_plainest_marks_take_the_quick_way(typed: str) -> None:
    quick = text.quickly(typed)
    assert quick is not None and quick[:2] == text.thoroughly(typed)[:2]


@given(some.text(max_size=60) | PLAIN)
def test_any_text_is_refused_in_words_or_comes_out_clean(typed: str) -> None:
    try:
        words = read(typed)
    except Invalid:
        return
    assert allowed.faults(words.html) == []
    assert text.sanitise(words.html) == words.html


# ── What is kept, and what is refused ────────────────────────────────────────────────────────────────────────────────────


def test_what_was_typed_is_kept_as_typed() -> None:
    assert read("  Ada \u202e said\u00a0\r\nso  ").text == "  Ada \u202e said\u00a0\nso  "


@pytest.mark.parametrize("typed", ["", "  \n \t", "\u200b\u2060", "\u202e", "\u2800\u3164", "\u0301", "---", "```\n```", "\x01\x1f", "> \n> "])
def test_what_cannot_be_seen_is_empty(typed: str) -> None:
    with pytest.raises(Invalid, match="empty"):
        read(typed)


@pytest.mark.parametrize("typed", ["a\0b", "é\ud800", "\udfff"])
def test_what_cannot_be_stored_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="no text") as refused:
        read(typed)
    assert refused.value.field == "text"


def test_a_text_has_a_limit_in_letters_and_a_new_line_counts_once() -> None:
    assert read("a\r\n" * (MAX_TEXT // 2)).letters == MAX_TEXT
    with pytest.raises(TooLarge, match="5000 letters"):
        read("a" * (MAX_TEXT + 1))
    assert read("a" * 6_000, limit=6_000).letters == 6_000


@pytest.mark.parametrize(("one", "other"), [
    ("The  lake\nis clean", "the LAKE is clean"), ("Café", "Cafe\u0301"), ("b\u00adad w\u200bord", "bad word"), ("ＢＡＤ", "bad"),
    ("Straße", "STRASSE"), ("**bad**", "bad"), ("b&#97;d", "b&#97;d"), ("مُحَمَّد", "محمد"),
])  # fmt: skip
def test_what_reads_alike_has_the_same_digest(one: str, other: str) -> None:
    assert read(one).digest == read(other).digest


def test_words_that_differ_in_meaning_differ_when_folded() -> None:
    assert len({fold(word) for word in ("कि", "का", "が", "か", "lake", "lakes")}) == 6


def test_the_addresses_behind_words_are_part_of_what_is_said() -> None:
    one, other = read("[here](https://ostley.example/1)"), read("[here](https://ostley.example/2)")
    assert one.digest != other.digest
    assert "https://ostley.example/1" in one.folded


def test_quotes_and_lists_go_only_so_deep_and_lose_no_words() -> None:
    html = render(">" * 60 + " deep")
    assert html.count("<blockquote>") == text.MAX_DEPTH
    assert allowed.words(html).strip() == ">" * (60 - text.MAX_DEPTH) + " deep"
    assert "deep" in render("- " * 60 + "deep")


# ── Facts of others ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_behaviour_cases_hold() -> None:
    for case in corpora.behaviour("markdown-cases.json")["cases"]:
        html = render(case["in"])
        assert all(part in html for part in case.get("must", [])), case["id"]
        assert not any(part in html for part in case.get("must_not", [])), case["id"]
        assert "text" not in case or allowed.words(html).strip() == case["text"], case["id"]
        assert allowed.faults(html) == [], case["id"]


OFF = {  # sections of CommonMark that comments do without
    "Raw HTML", "HTML blocks", "Images", "Link reference definitions", "Setext headings", "Indented code blocks",
    "Entity and numeric character references", "Tabs",
}  # fmt: skip
OTHERWISE = {  # examples of the other sections that stand on one of these, on lists that begin elsewhere, or on bare addresses
    18, 20, 21, 23, 24, 48, 59, 69, 134, 137, 141, 225, 231, 236, 238, 239, 240, 252, 253, 254, 257, 264, 265, 267, 268, 270, 271, 272,
    273, 274, 278, 286, 287, 288, 289, 290, 296, 297, 299, 300, 302, 308, 309, 313, 317, 344, 346, 475, 476, 477, 491, 494, 507, 508,
    510, 513, 517, 518, 519, 520, 524, 525, 526, 642, 643,
}  # fmt: skip


def comparable(html: str) -> str:
    """The standard's HTML and ours in one spelling: headings bold, titles gone, no hosts, a new line for a break."""
    html = re.sub(r"<h[1-6]>(.*?)</h[1-6]>", r"<p><strong>\1</strong></p>", html, flags=re.S)
    html = re.sub(r'<a href="([^"]*)" title="[^"]*"', r'<a href="\1"', html)
    html = re.sub(r' ?<bdi class="host">[^<]*</bdi>', "", text.sanitise(html))
    return re.sub(r"<br>\n?", "\n", html).strip()


def test_the_rest_of_commonmark_is_as_the_standard_says() -> None:
    same = 0
    for case in corpora.commonmark():
        typed = re.sub(r"\]\((<?)/ur", r"](\1https://a.example/ur", case["markdown"])
        standard = case["html"].replace('href="/ur', 'href="https://a.example/ur')
        off = case["section"] in OFF | {"Autolinks"} or case["example"] in OTHERWISE or "]:" in typed
        if off or not all(map(leads_to, allowed.links(standard))):
            continue
        assert comparable(render(typed)) == comparable(standard), case["example"]
        same += 1
    assert same > 300
