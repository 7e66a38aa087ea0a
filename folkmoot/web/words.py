"""Words in the reader's language: gettext catalogues in folkmoot/locale, a pseudo-locale made at run time, dates.

In templates `_()`, `ngettext()` and `{% trans %}` are there; in Python an error carries its English words (or a
`folkmoot.errors.say(...)`), and the door that shows them calls `in_words`.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path

from folkmoot.errors import Sentence, say

LANGUAGES = ("en", "ar", "de", "es", "fr", "en-XA")  # en-XA: a pseudo-locale, longer and accented, for looking at the layout
SPOKEN = ("en", "ar", "de", "es", "fr")              # those that Accept-Language may choose
_FOLDER = Path(__file__).parent.parent / "locale"
_RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}
_ACCENTED = str.maketrans(
    "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz", "ÅåßƀÇçÐðÉéƑƒĜĝĤĥÎîĴĵĶķĻļḾɱÑñÖöÞþǪǫŔŕŠšŢţÛûṼṽŴŵẊẋÝýŽž"
)
_KEPT = re.compile(r"(%(?:\(\w+\))?[a-z%]|\{\w*\}|<[^>]+>|&\w+;|https?://\S+)")  # placeholders, markup, addresses


def N_(words: str) -> str:  # noqa: N802 -- the name that gettext's tools look for
    """Marks words for the catalogues without translating them here."""
    return words


class _Pseudo(gettext.NullTranslations):
    """English with accents, in brackets, 40 % longer: what stays plain on a page has not gone through gettext."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return pseudo(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)


def pseudo(message: str) -> str:
    """A message as the pseudo-locale says it; placeholders and markup stay as they are, and so does what has no letters, such as a comma."""
    if not any(map(str.isalpha, message)):
        return message
    parts = _KEPT.split(message)
    letters = sum(len(part) for part in parts[::2])
    body = "".join(part if number % 2 else part.translate(_ACCENTED) for number, part in enumerate(parts))
    return f"[{body}{'·' * max(1, round(letters * 0.4))}]"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; English where there is none."""
    if language == "en-XA":
        return _Pseudo()
    return gettext.translation("folkmoot", _FOLDER, [language.replace("-", "_"), language.split("-")[0]], fallback=True)


def in_words(words: str, language: str) -> str:
    """An error's words, or any others that the catalogues hold, in a language."""
    if isinstance(words, Sentence) and words.values:
        return frame(words, language).format(**{name: ours(value, language) for name, value in words.values.items()})
    return translations(language).gettext(str(words)) if words else ""


def frame(words: Sentence, language: str) -> str:
    """The template of a sentence in a language; of several forms the one that its number asks for."""
    found = translations(language)
    return found.ngettext(words.template, words.many, int(str(words.values["number"]))) if words.many else found.gettext(words.template)


def ours(value: object, language: str) -> object:
    """A value, such as a name: in a language where it is a sentence of ours, as it stands where somebody wrote it."""
    if isinstance(value, list | tuple):
        return listed(value, language)
    return in_words(value, language) if isinstance(value, Sentence) else value


def listed(parts: Iterable[object], language: str) -> str:
    """Parts in a row, with the commas of a language between them."""
    return comma(language).join(str(ours(each, language)) for each in parts)


def comma(language: str) -> str:
    """What stands between two parts of a row: a comma and a space, as a language writes them."""
    # i18n: between the parts of a list, with the space that follows
    return translations(language).gettext(", ")


def direction(language: str) -> str:
    """ "rtl" or "ltr"."""
    return "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def choose(accepted: str, available: Iterable[str] = SPOKEN, default: str = "en") -> str:
    """The language of `available` that an Accept-Language header likes best (RFC 9110, 12.5.4), else `default`."""
    return _chosen(accepted[:200], tuple(available), default)


@lru_cache(maxsize=512)
def _chosen(accepted: str, available: tuple[str, ...], default: str) -> str:
    known = {each.lower(): each for each in available}
    for wanted in _by_liking(accepted):
        for name in (wanted, wanted.split("-")[0]):
            if name in known:
                return known[name]
    return default


def _by_liking(accepted: str) -> list[str]:
    liked = []
    for part in accepted[:200].lower().split(","):
        name, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=") or "1"
        if name and re.fullmatch(r"[01](\.[0-9]{0,3})?", weight) and float(weight) > 0:
            liked.append((-float(weight), name.strip()))
    return [name for _, name in sorted(liked, key=lambda each: each[0])]


MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


def date(at: int, language: str) -> str:
    """The day of a time (UTC ms), spelled out: 3 May 2026."""
    when, said = datetime.fromtimestamp(at / 1000, UTC), translations(language).gettext
    return said("{day} {month} {year}").format(day=when.day, month=said(MONTHS[when.month - 1]), year=when.year)


def dated(at: int) -> Sentence:
    """The day of a time (UTC ms) as a value of a sentence, which a door says in the reader's language."""
    when = datetime.fromtimestamp(at / 1000, UTC)
    return say("{day} {month} {year}", day=when.day, month=say(MONTHS[when.month - 1]), year=when.year)


def timed(at: int) -> Sentence:
    """Day and minute of a time (UTC ms) as a value of a sentence."""
    return say("{date}, {clock} UTC", date=dated(at), clock=datetime.fromtimestamp(at / 1000, UTC).strftime("%H:%M"))


def moment(at: int, language: str) -> str:
    """Day and minute of a time (UTC ms): 3 May 2026, 14:05 UTC. The browser's script makes it relative."""
    clock = datetime.fromtimestamp(at / 1000, UTC).strftime("%H:%M")
    return translations(language).gettext("{date}, {clock} UTC").format(date=date(at, language), clock=clock)


def short(at: int, now: int, language: str) -> str:
    """A time (UTC ms) where room is scarce: 14:05 of today, 3 May of this year, else May 2025. The whole belongs into `datetime` and a title."""
    when, today, said = datetime.fromtimestamp(at / 1000, UTC), datetime.fromtimestamp(now / 1000, UTC), translations(language).gettext
    if when.date() == today.date():
        return when.strftime("%H:%M")
    month = said(MONTHS[when.month - 1])
    if when.year == today.year:
        return said("{day} {month}").format(day=when.day, month=month)
    return said("{month} {year}").format(month=month, year=when.year)


def machine(at: int) -> str:
    """A time (UTC ms) for `<time datetime>` and JSON: 2026-05-03T14:05:09.123Z."""
    return f"{_second(at // 1000)}.{at % 1000:03d}Z"


@lru_cache(maxsize=4096)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").removesuffix("+00:00")
