"""XML as exports really are: packed, with stray bytes, control characters and other encodings; and as they must not be."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from folkmoot.discussion.importers.files import opened
from folkmoot.discussion.importers.xml import Element, elements
from folkmoot.errors import Invalid, NotFound


def read(tmp_path: Path, content: bytes) -> list[Element]:
    path = tmp_path / "archive.xml"
    path.write_bytes(content)
    with opened(path) as archive:
        return list(elements(archive.file, archive.name, "talk"))


def test_elements_come_with_their_line_text_and_children(tmp_path: Path) -> None:
    found = read(tmp_path, b'<talk xmlns:d="http://d.example"><a d:id="7">\n <b> x </b><b>y</b></a>\n<c/></talk>')
    assert [(each.name, each.line) for each in found] == [("a", 1), ("c", 3)]
    assert found[0].attributes == {"id": "7"} and found[0].words("b") == "x" and found[0].words("z") == ""


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"`", b"\n\n  ", b"junk\n"])
def test_what_stands_before_the_declaration_is_passed_over(tmp_path: Path, before: bytes) -> None:
    assert read(tmp_path, before + b"<?xml version='1.0'?><talk><a>x</a></talk>")[0].text == "x"


def test_lines_are_counted_from_the_files_own_beginning(tmp_path: Path) -> None:
    assert read(tmp_path, b"\n\n<talk>\n<a/></talk>")[0].line == 4
    with pytest.raises(Invalid, match="line 3, column 8"):
        read(tmp_path, b"\n\n<talk><</talk>")


def test_a_gzipped_file_is_unpacked(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(b"<talk><a>x</a></talk>"))[0].text == "x"


def test_a_gzipped_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="gzip packing is cut off or damaged"):
        read(tmp_path, gzip.compress(b"<talk>" + b"<a>x</a>" * 5_000 + b"</talk>")[:60])


def test_control_characters_are_dropped_as_bytes_and_as_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, b"<talk><a>be\x08ll&#8;&#x1F;&#65;&#x41;\t</a></talk>")[0].text == "bellAA\t"


def test_a_number_that_lies_across_two_reads_is_kept_together(tmp_path: Path) -> None:
    for shift in range(14):
        filler = b"x" * (65_536 - len(b"<talk><a>") - shift)
        assert read(tmp_path, b"<talk><a>" + filler + b"&#65;&#8;\xef\xbf\xbf\xef\xbc\xa1</a></talk>")[0].text.endswith("xA\uff21")


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_other_encodings_are_read_as_declared(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, f'<?xml version="1.0" encoding="{encoding}"?><talk><a>Zoë</a></talk>'.encode(encoding))[0].text == "Zoë"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'<!DOCTYPE talk [<!ENTITY a "aa">]><talk><a>&a;</a></talk>', "line 1, column 1.*document type"),
        (b"<talk><a>&nbsp;</a></talk>", "line 1, column 10.*undefined entity"),
        (b"<other><a/></other>", "outermost element is <other>, not <talk>"),
        (b"<talk><a>", "line 1, column 10.*no element found"),
        (b"<talk>" + b"<a>" * 100 + b"</a>" * 100 + b"</talk>", "lie more than 60 deep"),
        (b"no element at all", "does not begin as XML does"),
        (b"<talk><a>\xff\xfe</a></talk>", "line 1, column 10.*not well-formed"),
        (b"", "does not begin as XML does"),
    ],
)
def test_what_is_no_xml_of_ours_is_refused_with_its_place(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        read(tmp_path, content)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cannot be opened: no such file"), opened(tmp_path / "nothing.xml"):
        pass
