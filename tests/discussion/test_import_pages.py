"""The report of an import as a page: for the newsroom's staff, and only theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from folkmoot.discussion import archive, store_imports
from folkmoot.people import sessions
from folkmoot.people.model import Role
from tests.discussion.importers.disqus_files import LAKE, export, post, thread
from tests.hostile.asking import Answer, Ask, House, get
from tests.moot import Moot


class Office:
    """A newsroom that has imported a file, and who comes to read about it."""

    def __init__(self, moot: Moot, folder: Path) -> None:
        self.moot = moot
        said, dateless = "x" * 20_001, post(4).replace("2015-02-01T00:00:04Z", "x")
        file = export(folder / "<b>talk<b>.xml", thread(1, LAKE), post(1), post(2, "<p>two</p>", parent=99), post(3, said), dateless)
        self.batch = archive.bring(moot.db, folder, "news.example", [file], now=moot.now).batch
        self.house = House(moot.db, clock=lambda: moot.now)

    def reads(self, path: str, role: Role | None = None, name: str = "Ines") -> Answer:
        return self.house.ask(self.request(path, role, name))

    def reads_in(self, language: str) -> Answer:
        """The report, in the language of somebody's browser."""
        asked = self.request(f"/imports/{self.batch}", "editor")
        return self.house.ask(asked._replace(headers=(*asked.headers, (b"accept-language", language.encode()))))

    def request(self, path: str, role: Role | None = None, name: str = "Ines") -> Ask:
        person = self.moot.member(name, role).id or 0
        cookie = self.moot.db.write_now(lambda tx: sessions.begin_page(tx, person, self.moot.now)).token
        return get(path, cookie=cookie)


@pytest.fixture
def office(moot: Moot, tmp_path: Path) -> Iterator[Office]:
    made = Office(moot, tmp_path)
    yield made
    made.house.close()


@pytest.mark.parametrize("role", ["editor", "moderator", "admin"])
def test_staff_read_what_came_and_what_did_not(office: Office, role: Role) -> None:
    listed = office.reads("/imports", role)
    assert listed.status == 200 and f"/imports/{office.batch}" in listed.text and "&lt;b&gt;talk&lt;b&gt;.xml" in listed.text
    page = office.reads(f"/imports/{office.batch}", role)
    assert page.status == 200 and "too long" in page.text and "answers <bdi>dsq:99</bdi>, which is not in the archive" in page.text
    assert f"folkmoot import --undo {office.batch}" in page.text and "<b>talk" not in page.text


@pytest.mark.parametrize(("language", "said"), [
    ("de", ("zu lang", "Zeile 5: Dieser Kommentar antwortet auf <bdi>dsq:99</bdi>, was nicht im Archiv ist",
            "Zeile 7: Dieser Kommentar soll am <bdi>&#39;x&#39;</bdi> geschrieben sein; das ist kein Datum.")),
    ("ar", ("أطول من اللازم", "السطر 5: يردّ هذا التعليق على <bdi>dsq:99</bdi>، وهو ليس في الأرشيف",
            "السطر 7: يقول هذا التعليق إنه كُتب في <bdi>&#39;x&#39;</bdi>، وليس هذا تاريخًا.")),
    ("es", ("demasiado largo", "Línea 5: Este comentario responde a <bdi>dsq:99</bdi>")),
    ("fr", ("trop long", "Ligne 5\u00a0: Ce commentaire répond à <bdi>dsq:99</bdi>")),
])  # fmt: skip
def test_what_is_worth_knowing_is_said_in_the_editors_language(office: Office, language: str, said: tuple[str, ...]) -> None:
    page = office.reads_in(language).text
    assert [words for words in said if words not in page] == []
    assert 'lang="en"' not in page and "too long" not in page and "which is n" not in page


def test_a_report_of_before_is_read_as_it_was_written(office: Office) -> None:
    row = office.moot.db.read_now(lambda tx: store_imports.batch_by_id(tx, int(office.batch or 0)))
    assert row
    old = {**json.loads(row.report), "warnings": ["Line 4: This comment answers dsq:<99>, which is not in the archive; it stands on its own."]}
    office.moot.db.write_now(lambda tx: store_imports.set_report(tx, row.id, json.dumps(old)))
    page = office.reads_in("ar").text
    assert '<li lang="en" dir="ltr">Line 4: This comment answers dsq:&lt;99&gt;, which is not in the archive' in page and "أطول من اللازم" in page


def test_a_report_that_came_along_with_an_export_does_nothing_but_speak(office: Office) -> None:
    row = office.moot.db.read_now(lambda tx: store_imports.batch_by_id(tx, int(office.batch or 0)))
    assert row
    sly = [
        {"say": "{a.__class__} was here", "with": {"a": "x", "a.__class__": "x"}}, {"say": "{a:>9999999999}", "with": {"a": 1}},
        {"say": "{", "with": {"a": 1}}, {"say": "{gone}", "with": {"a": 1}}, {"say": "<b>{a}</b>", "with": {"a": "<i>"}}, {"say": 7}, 7, None,
        {"say": "One", "many": "{number}", "with": {"number": "many"}},
    ]  # fmt: skip
    office.moot.db.write_now(lambda tx: store_imports.set_report(tx, row.id, json.dumps({**json.loads(row.report), "warnings": sly})))
    page = office.reads_in("de")
    assert page.status == 200 and "{a.__class__} was here" in page.text and "&lt;b&gt;<bdi>&lt;i&gt;</bdi>&lt;/b&gt;" in page.text


def test_nobody_else_reads_it(office: Office) -> None:
    assert office.house.ask(get("/imports")).status in (303, 401)
    assert office.house.ask(get(f"/imports/{office.batch}")).status in (303, 401, 403)
    assert office.reads("/imports").status == 404
    assert office.reads(f"/imports/{office.batch}").status == 403
    assert office.reads("/imports/7", "editor").status == 404


def test_an_import_that_was_taken_out_says_so(office: Office, tmp_path: Path) -> None:
    archive.undo(office.moot.db, tmp_path, int(office.batch or 0), now=office.moot.now)
    assert "This import was taken out again." in office.reads(f"/imports/{office.batch}", "editor").text
