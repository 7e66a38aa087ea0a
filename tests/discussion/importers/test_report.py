"""What an import says: in English for programs and the command line, in any other language for whoever reads its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from folkmoot.discussion import archive, report
from folkmoot.discussion.remarks import KINDS, Kind
from folkmoot.discussion.report import plain, report_kept, to_keep
from folkmoot.web.pages import in_html
from folkmoot.web.words import in_words, translations
from tests.discussion.importers.conftest import Archivist
from tests.discussion.importers.disqus_files import LAKE, export, post, thread


def answers_nothing(folder: Path, number: int) -> Path:
    """A story with so many comments that answer what is not there."""
    posts = (post(each, parent=900 + each) for each in range(1, number + 1))
    return export(folder / "a.xml", thread(1, LAKE), *posts)


@pytest.mark.parametrize(("more", "english", "arabic"), [
    (1, "There is one more like the last one (what it answers is missing).", "يوجد سطر آخر كالأخير (ما يردّ عليه مفقود)."),
    (2, "There are 2 more like the last one (what it answers is missing).", "يوجد سطران آخران كالأخير (ما يردّ عليه مفقود)."),
    (3, "There are 3 more like the last one (what it answers is missing).", "توجد 3 أسطر أخرى كالأخير (ما يردّ عليه مفقود)."),
    (11, "There are 11 more like the last one (what it answers is missing).", "يوجد 11 سطرًا آخر كالأخير (ما يردّ عليه مفقود)."),
])  # fmt: skip
def test_too_many_of_a_kind_are_said_in_a_number(
    archivist: Archivist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int, english: str, arabic: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(report, "MOST", 2)
    warnings = archivist.bring(answers_nothing(tmp_path, 2 + more)).warnings
    assert len(warnings) == 3 and warnings[2] == english and in_words(warnings[2], "ar") == arabic


def test_sentences_of_one_kind_are_counted_together(archivist: Archivist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST", 1)
    path = tmp_path / "a.json"
    rises = {"id": 3, "text": "It rises.", "posted": "2019-05-01"}
    path.write_text(json.dumps([{"url": LAKE, "comments": [7, {"id": 1, "text": {}}, {"id": 2, "text": []}, rises]}]))
    found = archivist.bring(path)
    assert found.skipped == {"not a comment": 3}
    assert found.warnings == [
        f"Line 1: Among the comments of {LAKE} is something that is none.", "There are 2 more like the last one (not a comment).",
    ]  # fmt: skip


def test_each_file_of_several_is_named_in_the_readers_order(archivist: Archivist, tmp_path: Path) -> None:
    files = [export(tmp_path / "one.xml", thread(1, LAKE), post(1)), export(tmp_path / "two.xml", post(2, parent=99))]
    line = next(line for line in archive.bring(archivist.db, archivist.folder, "news.example", files, now=archivist.now).warnings if "dsq:99" in line)
    assert line.startswith("two.xml, line ")
    assert in_html(line, "ar").startswith("<bdi>two.xml</bdi>، السطر ")


def test_a_parent_of_two_names_is_said_with_both(archivist: Archivist, tmp_path: Path) -> None:
    named_twice = post(1, parent=99).replace('<parent dsq:id="99"/>', '<parent dsq:id="99">page-7</parent>')
    line = archivist.bring(export(tmp_path / "a.xml", thread(1, LAKE), named_twice)).warnings[0]
    assert "answers dsq:99 or id:page-7, which is not in the archive" in line
    assert "auf dsq:99 oder id:page-7, was" in in_words(line, "de") and "<bdi>dsq:99</bdi> أو <bdi>id:page-7</bdi>" in in_html(line, "ar")


def test_programs_get_plain_english_and_the_batch_what_can_be_said_anew(archivist: Archivist) -> None:
    found = archivist.bring("traps.xml")
    english = json.loads(json.dumps(plain(found)))["warnings"]
    assert english == found.warnings and {type(line) for line in plain(found)["warnings"]} == {str}
    again = report_kept(json.loads(json.dumps(to_keep(found))))
    assert again == found
    for language in ("ar", "de", "es", "fr"):
        said = [in_words(line, language) for line in again.warnings]
        assert said == [in_words(line, language) for line in found.warnings]
        assert not set(said) & set(english)


@pytest.mark.parametrize("sample", ["traps.xml", "page.txt"])
def test_every_line_of_the_samples_has_its_words_in_every_language(archivist: Archivist, sample: str) -> None:
    lines = archivist.bring(sample, story=LAKE).warnings
    for line in lines:
        words = line.values.get("words", line)  # type: ignore[attr-defined]
        for language in ("ar", "de", "es", "fr"):
            found = translations(language)
            assert (found.ngettext(words.template, words.many, 3) if words.many else found.gettext(words.template)) != words.template


def test_a_value_stays_short_and_can_be_stored(archivist: Archivist, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"url": f"{LAKE}?{'x' * 5_000}\0", "comments": [7]}]))
    lines = archivist.bring(path, form="json", dry_run=True).warnings
    assert any("is something that is none" in line for line in lines) and all(len(line) < 400 and "\0" not in line for line in lines)


def test_every_kind_has_its_words() -> None:
    assert set(get_args(Kind)) == set(KINDS)
