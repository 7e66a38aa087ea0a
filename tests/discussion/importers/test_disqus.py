"""Disqus: every trap that its exports are known for, told by a small export of our own and by the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkmoot.discussion.archive import Report
from tests.discussion.importers.conftest import Archivist


def warned(report: Report, words: str) -> bool:
    return any(words in line for line in report.warnings)


def test_every_post_of_the_file_is_written_or_left_out_by_name(archivist: Archivist) -> None:
    report = archivist.bring("traps.xml")
    posts = (Path(__file__).parent / "samples" / "traps.xml").read_text("utf-8").count("<post")
    assert report.comments + report.already + sum(report.skipped.values()) == posts
    assert report.skipped == {"impossible date": 1, "given twice": 1, "thread not in the archive": 1, "story without address or id": 1}
    assert archivist.findings() == []


def test_a_second_run_writes_nothing(archivist: Archivist) -> None:
    first = archivist.bring("traps.xml")
    before = archivist.rows("SELECT id, moved, replies, visible FROM comment ORDER BY id")
    second = archivist.bring("traps.xml")
    assert (second.comments, second.stories, second.people, second.batch) == (0, 0, 0, None)
    assert second.already == first.comments
    assert archivist.rows("SELECT id, moved, replies, visible FROM comment ORDER BY id") == before


def test_threads_that_are_one_story_become_one_with_all_their_addresses(archivist: Archivist) -> None:
    report = archivist.bring("traps.xml")
    assert archivist.comment("dsq:100").story == archivist.comment("dsq:102").story == archivist.comment("dsq:124").story
    assert len(archivist.rows("SELECT id FROM story WHERE title = 'The lake'")) == 1
    assert warned(report, "is the same story as")


def test_a_closed_thread_closes_its_story_and_an_old_host_stays_an_address(archivist: Archivist) -> None:
    archivist.bring("traps.xml")
    mill = archivist.rows("SELECT id, closed, address, publisher_key FROM story WHERE title = 'The mill'")[0]
    assert mill.closed is not None
    assert (mill.address, mill.publisher_key) == ("https://old.example/mill?p=4", "mill")
    assert [row.cleaned for row in archivist.rows("SELECT cleaned FROM story_address WHERE story = :id", id=mill.id)] == ["old.example/mill?p=4"]


def test_a_reply_stays_a_reply_whatever_order_and_time_say(archivist: Archivist) -> None:
    archivist.bring("traps.xml")
    assert archivist.parent("dsq:100") == "dsq:101"
    assert archivist.comment("dsq:100").posted < archivist.comment("dsq:101").posted
    assert archivist.parent("dsq:102") == "dsq:101"


def test_parents_that_are_missing_or_elsewhere_leave_a_root_and_a_warning(archivist: Archivist) -> None:
    report = archivist.bring("traps.xml")
    assert archivist.parent("dsq:108") is None and warned(report, "answers dsq:999, which is not in the archive")
    assert archivist.parent("dsq:109") is None and warned(report, "lies under another story")


def test_circles_of_parents_are_cut_at_the_earliest(archivist: Archivist) -> None:
    report = archivist.bring("traps.xml")
    assert archivist.parent("dsq:110") is None
    assert archivist.parent("dsq:112") is None and archivist.parent("dsq:111") == "dsq:112"
    assert warned(report, "answers, by way of others, itself")


def test_what_was_not_shown_there_is_not_shown_here(archivist: Archivist) -> None:
    report = archivist.bring("traps.xml")
    states = {key: archivist.comment(key).state for key in ("dsq:103", "dsq:105", "dsq:106", "dsq:107", "dsq:115", "dsq:121")}
    assert states == {
        "dsq:103": "deleted", "dsq:105": "spam", "dsq:106": "spam", "dsq:107": "unapproved", "dsq:115": "unapproved", "dsq:121": "deleted",
    }  # fmt: skip
    assert {key: archivist.comment(key).visible for key in states} == {**dict.fromkeys(states, 0), "dsq:103": 1}
    assert archivist.comment("dsq:104").visible == 1, "a live answer under a tombstone"
    assert warned(report, "isSpam is '123', neither true nor false")


def test_people_are_known_by_their_account_never_by_their_name(archivist: Archivist) -> None:
    archivist.bring("traps.xml")
    people = {row.source_id for row in archivist.rows("SELECT source_id FROM source_key WHERE kind = 'person'")}
    assert people == {"bo", "facebook-17", "sail-or"}
    assert archivist.comment("dsq:103").person is None, "a guest is a name and nothing else"
    assert archivist.comment("dsq:118").name == "sail-or"


def test_no_mailbox_and_no_network_address_is_kept(archivist: Archivist) -> None:
    archivist.bring("traps.xml")
    assert archivist.count("identity") == 0
    assert archivist.rows("SELECT id FROM comment WHERE network IS NOT NULL") == []


def test_dates_without_a_zone_are_utc(archivist: Archivist) -> None:
    archivist.bring("traps.xml")
    assert archivist.comment("dsq:101").posted == 1_398_938_400_000
    assert archivist.comment("dsq:102").posted == 1_399_024_800_000
    assert archivist.comment("dsq:115").posted == 1_399_114_800_250
    assert archivist.comment("dsq:114").posted > archivist.now - 2 * 86_400_000, "a date of zeros is no date"


def test_a_number_given_to_two_comments_loses_neither(archivist: Archivist) -> None:
    archivist.bring("traps.xml")
    assert {row.text for row in archivist.rows("SELECT text FROM comment WHERE text IN ('Twice', 'Not the same')")} == {"Twice", "Not the same"}
    assert archivist.bring("traps.xml").already > 0


def test_words_are_shown_as_they_were_meant(archivist: Archivist) -> None:
    report = archivist.bring("traps.xml")
    assert warned(report, "a picture that lies at Disqus")
    html = archivist.comment("dsq:122").html
    assert "@ada see" in html and 'href="https://www.example.com/a_b"' in html and "said *so*" in html
    assert ">https://www.example.com/a/very/long/path/to/a/page.html</a>" in html
    assert "<li>two</li>" in html and 'href="https://uploads.disquscdn.com/images/9f.jpg"' in html
    assert archivist.comment("dsq:123").html == "<p>1 &lt; 2 &amp;amp; مرحبا 🌻<br>\nbell</p>\n"
    assert archivist.comment("dsq:124").html == "<p>two ]]&gt; parts</p>\n"
    assert archivist.comment("dsq:118").text == "[…]"


def test_a_broken_file_is_refused_with_its_place_and_touches_nothing(archivist: Archivist) -> None:
    with pytest.raises(Exception, match=r"broken\.xml cannot be read at line 4, column 16: .*Nothing was imported\."):
        archivist.bring("broken.xml")
    assert [archivist.count(table) for table in ("story", "comment", "batch", "source_key")] == [0, 0, 0, 0]
    assert [path.name for path in archivist.folder.iterdir() if path.suffix == ".db"] == []


@pytest.mark.parametrize(
    ("name", "comments", "skipped"),
    [
        ("isso-test-disqus.xml", 5, {"thread not in the archive": 1}),
        ("remark42-test-disqus.xml", 5, {"impossible date": 1}),
        ("disqus-help-example.xml", 3, {}),
    ],
)
def test_real_exports_come_in_whole(archivist: Archivist, shared: Path, name: str, comments: int, skipped: dict[str, int]) -> None:
    report = archivist.bring(shared / "imports" / "disqus" / name)
    assert (report.comments, report.skipped) == (comments, skipped)
    assert archivist.findings() == []


def test_a_real_malformed_export_is_refused(archivist: Archivist, shared: Path) -> None:
    with pytest.raises(Exception, match="line 147, column 24"):
        archivist.bring(shared / "imports" / "disqus" / "remark42-test-disqus-malformed.xml")
    assert archivist.count("comment") == 0


def test_disqus_own_example_is_told_by_text_and_by_number(archivist: Archivist, shared: Path) -> None:
    archivist.bring(shared / "imports" / "disqus" / "disqus-help-example.xml")
    assert archivist.parent("dsq:2") == "dsq:1"
    assert archivist.comment("dsq:1").state == "spam" and archivist.comment("dsq:1").visible == 1, "a live answer hangs below"
    assert archivist.rows("SELECT publisher_key FROM story")[0].publisher_key == "1"
