"""The verbs on a site: add one, register its hosts, change what it allows."""

from __future__ import annotations

import msgspec

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, say
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites import store
from folkmoot.sites.addresses import clean_host
from folkmoot.sites.model import Policy, Site
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id

ALL_STORIES = 0  # the "story" whose version moves with what concerns every story


def add_site(tx: Tx, actor: Actor, host: str, name: str, now: int, *, language: str = "en", policy: Policy | None = None) -> Site:
    """Registers a newsroom by its main host (`news.example`, `localhost:8080`). Raises Conflict where the host is taken."""
    require(actor, "change_site", 0)
    cleaned = clean_host(host)
    if store.site_by_hosts(tx, [cleaned]) is not None:
        raise Conflict(say("{host} is registered already.", host=cleaned), "host_taken", "host")
    site = new_id(now)
    store.insert_site(tx, site, cleaned, name.strip() or cleaned, language, policy or Policy(), now)
    store.insert_host(tx, site, cleaned, now)
    tx.bump(ALL_STORIES)
    return get_site(tx, site)


def add_host(tx: Tx, actor: Actor, site: int, host: str, now: int) -> Site:
    """Registers one more host, or a wildcard (`*.news.example`) that matches label by label."""
    require(actor, "change_site", site)
    cleaned = clean_host(host, wildcard=True)
    taken = store.site_by_hosts(tx, [cleaned])
    if taken is not None:
        raise Conflict(say("{host} is registered already.", host=cleaned), "host_taken", "host")
    store.insert_host(tx, site, cleaned, now)
    tx.bump(ALL_STORIES)
    return get_site(tx, site)


def remove_host(tx: Tx, actor: Actor, site: int, host: str) -> Site:
    """Takes a host off a site. The main host stays."""
    require(actor, "change_site", site)
    found = get_site(tx, site)
    if host == found.host:
        raise Invalid(say("{host} is the site’s main host and stays.", host=host), "main_host", "host")
    if not store.delete_host(tx, site, host):
        raise NotFound(say("{host} is not a host of {site}.", host=host, site=found.host), "no_such_host")
    tx.bump(ALL_STORIES)
    return get_site(tx, site)


def change_site(tx: Tx, actor: Actor, site: int, **changed: object) -> Site:
    """Changes name, language, policy or theme. Every page of the site is made anew."""
    require(actor, "change_site", site)
    after: Site = msgspec.structs.replace(get_site(tx, site), **changed)
    store.update_site(tx, after)
    tx.bump(ALL_STORIES)
    return after


def change_policy(tx: Tx, actor: Actor, site: int, policy: Policy, reason: str, now: int) -> Site:
    """Changes what a site allows, and remembers what it allowed before. Raises NotAllowed, Conflict where nothing changes."""
    require(actor, "change_site", site)
    before = get_site(tx, site).policy
    if before == policy:
        raise Conflict("It is so already.", "no_change")
    made_by = "person" if actor.door == "web" else actor.door
    store.insert_site_decision(tx, new_id(now), site, actor.id, made_by, before, policy, reason.strip(), now)
    return change_site(tx, actor, site, policy=policy)


def get_site(tx: Tx, site: int) -> Site:
    found = store.site_by_id(tx, site)
    if found is None:
        raise NotFound("There is no such site.", "no_such_site")
    return found


def site_for(tx: Tx, host: str) -> Site | None:
    """The site on whose page a host's stories stand: the host itself, or without its `www.`, or a wildcard, near before far."""
    labels = host.split(".")
    wildcards = ["*." + ".".join(labels[cut:]) for cut in range(1, len(labels))]
    site = store.site_by_hosts(tx, [host, host.removeprefix("www."), *wildcards])
    return None if site is None else get_site(tx, site)


def require(actor: Actor, deed: str, site: int) -> None:
    """Raises NotAllowed unless the actor's roles on the site allow the deed."""
    if not may(actor, deed, site):
        raise NotAllowed("Only this site's staff may do this.", "not_staff")
