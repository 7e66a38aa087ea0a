"""An administrator sees to hooks and to the look of the site, on pages; nobody else does."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from standardwebhooks import Webhook

from folkmoot.people import sessions
from folkmoot.people.model import Role
from folkmoot.reading import themes
from folkmoot.settings import Settings
from folkmoot.sites.sites import get_site
from folkmoot.web.kit import clock
from folkmoot.work import Worker
from tests.counterpart import Counterpart, answering, reply
from tests.hostile.asking import SETTINGS, Answer, House, get, send_form
from tests.moot import Moot


@pytest.fixture
def now() -> int:
    """The real time, which the published library of webhooks compares with its own."""
    return clock()


class Office:
    """A newsroom's house, and who works there."""

    def __init__(self, moot: Moot, cms: Counterpart) -> None:
        self.moot, self.cms = moot, cms
        self.settings: Settings = msgspec.structs.replace(SETTINGS, outbound=cms.allowed())
        self.house = House(moot.db, self.settings, lambda: moot.now)
        self._cookies: dict[str, str] = {}

    def cookie(self, role: Role) -> str:
        if role not in self._cookies:
            person = self.moot.member(role.title(), role).id or 0
            self._cookies[role] = self.moot.db.write_now(lambda tx: sessions.begin_page(tx, person, self.moot.now)).token
        return self._cookies[role]

    def reads(self, path: str, role: Role = "admin") -> Answer:
        return self.house.ask(get(path, {"site": self.moot.site.id}, cookie=self.cookie(role)))

    def sends(self, path: str, role: Role = "admin", **fields: str) -> Answer:
        return self.house.ask(send_form(path, fields, self.cookie(role)))

    def adds(self, address: str, role: Role = "admin") -> Answer:
        return self.sends("/desk/hooks", role, site=str(self.moot.site.id), address=address)

    def looks(self, do: str, role: Role = "admin", **properties: str) -> Answer:
        return self.sends("/desk/look", role, site=str(self.moot.site.id), do=do, **properties)

    def work(self) -> None:
        worker = Worker(self.moot.db, self.settings, lambda: self.moot.now)
        while worker.work_once():
            pass


@pytest.fixture
def office(moot: Moot) -> Iterator[Office]:
    with answering() as cms:
        made = Office(moot, cms)
        yield made
        made.house.close()


def between(text: str, before: str, after: str) -> str:
    return text.partition(before)[2].partition(after)[0]


def test_a_hook_is_added_tried_listed_and_ended(office: Office) -> None:
    address = f"{office.cms.address}/folkmoot"
    assert "No program is told yet." in office.reads("/desk/hooks").text
    added = office.adds(address)
    secret = between(added.text, 'readonly value="', '"')
    assert added.status == 200 and secret.startswith("whsec_") and secret not in office.reads("/desk/hooks").text
    number = between(added.text, 'action="/desk/hooks/', '"')
    assert office.sends(f"/desk/hooks/{number}", do="test").status == 303
    assert "on its way" in office.reads("/desk/hooks").text
    office.work()
    (asked,) = office.cms.asked
    told = Webhook(secret).verify(asked.body, asked.headers)
    assert told["type"] == "test" and told["data"] == {"site": "news.example"}
    assert "answered 200" in office.reads("/desk/hooks").text
    again = office.sends(f"/desk/hooks/{number}", do="rotate")
    assert between(again.text, 'readonly value="', '"') not in ("", secret)
    office.sends(f"/desk/hooks/{number}", do="remove")
    office.moot.says(office.moot.guest("Ada"), "Words.")
    office.work()
    assert len(office.cms.asked) == 1 and "ended" in office.reads("/desk/hooks").text
    assert office.sends(f"/desk/hooks/{number}", do="test").status == 409


