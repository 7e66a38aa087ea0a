"""Hostile words that come by archive or by command, and those that leave by export and by mail: words only, all the way."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from folkmoot.discussion import archive, checks
from folkmoot.discussion.export import write_export
from folkmoot.errors import Problem
from folkmoot.people.model import COMMAND
from folkmoot.sites import sites
from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import migrate
from tests.conftest import NOW
from tests.hostile import allowed
from tests.hostile.asking import House, get, send_json
from tests.hostile.shape import Shape, foreign_leads
from tests.hostile.talk import COMMENTS, SITE, Talk, careful, fresh_story
from tests.hostile.test_write_paths import chunks, say_all, some, talk

__all__ = ["talk"]  # a fixture
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# ── By archive ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def bring(talk: Talk, path: Path, data: bytes, **how: Any) -> None:
    path.write_bytes(data)
    archive.bring(talk.moot.db, path.parent, SITE, [path], now=talk.moot.now, **how)


def look_at(talk: Talk, url: str) -> int:
    """The page of an imported story, and its JSON; how many comments stand there."""
    page, answer = talk.house.ask(get("/thread", {"url": url})), talk.house.ask(get("/api/v1/thread", {"url": url, "limit": 100}))
    told = answer.json()["comments"]
    talk.same_shape(talk.alone, page, [(each["html"], each["author"]["name"]) for each in told])
    for each in told:
        assert allowed.faults(each["html"]) == [], each
    return len(told)


def as_page(typed: list[str]) -> bytes:
    """An archived page whose comments are by these names and say these words."""
    lines = [" ".join(each.split()) for each in typed]
    listed = "".join(f"  • {line[:60] or 'Ada'}\n      {line}\n" for line in lines)
    return f"{lines[0]}\n\nThe story.\n\n{listed}".encode("utf-8", "replace")


def as_disqus(typed: list[str], url: str) -> bytes:
    """A Disqus export; every value escaped as XML asks, so that the words come out as they are."""
    said = [html.escape(_NO_XML.sub("\ufffd", each)) for each in typed]
    own = abs(hash(url))  # each file's thread is one of its own
    posts = "".join(
        f'<post dsq:id="{own + number}"><id>{each}</id><message>{each}</message><createdAt>2014-05-01T10:00:00Z</createdAt>'
        f"<isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>{each}</name><username>{each}</username><isAnonymous>false</isAnonymous><email>{each}</email></author>"
        f'<ipAddress>{each}</ipAddress><thread dsq:id="{own}"/></post>'
        for number, each in enumerate(said)
    )
    thread = f'<thread dsq:id="{own}"><id>{said[0]}</id><forum>{said[0]}</forum><link>{url}</link><title>{said[0]}</title></thread>'
    spaces = 'xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals"'
    return f'<?xml version="1.0" encoding="utf-8"?><disqus {spaces}>{thread}{posts}</disqus>'.encode()


def through_pages(talk: Talk, typed: Iterable[str], folder: Path) -> None:
    for number, chunk in enumerate(chunks(typed, 60)):
        url = fresh_story()
        bring(talk, folder / f"page-{number}.txt", as_page(chunk), form="text", story=url)
        assert look_at(talk, url) > 0


def through_disqus(talk: Talk, typed: Iterable[str], folder: Path) -> None:
    for number, chunk in enumerate(chunks(typed, 90)):
        url = fresh_story()
        bring(talk, folder / f"{number}.xml", as_disqus(chunk, url), form="disqus")
        assert look_at(talk, url) > 0


def as_wordpress(typed: list[str], url: str) -> bytes:
    """A WordPress export in which every text is hostile: as XML asks, and once more as HTML, since WordPress keeps HTML."""
    said = [html.escape(_NO_XML.sub("\ufffd", each)) for each in typed]
    comments = "".join(
        f"<w:comment><w:comment_id>{number}</w:comment_id><w:comment_author>{each}</w:comment_author>"
        f"<w:comment_author_url>{each}</w:comment_author_url>"
        f"<w:comment_content>{each}</w:comment_content><w:comment_date_gmt>2020-01-01 00:00:00</w:comment_date_gmt><w:comment_approved>1"
        f"</w:comment_approved><w:commentmeta><w:meta_value>{each}</w:meta_value></w:commentmeta></w:comment>"
        for number, each in enumerate(said, 1)
    )
    head = f"<title>{said[0]}</title><link>{url}</link><guid>{said[0]}</guid><w:post_id>{abs(hash(url))}</w:post_id>"
    space = "http://wordpress.org/export/1.2/"
    return f'<?xml version="1.0"?><rss xmlns:w="{space}"><channel><item>{head}{comments}</item></channel></rss>'.encode()


def rows_of(typed: list[str], url: str) -> list[dict[str, Any]]:
    said = [each.encode("utf-8", "replace").decode() for each in typed]
    forms = ("html", "markdown", "plain")
    return [{"url": url, "title": said[0], "id": n, "name": each, "text": each, "format": forms[n % 3]} for n, each in enumerate(said)]


def as_json(typed: list[str], url: str) -> bytes:
    return json.dumps({"comments": rows_of(typed, url)}).encode()


def as_table(typed: list[str], url: str) -> bytes:
    file = io.StringIO()
    rows = rows_of(typed, url)
    table = csv.DictWriter(file, list(rows[0]))
    table.writeheader()
    table.writerows({name: str(cell).replace("\0", "\ufffd") for name, cell in row.items()} for row in rows)
    return file.getvalue().encode()


def as_remark42(typed: list[str], url: str) -> bytes:
    lines = [{"id": str(row["id"]), "text": row["text"], "user": {"name": row["name"], "id": row["name"]}, "locator": {"url": url},
              "title": row["title"], "time": "2020-01-01T00:00:00Z"} for row in rows_of(typed, url)]  # fmt: skip
    return b"\n".join(json.dumps(line).encode() for line in ({"version": 1, "users": [], "posts": []}, *lines))


def as_commento(typed: list[str], url: str) -> bytes:
    comments = [{"commentHex": f"{url}{row['id']}", "domain": SITE, "url": url.partition(SITE)[2], "commenterHex": str(row["id"]),
                 "markdown": row["text"], "state": "approved"} for row in rows_of(typed, url)]  # fmt: skip
    people = [{"commenterHex": str(row["id"]), "name": row["name"]} for row in rows_of(typed, url)]
    return json.dumps({"version": 1, "comments": comments, "commenters": people}).encode()


def as_isso(typed: list[str], url: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE threads (id INTEGER PRIMARY KEY, uri, title)")
    connection.execute("CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created, mode, text, author)")
    rows = rows_of(typed, url)
    connection.execute("INSERT INTO threads VALUES (1, ?, ?)", (url.partition(SITE)[2], rows[0]["title"]))
    own = abs(hash(url)) >> 8  # a comment that was brought once is not brought again, so each file's are its own
    said = [(own + row["id"], row["text"], row["name"]) for row in rows]
    connection.executemany("INSERT INTO comments VALUES (1, ?, NULL, 1577836800, 1, ?, ?)", said)
    connection.commit()
    return connection.serialize()


WAYS = {"wordpress": as_wordpress, "json": as_json, "csv": as_table, "remark42": as_remark42, "commento": as_commento, "isso": as_isso}


def through(form: str) -> Callable[..., None]:
    """One of the formats that say addresses and are made of comments."""

    def way(talk: Talk, typed: Iterable[str], folder: Path) -> None:
        for number, chunk in enumerate(chunks(typed, 90)):
            url = fresh_story()
            bring(talk, folder / f"{number}.data", WAYS[form](chunk, url), form=form)
            assert look_at(talk, url) > 0

    return way


OLD_WAYS = {"text": through_pages, "disqus": through_disqus}
EVERY_WAY = [pytest.param(way, id=name) for name, way in {**OLD_WAYS, **{form: through(form) for form in WAYS}}.items()]


@pytest.mark.parametrize("way", EVERY_WAY)
def test_a_sample_of_hostile_words_in_an_archive_stays_words(talk: Talk, tmp_path: Path, way: Callable[..., None]) -> None:
    way(talk, some(331), tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("way", "step"), [*((way, 1) for way in OLD_WAYS.values()), *((through(form), 12) for form in WAYS)])
def test_every_hostile_word_in_an_archive_stays_words(talk: Talk, tmp_path: Path, way: Callable[..., None], step: int) -> None:
    """All of the corpora by two ways; by the others, which share all that comes after reading, a twelfth of them."""
    way(talk, some(step if talk.moot.db.engine == "sqlite" else step * 10), tmp_path)
    assert list(checks.check(talk.moot.db)) == []


LINKS = ("javascript:alert(1)", "//evil.example/", "https://news.example@evil.example/", "data:text/html,x", "https://evil.example/")


@pytest.mark.parametrize("link", LINKS)
def test_a_story_in_an_archive_leads_to_no_script(talk: Talk, tmp_path: Path, link: str) -> None:
    sent = as_disqus(["Said in peace."], html.escape(link)).replace(b"<id>Said in peace.</id>", b"<id>key-1</id>")
    bring(talk, tmp_path / "a.xml", sent, form="disqus")
    page = talk.house.ask(get("/thread", {"url": fresh_story(), "story": "key-1"}))
    assert page.status == 200
    assert foreign_leads(Shape(page.text), SITE, "evil.example") == []
    assert "javascript:" not in "".join(Shape(page.text).leads)


# ── Out by export, home again ────────────────────────────────────────────────────────────────────────────────────────────


def exported(db: Database, site: int, public: bool = False) -> bytes:
    file = io.BytesIO()
    write_export(db, site, file, public)
    return file.getvalue()


def test_hostile_words_leave_by_export_and_come_home_to_the_byte(talk: Talk, tmp_path: Path) -> None:
    said = say_all(talk, some(331))
    talk.edit(said, lambda each: f"{each.text}\n\nAnd once more.")
    talk.house.all(send_json("POST", f"{COMMENTS}/{each.id}/flags", {"reason": "other", "detail": each.text[:500]}) for each in said)
    talk.house.all(send_json("PUT", f"{COMMENTS}/{each.id}/vote", {"value": 1}) for each in said)
    first = exported(talk.moot.db, talk.moot.site.id)
    assert all(json.loads(line) for line in first.split(b"\n")[:-1])
    public = [json.loads(line) for line in exported(talk.moot.db, talk.moot.site.id, True).split(b"\n")[:-1]]
    assert all(not allowed.faults(row["html"]) for row in public if row["kind"] == "comment")
    other = connect(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other, talk.moot.now)
    home = tmp_path / "home.jsonl"
    home.write_bytes(first)
    archive.bring(other, tmp_path, SITE, [home], now=talk.moot.now)
    assert exported(other, other.read_now(lambda tx: sites.site_for(tx, SITE)).id) == first  # type: ignore[union-attr]
    other.close()


DAMAGE: dict[str, dict[str, str]] = {
    "story": {"address": "javascript:alert(1)", "title": "<script>alert(1)</script>\0", "language": "../../x", "publisher_key": "\0\"'<"},
    "address": {"cleaned": "\0javascript:alert(1)"},
    "comment": {"name": "\0\u202e</bdi><script>alert(1)</script>", "marks": "staff <script> \0", "text": "<img src=x onerror=alert(1)>\0"},
    "person": {"name": "\0</bdi><script>"},
    "site": {"name": "\0<script>", "language": "zz", "host": "evil.example"},
    "decision": {"reason": "\0<script>", "made_by": "<script>", "rule": "\0"},
    "revision": {"text": "\0<script>"},
    "flag": {"detail": "\0<script>", "reason": "<script>"},
}  # fmt: skip


@pytest.fixture
def whole_export(talk: Talk) -> list[dict[str, Any]]:
    """An export of one story in which every kind of row is there."""
    said = talk.taken([{"url": f"https://{SITE}/whole", "text": "Said in peace.", "name": "Ada", "story": "key-1"}])
    talk.edit(said, lambda each: "Changed.")
    talk.house.ask(send_json("POST", f"{COMMENTS}/{said[0].id}/flags", {"reason": "other", "detail": "Why?"}))
    talk.moot.decide(COMMAND, int(said[0].id), "hold", "To be looked at")
    talk.moot.decide(COMMAND, int(said[0].id), "release", "It is fine")
    return [json.loads(line) for line in exported(talk.moot.db, talk.moot.site.id).split(b"\n")[:-1]]


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_row_of_our_own_format_that_was_tampered_with_is_refused_or_harmless(
    whole_export: list[dict[str, Any]], migrated_file: Path, tmp_path: Path, kind: str
) -> None:
    tried = [(field, form) for field, worst in DAMAGE[kind].items() for form in (worst, worst.replace("\0", ""))]
    for number, (field, value) in enumerate(tried):
        last = max(place for place, row in enumerate(whole_export) if row["kind"] == kind)
        rows = [row | ({field: value} if place == last and field in row else {}) for place, row in enumerate(whole_export)]
        home = tmp_path / f"{number}.jsonl"
        home.write_bytes(b"".join(json.dumps(row, sort_keys=True).encode() + b"\n" for row in rows))
        other = connect(f"sqlite:///{shutil.copy(migrated_file, tmp_path / f'{number}.db')}", readers=1)
        try:
            archive.bring(other, tmp_path, SITE, [home], now=NOW)
        except Problem:
            assert other.read_now(lambda tx: tx.one("SELECT COUNT(*) AS n FROM comment")).n == 0  # type: ignore[union-attr]
        else:
            look_at_home(other)
        other.close()


def look_at_home(db: Database) -> None:
    """The page of the only story that came home."""
    house = House(db)
    for path in ("/thread", "/api/v1/thread"):
        answer = house.ask(get(path, {"url": f"https://{SITE}/whole"}))
        assert answer.status in (200, 404), answer
        careful(answer)
        if answer.kind == "text/html":
            shape = Shape(answer.text)
            assert not any("<script>" in sign for sign in shape.around), shape.around
            assert foreign_leads(shape, SITE) == [], shape.leads
    house.close()
