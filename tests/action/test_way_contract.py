"""What every way to an official promises, one and the same for all of them. A new way adds what it makes of a letter to MAKES."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import get_args, get_type_hints
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from folkmoot import mail
from folkmoot.action.delivery import BY_NAME, WAYS, Letter, Receipt, Way, email, layout, mailto, option_for, paper
from folkmoot.action.homes import one_line
from folkmoot.action.letters import TRANSITIONS
from folkmoot.action.model_letters import Home
from folkmoot.action.steps import clean_body
from folkmoot.settings import Letters, Mail, Settings
from tests.action.guided import DESI, OTTO
from tests.action.test_delivery import HOSTILE, LETTER, SETTINGS
from tests.mailserver import Sink, serving


def _mail(letter: Letter) -> str:
    message = email.message(letter, SETTINGS)
    return f"{message['Subject']}\n{message['Message-ID']}\n{message.get_content()}"


def _pdf(letter: Letter) -> str:
    made = paper.make(letter)
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages) if made.pdf else layout.plain(letter, subject=True)


def _link(letter: Letter) -> str:
    link, _ = mailto.link(letter)
    return "\n".join([unquote(urlsplit(link).path), *(each for values in parse_qs(urlsplit(link).query).values() for each in values)])


# What a way makes of a letter, as text. The gateways of Congress make nothing yet: they are checked with (cwc.check) and not delivered by.
MAKES: dict[str, Callable[[Letter], str]] = {"email": _mail, "paper": _pdf, "mailto": _link}
ALL = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
MAKING = pytest.mark.parametrize("name", MAKES)


@ALL
def test_a_way_is_one_of_the_list_and_says_in_words_what_it_is(way: Way) -> None:
    assert BY_NAME[way.name] is way
    assert way.words.startswith(("by ", "on "))
    assert way.outsiders in ("warn", "refuse")
    assert way.name in MAKES or not any(way.reaches(to, SETTINGS) for to in (OTTO, DESI)), "what nothing is made for reaches nobody"


@ALL
def test_who_cannot_be_reached_by_it_is_not_offered_it(way: Way) -> None:
    off = Settings(mail=Mail(), letters=Letters(email=False))
    assert option_for(DESI, SETTINGS).way == "paper", "no address, no mail"
    assert not (way.carried and way.reaches(OTTO, off)), "with all drivers off nothing is carried"
    assert option_for(OTTO, off).way == "paper"
    if way.carried and way.reaches(OTTO, SETTINGS):
        assert way.deliver is not None, "what is carried is handed over by somebody"


@MAKING
def test_what_it_makes_holds_the_letter_whole_and_is_the_same_when_made_twice(name: str) -> None:
    letter = replace(LETTER, body="First, the jetty.\n\nSecond, the fence.")
    made = " ".join(MAKES[name](letter).split())
    said = ("9 Tannery Row", "Ostley, MR 00417", "First, the jetty.", "Second, the fence.", "Council Member Marsh")
    for part in (letter.subject, letter.home.name, *said):
        assert part in made, part
    assert made == " ".join(MAKES[name](letter).split())
    if name != "mailto":  # the person's own mail: nothing in it is ours
        assert layout.reference(letter) in made.upper(), "by its delivery id it is known for ever"


@MAKING
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_in_every_field_is_text(name: str, number: int) -> None:
    text = HOSTILE[number]
    line, body = one_line(text) or "x", clean_body(f"{text} and more words")
    to = replace(OTTO, name=line, office=line, title=line, surname=line, post=(line, line))
    letter = replace(LETTER, subject=line, body=body, home=Home(line, line, line, line, "00417"), to=to, site=line, maker=line, funder=line)
    with suppress(mail.Refused):  # what would smuggle a header in is not sent at all, and its writer is told
        made = MAKES[name](letter)
        assert "and more words" in " ".join(made.split())
        assert not any(sign in made for sign in ("\x00", "\x07", "\x1b"))


@ALL
def test_what_comes_of_it_is_certain_or_said_to_be_unknown(way: Way) -> None:
    """Every end that a way can name is a step of a letter's life; and each of the ends at the net's edge is told for what it is."""
    for event in get_args(get_type_hints(Receipt)["event"]):
        assert ("handing", event) in TRANSITIONS
    if way.deliver is None:
        return
    sink = Sink()
    with serving(sink) as where:
        settings = replace(SETTINGS, mail=replace(where, sender="guide@news.example"))
        assert way.deliver(LETTER, settings) == Receipt("took")
        sink.to_data = "451 Try again later"
        assert way.deliver(LETTER, settings).event == "not_now"
        sink.to_data, sink.to_rcpt = "250 OK", "550 No such mailbox"
        assert way.deliver(LETTER, settings).event == "refused"
    assert way.deliver(LETTER, settings).event == "not_now", "nobody listens: certainly not sent"
    assert len(sink.got) == 1
