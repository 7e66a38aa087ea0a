"""The doctor: a newsroom that runs well hears nothing; each of the faults that are planted here is named, with the line to change."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from folkmoot import cli, dns
from folkmoot.app import create_app
from folkmoot.people import accounts
from folkmoot.people.model import COMMAND
from folkmoot.settings import Limits, Settings
from folkmoot.sites import sites
from folkmoot.storage import facts
from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import migrate
from folkmoot.web.kit import clock
from tests.mailserver import Sink
from tests.mailserver import serving as mail_sink
from tests.test_cli import nowhere
from tests.web.serving import served

__all__ = ["nowhere"]  # a fixture
Change = Callable[["Newsroom"], None]


class Newsroom:
    """A newsroom on this machine: its settings file, its data, its server and its mail server, each of them right."""

    def __init__(self, folder: Path, address: str, port: int) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.settings: dict[str, dict[str, object]] = {
            "server": {"public_url": address, "host": "127.0.0.1", "trusted_proxies": ["127.0.0.1"]}, "storage": {"data": str(self.data)},
            "mail": {"host": "127.0.0.1", "port": port, "security": "none", "sender": "talk@news.example"},
        }  # fmt: skip
        self.environment: dict[str, str] = {}

    def write(self) -> None:
        file = self.folder / "folkmoot.toml"
        lines = (f"[{section}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in keys.items()) for section, keys in self.settings.items())
        file.touch(0o600)
        file.write_text("# ours\n" + "\n".join(lines))

    def change(self, act: Callable[[Database], object]) -> None:
        db = connect(f"sqlite:///{self.data / 'folkmoot.db'}", readers=1)
        act(db)
        db.close()


def furnish(folder: Path) -> Database:
    """A database with a site, an admin and a backup."""
    folder.mkdir(mode=0o700)
    (folder / "folkmoot.db").touch(0o600)
    db = connect(f"sqlite:///{folder / 'folkmoot.db'}")
    now = clock()
    migrate(db, now)
    site = db.write_now(lambda tx: sites.add_site(tx, COMMAND, "news.example", "The News", now))
    ines = db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, "ines@news.example", "ines@news.example", "Ines", now))
    db.write_now(lambda tx: accounts.grant(tx, ines.id, "admin", site.id, None, now))
    db.write_now(lambda tx: facts.put(tx, "backed up", str(now)))
    return db


class Proxy:
    """Stands before the application and changes what passes."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.adds: dict[bytes, bytes] = {}
        self.drops: set[bytes] = set()
        self.answers: bytes | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def passed(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name.lower() not in self.drops]
                message = {**message, "headers": [*kept, *self.adds.items()]}
            await send(message)

        if scope["type"] == "http" and self.answers is not None:
            await passed({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
            await send({"type": "http.response.body", "body": self.answers})
            return
        await self._app(scope, receive, passed)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Proxy, str, int]]:
    """A newsroom that serves, behind a proxy, beside a mail server."""
    folder = tmp_path_factory.mktemp("house") / "data"
    db = furnish(folder)
    proxy = Proxy(create_app(Settings(limits=Limits(enabled=False)), db))
    with mail_sink(Sink()) as mail, served(proxy) as address:
        yield folder, proxy, address, mail.port
    db.close()


@pytest.fixture
def newsroom(house: tuple[Path, Proxy, str, int], tmp_path: Path) -> Newsroom:
    """The same, in a folder of its own where each fault can be planted."""
    _, proxy, address, port = house
    proxy.adds, proxy.drops, proxy.answers = {}, set(), None
    furnish(tmp_path / "data").close()
    return Newsroom(tmp_path, address, port)


