"""Ids: 63 bits, 42 of milliseconds and 21 of chance. Outside the program they are opaque strings of digits."""

import re
import secrets

_DIGITS = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST = 2**63 - 1


def new_id(now: int) -> int:
    """An id made at `now` (UTC milliseconds)."""
    return now << 21 | secrets.randbits(21)


def parse_id(words: str) -> int | None:
    """The id that a string of ASCII digits names; None where it is no id."""
    if not _DIGITS.fullmatch(words):
        return None
    number = int(words)
    return number if number <= _LARGEST else None
