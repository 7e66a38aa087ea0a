"""A notice in words of the reader's language: for pages, and for mails, where nothing that somebody wrote may become a link."""

from __future__ import annotations

import re
from string import Formatter

from msgspec import Struct

from folkmoot.people.kinds import KINDS
from folkmoot.people.model import Notice
from folkmoot.sites.model import Site
from folkmoot.web import words
from folkmoot.web.words import N_

PAGES = {"guidelines": N_("Guidelines"), "terms": N_("Terms"), "privacy": N_("Privacy"), "imprint": N_("Imprint")}  # a publisher's own
OFTEN_OURS = ("reason", "rule", "why")  # values that may be a sentence of ours: a rule's, one of the guidelines that we propose, a worker's
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+-]*:(?=/)/*")
_DOT = re.compile(r"(?<=[\w)])([.。．｡])(?=[^\W\d_])")


def pages_in_words(site: Site, language: str) -> str:
    """The publisher's own pages for a mail, one a line: `Terms: https://…`."""
    return "\n".join(f"{words.in_words(PAGES[name], language)}: {address}" for name, address in site.policy.pages.items())


class Told(Struct, frozen=True):
    """subject: one line; lines: sentences; quote: what somebody wrote, or nothing; opens: a page of ours and the words of its link."""

    subject: str
    lines: tuple[str, ...]
    quote: str
    opens: str
    link: str
    at: int


def told(notice: Notice, language: str, *, dead: bool = False) -> Told:
    """A notice in a language. dead: for mails; addresses in what people wrote are broken, so that no mailbox makes links of them."""
    kind, said = KINDS[notice.kind], words.translations(language).gettext
    values = {name: _value(name, value, language, dead) for name, value in notice.values.items()}
    lines = tuple(said(each).format(**values) for each in kind.says if all(values[name] for name in _names(each)))
    return Told(said(kind.subject).format(**values), lines, values[kind.quote] if kind.quote else "", notice.opens, said(kind.opens), notice.at)


def _value(name: str, value: str | int, language: str, dead: bool) -> str:
    if isinstance(value, int):
        return words.moment(value, language)
    value = words.in_words(value, language) if name in OFTEN_OURS else value
    return deaden(value) if dead else value


def _names(sentence: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(sentence) if name]


def deaden(text: str) -> str:
    """Text in which no mail program finds an address to make a link of: without its scheme, with its dots in brackets, as in news[.]example."""
    return _DOT.sub(r"[\1]", _SCHEME.sub("", text))
