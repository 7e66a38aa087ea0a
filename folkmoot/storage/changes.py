"""Who hears of versions that moved, and the tick that moves them for votes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from folkmoot.storage import jobs
from folkmoot.storage.database import Database, Tx

Told = Callable[[dict[int, int]], None]
TICK = 1_000  # ms: votes move a story's version at most this often
VOTED = "voted"  # the job that tells who learns from votes of a story that got some; payload: {"story"}
GATHER = 30_000  # ms that such a job waits for more votes
_DUE = "SELECT story FROM story_version WHERE marked = 1 AND ticked <= :before ORDER BY story LIMIT 500"
_TICK = "UPDATE story_version SET marked = 0, ticked = :now WHERE story = :story"
# Once per story and group: a turn where a piece held it, a move of the version where one bumped it, a mark where one marked it.
_END = """
INSERT INTO story_version (story, turn, version, marked, moved, writer) VALUES (:story, :turn, :bump, :mark, {moved}, :writer)
ON CONFLICT (story) DO UPDATE SET turn = story_version.turn + excluded.turn, version = story_version.version + excluded.version,
  marked = CASE WHEN excluded.marked = 1 THEN 1 ELSE story_version.marked END,
  moved = CASE WHEN excluded.version = 1 THEN excluded.moved ELSE story_version.moved END,
  writer = CASE WHEN excluded.version = 1 THEN excluded.writer ELSE story_version.writer END
RETURNING version
"""
_log = logging.getLogger(__name__)


def end_sql(moved: str) -> str:
    """The statement that ends a story's part in a group. moved: an SQL expression, the group's place in the order of all."""
    return _END.format(moved=moved)


class Followers:
    """Those who asked to be told. May be told from several threads; a follower that raises does not harm the others."""

    def __init__(self) -> None:
        self._told: tuple[Told, ...] = ()

    def add(self, told: Told) -> Callable[[], None]:
        """Adds a follower; gives the way to stop."""
        self._told = (*self._told, told)

        def stop() -> None:
            self._told = tuple(each for each in self._told if each is not told)

        return stop

    def tell(self, moved: dict[int, int]) -> None:
        """Tells all. An empty dict says: believe nothing kept."""
        for told in self._told:
            try:
                told(moved)
            except Exception:
                _log.exception("A follower of story versions failed.")


def tick(db: Database, now: int) -> int:
    """Moves the versions of stories that got votes since their last tick, each at most once a second; the number of stories."""
    before = now - TICK
    if not db.read_now(lambda tx: _due(tx, before)):
        return 0
    return db.write_now(lambda tx: _tick(tx, before, now))


def _due(tx: Tx, before: int) -> list[int]:
    return [row.story for row in tx.rows(_DUE, before=before)]


def _tick(tx: Tx, before: int, now: int) -> int:
    stories = _due(tx, before)
    tx.many(_TICK, [{"story": story, "now": now} for story in stories])
    for story in stories:
        tx.bump(story)
        jobs.put(tx, VOTED, {"story": story}, now, run_after=now + GATHER, key=f"{VOTED}:{story}")
    return len(stories)
