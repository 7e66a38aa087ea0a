"""Disqus: the XML that it mails to a forum's owner. Threads and posts refer to one another by dsq:id, by identifier, or by both.

What the export holds beside the talk, mailboxes and network addresses above all, is not taken over. Votes, edits and avatars are
not in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from folkmoot.discussion.importers.dates import impossible, is_missing, moment
from folkmoot.discussion.importers.files import Archive
from folkmoot.discussion.importers.model import Comment, Imported, Remark, Story, Writer
from folkmoot.discussion.importers.xml import Element, elements
from folkmoot.discussion.model import State
from folkmoot.errors import say
from folkmoot.web.words import N_

_MENTION = re.compile(r"@([\w.-]{1,60}):disqus\b")
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)
_UPLOADS = "uploads.disquscdn.com"
_YES, _NO = ("true", "1", "yes"), ("false", "0", "no", "")
# Account names that Disqus made up: no name to show.
_MACHINE_NAME = re.compile(r"(?:facebook|google|twitter|openid|disqus)[-_]\w+|[0-9a-f]{32}|guest\d*", re.IGNORECASE)
_FLAGS = ("isDeleted", "isSpam", "isApproved", "isClosed")
_PICTURE = N_("This comment shows a picture that lies at Disqus; copy it before the account there ends.")
_ODD = N_("{name} is {value}, neither true nor false; the comment is kept, out of sight.")
_ODD_OF_THREAD = N_("{name} is {value}, neither true nor false; the story stays open.")


def knows(head: bytes) -> bool:
    """Whether a file's first bytes look like a Disqus export."""
    return b"<disqus" in head.replace(b"\0", b"")


def read(archive: Archive) -> Iterator[Imported]:
    """Reads an export as a stream. Raises Invalid with line and column where it is not well-formed."""
    for element in elements(archive.file, archive.name, "disqus"):
        if element.name == "thread":
            yield from _thread(element)
        elif element.name == "post":
            yield from _post(element)


def _thread(element: Element) -> Iterator[Imported]:
    number, identifier = element.attributes.get("id", ""), element.words("id")
    forum, link = element.words("forum"), element.words("link")
    keys = _keys(number, identifier)
    if not keys:
        yield Remark(element.line, "thread without id", say("This thread has neither number nor identifier, so no comment can belong to it."))
        return
    yield from _odd_flags(element)
    yield Story(
        key=f"dsq:{number}" if number else f"id:{forum}/{identifier}", line=element.line, title=element.words("title"),
        address=link if _WEB.match(link) else "",
        aliases=(identifier,) if _WEB.fullmatch(identifier) else (), publisher_key=identifier or None, also=keys,
        created=moment(element.words("createdAt")), closed=_flag(element, "isClosed") is True, hidden=_flag(element, "isDeleted") is True,
    )  # fmt: skip


def _post(element: Element) -> Iterator[Imported]:
    date = element.words("createdAt")
    posted = moment(date)
    if posted is None and not is_missing(date):
        yield impossible(element.line, date)
        return
    yield from _odd_flags(element)
    number, identifier = element.attributes.get("id", ""), element.words("id")
    message = element.child("message")
    words = message.text if message else ""
    if _UPLOADS in words:
        yield Remark(element.line, "picture kept by Disqus", say(_PICTURE))
    yield Comment(
        key=_post_key(element), line=element.line, story=_references(element.child("thread")),
        writer=_writer(element.child("author")), words=_MENTION.sub(r"@\1", words) if ":disqus" in words else words,
        parent=_references(element.child("parent")), also=_keys(number, identifier), posted=posted, state=_state(element),
    )  # fmt: skip


def _keys(number: str, identifier: str) -> tuple[str, ...]:
    """What a row can be called by: its number and its identifier, apart, since either may look like the other."""
    return (*((f"dsq:{number}",) if number else ()), *((f"id:{identifier}",) if identifier else ()))


def _references(element: Element | None) -> tuple[str, ...]:
    """What row is meant by `<thread dsq:id="2">1</thread>`: that of the number, else that of the identifier."""
    return _keys(element.attributes.get("id", ""), element.text.strip()) if element else ()


def _post_key(post: Element) -> str:
    """By what a post is known again in a later export: its number; else its identifier, or what it says, by whom and when, in its thread."""
    number, identifier = post.attributes.get("id", ""), post.words("id")
    if number:
        return f"dsq:{number}"
    author = post.child("author")
    said = (post.words("createdAt"), post.words("message"), author.words("name") if author else "")
    parts = (*_references(post.child("thread"))[:1], *((identifier,) if identifier else said))
    return "made:" + hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:24]


def _writer(author: Element | None) -> Writer:
    """Accounts are known by their username, never by a name; who signed nothing but a name is a guest."""
    if author is None:
        return Writer("")
    name, username = author.words("name"), author.words("username")
    if not name and not _MACHINE_NAME.fullmatch(username):
        name = username
    return Writer(name, username if username and _flag(author, "isAnonymous") is False else None)


def _state(post: Element) -> State:
    """Spam before deleted: what was both never stood. A flag that is neither yes nor no keeps a comment out of sight."""
    if _flag(post, "isSpam") is True:
        return "spam"
    if _flag(post, "isDeleted") is True:
        return "deleted"
    approved = _flag(post, "isApproved") if post.child("isApproved") else True
    unclear = None in (_flag(post, "isSpam"), _flag(post, "isDeleted"))
    return "unapproved" if unclear or approved is not True else "published"


def _flag(element: Element, name: str) -> bool | None:
    """Yes or no; None for a value that is neither. A missing flag is no."""
    value = element.words(name).lower()
    return True if value in _YES else False if value in _NO else None


def _odd_flags(element: Element) -> Iterator[Remark]:
    for name in _FLAGS:
        if _flag(element, name) is None:
            words = _ODD_OF_THREAD if element.name == "thread" else _ODD
            yield Remark(element.line, "neither true nor false", say(words, name=name, value=repr(element.words(name)[:40])))
