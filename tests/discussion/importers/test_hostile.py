"""Hostile input through every importer: it is taken in as text or refused in a sentence, and never runs or stops anything."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from folkmoot.discussion.importers import folkmoot
from folkmoot.discussion.importers.files import opened
from folkmoot.discussion.text import ELEMENTS
from folkmoot.errors import Problem
from tests.discussion.importers.conftest import Archivist
from tests.discussion.importers.disqus_files import HEAD, LAKE

_HALF = re.compile("[\ud800-\udfff]")
_OPENING = re.compile(r"<([a-z0-9]+)((?:\s[^>]*)?)>", re.IGNORECASE)
ATTRIBUTES = re.compile(r'(?: href="(?:https?://|mailto:)[^"]*" rel="nofollow ugc noopener noreferrer"| class="(?:host|language-[a-z0-9+-]+)")?')


def corpus(shared: Path) -> Iterator[str]:
    """Texts that have broken others: a share of each list."""
    hostile = shared / "hostile"
    yield from json.loads((hostile / "blns.json").read_text("utf-8"))
    yield from (json.loads(line)["html"] for line in (hostile / "soup.jsonl").read_text("utf-8").strip().split("\n")[::4])
    yield from (hostile / "xss-payloads.txt").read_text("utf-8").split("\n")[::25]
    for line in (hostile / "own-cases.jsonl").read_text("utf-8").strip().split("\n"):
        case = json.loads(line)
        yield str(case.get("input", ""))[:20_000]
        if "b64" in case:
            yield base64.b64decode(case["b64"])[:20_000].decode("utf-8", "replace")


def disqus(texts: list[str], path: Path) -> Path:
    """Each text as title, address, name, account and words."""
    parts = [HEAD]
    for number, text in enumerate((_HALF.sub("?", text) for text in texts), 1):
        said, short = escape(text), escape(text[:3_000])
        parts.append(f'<thread dsq:id="t{number}"><id>{short}</id><link>{LAKE}/{number}?{short}</link><title>{short}</title></thread>')
        parts.append(
            f"<post dsq:id={quoteattr(str(number) + text[:500])}><message>{said}</message><createdAt>2015-02-01T00:00:00Z</createdAt>"
            f"<author><name>{short}</name><username>{short}</username><isAnonymous>false</isAnonymous></author><thread dsq:id='t{number}'/></post>"
        )
    path.write_bytes("".join([*parts, "</disqus>"]).encode())
    return path


def assert_tame(archivist: Archivist) -> None:
    for row in archivist.rows("SELECT id, name, text, html FROM comment"):
        for element, attributes in _OPENING.findall(row.html):
            assert element in ELEMENTS and ATTRIBUTES.fullmatch(attributes), row.html
        assert row.name.isprintable() or "\u200c" in row.name or "\u200d" in row.name
    for row in archivist.rows("SELECT title FROM story"):
        assert row.title.isprintable()
    assert archivist.findings() == []


def test_hostile_words_names_and_titles_come_in_as_text_from_disqus(archivist: Archivist, shared: Path, tmp_path: Path) -> None:
    texts = [*corpus(shared)]
    report = archivist.bring(disqus(texts, tmp_path / "hostile.xml"))
    assert report.comments + sum(report.skipped.values()) == len(texts)
    assert set(report.skipped) <= {"too long", "story without address or id"}
    assert sum(report.skipped.values()) < 50
    assert_tame(archivist)


def test_hostile_words_and_names_come_in_as_text_from_a_page(archivist: Archivist, shared: Path, tmp_path: Path) -> None:
    lines = ["Title", ""]
    for text in corpus(shared):
        line = " ".join(_HALF.sub("?", text).split())[:2_000]
        lines += [f"  • {line}", "", f"    {line}", ""]
    path = tmp_path / "hostile.txt"
    path.write_bytes("\n".join(lines).encode())
    report = archivist.bring(path, story=LAKE, form="text")
    assert report.comments > 1_000 and report.skipped == {}
    assert_tame(archivist)


def test_hostile_words_and_names_travel_in_our_own_export(archivist: Archivist, shared: Path, tmp_path: Path) -> None:
    story, base = "3732930560000000001", 3_732_930_560_000_000_002
    rows: list[dict[str, object]] = [
        {"kind": "folkmoot", "version": 1},
        {"kind": "story", "id": story, "address": LAKE, "closed": None, "created": 1, "language": None, "publisher_key": None, "title": "Lake",
         "title_from": "page"},
        {"kind": "address", "id": f"{story}:news.example/lake", "added": 1, "cleaned": "news.example/lake", "story": story, "told_by": "page"},
    ]  # fmt: skip
    for number, text in enumerate(corpus(shared)):
        rows.append({
            "kind": "comment", "id": str(base + number), "base_down": 0, "base_up": 0, "batch": None, "edited": None, "marks": "", "name": "Ada",
            "parent": None, "person": None, "posted": 1, "state": "published", "story": story, "text": _HALF.sub("?", text).replace("\0", "?") or "x",
        })  # fmt: skip
    path = tmp_path / "hostile.jsonl"
    path.write_bytes(b"\n".join(json.dumps(row).encode() for row in rows))
    assert archivist.bring(path).comments == len(rows) - 3
    assert_tame(archivist)


def test_lines_that_are_no_json_are_refused_in_a_sentence(shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    for line in (shared / "hostile" / "json-parsing.jsonl").read_text("utf-8").strip().split("\n"):
        path.write_bytes(b'{"kind":"folkmoot","version":1}\n' + base64.b64decode(json.loads(line)["b64"]) + b"\n")
        with pytest.raises(Problem, match="Nothing was imported"), opened(path) as archive:
            list(folkmoot.read(archive))


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><disqus><post><message>&b;</message></post></disqus>',
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><disqus><post><message>&x;</message></post></disqus>',
        b"<disqus>" + b"<post>" * 10_000,
        b"<disqus " + b'a="1" ' * 3 + b"/>",
        gzip.compress(gzip.compress(b"<disqus/>", mtime=0), mtime=0),  # without the time, which would give the case another name each second
    ],
)
def test_xml_that_would_do_harm_is_refused(archivist: Archivist, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "harm.xml"
    path.write_bytes(content)
    with pytest.raises(Problem):
        archivist.bring(path, form="disqus")


def test_a_comment_that_unpacks_to_a_gigabyte_is_skipped_in_little_memory(archivist: Archivist, tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "bomb.xml.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(HEAD.encode() + f'<thread dsq:id="1"><id/><link>{LAKE}</link></thread><post dsq:id="1"><message>'.encode())
        for _ in range(64):
            file.write(b"x" * 1_000_000)
        file.write(b'</message><createdAt>2015-02-01T00:00:00Z</createdAt><thread dsq:id="1"/></post></disqus>')
    tracemalloc.start()
    report = archivist.bring(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.skipped == {"too long": 1}
    assert most < 24_000_000
