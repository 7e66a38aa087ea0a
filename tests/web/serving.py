"""An application on a real port, and a fuzzer that reads its OpenAPI file."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serves an application on a free port of loopback, in a thread; its address."""
    config = uvicorn.Config(app, port=0, http="folkmoot.web.quick:Quick", log_config=None, access_log=False, proxy_headers=False, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


def fuzz(address: str, folder: Path, *more: str, examples: int = 25) -> str:
    """What schemathesis has to complain about, '' for nothing. Same seed, same questions.

    That all valid data is taken is not asked: rules refuse what no schema can say, and 1.0 is no whole number here.
    """
    command = [
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", f"{address}/api/openapi.json", "--max-examples",
        str(examples), "--seed", "7", "--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off",
        "--exclude-checks", "positive_data_acceptance", *more,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    told = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    short = "\n".join(line if len(line) < 500 else f"{line[:250]} … {line[-250:]}" for line in told.splitlines())
    return "" if done.returncode == 0 else short
