"""Hostile text through the renderer: nothing outside the allow-list comes out, and no text takes long."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice

import pytest

from folkmoot.discussion import text
from folkmoot.discussion.model import MAX_IMPORTED, MAX_TEXT
from folkmoot.errors import Invalid
from tests.hostile import allowed, corpora


def check(typed: str) -> None:
    """One text: refused in words, or rendered to HTML that a second sanitising does not change."""
    try:
        words = text.read(typed[:MAX_IMPORTED], limit=MAX_IMPORTED)
    except Invalid as refused:
        assert refused.code in ("empty", "not_text")
        return
    assert allowed.faults(words.html) == [], typed
    assert len(allowed.links(words.html)) == len(words.links), typed
    assert text.sanitise(words.html) == words.html, typed


def check_all(typed: Iterable[str]) -> None:
    for each in typed:
        check(each)


@pytest.mark.parametrize("typed", corpora.SAMPLES)
def test_what_is_hostile_comes_out_as_text(typed: str) -> None:
    check(typed)


def test_a_sample_of_every_corpus_comes_out_as_text() -> None:
    check_all(islice(corpora.texts(), 0, None, 23))


@pytest.mark.long
def test_every_corpus_comes_out_as_text() -> None:
    check_all(corpora.texts())


@pytest.mark.long
def test_hostile_text_stays_harmless_inside_every_kind_of_markdown() -> None:
    for around in ("[{}](https://news.example/)", "[words]({})", "**{}**", "> - {}", "`{}", "```{}\n```", "<{}>", "# {}", "https://a.example/{}"):
        check_all(around.format(each) for each in islice(corpora.texts(), 0, None, 7))


@pytest.mark.parametrize("typed", [typed for typed in corpora.SAMPLES if typed.startswith(("[x](", "![x](", "<java"))])
def test_only_an_address_that_everybody_may_open_becomes_a_link(typed: str) -> None:
    if not typed.endswith("{onclick=alert(1)}"):
        assert "<a" not in text.render(typed)


def test_no_bad_scheme_becomes_a_live_link() -> None:
    for case in corpora.own("md-link-scheme"):
        assert "<a" not in text.render(case["input"]), case["id"]


def test_no_attribute_and_no_tag_breaks_out() -> None:
    for case in corpora.own("md-attr-breakout"):
        assert allowed.faults(text.render(case["input"])) == [], case["id"]


def test_what_spoofs_stays_inside_its_block() -> None:
    for case in corpora.own("text-spoof"):
        check(case["input"])


SLOW = {
    "brackets": "[", "pictures": "![", "stars": "*a **a ", "stars and lines": "*_", "quotes": "> ", "deep quotes": ">", "items": "- ",
    "paragraphs in quotes": ">a\n\n", "ticks": "`a``b", "addresses": "http://", "dots": "http://a.", "closing": "https://a.example)",
    "links": "[a](", "labels": "![*](https://a.example)[*", "headings": "#\n", "strikes": "~~a ", "escapes": "\\", "mail": "a@",
}  # fmt: skip


def cost(typed: str) -> float:
    """Seconds of this process, the better of two."""
    spent = []
    for _ in range(2):
        began = time.process_time()
        text.render(typed)
        spent.append(time.process_time() - began)
    return min(spent)


@pytest.mark.parametrize("sign", SLOW.values(), ids=SLOW.keys())
def test_no_text_at_the_limit_takes_a_tenth_of_a_second(sign: str) -> None:
    repeated = (sign * MAX_TEXT)[:MAX_TEXT]
    assert cost(repeated) < 0.1
    assert cost(f"{repeated[:-25]}](https://news.example)") < 0.1


def test_no_slow_text_is_slow() -> None:
    for case in corpora.own("slow-text"):
        assert cost(case["input"][:MAX_TEXT]) < 0.1, case["id"]
