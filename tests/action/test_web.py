"""The talk on a page belongs to who is signed in: whoever sits down after them at the same browser finds a talk of their own."""

from __future__ import annotations

from typing import Any

import pytest

from folkmoot.people import sessions
from folkmoot.web.kit import clock
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
