"""Fifty at once: pairs of verbs on one comment or story, from two programs over one database, in whatever order; then all is counted again.

A verb may come too late and be told so in words. Nothing else may go wrong, and what was acknowledged holds.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest

from folkmoot.discussion import archive, checks, comments, duties, moderation, store
from folkmoot.discussion.model import Draft
from folkmoot.discussion.text import read
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from folkmoot.people import checks as people_checks
from folkmoot.people.model import COMMAND, Actor
from folkmoot.sites import checks as site_checks
from folkmoot.sites import stories
from folkmoot.storage import checks as storage_checks
from folkmoot.storage.database import Database, Row, Tx, connect
from tests.moot import Moot

pytestmark = pytest.mark.race
CROWD = 50
TOO_LATE = (Conflict, NotFound, NotAllowed, Invalid)
Act = Callable[[Tx], object]


class Crowd:
    """A newsroom in which fifty people do things at once, half of them through another program."""

    def __init__(self, moot: Moot, other: Database) -> None:
        self.moot = moot
        self._programs = (moot.db, other)
        self.member = moot.member("Ines", "moderator")

    def at_once(self, *acts: Act) -> list[object]:
        """Has all of it done at the same moment; what came of each, in order: a value, or the problem that it met."""
        came: list[object] = [None] * len(acts)
        begin = threading.Barrier(len(acts))

        def do(number: int, act: Act) -> None:
            begin.wait()
            try:
                came[number] = self._programs[number % 2].write_now(act, lane=random.choice((0, self.moot.story.id)))
            except Problem as problem:
                came[number] = problem

        threads = [threading.Thread(target=do, args=each) for each in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        unkind = [each for each in came if isinstance(each, Problem) and not isinstance(each, TOO_LATE)]
        assert unkind == []
        return came

    def of_both(self, one: Callable[[int], Act], other: Callable[[int], Act]) -> list[object]:
        """Half of the crowd does the one, half the other, mixed."""
        acts = [(one if number % 4 < 2 else other)(number) for number in range(CROWD)]
        return self.at_once(*acts)

    # Verbs, as the crowd does them

    def vote(self, comment: int, value: int | None = None) -> Callable[[int], Act]:
        voters = [self.moot.member(f"Voter{number}") for number in range(CROWD)]
        return lambda number: lambda tx: comments.vote(tx, voters[number], comment, random.choice((1, -1)) if value is None else value, self.now)

    def post(self, parent: int | None = None) -> Callable[[int], Act]:
        return lambda number: lambda tx: comments.post(
            tx, Actor(), Draft(self.moot.story.id, read(f"Words of {number}."), parent), self.now, self.moot.customs
        )

    def edit(self, actor: Actor, comment: int) -> Callable[[int], Act]:
        return lambda number: lambda tx: comments.edit(tx, actor, comment, read(f"Changed by {number}."), self.now, self.moot.customs)

    def withdraw(self, actor: Actor, comment: int) -> Callable[[int], Act]:
        return lambda number: lambda tx: comments.withdraw(tx, actor, comment, self.now)

    def decide(self, comment: int, *deeds: str) -> Callable[[int], Act]:
        return lambda number: lambda tx: moderation.decide(tx, self.member, comment, deeds[number % len(deeds)], "", self.now)

    def flag(self, comment: int) -> Callable[[int], Act]:
        return lambda number: lambda tx: comments.flag(tx, Actor(), comment, "attack", "", self.now)

    # What is there afterwards

    @property
    def now(self) -> int:
        return self.moot.now

    def row(self, comment: int) -> Row:
        return self.moot.db.read_now(lambda tx: store.comment_row(tx, comment))

    def all_rows(self) -> list[Row]:
        return self.moot.db.read_now(lambda tx: store.latest_comments(tx, self.moot.story.id, 10_000))


def done(came: list[object]) -> int:
    """How many of them were done."""
    return sum(not isinstance(each, Problem) for each in came)


@pytest.fixture
def crowd(moot: Moot, database_url: str) -> Iterator[Crowd]:
    other = connect(database_url)
    yield Crowd(moot, other)
    other.close()
    findings = [each.check(moot.db) for each in (checks, people_checks, site_checks, storage_checks)]
    assert [finding.words for finding in chain.from_iterable(findings)] == []


def test_votes_and_votes(crowd: Crowd) -> None:
    comment = crowd.moot.says(crowd.moot.guest("Ada"), "Vote!")
    came = crowd.of_both(crowd.vote(comment), crowd.vote(comment))
    row = crowd.row(comment)
    assert done(came) == CROWD == row.up + row.down


def test_one_persons_votes_count_once(crowd: Crowd) -> None:
    comment = crowd.moot.says(crowd.moot.guest("Ada"), "Vote!")
    bo = crowd.moot.member("Bo")

    def vote(number: int) -> Act:
        return lambda tx: comments.vote(tx, bo, comment, (1, -1, 0)[number % 3], crowd.now)

    assert done(crowd.of_both(vote, vote)) == CROWD
    row = crowd.row(comment)
    assert row.up + row.down <= 1


def test_votes_and_a_withdrawal(crowd: Crowd) -> None:
    ada = crowd.moot.guest("Ada")
    comment = crowd.moot.says(ada, "Vote!")
    crowd.of_both(crowd.vote(comment, 1), crowd.withdraw(ada, comment))
    assert crowd.row(comment).state == "withdrawn"
    assert crowd.moot.texts() == []


@pytest.mark.parametrize("end", ["withdraw", "remove"])
def test_replies_and_the_end_of_what_they_answer(crowd: Crowd, end: str) -> None:
    ada = crowd.moot.guest("Ada")
    above = crowd.moot.says(ada, "Above.")
    comment = crowd.moot.says(ada, "Answer me!", above)
    ending = crowd.withdraw(ada, comment) if end == "withdraw" else crowd.decide(comment, "remove")
    came = crowd.of_both(crowd.post(comment), ending)
    replies = [row for row in crowd.all_rows() if row.parent == comment]
    assert len(replies) + 1 == done(came)
    row = crowd.row(comment)
    assert (row.state, bool(row.visible)) == ({"withdraw": "withdrawn", "remove": "removed"}[end], bool(replies))


def test_edits_and_a_removal(crowd: Crowd) -> None:
    ada = crowd.moot.guest("Ada")
    comment = crowd.moot.says(ada, "Edit me.")
    came = crowd.of_both(crowd.edit(ada, comment), crowd.decide(comment, "remove"))
    assert crowd.row(comment).state == "removed"
    revisions = crowd.moot.db.read_now(lambda tx: store.revisions_of(tx, comment))
    assert len(revisions) == (done(came) if done(came) > 1 else 0)


def test_edits_and_edits(crowd: Crowd) -> None:
    ada = crowd.moot.guest("Ada")
    comment = crowd.moot.says(ada, "Edit me.")
    assert done(crowd.of_both(crowd.edit(ada, comment), crowd.edit(ada, comment))) == CROWD
    assert crowd.row(comment).text.startswith("Changed by")


def test_a_release_and_a_withdrawal(crowd: Crowd) -> None:
    crowd.moot.allow(mode="hold_all")
    ada = crowd.moot.guest("Ada")
    comment = crowd.moot.says(ada, "Wait.")
    crowd.of_both(crowd.decide(comment, "release"), crowd.withdraw(ada, comment))
    assert crowd.row(comment).state == "withdrawn"
    assert crowd.moot.live() == 0


def test_holds_releases_removals_and_restorations(crowd: Crowd) -> None:
    ada = crowd.moot.guest("Ada")
    comment = crowd.moot.says(ada, "To and fro.")
    crowd.moot.says(ada, "A reply.", comment)
    crowd.of_both(crowd.decide(comment, "hold", "release"), crowd.decide(comment, "remove", "restore"))
    assert crowd.moot.live() == 1 + (crowd.row(comment).state == "published")


def test_reports_and_a_removal(crowd: Crowd) -> None:
    comment = crowd.moot.says(crowd.moot.guest("Ada"), "Report me.")
    crowd.of_both(crowd.flag(comment), crowd.decide(comment, "remove"))
    assert crowd.row(comment).state == "removed"


def test_a_withdrawal_is_done_once(crowd: Crowd) -> None:
    ada = crowd.moot.guest("Ada")
    comment = crowd.moot.says(ada, "Once.")
    assert done(crowd.of_both(crowd.withdraw(ada, comment), crowd.withdraw(ada, comment))) == 1


def test_posts_and_the_closing_of_their_story(crowd: Crowd) -> None:
    def close(number: int) -> Act:
        return lambda tx: stories.close(tx, COMMAND, crowd.moot.story.id, "", crowd.now)

    came = crowd.of_both(crowd.post(), close)
    assert crowd.moot.live() + 1 == done(came)
    assert isinstance(crowd.at_once(crowd.post()(0))[0], Invalid)


def test_first_posts_under_a_new_story_make_one(crowd: Crowd) -> None:
    def post(number: int) -> Act:
        def act(tx: Tx) -> object:
            story = stories.ensure(tx, "https://news.example/new", "key-1" if number % 2 else None, f"Title {number}", "reader", crowd.now)
            return comments.post(tx, Actor(), Draft(story.id, read(f"Words of {number}.")), crowd.now, crowd.moot.customs)

        return act

    came = crowd.of_both(post, post)
    found = crowd.moot.db.read_now(lambda tx: stories.find(tx, "https://news.example/new"))
    assert found is not None
    assert len({posted.story for posted in came if not isinstance(posted, Problem)}) == 1  # type: ignore[attr-defined]
    assert crowd.moot.db.read_now(lambda tx: store.latest_comments(tx, found.id, 100)) != []


def test_what_a_guest_did_is_claimed_while_the_member_votes(crowd: Crowd) -> None:
    guest, member = crowd.moot.guest("Ada"), crowd.moot.member("Adaeze")
    said = [crowd.moot.says(crowd.moot.guest("Bo"), f"Number {number}.") for number in range(CROWD - 1)]
    own = crowd.moot.says(guest, "Mine.")
    for comment in said:
        crowd.moot.vote(guest, comment, 1)

    def claim(tx: Tx) -> object:
        return duties.claim(tx, guest.id or 0, member.id or 0, crowd.now)

    votes: list[Act] = [lambda tx, comment=comment: comments.vote(tx, member, comment, -1, crowd.now) for comment in said]  # type: ignore[misc]
    random.shuffle(votes)
    assert done(crowd.at_once(*votes[:25], claim, *votes[25:])) == CROWD
    assert {(crowd.row(comment).up, crowd.row(comment).down) for comment in said} == {(0, 1)}
    assert crowd.row(own).person == member.id


def test_a_claim_and_edits_of_what_is_claimed(crowd: Crowd) -> None:
    guest, member = crowd.moot.guest("Ada"), crowd.moot.member("Adaeze")
    other = crowd.moot.take_in("https://news.example/mill", "The mill")
    own = [crowd.moot.post(guest, f"Number {number}.", story=(crowd.moot.story, other)[number % 2]).id for number in range(CROWD - 1)]

    def claim(tx: Tx) -> object:
        return duties.claim(tx, guest.id or 0, member.id or 0, crowd.now)

    edits = [crowd.edit(guest, comment)(number) for number, comment in enumerate(own)]
    random.shuffle(edits)
    crowd.at_once(*edits[:25], claim, *edits[25:])
    assert {crowd.row(comment).person for comment in own} == {member.id}


def test_an_import_is_opened_while_others_post(crowd: Crowd, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    lines = "".join(f"  • Reader {number}\n      Old words of {number}.\n" for number in range(300))
    page.write_text(f"The lake\n\nThe story.\n\n{lines}")
    first = crowd.moot.says(crowd.moot.guest("Ada"), "Here before.")
    address = crowd.moot.story.address
    brought: list[archive.Report] = []

    def bring() -> None:
        brought.append(archive.bring(crowd.moot.db, tmp_path, "news.example", [page], now=crowd.now, form="text", story=address))

    importing = threading.Thread(target=bring)
    importing.start()
    posted = 0
    while importing.is_alive():
        posted += done(crowd.of_both(crowd.post(), crowd.post(first)))
    importing.join()
    assert brought[0].comments == 300
    assert crowd.moot.live() == 300 + 1 + posted
