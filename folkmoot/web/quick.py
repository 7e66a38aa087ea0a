"""A uvicorn protocol that lets the application answer a plain GET from memory, before it becomes a task, a scope and a route.

The application offers `at_once(target, headers)` and answers with an object that has `status` and `lines` (header lines down
to the empty one), and the body, or None. Whatever is not the plain case goes the usual way: HEAD, a body, HTTP/1.0, a
connection that closes or upgrades, a reader too slow for what was sent already, a request behind another.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol


class Quick(HttpToolsProtocol):
    """Use it as `uvicorn.run(…, http="folkmoot.web.quick:Quick")`."""

    _dated: tuple[object, dict[int, bytes]] = (None, {})

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._at_once = None if self.config.access_log else getattr(self.app, "at_once", None)
        self._answered = False

    def on_headers_complete(self) -> None:
        self._answered = self._at_once is not None and self._is_plain() and self._answer()
        if not self._answered:
            self._unset_keepalive_if_required()  # an answer before it, of the same bunch, may have wound the clock up
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._answered:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP, or has an endless first line, gets a problem like everything else."""
        body = b'{"type":"/problems/unreadable","title":"This cannot be read","status":400,"detail":"%s","code":"no_http","request":""}'
        body %= msg.encode()
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
