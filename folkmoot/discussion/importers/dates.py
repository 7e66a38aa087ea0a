"""Dates as exports write them -> UTC milliseconds. A date without a zone is UTC, as its sources say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from folkmoot.discussion.importers.model import Bad
from folkmoot.errors import say

_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?", re.IGNORECASE | re.ASCII
)
_UNKNOWN = re.compile(r"(?:0000-00-00.*)?", re.DOTALL)


def is_missing(text: str) -> bool:
    """Whether a source says, in its way, that it does not know the date: nothing at all, or zeros."""
    return _UNKNOWN.fullmatch(text.strip()) is not None


def moment(text: str) -> int | None:
    """UTC milliseconds of an ISO date; None where there is no such date, or it lies before 1970 or after 2099."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if not 1970 <= year < 2100:
        return None
    try:  # a leap second is the one before it
        at = datetime(year, month, day, hour, minute, min(second, 59) if second == 60 else second, tzinfo=UTC)
        at -= _offset(found[8] or "Z")
    except (ValueError, OverflowError):
        return None
    milliseconds = round(at.timestamp()) * 1000 + int((found[7] or "0").ljust(3, "0")[:3])
    return milliseconds if milliseconds >= 0 else None


def _offset(zone: str) -> timedelta:
    if zone.upper() in ("Z", "UTC"):
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset


def from_seconds(given: object) -> int | None:
    """UTC milliseconds of seconds since 1970; None where that is no such number, or after 2099."""
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 <= given < 4_102_444_800:
        return None
    return round(given * 1000)


def impossible(line: int, date: str) -> Bad:
    """What is said of a comment whose date is none."""
    return Bad(line, "impossible date", say("This comment says it was written at {date}, which is no date.", date=repr(date[:40])))
