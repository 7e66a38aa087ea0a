"""The API of people: codes, sessions, hand-overs. Pages and forms for people are in pages.py."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from starlette.responses import Response

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, TooSoon, Unavailable
from folkmoot.people import assertions, sessions, sign_in
from folkmoot.people import handover as handovers
from folkmoot.people.claims import claim
from folkmoot.people.doors import device_here, guest_of, own_address, require_mail, who
from folkmoot.people.model import Actor, Entry, Keys
from folkmoot.people.publishers import doorway, publisher
from folkmoot.people.sign_in import Way
from folkmoot.people.tokens import LENGTH, new_token
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Operation
from folkmoot.web.requests import Ask
from folkmoot.web.words import machine

Token = Annotated[str, Meta(min_length=LENGTH, max_length=LENGTH, pattern="^[A-Za-z0-9_-]+$")]


class NewCode(Struct, forbid_unknown_fields=True):
    """Whom to mail six digits."""

    email: Annotated[str, Meta(min_length=1, max_length=320)]


class CodeAnswer(Struct):
    """secret: for the one who asked, to be given with the digits; nobody else can use them. expires: when the digits end."""

    code_id: str
    secret: str
    expires: str


class NewSession(Struct, forbid_unknown_fields=True):
    """The digits that came by mail. name: what others see, for a mailbox that is new."""

    code_id: Id
    digits: Annotated[str, Meta(min_length=1, max_length=40)]
    secret: Token
    name: Annotated[str, Meta(max_length=200)] | None = None


class PersonAnswer(Struct):
    """Who has signed in."""

    id: str
    name: str


class KeysAnswer(Struct):
    """access: for the Authorization header, until `expires`. refresh: fetches the next two, once."""

    access: str
    refresh: str
    expires: str
    person: PersonAnswer


class Refresh(Struct, forbid_unknown_fields=True):
    """A refresh token; it is used up."""

    refresh: Token


class OwnGuest(Struct, forbid_unknown_fields=True):
    """guest: the token of the guest as whom this browser has written so far."""

    guest: Token


class ClaimAnswer(Struct):
    """claimed: whether a member is signed in here, so that the guest is theirs and the token of no more use."""

    claimed: bool


class NewHandover(Struct, forbid_unknown_fields=True):
    """challenge: SHA-256 of a verifier that the frame keeps, base64url. origin: of the page that the frame is on."""

    challenge: Token
    origin: Annotated[str, Meta(min_length=1, max_length=300)]


class HandoverPath(Struct):
    """…/handovers/{id}"""

    id: Id


class HandoverAnswer(Struct):
    """address: the page to open in a popup. expires: until when somebody may sign in there."""

    id: str
    address: str
    expires: str


class HandoverState(Struct):
    """done: to be picked up now, within a minute."""

    state: Literal["waiting", "done", "ended"]


class Verifier(Struct, forbid_unknown_fields=True):
    """What the challenge was made of."""

    verifier: Token


async def ask_code(ask: Ask[Actor], body: NewCode) -> CodeAnswer:
    """Mails six digits. The answer is the same whether or not the mailbox is known here."""
    ask.spend("code")
    require_mail(ask)
    secret, limited = new_token(), ask.kit.settings.limits.enabled

    def act(tx: Tx) -> CodeAnswer:
        where = doorway(tx, None, own_address(ask), ask.request.url.netloc, ask.language, ask.now)
        asked = sign_in.ask_code(tx, body.email, secret, ask.now, where, network=ask.network, limited=limited)
        return CodeAnswer(str(asked.id), secret, machine(asked.expires))

    return await ask.write(act)


async def enter_code(ask: Ask[Actor], body: NewSession) -> KeysAnswer:
    """Signs in with the digits; the guest whose token is sent along is claimed.

    A browser's tokens are bound to its page and never act as staff; a program's may.
    """
    ask.spend("guess")
    way = Way(keys=True, origin=ask.request.headers.get("origin", ""), days=ask.kit.settings.people.session_days, device=device_here(ask))

    def act(tx: Tx) -> tuple[Entry, KeysAnswer | None]:
        given = body.code_id, body.digits, body.secret, ask.now
        entry = sign_in.enter_code(tx, *given, guest=guest_of(ask, tx), name=body.name or None, way=way)
        return entry, _keys(tx, entry.given, ask.now) if isinstance(entry.given, Keys) else None

    entry, answer = await ask.write(act)
    refused = sign_in.refusal(entry)
    if refused or answer is None:
        raise refused or NotFound("This code has ended. Ask for another.", "code_gone")
    return answer


def _keys(tx: Tx, keys: Keys, now: int) -> KeysAnswer:
    person = sessions.actor_for(tx, keys.access, now).person
    if person is None:
        raise NotSignedIn("You are signed out: this sign-in has ended. Sign in again.", "signed_out")
    return KeysAnswer(keys.access, keys.refresh, machine(keys.expires), PersonAnswer(str(person.id), person.name))


class NewAssertion(Struct, forbid_unknown_fields=True):
    """assertion: a JWT that the publisher's server has signed. origin: of the page that the frame is on."""

    assertion: Annotated[str, Meta(min_length=1, max_length=16_384)]
    origin: Annotated[str, Meta(min_length=1, max_length=300)]


