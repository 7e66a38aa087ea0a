"""What a way gets and gives. Frozen; no I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from folkmoot.action.model_letters import Home, Recipient
from folkmoot.settings import Settings


class Letter(Struct, frozen=True):
    """A letter as it goes. delivery: its id for ever. site, address: the newsroom and where its guide is; funder: who pays for the action.

    by_post: it is handed over for somebody who is answered by post.
    """

    delivery: str
    to: Recipient
    home: Home
    subject: str
    body: str
    made: int
    site: str
    mailbox: str = ""
    address: str = ""
    template: bool = False
    language: str = "en"
    maker: str = ""
    funder: str = ""
    by_post: bool = False


class Receipt(Struct, frozen=True):
    """What came of handing a letter over, an event of letters.TRANSITIONS: certainly (took, gateway), certainly not (not_now, refused), or broke."""

    event: Literal["took", "gateway", "not_now", "refused", "broke"]
    why: str = ""


class Way(Struct, frozen=True):
    """One way. words: how it is shown beside a name; reaches: whether it leads to an official from here; outsiders: what becomes of a letter of
    somebody who does not live there."""

    name: str
    words: str
    carried: bool
    reaches: Callable[[Recipient, Settings], bool]
    deliver: Callable[[Letter, Settings], Receipt] | None = None
    outsiders: Literal["warn", "refuse"] = "warn"
