"""How a text message is cut into segments, each of which is paid for (3GPP TS 23.038, 23.040). Pure.

GSM-7 holds 160 letters alone and 153 in each of several; letters of its extension table take two places, and a pair never straddles
two segments. One letter outside GSM-7 makes the whole message UCS-2: 70 and 67 units of UTF-16, a pair again in one segment.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
# What typists' programs put in place of plain letters: on what we say, never on a letter.
_PLAIN = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‑": "-", "…": "...", "\u00a0": " ", "\u202f": " ", "•": "-",
    "\u2066": "", "\u2067": "", "\u2068": "", "\u2069": "", "\u200e": "", "\u200f": "", "\u00ad": "", "→": ">", "×": "x",
})  # fmt: skip


class Segments(Struct, frozen=True):
    """encoding: GSM-7 or UCS-2. units: places that the text takes; segments: messages that are paid for."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int


def segments(text: str) -> Segments:
    """How a text is sent. An empty one takes no segment."""
    gsm = all(letter in BASIC or letter in EXTENSION for letter in text)
    sizes = (
        [2 if letter in EXTENSION else 1 for letter in text] if gsm else [len(letter.encode("utf-16-le", "surrogatepass")) // 2 for letter in text]
    )
    units, (alone, each) = sum(sizes), (160, 153) if gsm else (70, 67)
    return Segments("GSM-7" if gsm else "UCS-2", units, int(units > 0) if units <= alone else _several(sizes, each))


def _several(sizes: list[int], each: int) -> int:
    number, used = 1, 0
    for size in sizes:
        if used + size > each:
            number, used = number + 1, 0
        used += size
    return number


def simpler(text: str) -> str:
    """What we say, with plain quotes, dashes and spaces, so that these alone do not double its price. Never used on a person's letter."""
    return text.translate(_PLAIN)
