"""What is decided about people has an end and a reason, holds wherever it must, and is taken back; trust grows and falls by a table."""

from __future__ import annotations

import pytest

from folkmoot.discussion.trust import Standing, removals_to_fall, step_of
from folkmoot.errors import Conflict, Invalid, NotAllowed
from folkmoot.people import notices, sanctions, store_sanctions
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from folkmoot.sites.model import Policy
from folkmoot.storage.database import connect
from tests.moot import DAY, MINUTE, Moot

HURTS = Because("It hurts people.")
STEPS = Policy().trust


@pytest.fixture
def vera(moot: Moot) -> Actor:
    return moot.member("Vera", "moderator")


def bar(moot: Moot, by: Actor, whom: Actor, deed: str, **given: object) -> int:
    return moot.db.write_now(lambda tx: sanctions.sanction(tx, by, moot.site.id, deed, whom.id or 0, HURTS, moot.now, **given))  # type: ignore[arg-type]


def lift(moot: Moot, by: Actor, sanction: int) -> None:
    moot.db.write_now(lambda tx: sanctions.lift(tx, by, sanction, "", moot.now))


def test_somebody_muted_writes_again_when_it_ends_or_is_taken_back(moot: Moot, vera: Actor) -> None:
    casimir = moot.member("Casimir")
    said = moot.says(moot.guest("Ada"), "Quiet here.")
    bar(moot, vera, casimir, "mute", days=1)
    with pytest.raises(Invalid, match=r"You cannot write here until .*It hurts people\."):
        moot.says(casimir, "But I must.")
    assert moot.vote(casimir, said, 1)  # muted, not banned
    moot.later(DAY + MINUTE)
    moot.says(casimir, "I am back.")
    again = bar(moot, vera, casimir, "mute", days=3)
    lift(moot, vera, again)
    moot.says(casimir, "And again.")
    with pytest.raises(Conflict):
        lift(moot, vera, again)


def test_a_ban_holds_for_account_block_and_mail_domain(moot: Moot, vera: Actor) -> None:
    casimir = moot.member("Casimir")
    said = moot.says(moot.guest("Ada"), "Quiet here.")
    ban = bar(moot, vera, casimir, "ban")
    for refused in (lambda: moot.says(casimir, "No."), lambda: moot.vote(casimir, said, 1)):
        with pytest.raises((Invalid, NotAllowed), match="can no longer write"):
            refused()
    lift(moot, vera, ban)
    block = bar(moot, vera, casimir, "ban", days=30, network="block")
    with pytest.raises(Invalid):
        moot.says(moot.guest("Somebody else", network="block"), "From next door.")
    moot.says(casimir, "From elsewhere I may.")
    lift(moot, vera, block)
    domain = bar(moot, vera, casimir, "ban", domain="mail.example")
    with pytest.raises(Invalid):
        moot.says(moot.member("Jory"), "With such a mailbox.")
    moot.says(vera, "Who works here is not barred.")
    lift(moot, vera, domain)
    moot.says(moot.member("Wren"), "All are free.")


def test_a_ban_by_another_process_holds_for_the_very_next_post(moot: Moot, vera: Actor, database_url: str) -> None:
    casimir = moot.member("Casimir")
    moot.says(casimir, "Nobody minds me here.")  # so that what is known of bans is known
    other = connect(database_url, readers=1, lanes=1)
    other.write_now(lambda tx: sanctions.sanction(tx, vera, moot.site.id, "ban", casimir.id or 0, HURTS, moot.now))
    other.close()
    with pytest.raises(Invalid, match="can no longer write"):
        moot.says(casimir, "Nor here?")


def test_bans_hold_where_there_are_more_than_are_known_by_heart(moot: Moot, vera: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_sanctions, "_KEPT", 1)
    casimir, jory = moot.member("Casimir"), moot.member("Jory")
    for each in (casimir, jory):
        bar(moot, vera, each, "ban")
    for each in (casimir, jory):
        with pytest.raises(Invalid, match="can no longer write"):
            moot.says(each, "Am I one of many?")
    moot.says(moot.member("Wren"), "I am none of them.")


def test_a_block_is_forgotten_when_its_ban_has_ended(moot: Moot, vera: Actor) -> None:
    casimir = moot.guest("Casimir", network="block")
    bar(moot, vera, casimir, "ban", days=2, network="block")
    assert moot.db.write_now(lambda tx: sanctions.forget_blocks(tx, moot.now)) == 0
    moot.later(3 * DAY)
    assert moot.db.write_now(lambda tx: sanctions.forget_blocks(tx, moot.now)) == 1
    (row,) = moot.db.read_now(lambda tx: store_sanctions.sanctions_of(tx, casimir.id or 0, 9))
    assert (row.network, row.deed) == (None, "ban")


