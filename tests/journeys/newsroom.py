"""A whole Folkmoot for the journeys: the real application on a port, its worker, and a newspaper on another origin."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import uvicorn

from folkmoot.app import create_app
from folkmoot.discussion import comments, rules
from folkmoot.discussion.model import Customs, Draft, Posted
from folkmoot.discussion.text import read
from folkmoot.people import accounts
from folkmoot.people.model import COMMAND, Actor
from folkmoot.settings import Mail, Server, Settings, Storage
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Policy, Site
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.migrations import migrate
from folkmoot.web.kit import clock
from folkmoot.work import Worker

calm = partial(Policy, rush_from=0)  # a policy; all journeys together are a rush, and tests/desk/test_spam_doors.py is about that

PARAGRAPH = (
    "<p>Ostley’s council voted 5 to 4 on Monday night to close Linnet Lake to swimmers from 1 June to 15 September. A fence will go up around "
    "the east jetty in the last week of May, and a sign in three languages will say why. About sixty people stood at the back of the hall.</p>"
)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


@dataclass
class Newsroom:
    """Folkmoot at talk.localhost, its publisher at news.localhost: two origins, as it is in life."""

    folder: Path
    db: Database = field(init=False)
    talk: str = field(init=False)
    news: str = field(init=False)
    settings: Settings = field(init=False)
    extra: str = ""
    _voters: int = 0

    def open(self) -> None:
        port, press = free_port(), free_port()
        self.talk, self.news = f"http://talk.localhost:{port}", f"http://news.localhost:{press}"
        self.settings = Settings(
            server=Server(port=port, public_url=self.talk),
            storage=Storage(data=str(self.folder)),
            mail=Mail(to_folder=str(self.folder / "mail")),
        )
        self.db = connect(self.settings.database_url, readers=2)
        migrate(self.db, clock())
        self.site = self._add("news", "The Ostley Courier", "en")
        self._add("arabic", "بريد أوستلي", "ar")
        self._add("pseudo", "The Ostley Courier", "en-XA")
        self._stop = threading.Event()
        rules.QUICKEST = 0  # browsers in tests write faster than people; tests/desk/test_spam.py is about that
        app = create_app(self.settings, self.db)
        quick = "folkmoot.web.quick:Quick"
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, http=quick, ws="none"))
        self._press = ThreadingHTTPServer(("127.0.0.1", press), self._publisher())
        worker = Worker(self.db, self.settings)
        works: tuple[Callable[[], object], ...] = (self._server.run, self._press.serve_forever, lambda: worker.run(self._stop))
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()
        while not self._server.started:
            self._threads[0].join(0.02)

    def _add(self, name: str, title: str, language: str) -> Site:
        host = self.news.removeprefix("http://").replace("news", name)
        site = self.db.write_now(lambda tx: sites.add_site(tx, COMMAND, host, title, clock(), language=language))
        return self.db.write_now(lambda tx: sites.change_site(tx, COMMAND, site.id, policy=calm()))

    def close(self) -> None:
        self._stop.set()
        self._server.should_exit = True
        self._press.shutdown()
        for thread in self._threads:
            thread.join(15)
        self._press.server_close()
        self.db.close()

    # ── What stands in it ────────────────────────────────────────────────────────────────────────────────────────────────

    def at(self, path: str, site: str = "news") -> str:
        """The address of a story on one of the sites: news, arabic, pseudo."""
        return f"{self.news.replace('news', site)}/{path}"

    def story(self, path: str, site: str = "news") -> int:
        """Takes a story of the publisher's in."""
        told = self.db.write_now(lambda tx: stories.ensure(tx, self.at(path, site), None, "Linnet Lake to close", "page", clock()))
        return told.id

    def says(self, name: str, text: str, path: str, parent: int | None = None, site: str = "news") -> int:
        """A guest of that name posts."""
        guest, _ = self.db.write_now(lambda tx: accounts.new_guest(tx, name, clock()))
        return self.posts(Actor(guest), text, path, parent, site)

    def posts(self, who: Actor, text: str, path: str, parent: int | None = None, site: str = "news") -> int:
        """Somebody who is known posts."""
        story = self.story(path, site)

        def act(tx: Tx) -> Posted:
            return comments.post(tx, who, Draft(story, read(text), parent), clock(), Customs(limits=False))

        posted: int = self.db.write_now(act, lane=story).id
        return posted

    def votes(self, path: str, ids: list[int]) -> None:
        """Somebody new, whose vote counts, votes for each comment: a voter per vote, so that each one moves something."""

        def act(tx: Tx) -> None:
            for comment in ids:
                self._voters += 1
                name = f"voter{self._voters}@mail.example"
                voter = Actor(accounts.member_of(tx, accounts.MAILBOX, name, name, f"Voter {self._voters}", clock()))
                comments.vote(tx, voter, comment, 1 if self._voters % 3 else -1, clock(), Customs(limits=False))

        self.db.write_now(act, lane=self.story(path))

    def digits(self, mailbox: str) -> str:
        """The six digits in the newest mail to a mailbox; waits until there is one."""
        box = self.folder / "mail"
        for _ in range(300):
            files = sorted(box.glob("*"), key=lambda each: each.stat().st_mtime_ns)
            mails = [message_from_bytes(each.read_bytes(), policy=default) for each in files]
            subjects = [str(mail["Subject"]) for mail in mails if mailbox in str(mail["To"])]
            found = [digits for subject in subjects for digits in re.findall(r"\b\d{6}\b", subject)]  # others are notices
            if found:
                return found[-1]
            threading.Event().wait(0.05)
        raise AssertionError(f"No mail to {mailbox} in 15 seconds")

    # ── The publisher ────────────────────────────────────────────────────────────────────────────────────────────────────

    def snippet(self, address: str) -> str:
        """What a publisher puts into a page."""
        at = f"{self.talk}/thread?url={address}"
        return (
            f'<folkmoot-thread data-url="{escape(address)}"{self.extra}>'
            f'<noscript><iframe src="{at}" title="Discussion" loading="lazy"></iframe></noscript>'
            f'<a href="{at}">Discussion</a></folkmoot-thread><script async src="{self.talk}/embed.js"></script>'
        )

    def page(self, path: str) -> str:
        """A story as the newspaper prints it."""
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            '<title>Linnet Lake to close</title><link rel="icon" href="data:,">'
            "<style>body{margin:0 auto;max-width:42rem;padding:0 1rem;font:1.1rem/1.6 serif}"
            f"iframe{{width:100%;height:60rem;border:0}}</style></head><body><main><h1>Linnet Lake to close</h1>{PARAGRAPH * 12}"
            f"{self.snippet(f'{self.news}/{path}')}</main><footer><p>The Ostley Courier is made up.</p></footer></body></html>"
        )

    def _publisher(self) -> type[BaseHTTPRequestHandler]:
        newsroom = self

        class Publisher(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = newsroom.page(self.path.partition("?")[0].strip("/")).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Publisher
