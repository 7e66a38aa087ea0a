"""A small application with one page and a few operations, joined as app.py joins the real ones, and a client for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import httpx
import msgspec
from msgspec import Meta, Struct
from starlette.responses import Response
from starlette.routing import Router

from folkmoot import errors
from folkmoot.errors import NotSignedIn
from folkmoot.settings import Limits, Server, Settings
from folkmoot.storage.database import Database, Tx
from folkmoot.web import openapi, routes
from folkmoot.web.bodies import Id
from folkmoot.web.guard import Guard
from folkmoot.web.kit import Kit
from folkmoot.web.limits import Buckets
from folkmoot.web.networks import Networks
from folkmoot.web.operations import Operation, Page, mount
from folkmoot.web.requests import Ask

NOW = 1_780_000_000_000
HERE = "https://talk.example"


class Words(Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(max_length=60_000)]
    stars: Annotated[int, Meta(ge=0, le=5)] = 0


class Which(Struct):
    id: Id


class Wanted(Struct):
    url: Annotated[list[str], Meta(max_length=100)] = []
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class Said(Struct):
    text: str
    by: str | None


async def say_it(ask: Ask[str], body: Words) -> Said:
    ask.spend("comment")
    return await ask.write(lambda tx: Said(body.text, ask.actor(tx)))


async def say_it_once(ask: Ask[str], body: Words) -> Said:
    def act(tx: Tx) -> Said:
        tx.run("INSERT INTO fact (name, body) VALUES (:name, :body)", name=f"said {ask.id}", body=body.text)
        return Said(ask.id, ask.actor(tx))

    return await ask.write_once(act, Said)


async def look(ask: Ask[str], path: Which, query: Wanted) -> Said:
    return Said(f"{path.id} {query.limit} {','.join(query.url)}", None)


FAILURES = (
    errors.NotFound, errors.NotAllowed, errors.NotSignedIn, errors.Invalid, errors.Conflict, errors.TooSoon, errors.TooLarge,
    errors.Unavailable,
)  # fmt: skip


async def fail(ask: Ask[str], path: Which) -> None:
    if path.id <= len(FAILURES):
        raise FAILURES[path.id - 1]("It is raining. Take an umbrella.")
    raise RuntimeError("the secret is 12345")


async def form(ask: Ask[str], form: Words) -> Response:
    return ask.page("web/error.html", title="Said", words=form.text, kept="", explained="/", request=ask.id)


async def whereabouts(ask: Ask[str]) -> Said:
    return Said(f"{ask.network} {ask.origin}", None)


OPERATIONS = (
    Operation("POST", "/api/words", say_it, "Say something", status=201),
    Operation("PUT", "/api/words", say_it_once, "Say something once"),
    Operation("GET", "/api/words/{id}", look, "Look at words", public=True),
    Operation("DELETE", "/api/words/{id}", fail, "Fail"),
    Operation("GET", "/api/whereabouts", whereabouts, "Where I am"),
)
PAGES = (Page("POST", "/words", form),)
SIGNED_IN = {"ada-token": "Ada"}


def actor_for(tx: Tx, token: str | None, now: int, network: str | None, *, in_cookie: bool) -> str | None:
    if token is None:
        return None
    if token not in SIGNED_IN:
        raise NotSignedIn("You are signed out. Sign in again.")
    return SIGNED_IN[token]


def make_kit(db: Database, server: Server | None = None, limits: bool = True, clock: Callable[[], int] = lambda: NOW) -> Kit[Any]:
    settings = Settings(server=server or Server(public_url=HERE), limits=Limits(limits))
    networks, buckets = Networks(b"key", settings.server.trusted_proxies), Buckets(enabled=limits)
    return Kit(db, settings, actor_for, b"secret", networks, buckets, clock)


def join(db: Database, server: Server | None = None, *, limits: bool = True, clock: Callable[[], int] = lambda: NOW) -> Guard:
    kit = make_kit(db, server, limits, clock)
    described = openapi.build(OPERATIONS)
    return Guard(with_app(Router([*mount([*OPERATIONS, *PAGES], kit), *routes.routes(described)], redirect_slashes=False)))


def with_app(router: Router) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await router(scope | {"app": router}, receive, send)

    return app


class Client:
    """A program that speaks to an application; without pretence of being a browser, unless it says so in its headers."""

    def __init__(self, app: Any, base: str = HERE, peer: str = "127.0.0.1") -> None:
        self._app, self._base, self._peer = app, base, peer
        self.cookies = httpx.Cookies()

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False, client=(self._peer, 4711))
            async with httpx.AsyncClient(transport=transport, base_url=self._base, cookies=self.cookies) as client:
                answer = await client.request(method, path, **given)
                self.cookies = client.cookies
                return answer

        return asyncio.run(go())

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)


def body_of(answer: Any) -> dict[str, Any]:
    return msgspec.json.decode(answer.content, type=dict[str, Any])
