"""Requests that the kit answers itself: what a kind of problem means, the API's description, whether the server is well."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from folkmoot.web import guard, headers, pages, words
from folkmoot.web.problems import BY_NAME


async def problem(request: Request) -> Response:
    """The page that a problem's `type` leads to."""
    kind = BY_NAME.get(request.path_params["name"])
    if kind is None:
        raise guard.nothing_here()
    language = words.choose(request.headers.get("accept-language", ""))
    title, meaning = words.in_words(kind.title, language), words.in_words(kind.meaning, language)
    page = pages.render("web/problem.html", language, title=title, meaning=meaning, status=kind.status)
    return HTMLResponse(page, headers=headers.page() | {"Vary": "Accept-Language", "Cache-Control": "public, max-age=3600"})


async def live(request: Request) -> Response:
    """The process answers: for a supervisor."""
    return Response("ok\n", headers=headers.api(), media_type="text/plain")


def routes(described: dict[str, object]) -> list[Route]:
    """described: the OpenAPI document."""
    body = msgspec.json.encode(described)

    async def openapi(request: Request) -> Response:
        given = headers.api(public=True) | {"Cache-Control": "public, max-age=300"}
        return Response(body, headers=given, media_type="application/json")

    return [Route("/problems/{name}", problem), Route("/api/openapi.json", openapi), Route("/livez", live)]
