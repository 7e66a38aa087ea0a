"""A newsroom with notes, in the words of the domain: who proposes, rates, decides."""

from __future__ import annotations

from dataclasses import dataclass, field

from folkmoot.notes import deciding, notes, rating, showing, telling
from folkmoot.notes.model import About, Draft, Note, Passage
from folkmoot.notes.notes import Proposed
from folkmoot.notes.showing import Head, Whole
from folkmoot.notes.sources import read_sources
from folkmoot.people import accounts
from folkmoot.people.model import Actor
from folkmoot.reading.joins import comment_of
from folkmoot.storage import jobs
from folkmoot.storage.database import Row, Tx
from tests.moot import Moot

SAID = "The county’s table shows two of twelve samples above the limit, both from the north end."
SOURCE = "https://lab.ostleycounty.example/2025/lake.pdf"


@dataclass
class Desk:
    """One newsroom with an editor, and readers who know better."""

    moot: Moot
    editor: Actor = field(init=False)
    amara: Actor = field(init=False)
    _readers: int = 0

    def __post_init__(self) -> None:
        self.editor = self.moot.member("Ines", "editor")
        self.amara = self.moot.member("Amara")

    def draft(self, text: str = SAID, *, sources: tuple[str, ...] = (SOURCE,), exact: str = "", comment: int | None = None, **given: object) -> Draft:
        where = self.moot.story
        return Draft(where.id, "wrong", text, read_sources(sources, where.address), Passage(exact), comment, **given)  # type: ignore[arg-type]

    def about(self, comment: int | None) -> About | None:
        return self.moot.db.read_now(lambda tx: comment_of(tx, comment)) if comment else None

    def propose(self, actor: Actor | None = None, text: str = SAID, *, limits: bool = False, **given: object) -> Proposed:
        self.moot.later(1)
        draft = self.draft(text, **given)  # type: ignore[arg-type]
        about, grew = self.about(draft.comment), self.about(draft.grew_from)
        who = actor or self.amara
        return self.moot.db.write_now(lambda tx: notes.propose(tx, who, draft, self.moot.now, about=about, grew=grew, limits=limits))

    def note(self, number: int) -> Note:
        return self.moot.db.read_now(lambda tx: notes.get_note(tx, number))

    def rate(self, actor: Actor, note: int, level: str = "helpful", *reasons: str, revision: int | None = None) -> None:
        self.moot.db.write_now(lambda tx: rating.rate(tx, actor, note, level, reasons, self.moot.now, revision=revision))

    def reader(self) -> Actor:
        self._readers += 1
        return self.moot.member(f"Reader{self._readers}")

    def readers(self, number: int) -> list[Actor]:
        """Many readers, in one go."""
        begin, self._readers = self._readers, self._readers + number

        def act(tx: Tx) -> list[Actor]:
            names = [f"Reader{at}" for at in range(begin + 1, begin + number + 1)]
            boxes = [f"{name.lower()}@mail.example" for name in names]
            return [Actor(accounts.member_of(tx, accounts.MAILBOX, box, box, name, self.moot.now)) for name, box in zip(names, boxes, strict=True)]

        return self.moot.db.write_now(act)

    def rate_all(self, given: list[tuple[Actor, int, str]]) -> None:
        """Many ratings, in one go."""

        def act(tx: Tx) -> None:
            for actor, note, level in given:
                rating.rate(tx, actor, note, level, (), self.moot.now)

        self.moot.db.write_now(act)

    def decide(self, note: int, deed: str, reason: str = "", actor: Actor | None = None, **given: str) -> Note:
        who = actor or self.editor
        self.moot.later(1)
        return self.moot.db.write_now(lambda tx: deciding.decide(tx, who, note, deed, reason, self.moot.now, **given))

    def accept(self, note: int) -> Note:
        return self.decide(note, "accept", before="in all twelve samples", after="in two of twelve samples")

    def head(self) -> Head:
        return self.moot.db.read_now(lambda tx: showing.head(tx, self.moot.story.id))

    def whole(self, actor: Actor, note: int) -> Whole:
        return self.moot.db.read_now(lambda tx: showing.whole(tx, actor, note))

    def told(self, actor: Actor) -> list[str]:
        """The kinds of what a person was told, the latest first, decisions too that could still be taken back at once."""
        for job in reversed(self.moot.db.read_now(lambda tx: jobs.waiting(tx, telling.DECIDED, 99))):
            self.moot.db.write_now(lambda tx, job=job: telling.tell_decided(tx, job.payload, self.moot.now))  # type: ignore[misc]
        rows: list[Row] = self.moot.db.read_now(
            lambda tx: tx.rows("SELECT kind FROM notice WHERE person = :person ORDER BY id DESC", person=actor.id)
        )
        return [row.kind for row in rows]
