"""A newsroom for tests, in the words of the domain: a story, people with names, a clock that is set by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from folkmoot.discussion import comments, duties, moderation, paging
from folkmoot.discussion.model import Customs, Draft, Page, Posted, Verdict
from folkmoot.discussion.text import read
from folkmoot.people import accounts
from folkmoot.people.model import COMMAND, Actor, Role
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Policy, Site, Story
from folkmoot.storage.database import Database

MINUTE = 60_000
DAY = 86_400_000


@dataclass
class Moot:
    """One newsroom (`news.example`) with one story, and everybody who has come by."""

    db: Database
    now: int
    customs: Customs = field(default_factory=lambda: Customs(limits=False))
    site: Site = field(init=False)
    story: Story = field(init=False)

    def __post_init__(self) -> None:
        self.site = self.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "news.example", "The News", self.now))
        self.story = self.take_in("https://news.example/lake")

    def take_in(self, address: str, title: str = "The lake") -> Story:
        return self.db.write_now(lambda tx: stories.ensure(tx, address, None, title, "page", self.now))

    def allow(self, **policy: object) -> None:
        self.db.write_now(lambda tx: sites.change_site(tx, COMMAND, self.site.id, policy=Policy(**policy)))  # type: ignore[arg-type]

    def later(self, milliseconds: int) -> None:
        self.now += milliseconds

    def guest(self, name: str, network: str | None = None) -> Actor:
        person, _ = self.db.write_now(lambda tx: accounts.new_guest(tx, name, self.now))
        return Actor(person=person, network=network)

    def member(self, name: str, role: Role | None = None) -> Actor:
        """Somebody with a proven mailbox, and a role on the site where one is given."""
        mailbox = f"{name.lower()}@mail.example"
        person = self.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, name, self.now))
        if role:
            self.db.write_now(lambda tx: accounts.grant(tx, person.id, role, self.site.id, None, self.now))
        return Actor(person=person, roles=frozenset({(self.site.id, role)}) if role else frozenset())

    def post(self, actor: Actor, text: str, parent: int | None = None, story: Story | None = None, name: str | None = None) -> Posted:
        where = (story or self.story).id
        draft = Draft(where, read(text), parent, name)
        return self.db.write_now(lambda tx: comments.post(tx, actor, draft, self.now, self.customs), lane=where)

    def says(self, actor: Actor, text: str, parent: int | None = None) -> int:
        """Posts and gives the comment's id. A millisecond passes, so that order is never by chance."""
        self.later(1)
        return self.post(actor, text, parent).id

    def edit(self, actor: Actor, comment: int, text: str) -> Verdict:
        return self.db.write_now(lambda tx: comments.edit(tx, actor, comment, read(text), self.now, self.customs))

    def withdraw(self, actor: Actor, comment: int) -> None:
        self.db.write_now(lambda tx: comments.withdraw(tx, actor, comment, self.now))

    def vote(self, actor: Actor, comment: int, value: int) -> bool:
        return self.db.write_now(lambda tx: comments.vote(tx, actor, comment, value, self.now, self.customs)).counts

    def decide(self, actor: Actor, comment: int, deed: str, reason: str = "") -> None:
        self.db.write_now(lambda tx: moderation.decide(tx, actor, comment, deed, reason, self.now))

    def page(self, order: str = "newest", **given: object) -> Page:
        return self.db.read_now(lambda tx: paging.first_page(tx, self.story.id, order, **given))  # type: ignore[arg-type]

    def texts(self, order: str = "oldest") -> list[str]:
        """What a reader finds on the first page, tombstones as their state, in reading order."""
        found: list[str] = []

        def walk(branches: object) -> None:
            for branch in branches:  # type: ignore[attr-defined]
                found.append(branch.comment.text if branch.comment.live else f"({branch.comment.state})")
                walk(branch.replies)

        walk(self.page(order).roots)
        return found

    def live(self) -> int:
        return self.db.read_now(lambda tx: paging.counts(tx, [self.story.id]))[self.story.id]

    def version(self) -> int:
        return self.page().version

    def claim(self, guest: Actor, member: Actor) -> None:
        assert guest.id and member.id
        while self.db.write_now(lambda tx: duties.claim(tx, guest.id or 0, member.id or 0, self.now)):
            pass
