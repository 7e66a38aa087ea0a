"""What happens when more come than can be served: so many requests at once, some more wait a moment, the rest are told at once to come again.

So who is let in is served about as quickly as ever, and who is not knows it in a millisecond. Ready pages (web/quick.py) and open
streams do not count, and a place is taken once the body is there: who sends it a byte a second keeps nobody out.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from functools import cache

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from folkmoot.errors import Problem, Unavailable
from folkmoot.web import headers, problems
from folkmoot.web.bodies import MAX_BODY
from folkmoot.web.problems import Unreadable
from folkmoot.web.words import N_, SPOKEN, choose, in_words

MOST = 48     # requests in the works at once
WAITING = 16  # further ones that wait for a place
FREE = ("/livez", "/readyz", "/metrics", "/api/v1/events", "/static/", "/embed.js")
LONGEST = 60.0  # seconds that a body may take to come
AGAIN = (2, 10)  # seconds after which who was turned away is to come again: not all at once
_CROWDED = Unavailable(N_("Very many people are here just now. Nothing was changed. Try again in a few seconds."), code="crowded")
_SLOW = Unreadable(N_("What you sent did not arrive within a minute. Nothing was changed. Send it again."), "slow_body")
Lines = list[tuple[bytes, bytes]]
Said = dict[tuple[str, str], tuple[int, Lines, bytes]]


@cache
def _said(problem: Problem) -> Said:
    """Status, header lines and body by language and by who hears it (program, reader, anybody), made before anybody comes."""
    return {(language, who): answer for language in SPOKEN for who, answer in _in(language, problem).items()}


def _in(language: str, problem: Problem) -> dict[str, tuple[int, Lines, bytes]]:
    words = Response(f"{in_words(problem.words, language)}\n", problems.kind_of(problem).status, headers.api(), "text/plain")
    made = {"program": problems.as_json(problem, language, ""), "reader": problems.as_page(problem, language, ""), "anybody": words}
    return {who: (answer.status_code, _lines(answer, language), bytes(answer.body)) for who, answer in made.items()}


def _lines(answer: Response, language: str) -> Lines:
    return [line for line in answer.raw_headers if line[0] not in (b"retry-after", b"content-language")] + [(b"content-language", language.encode())]


class Crowd:
    """ASGI: lets requests through to `app`, so many at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.inside = 0
        self.turned_away = 0
        self._crowded, self._slow = _said(_CROWDED), _said(_SLOW)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            await self._app(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            whole = await _whole(receive)
            if whole is None:
                await _tell(self._slow, scope, send, (b"connection", b"close"))
                return
            receive = whole
        if self.inside >= MOST:
            if len(self._waiting) >= WAITING:
                await self._turn_away(scope, send)
                return
            await self._wait()
        else:
            self.inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._leave()

    async def _wait(self) -> None:
        """Waits for a place, which whoever leaves hands on."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self.inside -= 1

    async def _turn_away(self, scope: Scope, send: Send) -> None:
        self.turned_away += 1
        again = (b"retry-after", b"%d" % random.randint(*AGAIN))  # noqa: S311 -- to spread, not to hide
        await _tell(self._crowded, scope, send, again)


async def _whole(receive: Receive) -> Receive | None:
    """The body as it came, once all of it is there or it is larger than any may be; None where that takes too long."""
    try:
        async with asyncio.timeout(LONGEST):
            messages = deque([await receive()])
            size = len(messages[0].get("body", b""))
            while messages[-1].get("more_body") and size <= MAX_BODY:
                messages.append(await receive())
                size += len(messages[-1].get("body", b""))
    except TimeoutError:
        return None

    async def again() -> Message:
        return messages.popleft() if messages else await receive()

    return again


async def _tell(said: Said, scope: Scope, send: Send, more: tuple[bytes, bytes]) -> None:
    sent = {name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"accept-language", b"accept")}
    status, heads, body = said[choose(sent.get(b"accept-language", "")), _who(scope["path"], sent.get(b"accept", ""))]
    await send({"type": "http.response.start", "status": status, "headers": [*heads, more]})
    await send({"type": "http.response.body", "body": body})


def _who(path: str, accepted: str) -> str:
    """Whose words are fitting: a page that a browser opens is a page, whatever a script of ours fetches is data."""
    if path.startswith("/api/"):
        return "program"
    return "reader" if "text/html" in accepted else "program" if path.startswith("/me/") else "anybody"
