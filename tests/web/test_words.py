"""Words come from the catalogues, in the reader's language; a pseudo-locale shows what does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from folkmoot.errors import Invalid, kept, known, recalled, say, say_many
from folkmoot.web import pages, words
from folkmoot.web.words import choose, date, direction, in_words, machine, moment, pseudo, translations

_LATIN = re.compile(r"[}>)], ?(?:\{[{%]|<)|join\(\", \"\)|\{\{ \", \" if")
HOUSE = Path(words.__file__).parent.parent
NOON = 1_777_824_309_123  # 3 May 2026, 16:05:09 UTC


@pytest.mark.parametrize(("accepted", "chosen"), [
    ("", "en"), ("en", "en"), ("ar", "ar"), ("ar-EG, en;q=0.8", "ar"), ("nl, sv", "en"), ("nl, ar;q=0.5, en;q=0.3", "ar"), ("de-AT, en;q=0.5", "de"),
    ("ar;q=0, en", "en"), ("AR", "ar"), ("*", "en"), ("ar;q=2", "en"), (";;;,,,q=", "en"), ("en-XA", "en"),
    ("ar;q=0.1, en;q=0.2", "en"),
    ("x" * 5000, "en"),
])  # fmt: skip
def test_a_browser_gets_the_language_it_likes_best_of_those_we_speak(accepted: str, chosen: str) -> None:
    assert choose(accepted) == chosen


def test_arabic_runs_from_right_to_left() -> None:
    assert [direction(each) for each in ("ar", "ar-EG", "he", "en", "en-XA", "de")] == ["rtl", "rtl", "rtl", "ltr", "ltr", "ltr"]


def test_the_pseudo_locale_is_longer_and_keeps_placeholders_and_markup() -> None:
    said = pseudo('Show <a href="/x">%(count)s more</a> of {total} &amp; 5%%')
    assert said.startswith("[Šĥöŵ <a href=\"/x\">%(count)s ɱöŕé</a> öƒ {total} &amp; 5%%")
    assert len(said) >= 1.4 * len("Show more of  5")


def test_a_language_without_a_catalogue_speaks_english() -> None:
    assert translations("tlh").gettext("Send") == "Send"


def test_dates_are_spelled_out_and_in_utc() -> None:
    assert date(NOON, "en") == "3 May 2026"
    assert moment(NOON, "en") == "3 May 2026, 16:05 UTC"
    assert machine(NOON) == "2026-05-03T16:05:09.123Z"
    assert moment(NOON, "en-XA").startswith("[")


def test_the_words_of_an_error_are_said_in_the_readers_language() -> None:
    problem = Invalid(say("{field} is missing. Send it too.", field="text"))
    assert problem.words == "text is missing. Send it too."
    assert in_words(problem.words, "en-XA").startswith("[text îš ɱîššîñĝ. Šéñð îţ ţöö.·")


def test_a_sentence_that_was_kept_is_said_again_in_any_language() -> None:
    kept_one = say("{date}, {clock} UTC", date=say("{day} {month} {year}", day=3, month=known("May"), year=2026), clock="14:05")
    again = recalled(json.loads(json.dumps(kept(kept_one))))
    assert again == kept_one and in_words(again, "de") == in_words(kept_one, "de") == "3. Mai 2026, 14:05 UTC"
    assert recalled(kept("Words of a person with {braces}")) == "Words of a person with {braces}"
    assert recalled(kept(known("Rules for {all}"))) == "Rules for {all}"


def test_a_list_has_the_commas_of_its_language() -> None:
    sentence = say("A reason is one of {reasons}.", reasons=("attack", "private"))
    assert sentence == "A reason is one of attack, private."
    assert "attack, private" in in_words(sentence, "fr") and "attack، private" in in_words(sentence, "ar")
    assert in_words(recalled(kept(sentence)), "ar") == in_words(sentence, "ar")


def test_words_go_by_their_number_as_a_language_counts() -> None:
    ones, many = "There is one more like the last one ({kind}).", "There are {number} more like the last one ({kind})."
    said = [say_many(ones, many, number=number, kind="x") for number in (1, 2, 5, 30, 200)]
    assert said[:2] == ["There is one more like the last one (x).", "There are 2 more like the last one (x)."]
    assert len({in_words(each, "ar").replace(str(number), "") for each, number in zip(said, (1, 2, 5, 30, 200), strict=True)}) == 5
    assert in_words(said[1], "de") == "Es gibt noch 2 weitere wie die letzte (x)."


def test_each_value_of_a_sentence_is_set_apart_on_a_page() -> None:
    sentence = say("The name {given} cannot stand as it is; it is kept as {name}.", given="<سمير>", name="Samir {0}")
    assert "<bdi>&lt;سمير&gt;</bdi>" in pages.in_html(sentence, "de") and "<bdi>Samir {0}</bdi>" in pages.in_html(sentence, "ar")
    assert pages.in_html("a < b {x}", "ar") == "a &lt; b {x}"


def test_rows_on_arabic_pages_have_arabic_commas() -> None:
    """What we put between two things that a page tells is `comma`; the lines of a postal address stay as they are on an envelope."""
    found = [
        f"{path.parent.parent.name}/{path.name}: {hit.group()}" for path in sorted(HOUSE.glob("*/templates/*.html"))
        for line in path.read_text("utf-8").splitlines() if "office.lines|join" not in line
        for hit in _LATIN.finditer(line)
    ]  # fmt: skip
    assert found == []


def test_a_template_speaks_its_language_and_escapes_what_it_is_given() -> None:
    page = pages.render("web/error.html", "ar", title="<b>", words="\"'&", explained="/", request="1", kept="")
    assert '<html lang="ar" dir="rtl">' in page
    assert "<h1>&lt;b&gt;</h1>" in page


def test_a_template_that_is_given_too_little_fails() -> None:
    with pytest.raises(Exception, match="'words' is undefined"):
        pages.render("web/error.html", "en", title="a")


def test_every_language_that_may_be_chosen_is_one_we_have() -> None:
    assert set(words.SPOKEN) <= set(words.LANGUAGES)
