"""How a folder says which requests it answers: a tuple OPERATIONS for programs and PAGES for people, in its routes.py.

    OPERATIONS = (
        Operation("POST", "/api/v1/comments", post, "Post a comment", status=201, problems=(NotFound, Conflict)),
        Operation("GET", "/api/v1/counts", counts, "Counts of comments", public=True),
    )
    PAGES = (Page("GET", "/sign-in", sign_in), Page("POST", "/comments", post_form))

The function's annotations are the only place where shapes stand: `path`, `query`, `body` (JSON) and `form` name msgspec
Structs that the request is read into, the return type is what the OpenAPI file shows. A Struct for a body or form has
`forbid_unknown_fields=True`. A Page returns a Response; an Operation a Struct (sent as JSON), None (204) or a Response.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from folkmoot.errors import Invalid, NotAllowed, NotSignedIn, Problem, Unavailable
from folkmoot.web import bodies, confirm, headers, origins, problems
from folkmoot.web.kit import Kit
from folkmoot.web.remembered import remembered
from folkmoot.web.requests import Ask, Request
from folkmoot.web.words import N_

DEADLINE = 15.0  # seconds until a request is answered with 503, whatever it waits for
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class Page(Struct, frozen=True, dict=True):
    """A page or a form's target, for people. Answers are private unless the function sets its own headers."""

    method: str
    path: str
    act: Callable[..., Awaitable[Any]]

    @remembered
    def shapes(self) -> dict[str, Any]:
        """path, query, body, form, return: the types that the function names."""
        hints = get_type_hints(self.act)
        return {name: hints[name] for name in ("path", "query", "body", "form", "return") if name in hints}


class Bare(Page, frozen=True, dict=True):
    """A target whose address alone carries what it may do: its body is not read, and nobody asks where it comes from."""


class Operation(Page, frozen=True, dict=True):
    """Part of the API.

    problems: what it may refuse with, beside what every operation may. public: the same for everybody, any page may read
    it. signed: nobody without a token may; the rest of who may what is the verb's to decide.
    """

    summary: str = ""
    status: int = 200
    problems: tuple[type[Problem], ...] = ()
    public: bool = False
    signed: bool = False


def mount(doors: Iterable[Page], kit: Kit[Any]) -> list[Route]:
    """Routes, one per path; another method than the listed ones gets 405 with Allow."""
    by_path: dict[str, dict[str, Page]] = {}
    for door in doors:
        methods = by_path.setdefault(door.path, {})
        if door.method in methods:
            raise ValueError(f"{door.method} {door.path} is registered twice")
        methods[door.method] = door
    return [Route(path, _Endpoint(methods, kit), methods=list(methods)) for path, methods in by_path.items()]


class _Endpoint:
    """ASGI itself, so that the router wraps nothing around it: what is refused is answered here, the rest by the guard."""

    def __init__(self, methods: dict[str, Page], kit: Kit[Any]) -> None:
        self._methods = methods
        self._kit = kit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        door = self._methods.get(request.method) or self._methods["GET"]  # HEAD is a GET whose body is not sent
        answer = await self._answer(door, Ask(request, self._kit))
        await answer(scope, receive, send)

    async def _answer(self, door: Page, ask: Ask[Any]) -> Response:
        try:
            async with asyncio.timeout(DEADLINE):
                return await _run(door, ask)
        except TimeoutError:
            return await refuse(ask, door, Unavailable(N_("This took too long; it may have been done or not. Look, then try again.")))
        except Problem as problem:
            return await refuse(ask, door, problem)


async def _run(door: Page, ask: Ask[Any]) -> Response:
    shown = await _guard(door, ask)
    if isinstance(door, Operation) and door.signed and ask.token is None:
        raise NotSignedIn(N_("This needs somebody who has signed in. Sign in and try again."), "not_signed_in")
    return shown or _answer(door, ask, await door.act(ask, **await _given(door, ask)))


async def _guard(door: Page, ask: Ask[Any]) -> Response | None:
    """Who may make a browser write. Answers with the page that asks, where a form comes from a browser that does not say."""
    if door.method not in UNSAFE or isinstance(door, Bare):
        return None
    if isinstance(door, Operation):
        _ = ask.repeat_key  # one that cannot be is refused before anything is read
    else:
        ask.typed = await bodies.read_form(ask.request)
    verdict = origins.judge(ask.request, lambda: ask.origin)
    if verdict == "foreign":
        raise NotAllowed(N_("This came from another website, which may not write here in your name."), "foreign_origin")
    if verdict == "ours" or ask.bearer:
        return None
    if isinstance(door, Operation):
        if ask.token:
            words = N_("The browser does not say which page this comes from. Send the token in Authorization.")
            raise NotAllowed(words, "no_origin")
        return None
    return await confirm.ask_or_accept(ask)


async def _given(door: Page, ask: Ask[Any]) -> dict[str, object]:
    """What the function asks for by name, read and checked."""
    shapes, given = door.shapes, dict[str, object]()
    if "path" in shapes:
        given["path"] = _path(ask, shapes["path"])
    if "query" in shapes:
        given["query"] = bodies.fit(bodies.query(ask.request), shapes["query"])
    if "body" in shapes:
        ask.body = await bodies.read_json_bytes(ask.request)
        given["body"] = bodies.decode_json(ask.body, shapes["body"])
    if "form" in shapes:
        given["form"] = bodies.fit(ask.typed, shapes["form"])
    return given


def _path(ask: Ask[Any], shape: type[Any]) -> object:
    try:
        return msgspec.convert(ask.request.path_params, shape, strict=False, dec_hook=bodies.decode_id)
    except msgspec.ValidationError:
        raise problems.nothing_here() from None


def _answer(door: Page, ask: Ask[Any], answer: object) -> Response:
    if isinstance(answer, Response):
        return answer
    public = isinstance(door, Operation) and door.public
    if answer is None:
        return Response(None, 204, headers.api(public=public) | ask.headers)
    status = ask.status or (door.status if isinstance(door, Operation) else 200)
    return _Json(bodies.encode_json(answer), status, _lines(public, tuple(ask.headers.items())))


class _Json(Response):
    """An answer whose header lines are ready: starlette's encodes them anew for each."""

    def __init__(self, body: bytes, status: int, lines: tuple[tuple[bytes, bytes], ...]) -> None:
        self.status_code, self.body, self.background = status, body, None
        self.raw_headers = [(b"content-length", b"%d" % len(body)), *lines]


@lru_cache(maxsize=64)
def _lines(public: bool, more: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    given = headers.api(public=public) | dict(more) | {"Content-Type": "application/json"}
    return tuple((name.lower().encode(), value.encode("latin-1")) for name, value in given.items())


async def refuse(ask: Ask[Any], door: Page, problem: Problem) -> Response:
    """The answer to what was refused: problem+json for the API, else a page that gives back what was typed."""
    if isinstance(door, Operation):
        answer = problems.as_json(problem, ask.language, ask.id)
        if door.public:
            answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer
    kept = ask.typed.get("text", [""])[0] if isinstance(problem, Invalid | Unavailable | NotAllowed) or ask.typed else ""
    url = ask.request.url
    goes_on = f"{url.path}?{url.query}" if ask.request.method == "GET" and url.query else url.path if ask.request.method == "GET" else ""
    return problems.as_page(problem, ask.language, ask.id, kept, await problems.under_name(problem, ask.kit.name_of_house), goes_on)
