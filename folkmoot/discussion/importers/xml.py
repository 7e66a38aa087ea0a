"""XML read as a stream: one element at a time, in little memory, without document types or entities.

Real exports hold bytes before the declaration and control characters that XML forbids; these are dropped. Whatever else is not
well-formed is refused with its line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

from folkmoot.discussion.importers.files import broken

CHUNK = 65_536
MAX_DEPTH = 60
MOST_NAMES = 1_000
MAX_TEXT = 1_000_000  # letters of one element; what goes beyond is not kept
# What XML 1.0 forbids and exports hold all the same, as bytes and as numbers.
_FORBIDDEN = bytes(code for code in range(32) if code not in (9, 10, 13))
_NOT_LETTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF in UTF-8
_NUMBER = re.compile(rb"&#(?:([0-9]{1,7})|x([0-9a-fA-F]{1,6}));")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


_NO_CHILDREN: list[Any] = []  # of every element without; never added to


class Element:
    """An element with its text and children. Names and attributes are local: without prefix and namespace.

    line: where the element begins that was handed over, this one or the one that it is part of; its own, for those that were asked for.
    """

    __slots__ = ("_named", "attributes", "children", "letters", "line", "name", "parts")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.children: list[Element] = _NO_CHILDREN  # most elements have none, and most of an archive's elements are these
        self.parts: list[str] = []
        self.letters = 0
        self._named: dict[str, Element] | None = None

    @property
    def text(self) -> str:
        return self.parts[0] if len(self.parts) == 1 else "".join(self.parts)

    def child(self, name: str) -> Element | None:
        """The first child of a name."""
        if not self.children:
            return None
        if self._named is None:
            self._named = {child.name: child for child in reversed(self.children)}
        return self._named.get(name)

    def words(self, name: str) -> str:
        """The text of the first child of a name, without the white space around it; empty where there is none."""
        found = self.child(name)
        return found.text.strip() if found else ""


def elements(file: BinaryIO, name: str, root: str, depth: int = 1, lined: frozenset[str] = frozenset()) -> Iterator[Element]:
    """The elements right below the root, or `depth` levels below it, one after another.

    name: of the file, root: of its outermost element, for the refusals. lined: names of elements that know their own line.
    """
    reader = _Reader(name, root, depth, lined)
    yield from reader.read(file)


class _Reader:
    """An expat parser that keeps the branch it is in, and hands over each element below the root when it ends."""

    def __init__(self, name: str, root: str, depth: int, lined: frozenset[str]) -> None:
        self._name = name
        self._root = root
        self._depth = depth
        self._lined = lined
        self._branch: list[Element] = []
        self._locals: dict[str, str] = {}
        self._ready: list[Element] = []
        self._line, self._column = 0, 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._hear
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, file: BinaryIO) -> Iterator[Element]:
        for chunk in _cleaned(self._begun(file)):
            self._parse(chunk, False)
            yield from self._ready
            self._ready.clear()
        self._parse(b"", True)

    def _begun(self, file: BinaryIO) -> Iterator[bytes]:
        """The file's chunks from the first element on."""
        first = file.read(CHUNK)
        start = 0 if first.startswith(_UTF16) else first.find(b"<")
        if start < 0:
            raise broken(self._name, "it does not begin as XML does", 1, 1)
        self._line, self._column = first.count(b"\n", 0, start), start - first.rfind(b"\n", 0, start) - 1
        yield first[start:]
        while chunk := file.read(CHUNK):
            yield chunk

    def _parse(self, chunk: bytes, last: bool) -> None:
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            column = error.offset + (self._column if error.lineno == 1 else 0)
            raise broken(self._name, expat.ErrorString(error.code), error.lineno + self._line, column + 1) from error

    @property
    def _here(self) -> int:
        return self._parser.CurrentLineNumber + self._line

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        local = self._locals.get(name) or self._remember(name)
        branch = self._branch
        level = len(branch)
        if not level or level > MAX_DEPTH:
            self._check(local)
        named = {_local(key): value for key, value in attributes.items()} if attributes else attributes
        if level <= self._depth:
            branch.append(Element(local, named, self._here))
            return
        above = branch[-1]
        element = Element(local, named, self._here if local in self._lined else above.line)
        if above.children is _NO_CHILDREN:
            above.children = [element]
        else:
            above.children.append(element)
        branch.append(element)

    def _remember(self, name: str) -> str:
        """A name without its namespace, kept for the next time; an archive has a few dozen, a hostile file without end."""
        if len(self._locals) < MOST_NAMES:
            self._locals[name] = _local(name)
        return _local(name)

    def _check(self, name: str) -> None:
        if self._branch:
            raise broken(self._name, f"its elements lie more than {MAX_DEPTH} deep", self._here, self._parser.CurrentColumnNumber + 1)
        if name != self._root:
            raise broken(self._name, f"its outermost element is <{name}>, not <{self._root}>", self._here, 1)

    def _end(self, _name: str) -> None:
        element = self._branch.pop()
        if len(self._branch) == self._depth:
            self._ready.append(element)

    def _hear(self, text: str) -> None:
        branch = self._branch
        element = branch[-1]
        element.letters += len(text)
        if element.letters <= MAX_TEXT and len(branch) > self._depth:
            element.parts.append(text)

    def _doctype(self, *_: Any) -> None:
        why = "it declares a document type, which may hold entities that grow without end; an export has none"
        raise broken(self._name, why, self._here, self._parser.CurrentColumnNumber + 1)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _cleaned(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks without what XML forbids; what lies across two chunks, a reference or a letter, is kept together."""
    first = next(chunks)
    if first.startswith(_UTF16):
        yield first
        yield from chunks
        return
    kept = first
    for chunk in chunks:
        tail = kept[-12:]
        begun = max(tail.rfind(b"&"), tail.rfind(b"\xef") if b"\xef" in tail[-2:] else -1)
        cut = len(kept) if begun < 0 else len(kept) - len(tail) + begun
        yield _without_forbidden(kept[:cut])
        kept = kept[cut:] + chunk
    yield _without_forbidden(kept)


def _without_forbidden(chunk: bytes) -> bytes:
    if b"&#" in chunk:
        chunk = _NUMBER.sub(_legal, chunk)
    if b"\xef\xbf" in chunk:
        chunk = _NOT_LETTERS.sub(b"", chunk)
    return chunk.translate(None, _FORBIDDEN)


def _legal(reference: re.Match[bytes]) -> bytes:
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    legal = code in (9, 10, 13) or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return reference[0] if legal else b""
