"""A newsroom with a guide, for tests: people talk to it by any channel, a clock is set by hand, a sink takes the mail."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from folkmoot.action import store_letters, talks
from folkmoot.action.delivery import option_for
from folkmoot.action.model_letters import Facts, Recipient, Represented, Says, State
from folkmoot.action.talks import Around, Heard
from folkmoot.people.model import COMMAND, Person
from folkmoot.settings import Letters, Limits, Mail, Settings
from folkmoot.sites import sites, stories
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.work import DUTIES, Worker

MINUTE, DAY = 60_000, 86_400_000
OTTO = Recipient(
    "otto", "Otto Marsh", "Council Member, Old Town", "Harbour", "1", "Council Member", "Marsh", "otto@council.example", "(555) 010-0417",
    ("Town Hall, 1 Market Square", "Ostley, MR 00417"), division="ocd-division/country:xx/ward:1", chamber="house",
)  # fmt: skip
DESI = Recipient(
    "desi", "Desmond Achebe", "Mayor of Ostley", "", "", "Mayor", "Achebe", "", "(555) 010-0400", ("Town Hall", "Ostley, MR 00417"),
    division="ocd-division/country:xx", chamber="senate",
)  # fmt: skip
HOME = "Imogen Sarkis, 9 Tannery Row, Ostley, MR 00417"
WORDS = "I taught both my daughters to swim at the east jetty. Please vote once more on the rain rule before you fence it."
ASK = "Please vote for the rain rule"


@dataclass
class Guided:
    """One newsroom (`news.example`) whose town has a council member with a mailbox and a mayor without one."""

    db: Database
    now: int
    settings: Settings = field(default_factory=lambda: Settings(mail=Mail(host="nowhere.invalid"), letters=Letters(email=True)))
    people: tuple[Recipient, ...] = (OTTO, DESI)
    gone: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    found: Represented | None = None
    signed_in: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.site = self.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "news.example", "The News", self.now))
        self.story = self.db.write_now(lambda tx: stories.ensure(tx, "https://news.example/lake", None, "The lake", "page", self.now))

    def later(self, milliseconds: int) -> None:
        self.now += milliseconds

    def without_limits(self) -> Guided:
        self.settings = replace(self.settings, limits=Limits(enabled=False))
        return self

    def find(self, tx: Tx, state: State, facts: Facts, now: int) -> Represented:
        return self.found or Represented("certain", tuple(option_for(each, self.settings) for each in self.people), data="2026-06-15")

    def around(self, channel: str = "web", **given: Any) -> Around:
        whole = channel == "web"
        return Around(self.settings, b"secret", channel, whole=whole, address="https://talk.example", find=self.find, **given)

    def hear(self, who: str, words: str, channel: str = "web") -> Heard:
        """Somebody says something to the guide."""
        self.later(1_000)
        owner, around = f"{channel}:{who}", self.around(channel, person=self.signed_in.get(who))
        heard = self.db.write_now(lambda tx: talks.hear(tx, owner, words, self.site.id, around, self.now, story=self.story.id))
        rows = self.db.read_now(lambda tx: tx.rows("SELECT payload FROM job WHERE kind = 'mail' ORDER BY id"))
        self.codes |= {told["to"]: told["values"]["digits"] for told in (json.loads(row.payload) for row in rows)}
        return heard

    def says(self, who: str, *messages: str, channel: str = "web") -> list[Says]:
        """Several messages one after another; what the guide says to the last."""
        return [each for message in messages for each in self.hear(who, message, channel).says][-20:]

    def state(self, who: str, channel: str = "web") -> State:
        heard = self.db.read_now(lambda tx: talks.look(tx, f"{channel}:{who}", self.around(channel), self.now))
        assert heard is not None
        return heard.state

    def to_preview(self, who: str, words: str = WORDS, channel: str = "web", whom: str = "1", ask: str = ASK) -> Heard:
        """From the first word to the letter as it will be."""
        self.says(who, "write", "ok", ask, HOME, whom, words, channel=channel)
        if self.state(who, channel).step == "words":
            self.hear(who, "preview", channel)
        if self.state(who, channel).step == "mailbox":
            self.hear(who, f"{who}@mail.example", channel)
        return self.hear(who, "preview", channel)

    def digits(self, who: str) -> str:
        """The six digits in the newest mail with a code to somebody."""
        return self.codes[f"{who}@mail.example"]

    def send(self, who: str, words: str = WORDS, whom: str = "1", ask: str = ASK, channel: str = "web") -> list[Row]:
        """A whole letter, its mailbox proven; the ten minutes run."""
        self.to_preview(who, words, channel, whom, ask)
        self.hear(who, "send", channel)
        if self.state(who, channel).step == "code":
            self.hear(who, self.digits(who), channel)
        return self.letters(who, channel)

    def letters(self, who: str, channel: str = "web") -> list[Row]:
        batch = self.state(who, channel).batch
        return self.db.read_now(lambda tx: store_letters.letters_of_batch(tx, batch)) if batch else []

    def states(self, who: str, channel: str = "web") -> dict[str, str]:
        return {row.official: row.state for row in self.letters(who, channel)}

    def row(self, letter: int) -> Row:
        found = self.db.read_now(lambda tx: store_letters.letter_row(tx, letter))
        assert found is not None
        return found

    def in_office(self, tx: Tx, to: Recipient, now: int) -> str:
        return self.gone.get(to.id, "")

    def work(self, kinds: tuple[str, ...] = ("letter", "letter_paper", "chat", "mail", "notice")) -> int:
        """The worker does all that is due; how many jobs."""
        worker, done = Worker(self.db, self.settings, lambda: self.now), 0
        while worker.work_once() and done < 5_000:
            done += 1
        return done

    def duty(self, name: str) -> int:
        return self.db.write_now(lambda tx: DUTIES[name].act(tx, self.now))


def words_of(says: list[Says] | tuple[Says, ...]) -> str:
    """All that was said, as one text."""
    return "\n".join(f"{each.words}\n{each.why}" for each in says)


