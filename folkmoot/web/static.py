"""Static files: /static/<name>.<hash>.<ext>, immutable, kept in memory with their gzip bytes. They come from folkmoot/embed.

The loader that publishers name in their pages is /embed.js, which browsers ask for again after five minutes.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path

from msgspec import Struct

FOLDER = Path(__file__).parent.parent / "embed"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
LOADER = "frame.js"


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
    body = (FOLDER / name).read_bytes()
    mark = hashlib.sha256(body).hexdigest()[:12]
    stem, ext = name.rsplit(".", 1)
    return File(f"/static/{stem}.{mark}.{ext}", TYPES[f".{ext}"], f'"{mark}"', body, gzip.compress(body, 9, mtime=0))


@cache
def files() -> dict[str, File]:
    """Every file there is, by address."""
    found = (file(each.name) for each in sorted(FOLDER.iterdir()) if each.suffix in TYPES)
    return {each.address: each for each in found}


def address(name: str) -> str:
    """Where a file is served: /static/thread.0123456789ab.js."""
    return file(name).address
