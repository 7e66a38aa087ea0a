"""Addresses under which a translation service showed a page -> the page's own. Their readers' comments made threads of their own."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

_FRAMES = ("translate.googleusercontent.com", "translate.google.com", "webcache.googleusercontent.com")
_MIRROR = ".translate.goog"


def behind(address: str) -> str:
    """The address of the page itself; the same where no service is in between."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    host = (parts.hostname or "").lower()
    if host in _FRAMES:
        inner = parse_qs(parts.query).get("u", [""])[0]
        return inner if inner.startswith(("http://", "https://")) else address
    if not host.endswith(_MIRROR):
        return address
    own = host.removesuffix(_MIRROR).replace("--", "\0").replace("-", ".").replace("\0", "-")
    query = "&".join(field for field in parts.query.split("&") if not field.startswith("_x_tr_"))
    return f"https://{own}{parts.path}" + (f"?{query}" if query else "")
