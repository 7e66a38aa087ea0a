"""The talk on a page belongs to who is signed in: whoever sits down after them at the same browser finds a talk of their own."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import msgspec
import pytest

from folkmoot.action import letter_links, representatives, store_letters
from folkmoot.app import create_app
from folkmoot.people import sessions
from folkmoot.settings import Server
from folkmoot.storage.database import Database
from folkmoot.web.kit import clock
from tests.action.guided import ASK, HOME, WORDS, Guided
from tests.me.tab import HERE, Tab
from tests.moot import Moot
from tests.web.stand import Client

TALK, KEY = "__Host-folkmoot-talk", "__Host-folkmoot"
SECRET = "The fence at the east jetty"


class Shared(Tab):
    """A browser that several people use, with the cookies that it keeps."""

    def __init__(self, moot: Moot) -> None:
        super().__init__(moot, None)
        self.moot, self.kept = moot, dict[str, str]()

    def request(self, method: str, path: str, **given: Any) -> Any:
        cookies = "; ".join(f"{name}={value}" for name, value in self.kept.items())
        answer = super().request(method, path, **(given | {"headers": {"Cookie": cookies}}))
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.kept[name] = value.strip('"')
            if "max-age=0" in line.lower():
                del self.kept[name]
        return answer

    def signs_in(self, name: str) -> None:
        person = self.moot.member(name).id or 0
        self.kept[KEY] = self.moot.db.write_now(lambda tx: sessions.begin_page(tx, person, self.moot.now)).token

    def says(self, *messages: str) -> str:
        for words in messages:
            self.send("/guide", words=words)
        return str(self.get("/guide").text)


@pytest.fixture
def shared(moot: Moot) -> Shared:
    """Imogen has signed in at the library's browser, and begun a letter."""
    moot.now = clock()
    made = Shared(moot)
    made.signs_in("Imogen")
    assert SECRET in made.says("write", "ok", SECRET)
    return made


def test_who_sits_down_after_a_session_was_ended_finds_a_talk_of_their_own(shared: Shared) -> None:
    talk = shared.kept[TALK]
    del shared.kept[KEY]  # ended from elsewhere
    assert SECRET not in shared.get("/guide").text
    assert SECRET not in shared.says("write")
    assert shared.kept[TALK] != talk
    shared.kept[TALK] = talk
    shared.signs_in("Noor")
    assert SECRET not in shared.says("write", "status", "account")


def test_it_opens_again_to_who_began_it(shared: Shared) -> None:
    key = shared.kept.pop(KEY)
    assert SECRET not in shared.get("/guide").text
    shared.kept[KEY] = key
    assert SECRET in shared.get("/guide").text


def test_signing_out_takes_the_talk_along(shared: Shared) -> None:
    shared.send("/sign-out")
    assert TALK not in shared.kept
    assert KEY not in shared.kept


def test_a_browsers_token_opens_nothing_to_a_program(shared: Shared) -> None:
    talk = shared.kept.pop(TALK)
    answer = Client(shared._app, HERE).post("/api/v1/guide", json={"token": talk, "words": "account"})
    assert answer.json()["step"] == "consent"
    assert SECRET not in answer.text


class Frame(Client):
    """The guide's script in a frame (embed/chat.js): it keeps what answers bring in its own storage, for it has no cookie."""

    def __init__(self, guided: Guided) -> None:
        super().__init__(create_app(guided.settings, guided.db), HERE)
        self.guided, self.talk, self.access = guided, "none", ""

    def request(self, method: str, path: str, **given: Any) -> Any:
        headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin", "Folkmoot-Card": "1", "Folkmoot-Talk": self.talk}
        headers |= {"Authorization": f"Bearer {self.access}"} if self.access else {}
        answer = super().request(method, path, headers=headers | {"Content-Type": "application/x-www-form-urlencoded"}, **given)
        self.talk = answer.headers.get("folkmoot-talk", self.talk)
        if "folkmoot-keys" in answer.headers:
            self.access = json.loads(base64.b64decode(answer.headers["folkmoot-keys"]))["access"]
        assert "set-cookie" not in answer.headers
        return answer

    def says(self, *messages: str) -> str:
        return str([self.post("/guide", data={"words": words}).text for words in messages][-1])


def in_frame(db: Database, monkeypatch: pytest.MonkeyPatch) -> Frame:
    guided = Guided(db, clock())
    guided.settings = msgspec.structs.replace(guided.settings, server=Server(public_url=HERE))
    monkeypatch.setattr(representatives, "finder", lambda settings: guided.find)
    return Frame(guided)


def test_in_a_frame_a_proven_mailbox_signs_in_there_and_the_talk_goes_on(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = in_frame(db, monkeypatch)
    assert "Shall it go?" in frame.says("write", "ok", ASK, HOME, "1", WORDS, "imogen@mail.example")
    frame.says("send")
    (job,) = db.read_now(lambda tx: tx.rows("SELECT payload FROM job WHERE kind = 'mail'"))
    assert "Goes soon" in frame.says(json.loads(job.payload)["values"]["digits"])
    assert frame.access, "two tokens for the frame, which never act as staff"
    assert "Goes soon" in frame.get("/guide").text
    frame.access = ""
    assert "Goes soon" not in frame.get("/guide").text, "the talk is its person's"


def test_who_chooses_whom_to_write_to_sees_how_they_answer(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = in_frame(db, monkeypatch)
    for number, told in enumerate(("answered", *["none"] * 5)):
        db.write_now(lambda tx, number=number, told=told: store_letters.put_answer(tx, number, "otto", 1, told, 1))  # type: ignore[misc]
    page = frame.says("write", "ok", ASK, HOME)
    assert page.count("whose writers told us") == 1 and "Of 6 letters from here whose writers told us, 1 got an answer" in page


def test_in_a_frame_all_can_be_erased_and_begun_anew(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = in_frame(db, monkeypatch)
    frame.says("write", "ok", ASK)
    page = frame.says("erase")
    assert "program, not a person" in page or "May I keep" in page
    assert ASK not in page and db.read_now(lambda tx: tx.rows("SELECT id FROM talk")) == []
    assert "What do you want done" in frame.says("ok")


def test_a_letters_key_opens_that_letter_alone_for_an_hour_and_changes_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = in_frame(db, monkeypatch)
    page = frame.says("write", "ok", ASK, HOME, "2", WORDS, "send", "no")
    found = re.search(r"(/guide/letters/(\d+))\?key=([\w.]+)", page)
    assert found is not None
    path, letter, key = found.groups()
    window = Client(frame._app, HERE)
    assert "east jetty" in window.get(f"{path}?key={key}").text
    assert "east jetty" in window.get(f"{path}/text?key={key}").text
    for wrong in ("", key[:-1] + ("0" if key[-1] != "0" else "1"), f"9{key}", key.partition(".")[2], "é"):
        assert window.get(path, params={"key": wrong}).status_code == 404
    assert window.get(f"/guide/letters/{int(letter) + 1}?key={key}").status_code == 404
    given = {"Origin": HERE, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    assert window.post(f"{path}?key={key}", data={"event": "take_back"}, headers=given).status_code == 404
    assert not letter_links.opens(b"secret", 7, letter_links.key_of(b"secret", 7, 1_000), 1_000 + letter_links.LASTS)
