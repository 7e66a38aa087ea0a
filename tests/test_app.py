"""The application as a whole: every door is described and careful, and the server begins, ends and says what is wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from folkmoot import app as whole
from folkmoot.app import OPERATIONS, PAGES, create_app
from folkmoot.errors import Conflict, Unavailable
from folkmoot.settings import Limits, Mail, Server, Settings, Storage
from folkmoot.storage.database import Database
from folkmoot.web import openapi, processes
from folkmoot.web.operations import Bare
from tests.moot import Moot
from tests.web.serving import fuzz, served
from tests.web.stand import HERE, Client
from tests.web.test_headers import CAREFUL, rules

SETTINGS = Settings(server=Server(public_url=HERE), limits=Limits(enabled=False))
GETS = sorted({door.path for door in PAGES if door.method == "GET"} - {"/api/v1/events", "/theme/{name}"})


@pytest.fixture
def client(moot: Moot) -> Client:
    """A reader of a newsroom with one story and one comment."""
    moot.post(moot.guest("Ada"), "The lake is rising.")
    return Client(create_app(SETTINGS, moot.db))


def filled(path: str, moot: Moot) -> str:
    """A door's path, leading to something that is there."""
    comment = moot.page().roots[0].comment.id
    named = path.replace("/thread/{id}", f"/thread/{moot.story.id}").replace("{id}", str(comment)).replace("{token}", "none")
    return f"{named}?url=https://news.example/lake" if path == "/thread" else named


def test_every_page_is_careful_and_none_breaks(client: Client, moot: Moot) -> None:
    for path in GETS:
        answer = client.get(filled(path, moot))
        assert answer.status_code < 500, path
        policy = rules(answer.headers["content-security-policy"])
        assert policy.items() >= CAREFUL.items(), path
        assert "unsafe" not in answer.headers["content-security-policy"], path
        assert ("news.example" in policy["frame-ancestors"]) == (path in ("/thread", "/thread/{id}", "/c/{id}")), path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] == "same-origin", path


@pytest.mark.parametrize("path", ["/thread?url=https://news.example/lake", "/api/v1/thread?url=https://news.example/lake"])
def test_readers_get_no_cookie(client: Client, path: str) -> None:
    for _ in range(2):  # the second comes from memory
        answer = client.get(path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers


FOREIGN = ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "https://news.example"})


def test_no_foreign_page_makes_a_browser_write(client: Client) -> None:
    for door in (*OPERATIONS, *PAGES):
        if door.method == "GET" or isinstance(door, Bare):  # that one's address alone carries what it may do
            continue
        shape: dict[str, Any] = {"json": {}} if door in OPERATIONS else {"data": {"a": "b"}}
        path = door.path.replace("{id}", "1").replace("{token}", "a")
        assert {client.request(door.method, path, headers=headers, **shape).status_code for headers in FOREIGN} == {403}, path


def test_every_operation_is_described_under_its_own_name() -> None:
    described = openapi.build(OPERATIONS)
    names = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    assert len(names) == len(set(names)) == len(OPERATIONS)


def test_every_input_is_a_list_of_fields_that_refuses_others() -> None:
    for door in (*OPERATIONS, *PAGES):
        for name in ("body", "form"):
            if name in door.shapes:
                assert door.shapes[name].__struct_config__.forbid_unknown_fields, door.path


def test_the_server_says_that_it_is_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"]
    assert answer.json()["checks"] == {"database": "ok"}
    assert client.get("/livez").text == "ok\n"


def test_that_limits_are_off_is_said_loudly(client: Client, db: Database) -> None:
    assert "Limits are switched off" in client.get("/readyz").json()["notes"][0]
    assert Client(create_app(Settings(), db)).get("/readyz").json()["notes"] == []


def test_over_a_database_of_a_newer_program_the_server_is_not_ready(client: Client, db: Database) -> None:
    db.write_now(lambda tx: tx.run("INSERT INTO schema_version (number, name, applied) VALUES (9999, 'later', 0)"))
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        assert "9999" in answer.json()["checks"]["database"]
    finally:
        db.write_now(lambda tx: tx.run("DELETE FROM schema_version WHERE number = 9999"))


@pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.long)], indirect=True)
def test_fuzzing_the_whole_api_finds_nothing_that_its_file_does_not_say(moot: Moot, tmp_path: Path) -> None:
    moot.post(moot.guest("Ada"), "The lake is rising.")
    with served(create_app(Settings(limits=Limits(enabled=False), mail=Mail(to_folder=str(tmp_path))), moot.db)) as address:
        complaints = fuzz(address, tmp_path, examples=8)
    assert not complaints, complaints


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port


def until(true: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Waits for a condition and gives what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError, httpx.HTTPError):
            if found := true():
                return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


PROGRAM = """
import sys
import threading
from folkmoot.app import serve
from folkmoot.settings import load
if __name__ == "__main__":
    serve(load({"storage.data": sys.argv[1], "server.port": int(sys.argv[2]), "server.workers": int(sys.argv[3])})[0])
"""


@contextmanager
def running(folder: Path, workers: int = 1) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server of its own in an empty folder; its process and address."""
    port = free_port()
    program = folder / "program.py"
    program.write_text(PROGRAM)
    command = [sys.executable, str(program), str(folder / "data"), str(port), str(workers)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(Path(whole.__file__).parents[1])})
    try:
        address = f"http://127.0.0.1:{port}"
        until(lambda: httpx.get(f"{address}/readyz").status_code == 200)
        yield process, address
    finally:
        process.kill()
        process.communicate()


def children(pid: int) -> dict[int, str]:
    """The processes that a process has started, by id."""
    found = {}
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdigit() and int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return {child: command for child, command in found.items() if "spawn_main" in command}


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_text() != ""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up in /proc")
def test_a_worker_that_dies_is_started_again_and_all_end_together(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _):
        (worker,) = until(lambda: children(process.pid))
        os.kill(worker, signal.SIGKILL)
        (second,) = until(lambda: children(process.pid).keys() - {worker})
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=20)
        assert process.returncode == 0
        assert not alive(second)
        assert "A process ended by itself" in told.decode()
        assert all(json.loads(line) for line in told.decode().splitlines())


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up in /proc")
def test_nothing_outlives_a_server_that_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as (process, address):
        crew = until(lambda: len(children(process.pid)) == 3 and children(process.pid))
        process.kill()
        until(lambda: not any(alive(child) for child in crew))
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{address}/livez")


def test_the_first_start_makes_a_private_folder_with_its_own_secrets(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    secrets = list((tmp_path / "data" / "secrets").iterdir())
    assert {file.stat().st_mode & 0o777 for file in secrets} == {0o600}
    assert {file.name for file in secrets} >= {"networks", "web"}


def test_a_busy_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Conflict) as refused:
            whole.serve(Settings(server=Server(port=port), storage=Storage(data=str(tmp_path / "data"))))
    assert refused.value.words == f"Port {port} is taken by another program. Choose another with --port."


def test_an_address_that_is_not_ours_is_one_clear_sentence() -> None:
    with pytest.raises(Exception, match="is not an address of this machine"):
        processes.listen("192.0.2.1", 8080)
    with pytest.raises(Exception, match="is no address to listen at"):
        processes.listen("no such host", 8080)


def test_a_database_of_a_newer_program_is_refused_at_start(tmp_path: Path) -> None:
    settings = Settings(storage=Storage(data=str(tmp_path / "data")))
    whole.prepare(settings)
    from folkmoot.storage.database import connect

    db = connect(settings.database_url)
    db.write_now(lambda tx: tx.run("INSERT INTO schema_version (number, name, applied) VALUES (9999, 'later', 0)"))
    db.close()
    with pytest.raises(Unavailable, match="9999"):
        whole.prepare(settings)


def test_a_fault_does_not_end_the_showing_of_votes(moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    tick, ticked = whole.changes.tick, threading.Event()

    def fail_once(db: Database, now: int) -> None:
        monkeypatch.setattr(whole.changes, "tick", lambda db, now: (tick(db, now), ticked.set()))
        raise RuntimeError("a fault of ours")

    async def journey() -> None:
        ticking = asyncio.create_task(whole._tick(moot.db))
        assert await asyncio.to_thread(ticked.wait, 10)
        ticking.cancel()

    monkeypatch.setattr(whole, "TICK", 0.01)
    monkeypatch.setattr(whole.changes, "tick", fail_once)
    asyncio.run(journey())
