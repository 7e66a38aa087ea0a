"""The nouns of people. Frozen; no I/O."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Role = Literal["admin", "moderator", "editor", "member"]


class Person(Struct, frozen=True):
    """Somebody who has written or signed in. proven: UTC ms since when a mailbox is proven; None for a guest."""

    id: int
    kind: Literal["guest", "member"]
    name: str
    created: int
    proven: int | None


class Actor(Struct, frozen=True):
    """Who asks for a deed: an explicit argument of every verb.

    person is None for somebody unknown, who may still write as a guest. `roles` holds (site, role), site 0 for every site.
    `network` is a keyed hash of the address block (/24, /64), never an address. `door` says how they came in.
    """

    person: Person | None = None
    roles: frozenset[tuple[int, Role]] = frozenset()
    network: str | None = None
    door: Literal["web", "command", "import", "rule"] = "web"
    session: int | None = None

    @property
    def id(self) -> int | None:
        return self.person.id if self.person else None

    @property
    def proven(self) -> bool:
        return self.person is not None and self.person.proven is not None


COMMAND = Actor(door="command")  # the operator at the command line: may do everything
