"""Runs the demo: a throw-away folder, seeded; the newspaper at localhost and Folkmoot at 127.0.0.1, two origins on one port."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from folkmoot import app
from folkmoot.demo.acting import act
from folkmoot.demo.newspaper import App, Newspaper, by_host
from folkmoot.demo.seed import seed
from folkmoot.demo.stories import samples
from folkmoot.discussion.paging import counts
from folkmoot.errors import Conflict
from folkmoot.people.invitations import invite_first_admin
from folkmoot.settings import Guide, Letters, Logs, Mail, Server, Settings, Storage
from folkmoot.sites.stories import find
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.migrations import migrate
from folkmoot.web import processes
from folkmoot.web.kit import clock

Tell = Callable[[str], None]
HOST = "localhost"
LOOK = 0.3  # seconds between two looks into the folder of mails
_CODE = re.compile(r"\b\d{6}\b")


def run(port: int, tell: Tell) -> None:
    """Serves the demo until it is stopped. tell: prints a line. Raises Conflict where the port is taken."""
    _require_free(port)
    with TemporaryDirectory(prefix="folkmoot-demo-") as folder:
        settings = settings_in(Path(folder), port)
        token = prepare(settings, f"{HOST}:{port}", clock())
        threading.Thread(target=_tell_of_mail, args=(Path(settings.mail.to_folder), tell), daemon=True).start()
        app.serve(settings, ready=partial(_greet, settings=settings, token=token, tell=tell), around=partial(_beside, port=port))


def _require_free(port: int) -> None:
    """Before any work, so that a busy port is known at once."""
    try:
        processes.listen("127.0.0.1", port).close()
    except Conflict as taken:
        other = port + 1 if port < 65535 else 8080
        words = f"Port {port} is taken by another program. Choose another: folkmoot demo --port {other}, or PORT={other} make demo."
        raise Conflict(words, taken.code) from None


def settings_in(folder: Path, port: int) -> Settings:
    """The demo's settings: everything in one folder, mail too."""
    return Settings(
        server=Server(port=port, public_url=f"http://127.0.0.1:{port}"), storage=Storage(data=str(folder)),
        mail=Mail(to_folder=str(folder / "mail")), guide=Guide(country="qm"), letters=Letters(email=True), logs=Logs(level="warning"),
    )  # fmt: skip


def prepare(settings: Settings, host: str, now: int) -> str:
    """Makes and fills the database; the token of the first admin's link."""
    db = connect(settings.database_url, readers=1)
    try:
        migrate(db, now)
        seed(db, host, now)
        act(db, host, now)
        return db.write_now(lambda tx: invite_first_admin(tx, now)) or ""
    finally:
        db.close()


def _beside(served: app.App, port: int) -> App:
    own = f"http://{HOST}:{port}"
    newspaper = Newspaper(own, served.kit.settings.server.public_url, datetime.now(UTC), partial(_counts, served.kit.db, own))
    return by_host(HOST, newspaper, served)


async def _counts(db: Database, own: str) -> dict[str, int]:
    """Live comments by a story's address, for the newspaper's front page."""

    def counted(tx: Tx) -> dict[str, int]:
        found = {own + sample.path: find(tx, own + sample.path) for sample in samples()}
        live = counts(tx, [story.id for story in found.values() if story])
        return {address: live[story.id] for address, story in found.items() if story}

    return await db.read(counted)


def _greet(address: str, settings: Settings, token: str, tell: Tell) -> None:
    port = settings.server.port
    story = max(samples(), key=lambda sample: len(sample.said))
    tell(f"""
  The Ostley Courier, a newspaper with discussions     http://{HOST}:{port}/
  Its story with 300 comments                          http://{HOST}:{port}{story.path}
  Become its moderator (works once), then the desk     {address}/welcome/{token}
                                                       {address}/desk
  The guide to who represents you                      {address}/guide   (Ostley’s postal codes: 00417, 00418, 00419)

  Try: write under any name, vote, reply, edit, withdraw; two links in one comment
  from a newcomer, and it waits for a moderator.
  Sign in with any mailbox you make up: no mail is sent, the code appears here. {HOST} and 127.0.0.1 are one machine
  and stand for two origins, the newspaper’s and Folkmoot’s. All of it is gone when you press Ctrl+C.
""")


def _tell_of_mail(folder: Path, tell: Tell) -> None:
    """Prints the subject of each mail with a code in it that the demo would have sent. The others lie in the folder `mail`."""
    seen: set[Path] = set()
    while True:
        for file in sorted(set(folder.glob("*.eml")) - seen):
            seen.add(file)
            message = message_from_bytes(file.read_bytes())
            subject = " ".join(str(make_header(decode_header(message["Subject"]))).split())
            if _CODE.search(subject):
                tell(f"  Mail to {message['To']}: {subject}")
        time.sleep(LOOK)
