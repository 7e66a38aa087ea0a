"""Any JSON that keeps to docs/importing.md: stories with their comments, or comments that say their story. Isso's generic JSON is such."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from folkmoot.discussion.importers.files import Archive, broken
from folkmoot.discussion.importers.generic import Pen, field_of, key_of, text_of
from folkmoot.discussion.importers.json_rows import rows
from folkmoot.discussion.importers.model import Bad, Imported
from folkmoot.errors import say

_LISTS = ("", "threads", "stories", "comments")


def knows(head: bytes) -> bool:
    """Whether a file's first bytes look like JSON with comments in it. Rows of kinds are a part of our own export, whose head is lost."""
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    ours = b'"kind":' in plain
    return plain.startswith((b"[", b"{")) and not ours and any(word in plain for word in (b'"comments"', b'"threads"', b'"stories"', b'"text"'))


def read(archive: Archive) -> Iterator[Imported]:
    """Reads a file. Raises Invalid with line and column for what is no JSON."""
    pen, found = Pen(), False
    for name, line, given in rows(archive.file, archive.name):
        if name not in _LISTS:
            continue
        found = True
        if not isinstance(given, dict):
            yield Bad(line, "not a comment", say("What stands here is neither a story nor a comment."))
        elif isinstance(given.get("comments"), list):
            yield from _thread(pen, line, given)
        else:
            yield from _alone(pen, line, given)
    if not found:
        raise broken(archive.name, "it holds no list of stories or comments; docs/importing.md says how one looks", 1, 1)


def _thread(pen: Pen, line: int, given: Mapping[str, Any]) -> Iterator[Imported]:
    """A story with its comments; what it is called is its url, else its id, as at Isso."""
    url = text_of(given, "url") or text_of(given, "id")
    yield from pen.story(line, {**given, "url": url})
    yield from _all(pen, line, url, given["comments"])


def _alone(pen: Pen, line: int, given: Mapping[str, Any]) -> Iterator[Imported]:
    """A comment that says itself which story it belongs to, and what lies in it."""
    yield from pen.story(line, given)
    yield from _all(pen, line, text_of(given, "url"), [given])


def _all(pen: Pen, line: int, url: str, comments: Sequence[Any]) -> Iterator[Imported]:
    """Comments of a story, each before its replies."""
    waiting: list[tuple[Any, str]] = [(each, "") for each in reversed(comments)]
    while waiting:
        each, above = waiting.pop()
        if not isinstance(each, dict):
            yield Bad(line, "not a comment", say("Among the comments of {url} is something that is none.", url=url))
            continue
        yield from _one(pen, line, url, each, above)
        own = key_of("", each).removeprefix("#")
        replies = each.get("replies")
        waiting += [(reply, own) for reply in reversed(replies)] if isinstance(replies, list) else [(None, own)] if isinstance(replies, dict) else []


def _one(pen: Pen, line: int, url: str, given: Mapping[str, Any], above: str) -> Iterator[Imported]:
    if not url:
        yield Bad(line, "comment without a story", say("This comment says no url, and lies under no story that does."))
    elif not isinstance(field_of(given, "text"), (str, type(None))):
        yield Bad(line, "not a comment", say("The text of this comment is no text."))
    else:
        yield from pen.comment(line, url, given, above)
