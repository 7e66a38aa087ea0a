"""Ratings move notes: up when both sides find them helpful, never on one side's word alone; slowly up, at once down."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from folkmoot import cli
from folkmoot.errors import NotAllowed
from folkmoot.notes import alarms, asking, at_desk, dump, learning, notes, standing, store, store_ratings
from folkmoot.notes.model import DAY, MINUTE, Standing
from folkmoot.notes.reckoning import Reckoner
from folkmoot.people import sessions
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from tests.hostile.asking import House, get
from tests.moot import Moot
from tests.notes.desk import Desk

TALK = (
    "Two of the twelve samples were above the limit.", "The fence costs forty thousand, not fourteen.", "The council voted five to four.",
    "The insurer asked for daily tests in March.", "Nobody has drowned since 1987.", "The drain spills only after storms.",
    "The petition had 2,900 names by morning.", "The jetty was built in 1951 by volunteers.", "The baths closed three years ago.",
    "The county runs the laboratory, not the town.", "A reed bed was planned eleven years back.", "The club has 240 members.",
)  # fmt: skip


class Town:
    """A newsroom whose readers stand on two sides: what they like depends on a note's colour, what both like is simply good."""

    def __init__(self, desk: Desk, readers: int = 40) -> None:
        self.desk = desk
        self.reckoner = Reckoner()
        people = desk.readers(readers)
        self.left, self.right = people[: readers // 2], people[readers // 2 :]
        given = []
        self.notes = [desk.propose(text=text).id for text in TALK]
        chance = random.Random(7)
        for number, note in enumerate(self.notes):
            for side, people in ((0, self.left), (1, self.right)):
                liked = number % 3 == 2 or number % 3 == side
                for each in people:
                    if chance.random() < 0.8:
                        given.append((each, note, "helpful" if liked == (chance.random() < 0.9) else "unhelpful"))
        desk.rate_all(given)

    def fit(self) -> None:
        self.reckoner.fit(self.desk.moot.db, {"site": self.desk.moot.site.id}, self.desk.moot.now)

    def settle(self) -> None:
        self.fit()
        self.desk.moot.later(20 * MINUTE)
        self.fit()

    def grades(self) -> list[str]:
        return [self.desk.note(note).grade for note in self.notes]


@pytest.fixture
def town(desk: Desk) -> Town:
    return Town(desk)


def test_what_both_sides_find_helpful_rises_after_a_while_and_ones_own_side_is_not_enough(town: Town) -> None:
    town.fit()
    assert {town.grades()[number] for number in (2, 5, 8, 11)} == {"proposed"}  # deserved, and dwelling
    town.desk.moot.later(20 * MINUTE)
    town.fit()
    assert {town.grades()[number] for number in (2, 5, 8, 11)} <= {"helpful", "both_sides"}
    assert not {"helpful", "both_sides"} & {town.grades()[number] for number in (0, 1, 3, 4, 6, 7, 9, 10)}
    assert len(town.desk.head().at_head) == 4
    told = town.desk.told(town.desk.amara)
    assert sum(kind in ("note_helpful", "note_both_sides") for kind in told) == 4


def test_a_new_rating_re_solves_its_note_with_readers_as_they_were(town: Town) -> None:
    town.settle()
    new = town.desk.propose(text="The samples were taken on Mondays alone, says the table.").id
    town.desk.rate_all([(each, new, "helpful") for each in (*town.left[:9], *town.right[:9])])
    town.fit()
    before = town.desk.moot.db.read_now(lambda tx: store.standing_of(tx, new, town.desk.note(new).revision))
    town.desk.rate(town.left[9], new, "unhelpful")
    town.reckoner.rated(town.desk.moot.db, {"note": new}, town.desk.moot.now)
    after = town.desk.moot.db.read_now(lambda tx: store.standing_of(tx, new, town.desk.note(new).revision))
    assert before is not None
    assert after is not None
    assert after.ratings == before.ratings + 1
    assert (after.score or 0) < (before.score or 0)


def test_a_disputed_note_says_what_made_it_so(town: Town) -> None:
    town.settle()
    note = town.notes[0]
    struck = Standing("disputed", town.desk.moot.now + 1, 0.3, 0.2, 0.4, 0.0, 20, (12, 14), (4, 6), 0, False, "burst_against")
    town.desk.moot.db.write_now(lambda tx: standing.stand(tx, note, town.desk.note(note).revision, struck))
    house = House(town.desk.moot.db, clock=lambda: town.desk.moot.now)
    assert "rated down all at once; most of the others find it helpful" in house.ask(get(f"/notes/{note}")).text
    house.close()
    why = town.desk.moot.db.read_now(lambda tx: [each.words for each in at_desk.reasons(tx, notes.get_note(tx, note))])
    assert "Ratings against it came all at once, while most of the others find it helpful." in why


def test_a_note_that_is_held_is_not_said_to_divide_the_sides(town: Town) -> None:
    town.settle()
    note = town.notes[0]
    held = Standing("disputed", town.desk.moot.now + 1, 0.8, 0.7, 0.9, 0.0, 20, (12, 14), (5, 6), 0, False, "linked_differ")
    town.desk.moot.db.write_now(lambda tx: standing.stand(tx, note, town.desk.note(note).revision, held))
    house = House(town.desk.moot.db, clock=lambda: town.desk.moot.now)
    page = house.ask(get(f"/notes/{note}")).text
    house.close()
    assert "It would not be shown without raters who seem to act together." in page
    assert "one side finds it helpful, the other does not" not in page


def test_a_note_that_loses_its_place_says_so_to_those_who_had_rated_it(town: Town) -> None:
    town.settle()
    note = town.notes[2]
    assert town.desk.note(note).at_head
    revision = town.desk.note(note).revision
    fallen = Standing("disputed", town.desk.moot.now, 0.3, 0.2, 0.4, 0.0, 50, (20, 25), (5, 25), 0, False, "split")
    town.desk.moot.db.write_now(lambda tx: standing.stand(tx, note, revision, fallen))
    assert not town.desk.note(note).at_head
    assert [each.note.id for each in town.desk.head().gone] == [note]
    rater = next(each for each in town.left if town.desk.whole(each, note).own.level)
    assert town.desk.told(rater) == ["note_gone"]
    assert "note_disputed" in town.desk.told(town.desk.amara)


def test_why_a_note_stands_where_it_stands_is_said_without_its_counts_to_who_has_not_rated(town: Town) -> None:
    town.settle()
    stranger = town.desk.reader()
    hidden = " ".join(town.desk.whole(stranger, town.notes[0]).why)
    assert "hidden until you have given your own rating" in hidden
    told = town.desk.whole(town.desk.amara, town.notes[0])
    assert any("on one side find it helpful" in each for each in told.why)
    assert [rung.name for rung in told.rungs if not rung.at][-1] == "Accepted by the editor"


def test_where_all_lean_one_way_the_editor_decides(desk: Desk) -> None:
    note = desk.propose().id
    desk.rate_all([(each, note, "unhelpful") for each in desk.readers(40)])
    Reckoner().fit(desk.moot.db, {"site": desk.moot.site.id}, desk.moot.now)
    assert desk.note(note).grade not in ("both_sides", "helpful")
    assert "Nearly all who rate here are on one side, so ratings cannot show that both agree. The editor decides." in desk.whole(desk.amara, note).why
    desk.accept(note)
    assert desk.note(note).at_head


# The lot


def test_the_lot_is_the_same_for_the_same_seed_and_leans_to_the_thin_side() -> None:
    pool = [asking.Candidate(number, 1 if number < 90 else -1) for number in range(100)]
    assert asking.draw(pool, 1, 10, "seed") == asking.draw(pool, 1, 10, "seed")
    thin = sum(person >= 90 for seed in range(200) for person, _ in asking.draw(pool, 1, 10, str(seed)))
    assert 600 < thin < 1_200  # of 2,000 drawn; without weight it would be 200
    even = sum(person >= 90 for seed in range(200) for person, _ in asking.draw(pool, 0, 10, str(seed)))
    assert 120 < even < 280


def test_one_voice_is_drawn_once() -> None:
    pool = [asking.Candidate(number, 1, voice=3) for number in range(20)] + [asking.Candidate(99, 1)]
    assert len(asking.draw(pool, 0, 10, "seed")) == 2


def test_readers_are_asked_once_a_week_about_what_is_contested_and_the_draw_is_logged(desk: Desk) -> None:
    note = desk.propose().id
    readers = desk.readers(30)
    desk.moot.db.write_now(lambda tx: [_comes(desk, each, tx) for each in readers])
    assert desk.moot.db.write_now(lambda tx: asking.ask_readers(tx, b"secret", desk.moot.now)) == 0  # just proposed
    desk.moot.later(DAY + MINUTE)
    assert desk.moot.db.write_now(lambda tx: asking.ask_readers(tx, b"secret", desk.moot.now)) == 10
    assert desk.moot.db.write_now(lambda tx: asking.ask_readers(tx, b"secret", desk.moot.now)) == 0
    (row,) = desk.moot.db.read_now(lambda tx: asking.drawn_for(tx, note))
    assert (row.pool, row.aimed) == (30, 10)
    asked = [each for each in readers if desk.moot.db.read_now(lambda tx, who=each: asking.asked_of(tx, who, desk.moot.now))]  # type: ignore[misc]
    assert len(asked) == 10
    desk.rate(asked[0], note)
    assert desk.moot.db.read_now(lambda tx: asking.asked_of(tx, asked[0], desk.moot.now)) == []
    assert [bool(row.asked) for row in desk.moot.db.read_now(lambda tx: store_ratings.ratings_of(tx, desk.note(note).revision))] == [True]
    second = desk.propose(desk.reader(), "The fence costs forty thousand, not fourteen.").id
    desk.moot.later(DAY + MINUTE)
    desk.moot.db.write_now(lambda tx: asking.ask_readers(tx, b"secret", desk.moot.now))
    drawn = desk.moot.db.read_now(lambda tx: [row.person for draw in asking.drawn_for(tx, second) for row in store_ratings.asked_of(tx, draw.id)])
    assert not {each.id for each in asked} & set(drawn)


def _comes(desk: Desk, actor: Actor, tx: object) -> None:
    asking.come_by(tx, actor, desk.moot.site.id, desk.moot.now)  # type: ignore[arg-type]


# What is learned, and what is given away


def test_notes_keep_a_copy_of_the_votes_that_count_and_follow_them(moot: Moot) -> None:
    said, ada = moot.says(moot.guest("Bo"), "The lake is clean."), moot.member("Ada")
    votes = {(said, ada.id or 0): 1}
    assert moot.db.write_now(lambda tx: learning.learn_votes(tx, moot.story.id, votes, moot.now)) == 1
    assert moot.db.write_now(lambda tx: learning.learn_votes(tx, moot.story.id, votes, moot.now)) == 0
    assert moot.db.write_now(lambda tx: learning.learn_votes(tx, moot.story.id, {}, moot.now)) == 1
    assert moot.db.read_now(lambda tx: store_ratings.votes_known(tx, moot.story.id)) == {}


def test_from_the_dump_alone_anybody_recomputes_every_status(town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moot, people = town.desk.moot, [*town.left, *town.right]
    said = [moot.says(moot.guest("Bo"), f"Comment {number}.") for number in range(6)]
    votes = {(comment, each.id or 0): 1 if (at % 2) == (each in town.left) else -1 for at, comment in enumerate(said) for each in people}
    moot.db.write_now(lambda tx: learning.learn_votes(tx, moot.story.id, votes, moot.now))
    town.settle()
    moot.later(3 * DAY)
    town.desk.rate(town.desk.reader(), town.notes[0], "helpful")
    town.fit()
    assert dump.make(moot.db, moot.site.id, b"secret", moot.now) == 2
    packed = b"".join(moot.db.read_now(lambda tx: dump.parts(tx, None)))
    lines = [json.loads(line) for line in gzip.decompress(packed).splitlines()]
    notes = {line["id"]: line for line in lines if line["kind"] == "note"}
    assert {line["reckoned"]["status"] for line in notes.values()} >= {"helpful", "disputed"}
    assert lines[0]["kind"] == "parameters" and lines[0]["constants"]["scoring.SURE"] and lines[0]["version"]
    assert not [line for line in lines if str(town.left[0].id) in json.dumps(line)], "nobody is called by name or number"
    (tmp_path / "dump.jsonl.gz").write_bytes(packed)
    assert cli.run(["notes", "recompute", str(tmp_path / "dump.jsonl.gz"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["note"]: row["recomputed"] for row in told} == {name: line["reckoned"]["status"] for name, line in notes.items()}
    assert {row["note"]: row["recomputed"] for row in told} == {str(note): town.desk.note(note).grade for note in town.notes}, "as on the site"


def test_a_dump_that_was_tampered_with_comes_out_otherwise(town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town.settle()
    town.desk.moot.later(3 * DAY)
    dump.make(town.desk.moot.db, town.desk.moot.site.id, b"secret", town.desk.moot.now)
    lines = gzip.decompress(b"".join(town.desk.moot.db.read_now(lambda tx: dump.parts(tx, None)))).splitlines()
    file = tmp_path / "dump.jsonl"
    file.write_bytes(b"\n".join(line for line in lines if b'"called":"unhelpful"' not in line))
    assert cli.run(["notes", "recompute", str(file)]) == 1
    assert "come out otherwise" in capsys.readouterr().err
    file.write_bytes(b"\n".join(lines[3:]))
    assert cli.run(["notes", "recompute", str(file)]) == 1
    assert "This is no open dump" in capsys.readouterr().err


def test_what_is_younger_than_two_days_is_not_in_the_dump(desk: Desk) -> None:
    note = desk.propose().id
    desk.moot.later(3 * DAY)
    desk.rate(desk.reader(), note)
    dump.make(desk.moot.db, desk.moot.site.id, b"secret", desk.moot.now)
    packed = desk.moot.db.read_now(lambda tx: dump.parts(tx, "news.example"))
    assert b'"kind":"rating"' not in gzip.decompress(b"".join(packed))
    assert b'"kind":"note"' in gzip.decompress(b"".join(packed))


# Alarms


def test_a_steered_axis_is_told_to_the_newsroom_once_and_stands_at_the_desk_until_somebody_has_looked(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    written = [desk.propose(text=text).id for text in TALK]
    readers, chance = desk.readers(40), random.Random(5)
    good = set(written[::2])
    desk.rate_all([  # some vote for the good and against the bad, the others the other way round, whatever side they are on
        (each, note, "helpful" if (note in good) == (at < 30) else "unhelpful")
        for at, each in enumerate(readers) for note in written if chance.random() < 0.9
    ])  # fmt: skip
    reckoner, site = Reckoner(), desk.moot.site.id
    reckoner.fit(desk.moot.db, {"site": site}, desk.moot.now)
    assert "note_alarm" in desk.told(desk.editor)
    assert "somebody may be steering it" in caplog.text
    (item,) = desk.moot.db.read_now(lambda tx: alarms.waiting(tx, site, "harm", None, 10))
    number = desk.editor.id or 0
    key = desk.moot.db.write_now(lambda tx: sessions.begin_page(tx, number, desk.moot.now)).token
    house = House(desk.moot.db, clock=lambda: desk.moot.now)
    for path in ("/desk", f"/desk/note_alarm/{item.id}"):
        page = house.ask(get(path, cookie=key))
        assert page.status == 200 and "Ratings may be steered" in page.text, path
    assert "In the last reckoning hardly anything told readers apart" in page.text
    house.close()
    desk.moot.later(10 * MINUTE)
    reckoner.fit(desk.moot.db, {"site": site}, desk.moot.now)
    assert desk.told(desk.editor).count("note_alarm") == 1, "what lasts is told once"
    with pytest.raises(NotAllowed):
        desk.moot.db.write_now(lambda tx: alarms.decide(tx, desk.amara, item.id, "seen", Because(), desk.moot.now))
    desk.moot.db.write_now(lambda tx: alarms.decide(tx, desk.editor, item.id, "seen", Because(), desk.moot.now))
    assert desk.moot.db.read_now(lambda tx: alarms.waiting(tx, site, "harm", None, 10)) == []


def test_readers_of_two_sides_raise_no_alarm(town: Town) -> None:
    town.settle()
    assert "note_alarm" not in town.desk.told(town.desk.editor)
