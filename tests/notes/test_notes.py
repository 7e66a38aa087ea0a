"""Notes on their way: proposed, revised, withdrawn, answered, reported, appealed; who may, and what stays to be seen."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from folkmoot.notes import deciding, notes, showing, store, store_ratings
from folkmoot.notes.answers import note_answer
from folkmoot.notes.sources import read_sources
from folkmoot.people.model import Actor
from tests.moot import DAY, MINUTE
from tests.notes.desk import SAID, SOURCE, Desk


def test_a_note_of_somebody_known_is_seen_at_once_and_the_editor_is_told(desk: Desk) -> None:
    before = desk.moot.version()
    note = desk.note(desk.propose().id)
    assert (note.state, note.grade, note.text, note.sources[0].host) == ("open", "proposed", SAID, "lab.ostleycounty.example")
    assert desk.told(desk.editor) == ["note_proposed"]
    assert desk.moot.version() == before + 1
    assert (desk.head().waiting, desk.head().at_head) == (1, ())


def test_ones_first_notes_wait_for_the_desk_and_appear_when_it_releases_them(desk: Desk) -> None:
    done = desk.propose(limits=True)
    assert (done.verdict.answer, done.verdict.rule) == ("held", "newcomer")
    assert desk.head().waiting == 0
    assert desk.told(desk.editor) == ["note_waits"]
    with pytest.raises(NotFound):
        desk.whole(desk.reader(), done.id)
    assert desk.whole(desk.amara, done.id).seen.note.state == "held"
    desk.decide(done.id, "release")
    assert desk.head().waiting == 1
    assert desk.told(desk.editor) == ["note_proposed", "note_waits"]
    assert desk.told(desk.amara) == ["note_released"]


def test_a_correction_stays_at_the_head_however_many_notes_come_after_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST", 3)
    right = desk.propose().id
    desk.accept(right)
    later: list[int] = []
    for number in range(5):
        later.append(desk.propose(text=f"Note {number} on another matter.", seen=frozenset(later)).id)
    drawer = desk.moot.db.read_now(lambda tx: showing.drawer(tx, desk.moot.story.id))
    assert ([seen.note.id for seen in desk.head().at_head], desk.head().waiting) == ([right], 3)
    assert [seen.note.id for seen in drawer] == [right, *reversed(later[2:])]


def test_what_was_said_beside_a_note_goes_with_it(desk: Desk) -> None:
    note = desk.propose().id
    desk.moot.db.write_now(lambda tx: notes.answer(tx, desk.editor, note, "We have asked the county.", desk.moot.now))
    desk.accept(note)
    desk.decide(note, "remove", "It names a child.")
    told = note_answer(desk.whole(desk.editor, note).seen, "en")
    assert (told.state, told.text, told.answers, told.before, told.correction) == ("removed", "", [], UNSET, UNSET)


def test_only_who_has_proven_a_mailbox_proposes_and_rates(desk: Desk) -> None:
    with pytest.raises(NotSignedIn):
        desk.propose(Actor())
    with pytest.raises(NotAllowed):
        desk.propose(desk.moot.guest("Bo"))
    note = desk.propose().id
    with pytest.raises(NotAllowed):
        desk.rate(desk.moot.guest("Bo"), note)


def test_a_note_on_a_comment_tells_its_writer_who_may_answer_beside_it(desk: Desk) -> None:
    bo = desk.moot.member("Bo")
    said = desk.moot.says(bo, "All twelve samples were bad.")
    note = desk.propose(comment=said).id
    assert desk.told(bo) == ["note_on_you"]
    about = desk.about(said)
    desk.moot.db.write_now(lambda tx: notes.answer(tx, bo, note, "I read it in the paper.", desk.moot.now, about))
    assert [(each.speaks_as, each.text) for each in desk.note(note).answers] == [("comment", "I read it in the paper.")]
    assert desk.told(desk.amara) == ["note_answered"]
    stranger = desk.reader()
    with pytest.raises(NotAllowed):
        desk.moot.db.write_now(lambda tx: notes.answer(tx, stranger, note, "Me too.", desk.moot.now, about))
    desk.moot.db.write_now(lambda tx: notes.answer(tx, desk.editor, note, "We are looking.", desk.moot.now))
    assert {each.speaks_as for each in desk.note(note).answers} == {"comment", "story"}


def test_a_note_on_a_comment_that_is_gone_or_elsewhere_is_refused(desk: Desk) -> None:
    said = desk.moot.says(desk.moot.guest("Bo"), "All twelve.")
    desk.moot.decide(desk.moot.member("Vera", "moderator"), said, "remove")
    with pytest.raises(NotFound):
        desk.propose(comment=said)
    other = desk.moot.take_in("https://news.example/bridge")
    elsewhere = desk.moot.post(desk.moot.guest("Bo"), "Elsewhere.", story=other).id
    with pytest.raises(Invalid):
        desk.propose(comment=elsewhere)


def test_the_same_again_is_shown_first_and_can_still_be_proposed(desk: Desk) -> None:
    first = desk.propose().id
    again = "Two of the twelve samples were above the limit, says the county’s table; both from the north end."
    with pytest.raises(Invalid) as refused:
        desk.propose(desk.reader(), again)
    assert refused.value.code == "refused_similar"
    assert desk.propose(desk.reader(), again, seen=frozenset({first})).verdict.answer == "published"


def test_ratings_stay_with_the_words_for_which_they_were_given(desk: Desk) -> None:
    note = desk.propose().id
    desk.rate(desk.reader(), note)
    assert desk.note(note).ratings == 1
    new = "Two of twelve samples were above the limit; ten were not."
    desk.moot.db.write_now(lambda tx: notes.revise(tx, desk.amara, note, new, read_sources([SOURCE]), desk.moot.now + MINUTE, limits=False))
    now = desk.note(note)
    assert (now.number, now.text, now.ratings, now.grade) == (2, new, 0, "proposed")
    assert desk.whole(desk.amara, note).earlier == 1
    with pytest.raises(Conflict):
        desk.rate(desk.reader(), note, revision=1)


def test_what_is_withdrawn_leaves_a_trace_and_no_words(desk: Desk) -> None:
    note = desk.propose().id
    desk.moot.db.write_now(lambda tx: notes.withdraw(tx, desk.amara, note, desk.moot.now, "I misread the table."))
    assert desk.note(note).state == "withdrawn"
    assert desk.head().waiting == 0
    deeds = [deed.deed for deed in desk.whole(desk.reader(), note).deeds]
    assert deeds == ["propose", "withdraw"]
    with pytest.raises(Conflict):
        desk.moot.db.write_now(lambda tx: notes.withdraw(tx, desk.amara, note, desk.moot.now))


def test_rating_twice_changes_the_rating_and_ones_own_note_is_for_others(desk: Desk) -> None:
    note, bo = desk.propose().id, desk.reader()
    desk.rate(bo, note, "helpful", "clear", "good_sources", "argues")
    desk.rate(bo, note, "unhelpful", "argues", "clear")
    assert desk.note(note).ratings == 1
    own = desk.whole(bo, note).own
    assert (own.level, own.reasons) == ("unhelpful", ("argues",))
    with pytest.raises(NotAllowed, match="own note"):
        desk.rate(desk.amara, note)
    for level, reasons in (("splendid", ()), ("helpful", ("because",))):
        with pytest.raises(Invalid):
            desk.rate(bo, note, level, *reasons)


def test_counts_are_hidden_until_ones_own_rating(desk: Desk) -> None:
    note, bo = desk.propose().id, desk.reader()
    desk.rate(desk.reader(), note)
    assert not desk.whole(bo, note).told
    assert desk.whole(bo, note).tally == {}
    desk.rate(bo, note, "unhelpful")
    assert desk.whole(bo, note).tally == {0: 1, 2: 1}


def test_an_accepted_note_is_a_correction_with_its_difference_and_stays(desk: Desk) -> None:
    note = desk.propose().id
    desk.accept(note)
    (seen,) = desk.head().at_head
    assert seen.change == (("same", "in "), ("gone", "all"), ("new", "two of"), ("same", " twelve samples"))
    assert desk.told(desk.amara) == ["note_accepted"]
    with pytest.raises(Conflict):
        desk.moot.db.write_now(lambda tx: notes.withdraw(tx, desk.amara, note, desk.moot.now))
    with pytest.raises(Conflict):
        desk.accept(note)
    desk.decide(note, "reopen", "Too soon.")
    assert desk.head().at_head == ()


@pytest.mark.parametrize(("deed", "given", "code"), [
    ("accept", {}, "no_correction"), ("accept", {"before": "x", "after": "x"}, "no_correction"), ("decline", {}, "no_reason"),
    ("clarify", {}, "no_reason"),
    ("hang", {}, "bad_decision"), ("decline", {"reason": "x" * 501}, "too_long"),
])  # fmt: skip
def test_a_decision_says_what_it_must(desk: Desk, deed: str, given: dict[str, str], code: str) -> None:
    note = desk.propose().id
    with pytest.raises(Invalid) as refused:
        desk.decide(note, deed, **given)
    assert refused.value.code == code
    assert desk.note(note).ruling == ""


def test_only_editors_rule_and_moderators_only_keep(desk: Desk) -> None:
    note, vera = desk.propose().id, desk.moot.member("Vera", "moderator")
    for who in (vera, desk.reader(), Actor()):
        with pytest.raises(NotAllowed):
            desk.decide(note, "decline", "No.", who)
    with pytest.raises(NotAllowed):
        desk.decide(note, "hold", "", desk.reader())
    desk.decide(note, "hold", "To be looked at.", vera)
    assert desk.note(note).state == "held"
    desk.decide(note, "release", "", vera)
    assert desk.told(desk.editor).count("note_proposed") == 1  # it had been seen before


def test_a_declined_note_says_why_and_can_be_appealed_once(desk: Desk) -> None:
    note = desk.propose().id
    with pytest.raises(Conflict):
        desk.moot.db.write_now(lambda tx: notes.appeal(tx, desk.amara, note, "Look.", desk.moot.now))
    desk.decide(note, "decline", "The table is of another lake.")
    assert desk.told(desk.amara) == ["note_declined"]
    desk.moot.db.write_now(lambda tx: notes.appeal(tx, desk.amara, note, "It is this lake.", desk.moot.now))
    assert "note_appealed" in desk.told(desk.editor)
    with pytest.raises(Conflict):
        desk.moot.db.write_now(lambda tx: notes.appeal(tx, desk.amara, note, "Again.", desk.moot.now))
    stranger = desk.reader()
    with pytest.raises(NotAllowed):
        desk.moot.db.write_now(lambda tx: notes.appeal(tx, stranger, note, "Mine.", desk.moot.now))


def test_a_note_reported_as_unlawful_waits_unseen_until_somebody_has_looked_once(desk: Desk) -> None:
    note, bo, cy, di = desk.propose().id, desk.reader(), desk.reader(), desk.reader()
    desk.moot.db.write_now(lambda tx: notes.report(tx, bo, note, "unlawful", "Libel", desk.moot.now))
    assert desk.note(note).state == "held"
    desk.decide(note, "release")
    desk.moot.db.write_now(lambda tx: notes.report(tx, cy, note, "unlawful", "Libel!", desk.moot.now))
    assert desk.note(note).state == "open"
    desk.moot.db.write_now(lambda tx: notes.report(tx, di, note, "attack", "", desk.moot.now))
    assert desk.note(note).state == "open"


def test_after_a_day_without_an_answer_readers_see_that_there_is_none(desk: Desk) -> None:
    note = desk.propose().id
    desk.moot.later(DAY - MINUTE)
    assert desk.moot.db.write_now(lambda tx: deciding.unanswered(tx, desk.moot.now)) == 0
    desk.moot.later(MINUTE)
    version = desk.moot.version()
    assert desk.moot.db.write_now(lambda tx: deciding.unanswered(tx, desk.moot.now)) == 1
    assert desk.moot.version() == version + 1
    assert desk.note(note).unanswered == desk.moot.now
    assert desk.told(desk.editor)[0] == "note_unanswered"
    assert desk.moot.db.write_now(lambda tx: deciding.unanswered(tx, desk.moot.now + DAY)) == 0


def test_a_note_on_a_story_that_is_gone_is_refused_and_nothing_is_lost(desk: Desk) -> None:
    desk.moot.story = replace(desk.moot.story, id=7)
    with pytest.raises(NotFound, match="no such story"):
        desk.propose()


def test_everything_that_happened_is_remembered_with_who_when_and_why(desk: Desk) -> None:
    note = desk.propose().id
    desk.decide(note, "clarify", "The samples were taken at twelve places.")
    rows = desk.moot.db.read_now(lambda tx: store.decisions_on(tx, note))
    assert [(row.deed, row.person, row.reason) for row in rows] == [
        ("propose", desk.amara.id, ""), ("clarify", desk.editor.id, "The samples were taken at twelve places."),
    ]  # fmt: skip


def test_a_reader_who_rates_is_one_whom_the_lot_may_draw(desk: Desk) -> None:
    note, bo = desk.propose().id, desk.reader()
    desk.rate(bo, note)
    rows = desk.moot.db.read_now(lambda tx: store_ratings.pool(tx, desk.moot.site.id, 0, 0, 0, desk.moot.now - DAY, desk.moot.now))
    assert [row.person for row in rows] == [bo.id]
