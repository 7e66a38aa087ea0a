"""A site's theme: twelve properties of our style sheet, checked for what they are and for contrast, as one small sheet of its own.

A colour is #rgb or #rrggbb, or two of them with a space between: by day and by night. One alone is for the site's scheme, and
by day where that is auto. What fails a check is never sent: the page keeps the house's look, and `faults` says why.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from msgspec import Struct

from folkmoot.errors import Sentence, known, say
from folkmoot.sites.model import Site, Theme
from folkmoot.web import static
from folkmoot.web.words import N_

FONTS = ("serif", "sans")
COLOURS = ("paper", "wash", "ink", "soft", "rule", "edge", "accent", "accent-wash", "fill", "on-fill")
SCHEMES = ("light", "dark")
_SCHEMES_CALLED = {"light": N_("light"), "dark": N_("dark")}

# What stands on what, and how far apart they must be (WCAG 2.2: 1.4.3 for words, 1.4.11 for the edges of controls).
PAIRS = (
    ("ink", "paper", 4.5), ("ink", "wash", 4.5), ("soft", "paper", 4.5), ("soft", "wash", 4.5), ("accent", "paper", 4.5),
    ("accent", "accent-wash", 4.5), ("on-fill", "fill", 4.5), ("note", "paper", 4.5), ("stop", "paper", 4.5), ("edge", "paper", 3.0),
)  # fmt: skip

_COLOUR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")
_FONT = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*|\"[A-Za-z0-9 -]{1,60}\")")
_HOUSE = re.compile(r"--([\w-]+): ?light-dark\((#\w+), ?(#\w+)\)")
_ALONE = re.compile(r"--(on-fill): ?(#\w+)")
MAX_FONTS = 400


@cache
def house() -> dict[str, tuple[str, str]]:
    """The house's colours, by day and by night, as look.css has them."""
    css = static.file("look.css").plain.decode()
    alone = {name: (colour, colour) for name, colour in _ALONE.findall(css)}
    return alone | {name: (day, night) for name, day, night in _HOUSE.findall(css)}


CALLED = {  # what a person calls them
    "serif": N_("Typefaces of headlines and talk"), "sans": N_("Typefaces of buttons and small words"), "paper": N_("Paper"), "wash": N_("Boxes"),
    "ink": N_("Words"), "soft": N_("Soft words"), "rule": N_("Lines"), "edge": N_("Edges of fields"), "accent": N_("Links and marks"),
    "accent-wash": N_("Behind marks"), "fill": N_("Buttons"), "on-fill": N_("Words on buttons"), "note": N_("Warnings"), "stop": N_("Refusals"),
}  # fmt: skip


def faults(theme: Theme) -> tuple[Sentence, ...]:
    """What is wrong with a theme, as sentences; nothing where it can be shown."""
    odd = tuple(_odd(theme))
    return odd or tuple(_pale(theme))


def _odd(theme: Theme) -> Iterator[Sentence]:
    for name, value in theme.properties.items():
        if name not in (*FONTS, *COLOURS):
            yield say(N_("{name} is no property of a theme. There are: {names}."), name=name, names=(*FONTS, *COLOURS))
        elif name in FONTS and not _is_font(value):
            yield say(N_("{name} must be names of typefaces, with commas between: Georgia, \"Noto Serif\", serif."), name=name)
        elif name in COLOURS and not _is_colour(value):
            yield say(N_("{name} must be a colour like #0b5560, or two, by day and by night."), name=name)


def is_odd(theme: Theme) -> bool:
    """Whether something in a theme is no colour, no typeface or no property, so that nothing can be measured."""
    return next(_odd(theme), None) is not None


class Measured(Struct, frozen=True):
    """A theme in one scheme: its colours, and for each pair (above, below, contrast, least, whether that is enough)."""

    scheme: str
    colours: dict[str, str]
    pairs: tuple[tuple[str, str, float, float, bool], ...]


def measured(theme: Theme) -> tuple[Measured, ...]:
    """How well a theme can be read, in each scheme that it has."""
    return tuple(_measured(theme, number, scheme) for number, scheme in enumerate(SCHEMES) if theme.scheme in ("auto", scheme))


def _measured(theme: Theme, number: int, scheme: str) -> Measured:
    shown = {name: both[number] for name, both in (house() | _colours(theme)).items()}
    found = ((above, below, contrast(shown[above], shown[below]), least) for above, below, least in PAIRS)
    return Measured(scheme, shown, tuple((above, below, ratio, least, ratio >= least) for above, below, ratio, least in found))


def _is_font(value: str) -> bool:
    return len(value) <= MAX_FONTS and all(_FONT.fullmatch(part.strip()) for part in value.split(","))


def _is_colour(value: str) -> bool:
    parts = value.split(" ")
    return len(parts) <= 2 and all(_COLOUR.fullmatch(part) for part in parts)


def _pale(theme: Theme) -> Iterator[Sentence]:
    for each in measured(theme):
        for above, below, found, least, enough in each.pairs:
            if not enough:
                yield say(
                    N_("{above} on {below} cannot be read well ({scheme}): the contrast is {found}, {least} is needed."),
                    above=above, below=below, scheme=known(_SCHEMES_CALLED[each.scheme]), found=f"{found:.2f}", least=least,
                )  # fmt: skip


def _colours(theme: Theme) -> dict[str, tuple[str, str]]:
    """The theme's colours by day and by night."""
    given = {name: value.split(" ") for name, value in theme.properties.items() if name in COLOURS}
    own = house()
    return {name: (parts[0], parts[-1] if len(parts) > 1 or theme.scheme == "dark" else own[name][1]) for name, parts in given.items()}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def sheet(theme: Theme) -> str:
    """The theme's style sheet; empty where there is nothing to say, or something wrong with it."""
    if (not theme.properties and theme.scheme == "auto") or faults(theme):
        return ""
    colours = _colours(theme)
    fonts = "".join(f"--{name}: {theme.properties[name]}; " for name in FONTS if name in theme.properties)
    day = "".join(f"--{name}: {by_day}; " for name, (by_day, _) in colours.items())
    both = "".join(f"--{name}: light-dark({by_day}, {by_night}); " for name, (by_day, by_night) in colours.items())
    scheme = f"color-scheme: {'light dark' if theme.scheme == 'auto' else theme.scheme}; "
    return f":root {{ {fonts}{day}}}\n@media screen {{ @supports (color: light-dark(red, red)) {{ :root {{ {scheme}{both}}} }} }}\n"


@lru_cache(maxsize=1_024)
def _named(site: int, scheme: str, properties: tuple[tuple[str, str], ...]) -> str | None:
    css = sheet(Theme(scheme, dict(properties)))  # type: ignore[arg-type]  # it came out of a Theme
    return f"/theme/{site}.{hashlib.sha256(css.encode()).hexdigest()[:12]}.css" if css else None


def address(site: Site) -> str | None:
    """Where a site's sheet is served; None for a site in the house's look."""
    return _named(site.id, site.theme.scheme, tuple(site.theme.properties.items()))
