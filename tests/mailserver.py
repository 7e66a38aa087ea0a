"""A real SMTP server on loopback that keeps what it gets, for tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from folkmoot.settings import Mail


class Sink:
    """Keeps mails; answers RCPT and DATA as it is told."""

    def __init__(self) -> None:
        self.got: list[Envelope] = []
        self.to_rcpt = "250 OK"
        self.to_data = "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.to_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.to_data.startswith("250"):
            self.got.append(envelope)
        return self.to_data

    def read(self, number: int = -1) -> EmailMessage:
        """A mail that came, parsed."""
        raw = self.got[number].content
        assert isinstance(raw, bytes)
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


@contextmanager
def serving(sink: Sink, **options: object) -> Iterator[Mail]:
    """The settings by which a sink is reached while it runs."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(sink, loop=loop, **options), "127.0.0.1", 0))  # type: ignore[arg-type]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield Mail(host="127.0.0.1", port=server.sockets[0].getsockname()[1], security="none")
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(server.wait_closed())
        loop.close()
