"""WordPress: its extended RSS (WXR 1.0 to 1.2), whole or in the several files that large sites get.

Comment ids are unique within one WordPress only, so keys hold the blog's address and the item's number. What readers could not see
there, because the item was a draft, private or behind a password, stays out of sight here. Mailboxes, network addresses and what
plug-ins keep beside a comment (serialised by PHP) are not read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode, urlsplit

from folkmoot.discussion.importers.dates import impossible, is_missing, moment
from folkmoot.discussion.importers.files import Archive
from folkmoot.discussion.importers.model import Bad, Comment, Imported, Remark, Story, Writer
from folkmoot.discussion.importers.xml import Element, elements
from folkmoot.discussion.model import State
from folkmoot.discussion.remarks import Kind
from folkmoot.errors import say
from folkmoot.web.words import N_

_TELL_OF_BLOG = ("link", "base_site_url", "base_blog_url")  # the surest last
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)
_STATES: dict[str, State] = {
    "": "published", "1": "published", "approve": "published", "approved": "published", "0": "unapproved", "hold": "unapproved",
    "spam": "spam", "trash": "deleted", "post-trashed": "deleted",
}  # fmt: skip
_SAID = ("", "comment", "review")
_PINGS: dict[str, Kind] = {"pingback": "pingback", "trackback": "trackback", "webmention": "webmention"}
_NOT_PUBLIC = N_(
    "Readers could not see this item in WordPress (a draft, private, or with a password); its comments are kept, out of sight."
)
_PUBLIC = ("", "publish", "inherit")  # inherit: an attachment, shown with what it hangs on
_PRE = re.compile(r"(<pre\b.*?</pre\s*>)", re.IGNORECASE | re.DOTALL)
_BLOCK = "(?:p|div|ul|ol|li|blockquote|pre|table|t[rdh]|h[1-6])"
_AROUND_BLOCKS = re.compile(rf"(</{_BLOCK}\s*>|<{_BLOCK}\b[^>]*>)[ \t]*\n+|\n+[ \t]*(?=</?{_BLOCK}\b)", re.IGNORECASE)
_HAS_BLOCKS = re.compile(rf"<(?:br|{_BLOCK})\b", re.IGNORECASE)


def knows(head: bytes) -> bool:
    """Whether a file's first bytes look like a WordPress export."""
    plain = head.replace(b"\0", b"")
    return b"<rss" in plain and b"wordpress.org/export/" in plain


def read(archive: Archive) -> Iterator[Imported]:
    """Reads an export as a stream. Raises Invalid with line and column where it is not well-formed."""
    yield from _Reader().read(archive)


