"""`folkmoot init`: from a host name to settings, a data folder, and the lines that go into other programs' files."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from folkmoot.cli.opening import FILE, Command, environment, make_folder, opened
from folkmoot.cli.terminal import ask, dry_run_option, tell
from folkmoot.errors import Conflict, Invalid
from folkmoot.people.model import COMMAND
from folkmoot.settings import KEYS, Settings, load
from folkmoot.sites import sites
from folkmoot.sites.addresses import clean_host
from folkmoot.sites.snippet import snippet
from folkmoot.web.kit import clock

BLOCKS = Path(__file__).with_name("blocks")


@click.command("init", cls=Command)
@click.argument("host")
@click.option("--name", default="", help="What readers know the newsroom as.")
@click.option("--public-url", help="Where readers will reach Folkmoot itself.")
@click.option("--mail-host", help="The mail server that codes leave by.")
@click.option("--blocks", type=click.Path(path_type=Path), metavar="DIR", help="Also write the systemd, nginx and Caddy blocks into this folder.")
@dry_run_option
@click.pass_context
def init(ctx: click.Context, host: str, name: str, public_url: str | None, mail_host: str | None, blocks: Path | None, dry_run: bool) -> None:
    """Begins: folkmoot.toml, a data folder, the snippet, and blocks for systemd, nginx and Caddy.

    Asks three questions on a terminal and none elsewhere; each has an option.

    \b
    folkmoot init news.example
    folkmoot init news.example --public-url https://talk.news.example --mail-host localhost --data /var/lib/folkmoot --blocks .
    """
    site = clean_host(host)
    file = (ctx.meta.get("folkmoot.config") or FILE).resolve()
    if file.exists():
        raise Conflict(f"{file} is there already, so nothing was changed. Remove it, or name another with --config.", "settings_there")
    public_url = ask("Where will readers reach Folkmoot?", f"https://talk.{site}", public_url)
    mail_host = ask("Which mail server shall codes leave by? (empty: say it later)", "", mail_host)
    given = ctx.meta.get("folkmoot.data") or os.environ.get("FOLKMOOT_DATA")
    data = Path(ask("Where shall the data lie?", "folkmoot-data", given)).resolve()
    chosen = {"server.public_url": public_url, "server.trusted_proxies": ["127.0.0.1/32", "::1/128"], "storage.data": str(data),
              "mail.host": mail_host, "storage.database": ctx.meta.get("folkmoot.database")}  # fmt: skip
    settings, _ = load(chosen, environment())
    if not dry_run:
        _begin(settings, site, name, file, written(chosen))
    _tell_what_now(settings, site, file, blocks, dry_run)


def written(chosen: dict[str, object]) -> str:
    """folkmoot.toml with every key: what was chosen as it is, the rest as a comment with its default and its reason."""
    lines = ["# Folkmoot's settings. A line with # shows the default. Each key is also an environment variable:", "# FOLKMOOT_SECTION__KEY."]
    section = ""
    for path, key in KEYS.items():
        if key.section != section:
            section = key.section
            lines += ["", f"[{section}]"]
        value = chosen.get(path)
        lines += [f"# {key.reason}", f"{key.name} = {_toml(value)}" if value else f"# {key.name} = {_toml(key.default)}"]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # for text, numbers, true, false and lists TOML is written like JSON


def _begin(settings: Settings, host: str, name: str, file: Path, toml: str) -> None:
    make_folder(Path(settings.storage.data))
    with opened(settings, make=True) as db:
        db.write_now(lambda tx: sites.add_site(tx, COMMAND, host, name, clock()))
    _write(file, toml, 0o600)


def _tell_what_now(settings: Settings, host: str, file: Path, blocks: Path | None, dry_run: bool) -> None:
    data = settings.storage.data
    tell("Dry run: nothing was written." if dry_run else f"Settings are in {file}; the data is in {data}. Only you can read them.")
    values = {
        "host": host, "data": data, "file": str(file), "program": str(Path(sys.executable).with_name("folkmoot")),
        "public_host": urlsplit(settings.server.public_url).netloc, "listen": f"{settings.server.host}:{settings.server.port}",
    }  # fmt: skip
    click.echo(f"Start it:\n\n  folkmoot serve --config {file}\n\nIt prints a link that makes you the first admin. Under each story goes:\n")
    click.echo(snippet(settings.server.public_url, f"https://{host}/THE-STORY"))
    for block in sorted(BLOCKS.iterdir()):
        text = filled(block.read_text("utf-8"), values)
        click.echo(f"\n{text}")
        if blocks is not None and not dry_run:
            _write(blocks / block.name, text, 0o644)
            tell(f"Written: {blocks / block.name}")


def filled(text: str, values: dict[str, str]) -> str:
    """A block with its @names@ replaced."""
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _write(file: Path, text: str, mode: int) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode)
        file.write_text(text, "utf-8")
    except OSError as error:
        raise Invalid(f"{file} cannot be written: {error.strerror}.", "not_written") from None
