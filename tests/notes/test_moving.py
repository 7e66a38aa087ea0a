"""Two stories become one, and two again: their notes, ratings, statements and the map's votes go along and come back."""

from __future__ import annotations

from folkmoot.desk import merging
from folkmoot.notes import learning, maps, notes, store_maps, store_ratings
from folkmoot.notes.map_drawing import draw_map
from folkmoot.notes.model import Draft
from folkmoot.notes.sources import read_sources
from folkmoot.people.model import COMMAND
from folkmoot.reading.joins import texts_of
from tests.notes.desk import SAID, SOURCE, Desk


def test_notes_go_along_with_a_merged_story_and_come_back_with_it(desk: Desk) -> None:
    moot, here = desk.moot, desk.moot.story.id
    old = moot.take_in("https://news.example/old?p=17", "The old lake").id
    draft = Draft(old, "wrong", SAID, read_sources((SOURCE,), "https://news.example/old"))
    moved = moot.db.write_now(lambda tx: notes.propose(tx, desk.amara, draft, moot.now, limits=False)).id
    stays = desk.propose(text="The fence costs forty thousand, not fourteen.").id
    readers = desk.readers(20)
    desk.rate_all([(each, moved, "helpful") for each in readers])
    put = moot.db.write_now(lambda tx: maps.put_statement(tx, desk.editor, old, "Test after every storm.", moot.now))
    said = [moot.post(moot.guest("Bo"), f"Words {number}.", None, moot.db.read_now(lambda tx: maps.get_story(tx, old))).id for number in range(8)]
    votes = {(comment, each.id or 0): 1 if at < 10 else -1 for comment in said for at, each in enumerate(readers)}
    moot.db.write_now(lambda tx: learning.learn_votes(tx, old, votes, moot.now))
    draw_map(moot.db, texts_of, old, moot.now)

    def where() -> tuple[int, int, int, int, bool]:
        def read(tx: object) -> tuple[int, int, int, int, bool]:
            statement = store_maps.statement_by_id(tx, put)  # type: ignore[arg-type]
            assert statement is not None
            counted = len(store_ratings.votes_known(tx, old)), len(store_ratings.votes_known(tx, here))  # type: ignore[arg-type]
            return notes.get_note(tx, moved).story, statement.story, *counted, store_maps.map_of(tx, old) is not None  # type: ignore[arg-type]

        return moot.db.read_now(read)

    before = where()
    assert before == (old, old, 160, 0, True)
    merging.merge(moot.db, COMMAND, old, here, "One story.", moot.now)
    assert where() == (here, here, 0, 160, False)
    assert desk.note(moved).ratings == 20
    assert desk.head().total == 2
    merging.part(moot.db, COMMAND, old, "Two after all.", moot.now)
    assert where() == (*before[:4], False), "the map is drawn anew by the worker"
    assert desk.note(stays).story == here
