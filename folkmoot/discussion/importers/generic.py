"""What a comment of the documented JSON and CSV may say (docs/importing.md), whatever it comes in -> Story, Comment, Bad."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import unquote_plus

from folkmoot.discussion.importers.dates import from_seconds, impossible, is_missing, moment
from folkmoot.discussion.importers.model import Bad, Comment, Form, Imported, Remark, Story, Writer
from folkmoot.discussion.model import State
from folkmoot.errors import say

# Each field, and what else it is called where exports of other systems are used as they are.
FIELDS = {
    "url": ("url", "uri", "link", "thread"), "title": ("title",), "id": ("id",), "parent": ("parent", "parent_id", "reply_to"),
    "name": ("name", "author"), "account": ("account", "account_id"), "posted": ("posted", "created", "date"), "edited": ("edited", "modified"),
    "text": ("text", "comment", "body"), "format": ("format",), "state": ("state",), "up": ("up", "likes"), "down": ("down", "dislikes"),
    "closed": ("closed",), "alias": ("alias", "aliases"),
}  # fmt: skip
CALLED = {name: field for field, names in FIELDS.items() for name in names}
_STATES: dict[str, State] = {
    "": "published", "published": "published", "approved": "published", "held": "held", "unapproved": "unapproved", "waiting": "unapproved",
    "spam": "spam", "removed": "removed", "deleted": "deleted",
    "withdrawn": "withdrawn",
}  # fmt: skip
_FORMS = ("markdown", "html", "plain")
_YES = ("true", "1", "yes")
_ENCODED = re.compile(r"\w\+[\w%]|%[0-9A-Fa-f]{2}")
_ABSENT = (None, "")


class Pen:
    """Writes down rows of any of the two files. A story is told of when its first comment comes."""

    def __init__(self) -> None:
        self._stories: set[str] = set()

    def story(self, line: int, given: Mapping[str, Any]) -> Iterator[Imported]:
        """The story of a row, once."""
        key = text_of(given, "url")
        if not key or key in self._stories:
            return
        self._stories.add(key)
        aliases = field_of(given, "alias")
        several = aliases if isinstance(aliases, list) else re.split(r"\s+", str(aliases or "").strip())
        closed = str(field_of(given, "closed") or "").lower() in _YES
        yield Story(key, line, title_of(text_of(given, "title")), key, tuple(str(each) for each in several if each), closed=closed)

    def comment(self, line: int, story: str, given: Mapping[str, Any], above: str = "") -> Iterator[Imported]:
        """A comment. above: the id of the one that it lies in, where replies lie in what they answer."""
        date = field_of(given, "posted")
        posted = time_of(date)
        if posted is None and date not in _ABSENT and not is_missing(str(date)):
            yield impossible(line, str(date))
            return
        form, state = text_of(given, "format").lower() or "markdown", text_of(given, "state").lower()
        if form not in _FORMS:
            yield Bad(line, "unknown format", say("The format of this comment is {form}; it can be {forms}.", form=repr(form[:40]), forms=_FORMS))
            return
        if state not in _STATES:
            words = say("The state of this comment is {state}, which is none; it is kept, out of sight.", state=repr(state[:40]))
            yield Remark(line, "state unknown", words)
        parent = text_of(given, "parent") or above
        yield Comment(
            key=key_of(story, given), line=line, story=(story,), writer=Writer(text_of(given, "name"), text_of(given, "account") or None),
            words=str(field_of(given, "text") or ""), form=cast("Form", form), parent=(f"{story}#{parent}",) if parent else (), posted=posted,
            edited=time_of(field_of(given, "edited")), state=_STATES.get(state, "unapproved"), up=number_of(given, "up"),
            down=number_of(given, "down"),
        )  # fmt: skip


def field_of(given: Mapping[str, Any], field: str) -> Any:
    """A field, under whichever of its names it stands."""
    return next((given[name] for name in FIELDS[field] if given.get(name) not in _ABSENT), None)


def text_of(given: Mapping[str, Any], field: str) -> str:
    found = field_of(given, field)
    return str(found).strip() if isinstance(found, (str, int, float)) and not isinstance(found, bool) else ""


def number_of(given: Mapping[str, Any], field: str) -> int:
    """A whole number; 0 for what is none."""
    found = text_of(given, field)
    return int(found) if found.isdecimal() and len(found) < 12 else 0


def time_of(given: object) -> int | None:
    """UTC ms of a date in words, or of seconds since 1970."""
    if isinstance(given, str) and re.fullmatch(r"\d{9,10}(\.\d+)?", given.strip()):
        return from_seconds(float(given))
    return moment(given) if isinstance(given, str) else from_seconds(given)


def key_of(story: str, given: Mapping[str, Any]) -> str:
    """By what a comment is known again: its id under its story; without one, what it says, by whom and when."""
    number = text_of(given, "id")
    said = (text_of(given, "name"), str(field_of(given, "posted")), str(field_of(given, "text")))
    return f"{story}#{number or 'made:' + hashlib.sha256(chr(0).join(said).encode('utf-8', 'replace')).hexdigest()[:24]}"


def title_of(title: str) -> str:
    """A title; some exports write it as it would stand in an address."""
    return unquote_plus(title) if " " not in title and _ENCODED.search(title) else title
