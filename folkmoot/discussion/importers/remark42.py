"""Remark42: its backup, a first line about the site and then a comment a line, as JSON.

Words are taken as they were typed (Markdown) where the backup has them, else as they were shown. Who voted is not taken over, since nobody
here is that person; how many did is. Pictures, addresses' hashes and mailboxes are not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, ValidationError, convert, field

from folkmoot.discussion.importers.dates import impossible, is_missing, moment
from folkmoot.discussion.importers.files import Archive, broken
from folkmoot.discussion.importers.json_rows import decoded, rows
from folkmoot.discussion.importers.model import Bad, Comment, Imported, Remark, Story, Writer
from folkmoot.errors import say, say_many

MAX_LINE = 16_000_000  # bytes
_OF_META = {"version", "users", "posts"}
_GUESTS = ("anonymous_", "anonymous-")


class User(Struct):
    name: str = ""
    id: str = ""
    admin: bool = False


class Locator(Struct):
    url: str = ""


class Edit(Struct):
    time: str = ""


class Row(Struct):
    """A comment as Remark42 keeps it."""

    id: str
    pid: str = ""
    text: str = ""
    orig: str = ""
    user: User = field(default_factory=User)
    locator: Locator = field(default_factory=Locator)
    score: int = 0
    votes: dict[str, bool] | None = None
    time: str = ""
    edit: Edit | None = None
    delete: bool = False
    title: str = ""


class Post(Struct):
    url: str = ""
    read_only: bool = False


class Person(Struct):
    """id and blocked: {"status": true, …}."""

    id: str = ""
    blocked: dict[str, Any] | None = None


class Meta(Struct):
    """The first line of a backup."""

    version: int = 0
    users: list[Person] | None = None
    posts: list[Post] | None = None


def knows(head: bytes) -> bool:
    """Whether a file's first bytes look like a Remark42 backup, or like a list of its comments."""
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first = plain.partition(b"\n")[0].replace(b" ", b"")
    meta = first.startswith(b'{"version":') and b'"users":' in first and b'"posts":' in first
    return meta or (plain.startswith((b"[", b"{")) and b'"locator"' in plain and b'"pid"' in plain)


def read(archive: Archive) -> Iterator[Imported]:
    """Reads a backup, or a plain list of comments. Raises Invalid with line and column for what is neither."""
    yield from _Reader(archive.name).read(archive)


class _Reader:
    """Comments come one by one; stories are told of when their first comment comes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stories: set[str] = set()
        self._closed: set[str] = set()

    def read(self, archive: Archive) -> Iterator[Imported]:
        for turn, (number, given) in enumerate(self._given(archive)):
            if turn == 0 and isinstance(given, dict) and given.keys() & _OF_META:
                yield from self._meta(number, given)
                continue
            try:
                row = convert(given, Row, strict=False)
            except ValidationError as error:
                yield Bad(number, "not a comment", say("This is no comment of Remark42’s: {why}.", why=str(error)))
                continue
            yield from self._comment(number, row)

    def _given(self, archive: Archive) -> Iterator[tuple[int, Any]]:
        if archive.head().removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
            yield from ((line, row) for _, line, row in rows(archive.file, archive.name))
            return
        number = 0
        while line := archive.file.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE:
                raise broken(self._name, f"the line is longer than {MAX_LINE:,} bytes", number, 1)
            if line.strip():
                yield number, decoded(line.removeprefix(b"\xef\xbb\xbf"), self._name, number)
        if not number:
            raise broken(self._name, "it is empty", 1, 1)

    def _meta(self, line: int, given: object) -> Iterator[Imported]:
        try:
            meta = convert(given, Meta, strict=False)
        except ValidationError as error:
            raise broken(self._name, f"its first line does not tell of the site as Remark42's does: {error}", line, 1) from error
        self._closed = {post.url for post in meta.posts or () if post.read_only}
        blocked = sum(bool((person.blocked or {}).get("status")) for person in meta.users or ())
        if blocked:
            words = say_many(
                "Remark42 had blocked {number} person. Nobody is barred here by that; bar them again where they come back.",
                "Remark42 had blocked {number} people. Nobody is barred here by that; bar them again where they come back.", number=blocked,
            )  # fmt: skip
            yield Remark(line, "people who were blocked", words)

    def _comment(self, line: int, row: Row) -> Iterator[Imported]:
        posted, url = moment(row.time), row.locator.url
        if posted is None and not is_missing(row.time):
            yield impossible(line, row.time)
            return
        if url and url not in self._stories:
            self._stories.add(url)
            yield Story(url, line, row.title, url, closed=url in self._closed)
        votes = Counter((row.votes or {}).values())
        yield Comment(
            key=_key(url, row.id), line=line, story=(url,) if url else (), writer=_writer(row.user), words=row.orig or row.text,
            form="markdown" if row.orig else "html", parent=(_key(url, row.pid),) if row.pid else (), posted=posted,
            edited=moment(row.edit.time) if row.edit else None, state="deleted" if row.delete else "published",
            up=votes[True] or (0 if row.votes else max(row.score, 0)), down=votes[False] or (0 if row.votes else max(-row.score, 0)),
        )  # fmt: skip


def _key(url: str, number: str) -> str:
    """Ids that Remark42 took over from elsewhere are unique on a page only."""
    return f"{url}#{number}"


def _writer(user: User) -> Writer:
    """Accounts have ids of their providers; whoever typed a name and nothing else is a guest."""
    return Writer(user.name, user.id if user.id and not user.id.startswith(_GUESTS) and user.id != "deleted" else None, user.admin)
