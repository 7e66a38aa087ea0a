"""Isso: its SQLite file, live, damaged, and somebody else's."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

from folkmoot.discussion import archive
from folkmoot.storage.database import Row
from tests.discussion.importers.conftest import Archivist
from tests.discussion.importers.test_disqus import warned

SCHEMA = """
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL, modified FLOAT, mode INTEGER,
 remote_addr VARCHAR, text VARCHAR NOT NULL, author VARCHAR, email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0,
 voters BLOB NOT NULL, notification INTEGER DEFAULT 0);
PRAGMA user_version = 5;
INSERT INTO threads VALUES (1, '/lake/', 'The lake'), (2, '/mill/', NULL);
"""
ROW = "INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?, '192.0.2.7', ?, ?, 'r@mail.example', NULL, ?, ?, x'00', 0)"
ROWS = [
    (1, 1, None, 1577872800.5, None, 1, "Root *one*", "Ann", 3, 1),
    (1, 2, 1, 1577872700.0, 1577873000.0, 1, "Answer, dated before", "Bo", 0, 0),
    (1, 3, None, 1577873100.0, None, 2, "Waiting", None, 0, 0),
    (1, 4, None, 1577873200.0, None, 4, "", None, 0, 0),
    (1, 5, 4, 1577873300.0, None, 1, "Below what is gone", "Dan", 0, 0),
    (2, 6, 1, 1577873400.0, None, 1, "Parent elsewhere", "Eve", 0, 0),
    (9, 7, None, 1577873500.0, None, 1, "No such thread", "Fay", 0, 0),
    (1, 8, None, "soon", None, 1, "No date", "Gil", 0, 0),
    (1, 9, None, 1577873600.0, None, 3, b"\xff\xfe bytes", 7, "many", -1),
]


def isso(path: Path, *more: str, rows: list[tuple[object, ...]] | None = None) -> Path:
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
        connection.executemany(ROW, ROWS if rows is None else rows)
        for each in more:
            connection.executescript(each)
    connection.close()
    return path


def key(archivist: Archivist, number: str) -> Row:
    """The comment of a number."""
    row = next(row for row in ROWS if str(row[1]) == number)
    return archivist.comment(f"news.example comment:{number}@{int(float(str(row[3])) * 1000)}")


def test_words_votes_times_and_trees_come_along(archivist: Archivist, tmp_path: Path) -> None:
    report = archivist.bring(isso(tmp_path / "comments.db"))
    assert (report.comments, report.stories) == (7, 2)
    assert report.skipped == {"impossible date": 1, "thread not in the archive": 1}
    first = key(archivist, "1")
    assert (first.posted, first.up, first.down, first.html) == (1_577_872_800_500, 3, 1, "<p>Root <em>one</em></p>\n")
    assert key(archivist, "2").parent == key(archivist, "1").id and key(archivist, "2").edited == 1_577_873_000_000
    assert [key(archivist, str(n)).state for n in (3, 4, 5, 9)] == ["unapproved", "deleted", "published", "unapproved"]
    assert key(archivist, "4").visible == 1 and key(archivist, "5").parent == key(archivist, "4").id
    assert warned(report, "Row 9: The mode of this comment is '3'") and warned(report, "lies under another story")
    assert archivist.findings() == []


def test_paths_are_those_of_the_site_or_of_the_host_that_is_named(archivist: Archivist, tmp_path: Path) -> None:
    file = isso(tmp_path / "comments.db")
    archivist.bring(file)
    assert [row.cleaned for row in archivist.rows("SELECT cleaned FROM story_address ORDER BY cleaned")] == ["news.example/lake", "news.example/mill"]
    assert archivist.bring(file, story="https://old.example/").comments == 7, "another host's paths are other stories"
    assert "old.example/lake" in [row.cleaned for row in archivist.rows("SELECT cleaned FROM story_address")]


def test_two_files_that_both_begin_at_number_one_lose_nothing_to_each_other(archivist: Archivist, tmp_path: Path) -> None:
    archivist.bring(isso(tmp_path / "a.db", rows=ROWS[:2]))
    report = archivist.bring(isso(tmp_path / "b.db", rows=[(1, 1, None, 1600000000.0, None, 1, "A new beginning", "Hal", 0, 0)]))
    assert (report.comments, report.already, report.stories) == (1, 0, 0)
    assert archivist.count("story") == 2, "the path is the same, so the story is"


def test_two_files_in_one_command_keep_their_stories_and_their_answers_apart(archivist: Archivist, tmp_path: Path) -> None:
    def talk(name: str, path: str, began: float) -> Path:
        rows = [(1, 1, None, began, None, 1, f"{name} asks", name, 0, 0), (1, 2, 1, began + 60, None, 1, f"{name} answers", name, 0, 0)]
        return isso(tmp_path / f"{name}.db", f"UPDATE threads SET uri = '{path}' WHERE id = 1", rows=rows)

    files = [talk("Ann", "/brook/", 1577872800.0), talk("Bo", "/weir/", 1600000000.0)]
    report = archive.bring(archivist.db, archivist.folder, "news.example", files, now=archivist.now)
    assert (report.comments, report.stories, report.skipped) == (4, 3, {})
    stands = "SELECT s.address, c.text, p.text AS above FROM comment c JOIN story s ON s.id = c.story LEFT JOIN comment p ON p.id = c.parent"
    assert {(row.address, row.text, row.above) for row in archivist.rows(stands)} == {
        ("https://news.example/brook/", "Ann asks", None), ("https://news.example/brook/", "Ann answers", "Ann asks"),
        ("https://news.example/weir/", "Bo asks", None), ("https://news.example/weir/", "Bo answers", "Bo asks"),
    }  # fmt: skip
    assert [archivist.bring(file).already for file in files] == [2, 2] and archivist.findings() == []


def test_an_older_copy_of_a_file_beside_it_adds_what_it_has_alone(archivist: Archivist, tmp_path: Path) -> None:
    newer = [*ROWS[:2], (1, 3, 2, 1600000000.0, None, 1, "Since then", "Hal", 0, 0)]
    files = [isso(tmp_path / "old.db", rows=ROWS[:2]), isso(tmp_path / "new.db", "UPDATE threads SET id = 7 WHERE id = 2", rows=newer)]
    report = archive.bring(archivist.db, archivist.folder, "news.example", files, now=archivist.now)
    assert (report.comments, report.stories, report.skipped) == (3, 2, {"given twice": 2})
    said = {row.text: row for row in archivist.rows("SELECT id, parent, text FROM comment")}
    assert said["Since then"].parent == said["Answer, dated before"].id


def test_a_second_run_brings_nothing_twice_and_a_packed_one_is_the_same(archivist: Archivist, tmp_path: Path) -> None:
    file = isso(tmp_path / "comments.db")
    before = file.read_bytes()
    first = archivist.bring(file)
    packed = tmp_path / "comments.db.gz"
    packed.write_bytes(gzip.compress(before))
    again = archivist.bring(packed)
    assert (again.comments, again.already) == (0, first.comments)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("comments.db*")) == ["comments.db", "comments.db.gz"]


def test_no_mailbox_and_no_address_is_kept(archivist: Archivist, tmp_path: Path) -> None:
    archivist.bring(isso(tmp_path / "comments.db"))
    assert archivist.count("identity") == archivist.count("person") == 0


def test_a_file_that_is_being_written_is_not_read(archivist: Archivist, tmp_path: Path) -> None:
    file = isso(tmp_path / "comments.db")
    (tmp_path / "comments.db-wal").write_bytes(b"x")
    with pytest.raises(Exception, match=r"comments\.db-wal lies beside it"):
        archivist.bring(file)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("DROP TABLE comments", "there is no table comments"),
        ("ALTER TABLE comments RENAME COLUMN text TO words", "there is no table comments with tid"),
        ("ALTER TABLE threads RENAME TO hidden; CREATE VIEW threads AS SELECT id, uri, title FROM hidden", "there is no table threads"),
        ("DROP TABLE comments; CREATE VIRTUAL TABLE comments USING fts5(tid, id, parent, created, mode, text, author)", "there is no table comments"),
    ],
)
def test_somebody_elses_database_is_refused(archivist: Archivist, tmp_path: Path, more: str, why: str) -> None:
    with pytest.raises(Exception, match=f"{why}.*Nothing was imported"):
        archivist.bring(isso(tmp_path / "comments.db", more))
    assert archivist.count("batch") == archivist.count("story") == 0


@pytest.mark.parametrize("keep", [30, 100, 5_000, 12_288])
def test_a_file_that_is_cut_off_is_refused(archivist: Archivist, tmp_path: Path, keep: int) -> None:
    path = isso(tmp_path / "comments.db", rows=[(1, n, None, 1577872800.0, None, 1, "x" * 300, "Ann", 0, 0) for n in range(1, 200)])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(Exception, match=r"^comments\.db cannot be read: .*Nothing was imported\.$"):
        archivist.bring(path, form="isso")
    assert archivist.count("batch") == archivist.count("story") == 0


def test_bytes_that_are_overwritten_are_refused_or_read_but_never_more(archivist: Archivist, tmp_path: Path) -> None:
    whole = isso(tmp_path / "a.db", rows=[(1, n, None, 1577872800.0, None, 1, "x" * 300, "Ann", 0, 0) for n in range(1, 60)]).read_bytes()
    path = tmp_path / "b.db"
    for place in range(100, len(whole), 997):
        path.write_bytes(whole[:place] + b"\xff" * 40 + whole[place + 40 :])
        try:
            archivist.bring(path, form="isso", dry_run=True)
        except Exception as error:
            assert "Nothing was imported" in str(error), error


def test_the_real_sample_comes_in_whole(archivist: Archivist, shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "isso.db"
    with sqlite3.connect(path) as connection:
        connection.executescript((shared / "imports" / "isso" / "isso-small.sql").read_text("utf-8"))
    connection.close()
    report = archivist.bring(path)
    assert (report.comments, report.stories, report.skipped) == (5, 1, {})
    assert archivist.findings() == []
