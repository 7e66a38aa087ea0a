"""Office hours as officials write them ("Mon-Fri 9am-5pm CT") -> whether the office is open at a moment, in the office's own clock. Pure.

Only plain hours are read; whatever else there is ("by appointment", "every second Tuesday") is shown as it stands, and no claim is made.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = r"(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun|m|f)(?:days?)?\.?"
_RANGE = re.compile(rf"\b{_NAMED}\s*(?:-|–|to|through|thru)\s*{_NAMED}(?!\w)", re.I)
_CLOCK = r"(\d{1,2})(?::?(\d\d))?\s*(a\.?m\.?|p\.?m\.?)?"
_TIMES = re.compile(rf"(?<!\d){_CLOCK}\s*(?:-|–|to)\s*{_CLOCK}(?!\d)", re.I)
_UNPLAIN = re.compile(r"appointment|call|every|\d(?:st|nd|rd|th)|and|or|only|lunch|closed|summer|vary", re.I)
_DAY = re.compile(_NAMED, re.I)
_ZONES = re.compile(r"\b(?:[ECMPAH][SD]?T|eastern|central|mountain|pacific|weekdays)\b", re.I)
_STANDARD = (time(9), time(17))


class Hours(Struct, frozen=True):
    """From when to when on which days (0 is Monday). told: the office said so; else these are the usual ones."""

    opens: time
    closes: time
    days: frozenset[int]
    told: bool


class Now(Struct, frozen=True):
    """An office at a moment: its own clock, whether it is open by its hours, and when it opens next (local time)."""

    clock: datetime
    open: bool
    next: datetime
    told: bool


def read(words: str) -> Hours | None:
    """Hours that can be read without guessing; None for all others."""
    if not words or _UNPLAIN.search(words):
        return None
    times = _TIMES.findall(words)
    if len(times) != 1:
        return None
    opens, closes = _time(*times[0][:3], morning=True), _time(*times[0][3:], morning=False)
    days = _days(words)
    return Hours(opens, closes, days, True) if opens and closes and opens < closes and days else None


def _days(words: str) -> frozenset[int]:
    """Monday to Friday where no day is named: that is what offices mean. None of them where there is a word that is not understood."""
    rest = _ZONES.sub(" ", _TIMES.sub(" ", words))
    found = _RANGE.search(rest)
    if found and not re.search(r"\w", _RANGE.sub(" ", rest, count=1)):
        first, last = (_number(each) for each in found.groups())
        return frozenset(range(first, last + 1)) if first <= last else frozenset()
    alone = _DAY.fullmatch(rest.strip(" ,.;:()"))
    if alone:
        return frozenset({_number(alone[1])})
    return frozenset() if re.search(r"\w", rest) else frozenset(range(5))


def _number(day: str) -> int:
    return {"m": 0, "f": 4}.get(day.lower()) if day.lower() in ("m", "f") else _DAYS.index(day.lower()[:3])  # type: ignore[return-value]


def _time(hour: str, minute: str, half: str, *, morning: bool) -> time | None:
    """An hour without am or pm is read as an office means it: 9 in the morning, 5 in the afternoon."""
    number = int(hour)
    if half and not 1 <= number <= 12:
        return None
    late = half[:1].lower() == "p" if half else not morning and number < 8
    number = number % 12 + 12 if late else number % 12 if half else number
    return time(number, int(minute or 0)) if number < 24 and int(minute or 0) < 60 else None


def at(hours: str, zone: str, now: int) -> Now | None:
    """An office at a moment (UTC ms), by its hours, else by the usual ones. None where its clock is not known."""
    try:
        clock = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)) if zone else None
    except (ZoneInfoNotFoundError, ValueError):
        clock = None
    if clock is None or (hours and read(hours) is None):
        return None
    known = read(hours) or Hours(*_STANDARD, frozenset(range(5)), False)
    open_ = clock.weekday() in known.days and known.opens <= clock.time() < known.closes
    return Now(clock, open_, clock if open_ else _next(clock, known), known.told)


def _next(clock: datetime, hours: Hours) -> datetime:
    for ahead in range(8):
        day = clock + timedelta(days=ahead)
        opening = day.replace(hour=hours.opens.hour, minute=hours.opens.minute, second=0, microsecond=0)
        if day.weekday() in hours.days and opening > clock:
            return opening
    return clock
