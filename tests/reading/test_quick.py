"""The server's short cut: the same answers as ASGI gives, over real connections, for the plain case alone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from folkmoot.reading.answers import choose, pack
from folkmoot.reading.snapshots import Head

PAGE = pack(3, b"<p>The lake is rising.</p>" * 200, b"text/html; charset=utf-8")


class Newsroom:
    """Answers /lake at once, everything else through ASGI, with the word "asgi"."""

    def at_once(self, target: bytes, headers: Mapping[bytes, bytes]) -> tuple[Head, bytes] | None:
        return choose(PAGE, headers) if target == b"/lake" else None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        said = b"asgi " + scope["method"].encode() + b" " + scope["raw_path"] + b" " + body
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
        await send({"type": "http.response.body", "body": said})


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """A running server."""
    config = uvicorn.Config(Newsroom(), port=0, http="folkmoot.web.quick:Quick", lifespan="off", log_config=None,
                            proxy_headers=False, access_log=False, timeout_keep_alive=2)  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join(10)


def talk(address: tuple[str, int], *requests: bytes) -> list[tuple[bytes, dict[bytes, bytes], bytes]]:
    """Sends all requests at once over one connection; status line, headers and body of each answer."""
    answers = []
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(b"".join(requests))
        stream = connection.makefile("rb")
        for request in requests:
            status = stream.readline().rstrip()
            headers = {}
            while line := stream.readline().rstrip():
                name, _, value = line.partition(b": ")
                assert name.lower() not in headers
                headers[name.lower()] = value
            none = request.startswith(b"HEAD") or status.split()[1] == b"304"
            answers.append((status, headers, b"" if none else stream.read(int(headers[b"content-length"]))))
    return answers


def get(target: str, *lines: str, method: str = "GET", body: str = "") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: talk.example", *lines, "", body]).encode()


def test_a_plain_get_is_answered_at_once_with_the_date_of_the_server(address: tuple[str, int]) -> None:
    (status, headers, body), = talk(address, get("/lake"))
    assert status == b"HTTP/1.1 200 OK"
    assert body == PAGE.plain
    assert headers[b"date"].endswith(b"GMT")
    assert headers[b"etag"] == PAGE.etag


def test_gzip_and_304_are_answered_at_once_too(address: tuple[str, int]) -> None:
    packed, unchanged = talk(address, get("/lake", "Accept-Encoding: gzip"), get("/lake", f"If-None-Match: {PAGE.etag.decode()}"))
    assert packed[2] == PAGE.packed
    assert unchanged[0] == b"HTTP/1.1 304 Not Modified"


def test_requests_in_a_row_are_answered_in_their_order_whoever_answers(address: tuple[str, int]) -> None:
    targets = ["/lake", "/a", "/lake", "/lake", "/b", "/c", "/lake"]
    bodies = [body for _, _, body in talk(address, *map(get, targets))]
    assert bodies[0] == PAGE.plain
    assert [target for target, body in zip(targets, bodies, strict=True)
            if body not in (PAGE.plain if target == "/lake" else b"", b"asgi GET " + target.encode() + b" ")] == []  # fmt: skip


@pytest.mark.parametrize(
    ("request_bytes", "said"),
    [
        (get("/lake", method="HEAD"), b""),
        (get("/lake", "Content-Length: 5", method="POST", body="hello"), b"asgi POST /lake hello"),
        (get("/lake", "Content-Length: 5", body="hello"), b"asgi GET /lake hello"),
        (get("/lake", "Transfer-Encoding: chunked", body="5\r\nhello\r\n0\r\n\r\n"), b"asgi GET /lake hello"),
        (get("/lake", "Connection: close"), b"asgi GET /lake "),
        (get("/lake", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"), b"asgi GET /lake "),
        (b"GET /lake HTTP/1.0\r\n\r\n", b"asgi GET /lake "),
    ],
    ids=["HEAD", "POST", "a body", "a body in chunks", "a connection that closes", "an upgrade", "HTTP/1.0"],
)
def test_what_is_not_plain_goes_the_usual_way(address: tuple[str, int], request_bytes: bytes, said: bytes) -> None:
    assert talk(address, request_bytes)[0][2] == said


def test_a_connection_that_is_silent_is_closed_in_the_end(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(get("/lake") + get("/lake"))
        while connection.recv(65_536):
            pass


def test_a_reader_who_does_not_read_is_not_sent_more_and_more(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(get("/lake") * 1_000)
        received = 0
        stream = connection.makefile("rb")
        while received < 1_000:
            while line := stream.readline().rstrip():
                if line.lower().startswith(b"content-length"):
                    length = int(line.split()[1])
            assert stream.read(length).startswith((b"asgi", b"<p>"))
            received += 1


@pytest.mark.parametrize(
    ("request_bytes", "kind"),
    [
        (get("/lake", f"X-Forwarded-For: {'1.2.3.4, ' * 5_000}"), b"application/problem+json"),
        (get("/lake", *["X-Again: and again"] * 3_000), b"application/problem+json"),
        (get("/lake?" + "x" * 70_000), b"text/html; charset=utf-8"),
        (get("/api/v1/thread?url=" + "x" * 70_000), b"application/problem+json"),
    ],
    ids=["one long line", "many lines", "a long target", "a long target of a program"],
)
def test_a_head_too_long_is_refused_in_words(address: tuple[str, int], request_bytes: bytes, kind: bytes) -> None:
    (status, headers, body), = talk(address, request_bytes)
    assert status.startswith(b"HTTP/1.1 400")
    assert headers[b"content-type"] == kind
    assert b"too long" in body


def test_a_line_without_end_is_refused_before_it_fills_the_memory(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as connection, suppress(ConnectionError):
        connection.sendall(b"GET /lake HTTP/1.1\r\nX-Endless: ")
        for _ in range(10_000):
            connection.sendall(b"x" * 65_536)
        raise AssertionError("took 600 MB")


def test_a_large_body_is_no_long_head(address: tuple[str, int]) -> None:
    words = "x" * 300_000
    assert talk(address, get("/lake", f"Content-Length: {len(words)}", method="POST", body=words))[0][2].endswith(words.encode())