def test_a_hook_that_does_not_answer_says_how_often_it_was_tried(office: Office) -> None:
    office.adds(f"{office.cms.address}/folkmoot")
    office.cms.script = lambda asked: reply(status=500)
    office.moot.says(office.moot.guest("Ada"), "Words.")
    office.work()
    assert "tried 1 time, will be tried again" in office.reads("/desk/hooks").text


@pytest.mark.parametrize(("address", "words"), [
    ("ftp://cms.example/x", "begin with https://"), ("http://10.1.2.3/hook", "public net"),
    ("https://user:secret@cms.example/", "password"), ("x", "web address"),
])  # fmt: skip
def test_an_address_that_is_none_is_refused_and_kept_in_the_field(office: Office, address: str, words: str) -> None:
    refused = office.adds(address)
    assert refused.status == 422 and words in refused.text and f'value="{address}"' in refused.text
    assert "No program is told yet." in office.reads("/desk/hooks").text


def test_one_address_is_told_once(office: Office) -> None:
    office.adds(f"{office.cms.address}/a")
    assert "told already" in office.adds(f"{office.cms.address}/a").text


def test_a_look_is_measured_first_and_saved_where_everybody_can_read_it(office: Office) -> None:
    site = office.moot.site.id
    page = office.reads("/desk/look")
    assert page.status == 200 and page.text.count('class="field"') == 12 and 'placeholder="#' in page.text
    pale = office.looks("save", accent="#ffeeaa")
    assert pale.status == 422 and "Links and marks on Paper cannot be read well" in pale.text and 'value="#ffeeaa"' in pale.text
    assert "Not everybody could read this" in pale.text and "(light)" in pale.text
    odd = office.looks("save", paper="url(//evil.example)")
    assert odd.status == 422 and "Paper must be a colour" in odd.text and "Not everybody" not in odd.text and "<svg" not in odd.text
    tried = office.looks("try", accent="#7a2e1d #e8a48f", scheme="auto")
    assert tried.status == 200 and "It is not saved yet." in tried.text and 'fill="#e8a48f"' in tried.text
    assert office.moot.db.read_now(lambda tx: get_site(tx, site)).theme.properties == {}
    assert office.looks("save", accent="#7a2e1d  #e8a48f", serif='Georgia, "Noto Serif"').status == 303
    found = office.moot.db.read_now(lambda tx: get_site(tx, site))
    assert found.theme.properties == {"accent": "#7a2e1d #e8a48f", "serif": 'Georgia, "Noto Serif"'}
    sheet = themes.address(found)
    assert sheet and sheet in office.house.ask(get("/thread", {"url": "https://news.example/lake"})).text
    assert 'value="#7a2e1d #e8a48f"' in office.reads("/desk/look").text


@pytest.mark.parametrize(("language", "called"), [("ar", "فاتح"), ("de", "hell"), ("es", "claro"), ("fr", "clair")])
def test_what_cannot_be_read_is_said_in_the_readers_language(office: Office, language: str, called: str) -> None:
    fields = {"site": str(office.moot.site.id), "do": "try", "scheme": "auto", "accent": "#ffeeaa"}
    asked = send_form("/desk/look", fields, office.cookie("admin"))
    page = office.house.ask(asked._replace(headers=(*asked.headers, (b"accept-language", language.encode())))).text
    assert f"({called})" in page and "(light)" not in page


@pytest.mark.parametrize("role", ["editor", "moderator"])
def test_nobody_but_an_administrator_sees_to_it(office: Office, role: Role) -> None:
    for path in ("/desk/hooks", "/desk/look"):
        assert office.reads(path, role).status == 403
        assert office.house.ask(get(path)).status in (303, 401)
    assert office.adds(f"{office.cms.address}/a", role).status == 403
    assert office.looks("save", role, accent="#7a2e1d").status == 403
    number = between(office.adds(f"{office.cms.address}/a").text, 'action="/desk/hooks/', '"')
    assert office.sends(f"/desk/hooks/{number}", role, do="remove").status == 403
