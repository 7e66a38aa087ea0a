"""The report of an import as a page: for the newsroom's staff, and only theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from folkmoot.discussion import archive
from folkmoot.people import sessions
from folkmoot.people.model import Role
from tests.discussion.importers.disqus_files import LAKE, export, post, thread
from tests.hostile.asking import Answer, Ask, House, get
from tests.moot import Moot


class Office:
    """A newsroom that has imported a file, and who comes to read about it."""

    def __init__(self, moot: Moot, folder: Path) -> None:
        self.moot = moot
        said = "x" * 20_001
        file = export(folder / "<b>talk<b>.xml", thread(1, LAKE), post(1), post(2, "<p>two</p>", parent=99), post(3, said), post(4, createdAt="x"))
        self.batch = archive.bring(moot.db, folder, "news.example", [file], now=moot.now).batch
        self.house = House(moot.db, clock=lambda: moot.now)

    def reads(self, path: str, role: Role | None = None, name: str = "Ines") -> Answer:
        return self.house.ask(self.request(path, role, name))

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
    assert page.status == 200 and "too long" in page.text and "answers dsq:99, which is not in the archive" in page.text
    assert f"folkmoot import --undo {office.batch}" in page.text and "<b>talk" not in page.text


def test_why_something_was_left_out_is_said_in_the_editors_language(office: Office) -> None:
    asked = office.request(f"/imports/{office.batch}", "editor")
    page = office.house.ask(asked._replace(headers=(*asked.headers, (b"accept-language", b"de")))).text
    assert "zu lang" in page and "too long<" not in page


def test_nobody_else_reads_it(office: Office) -> None:
    assert office.house.ask(get("/imports")).status in (303, 401)
    assert office.house.ask(get(f"/imports/{office.batch}")).status in (303, 401, 403)
    assert office.reads("/imports").status == 404
    assert office.reads(f"/imports/{office.batch}").status == 403
    assert office.reads("/imports/7", "editor").status == 404


def test_an_import_that_was_taken_out_says_so(office: Office) -> None:
    archive.undo(office.moot.db, int(office.batch or 0), office.moot.now)
    assert "This import was taken out again." in office.reads(f"/imports/{office.batch}", "editor").text
