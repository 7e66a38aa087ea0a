"""What others put into the queue is shown with who said what, and weighs on the scale of all."""

from __future__ import annotations

from folkmoot.desk import queue
from folkmoot.notes import searching
from folkmoot.reading import joins
from tests.moot import MINUTE, Moot
from tests.notes.desk import Desk

DOUBT = "That is not true: see https://lab.example/table, where two of twelve samples are above the limit."


def test_a_comment_that_disputes_its_story_stands_there_with_its_writer_and_its_words(moot: Moot) -> None:
    said = moot.says(moot.guest("Steve"), DOUBT)
    while moot.db.write_now(lambda tx: searching.search(tx, joins, moot.now + MINUTE)):
        pass
    vera = moot.member("Vera", "moderator")
    page = moot.db.read_now(lambda tx: queue.waiting(tx, vera, moot.site, "harm", None, 9, moot.now))
    (line,) = page.lines
    assert (line.item.kind, line.item.id, line.item.name, line.item.snippet) == ("dispute", said, "Steve", DOUBT)
    hand = moot.db.read_now(lambda tx: queue.hand(tx, vera, "dispute", said, moot.now))
    assert (hand.item.name, hand.shown["c"].text, hand.template) == ("Steve", DOUBT, "desk/dispute.html")  # type: ignore[attr-defined]


def test_a_note_that_merely_waits_comes_after_a_held_comment(moot: Moot) -> None:
    desk = Desk(moot)
    note = desk.propose().id
    moot.allow(suspect_words=("kits",))
    held = moot.says(moot.guest("Fan"), "Cheap kits.")
    ines = moot.member("Ines", "admin")
    page = moot.db.read_now(lambda tx: queue.waiting(tx, ines, moot.site, "harm", None, 9, moot.now))
    assert [(line.item.kind, line.item.id) for line in page.lines] == [("comment", held), ("note", note)]
