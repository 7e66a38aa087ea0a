"""The letter on paper: a tagged PDF set by typst (the extra `pdf`), with the address in the window of an envelope.

Words are handed to the setter as data, so none of them is markup. Every letter is looked up in the fonts first.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from folkmoot.action.delivery import fonts, layout
from folkmoot.action.delivery.model import Letter, Way
from folkmoot.action.model_letters import Recipient
from folkmoot.errors import Unavailable
from folkmoot.settings import Settings
from folkmoot.web.words import N_, direction

_SOURCE = Path(__file__).with_name("letter.typ")
_NORTH_AMERICA = ("country:us", "country:ca")
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}


class Paper(Struct, frozen=True):
    """pdf: the bytes; empty where letters are lacking, which are then named and the letter is printed from its page."""

    pdf: bytes
    lacking: tuple[str, ...] = ()


def reaches(to: Recipient, settings: Settings) -> bool:
    return True


def make(letter: Letter, folders: tuple[str, ...] = ()) -> Paper:
    """Sets a letter. Raises Unavailable without the extra. Takes up to a second: the worker's."""
    told = _told(letter)
    fitted = fonts.fit(_all_words(told), folders)
    if fitted.lacking:
        return Paper(b"", fitted.lacking)
    told["fonts"] = list(fitted.families)
    return Paper(_set(told, fitted.folders))


def _set(told: dict[str, Any], folders: tuple[str, ...]) -> bytes:
    try:
        import typst
    except ImportError:
        raise Unavailable(
            N_("Letters as PDF need the extra `pdf` (pip install folkmoot[pdf]). The letter can be printed from its page."), 600, "no_pdf"
        ) from None
    given = {"letter": msgspec.json.encode(told).decode()}
    made: bytes = typst.compile(str(_SOURCE), sys_inputs=given, font_paths=list(folders), ignore_system_fonts=True, pdf_standards=["ua-1"])
    return made


def _told(letter: Letter) -> dict[str, Any]:
    """What the setter is given, all of it plain words."""
    american = not letter.to.division or any(country in letter.to.division for country in _NORTH_AMERICA)
    turned = direction(letter.language)
    return {
        "title": f"{letter.subject} – {letter.to.name or letter.to.office}", "name": letter.home.name, "paper": "us-letter" if american else "a4",
        "window": 30 if american else 25, "language": letter.language.split("-")[0], "direction": turned,
        "sender": list(layout.sender_lines(letter)), "recipient": list(layout.recipient_lines(letter)), "date": layout.day(letter),
        "subject": letter.subject, "greeting": layout.greeting(letter), "closing": layout.closing(letter), "footer": layout.footer(letter),
        "parts": [{"direction": turning(part, turned), "lines": part.split("\n")} for part in layout.paragraphs(letter)],
    }  # fmt: skip


def _all_words(told: dict[str, Any]) -> str:
    parts = [line for part in told["parts"] for line in part["lines"]]
    single = (told[name] for name in ("name", "date", "subject", "greeting", "closing", "footer"))
    return "".join((*parts, *single, *told["sender"], *told["recipient"], "0123456789/"))


def turning(text: str, default: str = "ltr") -> str:
    """The direction of a paragraph: that of its first letter which has one (UAX #9, P2)."""
    return next((_STRONG[found] for letter in text if (found := unicodedata.bidirectional(letter)) in _STRONG), default)


WAY = Way("paper", N_("on paper: you print and post it"), False, reaches)
