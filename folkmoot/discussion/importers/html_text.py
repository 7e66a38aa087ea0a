"""HTML as other systems keep comments -> our Markdown, so that our renderer shows what was meant.

Links, quotes, lists, code and emphasis stay what they are; pictures become links to them; what Markdown has no sign for
(underlines, colours, tables) keeps its words. Letters that would be taken for signs are escaped, and only these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import groupby

from folkmoot.discussion.importers.escaping import at_start, escaped, escaped_line, is_quiet, literal
from folkmoot.discussion.importers.html_tree import PICTURES, Node, address_of, first_number, image_of, is_web, items, raw, said, shown, tree
from folkmoot.discussion.text import leads_to

MAX_DEPTH = 7  # quotes and lists inside one another; deeper ones keep their words
_SIMPLE = re.compile(r"\s*<p>(?:[^<&]++|</?p>|<br ?/?>)*+", re.IGNORECASE)  # what nearly all of Disqus is
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "cite": "*", "dfn": "*", "s": "~~", "strike": "~~", "del": "~~"}
_CODE = {"code", "tt", "kbd", "samp"}
_TAG = re.compile(r"<[^>]*>")
_HOST = re.compile(r' ?<bdi class="host">[^<]*</bdi>')


def attempts(html: str) -> Iterator[str]:
    """Markdown for a piece of HTML: the most faithful first, then with fewer marks, at last every sign escaped."""
    if _SIMPLE.fullmatch(html):
        yield _simple(html)
    whole = tree(html)
    yield _tidy(_Writer(marks=True).blocks(whole.children))
    yield _tidy(_Writer(marks=False).blocks(whole.children))
    yield _tidy("\n\n".join(literal(" ".join(part.split())) for part in raw(whole).split("\n")))


def is_plain(html: str, markdown: str) -> bool:
    """Whether Markdown made of a piece of HTML shows it for certain, so that nobody need look: paragraphs and lines without any sign."""
    return is_quiet(markdown) and (_SIMPLE.fullmatch(html) is not None or ("<" not in html and "&" not in html))


def plain_attempts(text: str) -> Iterator[str]:
    """Markdown for a text that knows no signs: its lines and paragraphs as they are."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    yield _tidy("\n".join(map(escaped_line, lines)))
    yield _tidy("\n".join(map(literal, lines)))


def words_of(html: str) -> str:
    """What can be read in a piece of HTML, all white space alike: what each attempt must show."""
    return " ".join((_TAG.sub(" ", html) if _SIMPLE.fullmatch(html) else said(tree(html))).split())


def words_shown(rendered: str) -> str:
    """The same of what our renderer made; the hosts that it puts beside links are its own."""
    return " ".join(unescape(_TAG.sub("", _HOST.sub("", rendered))).split())


