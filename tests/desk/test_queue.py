"""One queue: what waits and why, in order; decided once, by one person at a time; and taken back as if nothing had been decided."""

from __future__ import annotations

import pytest

from folkmoot.desk import queue
from folkmoot.discussion import checks, store
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.waiting import Because, Order
from folkmoot.sites import sites
from tests.moot import MINUTE, Moot

PLAIN = Because("No advertising here.")


def names(moot: Moot, actor: Actor, order: Order = "harm") -> list[str]:
    found = moot.db.read_now(lambda tx: queue.waiting(tx, actor, moot.site, order, None, 30, moot.now))
    return [line.item.name for line in found.lines]


def why(moot: Moot, comment: int) -> list[tuple[str, int]]:
    found = moot.db.read_now(lambda tx: queue.look(tx, COMMAND, "comment", comment)[1])
    return [(each.words, each.count) for each in found.why]


def decide(moot: Moot, actor: Actor, comment: int, deed: str, because: Because = PLAIN) -> int:
    settled = moot.db.write_now(lambda tx: queue.decide(tx, actor, "comment", comment, deed, because, moot.now))
    assert settled.number
    return settled.number


def undo(moot: Moot, actor: Actor, number: int) -> None:
    moot.db.write_now(lambda tx: queue.undo(tx, actor, "comment", number, moot.now))


def flag(moot: Moot, actor: Actor, comment: int, reason: str) -> None:
    from folkmoot.discussion import comments

    moot.db.write_now(lambda tx: comments.flag(tx, actor, comment, reason, "", moot.now))


def state(moot: Moot, comment: int) -> tuple[object, ...]:
    """All that a decision could change, but the log of it."""

    def read(tx: object) -> tuple[object, ...]:
        row = store.comment_row(tx, comment)  # type: ignore[arg-type]
        flags = store.flags_on(tx, comment)  # type: ignore[arg-type]
        revisions = store.revisions_of(tx, comment)  # type: ignore[arg-type]
        return row.state, row.visible, row.text, len(flags), [each.state for each in revisions], moot.live()  # type: ignore[union-attr]

    return moot.db.read_now(read)


def sound(moot: Moot) -> list[str]:
    return [finding.words for finding in checks.check(moot.db)]


@pytest.fixture
def vera(moot: Moot) -> Actor:
    return moot.member("Vera", "moderator")


def test_what_does_harm_and_is_seen_by_many_comes_before_what_is_old(moot: Moot, vera: Actor) -> None:
    moot.allow(suspect_words=("casino",), guidelines=())
    moot.says(moot.guest("Early"), "A casino by the lake.")
    shown = moot.says(moot.guest("Casimir"), "She lives in the yellow house.")
    flag(moot, moot.member("Hedda"), shown, "private")
    assert names(moot, vera) == ["Casimir", "Early"]
    assert names(moot, vera, "time") == ["Early", "Casimir"]
    assert why(moot, shown) == [("Reported: something private", 1)]
    assert sound(moot) == []


def test_reports_that_weigh_enough_hold_a_comment_and_a_bad_record_weighs_little(moot: Moot, vera: Actor) -> None:
    readers = [moot.member(name) for name in ("Hedda", "Jory", "Wren", "Bo")]
    said = moot.says(moot.guest("Casimir"), "Go home, all of you.")
    for reader in readers[:2]:
        flag(moot, reader, said, "attack")
    assert state(moot, said)[0] == "published"
    flag(moot, readers[2], said, "attack")
    assert state(moot, said)[:2] == ("held", 0)
    assert ("Held: reported by readers", 1) in why(moot, said)
    decide(moot, vera, said, "release")
    for number in range(3):  # they cry wolf, and it is let stand
        other = moot.says(moot.guest("Ada"), f"A quiet word, number {number}.")
        for reader in readers[:2]:
            flag(moot, reader, other, "attack")
        decide(moot, vera, other, "release")
    last = moot.says(moot.guest("Ada"), "Another quiet word.")
    for reader in readers[:3]:
        flag(moot, reader, last, "attack")
    assert state(moot, last)[0] == "published"
    assert sound(moot) == []


def test_every_decision_is_undone_as_if_nothing_had_been_decided(moot: Moot, vera: Actor) -> None:
    moot.allow(suspect_words=("casino",))
    held = moot.says(moot.guest("Early"), "A casino by the lake.")
    reported = moot.says(moot.guest("Casimir"), "She is a liar.")
    flag(moot, moot.member("Hedda"), reported, "attack")
    ada = moot.guest("Ada")
    edited = moot.says(ada, "Quiet here.")
    moot.edit(ada, edited, "Quiet casino here.")
    for comment, deeds in ((held, ("release", "remove")), (reported, ("release", "remove", "hold")), (edited, ("remove",))):
        for deed in deeds:
            before = state(moot, comment)
            moot.later(1)
            number = decide(moot, vera, comment, deed)
            assert sound(moot) == [], deed
            moot.later(1)
            undo(moot, vera, number)
            assert state(moot, comment) == before, deed
            found = moot.db.read_now(lambda tx: queue.waiting(tx, vera, moot.site, "time", None, 9, moot.now))
            assert comment in [line.item.id for line in found.lines]
            assert sound(moot) == [], deed


