"""What happens when more come than can be served: so many requests at once, some more wait a moment, the rest are told at once to come again.

So who is let in is served about as quickly as ever, and who is not knows it in a millisecond. Ready pages (web/quick.py) and open
streams do not count, and a place is taken once the body is there: who sends it a byte a second keeps nobody out.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from folkmoot.web import headers
from folkmoot.web.bodies import MAX_BODY, encode_json
from folkmoot.web.words import N_, SPOKEN, choose, in_words

MOST = 48     # requests in the works at once
WAITING = 16  # further ones that wait for a place
FREE = ("/livez", "/readyz", "/metrics", "/api/v1/events", "/static/", "/embed.js")
LONGEST = 60.0  # seconds that a body may take to come
AGAIN = (2, 10)  # seconds after which who was turned away is to come again: not all at once
_CROWDED = (503, "unavailable", N_("Not possible just now"), "crowded",
            N_("Very many people are here just now. Nothing was changed. Try again in a few seconds."))
_SLOW = (400, "unreadable", N_("This cannot be read"), "slow_body",
         N_("What you sent did not arrive within a minute. Nothing was changed. Send it again."))
Lines = list[tuple[bytes, bytes]]


def _said(status: int, kind: str, title: str, code: str, words: str) -> dict[tuple[str, bool], tuple[Lines, bytes]]:
    """Header lines and body in each language, for programs (True) and for people, made before anybody comes."""
    return {
        (language, api): answer
        for language in SPOKEN
        for api, answer in _in(language, status, kind, in_words(title, language), code, in_words(words, language)).items()
    }


def _in(language: str, status: int, kind: str, title: str, code: str, words: str) -> dict[bool, tuple[Lines, bytes]]:
    told = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": words, "code": code, "request": ""}
    bodies = {True: (b"application/problem+json", encode_json(told)), False: (b"text/plain; charset=utf-8", words.encode() + b"\n")}
    always = [(name.lower().encode(), value.encode()) for name, value in headers.api().items()]
    return {
        api: ([(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"content-language", language.encode()), *always], body)
        for api, (kind, body) in bodies.items()
    }


class Crowd:
    """ASGI: lets requests through to `app`, so many at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.inside = 0
        self.turned_away = 0
        self._crowded, self._slow = _said(*_CROWDED), _said(*_SLOW)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            await self._app(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            whole = await _whole(receive)
            if whole is None:
                await _tell(_SLOW[0], self._slow, scope, send, (b"connection", b"close"))
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
        await _tell(_CROWDED[0], self._crowded, scope, send, again)


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


async def _tell(
    status: int, said: dict[tuple[str, bool], tuple[Lines, bytes]], scope: Scope, send: Send, more: tuple[bytes, bytes]
) -> None:
    accepted = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"), "")
    heads, body = said[choose(accepted), scope["path"].startswith(("/api/", "/me/"))]
    await send({"type": "http.response.start", "status": status, "headers": [*heads, more]})
    await send({"type": "http.response.body", "body": body})
