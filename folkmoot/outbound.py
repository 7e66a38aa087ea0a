"""Fetches from, and sends to, places that somebody named. The only module that opens such a connection.

An address is read as a browser reads it and its name is resolved once. Every address behind the name is judged, and a judged
one is connected to, so a name that says something else a moment later changes nothing (DNS rebinding). Each redirect starts
anew. Blocks: for the worker, the command line and verbs outside a transaction, never inside one.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from typing import cast

import ada_url
from msgspec import Struct
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse
from urllib3.util import Timeout
from urllib3.util.ssl_match_hostname import CertificateError

from folkmoot import __version__
from folkmoot.errors import Invalid, Problem, Sentence, Unavailable, say
from folkmoot.settings import Outbound

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AGENT = f"Folkmoot/{__version__}"
MAX_ADDRESS = 4_000
_REDIRECTS = (301, 302, 303, 307, 308)
_SECRETS = {"authorization", "cookie", "proxy-authorization"}  # headers that stay with the origin they were meant for
_PIECE = 65_536
_RESOLVERS = ThreadPoolExecutor(16, "resolve")  # a name whose server is silent keeps one busy for half a minute

# What the registries of special addresses (RFC 6890 and its successors) keep from the public net, and clouds' own services.
_INNER = tuple(map(ipaddress.IPv4Network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)))  # fmt: skip
_GLOBAL = ipaddress.IPv6Network("2000::/3")
_NOT_GLOBAL = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Forbidden(Invalid):
    """Nobody connects there: it is no plain web address, or it leads into somebody's own network."""


class Away(Unavailable):
    """Nobody answered, or not to the end, or not in time. Try again later."""


class Unfit(Problem):
    """What came is not what was asked for: too large, of another type, or forever somewhere else."""


class Bounds(Struct, frozen=True):
    """What an answer may be. most: bytes, packed and unpacked; seconds: for all of it; types: media types, () for any."""

    most: int = 1 << 20
    seconds: float = 10.0
    types: tuple[str, ...] = ()
    redirects: int = 3


class Answer(Struct, frozen=True):
    """What came back, whatever its status. headers: names in lower case. address: where it came from at last."""

    status: int
    headers: dict[str, str]
    body: bytes
    address: str

    @property
    def fine(self) -> bool:
        return 200 <= self.status < 300


def get(settings: Outbound, address: str, headers: Mapping[str, str] | None = None, bounds: Bounds = Bounds()) -> Answer:
    """Fetches an address, following a few redirects. Raises Forbidden, Away, Unfit."""
    given, origin = dict(headers or {}), ""
    until = time.monotonic() + bounds.seconds
    for _ in range(bounds.redirects + 1):
        url = parse(address)
        if origin and url.origin != origin:
            given = {name: value for name, value in given.items() if name.lower() not in _SECRETS}
        answer = _exchange(settings, "GET", url, given, None, bounds, until)
        if answer.status not in _REDIRECTS or "location" not in answer.headers:
            return answer
        origin, address = url.origin, _joined(answer.headers["location"], url)
    raise Unfit("The page sends on to another and another, so nothing was fetched.", "too_many_redirects")


def post(
    settings: Outbound, address: str, body: bytes, headers: Mapping[str, str] | None = None, bounds: Bounds = Bounds()
) -> Answer:
    """Sends `body` to an address, and gives the answer; a redirect is one, and is not followed. Raises Forbidden, Away, Unfit."""
    return _exchange(settings, "POST", parse(address), dict(headers or {}), body, bounds, time.monotonic() + bounds.seconds)


def check(settings: Outbound, address: str) -> str:
    """The address in a browser's spelling, if a connection to it may be opened as things stand. Raises Forbidden, Away.

    For whoever takes an address in, so that they can say at once what is wrong with it; `get` and `post` judge it again.
    """
    url = parse(address)
    _ways(settings, url, 5.0)
    return url.href


def parse(address: str) -> ada_url.URL:
    """A web address as browsers read it. Raises Forbidden for other schemes, names with passwords, and what is none."""
    if len(address) > MAX_ADDRESS:
        raise Forbidden("The address is too long.", "forbidden_address", "url")
    try:
        url = ada_url.URL(address)
    except ValueError:
        raise Forbidden("This is not a web address: one begins with https:// and a host.", "forbidden_address", "url") from None
    if url.protocol not in ("http:", "https:"):
        raise Forbidden("Only addresses that begin with https:// or http:// can be asked.", "forbidden_address", "url")
    if url.username or url.password:
        raise Forbidden("The address holds a user name or a password. Leave them out.", "forbidden_address", "url")
    return url


def is_public(address: Address) -> bool:
    """Whether an address is one of the public net, once what is wrapped in it has been unwrapped."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _INNER)
    inner = address.ipv4_mapped or (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None)
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL and not any(address in network for network in _NOT_GLOBAL)


def resolve(host: str, port: int) -> list[str]:
    """The numeric addresses of a name, in the order in which to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _ways(settings: Outbound, url: ada_url.URL, seconds: float) -> Sequence[str]:
    """The addresses to connect to, each judged. A host that the settings name may lie anywhere, at the port named there."""
    named = url.host in settings.allow
    if url.port and not named:
        raise Forbidden("Only the usual ports of the web are asked. Leave the port out.", "forbidden_address", "url")
    found = _resolved(url, seconds)
    if not named and not all(is_public(ipaddress.ip_address(each)) for each in found):
        raise Forbidden("This address does not lead to a place on the public net, so nothing is sent there.", "forbidden_address", "url")
    return found


