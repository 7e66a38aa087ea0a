"""The nouns of sites: a newsroom, what it allows, how it looks, and its stories. Frozen; no I/O."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ToldBy = Literal["reader", "import", "page", "site"]


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """What a site allows. Defaults are the house's."""

    mode: Literal["open", "hold_newcomers", "hold_all"] = "open"
    guests: bool = True                       # guests may write
    guests_vote: bool = False                 # a guest's vote counts at once
    closes_after_days: int | None = None      # a story closes by itself; None: never
    banned_words: tuple[str, ...] = ()        # refused
    suspect_words: tuple[str, ...] = ()       # held
    newcomer_links: int = 1                   # a newcomer's comment with more links than this is held
    guidelines: tuple[str, ...] = (
        "Speak to the matter, not against the person.",
        "No threats, no hate, no private addresses.",
        "No advertising.",
        "Say what you know, and how you know it.",
    )


class Theme(Struct, frozen=True, forbid_unknown_fields=True):
    """Twelve properties and a scheme; empty means the house's own."""

    scheme: Literal["auto", "light", "dark"] = "auto"
    properties: dict[str, str] = {}


class Site(Struct, frozen=True):
    """A newsroom. hosts: every registered host, wildcards as *.host."""

    id: int
    host: str
    name: str
    language: str
    policy: Policy
    theme: Theme
    hosts: tuple[str, ...]


class Story(Struct, frozen=True):
    """A story that readers talk about. closed: UTC ms since when no comments are taken."""

    id: int
    site: int
    publisher_key: str | None
    address: str
    title: str
    title_from: ToldBy
    language: str | None
    created: int
    closed: int | None
