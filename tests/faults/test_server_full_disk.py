"""A full disk under the whole server: every page is read on, writing is told to wait and keeps the words, and it heals by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.serving import STORY, Serve, serving, until
from tests.faults.test_full_disk import disk

__all__ = ["disk"]  # a fixture: 4 MB, root only
WORDS = "These words must not be lost. " * 10


@pytest.fixture
def server(disk: Path) -> Iterator[Serve]:
    with serving(disk) as running:
        yield running


def fill(server: Serve) -> tuple[list[str], httpx.Response]:
    """Posts until that fails, long comments first, then short ones, then votes; what was acknowledged, and the last refusal of a post.

    A log that was brought into the file leaves a little room again, so once is not enough.
    """
    said: list[str] = []
    for words in (WORDS, "x"):
        refused = 0
        while refused < 6:
            answer = server.post(f"Number {len(said)}. {words}")
            refused = 0 if answer.status_code == 201 else refused + 1
            if not refused:
                said.append(answer.json()["comment"]["id"])
    refused = 0
    while refused < 6:  # a vote takes less room than a comment
        voted = httpx.put(f"{server.address}/api/v1/comments/{said[0]}/vote", json={"value": 1})
        refused = 0 if voted.status_code == 200 else refused + 1
    return said, answer


def read_everything(server: Serve, said: list[str]) -> set[int]:
    """The statuses of every kind of page and answer, those that are in memory and those that are not."""
    paths: list[tuple[str, dict[str, Any]]] = [
        ("/thread", {"url": STORY}), ("/thread", {"url": STORY, "order": "oldest"}), ("/thread", {"url": f"{STORY}?utm_source={len(said)}"}),
        ("/api/v1/thread", {"url": STORY, "limit": 7}), ("/api/v1/counts", {"url": STORY}), (f"/c/{said[0]}", {}), (f"/c/{said[-1]}", {}),
        (f"/comments/{said[1]}/reply", {}), (f"/comments/{said[1]}/flag", {}), (f"/comments/{said[1]}/history", {}),
        (f"/api/v1/comments/{said[2]}/history", {}), ("/embed.js", {}), ("/livez", {}), ("/sign-in", {}), ("/api/openapi.json", {}),
    ]  # fmt: skip
    return {server.get(path, **query).status_code for path, query in paths}


def test_reading_goes_on_and_writing_waits_until_there_is_room_again(server: Serve, disk: Path) -> None:
    said, refused = fill(server)
    assert len(said) > 15
    tell_later(refused)
    token = server.post("x").headers.get("retry-after")
    assert token
    for method, path, body in (
        ("POST", "/api/v1/comments", {"url": STORY, "text": WORDS}), ("PUT", f"/api/v1/comments/{said[0]}/vote", {"value": 1}),
        ("POST", f"/api/v1/comments/{said[0]}/flags", {"reason": "other"}),
    ):  # fmt: skip
        tell_later(httpx.request(method, f"{server.address}{path}", json=body))
    assert read_everything(server, said) == {200}
    keep_words(server)
    assert subprocess.run(["mount", "-o", "remount,size=24m", "tmpfs", str(disk)]).returncode == 0
    healed = until(lambda: (answer := server.post("There is room again.")).status_code == 201 and answer)
    assert server.get(f"/c/{healed.json()['comment']['id']}").status_code == 200
    assert server.get("/api/v1/counts", url=STORY).json()["counts"] == {STORY: len(said) + 1}
    assert read_everything(server, said) == {200}
    assert server.findings() == []


def tell_later(answer: httpx.Response) -> None:
    """What a program is told: not now, and when to come again."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"] == "/problems/unavailable"
    assert answer.json()["detail"]


def keep_words(server: Serve) -> None:
    """A person without script gets the words back with the reason."""
    ours = {"Origin": server.address, "Sec-Fetch-Site": "same-origin"}
    answer = httpx.post(f"{server.address}/comments", data={"url": STORY, "text": WORDS, "name": "Ada"}, headers=ours)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert WORDS.strip() in answer.text
    assert "text/html" in answer.headers["content-type"]