def findings(newsroom: Newsroom, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """What the doctor says, by name."""
    newsroom.write()
    monkeypatch.setattr(dns, "texts", lambda name: None)  # test_names.py asks
    monkeypatch.chdir(newsroom.folder)
    for name, value in newsroom.environment.items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    code = cli.run(["doctor", "--json"])
    out, err = capsys.readouterr()
    found = {each["name"]: each for each in json.loads(out)}
    assert code == (1 if found else 0), err
    assert all(len(each[part]) > 10 for each in found.values() for part in ("wrong", "why", "change"))
    return found


def test_a_newsroom_that_runs_well_hears_nothing(newsroom: Newsroom, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(newsroom, capsys, monkeypatch) == {}


def test_the_doctor_speaks_to_people_too(newsroom: Newsroom, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.settings["limits"] = {"enabled": False}
    findings(newsroom, capsys, monkeypatch)
    assert cli.run(["doctor"]) == 1
    assert "limits off: limits.enabled is false.\n    Why it matters: " in capsys.readouterr().out


def setting(section: str, **changed: object) -> Change:
    def plant(newsroom: Newsroom) -> None:
        newsroom.settings[section] = {**newsroom.settings.get(section, {}), **changed}

    return plant


def rows(sql: str) -> Change:
    return lambda newsroom: newsroom.change(lambda db: db.write_now(lambda tx: [tx.run(each) for each in sql.split(";")]))


def mode(path: str, bits: int) -> Change:
    return lambda newsroom: (newsroom.data / path).chmod(bits)


def damaged_secret(newsroom: Newsroom) -> None:
    (newsroom.data / "secrets").mkdir(exist_ok=True, mode=0o700)
    (newsroom.data / "secrets" / "web").write_bytes(b"short")


def from_the_environment(newsroom: Newsroom) -> None:
    newsroom.environment["FOLKMOOT_LIMITS__ENABLED"] = "false"


def no_database(newsroom: Newsroom) -> None:
    (newsroom.data / "folkmoot.db").unlink()


PLANTED: tuple[tuple[str, Change, str], ...] = (
    ("no public address", setting("server", public_url=""), 'folkmoot.toml, line 3: public_url = "https://talk.news.example"'),
    ("no TLS", setting("server", public_url="http://nowhere.invalid"), 'folkmoot.toml, line 3: public_url = "https://nowhere.invalid"'),
    ("listens to everybody", setting("server", public_url="https://nowhere.invalid", host="0.0.0.0"), 'folkmoot.toml, line 4: host = "127.0.0.1"'),
    ("proxy not believed", setting("server", public_url="https://nowhere.invalid", trusted_proxies=[]),
     'folkmoot.toml, line 5: trusted_proxies = ["127.0.0.1","::1"]'),
    ("everybody believed", setting("server", trusted_proxies=["0.0.0.0/0"]), 'folkmoot.toml, line 5: trusted_proxies = ["127.0.0.1","::1"]'),
    ("nobody answers", setting("server", public_url="http://127.0.0.1:9"), "Or it is another address: folkmoot.toml, line 3: public_url = …"),
    ("no mail", setting("mail", host=""), 'folkmoot.toml, line 11: host = "localhost"'),
    ("mail goes to a folder", setting("mail", to_folder="mails"), 'to_folder = ""'),
    ("mail in clear", setting("mail", host="mail.invalid"), 'folkmoot.toml, line 13: security = "starttls"'),
    ("mail server away", setting("mail", port=9), 'folkmoot.toml, line 11: host = "localhost"'),
    ("sender of nowhere", setting("mail", sender="folkmoot@localhost"), "folkmoot.toml, line 14: sender = "),
    ("limits off", from_the_environment, "In the environment: FOLKMOOT_LIMITS__ENABLED=true"),
    ("guests' votes count", setting("votes", guests=True), "folkmoot.toml, line 17: guests = false"),
    ("more workers than cores", setting("server", workers=64), "workers = "),
    ("data open to others", mode("folkmoot.db", 0o644), "chmod 600 "),
    ("secret damaged", damaged_secret, "rm "),
    ("no database", no_database, "folkmoot init HOST"),
    ("another schema", rows("DELETE FROM schema_version WHERE number > 3"), "folkmoot migrate"),
    ("no site", rows("DELETE FROM role;DELETE FROM site_host;DELETE FROM site"), "folkmoot site add"),
    ("nobody in charge", rows("DELETE FROM role"), "folkmoot person promote"),
    ("not saved", rows("DELETE FROM fact WHERE name = 'backed up'"), "folkmoot backup"),
    ("work given up", rows("INSERT INTO job (id, kind, payload, run_after, last_error, dead) VALUES (1, 'mail', '{}', 1, 'No such mailbox', 1)"),
     "folkmoot check"),
)  # fmt: skip
AT_WORK = ("mail goes to a folder", "guests' votes count")


@pytest.mark.parametrize(("name", "plant", "line"), PLANTED, ids=[name for name, _, _ in PLANTED])
def test_what_is_planted_is_found_with_the_line_to_change(
    newsroom: Newsroom, capsys: Any, monkeypatch: pytest.MonkeyPatch, name: str, plant: Change, line: str
) -> None:
    if name in AT_WORK:
        newsroom.settings["server"]["public_url"] = "https://nowhere.invalid"
    plant(newsroom)
    found = findings(newsroom, capsys, monkeypatch)
    assert name in found, found
    assert line in found[name]["change"], found[name]
    beside = {"nobody answers", "mail server away"} if "invalid" in str(newsroom.settings) else set()
    assert set(found) - {name} <= beside | {"nobody in charge"}, found


def test_a_password_that_everybody_can_read_is_found(newsroom: Newsroom, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.settings["mail"]["password"] = "swan"
    newsroom.write()
    (newsroom.folder / "folkmoot.toml").chmod(0o644)
    assert findings(newsroom, capsys, monkeypatch)["settings open to others"]["change"].startswith("chmod 600 ")


def test_a_full_disk_is_found(newsroom: Newsroom, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: namedtuple("usage", "total used free")(10**11, 10**11 - 5 * 10**8, 5 * 10**8))
    assert "476 MB are free" in findings(newsroom, capsys, monkeypatch)["little room"]["wrong"]


def replace(proxy: Proxy, name: bytes, value: bytes) -> None:
    proxy.drops.add(name)
    proxy.adds[name] = value


BEFORE: tuple[tuple[str, Callable[[Proxy], None], str], ...] = (
    ("frames forbidden", lambda proxy: proxy.adds.update({b"x-frame-options": b"SAMEORIGIN"}), "proxy_hide_header X-Frame-Options"),
    ("policy replaced", lambda proxy: replace(proxy, b"content-security-policy", b"default-src 'self'"),
     "no add_header Content-Security-Policy"),
    ("another program answers", lambda proxy: setattr(proxy, "answers", b"<h1>Welcome to nginx!</h1>"), "proxy_pass http://127.0.0.1:8080;"),
    ("clocks apart", lambda proxy: replace(proxy, b"date", b"Mon, 06 Jan 2025 10:00:00 GMT"), "set-ntp true"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "plant", "line"), BEFORE, ids=[name for name, _, _ in BEFORE])
def test_what_stands_before_the_program_is_seen_from_outside(
    newsroom: Newsroom, house: tuple[Path, Proxy, str, int], capsys: Any, monkeypatch: pytest.MonkeyPatch, name: str,
    plant: Callable[[Proxy], None], line: str,
) -> None:  # fmt: skip
    plant(house[1])
    found = findings(newsroom, capsys, monkeypatch)
    assert set(found) == {name} and line in found[name]["change"], found


def test_a_mail_server_that_refuses_the_password_is_found(newsroom: Newsroom, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*given: object) -> Any:
        from aiosmtpd.smtp import AuthResult

        return AuthResult(success=False, handled=False)

    with mail_sink(Sink(), authenticator=no, auth_require_tls=False) as mail:
        newsroom.settings["mail"].update(port=mail.port, user="folkmoot", password="wrong")
        assert "password" in findings(newsroom, capsys, monkeypatch)["mail server refuses"]["change"]
