"""What is measured and what it is measured against, each as a process on 127.0.0.1 that ends with its `with`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NGINX = """
worker_processes 1; {pinned} daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000; open_file_cache max=100; default_type "text/html; charset=utf-8";
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}; location / {{ gzip_static on; try_files /page.html =404; }} }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pinned(core: int) -> list[str]:
    """The words that keep a command on one core, where there are two and Linux."""
    return ["taskset", "-c", str(core)] if (os.cpu_count() or 1) > 1 and shutil.which("taskset") else []


@contextmanager
def process(command: list[str], answers: str, environ: dict[str, str] | None = None, log: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server in a process group of its own until it answers at an address; ends the whole group afterwards."""
    with (log or Path(os.devnull)).open("ab") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | (environ or {}), start_new_session=True)
        try:
            _wait_for(answers, running)
            yield running
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            try:
                running.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait(5)


def _wait_for(address: str, running: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if running.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"Nothing answers at {address}.")


class Folkmoot:
    """A running server: where it answers, and which process it is."""

    def __init__(self, base: str, pid: int) -> None:
        self.base = base
        self.pid = pid

    @property
    def port(self) -> int:
        return int(self.base.rsplit(":", 1)[1])


@contextmanager
def folkmoot(database: str, folder: Path, core: int | None = None, environ: dict[str, str] | None = None) -> Iterator[Folkmoot]:
    """`folkmoot serve` with limits off, over a database that is there. environ: more settings."""
    port = free_port()
    given = {"FOLKMOOT_LIMITS__ENABLED": "false", "FOLKMOOT_DATABASE": database, "FOLKMOOT_DATA": str(folder), **(environ or {})}
    command = [*(pinned(core) if core is not None else []), sys.executable, "-m", "folkmoot", "serve", "--port", str(port)]
    with process(command, f"http://127.0.0.1:{port}/livez", given, folder / "serve.log") as running:
        yield Folkmoot(f"http://127.0.0.1:{port}", running.pid)


@contextmanager
def nginx(folder: Path, page: bytes, packed: bytes, core: int | None = None) -> Iterator[str]:
    """nginx, one worker, serving one page from a file, packed beforehand, whatever is asked for."""
    here = folder / "nginx"
    here.mkdir(exist_ok=True)
    here.chmod(0o755)
    folder.chmod(0o755)
    (here / "page.html").write_bytes(page)
    (here / "page.html.gz").write_bytes(packed)
    port = free_port()
    who = "user root;" if os.geteuid() == 0 else ""
    (here / "nginx.conf").write_text(NGINX.format(folder=here, port=port, pinned=who))
    command = [*(pinned(core) if core is not None else []), "nginx", "-c", str(here / "nginx.conf"), "-p", str(here)]
    with process(command, f"http://127.0.0.1:{port}/page.html"):
        yield f"http://127.0.0.1:{port}"


def memory(pid: int) -> float:
    """The proportional set size of a process, in MB of 1,000,000 bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    return float("nan")


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in found]
