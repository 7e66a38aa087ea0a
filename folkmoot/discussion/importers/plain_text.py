"""A page as a web archive kept it, as plain text: title, the story's text, then the talk as an indented list.

Each comment begins with a bullet and its author; its text stands below, deeper by a step; replies are deeper again. Such pages
have lost lines: an author whose bullet is gone, words in the author's place, authors without words. Each is kept and said.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from folkmoot.discussion.importers.files import Archive, broken
from folkmoot.discussion.importers.model import Comment, Imported, Remark, Story, Writer
from folkmoot.errors import say, say_many

BULLETS = "•●◦▪‣⁃"
PAGE = "page"       # the key of the only story in the file; its address comes from --story
MAX_NAME = 40
MAX_LINE = 100_000  # bytes
# What is said, not what somebody is called: a question or an exclamation, or a full stop after a longer word.
_SENTENCE = re.compile(r"[!?…](?:\s|$)|\w{3,}[.][\s”\"]|[.]{3}")


class _Line(Struct, frozen=True):
    number: int
    indent: int
    text: str   # without indent and bullet
    bullet: bool


class _Entry:
    """A comment as its lines come: where its bullet stands (or stood), who wrote it, what it says."""

    def __init__(self, line: int, indent: int, above: _Entry | None, name: str) -> None:
        self.line = line
        self.indent = indent
        self.above = above
        self.name = name
        self.words: list[str] = []
        self.key = ""


def knows(head: bytes) -> bool:
    """Whether a file's first bytes look like a page with an indented list."""
    text = head.decode("utf-8", "ignore")
    return any(line.lstrip().startswith(tuple(BULLETS)) for line in text.splitlines()) and not text.lstrip("\ufeff \r\n").startswith(("<", "{", "["))


def read(archive: Archive) -> Iterator[Imported]:
    """Reads a page. Raises Invalid where it is not UTF-8, or holds no list."""
    lines = list(_lines(archive))
    start = next((place for place, line in enumerate(lines) if line.bullet), None)
    if start is None:
        raise broken(archive.name, f"no line begins with a bullet ({BULLETS[0]}), so no talk can be told from the story", 1, 1)
    yield from _story(lines[:start])
    yield Remark(lines[start].number, "no dates", say("The page says no dates; the comments follow one another in its order."))
    remarks: list[Remark] = []
    entries = _entries(lines[start:], remarks)
    yield from remarks
    yield from _comments(entries)


def _lines(archive: Archive) -> Iterator[_Line]:
    """The file's lines; only line feeds end one, so numbers are those that an editor shows."""
    number = 0
    while whole := archive.file.readline(MAX_LINE):
        number += 1
        if len(whole) == MAX_LINE:
            raise broken(archive.name, f"the line is longer than {MAX_LINE:,} bytes", number, 1)
        try:
            line = whole.decode().removeprefix("\ufeff").expandtabs(4).rstrip()
        except UnicodeDecodeError as error:
            raise broken(archive.name, "the line is not UTF-8", number, error.start + 1) from error
        text = line.strip()
        bullet = text.startswith(tuple(BULLETS))
        yield _Line(number, len(line) - len(line.lstrip()), text[1:].strip() if bullet else text, bullet)


def _story(head: list[_Line]) -> Iterator[Imported]:
    told = [line for line in head if line.text]
    yield Story(key=PAGE, line=told[0].number if told else 1, title=told[0].text if told else "")
    if len(told) > 1:
        words = say_many(
            "Line {first} is the story itself ({number} paragraph); it stays where the story is.",
            "Lines {first} to {last} are the story itself ({number} paragraphs); it stays where the story is.",
            number=len(told) - 1, first=told[1].number, last=told[-1].number,
        )  # fmt: skip
        yield Remark(told[1].number, "the story's own text", words)


def _entries(lines: list[_Line], remarks: list[Remark]) -> list[_Entry]:
    entries: list[_Entry] = []
    for place, line in enumerate(lines):
        here = entries[-1] if entries else None
        if line.bullet:
            entries.append(_bulleted(line, _above(here, line.indent), remarks))
        elif not line.text:
            if here:
                here.words.append("")
        elif here and line.indent > here.indent:
            here.words.append(line.text)
        else:
            entries.append(_unmarked(line, here, _next(lines, place), remarks))
    return entries


def _above(here: _Entry | None, indent: int) -> _Entry | None:
    """The comment that one whose bullet stands at an indent answers."""
    while here and here.indent >= indent:
        here = here.above
    return here


def _next(lines: list[_Line], place: int) -> _Line | None:
    return next((line for line in lines[place + 1 :] if line.text or line.bullet), None)


def _bulleted(line: _Line, above: _Entry | None, remarks: list[Remark]) -> _Entry:
    if not is_sentence(line.text):
        return _Entry(line.number, line.indent, above, line.text)
    lost = say("This bullet holds what was said, not who said it; the author is lost.")
    remarks.append(Remark(line.number, "text in the author's place", lost))
    entry = _Entry(line.number, line.indent, above, "")
    entry.words.append(line.text)
    return entry


def _unmarked(line: _Line, here: _Entry | None, following: _Line | None, remarks: list[Remark]) -> _Entry:
    """A line that stands too far left to belong to the comment above it: an author without bullet, or words without author."""
    if following and following.bullet and following.indent > line.indent and not is_sentence(line.text):
        words = say("This is taken for an author, {name}, whose bullet and words are lost: a reply hangs below.", name=repr(line.text))
        remarks.append(Remark(line.number, "author without a bullet", words))
        return _Entry(line.number, line.indent, _above(here, line.indent), line.text)
    lost = say("This stands where no comment above reaches; it is kept as one whose author is lost.")
    remarks.append(Remark(line.number, "text without an author", lost))
    while here and here.indent >= line.indent:
        here = here.above
    entry = _Entry(line.number, here.indent if here else 0, here.above if here else None, "")
    entry.words.append(line.text)
    return entry


def is_sentence(text: str) -> bool:
    """Whether something is said in a text, rather than somebody named."""
    return len(text) > MAX_NAME or (len(text.split()) > 1 and _SENTENCE.search(text) is not None)


def _comments(entries: list[_Entry]) -> Iterator[Comment]:
    """Keys are made of what is said, by whom and under what, so a longer copy of the page gives the same ones."""
    seen: Counter[str] = Counter()
    for entry in entries:
        words = re.sub(r"\n{3,}", "\n\n", "\n".join(entry.words)).strip()
        said = "\0".join((entry.above.key if entry.above else "", entry.name, words))
        digest = hashlib.sha256(said.encode()).hexdigest()[:24]
        seen[digest] += 1
        entry.key = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        parent = (entry.above.key,) if entry.above else ()
        yield Comment(entry.key, entry.line, (PAGE,), Writer(entry.name), words, "plain", parent, also=(entry.key,))
