"""The hot path: a page whose address is known is sent before any router is asked.

`Hot` is a bare ASGI application before another. Under `web.quick.Quick` the server asks its `at_once` first, and a plain GET
does not even become an ASGI request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from folkmoot.reading.answers import choose
from folkmoot.reading.counts import Counts
from folkmoot.reading.snapshots import Head, Key, Snapshots
from folkmoot.reading.spellings import Spellings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Hot:
    """What it cannot answer at once falls through to `app`, unread."""

    def __init__(self, app: App, spellings: Spellings[Key], snapshots: Snapshots, counts: Counts, give_way: Callable[[], None]) -> None:
        self.app = app
        self._give_way = give_way
        self._key_of = spellings.get
        self._snapshots = snapshots
        self._counts = counts.at_once

    def at_once(self, target: bytes, headers: Mapping[bytes, bytes]) -> tuple[Head, bytes] | None:
        """Head and body for a GET of a request target (raw path and query), where its page is at hand."""
        self._give_way()
        key = self._key_of(target)
        if key is None:
            return self._counts(target, headers)
        snapshot = self._snapshots.current(key)
        return None if snapshot is None else choose(snapshot, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            found = await self._soon(target_of(scope), dict(scope["headers"]))
            if found is not None:
                head, body = found
                await send(head.message)
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
                return
        await self.app(scope, receive, send)

    async def _soon(self, target: bytes, headers: Mapping[bytes, bytes]) -> tuple[Head, bytes] | None:
        """As `at_once`, and for a page that has moved after it was built anew: many wait for that on a busy story."""
        key = self._key_of(target)
        if key is None:
            return self._counts(target, headers)
        try:
            return choose(await self._snapshots.get(key), headers)
        except Exception:
            return None  # whoever is behind meets it again, logs it, and says it in the words and the shape that fit


def target_of(scope: Scope) -> bytes:
    """The request target as it came: raw path and query."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path