def _simple(html: str) -> str:
    """Paragraphs and line breaks alone, without building a tree."""
    paragraphs = re.split(r"</?p>", html, flags=re.IGNORECASE)
    lines = ("\n".join(escaped_line(" ".join(line.split())) for line in re.split(r"<br ?/?>", part, flags=re.IGNORECASE)) for part in paragraphs)
    return _tidy("\n\n".join(lines))


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Writer:
    """Writes a tree as Markdown. marks: with emphasis and code, or without."""

    def __init__(self, marks: bool) -> None:
        self._marks = marks

    def blocks(self, nodes: list[Node], depth: int = 0) -> str:
        """Paragraphs, quotes, lists and code among the nodes, a blank line between them; none before a list in a list."""
        text = ""
        for part, is_list in self._parts(nodes, depth):
            gap = "\n" if is_list and depth else "\n\n"
            text += (gap if text and part.strip() else "") + (part if part.strip() else "")
        return text

    def _parts(self, nodes: list[Node], depth: int) -> Iterator[tuple[str, bool]]:
        for blocks, some in groupby(nodes, lambda node: node.blocks):
            if not blocks:
                yield self._paragraph(list(some)), False
            else:
                yield from ((self._block(node, depth), node.tag in ("ul", "ol")) for node in some)

    def _paragraph(self, nodes: list[Node]) -> str:
        lines = "".join(map(self._inline, nodes)).split("\n")
        return "\n".join(at_start(re.sub(" {2,}", " ", line).strip(" ")) for line in lines).strip("\n")

    def _block(self, node: Node, depth: int) -> str:
        if depth > MAX_DEPTH:
            return self._paragraph([Node("", said(node))])
        if node.tag == "blockquote":
            return "\n".join(f"> {line}".rstrip() for line in self.blocks(node.children, depth + 1).split("\n"))
        if node.tag in ("ul", "ol"):
            return self._list(node, depth)
        if node.tag == "pre":
            return _fence(node)
        if re.fullmatch("h[1-6]", node.tag):
            inner = self._paragraph(node.children).replace("\n", " ")
            return f"**{inner}**" if inner and self._marks and "*" not in inner else inner
        return self.blocks(node.children, depth)

    def _list(self, node: Node, depth: int) -> str:
        """Items begin at 1; a list that begins elsewhere is written as lines, as our renderer takes it."""
        lines = []
        for number, item in enumerate(items(node), first_number(node)):
            inner = self.blocks(item.children if item.tag == "li" else [item], depth + 1)
            if not inner:
                continue
            if node.tag == "ol" and first_number(node) != 1:
                lines.append(f"{number}\\. {inner}")
                continue
            sign = f"{number}. " if node.tag == "ol" else "- "
            lines.append((sign + inner.replace("\n", "\n" + " " * len(sign))).rstrip())
        return re.sub(r" +$", "", "\n".join(lines), flags=re.MULTILINE)

    def _inline(self, node: Node) -> str:
        """What stands within a line, with its marks; `\\n` where a line ends."""
        if not node.tag:
            return escaped(re.sub(r"[ \t\r\n\f]+", " ", node.text))
        if node.tag == "br":
            return "\n"
        if node.tag in PICTURES:
            return _link(image_of(node), shown(node), escaped(shown(node)))
        if node.tag == "a":
            inner = "".join(map(self._inline, node.children)).replace("\n", " ").strip()
            return _link(address_of(node), shown(node), inner)
        if node.tag in _CODE and self._marks:
            return _code(raw(node))
        inner = "".join(map(self._inline, node.children))
        return _marked(inner, _MARKS[node.tag]) if self._marks and node.tag in _MARKS else inner


def _link(address: str, words: str, inner: str) -> str:
    """A link. words: what it shows; inner: the same in Markdown. Only words where the address may not live."""
    if not is_web(address):
        return inner
    if leads_to(address) is None:
        return f"{inner} ({escaped(address)})" if words != address else escaped(address)
    if words in ("", address):
        return f"<{address}>" if words else ""
    label = re.sub(r"(?<!\\)[\[\]]", r"\\\g<0>", inner)
    return f"[{label}](<{address}>)" if re.search(r"[()\\]", address) else f"[{label}]({address})"


def _marked(inner: str, sign: str) -> str:
    """Puts the signs right beside the words: white space and line ends stay outside."""
    words = inner.strip()
    nested = sign != "*" and (words.startswith(sign) or words.endswith(sign))
    if not words or "\n\n" in words or nested or words.endswith("\\"):
        return inner
    before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    return f"{before}{sign}{words}{sign}{after}"


def _code(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        return ""
    fence = _longer_than("", text)
    space = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{space}{text}{space}{fence}"


def _fence(node: Node) -> str:
    """A block of code, with its language where the source says one."""
    text = raw(node).strip("\n").rstrip()
    inner = next((child for child in node.children if child.tag == "code"), node)
    language = re.search(r"\blanguage-([a-z0-9+-]{1,20})\b", inner.attributes.get("class", ""))
    fence = _longer_than("``", text)
    return f"{fence}{language[1] if language else ''}\n{text}\n{fence}" if text else ""


def _longer_than(least: str, text: str) -> str:
    """A run of backticks longer than any in the text."""
    return "`" * (1 + max([len(least), *(len(run) for run in re.findall("`+", text))]))
