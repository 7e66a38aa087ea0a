"""The newsroom of the journeys as it is in life: https, Folkmoot and two publishers on registrable names of their own, a browser that trusts them."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from typing import Any

import uvicorn
from joserfc import jwk
from playwright.sync_api import Browser

from folkmoot.app import create_app
from folkmoot.people import assertions
from folkmoot.people.model import COMMAND
from folkmoot.settings import Mail, Server, Settings, Storage
from folkmoot.sites import sites
from folkmoot.storage.database import connect
from folkmoot.storage.migrations import migrate
from folkmoot.web.kit import clock
from folkmoot.work import Worker
from tests.counterpart import certified
from tests.journeys.browser import CHROMIUM, FLAGS
from tests.journeys.newsroom import Newsroom, free_port
from tests.people.signing import signed

TALK, NEWS, OTHER = "talk.folkmoot.example", "news.example", "other.example"


class SecureNewsroom(Newsroom):
    """Folkmoot at talk.folkmoot.example, publishers at news.example and other.example. vouches: (id, name) of news.example’s own reader."""

    vouches: tuple[str, str] | None = None
    _signed: int = 0

    def open(self) -> None:
        port, press = free_port(), free_port()
        self.talk, self.news, self.other = f"https://{TALK}:{port}", f"https://{NEWS}:{press}", f"https://{OTHER}:{press}"
        self.settings = Settings(
            server=Server(port=port, public_url=self.talk), storage=Storage(data=str(self.folder)), mail=Mail(to_folder=str(self.folder / "mail"))
        )
        self.db = connect(self.settings.database_url, readers=2)
        migrate(self.db, clock())
        for address, name in ((self.news, "The Ostley Courier"), (self.other, "The Other Paper")):
            host = address.removeprefix("https://")
            added = self.db.write_now(lambda tx, host=host, name=name: sites.add_site(tx, COMMAND, host, name, clock()))  # type: ignore[misc]
            self.site = added if address == self.news else self.site
        self._pin()
        context, self.trust = certified(self.folder, TALK, NEWS, OTHER)
        self._stop = threading.Event()
        self._server = uvicorn.Server(uvicorn.Config(
            create_app(self.settings, self.db), host="127.0.0.1", port=port, log_config=None, http="folkmoot.web.quick:Quick", ws="none",
            ssl_certfile=str(self.trust), ssl_keyfile=str(self.folder / "key.pem"),
        ))  # fmt: skip
        self._press = ThreadingHTTPServer(("127.0.0.1", press), self._publisher())
        self._press.socket = context.wrap_socket(self._press.socket, server_side=True)
        worker = Worker(self.db, self.settings)
        works: tuple[Callable[[], object], ...] = (self._server.run, self._press.serve_forever, lambda: worker.run(self._stop))
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()
        while not self._server.started:
            self._threads[0].join(0.02)

    def at(self, path: str, site: str = "news") -> str:
        return f"{self.news if site == 'news' else self.other}/{path}"

    def _pin(self) -> None:
        """The key with which news.example signs for its readers."""
        self.key = jwk.OKPKey.generate_key("Ed25519")
        pem = self.key.as_pem(private=False)
        self.db.write_now(lambda tx: assertions.pin_key(tx, COMMAND, self.site.id, pem, clock()))

    def snippet(self, address: str) -> str:
        """With what the publisher's server has signed about its reader, where its pages tell of readers at all (stories under vouched/)."""
        made = super().snippet(address)
        if "/vouched/" not in address:
            return made
        return made.replace(" data-url=", f' data-assertion="{self._assertion()}" data-url=', 1)

    def _assertion(self) -> str:
        if self.vouches is None:
            return ""
        self._signed += 1
        now = clock() // 1000
        claims = {"iss": self.site.host, "aud": self.talk, "sub": self.vouches[0], "name": self.vouches[1], "iat": now, "exp": now + 300}
        return signed({"alg": "EdDSA"}, claims | {"jti": f"page-{self._signed}"}, self.key)

    def page(self, path: str) -> str:
        """other/… is the second publisher's."""
        made = super().page(path)
        return made.replace(f"{self.news}/{path}", f"{self.other}/{path}") if path.startswith("other/") else made

    def browser(self, running: Browser) -> Browser:
        """A browser of its own that finds these names here and trusts this one key; third-party cookies are blocked."""
        return running.browser_type.launch(executable_path=CHROMIUM, args=[
            *FLAGS, "--host-resolver-rules=MAP *.example 127.0.0.1", f"--ignore-certificate-errors-spki-list={self._print()}",
        ])  # fmt: skip

    def _print(self) -> str:
        """The certificate's key as Chromium names it: base64 of the SHA-256 of its public key."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key: Any = x509.load_pem_x509_certificate(self.trust.read_bytes()).public_key()
        return base64.b64encode(hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()


