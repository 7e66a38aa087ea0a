"""Checks that sites and stories agree with themselves: hosts, addresses, what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from operator import attrgetter

import msgspec

from folkmoot.errors import Invalid
from folkmoot.sites import store_checks as store
from folkmoot.sites.addresses import clean_address
from folkmoot.sites.model import Policy, Theme
from folkmoot.storage.checks import Finding, pages
from folkmoot.storage.database import Database, Row


def check(db: Database) -> Iterator[Finding]:
    """Findings as they come."""
    for row in db.read_now(store.sites):
        yield from (Finding("site", str(row.id), f"The site {row.host} {words}.") for words in _site(row))
    for rows in pages(db, store.stories, attrgetter("id")):
        addresses = db.read_now(partial(store.addresses, stories=[row.id for row in rows]))
        for row, known in zip(rows, addresses, strict=True):
            yield from (Finding(kind, str(row.id), f"The story {row.id} {words}.") for kind, words in _story(row, [each.cleaned for each in known]))


def _site(row: Row) -> Iterator[str]:
    if not row.registered:
        yield "does not have its own host among its hosts"
    for name, text, kind in (("policy", row.policy, Policy), ("theme", row.theme, Theme)):
        try:
            msgspec.json.decode(text, type=kind)
        except msgspec.MsgspecError:
            yield f"has a {name} that cannot be read"


def _story(row: Row, known: list[str]) -> Iterator[tuple[str, str]]:
    if known and _key(row.address) not in known:
        yield "story address", f"is to be read at {row.address}, but is not found under it"
    if not known and not row.publisher_key:
        yield "story address", "has neither an address nor a publisher's id by which it is found"
    for cleaned in known:
        if _key(f"https://{cleaned}") != cleaned:
            yield "story address", f"is found under {cleaned}, which is not how addresses are compared"
    if (row.closed is not None) != (row.deed == "close"):
        yield "story closed", f"is {'open' if row.closed is None else 'closed'}, but the last decision is {row.deed or 'missing'}"


def _key(address: str) -> str:
    try:
        return clean_address(address)
    except Invalid:
        return ""
