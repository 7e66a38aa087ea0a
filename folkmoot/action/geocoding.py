"""Looks a street address up at a geocoder that speaks as the US Census's does: `onelineaddress`, answers with coordinates.

Off unless the operator names one, and asked only when the person wants it, each time. Its failure is never theirs: they are told, and
the other ways stay open. What was asked is kept nowhere. https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html
"""

from __future__ import annotations

import asyncio
from functools import partial
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from folkmoot import outbound
from folkmoot.action.model import Point
from folkmoot.errors import NotFound, Problem, Unavailable
from folkmoot.settings import Settings

BENCHMARK = "Public_AR_Current"
BOUNDS = outbound.Bounds(most=1 << 20, seconds=5.0)
AT_ONCE = asyncio.Semaphore(8)  # a geocoder that hangs holds up those who asked it, and nobody else


class _Coordinates(Struct):
    x: float
    y: float


class _Match(Struct):
    coordinates: _Coordinates


class _Result(Struct):
    addressMatches: list[_Match]  # noqa: N815 -- the Census spells it so


class _Answer(Struct):
    result: _Result


async def locate(settings: Settings, street: str, city: str, state: str, code: str) -> Point:
    """The point of an address. Raises NotFound where nothing, or more than one place, matches; Unavailable where nobody answers."""
    line = ", ".join(part for part in (street.strip(), city.strip(), f"{state} {code}".strip()) if part)
    if AT_ONCE.locked():
        raise _away()
    async with AT_ONCE:
        return await asyncio.to_thread(partial(_ask, settings, line))


def _ask(settings: Settings, line: str) -> Point:
    query = urlencode({"address": line, "benchmark": BENCHMARK, "format": "json"})
    address = f"{settings.officials.geocoder.rstrip('/')}/locations/onelineaddress?{query}"
    try:
        answer = outbound.get(settings.outbound, address, bounds=BOUNDS)
        if not answer.fine:
            raise _away()
        return read(answer.body)
    except NotFound:
        raise
    except Problem:
        raise _away() from None


def read(body: bytes) -> Point:
    """The one point of an answer. Raises NotFound where there is none or several apart, Unavailable for what is no answer."""
    try:
        matches = msgspec.json.decode(body, type=_Answer).result.addressMatches
    except msgspec.DecodeError:
        raise _away() from None
    points = {(round(each.coordinates.y, 5), round(each.coordinates.x, 5)) for each in matches}
    if not points:
        raise NotFound("The street was not found. Look whether it is written right, or use another way.", "no_address", "street")
    if len(points) > 1:
        raise NotFound("Several streets fit. Give the city and the ZIP too, or use another way.", "several_addresses", "street")
    latitude, longitude = points.pop()
    return latitude, longitude


def _away() -> Unavailable:
    return Unavailable("The street cannot be looked up now; that is not your fault. Use another way below.", 60, "geocoder")
