"""The demo's publisher: a small newspaper on an origin of its own, with the ordinary snippet under each story."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt

from folkmoot.demo.stories import Sample, samples
from folkmoot.sites.snippet import snippet

App = Callable[[Any, Any, Any], Awaitable[None]]  # what ASGI calls an application
Counts = Callable[[], Awaitable[dict[str, int]]]
_FOLDER = Path(__file__).parent
_HTML = b"text/html; charset=utf-8"


class Newspaper:
    """Answers the newspaper's few pages. own, folkmoot: the two origins; counts: live comments by a story's address."""

    def __init__(self, own: str, folkmoot: str, began: datetime, counts: Counts) -> None:
        self._own, self._folkmoot, self._counts = own, folkmoot, counts
        self._shelf = Environment(loader=PackageLoader("folkmoot.demo"), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.do"])
        self._pictures = {file.stem: file.read_text("utf-8") for file in (_FOLDER / "pictures").glob("*.svg")}
        self._stories = {each.path: self._story(each, began).encode() for each in samples()}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI, for plain requests alone."""
        status, kind, body = await self._answer(scope["path"]) if scope["method"] in ("GET", "HEAD") else (405, _HTML, b"")
        head = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, path: str) -> tuple[int, bytes, bytes]:
        if path == "/newspaper.css":
            return 200, b"text/css; charset=utf-8", (_FOLDER / "newspaper.css").read_bytes()
        if path == "/":
            return 200, _HTML, self._front(await self._counts()).encode()
        if path in self._stories:
            return 200, _HTML, self._stories[path]
        return 404, _HTML, b"<!doctype html><title>Not here</title><p>The Courier has no such page. <a href=/>Today\xe2\x80\x99s paper</a>"

    def _front(self, counts: dict[str, int]) -> str:
        def said(story: Sample) -> str:
            count = counts.get(self._own + story.path, 0)
            return "No comments yet" if not count else f"{count} comment{'s' if count > 1 else ''}"

        def begin(story: Sample) -> str:
            return str(MarkdownIt().render("\n\n".join(story.article.split("\n\n")[:3])))

        front = sorted(samples(), key=lambda each: -len(each.said))
        return self._page("front.html", samples=front, pictures=self._pictures, said=said, begin=begin, seen=[])

    def _story(self, story: Sample, began: datetime) -> str:
        address = self._own + story.path
        return self._page(
            "story.html", story=story, address=address, published=began.astimezone() - timedelta(hours=story.hours_ago),
            picture=self._pictures[story.picture], words=MarkdownIt().render(story.article),
            snippet=snippet(self._folkmoot, address, story.key),
        )  # fmt: skip

    def _page(self, name: str, **values: object) -> str:
        return self._shelf.get_template(name).render(folkmoot=self._folkmoot, host=self._own.partition("://")[2], **values)


def by_host(host: str, newspaper: App, folkmoot: App) -> App:
    """One port for two origins: requests to `host` are the newspaper's, all others Folkmoot's."""

    async def either(scope: Any, receive: Any, send: Any) -> None:
        asked = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1").partition(":")[0]
        await (newspaper if scope["type"] == "http" and asked == host else folkmoot)(scope, receive, send)

    return either
