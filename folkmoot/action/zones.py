"""Which clock an office keeps. Pure; by state, and within the states that keep two by where the office stands (nearly)."""

from __future__ import annotations

from collections.abc import Callable

from folkmoot.action.divisions import STATES
from folkmoot.action.model import Point

# state: (whether the smaller part of it is meant, by latitude and longitude; its clock)
_PARTS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "FL": (lambda lat, lon: lon < -85.1 and lat > 29.8, "America/Chicago"),
    "TX": (lambda lat, lon: lon < -104.9, "America/Denver"),
    "TN": (lambda lat, lon: lon > -85.2, "America/New_York"),
    "KY": (lambda lat, lon: lon < -86.4, "America/Chicago"),
    "IN": (lambda lat, lon: lon < -86.6 and (lat > 40.9 or lat < 38.4), "America/Chicago"),
    "MI": (lambda lat, lon: lon < -87.6 and lat > 45.0, "America/Chicago"),
    "ND": (lambda lat, lon: lon < -101.2 and lat < 47.4, "America/Denver"),
    "SD": (lambda lat, lon: lon < -100.6, "America/Denver"),
    "NE": (lambda lat, lon: lon < -101.3, "America/Denver"),
    "KS": (lambda lat, lon: lon < -101.5, "America/Denver"),
    "ID": (lambda lat, lon: lat > 45.6, "America/Los_Angeles"),
    "OR": (lambda lat, lon: lon > -117.5 and lat < 44.5, "America/Boise"),
}


def zone_of(state: str, point: Point | None) -> str:
    """The IANA zone of an office in a state; empty for an unknown state."""
    if state not in STATES:
        return ""
    part = _PARTS.get(state)
    return part[1] if part and point and part[0](*point) else STATES[state][1]