async def accept_assertion(ask: Ask[Actor], body: NewAssertion) -> KeysAnswer:
    """Signs in whom the publisher vouches for, once per assertion; the guest whose token is sent along is claimed."""
    ask.spend("guess")
    days, device = ask.kit.settings.people.session_days, device_here(ask)

    def act(tx: Tx) -> KeysAnswer:
        site = publisher(tx, body.origin, plain=not ask.secure)
        own = own_address(ask) or ask.origin
        given = site, body.assertion, own, body.origin, ask.now
        keys = assertions.accept_assertion(tx, *given, guest=guest_of(ask, tx), days=days, device=device)
        return _keys(tx, keys, ask.now)

    return await ask.write(act)


async def refresh(ask: Ask[Actor], body: Refresh) -> KeysAnswer:
    """The next two tokens. A refresh token that is used a second time ends all tokens of its sign-in."""
    ask.spend("session")

    def act(tx: Tx) -> KeysAnswer | None:
        keys = sessions.refresh_keys(tx, body.refresh, ask.now, ask.kit.settings.people.session_days)
        return _keys(tx, keys, ask.now) if keys else None

    answer = await ask.write(act)
    if answer is None:
        raise NotSignedIn("You are signed out: this sign-in has ended. Sign in again.", "signed_out")
    return answer


async def claim_guest(ask: Ask[Actor], body: OwnGuest) -> ClaimAnswer:
    """Makes what a browser's guest wrote the member's who has signed in there since. Nothing changes for whoever is no member."""
    ask.spend("session")

    def act(tx: Tx) -> ClaimAnswer:
        person = who(ask, tx).person
        if person is None or person.kind != "member":
            return ClaimAnswer(False)
        claim(tx, _holder(tx, body.guest, ask.now), person.id, ask.now)
        return ClaimAnswer(True)

    return await ask.write(act)


def _holder(tx: Tx, token: str, now: int) -> Actor | None:
    """Whom a token proves; None for one that has ended."""
    try:
        return sessions.actor_for(tx, token, now)
    except NotSignedIn:
        return None


async def sign_out(ask: Ask[Actor]) -> None:
    """Ends all tokens of this sign-in."""
    await ask.write(lambda tx: sessions.end_session(tx, ask.actor(tx), ask.now))
    ask.headers["Set-Cookie"] = ask.drop_token(Response()).headers["Set-Cookie"]


async def open_handover(ask: Ask[Actor], body: NewHandover) -> HandoverAnswer:
    """Begins a sign-in in a popup, for a frame on a registered site's page."""
    ask.spend("session")

    def act(tx: Tx) -> HandoverAnswer:
        publisher(tx, body.origin, plain=not ask.secure)
        made = handovers.open_handover(tx, body.challenge, body.origin, ask.now, ask.network)
        return HandoverAnswer(str(made.id), f"/sign-in?handover={made.id}", machine(made.expires))

    return await ask.write(act)


async def handover_state(ask: Ask[Actor], path: HandoverPath) -> HandoverState:
    """Whether the popup is done. To be asked every two seconds at most."""
    ask.spend("session")
    return HandoverState(await ask.read(lambda tx: handovers.handover_state(tx, path.id, ask.now)))


async def redeem_handover(ask: Ask[Actor], path: HandoverPath, body: Verifier) -> KeysAnswer:
    """The frame's tokens, once, within a minute of the popup's end; the guest whose token is sent along is claimed."""
    ask.spend("guess")
    days = ask.kit.settings.people.session_days

    def act(tx: Tx) -> KeysAnswer:
        given = path.id, body.verifier, ask.now, guest_of(ask, tx), days, device_here(ask)
        return _keys(tx, handovers.redeem(tx, *given), ask.now)

    return await ask.write(act)


OPERATIONS = (
    Operation("POST", "/api/v1/codes", ask_code, "Ask for a code by mail", status=201, problems=(TooSoon, Unavailable)),
    Operation("POST", "/api/v1/sessions", enter_code, "Sign in with a code", status=201, problems=(Conflict, NotFound)),
    Operation("DELETE", "/api/v1/sessions", sign_out, "Sign out", status=204, signed=True),
    Operation("POST", "/api/v1/sessions/refresh", refresh, "Fetch the next tokens", problems=(NotSignedIn,)),
    Operation("POST", "/api/v1/sessions/guest", claim_guest, "Keep what this browser’s guest wrote"),
    Operation(
        "POST", "/api/v1/sessions/assertions", accept_assertion, "Sign in whom the publisher vouches for", status=201,
        problems=(Invalid, NotAllowed, Unavailable),
    ),
    Operation("POST", "/api/v1/handovers", open_handover, "Begin a sign-in in a popup", status=201, problems=(Invalid,)),
    Operation("GET", "/api/v1/handovers/{id}", handover_state, "Look whether the popup is done", problems=(NotFound,)),
    Operation(
        "POST", "/api/v1/handovers/{id}/redeem", redeem_handover, "Pick up the popup's sign-in", status=201, problems=(NotFound,)
    ),
)
