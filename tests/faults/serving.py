"""`folkmoot serve` as it is run in earnest: a process of its own, started again on the same port and data however it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from folkmoot.app import prepare
from folkmoot.cli.upkeep import CHECKED
from folkmoot.people.model import COMMAND
from folkmoot.settings import Settings, Storage
from folkmoot.sites.sites import add_site
from folkmoot.storage.database import connect
from folkmoot.web.kit import clock
from tests.test_app import children, free_port

ROOT = Path(__file__).parents[2]
HOST = "news.example"
STORY = f"https://{HOST}/lake"


def until(true: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Waits for a condition and gives what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            if found := true():
                return found
        time.sleep(0.01)
    raise AssertionError("waited in vain")


class Serve:
    """A server over a data folder (or a database). settings: variables without the FOLKMOOT_ before them."""

    def __init__(self, folder: Path, database: str = "", workers: int = 1, **settings: str) -> None:
        self.folder = folder
        self.url = database or f"sqlite:///{folder / 'data' / 'folkmoot.db'}"
        self.port = free_port()
        self.workers = workers
        self.address = f"http://127.0.0.1:{self.port}"
        own = {name: value for name, value in os.environ.items() if not name.startswith("FOLKMOOT_")}
        given = {"FOLKMOOT_DATA": str(folder / "data"), "FOLKMOOT_SERVER__PORT": str(self.port), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
        if database:
            given["FOLKMOOT_DATABASE"] = database
        self._environment = own | given | {f"FOLKMOOT_{name}": value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        command = [sys.executable, "-m", "folkmoot", "serve", "--workers", str(self.workers)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=self._environment, stdout=log, stderr=log)
        until(self._ready)

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()[-2_000:]
        return httpx.get(f"{self.address}/readyz").status_code == 200

    def crew(self) -> dict[int, str]:
        """The process ids of its children."""
        assert self.process is not None
        return children(self.process.pid)

    def kill(self) -> None:
        """Kills every process of it at once, as a machine does that runs out of memory."""
        assert self.process is not None
        for child in [self.process.pid, *self.crew()]:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Asks it to end, and sees that it does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            finally:
                self.process.kill()

    def get(self, path: str, **query: Any) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", params=query)

    def post(self, text: str, url: str = STORY, **more: Any) -> httpx.Response:
        """Says something by the API."""
        return httpx.post(f"{self.address}/api/v1/comments", json={"url": url, "text": text, "name": "Ada", **more})

    def findings(self) -> list[str]:
        """What `folkmoot check` finds."""
        db = connect(self.url)
        found = [finding.words for each in CHECKED for finding in each.check(db)]
        db.close()
        return found


@contextmanager
def serving(folder: Path, database: str = "", workers: int = 1, **settings: str) -> Iterator[Serve]:
    """A running server with one site."""
    server = Serve(folder, database, workers, LIMITS__ENABLED="false", **settings)
    prepare(Settings(storage=Storage(data=str(folder / "data"), database=database)))
    db = connect(server.url, readers=1, lanes=1)
    db.write_now(lambda tx: add_site(tx, COMMAND, HOST, "The News", clock()))
    db.close()
    server.start()
    try:
        yield server
    finally:
        server.stop()
