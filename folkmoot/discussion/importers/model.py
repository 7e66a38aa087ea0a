"""The one format that every importer reads into: stories, comments, and what is to be said about the file. Frozen; no I/O.

Rows may come in any order and may refer to rows that come later, or never. Keys are the source's own; `line` is where the row
begins in the file, for the report.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from folkmoot.discussion.model import State
from folkmoot.discussion.remarks import Kind

Form = Literal["html", "plain", "markdown"]


class Story(Struct, frozen=True):
    """A story whose talk is in the file.

    also: other keys by which the file refers to it. address and aliases: where it is or was to be read; empty where the source
    does not know, a path that begins with / where it knows no host. created: UTC ms. hidden: deleted at the source, so its
    comments stay out of sight.
    """

    key: str
    line: int
    title: str = ""
    address: str = ""
    aliases: tuple[str, ...] = ()
    publisher_key: str | None = None
    also: tuple[str, ...] = ()
    created: int | None = None
    closed: bool = False
    hidden: bool = False


class Writer(Struct, frozen=True):
    """Who wrote a comment. key: the source's own id of the account; None for a guest, whom nothing but a name identifies.

    staff: the source itself says that this account was the newsroom's.
    """

    name: str
    key: str | None = None
    staff: bool = False


class Comment(Struct, frozen=True):
    """A comment. story and parent: references, the surest first; the first that leads to a row holds.

    posted: UTC ms; None where the source does not say. up, down: totals, where the source has them.
    """

    key: str
    line: int
    story: tuple[str, ...]
    writer: Writer
    words: str
    form: Form = "html"
    parent: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    posted: int | None = None
    edited: int | None = None
    state: State = "published"
    up: int = 0
    down: int = 0


class Remark(Struct, frozen=True):
    """Something that whoever imports should know. kind: the same for all remarks like it; words: the sentence, made by `say`."""

    line: int
    kind: Kind
    words: str


class Bad(Struct, frozen=True):
    """A comment of the file that cannot be taken in. reason: counted in the report; words: the sentence, made by `say`."""

    line: int
    reason: Kind
    words: str


Imported = Story | Comment | Remark | Bad
