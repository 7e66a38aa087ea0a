"""A page as an answer: compressed and with its headers made once, then chosen by what a request says it takes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache

from folkmoot.reading.snapshots import Head, Snapshot

Lines = Iterable[tuple[bytes, bytes]]

# `python -m bench --only gzip` on a page of 65 comments: 4 takes 0.6 of the time of 6 for 4 % more bytes. A hot page is
# packed anew after every post, and packing is a third of the work.
LEVEL = 4
MAX_REMEMBERED = 256  # bytes of an Accept-Encoding; no browser sends a third of that
CACHED = b"public, max-age=0, must-revalidate"


def pack(version: int, body: bytes, kind: bytes, headers: Lines = ()) -> Snapshot:
    """Makes a page ready to be sent. kind: its media type; headers: what a 200 carries beside the usual.

    The ETag is weak, one for both codings: the version that the bytes were built from and a digest, since what is no part
    of a version (a new template, the site's name) changes bytes too.
    """
    etag = b'W/"%d-%s"' % (version, hashlib.blake2b(body, digest_size=6).hexdigest().encode())
    packed = gzip.compress(body, LEVEL, mtime=0)
    always = [(b"etag", etag), (b"cache-control", CACHED), (b"vary", b"accept-encoding")]
    whole = [(b"content-type", kind), *always, *headers]
    return Snapshot(
        version, etag, body, packed,
        plain_head=head_of(200, [(b"content-length", b"%d" % len(body)), *whole]),
        packed_head=head_of(200, [(b"content-length", b"%d" % len(packed)), (b"content-encoding", b"gzip"), *whole]),
        unchanged_head=head_of(304, always),
    )  # fmt: skip


def head_of(status: int, headers: Lines) -> Head:
    """The beginning of an answer, for ASGI and for the wire."""
    headers = tuple(headers)
    message = {"type": "http.response.start", "status": status, "headers": headers}
    return Head(status, message, b"".join(b"%s: %s\r\n" % line for line in headers) + b"\r\n")


def choose(snapshot: Snapshot, headers: Mapping[bytes, bytes]) -> tuple[Head, bytes]:
    """Head and body of the answer to a request's headers: a 304, the gzip bytes, or the plain ones."""
    asked = headers.get(b"if-none-match")
    if asked is not None and matches(asked, snapshot.etag):
        return snapshot.unchanged_head, b""
    if takes_gzip(headers.get(b"accept-encoding", b"")):
        return snapshot.packed_head, snapshot.packed
    return snapshot.plain_head, snapshot.plain


def matches(asked: bytes, etag: bytes) -> bool:
    """Whether If-None-Match names this tag, compared weakly (RFC 9110, 13.1.2): a list of tags, or * for any."""
    if asked in (etag, b"*"):
        return True
    bare = etag.removeprefix(b"W/")
    return any(tag.strip().removeprefix(b"W/") == bare for tag in asked.split(b","))


def takes_gzip(accepted: bytes) -> bool:
    """Whether Accept-Encoding (RFC 9110, 12.5.3) lets gzip through and does not put identity before it."""
    return (_weigh if len(accepted) > MAX_REMEMBERED else _known)(accepted)


def _weigh(accepted: bytes) -> bool:
    wishes = dict(_wish(part) for part in accepted.lower().split(b","))
    weight = wishes.get(b"gzip", wishes.get(b"x-gzip", wishes.get(b"*", 0.0)))
    return weight > 0 and weight >= wishes.get(b"identity", 0.0)


_known = lru_cache(maxsize=512)(_weigh)


def _wish(part: bytes) -> tuple[bytes, float]:
    """gzip;q=0.5 -> (gzip, 0.5). A weight that is none counts as 0."""
    coding, _, rest = part.partition(b";")
    name, _, weight = rest.partition(b"=")
    if not rest.strip():
        return coding.strip(), 1.0
    try:
        return coding.strip(), float(weight) if name.strip() == b"q" else 0.0
    except ValueError:
        return coding.strip(), 0.0
