"""What a request brings to a talk: the settings, our secret, and who looks up officials and actions."""

from __future__ import annotations

from folkmoot.action import representatives
from folkmoot.action.talks import Around
from folkmoot.errors import NotFound
from folkmoot.people.doors import own_address
from folkmoot.people.model import Actor, Person
from folkmoot.people.publishers import only_site
from folkmoot.sites.store import all_sites
from folkmoot.storage.database import Tx
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_


def around(ask: Ask[Actor], person: Person | None = None) -> Around:
    """For the web."""
    settings = ask.kit.settings
    return Around(
        settings, ask.kit.secret, "web", ask.language, network=ask.network, address=own_address(ask),
        find=representatives.finder(settings),
        by_code=representatives.cause_by_code, cause=representatives.cause_of, person=person,
    )  # fmt: skip


def chat_around(tx: Tx, ask: Ask[Actor], channel: str) -> tuple[int, Around]:
    """For a chat: the site that it speaks for (the first, where there are several), and what comes with it."""
    site = only_site(tx) or next(iter(all_sites(tx)), None)
    if site is None:
        raise NotFound(N_("No newsroom is set up here yet."), "no_such_site")
    settings = ask.kit.settings
    return site.id, Around(
        settings, ask.kit.secret, channel, site.language, False, channel == "messenger", None, settings.server.public_url,
        representatives.finder(settings), representatives.cause_of, representatives.cause_by_code,
    )  # fmt: skip