def _resolved(url: ada_url.URL, seconds: float) -> list[str]:
    host = url.hostname.strip("[]")
    try:
        found = _RESOLVERS.submit(resolve, host, _port(url)).result(max(seconds, 0.01))
        return [str(ipaddress.ip_address(each.partition("%")[0])) for each in found]
    except TimeoutError:
        raise _away(say("the name was not found in time")) from None
    except (OSError, UnicodeError, ValueError):
        raise _away(say("nobody knows this name")) from None


def _port(url: ada_url.URL) -> int:
    return int(url.port or (443 if url.protocol == "https:" else 80))


def _joined(location: str, url: ada_url.URL) -> str:
    try:
        return str(ada_url.URL(location, base=url.href).href)
    except ValueError:
        raise Unfit("The page sends on to something that is no address.", "bad_redirect") from None


def _exchange(
    settings: Outbound, method: str, url: ada_url.URL, headers: dict[str, str], body: bytes | None, bounds: Bounds, until: float
) -> Answer:
    """One request and its answer. Where a name has several addresses, the first that takes a connection."""
    ways = _ways(settings, url, until - time.monotonic())
    for number, way in enumerate(ways):
        connection = _connection(url, way, until)
        try:
            connection.connect()
        except (OSError, HTTPError, CertificateError) as error:
            connection.close()
            if number + 1 == len(ways) or time.monotonic() >= until:
                raise _away(_reason(error)) from None
            continue
        return _talk(connection, method, url, headers, body, bounds, until)
    raise _away(say("nobody knows this name"))


def _connection(url: ada_url.URL, way: str, until: float) -> HTTPConnection:
    """A connection to an address, which must prove to be the host that was named."""
    left = Timeout(max(until - time.monotonic(), 0.01))
    if url.protocol == "http:":
        return HTTPConnection(way, _port(url), timeout=left.connect_timeout)
    name = url.hostname.strip("[]").rstrip(".")
    return HTTPSConnection(
        way, _port(url), timeout=left.connect_timeout, server_hostname=name, ssl_context=ssl.create_default_context()
    )


def _talk(
    connection: HTTPConnection, method: str, url: ada_url.URL, headers: dict[str, str], body: bytes | None, bounds: Bounds, until: float
) -> Answer:
    """Asks and listens until the time is over: then the line is cut, however slowly and steadily somebody talks."""
    cut = threading.Timer(max(until - time.monotonic(), 0.01), _cut, [connection.sock])
    cut.daemon = True
    cut.start()
    try:
        given = {"Host": url.host, "User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": ", ".join(bounds.types) or "*/*"} | headers
        connection.request(method, url.pathname + url.search, body=body, headers=given, preload_content=False, decode_content=False)
        answer = _read(connection.getresponse(), url, bounds)
        if time.monotonic() >= until:  # the line was cut, so what looks like an end may be none
            raise TimeoutError
        return answer
    except ValueError as error:  # a header that would break the request, before anything was sent
        raise Invalid(say("This cannot be sent: {error}.", error=error), "unfit_request") from None
    except (OSError, HTTPError, HTTPException) as error:
        raise _away(say("it took too long") if time.monotonic() >= until else _reason(error)) from None
    finally:
        cut.cancel()
        connection.close()


def _cut(line: socket.socket | None) -> None:
    with suppress(OSError, AttributeError):
        cast(socket.socket, line).shutdown(socket.SHUT_RDWR)


def _read(answer: HTTPResponse, url: ada_url.URL, bounds: Bounds) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    told = headers.get("content-length", "")
    if told.isdigit() and int(told) > bounds.most:
        raise _too_large(bounds)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if bounds.types and 200 <= answer.status < 300 and kind not in bounds.types:
        raise Unfit(say("It is of another kind than was asked for ({kind}).", kind=kind[:80] or "?"), "wrong_type")
    return Answer(answer.status, headers, _body(answer, headers, bounds), url.href)


def _body(answer: HTTPResponse, headers: dict[str, str], bounds: Bounds) -> bytes:
    got = bytearray()
    while more := answer.read(_PIECE, decode_content=False):
        got += more
        if len(got) > bounds.most:
            raise _too_large(bounds)
    packed = bytes(got)
    how = headers.get("content-encoding", "identity").strip().lower()
    if how in ("identity", "") or not packed:
        return packed
    if how not in ("gzip", "x-gzip"):
        raise Unfit("It is packed in a way that was not asked for.", "wrong_packing")
    return _unpacked(packed, bounds)


def _unpacked(packed: bytes, bounds: Bounds) -> bytes:
    """What a gzip holds, never more than may come."""
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(packed, bounds.most + 1)
    except zlib.error:
        raise Unfit("It is packed, and damaged.", "wrong_packing") from None
    if len(plain) > bounds.most:
        raise _too_large(bounds)
    if not unpacker.eof:
        raise Unfit("It is packed, and cut short.", "wrong_packing")
    return plain


def _too_large(bounds: Bounds) -> Unfit:
    return Unfit(say("It is larger than the {most} bytes that are taken.", most=bounds.most), "too_large_answer")


def _reason(error: Exception) -> Sentence:
    if isinstance(error, ssl.SSLError) or "SSL" in type(error).__name__ or "CERTIFICATE" in str(error):
        return say("it could not prove who it is")
    return say("nobody answers there")


def _away(why: Sentence) -> Away:
    return Away(say("It could not be reached: {why}.", why=why), 60, "away")
