"""An import is taken out again, and what people have said meanwhile stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from folkmoot.app import create_app
from folkmoot.discussion import archive, comments, moderation, paging
from folkmoot.discussion.model import Customs, Draft
from folkmoot.discussion.text import read
from folkmoot.errors import Conflict, NotFound
from folkmoot.people import accounts
from folkmoot.people.model import COMMAND, Actor
from folkmoot.settings import Server, Settings
from tests.discussion.importers.conftest import Archivist
from tests.discussion.importers.disqus_files import LAKE, export, post, thread, two_stories
from tests.web.stand import HERE, Client

CUSTOMS = Customs(limits=False)


def member(archivist: Archivist, name: str) -> Actor:
    box = f"{name}@mail.example"
    return Actor(archivist.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, box, box, name, archivist.now)))


def says(archivist: Archivist, actor: Actor, text: str, key: str) -> int:
    above = archivist.comment(key)
    draft = Draft(above.story, read(text), above.id)
    return archivist.db.write_now(lambda tx: comments.post(tx, actor, draft, archivist.now, CUSTOMS)).id


def undo(archivist: Archivist, batch: str | None) -> archive.Undone:
    return archive.undo(archivist.db, archivist.folder, int(batch or 0), now=archivist.now)


def test_an_undone_import_leaves_nothing_behind(archivist: Archivist) -> None:
    report = archivist.bring("traps.xml")
    done = undo(archivist, report.batch)
    assert (done.comments, done.kept, done.stories, done.people) == (report.comments, 0, report.stories, report.people)
    left = [archivist.count(table) for table in ("comment", "decision", "story", "story_address", "story_decision", "person", "source_key")]
    assert left == [0] * 7
    assert archivist.findings() == []
    assert archivist.bring("traps.xml").comments == report.comments, "it can come again"


def test_what_somebody_has_answered_stays_as_a_tombstone(archivist: Archivist, tmp_path: Path) -> None:
    report = archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), post(1), post(2, parent=1), post(3, parent=2), post(4, parent=1)))
    ada = member(archivist, "Ada")
    answer = says(archivist, ada, "I remember that.", "dsq:2")
    story = archivist.comment("dsq:1").story
    archivist.db.write_now(lambda tx: comments.vote(tx, ada, archivist.comment("dsq:4").id, 1, archivist.now, CUSTOMS))
    done = undo(archivist, report.batch)
    assert (done.comments, done.kept, done.votes, done.stories) == (2, 2, 1, 0)
    page = archivist.db.read_now(lambda tx: paging.first_page(tx, story, "oldest"))
    (root,) = page.roots
    assert (root.comment.state, root.comment.text, root.replies[0].comment.state) == ("removed", "", "removed")
    assert root.replies[0].replies[0].comment.id == answer
    assert page.live == 1
    removal = archivist.rows("SELECT id FROM decision WHERE comment = :root AND deed = 'remove'", root=root.comment.id)[0].id
    with pytest.raises(Conflict):  # its words are gone, so no moderator can show it again
        archivist.db.write_now(lambda tx: moderation.undo(tx, COMMAND, removal, archivist.now))
    assert archivist.rows("SELECT text FROM comment WHERE text LIKE 'Number%'") == []
    assert archivist.findings() == []


def test_open_pages_are_offered_all_of_it_anew_where_something_of_an_undone_import_could_be_seen(archivist: Archivist, tmp_path: Path) -> None:
    report = archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), post(1), post(2)))
    says(archivist, member(archivist, "Ada"), "I remember that.", "dsq:1")
    app = Client(create_app(Settings(server=Server(public_url=HERE)), archivist.db))
    before = app.get(f"/api/v1/news?url={LAKE}").json()
    assert before["cleared"] == 0
    undo(archivist, report.batch)
    after = app.get(f"/api/v1/news?url={LAKE}").json()
    assert before["version"] < after["cleared"] <= after["version"]
    assert after["comments"] == 1


def test_a_second_archive_is_undone_without_the_first(archivist: Archivist, tmp_path: Path) -> None:
    first = [thread(1, LAKE), post(1), post(2, parent=1, isDeleted="true")]
    archivist.bring(export(tmp_path / "a.xml", *first))
    second = archivist.bring(export(tmp_path / "b.xml", *first, post(3, parent=2)))
    assert archivist.comment("dsq:2").visible == 1
    undo(archivist, second.batch)
    assert archivist.count("comment") == 2
    assert archivist.comment("dsq:2").visible == 0
    assert archivist.findings() == []


def test_the_first_archive_is_undone_below_the_second(archivist: Archivist, tmp_path: Path) -> None:
    first = archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), post(1), post(2)))
    archivist.bring(export(tmp_path / "b.xml", thread(1, LAKE), post(1), post(2), post(3, parent=1)))
    done = undo(archivist, first.batch)
    assert (done.comments, done.kept, done.stories) == (1, 1, 0)
    assert archivist.findings() == []


def test_an_undone_import_cannot_be_undone_again(archivist: Archivist, tmp_path: Path) -> None:
    report = archivist.bring(two_stories(tmp_path / "a.xml", 5))
    undo(archivist, report.batch)
    with pytest.raises(Conflict, match="undone already"):
        undo(archivist, report.batch)
    with pytest.raises(NotFound, match="There is no import 12"):
        undo(archivist, "12")


class Watcher:
    """Sees an import come in, and once, in the middle of a phase, does something."""

    def __init__(self, phase: str, act: Callable[[], object]) -> None:
        self.phase, self.act = phase, act
        self.acted = False

    def __call__(self, what: str, share: float) -> None:
        if what == self.phase and share < 1 and not self.acted:
            self.acted = True
            self.act()


def at_work(archivist: Archivist) -> str:
    """The import that comes in just now."""
    return next(each.id for each in archive.batches(archivist.db, "news.example") if each.phase in ("merging", "opening"))


@pytest.mark.parametrize("phase", ["merging", "opening"])
def test_an_import_at_work_is_not_undone(archivist: Archivist, tmp_path: Path, phase: str) -> None:
    def refuse() -> None:
        with pytest.raises(Conflict, match="is at work here"):
            undo(archivist, at_work(archivist))

    watcher = Watcher(phase, refuse)
    report = archivist.bring(two_stories(tmp_path / "a.xml", 700), progress=watcher)
    assert watcher.acted and archivist.count("comment") == report.comments == 700
    assert archivist.findings() == []
    assert undo(archivist, report.batch).comments == 700


@pytest.mark.parametrize("phase", ["merging", "opening"])
def test_an_import_that_another_machine_undoes_ends_there(archivist: Archivist, tmp_path: Path, phase: str) -> None:
    def undo_elsewhere() -> None:
        archive.undo(archivist.db, tmp_path / "elsewhere", int(at_work(archivist)), now=archivist.now)

    file, watcher = two_stories(tmp_path / "a.xml", 700), Watcher(phase, undo_elsewhere)
    with pytest.raises(Conflict, match="Somebody has undone the import"):
        archivist.bring(file, progress=watcher)
    assert watcher.acted and [each.phase for each in archive.batches(archivist.db, "news.example")] == ["undone"]
    assert [archivist.count(table) for table in ("comment", "story", "person", "source_key")] == [0] * 4
    assert archivist.findings() == []
    assert archivist.bring(file).comments == 700
    assert archivist.findings() == [] and list(archivist.folder.glob("import-*")) == []
