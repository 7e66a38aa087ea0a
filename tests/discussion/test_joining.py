"""Two stories become one, and two again: nothing is lost, nobody meets half of it, and every old address leads on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from folkmoot.desk import merging, reports
from folkmoot.discussion import archive, beside, checks, joining, outlet, paging, store_joining
from folkmoot.discussion.export import write_export
from folkmoot.errors import Conflict, Invalid, NotAllowed
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.waiting import Because
from folkmoot.settings import Settings
from folkmoot.sites import checks as sites_checks
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Story
from folkmoot.storage import jobs
from folkmoot.storage.database import connect
from folkmoot.storage.migrations import migrate
from folkmoot.work import Worker
from tests.discussion.importers.disqus_files import export, post, thread
from tests.hostile.asking import House, get
from tests.moot import Moot
from tests.test_cli import Terminal, at, nowhere

__all__ = ["at", "nowhere"]  # fixtures
OLD = "https://news.example/old?p=17"


class Two:
    """Two stories with talk, a vote, a removal and something that waits."""

    def __init__(self, moot: Moot) -> None:
        self.moot = moot
        self.old = moot.take_in(OLD, "The old lake")
        self.bo, self.vera = moot.guest("Bo"), moot.member("Vera", "moderator")
        self.asked = self.says("Is it rising?", self.old)
        self.answer = self.says("It is.", self.old, self.asked)
        self.gone = self.says("Buy my boat.", self.old)
        self.held = self.says("Held words.", self.old)
        self.here = self.says("Close it.")
        moot.vote(self.vera, self.asked, 1)
        moot.decide(self.vera, self.gone, "remove", "Advertising.")
        moot.decide(self.vera, self.held, "hold", "Wait.")

    def says(self, words: str, story: Story | None = None, parent: int | None = None) -> int:
        self.moot.later(1)
        return self.moot.post(self.bo, words, parent, story).id

    def merge(self) -> merging.Joined:
        return merging.merge(self.moot.db, COMMAND, self.old.id, self.moot.story.id, "One story.", self.moot.now)

    def part(self) -> merging.Joined:
        return merging.part(self.moot.db, COMMAND, self.old.id, "Two after all.", self.moot.now)

    def texts(self, story: Story) -> list[str]:
        return self.moot.db.read_now(lambda tx: [each.text for each in paging.whole(tx, story.id)])

    def find(self, address: str) -> int:
        found = self.moot.db.read_now(lambda tx: stories.find(tx, address))
        return found.id if found else 0

    def agrees(self) -> bool:
        return [*checks.check(self.moot.db), *sites_checks.check(self.moot.db)] == []


@pytest.fixture
def two(moot: Moot) -> Two:
    return Two(moot)


def test_two_stories_become_one_under_every_address(two: Two) -> None:
    moot, before = two.moot, two.moot.version()
    assert two.merge().comments == 4
    assert two.find(OLD) == two.find("https://news.example/lake") == moot.story.id
    assert two.texts(moot.story) == ["Is it rising?", "It is.", "Close it."] and two.texts(two.old) == []
    assert moot.live() == 3 and moot.version() > before
    assert moot.db.read_now(lambda tx: stories.get_story(tx, two.old.id)).id == moot.story.id
    assert two.agrees()


def test_readers_at_the_old_page_are_led_to_the_new_one(two: Two) -> None:
    house = House(two.moot.db, clock=lambda: two.moot.now)
    assert "It is." in house.ask(get(f"/thread/{two.old.id}")).text
    two.merge()
    for path, asked in ((f"/thread/{two.old.id}", {}), ("/thread", {"url": OLD}), (f"/c/{two.answer}", {})):
        page = house.ask(get(path, asked))
        assert page.status == 200 and "It is." in page.text, path
        assert "Close it." in page.text or path.startswith("/c/")
    counts = house.ask(get("/api/v1/counts", {"url": [OLD, "https://news.example/lake"]})).json()["counts"]
    assert set(counts.values()) == {3}
    house.close()


@pytest.mark.parametrize("ending", ["json", "atom"])
def test_who_reads_the_old_storys_feed_goes_on_with_the_new_ones_and_again_with_their_own(two: Two, ending: str) -> None:
    house, path = House(two.moot.db, clock=lambda: two.moot.now), f"/thread/{two.old.id}/feed.{ending}"
    assert "It is." in house.ask(get(path)).text and "Close it." not in house.ask(get(path)).text
    two.merge()
    feed = house.ask(get(path))
    assert feed.status == 200 and "It is." in feed.text and "Close it." in feed.text
    assert f"/thread/{two.moot.story.id}/feed.{ending}" in feed.text
    two.says("Said since.")
    assert "Said since." in house.ask(get(path)).text
    two.part()
    assert "It is." in house.ask(get(path)).text and "Close it." not in house.ask(get(path)).text
    house.close()


def test_what_is_pinned_goes_along_and_stands_above_no_other_storys_thread(two: Two) -> None:
    house, line = House(two.moot.db, clock=lambda: two.moot.now), "Put here by the newsroom"

    def above(story: Story) -> bool:
        return line in house.ask(get(f"/thread/{story.id}")).text

    def pin(comment: int) -> None:
        two.moot.db.write_now(lambda tx: beside.mark(tx, editor, comment, "pin", Because(), two.moot.now))

    editor = two.moot.member("Edda", "editor")
    two.merge()
    pin(two.asked)
    assert above(two.moot.story)
    two.part()
    assert above(two.old) and not above(two.moot.story) and two.agrees()
    two.merge()
    assert above(two.moot.story) and two.agrees()
    two.part()
    pin(two.here)
    two.merge()
    pinned = two.moot.page().pinned
    assert above(two.moot.story) and pinned and pinned.id == two.here and two.agrees()
    two.part()
    assert above(two.moot.story) and not above(two.old) and two.agrees()
    house.close()


def test_what_is_said_to_the_old_story_comes_to_the_new_one(two: Two) -> None:
    two.merge()
    late = two.says("Said to the old page.", two.old, two.answer)
    assert two.moot.db.read_now(lambda tx: paging.story_of(tx, late)) == two.moot.story.id
    assert two.moot.live() == 4 and two.agrees()


def test_a_merging_is_taken_back_with_what_was_answered_meanwhile(two: Two) -> None:
    two.merge()
    late = two.says("A late answer.", two.moot.story, two.answer)
    two.says("And one to that.", two.moot.story, late)
    two.says("A new root.", two.moot.story)
    assert two.part().comments == 6
    assert two.texts(two.old) == ["Is it rising?", "It is.", "A late answer.", "And one to that."]
    assert two.texts(two.moot.story) == ["Close it.", "A new root."]
    assert two.find(OLD) == two.old.id and two.agrees()
    assert two.merge().comments == 6 and two.agrees(), "and once more"


class _Cut(Exception):
    """Somebody pulled the plug."""


def cut_after(steps: int) -> merging.Progress:
    left = iter(range(steps))

    def cut(what: str, share: float) -> None:
        if next(left, None) is None:
            raise _Cut

    return cut


def work(two: Two) -> None:
    """The worker does what is in the outbox about merged stories."""
    worker = Worker(two.moot.db, Settings(), lambda: two.moot.now)
    while two.moot.db.read_now(lambda tx: jobs.waits(tx, f"{merging.KIND}:{two.old.id}")):
        assert worker.work_once()


def test_one_that_was_cut_short_goes_on_by_itself(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "STEP", 1)
    with pytest.raises(_Cut):
        merging.merge(two.moot.db, COMMAND, two.old.id, two.moot.story.id, "", two.moot.now, cut_after(2))
    assert two.moot.db.read_now(lambda tx: store_joining.standing(tx, two.old.id)) == 1
    work(two)
    assert two.texts(two.old) == [] and two.moot.live() == 3 and two.agrees()
    with pytest.raises(_Cut):
        merging.part(two.moot.db, COMMAND, two.old.id, "", two.moot.now, cut_after(2))
    with pytest.raises(Conflict, match="still being parted"):
        two.merge()
    work(two)
    assert two.texts(two.old) == ["Is it rising?", "It is."] and two.agrees()


def test_no_story_is_merged_away_nor_into_while_another_is_still_being_parted_from_it(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    moot, third = two.moot, two.moot.take_in("https://news.example/third")
    two.merge()
    monkeypatch.setattr(joining, "STEP", 1)
    with pytest.raises(_Cut):
        merging.part(moot.db, COMMAND, two.old.id, "", moot.now, cut_after(2))
    for story, into in ((moot.story.id, third.id), (third.id, moot.story.id)):
        with pytest.raises(Conflict, match="still being parted"):
            merging.merge(moot.db, COMMAND, story, into, "", moot.now)
    work(two)
    assert two.texts(two.old) == ["Is it rising?", "It is."]
    assert merging.merge(moot.db, COMMAND, moot.story.id, third.id, "", moot.now).comments == 1
    assert two.texts(third) == ["Close it."] and two.agrees()


def test_one_that_was_cut_short_can_be_taken_back_or_said_again(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "STEP", 1)
    for _ in range(2):
        with pytest.raises(_Cut):
            merging.merge(two.moot.db, COMMAND, two.old.id, two.moot.story.id, "", two.moot.now, cut_after(1))
    assert two.part().comments == 4 and two.texts(two.old) == ["Is it rising?", "It is."] and two.agrees()
    assert two.merge().comments == 4


def test_followers_and_reports_go_along_and_back(two: Two) -> None:
    moot, cy, di = two.moot, two.moot.member("Cy"), two.moot.member("Di")

    def follow(who: Actor, story: Story, how: str) -> None:
        moot.db.write_now(lambda tx: outlet.set_following(tx, who, story.id, how, moot.now))

    def hows(who: Actor) -> list[str | None]:
        return [moot.db.read_now(lambda tx, each=each: outlet.following(tx, who, each.id)) for each in (two.old, moot.story)]  # type: ignore[misc]

    def reported() -> int:
        return int(moot.db.read_now(lambda tx: reports.followed(tx, receipt)).story)

    follow(cy, two.old, "follow")
    follow(di, two.old, "mute")
    follow(di, moot.story, "follow")
    words = "It breaks section 130."
    _, receipt = moot.db.write_now(lambda tx: reports.report(tx, cy, two.asked, reports.Told(words), moot.now))
    two.merge()
    assert hows(cy) == [None, "follow"] and hows(di) == ["mute", "follow"] and reported() == moot.story.id
    two.part()
    assert hows(cy) == ["follow", None] and hows(di) == ["mute", "follow"] and reported() == two.old.id


def test_what_cannot_be_merged_is_refused(two: Two) -> None:
    moot, third = two.moot, two.moot.take_in("https://news.example/third")
    other = moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "other.example", "Other", moot.now))
    theirs = moot.take_in("https://other.example/a")
    assert other.id

    def merge(story: int, into: int) -> merging.Joined:
        return merging.merge(moot.db, COMMAND, story, into, "", moot.now)

    with pytest.raises(Invalid, match="different sites"):
        merge(two.old.id, theirs.id)
    with pytest.raises(Invalid, match="one story already"):
        merge(two.old.id, two.old.id)
    with pytest.raises(Conflict, match="was not merged"):
        two.part()
    two.merge()
    with pytest.raises(Conflict, match="merged already"):
        two.merge()
    with pytest.raises(Conflict, match="into this story"):
        merge(moot.story.id, third.id)
    with pytest.raises(Conflict, match="Part it from there"):
        merge(two.old.id, third.id)
    with pytest.raises(NotAllowed):
        merging.merge(moot.db, two.vera, third.id, moot.story.id, "", moot.now)
    editor = moot.member("Edda", "editor")
    assert merging.merge(moot.db, editor, third.id, moot.story.id, "", moot.now).comments == 0


def test_merged_stories_travel_whole(two: Two, tmp_path: Path) -> None:
    two.merge()
    first = io.BytesIO()
    write_export(two.moot.db, two.moot.site.id, first)
    (tmp_path / "out.jsonl").write_bytes(first.getvalue())
    other = connect(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other, two.moot.now)
    archive.bring(other, tmp_path, "news.example", [tmp_path / "out.jsonl"], now=two.moot.now)
    again = io.BytesIO()
    site = other.read_now(lambda tx: sites.site_for(tx, "news.example"))
    write_export(other, site.id if site else 0, again)
    assert again.getvalue() == first.getvalue()
    assert merging.part(other, COMMAND, two.old.id, "", two.moot.now).comments == 4
    other.close()


def test_an_archive_of_the_old_story_adds_to_the_new_one_and_can_be_undone(two: Two, tmp_path: Path) -> None:
    moot = two.moot
    first = [thread(1, OLD), post(1), post(2, parent=1)]
    brought = archive.bring(moot.db, tmp_path, "news.example", [export(tmp_path / "a.xml", *first)], now=moot.now)
    two.merge()
    longer = archive.bring(moot.db, tmp_path, "news.example", [export(tmp_path / "b.xml", *first, post(3, parent=2))], now=moot.now)
    assert (longer.comments, longer.stories, longer.already) == (1, 0, 2) and not any("stands on its own" in line for line in longer.warnings)
    assert "Number 3" in two.texts(moot.story) and two.agrees()
    archive.undo(moot.db, tmp_path, int(longer.batch or 0), now=moot.now)
    archive.undo(moot.db, tmp_path, int(brought.batch or 0), now=moot.now)
    assert two.part().comments == 4 and two.agrees()


def test_the_commands_merge_and_unmerge(at: Terminal, two: Two) -> None:
    at.does("story", "merge", OLD, "https://news.example/lake", "--dry-run")
    assert two.find(OLD) == two.old.id
    assert "4 comments went" in at.does("story", "merge", OLD, "https://news.example/lake", "--reason", "Twins.")
    assert "merged already" in at.refuses("story", "merge", OLD, "https://news.example/lake")
    at.does("check")
    assert "4 comments went" in at.does("story", "unmerge", OLD)
    assert two.find(OLD) == two.old.id
