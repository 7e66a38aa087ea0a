"""Somebody at their own pages, for tests."""

from __future__ import annotations

import re
from typing import Any

import httpx

from folkmoot.app import create_app
from folkmoot.people import sessions
from folkmoot.people.model import Actor
from folkmoot.settings import Limits, Server, Settings
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock
from tests.moot import Moot
from tests.web.stand import Client

HERE = "https://talk.example"


class Tab(Client):
    """A browser in which somebody is signed in on our own pages."""

    def __init__(self, moot: Moot, who: Actor | None, device: str = "") -> None:
        settings = Settings(server=Server(public_url=HERE), limits=Limits(enabled=False))
        super().__init__(create_app(settings, moot.db), HERE)
        self.token = ""
        if who is not None:
            guest = who.person is not None and who.person.kind == "guest"
            self.token = moot.db.write_now(lambda tx: _token(tx, who.id or 0, guest, device))

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"Cookie": f"__Host-folkmoot={self.token}", "Origin": HERE, "Sec-Fetch-Site": "same-origin"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        return super().request(method, path, **(given | {"headers": headers | given.get("headers", {})}))

    def send(self, path: str, **form: str | list[str]) -> httpx.Response:
        answer = self.post(path, data=form)
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer


def _token(tx: Tx, person: int, guest: bool, device: str) -> str:
    return sessions.begin_guest(tx, person, clock()) if guest else sessions.begin_page(tx, person, clock(), device=device).token


def words(page: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
