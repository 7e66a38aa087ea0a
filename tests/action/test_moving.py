"""When stories are merged, what readers can do and did goes along; when they are parted it comes back."""

from __future__ import annotations

from folkmoot.action import actions, store_actions, talks
from folkmoot.desk import merging
from folkmoot.people.model import COMMAND
from folkmoot.sites import stories
from folkmoot.storage import jobs
from folkmoot.storage.database import Database
from folkmoot.work import HANDLERS, Steps
from tests.action.guided import ASK, HOME, WORDS, Guided
from tests.action.test_actions import draft


def version_of(db: Database, story: int) -> int:
    row = db.read_now(lambda tx: tx.one("SELECT version FROM story_version WHERE story = :story", story=story))
    return int(row.version) if row else 0


def test_actions_letters_and_talks_go_along_and_come_back(db: Database, now: int) -> None:
    guided = Guided(db, now)
    near, far = guided.story.id, db.write_now(lambda tx: stories.ensure(tx, "https://news.example/lake-again", None, "The lake", "page", now)).id
    action = db.write_now(lambda tx: actions.make(tx, COMMAND, near, draft(), now))
    around = guided.around()
    for words in ("write", "ok", ASK, HOME, "2", WORDS, "send"):
        guided.later(1_000)
        db.write_now(lambda tx, words=words: talks.hear(tx, "web:ada", words, guided.site.id, around, guided.now, story=near, action=action.id))  # type: ignore[misc]

    def where() -> list[int]:
        tables = ("action", "letter", "talk")
        return [row.story for table in tables for row in db.read_now(lambda tx, table=table: tx.rows(f"SELECT story FROM {table}"))]  # type: ignore[misc]

    def cards(story: int) -> int:
        return len(db.read_now(lambda tx: actions.running(tx, story, guided.now)))

    assert where() == [near] * 3
    db.write_now(lambda tx: merging.begin_merge(tx, COMMAND, near, far, "One matter", guided.now))
    guided.work()
    assert (where(), cards(near), cards(far)) == ([far] * 3, 0, 1)
    version = version_of(db, far)
    job = jobs.claim(db, (actions.JOB,), action.draft.ends)
    handler = HANDLERS[actions.JOB]
    assert job is not None and isinstance(handler, Steps)
    db.write_now(lambda tx: handler.act(tx, job.payload, action.draft.ends))
    assert version_of(db, far) > version, "the page in which it stands now"
    db.write_now(lambda tx: merging.begin_part(tx, COMMAND, near, "Two after all", guided.now))
    guided.work()
    assert where() == [near] * 3
    assert db.read_now(lambda tx: store_actions.action_by_id(tx, action.id)) is not None
