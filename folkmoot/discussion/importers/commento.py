"""Commento: one JSON file with comments and commenters. An address is a path, its host apart; a score is a total, without who voted."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, ValidationError, convert

from folkmoot.discussion.importers.dates import impossible, is_missing, moment
from folkmoot.discussion.importers.files import Archive
from folkmoot.discussion.importers.json_rows import rows
from folkmoot.discussion.importers.model import Bad, Comment, Imported, Remark, Story, Writer
from folkmoot.discussion.model import State
from folkmoot.errors import say

_STATES: dict[str, State] = {"approved": "published", "unapproved": "unapproved", "flagged": "unapproved"}
_NOBODY = ("", "anonymous", "undefined")


class Row(Struct, rename="camel"):
    """A comment as Commento keeps it."""

    comment_hex: str
    domain: str = ""
    url: str = ""
    commenter_hex: str = "anonymous"
    markdown: str = ""
    html: str = ""
    parent_hex: str = "root"
    score: int = 0
    state: str = ""
    creation_date: str = ""
    deleted: bool = False


class Commenter(Struct, rename="camel"):
    commenter_hex: str
    name: str = ""
    is_moderator: bool = False


def knows(head: bytes) -> bool:
    """Whether a file's first bytes look like a Commento export."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and (b'"commentHex"' in head or b'"commenterHex"' in head)


def read(archive: Archive) -> Iterator[Imported]:
    """Reads an export, twice where it can: names come after the comments. Raises Invalid with line and column for what is no JSON."""
    reader = _Reader()
    for name, line, given in rows(archive.again(), archive.name):
        if name == "commenters":
            yield from reader.learn(line, given)
    for name, line, given in rows(archive.file, archive.name):
        if name == "comments":
            yield from reader.comment(line, given)


class _Reader:
    """Knows commenters by the time their comments are read; stories are told of when their first comment comes."""

    def __init__(self) -> None:
        self._people: dict[str, Commenter] = {}
        self._stories: set[str] = set()

    def learn(self, line: int, given: object) -> Iterator[Imported]:
        try:
            person = convert(given, Commenter, strict=False)
        except ValidationError as error:
            yield Remark(line, "not a commenter", say("This is no commenter of Commento’s: {why}.", why=str(error)))
            return
        self._people[person.commenter_hex] = person

    def comment(self, line: int, given: object) -> Iterator[Imported]:
        try:
            row = convert(given, Row, strict=False)
        except ValidationError as error:
            yield Bad(line, "not a comment", say("This is no comment of Commento’s: {why}.", why=str(error)))
            return
        posted = moment(row.creation_date)
        if posted is None and not is_missing(row.creation_date):
            yield impossible(line, row.creation_date)
            return
        if row.state not in _STATES:
            words = say("The state of this comment is {state}, which is none; it is kept, out of sight.", state=repr(row.state[:40]))
            yield Remark(line, "state unknown", words)
        yield from self._story(line, row)
        yield self._taken(line, row, posted)

    def _story(self, line: int, row: Row) -> Iterator[Imported]:
        key = f"{row.domain}{row.url}"
        if key not in self._stories:
            self._stories.add(key)
            path = f"/{row.url.lstrip('/')}"
            yield Story(key, line, "", f"https://{row.domain}{path}" if row.domain not in _NOBODY else path)

    def _taken(self, line: int, row: Row, posted: int | None) -> Comment:
        state = _STATES.get(row.state, "unapproved")
        return Comment(
            key=row.comment_hex, line=line, story=(f"{row.domain}{row.url}",), writer=self._writer(row.commenter_hex),
            words=row.markdown or row.html, form="markdown" if row.markdown else "html",
            parent=(row.parent_hex,) if row.parent_hex not in ("", "root") else (), posted=posted, state="deleted" if row.deleted else state,
            up=max(row.score, 0), down=max(-row.score, 0),
        )  # fmt: skip

    def _writer(self, key: str) -> Writer:
        """Who commented without an account is in no list."""
        person = self._people.get(key)
        if person is None or key in _NOBODY:
            return Writer("Anonymous" if key in _NOBODY else "")
        return Writer("" if person.name == "undefined" else person.name, key, person.is_moderator)
