"""What the pages and the API of signing in share: who comes, by which address of ours, and whether mail can go out."""

from __future__ import annotations

import re

from folkmoot import mail
from folkmoot.errors import NotSignedIn, Unavailable
from folkmoot.people.devices import device_of
from folkmoot.people.model import Actor
from folkmoot.storage.database import Tx
from folkmoot.web.requests import Ask

_THIS_MACHINE = re.compile(r"https?://(localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(:\d+)?")


def who(ask: Ask[Actor], tx: Tx) -> Actor:
    """Who comes; a token that has ended is no hindrance where somebody is about to sign in."""
    try:
        return ask.actor(tx)
    except NotSignedIn:
        return Actor(network=ask.network)


def guest_of(ask: Ask[Actor], tx: Tx) -> Actor | None:
    """The guest who has written from this browser so far, to be claimed by whom they turn out to be."""
    comes = who(ask, tx)
    return comes if comes.person is not None and comes.person.kind == "guest" else None


def device_here(ask: Ask[Actor]) -> str:
    """Which browser or program asks, as its person's list of sign-ins will name it."""
    return device_of(ask.request.headers.get("user-agent", ""))


def own_address(ask: Ask[Actor]) -> str:
    """Our own address for links in mails: the one that is set, or this very machine; else none.

    The host that a request names is not believed: whoever asks for another's code could have the link lead to themselves.
    """
    set_address = ask.kit.settings.server.public_url
    return set_address or (ask.origin if _THIS_MACHINE.fullmatch(ask.origin) else "")


def require_mail(ask: Ask[Actor]) -> None:
    """Raises Unavailable where this server has no way to send mail."""
    if not mail.can_send(ask.kit.settings):
        raise Unavailable("This server cannot send mail yet, so nobody can sign in. You can write as a guest.", 600, "no_mail_server")
