"""Who may make a browser write (research: cross-site requests): our own pages, known by Origin and Sec-Fetch-Site.

Forms in shared pages carry no token, so a browser's own headers decide. Where it sends neither, a form is shown once more and
asks (confirm.py); a program that sends JSON without a cookie has nothing that another page could abuse, and is let through.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal
from urllib.parse import unquote

import ada_url
from starlette.requests import Request

_PLAIN = re.compile(r"https?://|/(?!/)", re.I)
Answer = Literal["ours", "foreign", "silent"]


def judge(request: Request, own: Callable[[], str]) -> Answer:
    """Whether the page that made a request is ours. own: tells our origin (https://talk.example)."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return "foreign"
    if origin is not None and origin != own() and not (origin == "null" and site == "same-origin"):
        return "foreign"
    return "silent" if site is None and origin is None else "ours"


def own_origin(request: Request, public_url: str, *, secure: bool) -> str:
    """Our origin: the one that is set, else the one that the request names."""
    if public_url:
        return ada_url.URL(public_url).origin
    host = request.headers.get("host", "")
    scheme = "https" if secure else "http"
    try:
        return ada_url.URL(f"{scheme}://{host}/").origin
    except ValueError:
        return f"{scheme}://invalid"


def own_path(typed: str, own: str, default: str) -> str:
    """Where `next` leads if it is a page of ours, else `default`: parsed as a browser would, compared by origin.

    Only plain spellings are heard: a path, or a whole address. What would lead away for somebody who decodes it once more
    is refused as well.
    """
    if not _PLAIN.match(typed) or any(letter in typed for letter in "\\\t\r\n\0"):
        return default
    try:
        url = ada_url.URL(typed, base=f"{own}/")
    except ValueError:
        return default
    plain = url.origin == own and not url.username and not url.password and not unquote(url.pathname).startswith(("//", "/\\"))
    return url.pathname + url.search if plain else default
