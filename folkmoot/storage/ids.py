"""Ids: 63 bits, 42 of milliseconds and 21 of chance. Outside the program they are opaque strings of digits."""

import re
import secrets
import threading

_DIGITS = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST = 2**63 - 1
_NEAR = 1_000  # ms
_last = 0
_turn = threading.Lock()


def new_id(now: int) -> int:
    """An id made at `now` (UTC milliseconds), or a little later where this process makes many at once.

    Chance alone would give two of some 1,800 ids of one millisecond the same number; so after the first they go on from the last.
    """
    global _last
    with _turn:
        if now <= _last >> 21 < now + _NEAR:
            _last += 1 + secrets.randbits(6)
        else:
            _last = now << 21 | secrets.randbits(21)
        return _last


def parse_id(words: str) -> int | None:
    """The id that a string of ASCII digits names; None where it is no id."""
    if not _DIGITS.fullmatch(words):
        return None
    number = int(words)
    return number if number <= _LARGEST else None
