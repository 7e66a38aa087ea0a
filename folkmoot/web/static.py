"""Static files: /static/<name>.<hash>.<ext>, immutable, kept in memory with their gzip bytes. They come from folkmoot/embed.

The loader that publishers name in their pages is /embed.js, which browsers ask for again after five minutes.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

from msgspec import Struct

FOLDER = Path(__file__).parent.parent / "embed"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
LOADER = "frame.js"
THREAD = "thread.js"
_COMMENT = re.compile(r"^[ \t]*(?:/\*.*?\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.MULTILINE)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
_IMPORT = re.compile(r"from '\./([a-z-]+\.js)'")     # loaded with the module
_DEMAND = re.compile(r"import\('\./([a-z-]+\.js)'\)")  # loaded when it is wanted


class File(Struct, frozen=True):
    """A file ready to be sent."""

    address: str
    kind: str
    etag: str
    plain: bytes
    gzipped: bytes


@cache
def file(name: str) -> File:
    """A file of the embed folder by its name ("thread.js"). Raises FileNotFoundError: a fault of the template that names it."""
    body = _named(_lean((FOLDER / name).read_text("utf-8"))).encode()
    mark = hashlib.sha256(body).hexdigest()[:12]
    stem, ext = name.rsplit(".", 1)
    return File(f"/static/{stem}.{mark}.{ext}", TYPES[f".{ext}"], f'"{mark}"', body, gzip.compress(body, 9, mtime=0))


def _lean(text: str) -> str:
    """Leaves comments that fill their lines, and indentation, at home: they are for those who read the source."""
    return _INDENT.sub("", _COMMENT.sub("", text))


def _named(text: str) -> str:
    """Modules name each other by file; a browser needs the hashed names. Imports have no circles, those on demand ones included."""
    text = _IMPORT.sub(lambda found: f"from './{address(found[1]).rpartition('/')[2]}'", text)
    return _DEMAND.sub(lambda found: f"import('./{address(found[1]).rpartition('/')[2]}')", text)


@cache
def files() -> dict[str, File]:
    """Every file there is, by address."""
    found = (file(each.name) for each in sorted(FOLDER.iterdir()) if each.suffix in TYPES)
    return {each.address: each for each in found}


def at_first() -> set[str]:
    """What a thread's page loads before its reader does anything: the loader, its module, and all that this one imports."""
    found, open_ = {LOADER}, [THREAD]
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += _IMPORT.findall((FOLDER / name).read_text("utf-8"))
    return found


def address(name: str) -> str:
    """Where a file is served: /static/thread.0123456789ab.js."""
    return file(name).address
