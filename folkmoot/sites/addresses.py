"""Addresses as a browser reads them (WHATWG URL): the key that finds a story, hosts and origins that are compared, never guessed.

A story's key is its address without what does not tell stories apart: scheme, `www.`, fragment, tracking parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import ada_url

from folkmoot.errors import Invalid

MAX_ADDRESS = 2_000  # letters, as typed and as a key: what an index of either engine takes

# What says how a reader came, not where they went: a campaign's or a network's own parameters.
_TRACKING = frozenset({
    "fbclid", "gclid", "gclsrc", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "twclid", "ttclid", "wickedid", "zanpid",
    "igshid", "igsh", "mibextid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "oly_anon_id", "oly_enc_id", "vero_id", "_ga",
    "_gl", "_openstat", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp", "hsctatracking", "s_cid", "cmpid", "ocid", "xtor",
    "wt_mc", "at_medium", "at_campaign", "fb_action_ids", "fb_action_types", "fb_source", "ck_subscriber_id", "rb_clickid",
})  # fmt: skip
_CAMPAIGN = ("utm_", "mtm_", "pk_", "piwik_", "hsa_")
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.I)
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_HOST = re.compile(r"([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:\d+)?")
_PORT = re.compile(r":(80|443)$")


def _parsed(address: str) -> ada_url.URL:
    """An absolute http(s) address without user and password. Raises Invalid."""
    _check_length(address)
    try:
        url = ada_url.URL(address)
    except ValueError:
        raise Invalid("This is not the address of a page: one begins with https:// and a host.", "bad_address", "url") from None
    if url.protocol not in ("http:", "https:"):
        raise Invalid("Only addresses that begin with https:// or http:// lead to a page.", "bad_address", "url")
    if url.username or url.password:
        raise Invalid("The address holds a user name, so it may not lead where it seems to. Leave it out.", "bad_address", "url")
    return url


def _check_length(address: str) -> None:
    if len(address) > MAX_ADDRESS:
        raise Invalid("The address is longer than 2,000 letters. Give the page’s own, shorter one.", "long_address", "url")


@lru_cache(maxsize=4_096)  # a post asks four times for the same address
def clean_address(address: str) -> str:
    """The key under which a story is found: `news.example/a/b?p=4` for whatever spelling of that address. Raises Invalid."""
    url = _parsed(address)
    key = _bare(url.host) + _plain(url.pathname).rstrip("/") + _query(url.search)
    _check_length(key)
    return key


def _bare(host: str) -> str:
    """Without the port of either scheme, for the key has none, and without www."""
    host = _PORT.sub("", host)
    rest = host.removeprefix("www.")
    return rest if "." in rest else host


def _plain(part: str) -> str:
    """Percent-escapes in one spelling: none where the letter may stand for itself (RFC 3986, 6.2.2), else in capitals."""
    return _ESCAPE.sub(lambda found: _unescaped(found.group()), part) if "%" in part else part


def _unescaped(escape: str) -> str:
    letter = chr(int(escape[1:], 16))
    return letter if _UNRESERVED.fullmatch(letter) else escape.upper()


def _query(search: str) -> str:
    """What a query asks, sorted by name; several values of one name keep their order."""
    fields = [_plain(field) for field in search[1:].split("&") if field]
    kept = sorted((field for field in fields if not _tracks(_name(field))), key=_name)
    return "?" + "&".join(kept) if kept else ""


def _name(field: str) -> str:
    return field.partition("=")[0]


def _tracks(name: str) -> bool:
    return name.lower() in _TRACKING or name.lower().startswith(_CAMPAIGN)


@lru_cache(maxsize=4_096)
def host_of(address: str) -> str:
    """The host of an address: lower case, IDNA, with its port where that is not the scheme's own. Raises Invalid."""
    return _parsed(address).host


def origin_of(address: str) -> str:
    """The origin of an address (`https://news.example`), as browsers write it. Raises Invalid."""
    return _parsed(address).origin


def clean_host(typed: str, wildcard: bool = False) -> str:
    """A host as it is registered: `news.example`, `localhost:8080`; with `wildcard` also `*.news.example`. Raises Invalid."""
    star = "*." if wildcard and typed.strip().startswith("*.") else ""
    rest = typed.strip().removeprefix(star)
    address = rest if "://" in rest else f"https://{rest}"
    try:
        url = _parsed(address)
    except Invalid:
        raise _no_host() from None
    host = url.host.removesuffix(":80")
    if not _HOST.fullmatch(host) or url.pathname != "/" or url.search or url.hash or (star and "." not in host):
        raise _no_host()
    return star + host


def _no_host() -> Invalid:
    return Invalid("This is not a host. One looks like news.example, or localhost:8080 on your own machine.", "bad_host", "host")


def spoken_for(hosts: Iterable[str]) -> Iterator[str]:
    """Registered hosts, each with the `www.` that people put before it; what `site_for` finds by."""
    for host in hosts:
        yield host
        if "." in host and not host.startswith(("*.", "www.", "[")) and not host.partition(":")[0].replace(".", "").isdigit():
            yield f"www.{host}"


def matches(host: str, registered: str) -> bool:
    """Whether a host is a registered one, label by label. `*.news.example` is every host below news.example."""
    labels, pattern = host.split("."), registered.split(".")
    if pattern[0] != "*":
        return labels == pattern
    return len(labels) >= len(pattern) and labels[-len(pattern) + 1 :] == pattern[1:]
