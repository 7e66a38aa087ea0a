"""What the desk has decided, of every kind, is taken back by those who may decide it: whoever else tries changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from folkmoot.action import wrong
from folkmoot.desk import reports
from folkmoot.desk.sources import SOURCES, source_of
from folkmoot.notes import learning, notes, store_alarms, store_ratings
from folkmoot.notes.model import About, Draft
from folkmoot.notes.sources import read_sources
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.waiting import Because
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from tests.hostile.asking import send_form, send_json
from tests.moot import Moot
from tests.test_permissions import EVERYBODY, STAFF, Town


@pytest.fixture
def town(moot: Moot) -> Iterator[Town]:
    made = Town(moot)
    yield made
    made.house.close()


def held(town: Town) -> int:
    return town.comment("held")


def reported(town: Town) -> int:
    comment, told = town.comment("published"), reports.Told("It breaks the law of lakes.")
    return town.moot.db.write_now(lambda tx: reports.report(tx, Actor(), comment, told, town.moot.now))[0]


def noted(town: Town) -> int:
    town.moot.later(1)
    amara, story = town.moot.member("Amara"), town.moot.take_in(f"https://news.example/{town.moot.now}")
    draft = Draft(story.id, "wrong", "Two of the twelve samples.", read_sources(["https://lab.example/lake"]))
    return town.moot.db.write_now(lambda tx: notes.propose(tx, amara, draft, town.moot.now, limits=False)).id


def disputed(town: Town) -> int:
    words = "That is not true: https://lab.example/lake says two of twelve."
    said = About(town.comment("published"), town.moot.story.id, town.writer.id, "Ada", words)
    assert town.moot.db.write_now(lambda tx: learning.learn_comments(tx, [said], town.moot.now)) == 1
    return said.id


def alarmed(town: Town) -> int:
    """A reckoning in which somebody may be steering."""

    def act(tx: Tx) -> int:
        fit = new_id(town.moot.now)
        store_ratings.insert_fit(tx, fit, town.moot.site.id, town.moot.now, "{}")
        store_alarms.mark(tx, fit, True)
        return fit

    return town.moot.db.write_now(act)


def complained(town: Town) -> int:
    return town.moot.db.write_now(lambda tx: wrong.report(tx, Actor(), "A1", "", town.moot.site.id, "phone", "It ends in 42.", town.moot.now))


# What waits, by kind: who brings it, how it is decided, the tables in which that can be seen, and who may take it back.
UNDONE: dict[str, tuple[Callable[[Town], int], str, tuple[str, ...], frozenset[str]]] = {
    "comment": (held, "remove", ("comment", "decision"), STAFF),
    "report": (reported, "stands", ("report",), STAFF),
    "note": (noted, "decline", ("note", "note_decision"), frozenset({"editor", "admin"})),
    "dispute": (disputed, "aside", ("note_find",), STAFF | {"editor"}),
    "note_alarm": (alarmed, "seen", ("note_fit",), STAFF | {"editor"}),
    "contact": (complained, "fixed", ("directory_report",), STAFF),
}


def test_every_kind_that_can_be_undone_is_tried_here() -> None:
    assert {source.kind for source in SOURCES if source.undo} == UNDONE.keys()


@pytest.mark.parametrize("kind", UNDONE)
def test_a_decision_is_taken_back_by_those_who_may_and_stands_for_others(town: Town, kind: str) -> None:
    bring, deed, tables, may = UNDONE[kind]
    db, source = town.moot.db, source_of(kind)

    def rows() -> list[object]:
        return db.read_now(lambda tx: [sorted(map(tuple, tx.rows(f"SELECT * FROM {table}")), key=repr) for table in tables])

    for who in sorted(EVERYBODY):
        for by_form in (False, True) if who in town.cookies else (False,):
            item = bring(town)
            number = db.write_now(lambda tx, item=item: source.decide(tx, COMMAND, item, deed, Because("So."), town.moot.now))  # type: ignore[misc]
            before, form = rows(), {"kind": kind, "number": str(number), "site": str(town.moot.site.id)}
            undoing = send_json("DELETE", f"/api/v1/queue/{kind}/decisions/{number}", b"", town.tokens[who])
            answer = town.house.ask(send_form("/desk/undo", form, town.cookies[who]) if by_form else undoing)
            assert (answer.status < 400) == (who in may), (who, answer)
            assert (rows() == before) == (who not in may), (who, answer)


def test_what_nobody_has_decided_is_not_undone(town: Town) -> None:
    fit = alarmed(town)
    for number in (fit, fit + 1):
        answer = town.house.ask(send_json("DELETE", f"/api/v1/queue/note_alarm/decisions/{number}", b"", town.tokens["admin"]))
        assert answer.status == 409, answer
