"""Load: wrk for what only has to be fast, an own client where reads and posts must be told apart."""

from __future__ import annotations

import asyncio
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from bench.servers import pinned

# Asks for the lines of a file, one after another; gzip, or a 304 where a tag is given.
_PATHS = """
local requests, turn = {}, 0
init = function()
  for line in io.lines("%s") do requests[#requests + 1] = wrk.format("GET", line, {["Accept-Encoding"] = "gzip"}) end
end
request = function() turn = turn %% #requests + 1; return requests[turn] end
"""

# Posts comments, each with words of its own, under the addresses of a file.
_POSTS = """
local addresses, turn, number = {}, 0, 0
setup = function(thread) number = number + 1; thread:set("number", number) end
init = function()
  math.randomseed(os.time() + number * 7919)
  mark = math.random(1, 1e9)
  for line in io.lines("%s") do addresses[#addresses + 1] = line end
  wrk.method = "POST"; wrk.path = "/api/v1/comments"; wrk.headers["Content-Type"] = "application/json"
end
request = function()
  turn = turn + 1
  local address = addresses[turn %% #addresses + 1]
  wrk.body = '{"url":"' .. address .. '","name":"Ada Reader","text":"I have measured it ' .. mark .. ' times, and ' .. turn ..
    ' times the figures of the council were not those of the river. Somebody should look at the gauge below the old bridge, ' ..
    'for it has stood dry since May, and say what it costs."}'
  return wrk.format()
end
response = function(status) if status ~= 201 then wrong = (wrong or 0) + 1 end end
"""


class Rate(Struct, frozen=True):
    """What wrk saw: requests per second, p50 and p99 in ms, answers that were none or no success."""

    per_second: float
    median: float
    slowest: float
    failed: int


def wrk(address: str, seconds: float, connections: int = 32, *, script: str = "", headers: tuple[str, ...] = (), core: int | None = 1) -> Rate:
    """Runs wrk with one thread."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        lines = [part for header in headers for part in ("-H", header)]
        given = ["-s", file.name] if script else []
        how = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", *lines, *given, address]
        command = [*(pinned(core) if core is not None else []), *how]
        said = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
    return _read(said)


def _read(said: str) -> Rate:
    def number(pattern: str) -> float:
        found = re.search(pattern, said)
        return float(found.group(1)) if found else 0.0

    def milliseconds(share: str) -> float:
        found = re.search(rf"^\s+{share}%\s+([\d.]+)(us|ms|s)", said, re.M)
        return float(found.group(1)) * {"us": 0.001, "ms": 1, "s": 1000}[found.group(2)] if found else float("nan")

    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    failed = sum(map(int, errors.groups())) if errors else 0
    return Rate(number(r"Requests/sec:\s+([\d.]+)"), milliseconds("50"), milliseconds("99"), failed + int(number(r"Non-2xx or 3xx responses: (\d+)")))


def reads(base: str, paths: list[str], seconds: float, folder: Path, connections: int = 32) -> Rate:
    """GETs of many targets, one after another."""
    file = folder / "paths.txt"
    file.write_text("\n".join(paths) + "\n")
    return wrk(base, seconds, connections, script=_PATHS % file)


def posts(base: str, addresses: list[str], seconds: float, folder: Path, connections: int = 16) -> Rate:
    """Guests' posts under stories."""
    file = folder / "addresses.txt"
    file.write_text("\n".join(addresses) + "\n")
    return wrk(base, seconds, connections, script=_POSTS % file)


class Client:
    """One keep-alive connection that sends ready bytes and times the answer."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> Client:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def ask(self, request: bytes) -> tuple[int, float, bytes]:
        """Status, milliseconds, body."""
        start = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"(?i)content-length: (\d+)", head)
        body = await self._reader.readexactly(int(found.group(1))) if found and b" 304 " not in head[:16] else b""
        return int(head[9:12]), (time.perf_counter() - start) * 1000, body

    def close(self) -> None:
        self._writer.close()


def get(target: str) -> bytes:
    """The bytes of a GET that takes gzip."""
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()


def post(address: str, text: str) -> bytes:
    """The bytes of a guest's post."""
    body = f'{{"url":"{address}","name":"Ada Reader","text":"{text}"}}'.encode()
    return b"POST /api/v1/comments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Mixed(Struct):
    """Milliseconds of each read and of each post, and answers that were no success."""

    reads: list[float]
    posts: list[float]
    failed: int = 0


async def mixed(port: int, seconds: float, connections: int, next_request: Callable[[], tuple[bool, bytes]]) -> Mixed:
    """A closed loop of so many connections; `next_request` says whether it is a post, and its bytes."""
    found, end = Mixed([], []), time.perf_counter() + seconds

    async def one() -> None:
        client = await Client(port).open()
        while time.perf_counter() < end:
            is_post, request = next_request()
            status, milliseconds, _ = await client.ask(request)
            (found.posts if is_post else found.reads).append(milliseconds)
            found.failed += status not in (200, 201)
        client.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return found


def share(values: list[float], part: float) -> float:
    """The value below which `part` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def spellings(address: str) -> Iterator[str]:
    """Twenty ways to write an address that lead to one story."""
    rest = address.removeprefix("https://news.example")
    for scheme in ("https", "http"):
        for host in ("news.example", "www.news.example"):
            for tail in ("", "/", "?utm_source=front", "?fbclid=abc", "#talk"):
                yield f"{scheme}://{host}{rest}{tail}"
