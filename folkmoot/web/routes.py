"""Requests that the kit answers itself: static files, what a kind of problem means, the API's description, /livez."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from folkmoot.web import headers, pages, words
from folkmoot.web.problems import BY_NAME, nothing_here
from folkmoot.web.static import LOADER, File, file, files


async def problem(request: Request) -> Response:
    """The page that a problem's `type` leads to."""
    kind = BY_NAME.get(request.path_params["name"])
    if kind is None:
        raise nothing_here()
    language = words.choose(request.headers.get("accept-language", ""))
    title, meaning = words.in_words(kind.title, language), words.in_words(kind.meaning, language)
    page = pages.render("web/problem.html", language, title=title, meaning=meaning, status=kind.status)
    return HTMLResponse(page, headers=headers.page() | {"Vary": "Accept-Language", "Cache-Control": "public, max-age=3600"})


async def live(request: Request) -> Response:
    """The process answers: for a supervisor."""
    return Response("ok\n", headers=headers.api(), media_type="text/plain")


async def static(request: Request) -> Response:
    """A file under its hashed address: kept by browsers for a year."""
    found = files().get(request.url.path)
    if found is None:
        raise nothing_here()
    return _send(request, found, headers.file(immutable=True))


async def loader(request: Request) -> Response:
    """The script that publishers name in their pages: asked for again after five minutes."""
    return _send(request, file(LOADER), headers.file(immutable=False))


async def icon(request: Request) -> Response:
    """What browsers ask for by themselves, wherever a page came from."""
    return _send(request, file("icon.svg"), headers.file(immutable=False))


def _send(request: Request, found: File, given: dict[str, str]) -> Response:
    given = given | {"ETag": found.etag}
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(None, 304, given)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.gzipped, 200, given | {"Content-Encoding": "gzip"}, found.kind)
    return Response(found.plain, 200, given, found.kind)


def routes(described: dict[str, object]) -> list[Route]:
    """described: the OpenAPI document."""
    body = msgspec.json.encode(described)

    async def openapi(request: Request) -> Response:
        given = headers.api(public=True) | {"Cache-Control": "public, max-age=300"}
        return Response(body, headers=given, media_type="application/json")

    return [
        Route("/embed.js", loader), Route("/favicon.ico", icon), Route("/static/{name}", static), Route("/problems/{name}", problem),
        Route("/api/openapi.json", openapi), Route("/livez", live),
    ]  # fmt: skip
