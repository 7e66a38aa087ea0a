"""Keys that open one letter for an hour, for who talks to the guide in a frame: a window of its own has no token of the frame's storage. Pure.

A key shows and changes nothing; it is made of our own secret, stands in no table, and opens one letter alone.
"""

from __future__ import annotations

import hashlib
import hmac

LASTS = 3_600_000


def key_of(secret: bytes, letter: int, now: int) -> str:
    """A key to a letter, from now on."""
    return _sealed(secret, letter, now + LASTS)


def opens(secret: bytes, letter: int, key: str, now: int) -> bool:
    """Whether a key opens a letter now. In constant time."""
    until = key.partition(".")[0]
    if not (until.isdecimal() and until.isascii() and len(until) <= 15 and int(until) > now):
        return False
    return hmac.compare_digest(_sealed(secret, letter, int(until)), key.encode("ascii", "replace").decode())


def _sealed(secret: bytes, letter: int, until: int) -> str:
    return f"{until}.{hmac.digest(secret, f'letter {letter} {until}'.encode(), hashlib.sha256).hex()[:40]}"
