"""Two server processes and a command at work on one database: what any of them takes away is gone from all of them."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from urllib.parse import quote

import pytest

from folkmoot import cli
from folkmoot.people import accounts, sessions
from folkmoot.storage.database import connect
from folkmoot.web.kit import clock
from tests.faults.serving import STORY, Serve, serving, until

AT_MOST = 0.2  # seconds after whoever took it away was told that it is done
STALLED = 5.0  # seconds that a busy machine may take now and then


class Line:
    """A connection that stays open, and so stays with one of the server's processes."""

    def __init__(self, server: Serve) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        self.process = self._ask("GET", "/livez")[1]["x-request-id"].partition("-")[0]

    def _ask(self, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any, bytes]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None if body is None else json.dumps(body)
        self._connection.request(method, path, data, headers | ({"Content-Type": "application/json"} if body is not None else {}))
        answer = self._connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def say(self, text: str) -> tuple[str, str]:
        """Posts; the comment's id and the token of whoever wrote it."""
        status, _, body = self._ask("POST", "/api/v1/comments", {"url": STORY, "text": text, "name": "Ada"})
        assert status == 201, body
        told = json.loads(body)
        return told["comment"]["id"], told["token"]

    def say_once(self, text: str, key: str) -> tuple[int, str]:
        """Posts under a key; the answer's status and the comment's id."""
        body = json.dumps({"url": STORY, "text": text, "name": "Ada"})
        self._connection.request("POST", "/api/v1/comments", body, {"Content-Type": "application/json", "Idempotency-Key": key})
        answer = self._connection.getresponse()
        told = json.loads(answer.read())
        return answer.status, told["comment"]["id"] if answer.status == 201 else told["code"]

    def do(self, method: str, path: str, token: str, body: object = None) -> None:
        status, _, told = self._ask(method, path, body, token)
        assert status in (200, 204), told

    def shows(self, comment: str, text: str) -> list[bool]:
        """Whether it is there: on the page by address and by id, in the API, on its own page, in the history, in the number."""
        url = quote(STORY, safe="")
        page, api = self._ask("GET", f"/thread?url={url}")[2], self._ask("GET", f"/api/v1/thread?url={url}")[2]
        by_id = self._ask("GET", f"/thread/{json.loads(api)['story']['id']}?order=newest")[2]
        permalink, history = self._ask("GET", f"/c/{comment}"), self._ask("GET", f"/api/v1/comments/{comment}/history")
        return [*(text.encode() in each for each in (page, api, by_id, permalink[2])), permalink[0] == 200, history[0] == 200]

    def number(self) -> int:
        told = json.loads(self._ask("GET", f"/api/v1/counts?url={quote(STORY, safe='')}")[2])
        return int(told["counts"][STORY])

    def close(self) -> None:
        self._connection.close()


@dataclass
class Newsroom:
    """A server with two processes, a line to each, and a moderator's token."""

    server: Serve
    url: str
    lines: list[Line]
    moderator: str

    def take_away(self, way: str, line: Line, comment: str, token: str) -> None:
        """Returns when whoever does it has been told that it is done."""
        if way == "its writer":
            line.do("DELETE", f"/api/v1/comments/{comment}", token)
        elif way == "a moderator":
            line.do("POST", f"/api/v1/comments/{comment}/decisions", self.moderator, {"do": "remove", "reason": "It attacks a person."})
        else:
            assert cli.run(["comment", "remove", comment, "--reason", "It attacks a person.", "--database", self.url]) == 0

    def wait(self, comment: str, text: str, there: bool, number: int) -> float:
        """Seconds until every process shows it everywhere, or nowhere."""
        began = time.monotonic()
        for line in self.lines:
            while {*line.shows(comment, text)} != {there} or line.number() != number:
                assert time.monotonic() < began + STALLED, (line.process, line.shows(comment, text), line.number(), number)
        return time.monotonic() - began


def both(server: Serve) -> list[Line]:
    """A line to each of the two processes: the kernel gives a connection to whichever comes first, so each in turn is made to stand still."""
    found: dict[str, Line] = {}
    for child in until(lambda: len(server.crew()) == 3 and server.crew()):  # the worker is the third
        os.kill(child, signal.SIGSTOP)
        line = Line(server)
        os.kill(child, signal.SIGCONT)
        if found.setdefault(line.process, line) is not line:
            line.close()
    assert len(found) == 2
    return list(found.values())


def key_of_a_moderator(url: str) -> str:
    db = connect(url)
    ines = db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, "ines@mail.example", "ines@mail.example", "Ines", clock()))
    site = db.read_now(lambda tx: tx.one("SELECT id FROM site")).id  # type: ignore[union-attr]
    db.write_now(lambda tx: accounts.grant(tx, ines.id, "moderator", site, None, clock()))
    key = db.write_now(lambda tx: sessions.begin_keys(tx, ines.id, clock(), ""))
    db.close()
    return key.access


@pytest.fixture
def newsroom(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> Iterator[Newsroom]:
    with serving(tmp_path, database_url, workers=2) as server:
        lines = both(server)
        yield Newsroom(server, database_url, lines, key_of_a_moderator(database_url))
        for line in lines:
            line.close()
        assert server.findings() == []


def test_what_one_process_takes_away_is_gone_from_the_others_at_once(newsroom: Newsroom) -> None:
    spent = []
    for turn, way in enumerate(("its writer", "a moderator", "a command") * 4):
        text = f"Number {turn} shall go."
        comment, token = newsroom.lines[turn % 2].say(text)
        newsroom.wait(comment, text, True, 1)
        newsroom.take_away(way, newsroom.lines[turn // 3 % 2], comment, token)
        spent.append(newsroom.wait(comment, text, False, 0))
    spent.sort()
    assert spent[-3] <= AT_MOST, spent  # two in twelve may fall on a moment in which the machine is busy elsewhere


def test_one_request_sent_to_both_processes_at_once_acts_once(newsroom: Newsroom) -> None:
    lines = [*newsroom.lines, *(Line(newsroom.server) for _ in range(6))]
    for turn in range(5):
        came: list[tuple[int, str]] = []
        begin = Barrier(len(lines))

        def send(line: Line, turn: int = turn, begin: Barrier = begin, came: list[tuple[int, str]] = came) -> None:
            begin.wait()
            came.append(line.say_once(f"Once, number {turn}.", f"key-{turn}"))

        threads = [Thread(target=send, args=(line,)) for line in lines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {status for status, _ in came} == {201}, came
        assert len(set(came)) == 1, came
        until(lambda turn=turn: {line.number() for line in newsroom.lines} == {turn + 1}, 5)  # type: ignore[misc]
    for line in lines[2:]:
        line.close()
