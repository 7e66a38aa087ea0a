"""Writes folkmoot/people/confusables.txt: which characters look like an ASCII letter or digit.

    uv run --no-project --with confusable-homoglyphs==3.3.1 tools/confusables.py > folkmoot/people/confusables.txt

Two sources of fact: Unicode's confusables (UTS 39), as the PyPI package confusable-homoglyphs carries them, and the names of
the characters themselves (LATIN SMALL LETTER O WITH STROKE, REGIONAL INDICATOR SYMBOL LETTER M). What the compatibility
decomposition says anyway is left out. Run it again when Unicode has grown; tests/people/test_names.py judges the outcome.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import defaultdict
from importlib.resources import files

NAMED = re.compile(
    r"(?:LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL )?|.*(?:SQUARED|CIRCLED) LATIN (?:SMALL |CAPITAL )?LETTER |"
    r"REGIONAL INDICATOR SYMBOL LETTER )([A-Z])(?: WITH .*)?"
)
HEAD = """\
# Characters that look like an ASCII letter or digit: `look-alike-of: code points`, hexadecimal, ranges with a hyphen.
# Written by tools/confusables.py from Unicode's confusables (UTS 39) and character names; do not edit.
# Data: Copyright © 1991-present Unicode, Inc., under the Unicode License v3 (https://www.unicode.org/license.txt).
"""


def by_shape() -> dict[str, str]:
    """Character -> the ASCII letter or digit that the table of confusables pairs it with."""
    table = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8"))
    found = {}
    for ascii_one in filter(str.isalnum, map(chr, range(128))):
        for pair in table.get(ascii_one, []):
            looks = pair["c"].strip("\u200e")
            if len(looks) == 1 and not looks.isascii():
                found[looks] = ascii_one.lower()
    return found


def by_name() -> dict[str, str]:
    """Character -> the letter that its Unicode name says it is a form of."""
    found = {}
    for character in map(chr, range(128, sys.maxunicode)):
        named = NAMED.fullmatch(unicodedata.name(character, ""))
        if named:
            found[character] = named[1].lower()
    return found


def said_anyway(character: str, letter: str) -> bool:
    """Whether decomposition, with the accents off, gives the letter without a table."""
    plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", character)).lower()
    return plain == letter


def ranges(points: list[int]) -> str:
    """61 62 63 70 -> 61-63 70."""
    runs: list[list[int]] = []
    for point in sorted(points):
        if runs and point == runs[-1][-1] + 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    return " ".join(f"{run[0]:x}" + (f"-{run[-1]:x}" if len(run) > 1 else "") for run in runs)


def main() -> None:
    """Prints the table."""
    letters: dict[str, list[int]] = defaultdict(list)
    for character, letter in {**by_name(), **by_shape()}.items():
        if not said_anyway(character, letter):
            letters[letter].append(ord(character))
    print(HEAD, end="")
    for letter in sorted(letters):
        print(f"{letter}: {ranges(letters[letter])}")


if __name__ == "__main__":
    main()
