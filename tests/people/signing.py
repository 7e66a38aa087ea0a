"""Signed tokens for tests: with any header at all, which no careful library would make."""

from __future__ import annotations

import base64
import json
from typing import Any

from joserfc import jws


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A compact JWS with any header at all, which no careful library would make."""
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in (header, claims)]
    said = ".".join(parts).encode()
    mark = b"x" if header["alg"] == "none" else jws.JWSRegistry.algorithms[header["alg"]].sign(said, key)
    return f"{'.'.join(parts)}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"
