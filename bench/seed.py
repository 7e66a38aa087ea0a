"""Big threads, written straight into the tables: real text, five levels, a third of them roots, votes on half of them."""

from __future__ import annotations

import random
from collections.abc import Iterator

from msgspec import Struct

from folkmoot.discussion.model import Words
from folkmoot.discussion.text import RENDERER, read
from folkmoot.discussion.threads import sort_keys
from folkmoot.people.accounts import new_guest
from folkmoot.people.model import COMMAND
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Story
from folkmoot.storage.database import Database, Tx
from folkmoot.storage.ids import new_id

BEGIN = 1_750_000_000_000  # when the first comment was posted
HOST = "news.example"
STEP = 5_000               # rows to a transaction
LEVELS = 5
ROOTS = 0.31
_SAID = (
    "the a of and to in is was that it on for with as at by from not this but they have had were which one all would there been said about"
    " river bridge council mayor school budget train harbour mill dam winter summer road house street market paper reader question answer"
    " figures measured promised repaired closed opened argued voted counted forgotten remembered honest careful expensive broken quiet"
)
_WORDS = _SAID.split()

INSERT = """
INSERT INTO comment (id, story, parent, level, person, name, skeleton, text, html, renderer, posted, state, visible, up, down, replies,
  by_best, by_replies, by_hot, moved, digest)
VALUES (:id, :story, :parent, :level, :person, :name, :name, :text, :html, :renderer, :posted, 'published', 1, :up, :down, :replies,
  :by_best, :by_replies, :by_hot, 1, :digest)
"""


class Seeded(Struct, frozen=True):
    """A story with its comments. people: ids and names of those who wrote."""

    story: Story
    comments: list[int]

    @property
    def address(self) -> str:
        return self.story.address


class Seeder:
    """Fills a database. The same seed gives the same threads but for ids."""

    WORDS = _WORDS

    def __init__(self, db: Database, seed: int = 7) -> None:
        self.db = db
        self.chance = random.Random(seed)
        self.texts = [read(self.text()) for _ in range(400)]
        db.write_now(lambda tx: sites.add_site(tx, COMMAND, HOST, "The News", BEGIN))
        self.people = db.write_now(lambda tx: [new_guest(tx, f"Reader {number}", BEGIN)[0] for number in range(150)])

    def text(self) -> str:
        """About 285 letters in three or four sentences."""
        said = (" ".join(self.chance.choices(_WORDS, k=self.chance.randint(6, 20))) for _ in range(self.chance.randint(2, 6)))
        return " ".join(f"{sentence.capitalize()}." for sentence in said)

    def thread(self, name: str, comments: int, *, one_root: bool = False) -> Seeded:
        """A story with that many comments; with `one_root` all but the first are replies to the first."""
        story = self.db.write_now(lambda tx: stories.ensure(tx, f"https://{HOST}/{name}", None, f"About {name}", "site", BEGIN))
        rows = list(self._one_root(story.id, comments) if one_root else self._rows(story.id, comments))
        replies: dict[int, int] = {}
        for row in rows:
            replies[row["parent"]] = replies.get(row["parent"], 0) + 1
        for row in rows:
            row["replies"] = replies.get(row["id"], 0)
            row["by_best"], row["by_replies"], row["by_hot"] = sort_keys(row["up"], row["down"], row["posted"], row["replies"])
        for start in range(0, len(rows), STEP):
            part = rows[start : start + STEP]
            self.db.write_now(lambda tx, part=part: tx.many(INSERT, part))  # type: ignore[misc]
        self.db.write_now(lambda tx: _count(tx, story.id, rows))
        return Seeded(story, [row["id"] for row in rows])

    def _rows(self, story: int, comments: int) -> Iterator[dict]:  # type: ignore[type-arg]
        recent: list[tuple[int, int]] = []
        for number in range(comments):
            parent, level = 0, 1
            if recent and self.chance.random() > ROOTS:
                parent, above = self.chance.choice(recent)
                level = above + 1
            row = self._row(story, number, parent, level)
            if level < LEVELS:
                recent = [*recent[-40:], (row["id"], level)]
            yield row

    def _one_root(self, story: int, comments: int) -> Iterator[dict]:  # type: ignore[type-arg]
        root = self._row(story, 0, 0, 1)
        yield root
        for number in range(1, comments):
            yield self._row(story, number, root["id"], 2)

    def _row(self, story: int, number: int, parent: int, level: int) -> dict:  # type: ignore[type-arg]
        words: Words = self.chance.choice(self.texts)
        person = self.chance.choice(self.people)
        voted = self.chance.random() < 0.5
        posted = BEGIN + number * 7_000 + self.chance.randrange(7_000)
        return {
            "id": new_id(posted), "story": story, "parent": parent, "level": level, "person": person.id, "name": person.name,
            "text": words.text, "html": words.html, "renderer": RENDERER, "posted": posted, "digest": words.digest,
            "up": self.chance.randrange(40) if voted else 0, "down": self.chance.randrange(15) if voted else 0,
        }  # fmt: skip


def _count(tx: Tx, story: int, rows: list[dict]) -> None:  # type: ignore[type-arg]
    votes = sum(row["up"] + row["down"] for row in rows)
    tx.run(
        "INSERT INTO thread (story, live, votes) VALUES (:story, :live, :votes)"
        " ON CONFLICT (story) DO UPDATE SET live = :live, votes = :votes",
        story=story, live=len(rows), votes=votes,
    )  # fmt: skip
    tx.bump(story)
