"""An archived page as plain text: what it says, who answers whom, and what it has lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from folkmoot.discussion.importers import plain_text
from folkmoot.discussion.importers.files import opened
from folkmoot.discussion.importers.model import Comment, Remark, Story
from folkmoot.errors import Invalid
from tests.discussion.importers.conftest import SAMPLES, Archivist

LAKE = "https://news.example/lake"


def read(path: Path) -> tuple[Story, list[Comment], list[Remark]]:
    with opened(path) as archive:
        rows = list(plain_text.read(archive))
    stories = [row for row in rows if isinstance(row, Story)]
    return stories[0], [row for row in rows if isinstance(row, Comment)], [row for row in rows if isinstance(row, Remark)]


def levels(comments: list[Comment]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in comments:
        found[each.key] = 1 + (found[each.parent[0]] if each.parent else 0)
    return found


def test_the_title_is_the_first_line_and_each_bullet_is_a_comment() -> None:
    story, comments, _ = read(SAMPLES / "page.txt")
    assert story.title == "The lake is low"
    assert [each.writer.name for each in comments] == ["Bo", "Chidi", "", "Ines", "Noor", "Bo", "Sam in the boat", "Ines", "", "Bo"]
    assert list(levels(comments).values()) == [1, 2, 2, 3, 1, 2, 2, 3, 1, 1]


def test_lines_and_paragraphs_stay_what_they_are() -> None:
    _, comments, _ = read(SAMPLES / "page.txt")
    assert comments[0].words == "I swam there yesterday.\nStill *lovely*."
    assert comments[1].words == "Me too.\n\nWith the dog."


def test_every_oddity_is_said_with_its_line() -> None:
    _, _, remarks = read(SAMPLES / "page.txt")
    assert [(each.line, each.kind) for each in remarks] == [
        (3, "the story's own text"), (7, "no dates"), (18, "text in the author's place"), (29, "author without a bullet"),
        (35, "text without an author"),
    ]  # fmt: skip


NAMES = ["Richard, another Canuck", "Skokieguy [Larry]", "j.martindale", "J. P. Morgan", "Martin Luther King Jr.", "liondon#not", "Yahoo!"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_not_taken_for_what_somebody_said(name: str) -> None:
    assert not plain_text.is_sentence(name)


@pytest.mark.parametrize("said", ["What do they care? One half got theirs.", "I agree with all of that. Well said.", "No way!", "x " * 30])
def test_what_somebody_said_is_not_taken_for_a_name(said: str) -> None:
    assert plain_text.is_sentence(said)


def test_the_thread_can_be_read_in_the_order_of_the_page(archivist: Archivist) -> None:
    report = archivist.bring("page.txt", story=LAKE)
    assert (report.stories, report.comments, report.skipped) == (1, 10, {})
    rows = archivist.rows("SELECT name, text, html FROM comment ORDER BY posted")
    assert [row.name for row in rows[:3]] == ["Bo", "Chidi", "Unknown"]
    assert rows[0].html == "<p>I swam there yesterday.<br>\nStill *lovely*.</p>\n", "stars are stars"
    assert rows[4].text == "[…]", "an author without words"
    assert rows[9].html == "<p>1986. A good year.</p>\n"
    assert archivist.findings() == []


def test_a_longer_copy_of_the_page_adds_only_what_is_new(archivist: Archivist, tmp_path: Path) -> None:
    archivist.bring("page.txt", story=LAKE)
    longer = tmp_path / "page.txt"
    page = (SAMPLES / "page.txt").read_text("utf-8")
    longer.write_text(page.replace("    • Chidi\n", "    • Ines\n\n      I swim there daily.\n\n    • Chidi\n"), "utf-8")
    report = archivist.bring(longer, story=LAKE)
    assert (report.comments, report.already, report.stories) == (1, 10, 0)
    assert archivist.findings() == []


def test_the_same_page_under_another_story_is_another_thread(archivist: Archivist) -> None:
    archivist.bring("page.txt", story=LAKE)
    assert archivist.bring("page.txt", story="https://news.example/copy").comments == 10


def test_without_a_story_it_is_asked_for(archivist: Archivist) -> None:
    with pytest.raises(Invalid, match="does not say which story it belongs to"):
        archivist.bring("page.txt")


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"Title\n\nNo list", "line 1.*no line begins with a bullet"), (b"Title\n\n  \xe2\x80\xa2 Bo\n\n    \xff", "line 5, column 5.*not UTF-8")],
)
def test_what_is_no_such_page_is_refused(archivist: Archivist, tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=why):
        archivist.bring(path, story=LAKE, form="text")


def test_the_real_page_keeps_every_line_once(shared: Path) -> None:
    path = shared / "threads" / "archived-page.txt"
    story, comments, _ = read(path)
    lines = Counter(line.strip().removeprefix("•").strip() for line in path.read_text("utf-8").split("\n"))
    del lines[""]
    kept = Counter([story.title, *(each.writer.name for each in comments if each.writer.name)])
    kept.update(line for each in comments for line in each.words.split("\n") if line)
    own_text = {line.strip() for line in path.read_text("utf-8").split("\n")[1:13] if line.strip()}
    kept.update(own_text)
    assert kept == lines


def test_the_real_page_has_its_levels_and_its_last_comment_its_lines(shared: Path) -> None:
    _, comments, remarks = read(shared / "threads" / "archived-page.txt")
    assert len(comments) == 113
    assert Counter(levels(comments).values()) == {1: 47, 2: 38, 3: 16, 4: 8, 5: 4}, "46 and 37 bullets, and one lost author at each"
    assert Counter(each.writer.name for each in comments)["Silver Badger"] == 5
    assert [each.writer.name for each in comments if not each.words] == ["Marilynjwilder", "Jean-Marc in Canada", "Lazycrockett"]
    assert {each.line for each in remarks} >= {59, 230, 297, 442}
    assert len(comments[-1].words.split("\n")) == 5 and comments[-1].words.startswith("Masha Gessen, who")


def test_the_real_page_can_be_read_here(archivist: Archivist, shared: Path) -> None:
    report = archivist.bring(shared / "threads" / "archived-page.txt", story=LAKE)
    assert (report.comments, report.stories) == (113, 1)
    assert archivist.bring(shared / "threads" / "archived-page.txt", story=LAKE).comments == 0
    assert archivist.findings() == []
