"""The outermost wall around the router: an id for each request, a log line, and words instead of a stack trace."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from folkmoot.errors import Problem
from folkmoot.web import problems, words
from folkmoot.web.logs import log
from folkmoot.web.problems import Fault, WrongMethod
from folkmoot.web.requests import request_id
from folkmoot.web.words import N_

LONGEST_TARGET = 60_000  # bytes of path and query together
NameOfHouse = Callable[[], Awaitable[object]]


class Guard:
    """ASGI: calls `app`, answers for it where it fails before it has begun to answer.

    name_of_house: asked for the site whose name a page of what was refused bears (web.kit.Kit.name_of_house).
    """

    def __init__(self, app: ASGIApp, name_of_house: NameOfHouse | None = None, *, log_requests: bool = False) -> None:
        self._app = app
        self._name_of_house = name_of_house
        self._log_requests = log_requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request, begun, status = Request(scope), time.monotonic(), 0
        mark = (b"x-request-id", request_id(request).encode())

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], mark]
            await send(message)

        try:
            if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_TARGET:
                raise problems.too_long()
            await self._app(scope, receive, told)
        except Exception as error:
            problem = _as_problem(error, request)
            if status:
                raise
            await (await self._answer(request, problem))(scope, receive, told)
        if self._log_requests:
            _line(request, status, begun)
        return None

    async def _answer(self, request: Request, problem: Problem) -> ASGIApp:
        """A problem as the API or a page says it, by the address. Who loads no page to read is spared the look into the database."""
        language, reads = words.choose(request.headers.get("accept-language", "")), "text/html" in request.headers.get("accept", "")
        if request.scope["path"].startswith("/api/"):
            return problems.as_json(problem, language, request_id(request))
        site = await problems.under_name(problem, self._name_of_house) if reads and self._name_of_house else None
        return problems.as_page(problem, language, request_id(request), site=site)


def _as_problem(error: Exception, request: Request) -> Problem:
    """What is told to the client; a fault of ours goes to the log."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException) and error.status_code == 405:
        return WrongMethod((error.headers or {}).get("Allow", "GET"))
    if isinstance(error, HTTPException) and error.status_code == 404:
        return problems.nothing_here()
    log.error("A request failed", exc_info=error, extra={"about": _about(request)})
    return Fault(N_("Something broke on our side. It has been written down; try again later."))


def _line(request: Request, status: int, begun: float) -> None:
    spent = round((time.monotonic() - begun) * 1000, 1)
    log.info("request", extra={"about": _about(request) | {"status": status, "ms": spent}})


def _about(request: Request) -> dict[str, object]:
    path = re.sub(r"^(/welcome/|(?:/api/v1)?/reports/).*", r"\1…", request.scope["path"])  # what follows is a token
    return {"request": request_id(request), "method": request.method, "path": path}
