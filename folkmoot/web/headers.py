"""The headers that make a browser careful: one function for pages, one for the API, one for files."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
PERMISSIONS_OF_PLACE = PERMISSIONS.replace("geolocation=()", "geolocation=(self)")  # a page with a button that asks the device where it is
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def style_hash(css: str) -> str:
    """What the policy says of an inline style sheet that is allowed by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'"


def policy(frames: Iterable[str] = (), styles: Iterable[str] = ()) -> str:
    """A page's Content-Security-Policy. frames: origins that may show it in a frame; styles: hashes of inline style sheets."""
    style, shown_in = " ".join(["'self'", *styles]), " ".join(frames) or "'none'"
    return "; ".join((
        "default-src 'none'", "script-src 'self'", f"style-src {style}", "img-src 'self'",
        "connect-src 'self'", "form-action 'self'", "base-uri 'none'", f"frame-ancestors {shown_in}",
        "require-trusted-types-for 'script'", "trusted-types folkmoot",
    ))  # fmt: skip


def page(
    *, frames: Iterable[str] = (), styles: Iterable[str] = (), private: bool = False, opener: bool = False
) -> dict[str, str]:
    """A page's headers. private: for one person, never kept. opener: the page is a popup that talks to whoever opened it."""
    given = _ALWAYS | {"Content-Security-Policy": policy(frames, styles), "Permissions-Policy": PERMISSIONS}
    given["Cross-Origin-Resource-Policy"] = "same-origin" if private else "cross-origin"
    if private:
        given["Cache-Control"] = "private, no-store"
    if private and not opener:
        given["Cross-Origin-Opener-Policy"] = "same-origin"
    return given


def api(*, public: bool = False) -> dict[str, str]:
    """An API answer's headers. public: the same for everybody, and any page may read it (never with credentials)."""
    given = _ALWAYS | {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    given["Cross-Origin-Resource-Policy"] = "cross-origin" if public else "same-origin"
    return given | ({"Access-Control-Allow-Origin": "*"} if public else {"Cache-Control": "private, no-store"})


def file(*, immutable: bool) -> dict[str, str]:
    """A static file's headers: kept for a year where the address holds its hash, else for five minutes."""
    kept = "public, max-age=31536000, immutable" if immutable else "public, max-age=300, stale-while-revalidate=86400"
    return _ALWAYS | {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": kept, "Vary": "Accept-Encoding"}
