"""Words come from the catalogues, in the reader's language; a pseudo-locale shows what does not."""

from __future__ import annotations

import pytest

from folkmoot.errors import Invalid, say
from folkmoot.web import pages, words
from folkmoot.web.words import choose, date, direction, in_words, machine, moment, pseudo, translations

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


def test_a_template_speaks_its_language_and_escapes_what_it_is_given() -> None:
    page = pages.render("web/error.html", "ar", title="<b>", words="\"'&", explained="/", request="1", kept="")
    assert '<html lang="ar" dir="rtl">' in page
    assert "<h1>&lt;b&gt;</h1>" in page


def test_a_template_that_is_given_too_little_fails() -> None:
    with pytest.raises(Exception, match="'words' is undefined"):
        pages.render("web/error.html", "en", title="a")


def test_every_language_that_may_be_chosen_is_one_we_have() -> None:
    assert set(words.SPOKEN) <= set(words.LANGUAGES)
