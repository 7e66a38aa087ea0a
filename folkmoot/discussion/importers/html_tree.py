"""HTML as a tree: whatever is broken in it is mended as a browser would, roughly, and nothing is ever refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from folkmoot.discussion.text import leads_to

BLOCKS = frozenset({
    "p", "div", "section", "article", "center", "figure", "table", "tbody", "thead", "tr", "td", "th", "dl", "dt", "dd", "address",
    "fieldset", "form", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre",
})  # fmt: skip
PICTURES = frozenset({"img", "iframe", "embed", "video", "audio", "source"})
_EMPTY = frozenset({"br", "img", "hr", "wbr", "embed", "input", "source", "meta", "link", "col", "area", "base", "param", "track"})
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_CLOSE_ONE_ANOTHER = frozenset({"p", "li", "tr", "td", "th", "dt", "dd", "option"})
_MAX_DEPTH = 40
_BREAKS = re.compile(r"<(?:p|br|div|li|ul|ol|blockquote|pre|table|h[1-6])\b", re.IGNORECASE)
_REDIRECT = re.compile(r"https?://disq\.us/(?:url|\?)", re.IGNORECASE)


class Node:
    """An element or, where `tag` is empty, a piece of text. blocks: it is a block, or holds one."""

    __slots__ = ("attributes", "blocks", "children", "tag", "text")

    def __init__(self, tag: str, text: str = "", attributes: dict[str, str] | None = None) -> None:
        self.tag = tag
        self.text = text
        self.attributes = attributes or {}
        self.children: list[Node] = []
        self.blocks = tag in BLOCKS


class _Builder:
    """Builds the tree; what is not closed is closed at its parent's end."""

    def __init__(self, lines: bool) -> None:
        self._lines = lines
        self.root = Node("root")
        self._branch = [self.root]
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        if tag in _CLOSE_ONE_ANOTHER and self._branch[-1].tag == tag:
            self._branch.pop()
        node = Node(tag, attributes={name: value or "" for name, value in attrs})
        self._add(node)
        if tag not in _EMPTY and len(self._branch) < _MAX_DEPTH:
            self._branch.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1
        for place in range(len(self._branch) - 1, 0, -1):
            if self._branch[place].tag == tag:
                del self._branch[place:]
                return

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        for number, line in enumerate(data.split("\n") if self._lines else [data]):
            if number:
                self._add(Node("br"))
            self._add(Node("", line))

    def _add(self, node: Node) -> None:
        self._branch[-1].children.append(node)
        if node.blocks:
            for above in self._branch[1:]:
                above.blocks = True


class _Parser(_Builder, HTMLParser):
    """Reads whatever HTML there is."""

    def __init__(self, lines: bool) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)
        _Builder.__init__(self, lines)


@lru_cache(maxsize=1)
def tree(html: str) -> Node:
    """The tree of a piece of HTML, below a root without meaning. Where it has no block and no break, its lines are lines."""
    html = html if _BREAKS.search(html) else html.strip()
    try:
        return _built(html)
    except AssertionError:  # html.parser's own, on some half declarations
        return _built(html.replace("<!", "&lt;!"))


def _built(html: str) -> Node:
    lines = not _BREAKS.search(html)
    quick = _built_quickly(html, lines)
    if quick:
        return quick
    parser = _Parser(lines)
    parser.feed(html)
    parser.close()
    return parser.root


_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[ \t\n]+[a-zA-Z-]+="[^"<>&]*")*)[ \t\n]*(/?)>""")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)="([^"]*)\"""")
_WORDS_ALONE = frozenset({"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext"})  # hold no tags


def _built_quickly(html: str, lines: bool) -> Node | None:
    """The tree of HTML whose tags are all written as they should be; None of other HTML, which the parser reads. Both build the same."""
    pieces = _TAG.split(html)
    if any("<" in words for words in pieces[::5]):
        return None
    builder = _Builder(lines)
    for place in range(0, len(pieces), 5):
        if place:
            closing, tag, attributes, alone = pieces[place - 4 : place]
            tag = tag.lower()
            if tag in _WORDS_ALONE:
                return None
            if not closing:
                builder.handle_starttag(tag, [(name.lower(), value) for name, value in _ATTRIBUTE.findall(attributes)])
            if closing or alone:
                builder.handle_endtag(tag)
        if words := pieces[place]:
            builder.handle_data(unescape(words))
    return builder.root


def said(node: Node) -> str:
    """The words that a node shows; a space where a block or a line ends."""
    if not node.tag:
        return node.text
    if node.tag == "a" or node.tag in PICTURES:
        return f" {shown(node)} " if node.blocks else shown(node)
    if node.tag == "ol" and first_number(node) != 1:
        return " ".join(f" {number}. {said(item)} " for number, item in enumerate(items(node), first_number(node)))
    inner = "".join(map(said, node.children))
    return f" {inner} " if node.tag in BLOCKS or node.tag == "br" else inner


def items(node: Node) -> list[Node]:
    """What a list holds."""
    return [child for child in node.children if child.tag not in ("", "br")]


def first_number(node: Node) -> int:
    """The number at which a list begins."""
    start = node.attributes.get("start", "1")
    return int(start) if start.isdecimal() and start.isascii() and len(start) < 6 else 1


def raw(node: Node) -> str:
    """The text of a node as it stands, white space included."""
    if not node.tag:
        return node.text
    inner = "".join(map(raw, node.children))
    return f"\n{inner}" if node.tag == "br" or node.tag in BLOCKS else inner


def shown(node: Node) -> str:
    """The words of a link or a picture; its address where it has none, and where they are its address cut short.

    Where the address may not live, it stands behind the words in brackets.
    """
    if node.tag in PICTURES:
        address = image_of(node)
        words = " ".join(node.attributes.get("alt", "").split()) or (address if is_web(address) else "")
    else:
        address = address_of(node)
        words = " ".join("".join(map(said, node.children)).split())
        short = re.sub(r"(?:\.{3}|…)$", "", words)
        if short != words and len(short) > 8 and is_web(address) and _bare(address).startswith(_bare(short)):
            words = address
    dead = is_web(address) and leads_to(address) is None and words not in ("", address)
    return f"{words} ({address})" if dead else words


def is_web(address: str) -> bool:
    """Whether an address may stand in a link of ours, alive or not."""
    return re.match("https?://|mailto:", address, re.IGNORECASE) is not None and not re.search(r"[\s<>\x00-\x1f]", address)


def _bare(address: str) -> str:
    return re.sub("^https?://", "", address)


def address_of(link: Node) -> str:
    """Where a link leads: through Disqus's redirect to what lies behind it."""
    target = link.attributes.get("href", "").strip()
    if not _REDIRECT.match(target):
        return target
    titled = link.attributes.get("title", "").strip()
    if re.match("https?://", titled):
        return titled
    behind = _behind(target)
    return re.sub(r":[\w-]{20,}$", "", behind) or target


def _behind(redirect: str) -> str:
    try:
        return parse_qs(urlsplit(redirect).query).get("url", [""])[0]
    except ValueError:
        return ""


def image_of(picture: Node) -> str:
    """Where a picture lies."""
    target = (picture.attributes.get("src") or picture.attributes.get("data-src") or "").strip()
    return "https:" + target if target.startswith("//") else target
