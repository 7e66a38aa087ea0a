"""A request as the routes see it.

A route is a function `async def do(ask: Ask[Actor], body: Struct, …) -> Struct | Response` (see operations.py). It parses
nothing and decides nothing: it calls a verb in one transaction,

    async def edit(ask: Ask[Actor], path: CommentPath, body: Edit) -> CommentAnswer:
        ask.spend("change")
        return await ask.write(lambda tx: shown(comments.edit(tx, ask.actor(tx), path.id, body.text, ask.now)))

so whoever acts is looked up in the very transaction that acts. What the verb raises (folkmoot.errors) becomes the answer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
import secrets
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request as AnyRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from folkmoot.errors import Invalid, NotSignedIn
from folkmoot.storage import repeats
from folkmoot.storage.database import Tx
from folkmoot.web import headers, origins, pages, words
from folkmoot.web.bodies import encode_json
from folkmoot.web.kit import Kit
from folkmoot.web.remembered import remembered
from folkmoot.web.words import N_

A = TypeVar("A")
T = TypeVar("T")
_PROCESS = secrets.token_hex(5)
_COUNTER = itertools.count(1)
UNIQUE = 22  # characters of an Idempotency-Key that was drawn at random: 128 bits in base64
_REPEAT_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class Sent(Headers):
    """The headers of a request in a dict. Starlette walks and decodes all lines for each question, and we ask a dozen."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(raw=scope["headers"])
        self._first = dict(reversed(scope["headers"]))

    def get(self, key: str, default: Any = None) -> Any:
        value = self._first.get(key.encode())
        return default if value is None else value.decode("latin-1")

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.encode() in self._first


class Request(AnyRequest):
    """Starlette's, with headers that are found at once."""

    @remembered
    def headers(self) -> Sent:
        return Sent(self.scope)


def request_id(request: AnyRequest) -> str:
    """The id under which the log knows a request: made here, never taken from outside."""
    known: str | None = request.scope.get("folkmoot.id")
    if known is None:
        known = request.scope["folkmoot.id"] = f"{_PROCESS}-{next(_COUNTER)}"
    return known


