"""Clients that post over HTTP while a server is killed, and keep a ledger of what they were told: what is there, and under which name."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from folkmoot.storage.database import Database
from tests.faults.serving import STORY, Serve

TRIES = 3  # repeats of each request that had no answer, all with the same key


@dataclass
class Writer:
    """One client, who never gives a request up: what had no answer is sent again with the same key."""

    server: Serve
    number: int
    said: dict[str, str] = field(default_factory=dict)   # text -> the id under which it was acknowledged
    pending: str = ""
    tokens: dict[str, str] = field(default_factory=dict)  # text -> the token with which it was sent; "" for none
    token: str = ""
    differing: list[str] = field(default_factory=list)

    def write_until(self, gone: threading.Event) -> None:
        """Posts until the server is gone; begins with what is owed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            self._settle(connection)
            while not gone.is_set():
                self.pending = f"Number {len(self.said)} of writer {self.number} ({random.getrandbits(32):x})."
                self.said[self.pending] = self._post(connection, self.pending)
                self.pending = ""
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def _settle(self, connection: http.client.HTTPConnection) -> None:
        """Sends again what had no answer, several times; and some of what had one."""
        texts = [self.pending] * TRIES if self.pending else []
        for text in [*texts, *random.sample(sorted(self.said), min(3, len(self.said)))]:
            found = self._post(connection, text)
            if self.said.setdefault(text, found) != found:
                self.differing.append(text)
        self.pending = ""

    def _post(self, connection: http.client.HTTPConnection, text: str) -> str:
        """The id under which a comment was acknowledged. A refusal that is no outage is a fault of the test's."""
        token = self.tokens.setdefault(text, self.token)
        headers = {"Content-Type": "application/json", "Idempotency-Key": text.replace(" ", "-")}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = {"url": STORY, "text": text, "name": f"Writer {self.number}"}
        connection.request("POST", "/api/v1/comments", json.dumps(body), headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        if answer.status == 503:
            raise OSError(told)
        assert answer.status == 201, told
        if self.number % 2:  # the others come as somebody new each time
            self.token = told.get("token", self.token)
        return str(told["comment"]["id"])


@contextmanager
def writing(writers: list[Writer]) -> Iterator[threading.Event]:
    """All of them at work; they stop when the event is set, or their server is gone."""
    gone = threading.Event()
    threads = [threading.Thread(target=writer.write_until, args=(gone,)) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield gone
    finally:
        gone.set()
        for thread in threads:
            thread.join()


def acknowledged(writers: list[Writer]) -> int:
    return sum(len(writer.said) for writer in writers)


def compare(db: Database, writers: list[Writer]) -> None:
    """Nothing acknowledged is missing, nothing is there twice, and repeats were told the same name."""
    rows = db.read_now(lambda tx: tx.rows("SELECT id, text FROM comment"))
    there = {row.text: str(row.id) for row in rows}
    assert len(there) == len(rows), "something is there twice"
    told = {text: comment for writer in writers for text, comment in writer.said.items()}
    assert {text for text in told if text not in there} == set(), "something acknowledged is lost"
    assert {text for text, comment in told.items() if there[text] != comment} == set()
    assert [text for writer in writers for text in writer.differing] == []
    assert there.keys() - told.keys() <= {writer.pending for writer in writers}
