"""Whose page somebody signs in for: the registered site of an origin, and how mails and our own pages name the place."""

from __future__ import annotations

from folkmoot.errors import Invalid, NotFound
from folkmoot.people.handover import get_handover
from folkmoot.people.mailing import Doorway
from folkmoot.people.model import Handover
from folkmoot.people.wording import pages_in_words
from folkmoot.sites.addresses import host_of, origin_of
from folkmoot.sites.model import Site
from folkmoot.sites.sites import site_for
from folkmoot.sites.store import all_sites
from folkmoot.storage.database import Tx


def publisher(tx: Tx, origin: str, *, plain: bool = False) -> Site:
    """The site of a publisher's origin, spelled exactly as a browser does. plain: http will do. Raises Invalid for any other."""
    site = site_for(tx, host_of(origin)) if _is_exact(origin, plain) else None
    if site is None:
        raise Invalid("This page is not on a site that this server speaks for.", "foreign_origin", "origin")
    return site


def _is_exact(origin: str, plain: bool) -> bool:
    try:
        return origin_of(origin) == origin and (plain or origin.startswith("https://"))
    except Invalid:
        return False


def waiting_site(tx: Tx, handover: Handover) -> Site | None:
    """The site for which a hand-over waits; None where it has been taken off meanwhile."""
    return site_for(tx, host_of(handover.origin))


def only_site(tx: Tx) -> Site | None:
    """The site of a server that has one: then every page of ours may bear its name."""
    known = all_sites(tx)
    return known[0] if len(known) == 1 else None


def doorway(tx: Tx, handover: int | None, own_address: str, fallback: str, language: str, now: int) -> Doorway:
    """How a mail names the place: by the site that the person signs in for, the only site, or else our own host.

    Raises NotFound, Conflict for a hand-over that waits no more.
    """
    site = waiting_site(tx, get_handover(tx, handover, now)) if handover is not None else only_site(tx)
    if handover is not None and site is None:
        raise NotFound("The page that you came from is not served here any more.", "no_such_handover")
    pages = pages_in_words(site, site.language) if site else ""
    return Doorway(site.name, site.language, own_address, pages) if site else Doorway(fallback, language, own_address)