def test_whoever_is_barred_is_told_with_reason_and_end(moot: Moot, vera: Actor) -> None:
    casimir = moot.member("Casimir")
    bar(moot, vera, casimir, "warn")
    bar(moot, vera, casimir, "mute", days=2)
    told = moot.db.read_now(lambda tx: notices.notices_of(tx, casimir))
    assert {(each.kind, each.values["reason"]) for each in told} == {("warned", "It hurts people."), ("muted", "It hurts people.")}


@pytest.mark.parametrize(
    ("deed", "given", "words"),
    [("mute", {}, "how many days"), ("ban", {"days": 0}, "between one day"), ("ban", {"days": 99_999}, "between one day"),
     ("mute", {"days": 1, "network": "x"}, "only be banned"), ("ban", {"domain": "nonsense"}, "looks like mail.example")],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_sentence_and_changes_nothing(moot: Moot, vera: Actor, deed: str, given: dict[str, object], words: str) -> None:
    casimir = moot.guest("Casimir")
    with pytest.raises(Invalid, match=words):
        bar(moot, vera, casimir, deed, **given)
    assert moot.db.read_now(lambda tx: store_sanctions.sanctions_of(tx, casimir.id or 0, 9)) == []


def test_only_moderators_bar_and_nobody_bars_those_who_work_here(moot: Moot, vera: Actor) -> None:
    casimir = moot.guest("Casimir")
    with pytest.raises(NotAllowed):
        bar(moot, moot.member("Hedda"), casimir, "ban")
    with pytest.raises(NotAllowed, match="works here"):
        bar(moot, vera, moot.member("Benedikt", "moderator"), "ban")


def test_notes_are_for_one_sites_desk(moot: Moot, vera: Actor) -> None:
    casimir = moot.guest("Casimir")
    note = moot.db.write_now(lambda tx: sanctions.note(tx, vera, moot.site.id, casimir.id or 0, "Hot about the lake.", moot.now))
    assert [row.words for row in moot.db.read_now(lambda tx: store_sanctions.notes_on(tx, moot.site.id, casimir.id or 0))] == ["Hot about the lake."]
    assert moot.db.read_now(lambda tx: store_sanctions.notes_on(tx, 7, casimir.id or 0)) == []
    with pytest.raises(NotAllowed):
        moot.db.write_now(lambda tx: sanctions.remove_note(tx, casimir, note, moot.now))
    moot.db.write_now(lambda tx: sanctions.remove_note(tx, vera, note, moot.now))
    assert moot.db.read_now(lambda tx: store_sanctions.notes_on(tx, moot.site.id, casimir.id or 0)) == []


@pytest.mark.parametrize(
    ("standing", "step"),
    [(Standing(), 0), (Standing(2, 0, 0), 0), (Standing(1, 0, 0, True), 1), (Standing(3, 0, 0), 1), (Standing(3, 2, 0), 0), (Standing(30, 1, 0), 2),
     (Standing(57, 3, 0), 2), (Standing(59, 1, 0), 3), (Standing(59, 1, 95 * DAY), 1), (Standing(59, 1, 100 * DAY), 0)],
)  # fmt: skip
def test_trust_grows_with_what_stands_and_falls_with_removals(standing: Standing, step: int) -> None:
    assert step_of(standing, STEPS, 100 * DAY) == step


def test_the_record_says_how_many_removals_are_left() -> None:
    assert removals_to_fall(Standing(), STEPS, DAY) is None
    assert removals_to_fall(Standing(3, 1, 0), STEPS, 9 * DAY) == 1
    assert removals_to_fall(Standing(20, 0, 0), STEPS, 99 * DAY) == 1  # then 19 stand: one too few


def test_a_removal_brings_links_back_under_the_newcomers_rule(moot: Moot, vera: Actor) -> None:
    moot.customs = type(moot.customs)()
    casimir = moot.member("Casimir")
    moot.says(casimir, "The first words, with nothing in them.")
    moot.later(2 * DAY)
    links = "See https://a.example and https://b.example"
    known = moot.post(casimir, f"{links} today")
    assert known.verdict.answer == "published"
    moot.decide(vera, known.id, "remove")
    moot.later(2 * DAY)
    assert moot.post(casimir, f"{links} and more").verdict.rule == "links"