class Ask(Generic[A]):
    """One request. `headers` and `status` go with the answer where the route returns a Struct; `typed` is what a form held."""

    def __init__(self, request: Request, kit: Kit[A]) -> None:
        self.request = request
        self.kit = kit
        self.now = kit.clock()
        self.id = request_id(request)
        self.headers: dict[str, str] = {}
        self.status: int | None = None
        self.typed: dict[str, list[str]] = {}
        self.body = b""

    @remembered
    def language(self) -> str:
        """The language that the browser likes best, of those we speak."""
        return words.choose(self.request.headers.get("accept-language", ""))

    @remembered
    def network(self) -> str | None:
        """The keyed hash of where the request comes from; None where that is not known."""
        peer = self.request.client.host if self.request.client else None
        return self.kit.networks.of(peer, tuple(self.request.headers.getlist("x-forwarded-for")))

    @remembered
    def secure(self) -> bool:
        """Whether the reader's browser speaks https: to us, to a trusted proxy, or to the public address."""
        public, peer = self.kit.settings.server.public_url, self.request.client
        if public or self.request.scope["scheme"] == "https":
            return not public.startswith("http://")
        told = self.request.headers.get("x-forwarded-proto", "").rpartition(",")[2].strip()
        return told == "https" and self.kit.networks.trusts(peer.host if peer else None)

    @remembered
    def origin(self) -> str:
        """Our own origin, as the reader's browser knows it."""
        return origins.own_origin(self.request, self.kit.settings.server.public_url, secure=self.secure)

    @property
    def cookie(self) -> str:
        """The name of the cookie that our own top-level pages keep."""
        return "__Host-folkmoot" if self.secure else "folkmoot"

    @remembered
    def bearer(self) -> str | None:
        """The token of the Authorization header. Raises NotSignedIn where there is another kind of authorization."""
        given: str | None = self.request.headers.get("authorization")
        if given is None:
            return None
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer" or not re.fullmatch(r"[\w~+/.=-]{1,512}", token.strip(), re.ASCII):
            raise NotSignedIn(N_("The token cannot be read. Sign in again."), "bad_token")
        return token.strip()

    @property
    def token(self) -> str | None:
        """The token of the one who asks: of the header, else of the cookie. None for somebody unknown."""
        if self.bearer or "cookie" not in self.request.headers:
            return self.bearer
        return self.request.cookies.get(self.cookie) or None

    def actor(self, tx: Tx) -> A:
        """Who asks, looked up in this transaction."""
        bearer = self.bearer
        return self.kit.actor_for(tx, bearer or self.token, self.now, self.network, in_cookie=bearer is None)

    def spend(self, deed: str) -> None:
        """Counts against the network's limit of a deed (limits.RATES)."""
        self.kit.buckets.spend(deed, self.now, self.network)

    async def read(self, act: Callable[[Tx], T]) -> T:
        """Runs `act` over one snapshot of the data."""
        return await self.kit.db.read(act)

    async def write(self, act: Callable[[Tx], T], lane: int = 0) -> T:
        """Runs `act` in a transaction and answers after its commit. lane: the story."""
        return await self.kit.db.write(act, lane=lane)

    async def write_once(self, act: Callable[[Tx], T], answer: type[T], lane: int = 0) -> T:
        """`write` of a deed that happens once per Idempotency-Key; a repeat gets the first answer (an `answer` Struct) again."""
        key = self.repeat_key
        if key is None:
            return await self.write(act, lane)
        scope, mark = self._scope(), hashlib.sha256(self.body).hexdigest()
        kept = hashlib.sha256(key.encode()).hexdigest()  # the key itself opens what `say_again` makes of it, so it is not kept

        def acted(tx: Tx) -> bytes:
            return repeats.once(tx, scope, kept, mark, self.now, lambda: encode_json(act(tx)))

        return msgspec.json.decode(await self.write(acted, lane), type=answer)

    def say_again(self, about: int) -> str | None:
        """A token that a repeat of this request is given again though only its hash is kept: made of the Idempotency-Key.

        None where there is no key. about: the id of what the token is for.
        """
        key = self.repeat_key
        if key is None:
            return None
        made = hmac.digest(self.kit.secret, f"token {about} {key}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    @remembered
    def repeat_key(self) -> str | None:
        """The Idempotency-Key, if one was sent. Raises Invalid."""
        key: str | None = self.request.headers.get("idempotency-key")
        if key is not None and not _REPEAT_KEY.fullmatch(key):
            raise Invalid(N_("The Idempotency-Key is not 1 to 128 visible ASCII characters."), "repeat_key", "Idempotency-Key")
        return key

    def _scope(self) -> str:
        """Where a key is one's own: everywhere if it is long enough to be nobody else's, else with one token or network.

        A phone that changes its network, or whose token was renewed meanwhile, repeats the same deed.
        """
        alone = len(self.repeat_key or "") >= UNIQUE
        who = "" if alone else hashlib.sha256((self.token or self.network or "").encode()).hexdigest()[:32]
        return f"{who} {self.request.method} {self.request.url.path}"

    def page(self, name: str, /, status: int = 200, *, opener: bool = False, **values: object) -> Response:
        """A private page made of a template. opener: a popup that talks to the window which opened it."""
        given = headers.page(private=True, opener=opener) | self.headers
        return HTMLResponse(pages.render(name, self.language, **values), status, given)

    def file(self, body: bytes, kind: str, name: str) -> Response:
        """A private file to be kept under a name."""
        given = headers.page(private=True) | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, 200, given, kind)

    def token_header(self, token: str, days: int) -> str:
        """The Set-Cookie of `keep_token`, for an answer that is a Struct."""
        return self.keep_token(Response(), token, days).headers["set-cookie"]

    def see(self, path: str) -> Response:
        """Sends the browser on to another page of ours (303)."""
        given = headers.page(private=True, opener=True)  # a redirect that cut the opener would cut it for the popup's last page
        return RedirectResponse(path, 303, given)

    def own_path(self, typed: str, default: str = "/me") -> str:
        """Where a `next` leads, if it is a page of ours; else `default`."""
        return origins.own_path(typed, self.origin, default)

    def keep_token(self, answer: Response, token: str, days: int) -> Response:
        """Puts a token into the cookie of our own pages."""
        settings: dict[str, Any] = {"httponly": True, "samesite": "lax", "secure": self.secure, "path": "/"}
        answer.set_cookie(self.cookie, token, max_age=days * 86_400, **settings)
        return answer

    def drop_token(self, answer: Response) -> Response:
        """Takes the cookie away, and with it that of a talk with the guide."""
        for name in (self.cookie, f"{self.cookie}-talk"):
            answer.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")
        return answer
