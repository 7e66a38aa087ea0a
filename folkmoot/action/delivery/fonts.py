"""Which fonts a text needs, and which of its letters none has: looked up before anything is set, so that no letter becomes a box.

Fonts are looked at in an order of liking and only until every letter is found; what a file holds is remembered.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from folkmoot.errors import Unavailable
from folkmoot.web.words import N_

SYSTEM = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
LIKED = (
    "notoserif",
    "liberationserif",
    "dejavuserif",
    "libertinusserif",
    "sourceserif",
    "georgia",
    "times",
    "notosans",
    "dejavusans",
    "liberationsans",
)
SKIPPED = ("mono", "bold", "italic", "oblique", "condensed", "symbol", "math", "emoji", "black", "thin", "light", "medium")
MOST = 600  # files that are looked at
# The setter's own font, where this machine has none: what it surely holds.
BUILT_IN = "Libertinus Serif"
_BUILT_IN_RANGES = ((0x20, 0x17F), (0x391, 0x3A1), (0x3A3, 0x3C9), (0x400, 0x45F), (0x2010, 0x2027), (0x2030, 0x203A), (0x20AC, 0x20AC))


class Fitted(Struct, frozen=True):
    """families: fonts that together hold the text, best first. lacking: its letters that none has. folders: where the fonts lie."""

    families: tuple[str, ...]
    lacking: tuple[str, ...]
    folders: tuple[str, ...]


def fit(text: str, folders: Iterable[str] = ()) -> Fitted:
    """Fonts for a text, from some folders and the system's own."""
    where = tuple(folder for folder in (*folders, *SYSTEM) if Path(folder).is_dir())
    wanted = {letter for letter in text if _is_drawn(letter)}
    families: list[str] = []
    for file in files(where):
        name, held = held_by(file)
        if name and wanted & held:
            families.append(name)
            wanted -= held
        if not wanted and families:
            break
    return Fitted((*dict.fromkeys(families), BUILT_IN), tuple(sorted(letter for letter in wanted if not _built_in(letter))), where)


def _is_drawn(letter: str) -> bool:
    """Whether a letter needs a shape: not blanks, nor what only joins, turns or chooses."""
    return not letter.isspace() and unicodedata.category(letter) not in ("Cc", "Cf") and not 0xFE00 <= ord(letter) <= 0xFE0F


def _built_in(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _BUILT_IN_RANGES)


@lru_cache(8)
def files(folders: tuple[str, ...]) -> tuple[Path, ...]:
    """Font files of upright, regular weight, those that are liked first."""
    found = {file for folder in folders for file in _under(Path(folder))}
    return tuple(sorted(found, key=lambda file: (_liking(file), file.name))[:MOST])


def _under(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.suffix.lower() in (".ttf", ".otf", ".ttc") and not any(word in file.stem.lower() for word in SKIPPED):
            yield file


def _liking(file: Path) -> int:
    name = file.stem.lower().replace("-", "").replace(" ", "")
    return next((place for place, liked in enumerate(LIKED) if name.startswith(liked)), len(LIKED))


@lru_cache(MOST)
def held_by(file: Path) -> tuple[str, frozenset[str]]:
    """A font file's family and the letters that it has; nothing of one that cannot be read."""
    try:
        from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]
    except ImportError:
        raise Unavailable(
            N_("Letters as PDF need the extra `pdf` (pip install folkmoot[pdf]). The letter can be printed from its page."), 600, "no_pdf"
        ) from None
    try:
        with TTFont(file, lazy=True, fontNumber=0) as font:
            name = font["name"].getBestFamilyName() or ""
            return name, frozenset(map(chr, font.getBestCmap() or {}))
    except (TTLibError, OSError, KeyError, AssertionError, ValueError):
        return "", frozenset()
