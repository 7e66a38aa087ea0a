"""What app.py joins and every request carries: the database, the settings, the clock, and verbs of rooms above this one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from folkmoot.settings import Settings
from folkmoot.storage.database import Database, Tx
from folkmoot.web.limits import Buckets
from folkmoot.web.networks import Networks

A_co = TypeVar("A_co", covariant=True)
A = TypeVar("A")
HOUSE_WAIT = 0.2  # seconds that a page waits for the name of the house


class ActorFor(Protocol[A_co]):
    """Who a token proves (people.sessions.actor_for). in_cookie: it came in our pages' cookie, else as Authorization.

    Raises NotSignedIn for a token that proves nobody, or came in the wrong way.
    """

    def __call__(self, tx: Tx, token: str | None, now: int, network: str | None, *, in_cookie: bool) -> A_co: ...


def clock() -> int:
    """Now, in UTC milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Kit(Generic[A]):
    """One per process. A: the type of an actor, which this room does not know."""

    db: Database
    settings: Settings
    actor_for: ActorFor[A]
    secret: bytes                        # for hashes and tokens of this room; see storage.facts.secret
    networks: Networks
    buckets: Buckets
    clock: Callable[[], int] = field(default=clock)
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # set when the server ends: open streams end then
    comment_of: Callable[[Tx, int], object] = field(default=lambda tx, comment: None)  # a comment, as notes must know it (reading/joins.py)
    house: Callable[[Tx], object] = field(default=lambda tx: None)  # whose name our own pages bear (people/publishers.py)
    reading: object = None               # reading.room.Room, which this room does not know

    async def name_of_house(self) -> object:
        """Whose name a page bears that has asked the database for nothing else; nobody's where that does not answer at once."""
        try:
            async with asyncio.timeout(HOUSE_WAIT):
                return await self.db.read(self.house)
        except Exception:  # whatever it is: what the page says is still to be said
            return None
