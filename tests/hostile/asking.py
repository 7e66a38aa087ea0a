"""Many requests at once to an application without a network, each with exactly the bytes that a test wants to send."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from folkmoot.app import App, create_app
from folkmoot.reading.room import Room
from folkmoot.settings import Limits, Reading, Server, Settings
from folkmoot.storage.database import Database

HERE = "https://talk.example"
SETTINGS = Settings(server=Server(public_url=HERE), limits=Limits(enabled=False), reading=Reading(page_roots=100, replies_per_parent=100))
AT_ONCE = 32
COOKIE = "__Host-folkmoot"


class Ask(NamedTuple):
    """One request, as its bytes."""

    method: str
    target: bytes
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Answer(NamedTuple):
    """What came back. headers: by name in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    def json(self) -> Any:
        return json.loads(self.body)


def _encoded(text: str) -> bytes:
    """UTF-8; what no UTF-8 can say goes as the bytes that it would be."""
    return text.encode("utf-8", "surrogatepass")


def send_json(method: str, path: str, body: object, token: str = "", **headers: str) -> Ask:
    """A program's request. body: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Ask(method, path.encode(), data, ((b"content-type", b"application/json"), *_token(token), *_lines(headers)))


def send_form(path: str, fields: dict[str, str] | bytes, cookie: str = "", *, silent: bool = False) -> Ask:
    """A form sent by a page of ours; silent: by a browser that does not say so."""
    data = fields if isinstance(fields, bytes) else urlencode({name: _encoded(value) for name, value in fields.items()}).encode()
    ours = () if silent else ((b"origin", HERE.encode()), (b"sec-fetch-site", b"same-origin"))
    return Ask("POST", path.encode(), data, ((b"content-type", b"application/x-www-form-urlencoded"), *ours, *_cookie(cookie)))


def get(path: str, query: dict[str, Any] | None = None, *, token: str = "", cookie: str = "") -> Ask:
    """A reader's request."""
    asked = urlencode({name: _encoded(value) if isinstance(value, str) else value for name, value in (query or {}).items()}, doseq=True)
    return Ask("GET", (path + (f"?{asked}" if asked else "")).encode(), b"", (*_token(token), *_cookie(cookie)))


def _token(token: str) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"authorization", f"Bearer {token}".encode()),) if token else ()


def _cookie(cookie: str) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"cookie", (cookie if "=" in cookie else f"{COOKIE}={cookie}").encode()),) if cookie else ()


def _lines(headers: dict[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.replace("_", "-").encode(), _encoded(value)) for name, value in headers.items())


class House:
    """A whole application, and somebody who asks it many things at once."""

    def __init__(self, db: Database, settings: Settings = SETTINGS, clock: Callable[[], int] | None = None) -> None:
        self.app: App = create_app(settings, db)
        if clock is not None:
            object.__setattr__(self.app.kit, "clock", clock)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)  # the browser's driver has a loop in this one
        self._thread.start()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        room = self.app.kit.reading
        assert isinstance(room, Room)
        room.close()

    def ask(self, one: Ask) -> Answer:
        return self.all([one])[0]

    def all(self, asks: Iterable[Ask]) -> list[Answer]:
        """The answers, in the order of the requests."""
        return asyncio.run_coroutine_threadsafe(self._all(list(asks)), self._loop).result()

    async def _all(self, asks: list[Ask]) -> list[Answer]:
        answers: list[Answer | None] = [None] * len(asks)
        left = iter(enumerate(asks))

        async def client() -> None:
            for number, one in left:
                answers[number] = await self._one(one)

        await asyncio.gather(*(client() for _ in range(min(AT_ONCE, len(asks)))))
        return [answer for answer in answers if answer is not None]

    async def _one(self, one: Ask) -> Answer:
        path, _, query = one.target.partition(b"?")
        said: list[dict[str, Any]] = []
        sent = False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": one.body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        await self.app(_scope(one, path, query), receive, send)
        begun = next(each for each in said if each["type"] == "http.response.start")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in begun["headers"]}
        return Answer(begun["status"], headers, b"".join(each.get("body", b"") for each in said if each["type"] == "http.response.body"))


def _scope(one: Ask, path: bytes, query: bytes) -> dict[str, Any]:
    from urllib.parse import unquote_to_bytes

    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": one.method, "scheme": "http", "root_path": "",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"), "raw_path": path, "query_string": query,
        "headers": [(b"host", b"talk.example"), *one.headers], "client": ("127.0.0.1", 4711), "server": ("127.0.0.1", 80),
    }  # fmt: skip