def test_what_has_been_decided_again_since_is_not_undone(moot: Moot, vera: Actor) -> None:
    said = moot.says(moot.guest("Ada"), "Hello.")
    flag(moot, moot.member("Hedda"), said, "other")
    number = decide(moot, vera, said, "remove")
    moot.later(1)
    moot.decide(vera, said, "restore")
    with pytest.raises(Conflict):
        undo(moot, vera, number)


def test_two_moderators_never_work_on_the_same_item(moot: Moot, vera: Actor) -> None:
    benedikt = moot.member("Benedikt", "moderator")
    said = moot.says(moot.guest("Ada"), "Hello.")
    flag(moot, moot.member("Hedda"), said, "other")
    moot.db.write_now(lambda tx: queue.claim(tx, benedikt, "comment", said, moot.now))
    with pytest.raises(Conflict, match="Benedikt has this in hand"):
        decide(moot, vera, said, "remove")
    found = moot.db.read_now(lambda tx: queue.waiting(tx, vera, moot.site, "harm", None, 30, moot.now))
    assert [line.holder for line in found.lines] == ["Benedikt"]
    moot.later(11 * MINUTE)
    decide(moot, vera, said, "remove")
    assert names(moot, vera) == []


def test_where_the_site_wants_four_eyes_a_second_moderator_removes(moot: Moot, vera: Actor) -> None:
    moot.allow(four_eyes=True)
    said = moot.says(moot.guest("Ada"), "Hello.")
    flag(moot, moot.member("Hedda"), said, "attack")
    decide(moot, vera, said, "remove", Because("It hurts."))
    assert state(moot, said)[0] == "held"
    assert ("A second moderator must decide", 1) in why(moot, said)
    decide(moot, vera, said, "remove")
    assert state(moot, said)[0] == "held"
    decide(moot, moot.member("Benedikt", "moderator"), said, "remove")
    assert state(moot, said)[0] == "removed"
    assert sound(moot) == []


def test_several_are_decided_alike_or_none(moot: Moot, vera: Actor) -> None:
    moot.allow(suspect_words=("kits",))
    spam = [moot.says(moot.guest(f"Fan {number}"), f"Cheap kits {number}") for number in range(3)]
    gone = moot.says(moot.guest("Ada"), "No kits here.")
    decide(moot, vera, gone, "release")
    everything = [("comment", comment) for comment in (*spam, gone)]
    with pytest.raises(NotFound):
        moot.db.write_now(lambda tx: queue.decide_all(tx, vera, everything, "remove", PLAIN, moot.now))
    assert len(names(moot, vera)) == 3
    moot.db.write_now(lambda tx: queue.decide_all(tx, vera, everything[:3], "remove", PLAIN, moot.now))
    assert names(moot, vera) == []


def test_the_desk_shows_each_site_to_its_own_people(moot: Moot, vera: Actor) -> None:
    other = moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "other.example", "The Other", moot.now))
    assert [site.id for site in moot.db.read_now(lambda tx: queue.desks(tx, vera))] == [moot.site.id]
    with pytest.raises(NotAllowed):
        moot.db.read_now(lambda tx: queue.desk_of(tx, vera, other.id))
    with pytest.raises(NotAllowed):
        moot.db.read_now(lambda tx: queue.desks(tx, moot.member("Hedda")))
    with pytest.raises(NotSignedIn):
        moot.db.read_now(lambda tx: queue.desks(tx, Actor()))


def test_pages_of_the_queue_follow_one_another_without_a_gap(moot: Moot, vera: Actor) -> None:
    moot.allow(mode="hold_all")
    said = [moot.says(moot.guest(f"G{number}"), f"Number {number}.") for number in range(7)]
    for order in ("harm", "time"):
        seen: list[int] = []
        after = None
        while True:
            page = moot.db.read_now(lambda tx, after=after, order=order: queue.waiting(tx, vera, moot.site, order, after, 3, moot.now))  # type: ignore[misc]
            seen += [line.item.id for line in page.lines]
            after = page.more
            if after is None:
                break
        assert sorted(seen) == sorted(said)
        assert len(seen) == 7


def test_nothing_is_removed_without_telling_its_writer_why(moot: Moot, vera: Actor) -> None:
    said = moot.says(moot.guest("Casimir"), "She lives in the yellow house.")
    flag(moot, moot.member("Hedda"), said, "private")
    before = state(moot, said)
    for because in (Because(), Because("  "), Because(note="For us alone.")):
        with pytest.raises(Invalid):
            decide(moot, vera, said, "remove", because)
    assert state(moot, said) == before
    decide(moot, vera, said, "remove", Because("It has an address in it."))
    assert state(moot, said)[0] == "removed"
