"""Bringing an archive in: nothing is touched before all of it is known, and nobody sees half of it."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from folkmoot.discussion import archive, paging
from folkmoot.discussion.model import MAX_LEVEL
from folkmoot.errors import Conflict, Invalid, NotFound
from folkmoot.people.model import COMMAND
from folkmoot.sites.sites import add_site
from folkmoot.sites.stories import ensure
from tests.discussion.importers.conftest import Archivist
from tests.discussion.importers.disqus_files import LAKE, MILL, export, post, thread, two_stories


def story(archivist: Archivist, title: str) -> int:
    return int(archivist.rows("SELECT id FROM story WHERE title = :title", title=title)[0].id)


def test_readers_find_the_thread_where_the_story_is(archivist: Archivist, tmp_path: Path) -> None:
    archivist.bring(two_stories(tmp_path / "a.xml", 60))
    page = archivist.db.read_now(lambda tx: paging.first_page(tx, story(archivist, "Story 1"), "oldest", limit=100))
    assert page.live == 30
    assert page.roots[0].comment.text == "Number 2"
    assert page.version > 0
    assert archivist.findings() == []


def test_a_dry_run_tells_all_and_writes_nothing(archivist: Archivist, tmp_path: Path) -> None:
    file = two_stories(tmp_path / "a.xml", 60)
    rehearsed = archivist.bring(file, dry_run=True)
    assert (rehearsed.comments, rehearsed.stories, rehearsed.people, rehearsed.batch, rehearsed.dry_run) == (60, 2, 7, None, True)
    assert [archivist.count(table) for table in ("story", "comment", "person", "batch", "source_key")] == [0] * 5
    done = archivist.bring(file)
    assert (done.comments, done.stories, done.people, done.dry_run) == (60, 2, 7, False)


def test_a_longer_archive_adds_only_what_is_new_below_what_is_there(archivist: Archivist, tmp_path: Path) -> None:
    first = [thread(1, LAKE), post(1), post(2, parent=1, isDeleted="true")]
    archivist.bring(export(tmp_path / "a.xml", *first))
    assert archivist.comment("dsq:2").visible == 0
    report = archivist.bring(export(tmp_path / "b.xml", *first, post(3, parent=2), post(4, parent=1), thread(2, MILL), post(5, story=2)))
    assert (report.comments, report.already, report.stories) == (3, 2, 1)
    assert archivist.comment("dsq:2").visible == 1, "the tombstone shows as soon as somebody stands on it"
    assert archivist.comment("dsq:1").replies == 2
    assert archivist.findings() == []


def test_an_archive_joins_the_talk_that_is_there(archivist: Archivist, tmp_path: Path) -> None:
    found = archivist.db.write_now(lambda tx: ensure(tx, "https://www.news.example/lake/?utm_source=x", None, "Lake?", "reader", archivist.now))
    report = archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), post(1)))
    assert (report.stories, report.comments) == (0, 1)
    assert archivist.comment("dsq:1").story == found.id
    assert archivist.rows("SELECT title FROM story")[0].title == "Story 1", "an importer knows better than a reader"


def test_hosts_that_are_not_the_sites_are_said(archivist: Archivist, tmp_path: Path) -> None:
    report = archivist.bring(export(tmp_path / "a.xml", thread(1, "https://elsewhere.example/a"), post(1)))
    assert report.comments == 1
    assert any("elsewhere.example (1) are of no host of news.example" in line for line in report.warnings)


def test_a_story_of_another_newsroom_is_left_to_it(archivist: Archivist, tmp_path: Path) -> None:
    archivist.db.write_now(lambda tx: add_site(tx, COMMAND, "other.example", "Other", archivist.now))
    archivist.db.write_now(lambda tx: ensure(tx, "https://other.example/a", None, "Theirs", "page", archivist.now))
    report = archivist.bring(export(tmp_path / "a.xml", thread(1, "https://other.example/a"), post(1), thread(2, LAKE), post(2, story=2)))
    assert (report.comments, report.skipped) == (1, {"story of another site": 1})


def test_replies_deeper_than_threads_go_stand_beside_their_parents(archivist: Archivist, tmp_path: Path) -> None:
    posts = [post(number, parent=number - 1 if number > 1 else None) for number in range(1, MAX_LEVEL + 4)]
    report = archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), *posts))
    assert report.comments == MAX_LEVEL + 3
    assert max(row.level for row in archivist.rows("SELECT level FROM comment")) == MAX_LEVEL
    assert {archivist.parent(f"dsq:{number}") for number in range(MAX_LEVEL, MAX_LEVEL + 4)} == {f"dsq:{MAX_LEVEL - 1}"}
    assert sum("stands beside the one" in line for line in report.warnings) == 3
    assert archivist.findings() == []


def test_replies_to_what_stood_too_deep_before_stand_beside_it_too(archivist: Archivist, tmp_path: Path) -> None:
    posts = [post(number, parent=number - 1 if number > 1 else None) for number in range(1, MAX_LEVEL + 5)]
    archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), *posts[: MAX_LEVEL + 1]))
    report = archivist.bring(export(tmp_path / "b.xml", thread(1, LAKE), *posts))
    assert (report.comments, report.already) == (3, MAX_LEVEL + 1)
    assert {archivist.parent(f"dsq:{number}") for number in range(MAX_LEVEL, MAX_LEVEL + 5)} == {f"dsq:{MAX_LEVEL - 1}"}
    assert archivist.comment(f"dsq:{MAX_LEVEL - 1}").replies == 5
    assert archivist.findings() == []


def test_the_parent_that_a_too_deep_reply_goes_to_need_not_be_in_the_archive(archivist: Archivist, tmp_path: Path) -> None:
    posts = [post(number, parent=number - 1 if number > 1 else None) for number in range(1, MAX_LEVEL + 4)]
    archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), *posts[: MAX_LEVEL + 1]))
    report = archivist.bring(export(tmp_path / "b.xml", thread(1, LAKE), *posts[MAX_LEVEL:]))
    assert (report.comments, report.already) == (2, 1)
    assert {archivist.parent(f"dsq:{number}") for number in range(MAX_LEVEL, MAX_LEVEL + 4)} == {f"dsq:{MAX_LEVEL - 1}"}
    assert archivist.comment(f"dsq:{MAX_LEVEL - 1}").replies == 4
    assert archivist.findings() == []


def test_several_files_are_one_archive_and_lines_say_of_which(archivist: Archivist, tmp_path: Path) -> None:
    files = [export(tmp_path / "a.xml", thread(1, LAKE), post(1, parent=2)), export(tmp_path / "b.xml", post(2), post(3, parent=9))]
    report = archive.bring(archivist.db, archivist.folder, "news.example", files, now=archivist.now)
    assert report.comments == 3
    assert archivist.parent("dsq:1") == "dsq:2"
    assert any(line.startswith("b.xml, line 4: ") for line in report.warnings)


def test_a_comment_longer_than_can_be_kept_is_left_out_by_name(archivist: Archivist, tmp_path: Path) -> None:
    report = archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), post(1, "x" * 20_001), post(2, "y" * 20_000)))
    assert (report.comments, report.skipped) == (1, {"too long": 1})


def test_staff_are_not_imitated_by_names_from_an_archive(archivist: Archivist, tmp_path: Path) -> None:
    archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), post(1).replace("User 1", "Moderat0r")))
    assert archivist.comment("dsq:1").marks == "namesake"


def test_another_import_at_work_is_waited_for(archivist: Archivist, tmp_path: Path) -> None:
    archivist.folder.mkdir()
    with (archivist.folder / "import.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="An import, or the undoing of one, is at work"):
            archivist.bring(two_stories(tmp_path / "a.xml", 3))


@pytest.mark.parametrize(
    ("how", "error", "why"),
    [
        ({"form": "wordprefect"}, Invalid, "There is no format 'wordprefect'"),
        ({"story": "nonsense", "form": "text"}, Invalid, "no list|not the address of a page"),
        ({"form": "disqus"}, Invalid, "does not begin as XML does"),
        ({}, Invalid, "is of no kind that is known here"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    archivist: Archivist, tmp_path: Path, how: dict[str, str], error: type[Exception], why: str
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Nothing that anybody knows.", "utf-8")
    with pytest.raises(error, match=why):
        archivist.bring(path, **how)
    assert archivist.count("batch") == 0


def test_an_unknown_site_is_said_to_be_so(archivist: Archivist, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"There is no site nowhere\.example"):
        archive.bring(archivist.db, archivist.folder, "nowhere.example", [two_stories(tmp_path / "a.xml", 3)], now=archivist.now)


def test_imports_are_listed_newest_first(archivist: Archivist, tmp_path: Path) -> None:
    archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), post(1)))
    archivist.now += 1_000
    archivist.bring(export(tmp_path / "b.xml", thread(1, LAKE), post(1), post(2)))
    listed = archive.batches(archivist.db, "news.example")
    assert [(each.files, each.phase, each.report["comments"]) for each in listed] == [("b.xml", "closed", 1), ("a.xml", "closed", 1)]