class _Reader:
    """What is known of the whole file by the time a comment comes: the blog, its authors, how far its clock is from UTC."""

    def __init__(self) -> None:
        self._blog = ""
        self._told_by = -1  # which of the three that is
        self._here = ""  # by what the blog of an item is known
        self._authors: set[str] = set()
        self._zone: int | None = None  # ms that the blog's own time is ahead of UTC, as far as has been seen
        self._zone_said = False

    def read(self, archive: Archive) -> Iterator[Imported]:
        for element in elements(archive.file, archive.name, "rss", depth=2, lined=frozenset({"comment"})):
            if element.name in _TELL_OF_BLOG:
                self._learn_blog(_TELL_OF_BLOG.index(element.name), element.text.strip())
            elif element.name == "author" and element.words("author_id"):
                self._authors.add(element.words("author_id"))
            elif element.name == "item":
                yield from self._item(element)

    def _learn_blog(self, rank: int, address: str) -> None:
        """Small and old exports say nothing of the blog but its link; a feed's links to itself hold no text."""
        if address and rank > self._told_by:
            self._blog, self._told_by = address, rank

    def _item(self, item: Element) -> Iterator[Imported]:
        comments = [child for child in item.children if child.name == "comment"]
        if not comments:
            return
        self._learn_zone(item.words("post_date"), item.words("post_date_gmt"))
        self._here = _bare(self._blog) or _host(item)
        key, public = self._item_key(item), _is_public(item)
        if not public:
            yield Remark(item.line, "item that was not public", say(_NOT_PUBLIC))
        addresses = list(self._addresses(item))
        yield Story(
            key=key, line=item.line, title=_line(item.words("title")) if public else "", address=addresses[0] if addresses else "",
            aliases=tuple(addresses[1:]), created=self._moment(item, "post_date"), closed=item.words("comment_status") == "closed",
        )  # fmt: skip
        for comment in comments:
            yield from self._comment(comment, key, public)

    def _item_key(self, item: Element) -> str:
        """The item's number at its blog; else its address, else its title."""
        number = item.words("post_id")
        known_by = number or item.words("link") or item.words("guid") or "title:" + hashlib.sha256(item.words("title").encode()).hexdigest()[:24]
        return f"{self._here}#{known_by}"

    def _addresses(self, item: Element) -> Iterator[str]:
        """Where the item is to be read: its link, the address it had before, and the short one that every WordPress answers."""
        for address in (item.words("link"), item.words("guid")):
            if _WEB.fullmatch(address):
                yield address
        if _WEB.fullmatch(self._blog) and item.words("post_id").isdecimal():
            yield f"{self._blog.rstrip('/')}/?{urlencode({'p': item.words('post_id')})}"

    # Comments

    def _comment(self, comment: Element, story: str, public: bool) -> Iterator[Imported]:
        kind = comment.words("comment_type").lower()
        if kind in _PINGS:
            words = say("This is a {kind}: a link that another page sent by itself, not what somebody said.", kind=kind)
            yield Bad(comment.line, _PINGS[kind], words)
            return
        if kind not in _SAID and "note" in kind:
            words = say("This is a note that a plug-in keeps for the staff ({kind}), not a comment.", kind=kind[:40])
            yield Bad(comment.line, "note of a plug-in", words)
            return
        date = comment.words("comment_date_gmt")
        if not is_missing(date) and moment(date) is None:
            yield impossible(comment.line, date)
            return
        self._learn_zone(comment.words("comment_date"), date)
        posted = self._moment(comment, "comment_date")
        yield from self._odd(comment, kind, posted)
        number, parent = comment.words("comment_id"), comment.words("comment_parent")
        yield Comment(
            key=f"{story}/{number or _made(comment)}", line=comment.line, story=(story,),
            writer=self._writer(_line(comment.words("comment_author")), comment.words("comment_user_id")),
            words=as_html(_text(comment, "comment_content")), parent=(f"{story}/{parent}",) if parent not in ("", "0") else (),
            posted=posted, state=_state(comment, kind, public),
        )  # fmt: skip

    def _writer(self, name: str, account: str) -> Writer:
        """Accounts are known by their number, never by a name; those that the export calls authors are the newsroom's."""
        known = account.isdecimal() and account != "0"
        return Writer(name, f"{self._here}#user:{account}" if known else None, account in self._authors)

    def _odd(self, comment: Element, kind: str, posted: int | None) -> Iterator[Imported]:
        approved = comment.words("comment_approved").lower()
        if approved not in _STATES:
            words = say("comment_approved is {state}, which is no state; the comment is kept, out of sight.", state=repr(approved[:40]))
            yield Remark(comment.line, "state unknown", words)
        if kind not in _SAID:
            words = say("This is a comment of the kind {kind}, which a plug-in made; it is kept, out of sight.", kind=repr(kind[:40]))
            yield Remark(comment.line, "kind unknown", words)
        if posted is not None and is_missing(comment.words("comment_date_gmt")) and self._zone is None and not self._zone_said:
            self._zone_said = True
            words = say("This date is in the blog’s own time, and nothing says its zone; it is read as UTC, and so are others like it.")
            yield Remark(comment.line, "time zone unknown", words)

    # Time

    def _learn_zone(self, own: str, utc: str) -> None:
        """The difference of a date in both clocks, if it is one that a zone can have."""
        here, there = moment(own), moment(utc)
        if here is not None and there is not None and abs(here - there) <= 15 * 3_600_000 and (here - there) % 900_000 == 0:
            self._zone = here - there

    def _moment(self, element: Element, name: str) -> int | None:
        """UTC ms of a date: by UTC where that is given, else by the blog's own clock and what is known of its zone."""
        utc = moment(element.words(f"{name}_gmt"))
        if utc is not None:
            return utc
        own = moment(element.words(name))
        return None if own is None else max(own - (self._zone or 0), 0)


def _is_public(item: Element) -> bool:
    return item.words("status").lower() in _PUBLIC and not item.words("post_password")


def _state(comment: Element, kind: str, public: bool) -> State:
    state = _STATES.get(comment.words("comment_approved").lower(), "unapproved")
    return "unapproved" if state == "published" and (not public or kind not in _SAID) else state


def _text(element: Element, name: str) -> str:
    found = element.child(name)
    return found.text.strip() if found else ""


def _line(text: str) -> str:
    """A name or a title: WordPress writes some letters as entities."""
    return " ".join(unescape(text).split())


def _bare(address: str) -> str:
    """A blog's address without what may change while it stays the same blog."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/")


def _host(item: Element) -> str:
    """Whose item it is, for exports that do not say it."""
    return next((_bare(address).partition("/")[0] for address in (item.words("link"), item.words("guid")) if _WEB.fullmatch(address)), "")


def _made(comment: Element) -> str:
    said = (comment.words("comment_author"), comment.words("comment_date_gmt") or comment.words("comment_date"), comment.words("comment_content"))
    return "made:" + hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()[:24]


def as_html(text: str) -> str:
    """A comment's text as WordPress shows it: a new line is a new line, an empty one a new paragraph, also where there are tags."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text or not _HAS_BLOCKS.search(text):
        return text
    return "".join(part if number % 2 else _broken(part) for number, part in enumerate(_PRE.split(text)))


def _broken(text: str) -> str:
    text = _AROUND_BLOCKS.sub(lambda found: found[1] or "", text)
    text = re.sub(r"<br\s*/?>[ \t]*\n", "<br>", text, flags=re.IGNORECASE)
    return re.sub(r"\n(?:[ \t]*\n)+", "<br><br>", text).replace("\n", "<br>")
