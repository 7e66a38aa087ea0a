"""Which version of each source holds on a day. Pure.

Of the versions of one source for one scope, those count whose days include the one that is asked for; among them the newest facts
win, whenever they were loaded. A version for the 120th Congress therefore waits beside that of the 119th until 3 January 2027.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Version(Protocol):
    """What is looked at of a store_officials.Load."""

    @property
    def source(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def dated(self) -> str: ...
    @property
    def since(self) -> str: ...
    @property
    def until(self) -> str: ...


V = TypeVar("V", bound=Version)


def covers(version: Version, day: str) -> bool:
    """Whether a version says something of a day."""
    return version.since <= day and (not version.until or day < version.until)


def in_force(loads: Sequence[V], day: str) -> list[V]:
    """The versions that decide on a day, one per source and scope. loads: the newest facts first.

    Where two files are of one day, the one that was loaded last counts.
    """
    chosen: dict[tuple[str, str], V] = {}
    for load in loads:
        if covers(load, day):
            chosen.setdefault((load.source, load.scope), load)
    return list(chosen.values())


def held(since: str, until: str, day: str) -> bool:
    """Whether a term holds on a day: from its first up to, but without, its last."""
    return since <= day and (not until or day < until)


def of_source(loads: Iterable[V], *sources: str) -> list[V]:
    return [load for load in loads if load.source in sources]
