"""Somebody who visits the newsroom's threads over HTTP, without a network."""

from __future__ import annotations

import asyncio
from html.parser import HTMLParser
from typing import Any, cast

import httpx

from folkmoot.app import App, create_app
from folkmoot.reading.room import Room
from folkmoot.settings import Server, Settings
from tests.moot import Moot

HERE = "https://talk.example"
LAKE = "https://news.example/lake"


class Visit:
    """Asks the whole application of a newsroom."""

    def __init__(self, moot: Moot, settings: Settings | None = None) -> None:
        self.moot = moot
        self.app: App = create_app(settings or Settings(server=Server(public_url=HERE)), moot.db)
        self.room = cast(Room, self.app.kit.reading)
        object.__setattr__(self.app.kit, "clock", lambda: moot.now)
        self.room.live.now = lambda: moot.now

    def get(self, path: str, params: Any = None, method: str = "GET", **headers: str) -> httpx.Response:
        """headers: with _ for -."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}

        async def go() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HERE) as client:
                client.headers.pop("accept-encoding")
                return await client.request(method, path, params=params, headers=given)

        return asyncio.run(go())

    def page(self, path: str = "/thread", **params: Any) -> Read:
        """A page as somebody reads it."""
        answer = self.get(path, params or None)
        assert answer.status_code == 200, answer.text
        return Read(answer.text)

    def thread(self, **params: Any) -> dict[str, Any]:
        """The API's answer."""
        answer = self.get("/api/v1/thread", {"url": LAKE} | params)
        assert answer.status_code == 200, answer.text
        return cast(dict[str, Any], answer.json())

    def close(self) -> None:
        self.room.close()


class Read(HTMLParser):
    """A page's words, links and the comments on it, in reading order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.words = ""
        self.links: list[str] = []
        self.comments: list[str] = []
        self.marked: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "li" and "data-id" in given:
            self.comments.append(given["data-id"])
            if "marked" in given.get("class", "").split():
                self.marked.append(given["data-id"])

    def handle_data(self, data: str) -> None:
        self.words += data
