"""What every channel of the guide promises, one and the same for all of them. A new channel adds its line to LINES."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from folkmoot.action import talks
from folkmoot.action.channels.words import text_of
from folkmoot.app import create_app
from folkmoot.cli.terminal import shown_plain
from tests.action.guided import ASK, HOME, WORDS
from tests.action.test_channels import Phone, now_of, phone, provider  # noqa: F401 -- fixtures
from tests.web.stand import Client

# Everybody writes from somewhere: what they hear is all the text that comes back.
Says = Callable[[str], str]
HOSTILE = ("<script>alert(1)</script>", "\u202eevil\u202c", "\x00\x07\x1b[2J", "%0d%0aBcc:x", "{{7*7}} {0} %s", "' OR 1=1 --", "a\u2028b", "😀" * 40)


def by_web(phone: Phone) -> Says:  # noqa: F811
    """A browser without script: forms, a cookie, and the page that comes back."""
    kept: dict[str, str] = {}

    def says(words: str) -> str:
        if words == "write" and not kept:  # whoever opens the page has not said anything yet
            return unescape(re.sub(r"<[^>]+>", " ", phone.client.get("/guide").text.partition('role="log"')[2]))
        cookies = "; ".join(f"{name}={value}" for name, value in kept.items())
        given = {"Cookie": cookies, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        assert "\0" not in words or phone.client.post("/guide", data={"words": words}, headers=given).status_code == 400, "refused in a sentence"
        answer = phone.client.post("/guide", data={"words": words.replace("\0", "")}, headers=given)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            kept[name] = value.strip('"')
        cookies = "; ".join(f"{name}={value}" for name, value in kept.items())
        page = phone.client.get("/guide", headers={"Cookie": cookies}).text if answer.status_code == 303 else answer.text
        talk = page.partition('role="log"')[2]
        return unescape(re.sub(r"<[^>]+>", " ", talk))

    return says


def by_text(phone: Phone) -> Says:  # noqa: F811
    return _by_provider(phone, lambda words: phone.texts(words))


def by_messenger(phone: Phone) -> Says:  # noqa: F811
    return _by_provider(phone, lambda words: phone.writes(words))


def _by_provider(phone: Phone, send: Callable[[str], int]) -> Says:  # noqa: F811
    def says(words: str) -> str:
        before = len(phone.provider.texts)
        assert send(words) == 200
        return "\n".join(phone.provider.texts[before:])

    return says


def by_terminal(phone: Phone) -> Says:  # noqa: F811
    """The command, without its loop: what it reads, and what it prints."""
    guided = phone.guided
    guided.now = now_of()
    around = guided.around("terminal")

    def says(words: str) -> str:
        heard = guided.db.write_now(lambda tx: talks.hear(tx, "terminal:1", words, guided.site.id, around, guided.now))
        guided.later(1_000)
        return shown_plain(text_of(heard.says, "en"))

    return says


LINES = {"web": by_web, "sms": by_text, "messenger": by_messenger, "terminal": by_terminal}


class Line:
    """Somebody at a channel."""

    def __init__(self, name: str, phone: Phone) -> None:  # noqa: F811
        self.name, self.phone, self.says = name, phone, LINES[name](phone)

    def all(self, *messages: str) -> str:
        return [self.says(each) for each in messages][-1]

    def to_letter(self, words: str = WORDS, whom: str = "2") -> str:
        """From the first word to the letter as it will be."""
        shown = self.all("write", "ok", ASK, HOME, whom, words)
        return shown if self.name == "web" else self.says("preview")

    def rows(self, sql: str) -> list[Any]:
        return self.phone.rows(sql)


@pytest.fixture
def database_url(tmp_path: Path, migrated_file: Path) -> str:
    """One engine is enough here: what the verbs do is tried on both in their own tests."""
    path = tmp_path / "folkmoot.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=LINES)
def line(request: pytest.FixtureRequest, phone: Phone) -> Iterator[Line]:  # noqa: F811
    yield Line(request.param, phone)


def test_it_begins_by_saying_that_it_is_a_program_whose_it_is_and_who_pays(line: Line) -> None:
    first = line.says("write")
    assert "program, not a person" in first and "The News" in first and "pays for it" in first


def test_nothing_is_kept_before_the_consent(line: Line) -> None:
    line.all("write", "The mayor must resign over the lake", "no")
    kept = [tuple(row) for table in ("talk", "letter", "chat_said", "chat") for row in line.rows(f"SELECT * FROM {table}")]
    assert "resign" not in repr(kept)


def test_it_leads_to_a_letter_whose_words_are_the_writers_and_which_they_have_seen(line: Line) -> None:
    shown = line.to_letter(f"{WORDS}\n\nStop the fence.")
    assert all(words in shown for words in ("Desmond Achebe", ASK, "9 Tannery Row", "Stop the fence."))
    assert line.rows("SELECT * FROM letter") == [], "nothing before SEND"
    after = line.says("send")
    (letter,) = line.rows("SELECT * FROM letter")
    assert (letter.state, letter.subject, letter.body) == ("yours", ASK, f"{WORDS}\n\nStop the fence.")
    assert "address for next time" in after
    assert line.says("send") and len(line.rows("SELECT * FROM letter")) == 1, "sending twice is sending once"


def test_at_any_time_help_and_a_person_can_be_had_and_one_can_go_back(line: Line) -> None:
    line.all("write", "ok", ASK)
    assert "I help you write" in line.says("help")
    assert "told the desk" in line.says("talk to a person")
    assert "in one line" in line.says("back")


def test_stop_is_heard_and_the_draft_is_there_for_who_comes_back(line: Line) -> None:
    line.to_letter()
    assert "draft is kept" in line.says("please stop")
    line.says("start")
    assert "east jetty" in (line.says("preview"))


def test_the_talk_goes_on_where_it_was_after_the_program_was_started_anew(line: Line) -> None:
    line.all("write", "ok", ASK)
    line.phone.client = Client(create_app(line.phone.guided.settings, line.phone.guided.db))
    assert "To whom shall it go?" in line.says(HOME)


def test_hostile_words_are_words(line: Line) -> None:
    """In the matter, the name, the street and the letter: they come through as text, or are asked for again, and nothing breaks."""
    words = " ".join(HOSTILE)
    line.all("write", "ok", f"{ASK} {words}", f"9 Tannery Row {words}, Ostley, MR 00417", "<b>Imogen</b> \u202e\x07 {x} Sarkis", "all")
    line.all(f"{WORDS} {words}", "preview", "paper", "send", "no")
    letters = line.rows("SELECT subject, body, home FROM letter")
    assert len(letters) == 2
    for letter in letters:
        assert "<script>alert(1)</script>" in letter.body and "<b>Imogen</b>" in letter.home
        assert not any(sign in repr(letter) for sign in ("\\x00", "\\x07", "\\x1b"))
        assert not any(sign in letter.subject + letter.home for sign in ("\n", "\u202e", "\u2028"))


def test_a_link_code_brings_the_talk_to_the_page_and_ends_it_here(line: Line) -> None:
    line.to_letter()
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", line.says("link"))
    assert code is not None
    assert "east jetty" in by_web(line.phone)(code.group())
    assert len(line.rows("SELECT * FROM talk WHERE ended IS NULL AND state LIKE '%jetty%'")) == 1
