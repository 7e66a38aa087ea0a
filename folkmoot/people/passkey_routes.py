"""Passkeys through HTTP, for our own top-level pages: ask for a challenge, answer it. The browser keeps its secret in a cookie for ten minutes."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from folkmoot.errors import Conflict, Invalid, NotFound, NotSignedIn, Problem, Unavailable
from folkmoot.people import handover as handovers
from folkmoot.people import passkeys
from folkmoot.people.claims import claim
from folkmoot.people.doors import device_here, guest_of, own_address
from folkmoot.people.model import Actor, PageKey
from folkmoot.people.publishers import only_site
from folkmoot.people.sessions import begin_page
from folkmoot.people.tokens import new_token
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask

LASTS = 600
DAY = 86_400_000


class Options(Struct):
    """What to give to navigator.credentials, as its JSON form."""

    options: dict[str, Any]


class KeyAnswer(Struct, forbid_unknown_fields=True):
    """What navigator.credentials gave, as its JSON form."""

    answer: dict[str, Any]


class EnterAnswer(Struct, forbid_unknown_fields=True):
    """The same, with the page to go to and the frame that waits."""

    answer: dict[str, Any]
    next: Annotated[str, Meta(max_length=2000)] = ""
    handover: Id | None = None


class GoesTo(Struct):
    """The page of ours that comes next."""

    address: str


class DropForm(Struct, forbid_unknown_fields=True):
    id: Annotated[str, Meta(max_length=1400)]


def _cookie(ask: Ask[Actor]) -> str:
    return f"{ask.cookie}-passkey"


def _keep(ask: Ask[Actor], secret: str, seconds: int) -> str:
    """The Set-Cookie that keeps this browser's secret."""
    secure = "; Secure" if ask.secure else ""
    return f"{_cookie(ask)}={secret}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"


def _secret(ask: Ask[Actor]) -> str:
    kept = ask.request.cookies.get(_cookie(ask), "")
    if len(kept) < 40:
        raise Conflict("This took too long. Try again.", "no_challenge")
    return kept


def _own(ask: Ask[Actor]) -> str:
    return own_address(ask) or ask.origin


async def options_to_add(ask: Ask[Actor]) -> Options:
    """Asks for a challenge, to add a passkey to who is signed in on our own page."""
    ask.spend("session")
    secret = new_token()

    def look(tx: Tx) -> str:
        actor, site = ask.actor(tx), only_site(tx)
        place = site.name if site else _own(ask).partition("://")[2]
        return passkeys.options_to_add(actor, passkeys.passkeys_of(tx, actor), secret, _own(ask), place)

    asked = await ask.read(look)
    ask.headers["Set-Cookie"] = _keep(ask, secret, LASTS)
    return Options(msgspec.json.decode(asked, type=dict[str, Any]))


async def add(ask: Ask[Actor], body: KeyAnswer) -> GoesTo:
    """Keeps the passkey that a device has made."""
    ask.spend("guess")
    given = body.answer, _secret(ask), _own(ask), device_here(ask), ask.now
    await ask.write(lambda tx: passkeys.add(tx, ask.actor(tx), *given))
    return GoesTo("/me/settings#ways")


async def options_to_enter(ask: Ask[Actor]) -> Options:
    """Asks for a challenge, to sign in with a passkey on our own page."""
    ask.spend("session")
    secret = new_token()
    ask.headers["Set-Cookie"] = _keep(ask, secret, LASTS)
    return Options(msgspec.json.decode(passkeys.options_to_enter(secret, _own(ask)), type=dict[str, Any]))


async def enter(ask: Ask[Actor], body: EnterAnswer) -> GoesTo:
    """Signs in with a passkey, on our own page; the frame that waits gets its sign-in."""
    ask.spend("guess")
    secret, days = _secret(ask), ask.kit.settings.people.session_days

    def act(tx: Tx) -> tuple[PageKey, int | None]:
        person = passkeys.enter(tx, body.answer, secret, _own(ask), ask.now)
        claim(tx, guest_of(ask, tx), person.id, ask.now)
        return begin_page(tx, person.id, ask.now, days, device_here(ask)), _finish(tx, Actor(person), body.handover, ask.now)

    key, handover = await ask.write(act)
    goes_to = ask.own_path(body.next, "") if body.next else ""
    ask.headers["Set-Cookie"] = ask.token_header(key.token, max(1, -(-(key.expires - ask.now) // DAY)))
    return GoesTo(f"/sign-in/done?handover={handover}" if handover else goes_to or "/me")


def _finish(tx: Tx, actor: Actor, handover: int | None, now: int) -> int | None:
    try:
        return handovers.finish_handover(tx, actor, handover, now, fresh=True).id if handover else None
    except Problem:
        return None


async def drop(ask: Ask[Actor], form: DropForm) -> object:
    """Takes one of one's passkeys away."""
    await ask.write(lambda tx: passkeys.remove(tx, ask.actor(tx), form.id, ask.now))
    return ask.see("/me/settings#ways")


_ALL = (Conflict, Invalid, Unavailable)
OPERATIONS = (
    Operation("POST", "/api/v1/me/passkeys/challenge", options_to_add, "Ask for a challenge, to add a passkey", signed=True, problems=_ALL),
    Operation("POST", "/api/v1/me/passkeys", add, "Add a passkey", status=201, signed=True, problems=(*_ALL, NotFound)),
    Operation("POST", "/api/v1/sessions/passkeys/challenge", options_to_enter, "Ask for a challenge, to sign in with a passkey", problems=_ALL),
    Operation("POST", "/api/v1/sessions/passkeys", enter, "Sign in with a passkey on our own page", problems=(*_ALL, NotSignedIn)),
)
PAGES = (Page("POST", "/me/passkeys/drop", drop),)
