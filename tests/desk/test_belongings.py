"""What the desk keeps of a person is taken along, and let go when they leave; that something was decided stays."""

from __future__ import annotations

import pytest

from folkmoot.desk import belongings, reports
from folkmoot.desk.reports import Told
from folkmoot.discussion import store_reports
from folkmoot.me import leaving
from folkmoot.people import sanctions, store_sanctions
from folkmoot.people.accounts import grant
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.waiting import Because
from folkmoot.storage.database import Row
from tests.moot import Moot

LAW, WORDS, NOTED, BLOCK = "Section 130", "It calls for violence at the jetty.", "Hot about the lake.", "block-71"
TOLD = Told(WORDS, LAW, "Zoe Quill", "zoe@mail.example")


@pytest.fixture
def zoe(moot: Moot) -> Actor:
    """She is banned and noted, with her address block."""
    zoe, because = moot.member("Zoe"), Because("It hurts.", note=NOTED)
    moot.db.write_now(lambda tx: sanctions.sanction(tx, COMMAND, moot.site.id, "ban", zoe.id or 0, because, moot.now, network=BLOCK))
    moot.db.write_now(lambda tx: sanctions.note(tx, COMMAND, moot.site.id, zoe.id or 0, NOTED, moot.now))
    return zoe


def report(moot: Moot, by: Actor, comment: int) -> int:
    return moot.db.write_now(lambda tx: reports.report(tx, by, comment, TOLD, moot.now))[0]


def reported(moot: Moot, number: int) -> Row:
    row = moot.db.read_now(lambda tx: store_reports.report_by_id(tx, number))
    assert row is not None
    return row


def erase(moot: Moot, who: Actor) -> None:
    while moot.db.write_now(lambda tx: belongings.erase(tx, who.id or 0, "stay", moot.now)):
        pass


def taken(moot: Moot, who: Actor) -> dict[str, list[dict[str, object]]]:
    sections = belongings.PART.sections
    return moot.db.read_now(lambda tx: {each.name: [row for _, row in each.rows(tx, who.id or 0, 0, 100)] for each in sections})


def test_reports_decisions_and_notes_are_taken_along(moot: Moot, zoe: Actor) -> None:
    report(moot, zoe, moot.says(moot.guest("Casimir"), "Fetch your forks."))
    found = taken(moot, zoe)
    assert [(row["law"], row["words"], row["mailbox"]) for row in found["reports_of_unlawful_content"]] == [(LAW, WORDS, TOLD.mailbox)]
    assert [(row["deed"], row["reason"], row["note"]) for row in found["decided_about_you"]] == [("ban", "It hurts.", NOTED)]
    assert [row["words"] for row in found["noted_about_you"]] == [NOTED]
    assert BLOCK not in str(found)


def test_who_leaves_is_off_the_desk_and_what_was_decided_stays(moot: Moot, zoe: Actor) -> None:
    number = report(moot, zoe, moot.says(moot.guest("Casimir"), "Fetch your forks."))
    moot.db.write_now(lambda tx: store_reports.decide_report(tx, number, "stands", "A figure of speech.", None, moot.now))
    erase(moot, zoe)
    row = reported(moot, number)
    assert (row.person, row.name, row.mailbox, row.law, row.words) == (None, "", "", "", "")
    assert (row.outcome, row.reason) == ("stands", "A figure of speech.")
    (ban,) = moot.db.read_now(lambda tx: store_sanctions.sanctions_of(tx, zoe.id or 0, 9))
    assert (ban.deed, ban.reason, ban.network, ban.note) == ("ban", "It hurts.", None, "")
    assert moot.db.read_now(lambda tx: store_sanctions.notes_on(tx, moot.site.id, zoe.id or 0)) == []
    assert NOTED not in str(moot.db.read_now(lambda tx: tx.rows("SELECT * FROM person_note")))


def test_a_legal_hold_keeps_the_words_of_a_report_and_not_who_reported(moot: Moot, zoe: Actor) -> None:
    said = moot.says(moot.guest("Casimir"), "Fetch your forks.")
    number = report(moot, zoe, said)
    moot.decide(COMMAND, said, "keep", "A court asks.")
    erase(moot, zoe)
    row = reported(moot, number)
    assert (row.person, row.name, row.mailbox, row.law, row.words) == (None, "", "", LAW, WORDS)


def test_why_somebody_looked_goes_unless_a_legal_hold_is_on_it_and_that_they_looked_stays(moot: Moot) -> None:
    ines = moot.member("Ines", "admin")
    moot.db.write_now(lambda tx: grant(tx, ines.id or 0, "admin", moot.site.id, None, moot.now))
    one, two = (moot.says(moot.guest(name), f"{name} was here.") for name in ("Ada", "Bo"))
    moot.decide(COMMAND, two, "keep", "A court asks.")
    moot.db.write_now(lambda tx: [reports.look_at_kept(tx, ines, each, "The police asked.", moot.now) for each in (one, two)])
    assert [row["why"] for row in taken(moot, ines)["kept_words_you_looked_at"]] == ["The police asked."] * 2
    erase(moot, ines)
    whys = moot.db.read_now(lambda tx: [store_reports.accesses(tx, moot.site.id, each)[0].why for each in (one, two)])
    assert whys == ["", "The police asked."]


def test_a_mailbox_on_a_report_that_nobody_signed_goes_with_its_owner(moot: Moot, zoe: Actor) -> None:
    number = report(moot, Actor(), moot.says(moot.guest("Casimir"), "Fetch your forks."))
    moot.db.write_now(lambda tx: leaving.erase(tx, zoe, zoe.id or 0, "stay", moot.now))
    row = reported(moot, number)
    assert (row.name, row.mailbox, row.words) == ("", "", WORDS)
