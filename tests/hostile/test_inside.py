"""Hostile words where few look: what waits for a moderator, what a command prints and changes, what is mailed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from folkmoot import cli
from folkmoot.people import sessions
from folkmoot.settings import Limits, Mail, Server, Settings
from folkmoot.storage.database import Database
from folkmoot.web.kit import clock
from folkmoot.work import Worker
from tests.hostile import corpora
from tests.hostile.asking import HERE, House, get, send_form, send_json
from tests.hostile.shape import Shape, foreign_leads
from tests.hostile.talk import COMMENTS, SITE, Said, Talk, fresh_story, refused_well
from tests.hostile.test_write_paths import some
from tests.moot import Moot

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def talk(db: Database, tmp_path: Path) -> Iterator[Talk]:
    """A newsroom of today, whose mails lie in a folder."""
    mail = Mail(to_folder=str(tmp_path / "mail"))
    house = House(db, Settings(server=Server(public_url=HERE), limits=Limits(enabled=False), mail=mail))
    yield Talk(Moot(db, clock()), house)
    house.close()


def moderator(talk: Talk) -> str:
    """The cookie of somebody who moderates the site."""
    ines = talk.moot.member("Ines", "moderator")
    key = talk.moot.db.write_now(lambda tx: sessions.begin_page(tx, ines.id or 0, talk.moot.now))
    return key.token


# ── What waits for a moderator ───────────────────────────────────────────────────────────────────────────────────────────


def held(talk: Talk, typed: list[str]) -> list[Said]:
    talk.moot.allow(mode="hold_all")
    url = fresh_story()
    said = talk.taken({"url": url, "text": each, "name": "Ada"} for each in typed)
    talk.moot.allow(mode="open")
    return said


def fragment_shape(html: str) -> set[tuple[str, ...]]:
    return set(Shape(html).items)


def test_a_held_comment_is_only_words_to_its_writer_and_the_moderators_and_nothing_to_others(talk: Talk) -> None:
    typed, cookie = some(997), moderator(talk)
    friend, *said = held(talk, ["Said in peace.", *typed])
    assert all(each.held for each in said) and len(said) > len(typed) / 2
    story = talk.moot.db.read_now(lambda tx: tx.one("SELECT story FROM comment WHERE id = :id", id=int(friend.id))).story  # type: ignore[union-attr]
    (expected,) = fragment_shape(own_of(talk, story, friend)["fragment"])
    for each in said:
        mine = own_of(talk, story, each)
        assert fragment_shape(mine["fragment"]) == {expected}, each
        assert mine["text"] == each.text
    for asked in (get(f"/me/thread/{story}", token=""), get(f"/me/thread/{story}", cookie=cookie)):
        waiting = talk.house.ask(asked).json()["waiting"]
        assert {own["id"] for own in waiting} == ({each.id for each in (friend, *said)} if asked.headers else set())
        assert all(fragment_shape(own["fragment"]) == {expected} for own in waiting)
    for each in said[::5]:
        assert {talk.house.ask(get(path.format(each.id))).status for path in ("/c/{}", "/comments/{}/history", "/comments/{}/reply")} == {404}
    assert talk.house.ask(get("/api/v1/counts", {"url": friend.url})).json()["counts"] == {friend.url: 0}


def own_of(talk: Talk, story: int, said: Said) -> dict[str, Any]:
    (own,) = (own for own in talk.house.ask(get(f"/me/thread/{story}", token=said.token)).json()["own"] if own["id"] == said.id)
    assert isinstance(own, dict)
    return own


def test_a_moderators_hostile_reason_and_a_readers_hostile_report_are_only_words(talk: Talk) -> None:
    cookie = moderator(talk)
    typed = [each for each in some(997) if len(each) <= 500]
    friend, *said = talk.taken({"url": fresh_story(), "text": "Said in peace.", "name": "Ada"} for _ in ["peace", *typed])
    for each, words in zip([friend, *said], ["Calm down.", *typed], strict=True):
        flagged = talk.house.ask(send_json("POST", f"{COMMENTS}/{each.id}/flags", {"reason": "other", "detail": words}))
        decided = talk.house.ask(send_form(f"/comments/{each.id}/decide", {"do": "remove", "reason": words}, cookie))
        if decided.status != 303:
            assert 400 <= decided.status < 500 and 400 <= flagged.status < 500
            continue
        mine, expected = (talk.house.ask(get(f"/me/c/{one.id}", cookie=one.token)) for one in (each, friend))
        talk.same_shape(Shape(expected.text), mine)
        assert str(escape(words.strip())) in mine.text


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Terminal:
    def __init__(self, capsys: pytest.CaptureFixture[str], url: str) -> None:
        self._capsys, self._url = capsys, url

    def run(self, *words: str) -> str:
        """Runs a command, which must do it or say in a sentence why not; what it printed."""
        self._capsys.readouterr()
        code = cli.run([*words, "--database", self._url])
        out, err = self._capsys.readouterr()
        assert code in (0, 1, 2) and "Traceback" not in err, (words, err)
        assert not _UNSEEN.search(out + err), (words, out + err)
        return out


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FOLKMOOT_")]:
        monkeypatch.delenv(name)
    return Terminal(capsys, database_url)


def test_names_and_titles_given_by_command_are_only_words_on_the_pages(talk: Talk, terminal: Terminal) -> None:
    (said,) = talk.taken([{"url": fresh_story(), "text": "Said in peace.", "name": "Ada"}])
    for typed in [each for each in corpora.SAMPLES[::4] if "\0" not in each]:
        terminal.run("story", "rename", said.url, "--", typed)
        terminal.run("site", "set", SITE, "name", "--", typed)
        terminal.run("site", "set", SITE, "guidelines", "--", f'["{re.sub("[^ -~]", "", typed).replace(chr(92), "").replace(chr(34), "")}"]')
        shape = Shape(talk.house.ask(get("/thread", {"url": said.url})).text)
        assert not set(shape.around) - set(talk.alone.around) - {"<li dir=auto>"}
        assert foreign_leads(shape, SITE) == []


def test_no_command_prints_what_a_terminal_would_obey(talk: Talk, terminal: Terminal) -> None:
    typed = ["\x1b[31mred\x1b]0;title\x07", "\x9b31m", "\u202egnp.exe", "a\rb\x08c", *corpora.SAMPLES[::4]]
    said = talk.taken({"url": f"{fresh_story()}", "text": each, "title": each, "name": "Ada"} for each in typed)
    held(talk, typed)
    talk.house.all(send_json("POST", f"{COMMENTS}/{each.id}/flags", {"reason": "other", "detail": each.text}) for each in said)
    for command in (("comment", "list"), ("comment", "list", "--held"), ("story", "list", "--site", SITE), ("site", "list")):
        assert terminal.run(*command)
        assert json.loads(terminal.run(*command, "--json"))
    for each in said:
        assert terminal.run("comment", "show", each.id)
        terminal.run("story", "close", each.url, "--reason", each.text)


# ── Mails ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def mailed(talk: Talk, tmp_path: Path) -> list[EmailMessage]:
    """What the worker mailed since."""
    worker = Worker(talk.moot.db, talk.house.app.kit.settings)
    while worker.work_once():
        pass
    files = sorted((tmp_path / "mail").glob("*"))
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    for file in files:
        file.unlink()
    return mails


def test_a_mail_says_a_hostile_name_as_words_and_goes_to_one_mailbox(talk: Talk, tmp_path: Path) -> None:
    ask = send_form("/sign-in", {"email": "ada@mail.example"})
    assert talk.house.ask(ask).status == 303
    (harmless,) = mailed(talk, tmp_path)
    for typed in [each for each in some(997) if "\0" not in each and each.strip()]:
        talk.moot.db.write_now(lambda tx, typed=typed: tx.run("UPDATE site SET name = :name", name=typed))  # type: ignore[misc]
        talk.moot.allow()  # so that its pages are made anew
        assert talk.house.ask(ask).status == 303
        (mail,) = mailed(talk, tmp_path)
        assert mail.keys() == harmless.keys()
        assert [each.addr_spec for each in mail["To"].addresses] == ["ada@mail.example"]
        assert [each.addr_spec for each in mail["From"].addresses] == ["folkmoot@talk.example"]
        parts, calm = (one.get_body(("html",)) for one in (mail, harmless))
        assert parts is not None and calm is not None
        shape = Shape(parts.get_content())
        assert shape.around == Shape(calm.get_content()).around
        assert foreign_leads(shape, "talk.example") == []


def test_no_hostile_mailbox_is_mailed_to(talk: Talk, tmp_path: Path) -> None:
    cases = [case["input"] for case in corpora.own("mail-address") if case["expect"] == "refuse"] if corpora.HOSTILE.exists() else []
    for typed in [*corpora.SAMPLES, "a@b.example\nBcc: x@evil.example", "a@b.example,x@evil.example", *cases]:
        refused_well(talk.house.ask(send_json("POST", "/api/v1/codes", {"email": typed})))
        assert talk.house.ask(send_form("/sign-in", {"email": typed})).status == 422
    assert mailed(talk, tmp_path) == []
