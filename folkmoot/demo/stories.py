"""Reads the sample stories and threads in stories/: one Markdown file for an article, one for what is said under it.

An article begins with facts in TOML between lines of `+++`. In a thread a heading begins a comment, its depth the reply's:

    ## Hester Quill | 1:22 | 63/2
    What she says.

that is name, hours and minutes after the story came out, votes up and down, and where needed one word more: `staff`,
`held`, `edited 1:30` (the new text follows a line of `---`), `withdrawn 1:40`, `removed 1:50 The reason.`
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

MINUTE = 60_000
HOUR = 60 * MINUTE
_FOLDER = Path(__file__).with_name("stories")
_HEAD = re.compile(r"^(#{1,9}) (.+?) \| (\d+:\d\d) \| (\d+)/(\d+)(?: \| (\w+) ?(\d+:\d\d)? ?(.*))?$", re.M)


class Said(Struct, frozen=True):
    """One comment. Times are milliseconds after the story came out; `fate_at` and `reason` belong to what became of it."""

    level: int
    name: str
    after: int
    up: int
    down: int
    text: str
    fate: str = ""
    fate_at: int = 0
    reason: str = ""
    new_text: str = ""


class Sample(Struct, frozen=True):
    """One story of the demo. article: Markdown. hours_ago: how long before the demo began it came out."""

    key: str
    path: str
    section: str
    title: str
    deck: str
    by: str
    hours_ago: float
    picture: str
    caption: str
    article: str
    said: tuple[Said, ...]
    closed_after: float | None = None

    @property
    def age(self) -> int:
        return round(self.hours_ago * HOUR)


@cache
def samples() -> tuple[Sample, ...]:
    """All sample stories, the newest first."""
    files = (file for file in _FOLDER.glob("*.md") if not file.name.endswith(".thread.md"))
    return tuple(sorted(map(_sample, files), key=lambda each: each.hours_ago))


def _sample(file: Path) -> Sample:
    _, facts, article = file.read_text("utf-8").split("+++\n", 2)
    thread = file.with_suffix(".thread.md")
    said = tuple(_comments(thread.read_text("utf-8"))) if thread.exists() else ()
    return msgspec.convert(tomllib.loads(facts) | {"article": article.strip(), "said": said}, Sample)


def _comments(thread: str) -> Iterator[Said]:
    heads = list(_HEAD.finditer(thread))
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        text = thread[head.end() : after.start() if after else None]
        old, _, new = text.partition("\n---\n")
        level, name, at, up, down, fate, fate_at, reason = head.groups("")
        met = _minutes(fate_at) if fate_at else 0
        yield Said(len(level), name, _minutes(at), int(up), int(down), old.strip(), fate, met, reason, new.strip())


def _minutes(words: str) -> int:
    """Milliseconds of "h:mm"."""
    hours, minutes = words.split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE
