"""People at the door of a newsroom: they ask for codes, read their mail, and come in. A clock that is set by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from folkmoot.people import accounts, sessions, sign_in, tokens
from folkmoot.people.mailing import Doorway
from folkmoot.people.model import Actor, Asked, Entry, Keys, PageKey, Person
from folkmoot.people.sign_in import PAGE, Way
from folkmoot.storage.database import Database

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
DOORWAY = Doorway("The News", "en", "https://talk.example")


@dataclass
class Browser:
    """What one browser keeps: the secret of the code that it asked for, and the code's id."""

    secret: str = field(default_factory=tokens.new_token)
    asked: Asked | None = None

    @property
    def code(self) -> int:
        assert self.asked is not None
        return self.asked.id


@dataclass
class House:
    db: Database
    now: int

    def later(self, milliseconds: int) -> None:
        self.now += milliseconds

    def ask(self, mailbox: str, browser: Browser | None = None, **given: Any) -> Browser:
        """Has a code mailed; the browser that asked keeps the secret."""
        browser = browser or Browser()
        browser.asked = self.db.write_now(lambda tx: sign_in.ask_code(tx, mailbox, browser.secret, self.now, DOORWAY, **given))
        return browser

    def mails(self) -> list[dict[str, Any]]:
        """What waits to be mailed, oldest first."""
        return self.waiting("mail")

    def waiting(self, kind: str) -> list[dict[str, Any]]:
        rows = self.db.read_now(lambda tx: tx.rows("SELECT payload FROM job WHERE kind = :kind ORDER BY id", kind=kind))
        return [json.loads(row.payload) for row in rows]

    def digits(self, browser: Browser) -> str:
        """The digits in the mail of the code that a browser asked for."""
        return str(next(each for each in self.mails() if each["key"] == f"code-{browser.code}")["values"]["digits"])

    def link(self, browser: Browser) -> str:
        """The token of the link in that mail."""
        mailed = next(each for each in self.mails() if each["key"] == f"code-{browser.code}")
        return str(mailed["values"]["link"].partition("token=")[2])

    def enter(self, browser: Browser, digits: str | None = None, way: Way = PAGE, **given: Any) -> Entry:
        typed = self.digits(browser) if digits is None else digits
        return self.db.write_now(
            lambda tx: sign_in.enter_code(tx, browser.code, typed, browser.secret, self.now, way=way, **given)
        )

    def wrong(self, browser: Browser) -> str:
        """Six digits that are not the right ones."""
        return f"{(int(self.digits(browser)) + 1) % 1_000_000:06d}"

    def member(self, name: str) -> Person:
        """Somebody who has signed in with name@mail.example."""
        entry = self.enter(self.ask(f"{name.lower()}@mail.example", limited=False), name=name)
        assert entry.person is not None
        return entry.person

    def at_page(self, name: str) -> Actor:
        """A member as our own pages know them by their cookie."""
        person = self.member(name)
        key = self.db.write_now(lambda tx: sessions.begin_page(tx, person.id, self.now))
        return self.actor(key.token, in_cookie=True, network="near")

    def keys(self, name: str, origin: str = "") -> Keys:
        """The tokens of a member's frame or program."""
        person = self.member(name)
        return self.db.write_now(lambda tx: sessions.begin_keys(tx, person.id, self.now, origin))

    def guest(self, name: str) -> tuple[Actor, str]:
        """Somebody who wrote without signing in, and their token."""
        _, token = self.db.write_now(lambda tx: accounts.new_guest(tx, name, self.now))
        return self.actor(token), token

    def actor(self, token: str | None, **given: Any) -> Actor:
        return self.db.read_now(lambda tx: sessions.actor_for(tx, token, self.now, **given))


def page_key(entry: Entry) -> PageKey:
    assert isinstance(entry.given, PageKey)
    return entry.given
