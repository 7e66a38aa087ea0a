"""What happens when more come than can be served: so many requests at once, some more wait a moment, the rest are told at once to come again.

So who is let in is served about as quickly as ever, and who is not knows it in a millisecond. Ready pages (web/quick.py) and open
streams do not count.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque

from starlette.types import ASGIApp, Receive, Scope, Send

from folkmoot.web import headers

MOST = 48     # requests in the works at once
WAITING = 16  # further ones that wait for a place
FREE = ("/livez", "/readyz", "/metrics", "/api/v1/events", "/static/", "/embed.js")
AGAIN = (2, 10)  # seconds after which who was turned away is to come again: not all at once
_SAID = {
    True: (b"application/problem+json", b'{"type":"/problems/unavailable","title":"Not possible just now","status":503,"detail":"Very many people '
           b'are here just now. Nothing was changed. Try again in a few seconds.","code":"crowded","request":""}'),
    False: (b"text/plain; charset=utf-8", b"Very many people are here just now. Nothing was changed. Try again in a few seconds.\n"),
}  # fmt: skip


class Crowd:
    """ASGI: lets requests through to `app`, so many at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.inside = 0
        self.turned_away = 0
        always = [(name.lower().encode(), value.encode()) for name, value in headers.api().items()]
        self._heads = {
            api: [(b"content-type", kind), (b"content-length", b"%d" % len(body)), *always] for api, (kind, body) in _SAID.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            await self._app(scope, receive, send)
            return
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
        api = scope["path"].startswith(("/api/", "/me/"))
        again = (b"retry-after", b"%d" % random.randint(*AGAIN))  # noqa: S311 -- to spread, not to hide
        await send({"type": "http.response.start", "status": 503, "headers": [*self._heads[api], again]})
        await send({"type": "http.response.body", "body": _SAID[api][1]})
