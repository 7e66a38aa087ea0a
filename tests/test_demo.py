"""The demo's newsroom: its words, how it is filled, its newspaper, and the whole of it as a newcomer starts it."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from folkmoot.cli.upkeep import CHECKED
from folkmoot.demo.newspaper import Newspaper, by_host
from folkmoot.demo.seed import seed
from folkmoot.demo.stories import Sample, samples
from folkmoot.discussion.moderation import waiting
from folkmoot.discussion.paging import counts, first_page
from folkmoot.notes import maps, showing
from folkmoot.people.names import clean_name
from folkmoot.sites.stories import find
from folkmoot.storage.database import Database

HOST = "localhost:8080"
LAKE = "/lakes/linnet-lake-to-close-to-swimmers"
DEAD = ("held", "removed", "withdrawn")


def live(sample: Sample) -> int:
    return sum(said.fate not in DEAD for said in sample.said)


def test_one_story_has_300_comments_and_there_are_enough_others() -> None:
    assert [sample.path for sample in samples() if live(sample) == 300] == [LAKE]
    assert len(samples()) >= 4
    assert any(not sample.said for sample in samples())


def test_nobody_answers_before_there_is_something_to_answer_or_after_today() -> None:
    for sample in samples():
        path = []
        for said in sample.said:
            del path[said.level - 1 :]
            assert len(path) == said.level - 1, said.name
            assert not path or path[-1] < said.after, f"{said.name} at {said.after / 60_000} minutes"
            assert said.after < sample.age and said.fate_at < sample.age
            path.append(said.after)


def test_nothing_is_said_twice() -> None:
    texts = [said.text for sample in samples() for said in sample.said]
    assert len(texts) == len(set(texts)) and all(texts)


def test_the_threads_show_what_threads_can_be() -> None:
    thread = [said for sample in samples() for said in sample.said]
    assert max(said.level for said in thread) == 7
    assert {said.fate for said in thread} == {"", "staff", "edited", *DEAD}
    assert [clean_name(said.name) for said in thread]
    words = "\n".join(said.text for said in thread)
    assert re.search(r"[\u0600-\u06ff]{4}", words) and "Bäcker" in words and "lago" in words
    assert "<https://" in words and "\n> " in words and "\n- " in words and "\n1. " in words


def test_the_seed_is_what_the_files_say(db: Database, now: int) -> None:
    assert seed(db, HOST, now) == sum(map(live, samples()))
    for sample in samples():
        story = db.read_now(lambda tx, path=sample.path: find(tx, f"http://{HOST}{path}"))  # type: ignore[misc]
        assert story is not None and story.title == sample.title
        assert db.read_now(lambda tx, story=story: counts(tx, [story.id]))[story.id] == live(sample)  # type: ignore[misc]
    assert len(db.read_now(waiting)) == 1
    assert not [finding for each in CHECKED for finding in each.check(db)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_best_of_the_lake_is_what_its_neighbours_thought_best(db: Database, now: int) -> None:
    seed(db, HOST, now)
    story = db.read_now(lambda tx: find(tx, f"http://{HOST}{LAKE}"))
    assert story is not None
    page = db.read_now(lambda tx: first_page(tx, story.id, "best"))
    assert page.roots[0].comment.name == "Marguerite Teale"
    assert (page.roots[0].comment.up, page.roots[0].comment.down) == (167, 2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_its_notes_stand_where_the_reckoning_puts_them(db: Database, now: int) -> None:
    seed(db, HOST, now)
    story = db.read_now(lambda tx: find(tx, f"http://{HOST}{LAKE}"))
    assert story is not None
    head = db.read_now(lambda tx: showing.head(tx, story.id))
    assert [(each.note.ruling, each.note.name) for each in head.at_head] == [("accepted", "Wren Okafor"), ("", "Amara Nwosu-Lind")]
    assert (head.waiting, head.disputed) == (1, 2)
    assert {source.state for each in head.at_head for source in each.note.sources} == {"found"}, "no page of a made-up town is asked for"
    told = db.read_now(lambda tx: maps.map_answer(tx, story.id))
    assert sorted(group.size for group in told.groups) == [20, 34, 46]
    assert told.agreed[0].text == "The drain at Tanyard Brook should be mended first of all."


async def no_counts() -> dict[str, int]:
    return {f"http://{HOST}{LAKE}": 300}


def get(path: str, method: str = "GET", host: str = "localhost") -> tuple[int, str]:
    """What the newspaper answers."""
    newspaper = Newspaper(f"http://{HOST}", "http://127.0.0.1:8080", datetime.now(UTC), no_counts)
    sent: list[dict[str, object]] = []

    async def elsewhere(scope: object, receive: object, send: object) -> None:
        sent.append({"status": 0})

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"host", f"{host}:8080".encode())]}
    asyncio.run(by_host("localhost", newspaper, elsewhere)(scope, None, send))  # type: ignore[arg-type]
    body = sent[1]["body"] if len(sent) > 1 else b""
    assert isinstance(body, bytes) and isinstance(sent[0]["status"], int)
    return sent[0]["status"], body.decode()


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.key)
def test_each_story_is_a_page_with_the_snippet(sample: Sample) -> None:
    status, page = get(sample.path)
    assert status == 200 and sample.title in page
    assert f'data-url="http://{HOST}{sample.path}" data-story="{sample.key}"' in page
    assert page.count("<noscript>") == 1 and 'src="http://127.0.0.1:8080/embed.js"' in page


def test_the_front_page_leads_to_every_story_and_counts_what_is_said() -> None:
    _, page = get("/")
    assert all(f'href="{sample.path}"' in page for sample in samples())
    assert "300 comments" in page and "No comments yet" in page


def test_the_newspaper_answers_for_its_own_host_alone() -> None:
    assert get("/nowhere")[0] == 404
    assert get("/", method="POST")[0] == 405
    assert get("/", method="HEAD") == (200, "")
    assert get("/", host="127.0.0.1")[0] == 0


# As a newcomer starts it


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(port: int, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "folkmoot", "demo", "--port", str(port)]
    environment = {"PYTHONPATH": str(Path(__file__).parent.parent), "TMPDIR": str(folder), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)


def until_greeted(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    lines = ""
    while "Ctrl+C" not in lines:
        line = process.stderr.readline()
        assert line, lines
        lines += line
    return lines


def fetched(address: str) -> str:
    until = time.monotonic() + 20
    while True:
        try:
            with urlopen(Request(address, headers={"Accept": "text/html"}), timeout=10) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def test_a_newcomer_gets_a_newspaper_a_thread_and_a_link_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    with running(port, tmp_path) as process:
        said = until_greeted(process)
        story = f"http://localhost:{port}{LAKE}"
        assert story in said and f"http://127.0.0.1:{port}/welcome/" in said
        assert f"http://127.0.0.1:{port}/embed.js" in fetched(story)
        assert "My father carried planks for that jetty" in fetched(f"http://127.0.0.1:{port}/thread?url={story}")
        assert "300 comments" in fetched(f"http://localhost:{port}/")
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_busy_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "folkmoot", "demo", "--port", str(port)]
        done = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken by another program. Choose another") and done.stderr.count("\n") == 1
