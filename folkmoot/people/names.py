"""Names people give themselves: cleaned of what cannot be seen, and compared as the eye reads them (Unicode UTS 39).

`skeleton` is what two names have in common when a reader would take one for the other: case, accents, letter shapes of other
scripts, signs and spaces are folded away. It is compared, never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from unicodedata import category, normalize
from unicodedata import name as name_of

from folkmoot.errors import Invalid, say

MAX_NAME = 40      # letters that are seen
MAX_STORED = 80    # with marks and joiners
RESERVED = ("Admin", "Administrator", "Editor", "Folkmoot", "Moderator", "Newsroom", "Staff", "Support")  # offices

_PLAIN = re.compile(r"[A-Za-z0-9](?:[ '.-]?[A-Za-z0-9])*")
_JOINERS = "\u200c\u200d"
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FILLERS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0]")
_DIACRITICS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_STACKED = re.compile(f"[{_DIACRITICS}]{{3}}")
_ACCENTS = re.compile(f"[{_DIACRITICS}]")
_NEW_SIGNS = re.compile("[\U0001f000-\U0001fbff]")  # emoji younger than this Python's Unicode
_BADGE = re.compile(r"\b(CHECK|BALLOT|SHIELD|BADGE|ROSETTE|MEDAL|REGISTERED|TRADE MARK)\b")
_MARKS_OF_SCRIPTS = 4  # Burmese, Tibetan and Hebrew write up to four marks on one letter


def clean_name(typed: str) -> str:
    """A name as it is kept: NFC, single spaces, 1 to 40 letters, nothing unseen but the joiners that scripts need.

    Raises Invalid with the field "name".
    """
    if len(typed) <= MAX_NAME and _PLAIN.fullmatch(typed):
        return typed
    if len(typed) > 10 * MAX_STORED:
        raise _too_long()
    letters = normalize("NFC", typed.strip())
    _check_characters(letters)
    cleaned = " ".join(normalize("NFC", _seen(letters)).split())
    _check_shape(cleaned)
    return cleaned


def _too_long() -> Invalid:
    return Invalid(say("The name is longer than {limit} letters. Give a shorter one.", limit=MAX_NAME), "long_name", "name")


def _check_characters(letters: str) -> None:
    """No controls, no halves, nothing private or unknown; no sign that passes for a badge."""
    for letter in letters:
        kind = category(letter)
        if kind in ("Cc", "Cs", "Co") or (kind == "Cn" and not _NEW_SIGNS.match(letter)):
            raise Invalid("The name holds characters that cannot be shown. Type it anew.", "bad_name", "name")
        if kind in ("So", "Me") and (kind == "Me" or _BADGE.search(name_of(letter, ""))):
            raise Invalid("The name holds a sign that looks like a badge. Leave it out.", "badge_name", "name")


def _seen(letters: str) -> str:
    """Without what is not seen, but with the joiners and selectors that Persian, Indic scripts, ideographs and emoji need."""
    seen = "".join(letter for letter in letters if letter in _JOINERS or not _is_unseen(letter))
    kept = [""]
    for letter, after in zip(seen, [*seen[1:], ""], strict=False):
        if _stays(letter, _kind(kept[-1]), _kind(after)):
            kept.append(letter)
    return "".join(kept)


def _is_unseen(letter: str) -> bool:
    return category(letter) == "Cf" or _FILLERS.match(letter) is not None


def _kind(letter: str) -> str:
    """The category of a neighbour; none for an accent, which may yet melt into its letter."""
    return category(letter) if letter and not _ACCENTS.match(letter) else ""


def _stays(letter: str, before: str, after: str) -> bool:
    """Whether a joiner or a selector shapes something between its neighbours. All other characters stay."""
    if _SELECTORS.match(letter):
        return before in ("So", "Lo")
    return letter not in _JOINERS or (before in ("Lo", "Mn", "Mc", "So", "Sk") and after in ("Lo", "So", "Cn"))


def _check_shape(cleaned: str) -> None:
    kinds = [category(letter) for letter in cleaned]
    if not any(kind[0] in "LN" for kind in kinds):
        raise Invalid("The name has no letter. Give the one by which others shall know you.", "empty_name", "name")
    seen = sum(kind[0] != "M" and kind != "Cf" for kind in kinds)
    if seen > MAX_NAME or len(cleaned) > MAX_STORED:
        raise _too_long()
    marks = "".join("m" if kind[0] == "M" else "." for kind in kinds)
    if marks[0] == "m" or "m" * (_MARKS_OF_SCRIPTS + 1) in marks or _STACKED.search(cleaned):
        raise Invalid("The name has more marks on a letter than it can carry. Leave some out.", "marked_name", "name")


@cache
def _look_alikes() -> dict[int, str]:
    """Code point -> the ASCII letter or digit it looks like; a small letter without one looks like its capital."""
    table: dict[int, str] = {ord("|"): "l", ord("@"): "a", ord("$"): "s", ord("™"): "", ord("℠"): ""}
    for line in files("folkmoot.people").joinpath("confusables.txt").read_text("utf-8").splitlines():
        letter, _, runs = line.partition(": ")
        for first, _, last in (run.partition("-") for run in runs.split() if not line.startswith("#")):
            table.update(dict.fromkeys(range(int(first, 16), int(last or first, 16) + 1), letter))
    small = {ord(low): letter for point, letter in table.items() if len(low := chr(point).lower()) == 1 and not low.isascii()}
    return small | table


# One class for each group of letters and digits that stand for one another in a name.
_CLASSES = str.maketrans("013458i7", "oleasblt")


@lru_cache(maxsize=1024)
def skeleton(name: str) -> str:
    """A name as the eye reads it: equal for names that a reader would take for one another."""
    shapes = name.translate(_ascii_shapes()) if name.isascii() else _shapes(name)
    return shapes.replace("rn", "m").replace("vv", "w")


def _shapes(name: str) -> str:
    """What is read of a name, each letter in the one shape that stands for its class."""
    table = _look_alikes()
    looks = normalize("NFKD", name.translate(table)).translate(table).casefold().translate(table)
    letters = "".join(letter for letter in _ACCENTS.sub("", looks) if _is_read(letter))
    return letters.translate(_CLASSES)


@cache
def _ascii_shapes() -> dict[int, str]:
    """The same for each ASCII letter by itself: they do not touch one another, and most names hold no others."""
    return {code: _shapes(chr(code)) for code in range(128)}


def _is_read(letter: str) -> bool:
    shapes = letter.isalnum() or category(letter) in ("Mn", "Mc")
    return shapes and not _FILLERS.match(letter) and not _SELECTORS.match(letter)


def skeletons(names: Iterable[str]) -> frozenset[str]:
    """Every skeleton by which one of these names can be imitated, whichever case it is written in."""
    return frozenset(skeleton(form) for name in names for form in (name, name.upper(), name.lower(), name.title()))


def imitates(name: str, reserved: Iterable[str]) -> bool:
    """Whether a name would be taken for one of the reserved ones. The same name imitates, too."""
    return skeleton(name) in skeletons(reserved)
