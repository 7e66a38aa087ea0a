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
    `network` is a keyed hash of the address block (/24, /64), never an address. `door` says how they came in. `framed`:
    they speak from a frame on a publisher's page, where nobody acts as staff.
    """

    person: Person | None = None
    roles: frozenset[tuple[int, Role]] = frozenset()
    network: str | None = None
    door: Literal["web", "command", "import", "rule"] = "web"
    session: int | None = None
    framed: bool = False

    @property
    def id(self) -> int | None:
        return self.person.id if self.person else None

    @property
    def proven(self) -> bool:
        return self.person is not None and self.person.proven is not None


COMMAND = Actor(door="command")  # the operator at the command line: may do everything


class Known(Struct, frozen=True):
    """A person as the operator sees them. mailboxes: those that they have proven."""

    person: Person
    roles: frozenset[tuple[int, Role]]
    mailboxes: tuple[str, ...]


class Identity(Struct, frozen=True):
    """By what a person is known: (issuer, subject), never an address alone. mailbox: where mail goes, if it is proven."""

    issuer: str
    subject: str
    mailbox: str | None
    proven: int


class Issuer(Struct, frozen=True):
    """Who else may say who somebody is. address: what it calls itself; proves_mail: whether a verified address of theirs takes notices."""

    name: str
    kind: Literal["openid", "github", "mastodon"]
    address: str
    label: str
    client: str
    secret_file: str
    proves_mail: bool


class Proven(Struct, frozen=True):
    """Whom an issuer has just vouched for. mailbox: where notices may go, or none; name: what they are called there."""

    issuer: str
    subject: str
    mailbox: str | None
    name: str


class SiteKey(Struct, frozen=True):
    """The key by which a publisher's assertions are proven. public_key: a JSON Web Key as JSON."""

    id: int
    site: int
    algorithm: Literal["RS256", "ES256", "EdDSA"]
    public_key: str


class Passkey(Struct, frozen=True):
    """A key in somebody's device. id, public_key: base64url; signs: its own counter."""

    id: str
    person: int
    public_key: str
    signs: int
    device: str
    created: int
    used: int | None


class PageKey(Struct, frozen=True):
    """The token of a page's cookie, and when it ends (UTC ms)."""

    token: str
    expires: int


class Keys(Struct, frozen=True):
    """What a frame or a program gets: a token for 15 minutes, one that fetches the next two, and when the first ends (UTC ms)."""

    access: str
    refresh: str
    expires: int


class Mailbox(Struct, frozen=True):
    """One mailbox. address: where mail goes, domain in ASCII. subject: the same in lower case, for comparing."""

    address: str
    subject: str

    @property
    def masked(self) -> str:
        """As it is shown while nobody is signed in: i…@mail.example."""
        local, domain = self.address.split("@")
        return f"{local[0]}…@{domain}"


class Asked(Struct, frozen=True):
    """A code that was mailed, as the browser that asked for it may see it."""

    id: int
    mailbox: Mailbox
    expires: int
    handover: int | None


class Entry(Struct, frozen=True):
    """What became of a code that somebody entered.

    "entered": person and given are there. "name": the code is right, but this mailbox is new and a name is still to be
    given; nothing is used up. "wrong": `left` tries remain. "gone": it was used, has ended, or belongs to another browser.
    """

    outcome: Literal["entered", "name", "wrong", "gone"]
    person: Person | None = None
    given: PageKey | Keys | None = None
    left: int = 0
    handover: int | None = None


class Handover(Struct, frozen=True):
    """A frame that waits for its popup. origin: the publisher's page that the frame is on."""

    id: int
    origin: str
    network: str
    expires: int
    person: int | None
    done: int | None
    redeemed: int | None


class Mute(Struct, frozen=True):
    """Whom, or what, somebody does not want to read. subject: a person's id in digits, or a word as it was typed."""

    kind: Literal["person", "word"]
    subject: str
    at: int


class Notice(Struct, frozen=True):
    """Something that a person is told. values: of its kind's sentences (people/kinds.py); opens: a page of ours; seen: UTC ms.

    words_of: the comment that it quotes, for notices that quote what somebody else wrote under a story.
    """

    id: int
    person: int
    kind: str
    site: int
    opens: str
    thread: str
    values: dict[str, str | int]
    at: int
    seen: int | None
    mail: Literal["never", "at_once", "daily", "sent", "dropped"]
    words_of: int | None = None


class Invitation(Struct, frozen=True):
    """A one-time link to a role."""

    id: int
    role: Role
    site: int
    expires: int
