"""What stands on a letter, line by line, whatever it goes by: sender, recipient, date, subject, text, name, footer. Pure."""

from __future__ import annotations

import textwrap
import unicodedata

from folkmoot.action.delivery.model import Letter
from folkmoot.errors import say
from folkmoot.web.words import date, in_words

COLUMNS = 72
REFERENCE = 8


def sender_lines(letter: Letter) -> tuple[str, ...]:
    return (letter.home.name, *letter.home.lines)


def recipient_lines(letter: Letter) -> tuple[str, ...]:
    """Name, office, and where it is. The office alone where the seat is vacant."""
    to = letter.to
    who = (f"{to.title} {to.name}".strip(), to.office) if to.name and not to.vacant else (to.office,)
    return tuple(line for line in (*who, *to.post) if line)


def greeting(letter: Letter) -> str:
    return in_words(say("Dear {name},", name=letter.to.greeting), letter.language)


def closing(letter: Letter) -> str:
    return in_words(say("Sincerely,"), letter.language)


def day(letter: Letter) -> str:
    return date(letter.made, letter.language)


def paragraphs(letter: Letter) -> tuple[str, ...]:
    return tuple(part.strip("\n") for part in letter.body.split("\n\n") if part.strip())


def reference(letter: Letter) -> str:
    """By what a letter is named in a conversation about it."""
    return letter.delivery[:REFERENCE].upper()


def footer(letter: Letter) -> str:
    """Who wrote, with whose help, who pays, and whether the text is a template. The sender's address stands above it."""
    first = say("Written from a template by somebody who lives at the address above and prepared with the guide of {site}.", site=letter.site)
    own = say("Written by the sender and prepared with the guide of {site}.", site=letter.site)
    parts = [in_words(first if letter.template else own, letter.language)]
    if letter.by_post:
        by_post = say("Please answer by post, to the address above: the sender’s telephone is proven, and no mailbox is known.")
        parts.append(in_words(by_post, letter.language))
    if letter.maker:
        parts.append(
            in_words(
                say("The action is made by {maker} and paid for by {funder}.", maker=letter.maker, funder=letter.funder or letter.maker),
                letter.language,
            )
        )
    if letter.address:
        parts.append(letter.address)
    return " ".join((*parts, in_words(say("Letter {reference}.", reference=reference(letter)), letter.language)))


def width(text: str) -> int:
    """Columns that a line takes: wide letters take two, marks none."""
    return sum(0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(text: str, columns: int = COLUMNS) -> list[str]:
    """A paragraph in lines of at most so many columns; an address stays whole."""
    lines: list[str] = []
    for line in text.split("\n"):
        if width(line) == len(line):
            lines += textwrap.wrap(line, columns, break_long_words=False, break_on_hyphens=False) or [""]
        else:
            lines += _by_columns(line, columns)
    return lines


def _by_columns(line: str, columns: int) -> list[str]:
    """Wrapping where letters are wide; words of a script without spaces are cut anywhere."""
    made, held = [], ""
    for piece in line.split(" "):
        if held and width(held) + 1 + width(piece) > columns:
            made.append(held)
            held = ""
        held = f"{held} {piece}" if held else piece
        while width(held) > columns and any(unicodedata.east_asian_width(letter) in "WF" for letter in held):
            cut = next(at for at in range(1, len(held) + 1) if width(held[:at]) > columns) - 1
            made.append(held[:cut])
            held = held[cut:]
    return [*made, held]


def plain(letter: Letter, *, subject: bool = False) -> str:
    """The letter as plain text: 72 columns, the sender's block to the right. subject: with its line, where no header has it."""
    block = sender_lines(letter)
    indent = max(0, COLUMNS - max(map(width, block)))
    parts = ["\n".join(" " * indent + line for line in block), day(letter), "\n".join(recipient_lines(letter)), greeting(letter)]
    if subject:
        parts.insert(-1, "\n".join(wrapped(letter.subject)))
    parts += ["\n".join(wrapped(each)) for each in paragraphs(letter)]
    parts += [f"{closing(letter)}\n\n{letter.home.name}"]
    return "\n\n".join(parts) + "\n\n" + "-" * COLUMNS + "\n" + "\n".join(wrapped(footer(letter))) + "\n"
