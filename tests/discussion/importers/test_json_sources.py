"""Remark42, Commento and any JSON or table that keeps to docs/importing.md: what each says, and what it says wrongly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from folkmoot.discussion.importers.files import opened
from folkmoot.discussion.importers.json_rows import CHUNK, rows
from tests.discussion.importers.conftest import Archivist
from tests.discussion.importers.test_disqus import warned

LAKE, MILL = "https://news.example/lake", "https://news.example/mill"


# ── Remark42 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def remark(id_: str, pid: str = "", url: str = LAKE, **more: Any) -> dict[str, Any]:
    user = {"name": "Ann", "id": "github_ann", "picture": "x", "admin": False, **more.pop("user", {})}
    return {"id": id_, "pid": pid, "text": f"<p>{id_}</p>", "user": user, "locator": {"site": "news", "url": url}, "score": 0, "votes": {},
            "time": "2019-05-01T10:00:00.123456-05:00", "title": "The lake", **more}  # fmt: skip


def backup(path: Path, *comments: object, **meta: object) -> Path:
    lines = [{"version": 1, "users": [], "posts": [], **meta}, *comments]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def test_a_remark42_backup_comes_along(archivist: Archivist, tmp_path: Path) -> None:
    users = [{"id": "github_eve", "blocked": {"status": True}}, {"id": "github_ann", "verified": True}]
    file = backup(
        tmp_path / "backup.txt",
        remark("a", orig="Words\twith\ttabs\nand *lines*", votes={"x": True, "y": True, "z": False}, score=1, pin=True),
        remark("b", "a", edit={"time": "2019-05-01T15:20:00Z", "summary": "s"}, user={"id": "anonymous_77", "name": "Bo"}),
        remark("c", delete=True, text="", user={"id": "deleted", "name": "deleted"}), remark("d", "c", user={"admin": True, "id": "github_ines"}),
        remark("e", time="yesterday"), remark("f", score=-3, votes=None, url=MILL), {"id": "g", "text": 7, "locator": {"url": []}},
        users=users, posts=[{"url": MILL, "read_only": True}],
    )  # fmt: skip
    report = archivist.bring(file)
    assert (report.comments, report.stories, report.people) == (5, 2, 2)
    assert report.skipped == {"impossible date": 1, "not a comment": 1} and warned(report, "had blocked 1 person")
    first = archivist.comment(f"{LAKE}#a")
    assert (first.up, first.down, first.posted) == (2, 1, 1_556_722_800_123)
    assert first.html == "<p>Words\twith\ttabs<br>\nand <em>lines</em></p>\n"
    assert archivist.comment(f"{LAKE}#b").person is None and archivist.comment(f"{LAKE}#b").edited == 1_556_724_000_000
    assert archivist.comment(f"{LAKE}#c").state == "deleted" and archivist.parent(f"{LAKE}#d") == f"{LAKE}#c"
    assert archivist.comment(f"{LAKE}#d").marks == "staff" and archivist.comment(f"{MILL}#f").down == 3
    assert [row.closed is None for row in archivist.rows("SELECT closed FROM story ORDER BY address")] == [True, False]
    assert archivist.bring(file).already == 5 and archivist.findings() == []


def test_a_list_of_remark42s_comments_is_read_too(archivist: Archivist, shared: Path) -> None:
    report = archivist.bring(shared / "imports" / "remark42" / "thread-58.json")
    assert (report.comments, report.stories, report.skipped) == (58, 1, {})
    assert archivist.rows("SELECT SUM(up) AS up FROM comment")[0].up > 0 and archivist.findings() == []


def test_an_empty_first_line_of_a_remark42_backup_opens_no_closed_story(archivist: Archivist, tmp_path: Path) -> None:
    file = backup(tmp_path / "backup.txt", remark("a", url=MILL), posts=[{"url": MILL, "read_only": True}])
    file.write_text(f"\n \n{file.read_text('utf-8')}", "utf-8")
    report = archivist.bring(file)
    assert (report.comments, report.skipped) == (1, {}) and archivist.rows("SELECT closed FROM story")[0].closed is not None


def test_a_remark42_comment_without_an_id_is_left_out_by_name_also_where_it_comes_first(archivist: Archivist, tmp_path: Path) -> None:
    lost = {name: value for name, value in remark("a").items() if name != "id"}
    (tmp_path / "list.json").write_text(json.dumps([lost, None, remark("b")]), "utf-8")
    (tmp_path / "lines.json").write_text("".join(json.dumps(each) + "\n" for each in (lost, remark("c"))), "utf-8")
    assert [archivist.bring(tmp_path / name, form="remark42").skipped["not a comment"] for name in ("list.json", "lines.json")] == [2, 1]
    assert archivist.count("comment") == 2


def test_two_pages_may_use_the_same_ids_and_circles_are_cut(archivist: Archivist, tmp_path: Path) -> None:
    report = archivist.bring(backup(tmp_path / "b.txt", remark("1", "2"), remark("2", "1"), remark("1", url=MILL), remark("2", "1", url=MILL)))
    assert report.comments == 4 and warned(report, "answers, by way of others, itself")
    assert archivist.parent(f"{MILL}#2") == f"{MILL}#1" and archivist.findings() == []


# ── Commento ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def commento(hex_: str, parent: str = "root", who: str = "c1", **more: object) -> dict[str, object]:
    return {"commentHex": hex_, "domain": "news.example", "url": "/lake", "commenterHex": who, "markdown": f"*{hex_}*", "html": "",
            "parentHex": parent, "score": 0, "state": "approved",
            "creationDate": "2021-03-12T11:21:56.722181Z", "deleted": False, **more}  # fmt: skip


def test_a_commento_export_comes_along(archivist: Archivist, tmp_path: Path) -> None:
    comments = [commento("b", "a"), commento("a", score=4), commento("c", who="anonymous", score=-2), commento("d", who="gone", state="flagged"),
                commento("e", state="unapproved"), commento("f", deleted=True, markdown=""), commento("g", "f", domain="undefined"),
                commento("h", state="odd"), commento("i", creationDate="never"), {"nothing": 1}]  # fmt: skip
    people = [{"commenterHex": "c1", "name": "Ann", "link": "undefined", "photo": "undefined", "isModerator": True}, {"name": "x"}]
    path = tmp_path / "commento.json"
    path.write_text(json.dumps({"version": 1, "comments": comments, "commenters": people}), "utf-8")
    report = archivist.bring(path)
    assert (report.comments, report.stories) == (8, 1) and report.skipped == {"impossible date": 1, "not a comment": 1}
    assert archivist.parent("b") == "a" and archivist.comment("a").up == 4 and archivist.comment("c").down == 2
    assert [archivist.comment(key).name for key in "acd"] == ["Ann", "Anonymous", "Unknown"] and archivist.comment("a").marks == "staff"
    assert [archivist.comment(key).state for key in "defh"] == ["unapproved", "unapproved", "deleted", "unapproved"]
    assert archivist.parent("g") == "f", "a domain that Commento did not know is the site's own"
    assert archivist.findings() == []


def test_what_lies_between_the_comments_of_commento_is_left_out_by_name(archivist: Archivist, tmp_path: Path) -> None:
    path = tmp_path / "commento.json"
    path.write_text(json.dumps({"version": 1, "comments": [commento("a"), None, "b", [commento("c")]], "commenters": [7]}), "utf-8")
    report = archivist.bring(path)
    assert (report.comments, report.skipped) == (1, {"not a comment": 3}) and warned(report, "This is no commenter of Commento’s")


def test_a_real_commento_export_comes_in_whole(archivist: Archivist, shared: Path) -> None:
    report = archivist.bring(shared / "imports" / "commento" / "remark42-test-commento.json")
    assert (report.comments, report.stories, report.people, report.skipped) == (3, 2, 2, {})
    assert next(row.address for row in archivist.rows("SELECT address FROM story ORDER BY address")) == "https://example.com/blog/post/1"


# ── Any JSON, any table ──────────────────────────────────────────────────────────────────────────────────────────────────

STORIES = [
    {"url": LAKE, "title": "The lake", "alias": ["https://old.example/?p=1"], "closed": True, "comments": [
        {"id": 0, "name": "Ann", "account": "a1", "posted": "2020-01-01T10:00:00Z", "text": "One **two**", "up": 3, "down": 1, "replies": [
            {"id": 5, "name": "Bo", "posted": 1577872800, "text": "<b>Yes</b>", "format": "html", "edited": "2020-01-02",
             "replies": [{"text": "a *b* c", "format": "plain"}]}]},
        {"id": 6, "parent": 5, "text": "Held", "state": "held"}, {"id": 7, "text": "x", "format": "rtf"}, {"id": 8, "text": ["x"]}, 9,
        {"id": 10, "text": "x", "posted": "soon"}, {"id": 11, "text": "x", "state": "strange"}]},
    {"url": MILL, "comments": [{"id": 0, "text": "The same number, another story"}]},
]  # fmt: skip


@pytest.mark.parametrize("wrapped", [lambda: STORIES, lambda: {"version": 2, "threads": STORIES}])
def test_stories_with_their_comments(archivist: Archivist, tmp_path: Path, wrapped: Any) -> None:
    path = tmp_path / "talk.json"
    path.write_text(json.dumps(wrapped(), indent=1), "utf-8")
    report = archivist.bring(path)
    assert (report.comments, report.stories, report.people) == (6, 2, 1)
    assert report.skipped == {"unknown format": 1, "not a comment": 2, "impossible date": 1} and warned(report, "which is none")
    assert archivist.parent(f"{LAKE}#5") == f"{LAKE}#0" and archivist.parent(f"{LAKE}#6") == f"{LAKE}#5"
    assert archivist.comment(f"{LAKE}#5").html == "<p><strong>Yes</strong></p>\n"
    assert {row.html for row in archivist.rows("SELECT html FROM comment WHERE level = 3")} >= {"<p>a *b* c</p>\n"}
    assert [row.cleaned for row in archivist.rows("SELECT cleaned FROM story_address ORDER BY cleaned")][-1] == "old.example?p=1"
    assert archivist.findings() == []


def test_comments_that_say_their_story_as_json_and_as_a_table_are_the_same(archivist: Archivist, tmp_path: Path) -> None:
    said = [{"url": LAKE, "title": "The lake", "id": "1", "name": "Ann", "text": 'One, "two"\nthree', "posted": "2020-01-01 10:00:00"},
            {"url": LAKE, "title": "", "id": "2", "parent": "1", "name": "Bo", "text": "=1+1", "posted": ""}]  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps({"comments": said}), "utf-8")
    table = 'url;title;id;parent;name;text;posted;colour\n' + f'{LAKE};The lake;1;;Ann;"One, ""two""\nthree";2020-01-01 10:00:00;red\n'
    (tmp_path / "a.csv").write_text("\ufeff" + table + f"{LAKE};;2;1;Bo;'=1+1\n", "utf-8")
    first = archivist.bring(tmp_path / "a.json")
    as_json = archivist.rows("SELECT name, text, level, state FROM comment ORDER BY text")
    archive_undone = archivist.undo(first)
    second = archivist.bring(tmp_path / "a.csv")
    assert (first.comments, archive_undone, second.comments) == (2, 2, 2)
    assert archivist.rows("SELECT name, text, level, state FROM comment ORDER BY text") == as_json
    assert warned(second, "not read: colour")


@pytest.mark.parametrize("before", ["[", '{"comments": [', '{"tags": ["a", 1, [2]],\n"comments": ['])
def test_whatever_stands_between_comments_is_left_out_with_its_line(archivist: Archivist, tmp_path: Path, before: str) -> None:
    one, two, three = (json.dumps({"url": LAKE, "id": number, "text": f"Number {number}"}) for number in (1, 2, 3))
    path = tmp_path / "talk.json"
    path.write_text(f'{before}\n{one},\nnull,\n"a comment",\n\n7, true,\n[{two}],\n{three},\n-1.5e3\n]{"}" * (before != "[")}', "utf-8")
    report, first = archivist.bring(path), before.count("\n")
    assert (report.comments, report.skipped) == (2, {"not a comment": 6})
    told = [line.partition(":")[0] for line in report.warnings if "neither a story nor a comment" in line]
    assert told == [f"Line {first + line}" for line in (3, 4, 6, 6, 7, 9)]


def test_replies_that_lie_in_a_comment_that_says_its_story_come_along(archivist: Archivist, tmp_path: Path) -> None:
    said = {"url": LAKE, "id": 1, "text": "One", "replies": [{"id": 2, "text": "Two", "replies": {"id": 3, "text": "Three"}}, "four"]}
    (tmp_path / "talk.json").write_text(json.dumps({"comments": [said]}), "utf-8")
    report = archivist.bring(tmp_path / "talk.json")
    assert (report.comments, report.skipped) == (2, {"not a comment": 2}) and archivist.parent(f"{LAKE}#2") == f"{LAKE}#1"


def test_real_generic_json_comes_in_whole(archivist: Archivist, shared: Path) -> None:
    report = archivist.bring(shared / "imports" / "generic-json" / "isso-test-generic.json")
    assert (report.comments, report.stories, report.skipped) == (2, 2, {})
    assert {row.title for row in archivist.rows("SELECT title FROM story")} == {"Test post", "Nat & Miguel"}
    assert archivist.rows("SELECT posted FROM comment ORDER BY posted")[0].posted == 1_109_217_817_000


def test_rows_of_a_table_that_do_not_fit_are_left_out_by_name(archivist: Archivist, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"url,text,posted\n{LAKE},one,\n{LAKE},two,,more\n,three,\n\n{LAKE},four,never\n", "utf-8")
    report = archivist.bring(tmp_path / "a.csv")
    assert report.comments == 1 and report.skipped == {"too many cells": 1, "comment without a story": 1, "impossible date": 1}
    assert warned(report, "Line 6: This comment says it was written at 'never'")


def test_a_cell_that_is_too_long_for_a_comment_costs_nobody_else_a_word(archivist: Archivist, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"url,name,text\n{LAKE},Ann,one\n{LAKE},Bo,{'b' * 140_000}\n{LAKE},Cy,three\n", "utf-8")
    report = archivist.bring(tmp_path / "a.csv")
    assert (report.comments, report.skipped) == (2, {"too long": 1}) and warned(report, "Line 3: ")
    assert [row.name for row in archivist.rows("SELECT name FROM comment ORDER BY name")] == ["Ann", "Cy"]


# ── Damaged ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "data", "why"),
    [
        ("json", b'[{"url":"/a","comments":[]},\n {"url":', "line 2, column 9: it ends before it is whole"),
        ("json", b'[\n  {"text": "a" "b"}]', "line 2, column 16: it is not JSON"),
        ("json", b'[{"text": "a\xff"}]', "line 1, column 13: .*UTF-8"),
        ("json", b'[{"text": "a"}]]', "line 1, column 16: a ] stands here that closes nothing"),
        ("json", b'[{"text": "a"}] trailing!', "line 1, column 25: it is not JSON"),
        ("json", b'{"a": [\n{"text": "a"}\n]}', "holds no list of stories or comments"),
        ("json", b'[{"text": "a"},\n {"text": "b"}, tru, {"text": "c"}]', "line 2, column 20: it is not JSON"),
        ("json", b"[" * 5_000, "values lie more than 400 deep"),
        ("json", b"", "it holds no list and no object|is empty"),
        ("json", b'["' + b"x" * 70_000, "it ends before it is whole"),
        ("commento", b'{"version":1,"comments":[{"commentHex":"a"', "it ends before it is whole"),
        ("commento", b'{"comments":[{"commentHex":tru}]}', "line 1, column 32: it is not JSON"),
        ("remark42", b'{"version":1,"users":[],"posts":[]}\n{"id":"a",\n', "line 2, column 11: it is not JSON: Input data was truncated"),
        ("remark42", b'{"version":1,"users":7,"posts":[]}\n', "line 1, column 1: its first line"),
        ("remark42", b"", "it is empty"),
        ("csv", b"url,words\n", "line 1, column 1: its first line names no column 'text'"),
        ("csv", b'url,text\n/a,"b"c\n', "line 2, column 1: the record that begins there is no CSV"),
        ("csv", b'url,text\n/a,b\n/a,"b\nc\n', "line 3, column 1: the record that begins there is no CSV"),
        ("csv", b'url,text\n/a,"b\n' + b"c\n" * 600_000, "line 2, column 1: a cell of the record .* a quote may be missing"),
        ("csv", b"url,text\n/a,\xff\n", "line 2, column 4: the line is not UTF-8"),
        ("csv", b"", "names no column"),
    ],
)
def test_a_damaged_file_ends_in_one_sentence_with_its_place(archivist: Archivist, tmp_path: Path, form: str, data: bytes, why: str) -> None:
    path = tmp_path / "talk.data"
    path.write_bytes(data)
    with pytest.raises(Exception, match=rf"^talk\.data cannot be read.*({why}).*Nothing was imported\.$"):
        archivist.bring(path, form=form)
    assert [archivist.count(table) for table in ("story", "comment", "batch", "source_key")] == [0] * 4


def test_rows_are_the_same_however_the_file_falls_into_pieces(tmp_path: Path) -> None:
    wanted = [{"n": n, "words": 'a "quote", a \\ and {brackets]' + "é" * (n * 7 % 400)} for n in range(400)]
    path = tmp_path / "a.json"
    for start in range(CHUNK - 40, CHUNK + 40, 7):
        path.write_text(json.dumps({"pad": "x" * (start % 97), "rows": wanted, "other": []}, ensure_ascii=False, indent=1), "utf-8")
        with opened(path) as archive:
            assert [row for name, _, row in rows(archive.file, "a.json") if name == "rows"] == wanted


def test_a_row_knows_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"rows": [\n{"a": 1},\n\n  {"a": [{"b": "\\n"}]}\n], "more": [{"c":\n3}]}', "utf-8")
    with opened(path) as archive:
        assert [(name, line) for name, line, _ in rows(archive.file, "a.json")] == [("rows", 2), ("rows", 4), ("more", 5)]
