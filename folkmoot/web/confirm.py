"""The page that asks "Send this?" where a browser sends neither Origin nor Sec-Fetch-Site with a form.

It repeats the form with a token that is bound to this browser (a cookie of its own), to the form's words and address, and to
ten minutes, and works once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from starlette.responses import Response

from folkmoot.errors import Conflict, NotAllowed
from folkmoot.storage import repeats
from folkmoot.storage.database import Tx
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_

FIELD = "folkmoot-confirm"
LASTS = 10 * 60_000


async def ask_or_accept(ask: Ask[Any]) -> Response | None:
    """None where the form carries a right token (which is then spent), else the page that asks. A wrong token is refused."""
    token = ask.typed.pop(FIELD, [""])[0]
    if not token:
        return await _question(ask)
    browser = ask.request.cookies.get(_cookie(ask), "")
    until, _, _mark = token.partition(".")
    right = browser and hmac.compare_digest(token.encode(), _token(ask, browser, until).encode())
    if not right or int(until) < ask.now:
        raise NotAllowed(N_("This page has waited too long, or is another browser's. Go back and send it again."), "confirm")
    await _spend(ask, token)
    return None


async def _question(ask: Ask[Any]) -> Response:
    browser = ask.request.cookies.get(_cookie(ask)) or secrets.token_urlsafe(24)
    token = _token(ask, browser, str(ask.now + LASTS))
    fields = [(name, value) for name, values in ask.typed.items() for value in values]
    site = await ask.kit.name_of_house()
    page = ask.page("web/confirm.html", site=site, action=_target(ask), fields=fields, field=FIELD, token=token)
    page.set_cookie(_cookie(ask), browser, max_age=LASTS // 1000, path="/", secure=ask.secure, httponly=True, samesite="lax")
    return page


def _cookie(ask: Ask[Any]) -> str:
    return f"{ask.cookie}-confirm"


def _target(ask: Ask[Any]) -> str:
    url = ask.request.url
    return url.path + (f"?{url.query}" if url.query else "")


def _token(ask: Ask[Any], browser: str, until: str) -> str:
    """The end of its time, and a keyed hash of all that it is bound to."""
    said = repr((browser, until, _target(ask), sorted(ask.typed.items()))).encode()
    return f"{until}.{hmac.new(ask.kit.secret, b'confirm ' + said, hashlib.sha256).hexdigest()}"


async def _spend(ask: Ask[Any], token: str) -> None:
    """Raises Conflict where the token was spent before, in whichever process."""
    first = []

    def spend(tx: Tx) -> None:
        def act() -> bytes:
            first.append(True)
            return b"spent"

        first.clear()
        repeats.once(tx, "confirm", token.rpartition(".")[2], "", ask.now, act)

    await ask.write(spend)
    if not first:
        raise Conflict(N_("This was sent already. Look whether it is there before you send it again."), "sent_already")
