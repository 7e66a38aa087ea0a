"""The nouns of sites: a newsroom, what it allows, how it looks, and its stories. Frozen; no I/O."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

ToldBy = Literal["reader", "import", "page", "site"]
# What people may type. A policy takes any number all the same: what was kept before these limits is read at every write.
Few = Annotated[int, Meta(ge=0, le=100)]
Many = Annotated[int, Meta(ge=1, le=999_999)]
Crowd = Annotated[int, Meta(ge=0, le=100_000)]
TYPED = {
    "closes_after_days": Many | None, "newcomer_links": Few, "flags_hold": Few, "learned_hold": Few, "rush_from": Crowd, "promise_minutes": Many,
}  # fmt: skip
PageAddress = Annotated[str, Meta(pattern=r"\A(https?://[^\s\"<>]{1,500})?\Z", extra={"kind": "a web address"})]


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """A step of trust. comments, days, most_removed: what it takes (published ones; since the first; of a hundred decided).

    What it allows: links in a comment (None: any); first: whether comments are looked at first where the mode holds newcomers.
    """

    name: str
    comments: int = 0
    days: int = 0
    most_removed: int = 100
    links: int | None = None
    first: bool = False


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """What a site allows. Defaults are the house's."""

    mode: Literal["open", "hold_newcomers", "hold_all"] = "open"
    guests: bool = True                       # guests may write
    guests_vote: bool = False                 # a guest's vote counts at once
    closes_after_days: int | None = None      # a story closes by itself; None: never
    banned_words: tuple[str, ...] = ()        # refused
    suspect_words: tuple[str, ...] = ()       # held
    newcomer_links: int = 1                   # a newcomer's comment with more links than this is held
    flags_hold: int = 3                       # full reports (weighed by who reports) that hold a comment; 0: never
    learned_hold: int = 95                    # per cent like what moderators removed, from which a comment is held; 0: never
    rush_from: int = 30                       # comments in a minute by people nobody knows, from which newcomers' devices work; 0: never
    four_eyes: bool = False                   # a removal needs a second moderator
    promise_minutes: int = 60                 # in which nine of ten that wait are to be answered
    trust: tuple[Step, ...] = (               # the first is who is new; its links are newcomer_links
        Step("new", first=True),
        Step("known", comments=3, days=1, most_removed=25),
        Step("steady", comments=20, days=14, most_removed=10),
        Step("trusted", comments=50, days=60, most_removed=4),
    )
    search: bool = False                      # readers may search comments
    previews: bool = False                    # the first page that a member links to is asked what it is called
    guidelines: tuple[str, ...] = (
        "Speak to the matter, not against the person.",
        "No threats, no hate, no private addresses.",
        "No advertising.",
        "Say what you know, and how you know it.",
    )
    guidelines_page: PageAddress = ""         # the publisher's own pages, linked in every mail and beside what people write
    terms_page: PageAddress = ""
    privacy_page: PageAddress = ""
    imprint_page: PageAddress = ""

    @property
    def pages(self) -> dict[str, str]:
        """The publisher's own pages by name, those that there are."""
        named = {"guidelines": self.guidelines_page, "terms": self.terms_page, "privacy": self.privacy_page, "imprint": self.imprint_page}
        return {name: address for name, address in named.items() if address}


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
    slow: int = 0  # ms that one person waits between two comments
