"""Where a request comes from: the address behind the trusted proxies, kept only as a keyed hash of its /24 or /64."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from folkmoot.errors import Invalid
from folkmoot.web.logs import log

REMEMBERED = 4096
MAX_KEY = 64        # bytes that the hash takes
PEERS = 64          # of whom is remembered what they are: those who connect to us are few, or the same again and again
MAX_REMEMBERED = 256  # characters of X-Forwarded-For: some ten hops
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Block = ipaddress.IPv4Network | ipaddress.IPv6Network


class Networks:
    """Reads addresses. trusted: networks of proxies whose X-Forwarded-For is believed; secret: the hash's key."""

    def __init__(self, secret: bytes, trusted: Iterable[str] = ()) -> None:
        self._secret = secret
        self._trusted = tuple(_block(each) for each in trusted)
        self._known = lru_cache(REMEMBERED)(self._of)
        self._believed = lru_cache(PEERS)(self.trusts)
        self._warned = False

    def trusts(self, peer: str | None) -> bool:
        """Whether the peer is one of the trusted proxies."""
        return self._is_trusted(_peer(peer))

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in block for block in self._trusted)

    def client(self, peer: str | None, forwarded: Iterable[str]) -> Address | None:
        """The right-most hop that no trusted proxy is. None where the peer has no address (a Unix socket, a test).

        forwarded: the X-Forwarded-For headers, in order. What stands left of the first hop that cannot be read is not
        believed: the last trusted hop counts then.
        """
        here = _peer(peer)
        hops = [hop.strip() for line in forwarded for hop in line.split(",")]
        while hops and self._is_trusted(here):
            further = _address(hops.pop())
            if further is None:
                break
            here = further
        return here

    def of(self, peer: str | None, forwarded: tuple[str, ...]) -> str | None:
        """The keyed hash of where a request comes from. The last ones are remembered: reading and hashing take a while."""
        if forwarded and not self._believed(peer):
            self._warn(peer)
            forwarded = ()
        return (self._known if sum(map(len, forwarded)) <= MAX_REMEMBERED else self._of)(peer, forwarded)

    def _warn(self, peer: str | None) -> None:
        """Says once that a proxy of this very machine is not believed: all its readers count as one network then."""
        address = _peer(peer)
        if not self._warned and address is not None and address.is_loopback:
            self._warned = True
            log.warning("X-Forwarded-For came from %s, which server.trusted_proxies does not name. If that is your proxy, name it.", address)

    def _of(self, peer: str | None, forwarded: tuple[str, ...]) -> str | None:
        return self.hashed(self.client(peer, forwarded))

    def hashed(self, address: Address | None) -> str | None:
        """The keyed hash of the address's block: /24 of IPv4, /64 of IPv6. The same block gives the same 22 letters."""
        if address is None:
            return None
        # Keyed BLAKE2 (RFC 7693) instead of an HMAC of the system's library, which lets go of Python's lock for a microsecond's work.
        digest = hashlib.blake2b(b"network " + _around(address), key=self._secret[:MAX_KEY], digest_size=16).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _address(words: str) -> Address | None:
    """An address as proxies write it: bare, with a port, in brackets, IPv4 mapped into IPv6, with a zone."""
    words = words.strip().strip('"')
    if words.startswith("["):
        words = words[1:].partition("]")[0]
    elif words.count(":") == 1:
        words = words.partition(":")[0]
    try:
        address = ipaddress.ip_address(words.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(PEERS)
def _peer(words: str | None) -> Address | None:
    return _address(words or "")


def _around(address: Address) -> bytes:
    """The address's block in writing, as `ipaddress` would write it."""
    if isinstance(address, ipaddress.IPv4Address):
        return b"%d.%d.%d.0/24" % tuple(address.packed[:3])
    return str(ipaddress.ip_network((address, 64), strict=False)).encode()


def _block(words: str) -> Block:
    try:
        return ipaddress.ip_network(words)
    except ValueError:
        said = f"server.trusted_proxies has {words!r}, which is no network. Write 10.0.0.0/8 or ::1."
        raise Invalid(said, "settings", "server.trusted_proxies") from None
