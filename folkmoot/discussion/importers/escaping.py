"""Text that means what it says -> Markdown that shows it: a backslash before what would be taken for a sign, and nowhere else."""

from __future__ import annotations

import re

# Addresses are left as they are: they become links, and a backslash in them would lead elsewhere.
_ADDRESS = re.compile(r"(https?://[^\s<>\"`\\]+)", re.IGNORECASE)
_SIGNS = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|$)                         # a backslash that would escape, or break the line
      | [*`]
      | (?<![^\W_])_ | _(?![^\W_])                      # at a word's edge
      | ~(?=~) | (?<=~)~
      | <(?=[A-Za-z][A-Za-z0-9+.-]{1,31}:|[^\s<>]{1,64}@)
      | \](?=\()""",
    re.VERBOSE | re.MULTILINE,
)
_LOUD = re.compile(r"[\\`*_~<\[\]]|://")
_NOT_STARS = re.compile(r"[\\`~<\]]")
_STARTS = frozenset("#>-+01")
_ANY = re.compile(r"[!-/:-@\[-`{-~]")
_LONE = re.compile(r"[^*_]*[*_]?[^*_]*")
_START = re.compile(r"#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|-(?:\s*-){2,}\s*$|_(?:\s*_){2,}\s*$|(0*1)([.)])(?=\s|$)")


def escaped(text: str) -> str:
    """A piece of a line, its signs escaped."""
    if not _SIGNS.search(text):
        return text
    pieces = _ADDRESS.split(text)
    return "".join(piece if number % 2 else _SIGNS.sub(r"\\\g<0>", piece) for number, piece in enumerate(pieces))


def escaped_line(line: str) -> str:
    """A whole line, also what counts at its beginning only. A single star or stroke is no pair, and stays."""
    if is_quiet(line) and line[:1] not in _STARTS:
        return line
    lone = not _NOT_STARS.search(line) and _LONE.fullmatch(line)
    return at_start(line if lone else escaped(line))


def is_quiet(text: str) -> bool:
    """Whether a text holds no letter that could be a sign within a line."""
    return not _LOUD.search(text)


def at_start(line: str) -> str:
    """A line whose beginning is not taken for a heading, a quote, a list or a rule."""
    found = _START.match(line)
    if found is None:
        return line
    return f"{found[1]}\\{line[len(found[1]) :]}" if found[1] else f"\\{line}"


def literal(line: str) -> str:
    """A line with a backslash before every sign there is: for what no finer rule gets right."""
    return _ANY.sub(r"\\\g<0>", line)
