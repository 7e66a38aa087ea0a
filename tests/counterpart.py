"""A strict web server on loopback that plays the other side: it keeps what it was asked and answers by its script, byte for byte.

Strict: a request that is not HTTP/1.1 with one right Host header and a length that holds is a failure of the test.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_server, socket
from typing import NamedTuple

from folkmoot.settings import Outbound


class Asked(NamedTuple):
    """A request as it came. headers: names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[Asked], bytes | Iterator[bytes]]


def reply(body: bytes = b"", status: int = 200, kind: str = "text/plain", **headers: str) -> bytes:
    """A whole answer. headers: with _ for -."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} So\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}Connection: close\r\n\r\n"
    return head.encode() + body


class Counterpart:
    """Listens on a free port until closed. asked: every request; wrong: every breach of HTTP; script: what it answers."""

    def __init__(self, script: Script = lambda asked: reply(), tls: ssl.SSLContext | None = None) -> None:
        self.script, self._tls = script, tls
        self.asked: list[Asked] = []
        self.wrong: list[str] = []
        self.names: list[str | None] = []  # asked for by SNI
        if tls:
            tls.sni_callback = lambda line, name, context: self.names.append(name)  # type: ignore[assignment]
        self._listening = create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def allowed(self, *names: str) -> Outbound:
        """Settings that let the program come here, by this host's number or by other names."""
        return Outbound(allow=tuple(f"{name}:{self.port}" for name in names or ("127.0.0.1",)))

    def close(self) -> None:
        self._listening.close()
        with suppress(OSError), socket() as knock:  # wakes who waits in accept
            knock.connect(("127.0.0.1", self.port))
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=[line], daemon=True).start()

    def _talk(self, line: socket) -> None:
        line.settimeout(10)
        with suppress(OSError), self._tls.wrap_socket(line, server_side=True) if self._tls else line as line:
            asked = self._hear(line)
            self.asked.append(asked)
            answer = self.script(asked)
            for part in [answer] if isinstance(answer, bytes) else answer:
                line.sendall(part)

    def _hear(self, line: socket) -> Asked:
        heard = b""
        while b"\r\n\r\n" not in heard:
            more = line.recv(65_536)
            if not more:
                raise OSError
            heard += more
        head, _, body = heard.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, version = first.split(" ")
        pairs = [(name.lower(), value.strip()) for name, _, value in (each.partition(":") for each in lines)]
        headers = dict(pairs)
        if version != "HTTP/1.1" or len([name for name, _ in pairs if name == "host"]) != 1 or not target.startswith("/"):
            self.wrong.append(f"a request of another kind: {head!r}")
        if not headers.get("host", "").endswith(f":{self.port}") and self._listening.getsockname()[1] not in (80, 443):
            self.wrong.append(f"Host: {headers.get('host')}")
        if method == "POST" and "content-length" not in headers:
            self.wrong.append("a body without its length")
        while len(body) < int(headers.get("content-length", 0)):
            body += line.recv(65_536)
        return Asked(method, target, headers, body)


@contextmanager
def answering(script: Script = lambda asked: reply(), tls: ssl.SSLContext | None = None) -> Iterator[Counterpart]:
    """A counterpart while it runs; at the end it must have nothing to complain about."""
    other = Counterpart(script, tls)
    try:
        yield other
    finally:
        other.close()
    assert not other.wrong


def certified(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for these names, and the file that holds whom to trust for it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A counterpart")])
    began = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    alternative = [x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names]
    made = (
        x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key()).serial_number(1)
        .not_valid_before(began).not_valid_after(began.replace(year=2090))
        .add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    trust, private = folder / "trust.pem", folder / "key.pem"
    trust.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trust, private)
    return context, trust
