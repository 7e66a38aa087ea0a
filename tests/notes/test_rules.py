"""What becomes of a note on its way in, and which links are sources."""

from __future__ import annotations

import pytest

from folkmoot.errors import Invalid
from folkmoot.notes.model import Draft, Source
from folkmoot.notes.rules import Context, judge
from folkmoot.notes.sources import read_page, read_sources

SOURCES = (Source("https://lab.example/lake", "lab.example"),)
SETTLED = Context(approved=9)


def verdict(text: str, context: Context = SETTLED, **given: object) -> tuple[str, str]:
    found = judge(Draft(1, "wrong", text, SOURCES, **given), context)  # type: ignore[arg-type]
    return found.answer, found.rule


def test_a_plain_note_of_somebody_known_is_published() -> None:
    assert verdict("Two of the twelve samples were above the limit, not all.") == ("published", "")


def test_ones_first_notes_wait_for_the_newsroom_but_not_its_own_and_not_without_limits() -> None:
    said = "Two of the twelve samples were above the limit."
    assert verdict(said, Context(approved=1)) == ("held", "newcomer")
    assert verdict(said, Context(approved=0, is_staff=True)) == ("published", "")
    assert verdict(said, Context(approved=0, limits=False)) == ("published", "")


@pytest.mark.parametrize("text", [
    "My neighbour Joe says that he wrote the report himself.", "Write to joe@mail.example, he knows.", "He lives at 14 Mill Road, ask him there.",
    "Call 0049 170 1234567 and ask.", "Jane Doe was arrested for it last year.", "It was Mrs Miller who took the samples.",
])  # fmt: skip
def test_a_note_that_names_a_private_person_is_held(text: str) -> None:
    assert verdict(text) == ("held", "private_person")


def test_who_is_named_in_the_story_is_no_private_person() -> None:
    assert verdict("It was Mrs Miller who took the samples.", Context(approved=9, told="Mrs Miller, the mayor, said no.")) == ("published", "")


def test_nothing_too_much_and_the_same_again_are_refused_with_a_reason() -> None:
    assert verdict("No.") == ("refused", "empty")
    assert verdict("word " * 101) == ("refused", "too_long")
    assert verdict("Two of twelve samples were above.", Context(approved=9, today=5)) == ("refused", "too_many")
    others = ((7, "Two samples of the twelve were above the limit."),)
    said = "The twelve samples: two were above the limit."
    assert verdict(said, Context(approved=9, others=others)) == ("refused", "similar")
    assert verdict(said, Context(approved=9, others=others), seen=frozenset({7})) == ("published", "")


def test_a_source_is_kept_as_a_browser_spells_it_with_the_host_that_it_leads_to() -> None:
    found = read_sources([" https://Lab.Example/a ", "https://Lab.Example/a", "http://bücher.example/"])
    assert [(source.url, source.host) for source in found] == [
        ("https://lab.example/a", "lab.example"), ("http://xn--bcher-kva.example/", "bücher.example"),
    ]  # fmt: skip


@pytest.mark.parametrize(("links", "code"), [
    ([], "no_source"), (["", "  "], "no_source"), ([f"https://a.example/{number}" for number in range(6)], "too_many_sources"),
    (["javascript:alert(1)"], "bad_source"), (["//lab.example"], "bad_source"), (["https://user@lab.example/"], "bad_source"),
    (["http://localhost/x"], "bad_source"), (["http://192.168.0.1/x"], "bad_source"), (["http://[::1]/"], "bad_source"),
    (["https://printer.lan/"], "bad_source"), (["https://news.example/lake?utm_source=x"], "own_source"),
    (["https://lab\u202e.example/"], "bad_source"),
])  # fmt: skip
def test_what_is_no_source_is_refused_with_a_sentence(links: list[str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_sources(links, "https://news.example/lake")
    assert refused.value.code == code
    assert refused.value.field == "sources"


def test_a_page_is_read_for_its_title_and_its_article() -> None:
    paragraphs = "".join(f"<p>Paragraph {number} of the story, with <b>bold</b> words.</p>" for number in range(9))
    page = f"<title>T &amp; T</title><nav><p>Menu</p></nav><article><h1>Lake</h1>{paragraphs}<script>no()</script></article><p>Comments</p>"
    title, text = read_page(page)
    assert title == "T & T"
    assert text.split("\n")[:2] == ["Lake", "Paragraph 0 of the story, with bold words."]
    assert "Menu" not in text
    assert "no()" not in text
    assert "Comments" not in text


def test_no_page_makes_the_reader_stumble() -> None:
    for page in ("", "<", "<p", "</p></div></p>", "<article>" * 999, "<title>", "\0<p>\0", "<p>" + "<b>" * 5_000):
        assert isinstance(read_page(page), tuple)
