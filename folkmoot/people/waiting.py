"""What waits for a person of the staff, and how a capability tells the desk of it. Frozen; no I/O.

A capability offers a `Source`: its `waiting(tx, site, order, after, limit)` gives what waits on a site, in an order, by an index of
its own; the desk lists the sources in desk/sources.py, merges what they give, and decides by their verbs. Nothing is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from folkmoot.errors import Invalid
from folkmoot.people.model import Actor
from folkmoot.storage.database import Tx

Order = Literal["harm", "time"]
Place = tuple[int, int]  # (key in an order, id) of the last item that was shown
Tone = Literal["waits", "stopped", "yours", "plain"]


class Why(Struct, frozen=True):
    """One reason why something waits, in a few words: a Sentence or a constant that the catalogues hold. tone: its colour; count: how often."""

    words: str
    tone: Tone = "waits"
    count: int = 1


class Waits(Struct, frozen=True, kw_only=True):
    """Something that waits for a person.

    kind, id: what it is, the kind being its Source's. since: UTC ms. weight: expected harm × reach, in hundredths of what one
    doubtful comment does that nobody sees yet (100). name: who wrote it or what it is; snippet: its beginning, plain text.
    story, person: where it stands and whose record goes beside it, where there is one. address: its page outside the desk.
    """

    kind: str
    id: int
    site: int
    since: int
    weight: int
    name: str
    snippet: str
    why: tuple[Why, ...]
    story: int | None = None
    person: int | None = None
    address: str = ""


class Choice(Struct, frozen=True):
    """A verb that decides an item, as a button. label: words of the catalogues; key: the letter that presses it.

    tone: "danger" takes something away. reasoned: it wants one of the site's guidelines or words as its reason.
    """

    deed: str
    label: str
    key: str = ""
    tone: Literal["danger", "plain", "quiet"] = "plain"
    reasoned: bool = False


class Because(Struct, frozen=True):
    """What a moderator says with a decision. reason: shown to whom it concerns; guideline: of the site's; note: for the desk alone."""

    reason: str = ""
    guideline: str = ""
    note: str = ""


def require_why(because: Because) -> None:
    """Raises Invalid for what takes somebody's words away without telling them why."""
    if not because.reason.strip() and not because.guideline:
        raise Invalid("Say why, or choose a guideline: its writer is told.", "no_reason", "reason")


class Source(Struct, frozen=True, kw_only=True):
    """A capability at the desk.

    kind: of its items. label: what they are called together. sees: the deed of people/roles.py that lets somebody see and decide
    them. waiting(tx, site, order, after, limit): what waits there, those behind `after`, by `place_of`. find(tx, id): one item,
    None when it does not wait any more. show(tx, actor, id, now): what its template (name/file.html) shows beside `item`.
    choices(tx, actor, id): the verbs that fit now. decide(tx, actor, id, deed, because, now): does one, and gives the number by
    which it is undone, or None. undo(tx, actor, number, now): does the opposite, as if nothing had been decided.
    """

    kind: str
    label: str
    sees: str
    waiting: Callable[[Tx, int, Order, Place | None, int], list[Waits]]
    find: Callable[[Tx, int], Waits | None]
    choices: Callable[[Tx, Actor, int], tuple[Choice, ...]]
    decide: Callable[[Tx, Actor, int, str, Because, int], int | None]
    undo: Callable[[Tx, Actor, int, int], None] | None = None
    show: Callable[[Tx, Actor, int, int], Mapping[str, Any]] | None = None
    template: str = "desk/plain.html"


def place_of(item: Waits, order: Order) -> Place:
    """Where an item stands in an order: ascending, the most harmful or the oldest first."""
    return (-item.weight if order == "harm" else item.since, item.id)
