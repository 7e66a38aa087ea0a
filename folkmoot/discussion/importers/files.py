"""Opening an archive: plain or gzipped, with its beginning to recognise it by and a position for the progress bar."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from folkmoot.errors import Invalid, NotFound

HEAD = 4_096


class Archive:
    """A file that is being read. `file` gives its bytes, unpacked; `share` says how far it has come, from 0 to 1."""

    def __init__(self, path: Path, raw: io.BufferedReader, file: BinaryIO) -> None:
        self.path = path
        self.name = path.name
        self.file = file
        self._raw = raw
        self._others: list[BinaryIO] = []
        self._size = max(path.stat().st_size, 1)

    @property
    def is_plain(self) -> bool:
        """Whether the file is not packed: its bytes are those that lie at `path`."""
        return cast(object, self.file) is self._raw

    @property
    def share(self) -> float:
        return min(self._raw.tell() / self._size, 1.0)

    def digest(self) -> bytes:
        """SHA-256 of the file as it lies there. Reads it to its end."""
        return hashlib.file_digest(self._raw, "sha256").digest()

    def again(self) -> BinaryIO:
        """The same bytes once more, apart from `file`; the archive closes it."""
        raw = self.path.open("rb")
        self._others.append(raw)
        return _unpacked(raw)

    def close(self) -> None:
        """Closes what was opened once more."""
        for each in self._others:
            each.close()

    def head(self) -> bytes:
        """The first bytes, unpacked; they are read again afterwards."""
        return cast(io.BufferedReader, self.file).peek(HEAD)[:HEAD]


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Opens an archive. Raises NotFound where there is none, Invalid where its packing turns out damaged, also later."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise NotFound(f"{path} cannot be opened: {(error.strerror or 'it is no file').lower()}.", "no_file", "file") from error
    with raw:
        archive = Archive(path, raw, _unpacked(raw))
        try:
            yield archive
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise broken(path.name, "its gzip packing is cut off or damaged; fetch it again") from error
        finally:
            archive.close()


def _unpacked(raw: io.BufferedReader) -> BinaryIO:
    if raw.peek(2)[:2] != b"\x1f\x8b":
        return raw
    return io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=raw)), 65_536)


def broken(name: str, why: str, line: int = 0, column: int = 0) -> Invalid:
    """The refusal of a file that cannot be read to its end: where, why, and that nothing has been changed."""
    place = f" at line {line}, column {column}" if line else ""
    return Invalid(f"{name} cannot be read{place}: {why}. Nothing was imported.", "broken_file", "file")
