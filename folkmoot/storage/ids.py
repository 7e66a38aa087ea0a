"""Ids: 63 bits, 42 of milliseconds and 21 of chance. Outside the program they are opaque strings of digits."""

import re
import threading

from folkmoot.storage.chance import draw

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
            _last += 1 + _chance() % 64
        else:
            _last = now << 21 | _chance() % 2**21
        return _last


def _chance() -> int:
    """24 bits."""
    return int.from_bytes(draw(3), "big")


def parse_id(words: str) -> int | None:
    """The id that a string of ASCII digits names; None where it is no id."""
    if not _DIGITS.fullmatch(words):
        return None
    number = int(words)
    return number if number <= _LARGEST else None
