"""A uvicorn protocol that lets the application answer a plain GET from memory, before it becomes a task, a scope and a route.

The application offers `at_once(target, headers)` and answers with an object that has `status` and `lines` (header lines down
to the empty one), and the body, or None. Whatever is not the plain case goes the usual way: HEAD, a body, HTTP/1.0, a
connection that closes or upgrades, a reader too slow for what was sent already, a request behind another.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from folkmoot.web import problems

MAX_HEAD = 32 << 10    # bytes of header lines; the parser takes them without end
MAX_TARGET = 64 << 10  # bytes; the guard refuses in better words what is a little shorter


class Quick(HttpToolsProtocol):
    """Use it as `uvicorn.run(…, http="folkmoot.web.quick:Quick")`."""

    _dated: tuple[object, dict[int, bytes]] = (None, {})

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._at_once = None if self.config.access_log else getattr(self.app, "at_once", None)
        self._answered = False
        self._too_long = False
        self._head = 0     # bytes of header lines so far
        self._unheard = 0  # bytes since the parser told of anything: of a line that does not end

    def data_received(self, data: bytes) -> None:
        self._unheard += len(data)
        super().data_received(data)
        if self._unheard > MAX_HEAD and not self.transport.is_closing():
            self._too_long = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        self._head = self._unheard = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._unheard = 0
        super().on_url(url)
        self._bound(len(self.url), MAX_TARGET)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._unheard = 0
        self._head += len(name) + len(value)
        self._bound(self._head, MAX_HEAD)
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._unheard = 0
        super().on_body(body)

    def _bound(self, size: int, most: int) -> None:
        """Raises what the parser makes a 400 of."""
        if size > most:
            self._too_long = True
            raise ValueError

    def on_headers_complete(self) -> None:
        self._unheard = 0
        self._answered = self._at_once is not None and self._is_plain() and self._answer()
        if not self._answered:
            self._unset_keepalive_if_required()  # an answer before it, of the same bunch, may have wound the clock up
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._unheard = 0
        if not self._answered:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP, or has an endless first line, gets a problem like everything else; a person, whose language is not known yet, a page."""
        if len(self.url) > MAX_TARGET and not self.url.startswith(b"/api/"):
            self.transport.write(_endless())
            self.transport.close()
            return
        body = b'{"type":"/problems/unreadable","title":"This cannot be read","status":400,"detail":"%s","code":"no_http","request":""}'
        body %= b"The head of the request is too long. Send less." if self._too_long else msg.encode()
        head = [STATUS_LINE[400], b"content-type: application/problem+json\r\nx-content-type-options: nosniff\r\n"]
        head.append(b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body))
        self.transport.write(b"".join([*head, body]))
        self.transport.close()

    def _is_plain(self) -> bool:
        parser = self.parser
        return (
            parser.get_method() == b"GET"
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and parser.should_keep_alive()
            and parser.get_http_version() == "1.1"
            and not parser.should_upgrade()
        )

    def _answer(self) -> bool:
        headers = dict(self.headers)
        if b"content-length" in headers or b"transfer-encoding" in headers or b"expect" in headers:
            return False
        found = self._at_once(self.url, headers)  # type: ignore[misc]  # asked only where there is one
        if found is None:
            return False
        head, body = found
        self.transport.writelines((self._first_lines(head.status), head.lines, body))
        self.server_state.total_requests += 1
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
        return True

    def _first_lines(self, status: int) -> bytes:
        """The status line and what the server says each time; uvicorn makes a new list of that once a second, for the date."""
        default = self.server_state.default_headers
        known, lines = Quick._dated
        if known is not default:
            lines = {}
            Quick._dated = (default, lines)
        if status not in lines:
            lines[status] = STATUS_LINE[status] + b"".join(b"%s: %s\r\n" % line for line in default)
        return lines[status]


@cache
def _endless() -> bytes:
    """All that is sent to who opens an address without end."""
    page = problems.as_page(problems.too_long(), "en", "")
    lines = b"".join(b"%s: %s\r\n" % line for line in page.raw_headers)
    return b"".join((STATUS_LINE[page.status_code], lines, b"connection: close\r\n\r\n", bytes(page.body)))
