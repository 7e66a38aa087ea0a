"""The opinion map: groups only where they are, nobody's votes in a small group, one's own place for oneself alone; statements of the editor's."""

from __future__ import annotations

import random

import pytest

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from folkmoot.notes import learning, maps
from folkmoot.notes.drawing import drawing
from folkmoot.notes.map_drawing import draw_map
from folkmoot.notes.map_pages import shown
from folkmoot.notes.maps import Group, MapAnswer, Said, Share
from folkmoot.people.model import Actor
from folkmoot.reading.joins import texts_of
from tests.notes.desk import Desk


def put(desk: Desk, text: str, actor: Actor | None = None) -> int:
    who = actor or desk.editor
    return desk.moot.db.write_now(lambda tx: maps.put_statement(tx, who, desk.moot.story.id, text, desk.moot.now))


def draw(desk: Desk) -> MapAnswer:
    draw_map(desk.moot.db, texts_of, desk.moot.story.id, desk.moot.now)
    return desk.moot.db.read_now(lambda tx: maps.map_answer(tx, desk.moot.story.id))


def two_towns(desk: Desk, size: int = 30, sure: float = 0.95) -> list[Actor]:
    """People of two minds about twelve statements, of one mind about two more."""
    people, chance = desk.readers(2 * size), random.Random(3)
    asked = [put(desk, f"Statement {number} of twelve.") for number in range(12)] + [put(desk, f"All agree on {number}.") for number in range(2)]

    def act(tx: object) -> None:
        for at, actor in enumerate(people):
            for number, statement in enumerate(asked):
                likes = number >= 12 or (number % 2 == 0) == (at < size)
                maps.give_opinion(tx, actor, statement, 1 if likes == (chance.random() < sure) else -1, desk.moot.now)  # type: ignore[arg-type]

    desk.moot.db.write_now(act)
    return people


def test_two_minds_are_two_groups_and_first_comes_what_all_agree_on(desk: Desk) -> None:
    people = two_towns(desk)
    told = draw(desk)
    assert told.separate
    assert sorted(group.size for group in told.groups) == [30, 30]
    assert {said.text for said in told.agreed[:2]} == {"All agree on 0.", "All agree on 1."}
    assert all(said.text.startswith("Statement") for said in told.divides)
    assert told.places == sorted(told.places, key=lambda at: at[:2])
    assert str(people[0].id) not in repr(told)


def test_one_mind_is_no_group(desk: Desk) -> None:
    two_towns(desk, sure=0.5)
    told = draw(desk)
    assert not told.separate
    assert told.groups == []
    assert all(len(said.shares) == 1 and said.shares[0].voted == 60 for said in (*told.agreed, *told.divides))


def test_a_group_keeps_its_number_from_map_to_map(desk: Desk) -> None:
    people = two_towns(desk)
    draw(desk)
    before = {at: desk.moot.db.read_now(lambda tx, who=who: maps.own_place(tx, who, desk.moot.story.id)) for at, who in enumerate(people)}  # type: ignore[misc]
    desk.moot.later(1)
    draw(desk)
    after = {at: desk.moot.db.read_now(lambda tx, who=who: maps.own_place(tx, who, desk.moot.story.id)) for at, who in enumerate(people)}  # type: ignore[misc]
    assert [place and place[2] for place in before.values()] == [place and place[2] for place in after.values()]


def test_too_few_are_no_map_at_all(desk: Desk) -> None:
    statement = put(desk, "The lake is fine.")
    desk.moot.db.write_now(lambda tx: maps.give_opinion(tx, desk.amara, statement, 1, desk.moot.now))
    with pytest.raises(NotFound):
        draw(desk)


def test_votes_on_comments_are_on_the_map_with_their_words(desk: Desk) -> None:
    said = [desk.moot.says(desk.moot.guest("Bo"), f"Comment {number}.") for number in range(8)]
    people = desk.readers(40)
    votes = {
        (comment, each.id or 0): 1 if (number % 2 == 0) == (at < 20) else -1
        for number, comment in enumerate(said) for at, each in enumerate(people)
    }  # fmt: skip
    desk.moot.db.write_now(lambda tx: learning.learn_votes(tx, desk.moot.story.id, votes, desk.moot.now))
    told = draw(desk)
    assert told.people == 40
    assert {each.kind for each in told.divides} == {"comment"}
    assert all(each.text.startswith("Comment") for each in told.divides)


def test_nobodys_votes_are_told_in_a_group_under_five() -> None:
    shares = [Share(4, 0, 4), Share(10, 2, 12)]
    told = MapAnswer(16, True, "", [Group(0, 4), Group(1, 12)], [Said("1", "statement", "x", shares)], [], [(0.0, 0.0, 0), (1.0, 1.0, 1)])
    hidden = maps.hide_small(told)
    assert [group.id for group in hidden.groups] == [1]
    assert hidden.agreed[0].shares == [Share(10, 2, 12)]
    assert [party for _, _, party in hidden.places] == [None, 1]
    few = maps.hide_small(MapAnswer(40, True, "", [Group(0, 20), Group(1, 20)], [Said("1", "statement", "x", [Share(3, 0, 3), Share(9, 1, 10)])]))
    assert few.agreed[0].shares[0] == Share(0, 0, 0)


def test_ones_own_place_is_ones_own(desk: Desk) -> None:
    people = two_towns(desk)
    draw(desk)
    mine = desk.moot.db.read_now(lambda tx: shown(tx, people[0], desk.moot.story.id))
    other = desk.moot.db.read_now(lambda tx: shown(tx, desk.amara, desk.moot.story.id))
    assert mine.place
    assert mine.drawn and mine.drawn.you
    assert other.place is None


def test_only_editors_put_statements_and_only_proven_people_answer_them(desk: Desk) -> None:
    for who in (desk.amara, desk.moot.member("Vera", "moderator"), Actor()):
        with pytest.raises(NotAllowed):
            put(desk, "No.", who)
    statement = put(desk, "Test after every storm.")
    for text, kind in (("Test after every storm.", Conflict), ("", Invalid), ("x" * 201, Invalid)):
        with pytest.raises(kind):
            put(desk, text)
    with pytest.raises(NotSignedIn):
        desk.moot.db.write_now(lambda tx: maps.give_opinion(tx, Actor(), statement, 1, desk.moot.now))
    guest = desk.moot.guest("Bo")
    with pytest.raises(NotAllowed):
        desk.moot.db.write_now(lambda tx: maps.give_opinion(tx, guest, statement, 1, desk.moot.now))
    desk.moot.db.write_now(lambda tx: maps.end_statement(tx, desk.editor, statement, desk.moot.now))
    with pytest.raises(Conflict):
        desk.moot.db.write_now(lambda tx: maps.give_opinion(tx, desk.amara, statement, 1, desk.moot.now))


def test_any_places_make_a_drawing() -> None:
    for places in ([], [(0.0, 0.0, None)], [(1.0, 2.0, 0)] * 7, [(float(n), 0.0, n % 7) for n in range(20)]):
        found = drawing(places, sorted({party for _, _, party in places if party is not None}), (0.0, 0.0, None))
        assert len(found.marks) == len(places)
        assert "nan" not in repr(found)
