"""`folkmoot issuer`: who else may say who somebody is (Google, GitHub, a Mastodon server, any OpenID provider)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from folkmoot.cli.opening import Command, change, opened, settings_with
from folkmoot.cli.terminal import Group, done, dry_run_option, json_option, show_all, tell
from folkmoot.people import issuers
from folkmoot.people.model import COMMAND, Issuer
from folkmoot.web.kit import clock

KNOWN = {"google": "https://accounts.google.com", "github": "https://github.com"}


@click.group("issuer", cls=Group)
def group() -> None:
    """Who else may say who somebody is. How to register Folkmoot with each stands in docs/people.md."""


group.command_class = Command


@group.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice(["openid", "github", "mastodon"]), default="openid", show_default=True)
@click.option("--address", help="What it calls itself; known for google and github.")
@click.option("--label", help="As people know it; else the name with a capital.")
@click.option("--client", required=True, help="The client id that it gave us.")
@click.option("--secret-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The file with the client secret; it stays there.")
@click.option("--proves-mail", is_flag=True, help="Mail notices to an address that it calls verified.")
@dry_run_option
def add(
    name: str, kind: Literal["openid", "github", "mastodon"], address: str | None, label: str | None, client: str, secret_file: Path | None,
    proves_mail: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Lets an issuer vouch for people. The address to which it sends them back is printed: register it there, exactly.

    \b
    folkmoot issuer add google --client 123.apps.googleusercontent.com --secret-file /etc/folkmoot/google --proves-mail
    folkmoot issuer add github --kind github --client Iv1.0a1b --secret-file /etc/folkmoot/github
    folkmoot issuer add town --kind mastodon --address https://town.example --client abc --secret-file /etc/folkmoot/town --label "Town Square"
    """
    settings, _ = settings_with()
    secret = str(secret_file.resolve()) if secret_file else ""
    made = Issuer(name, kind, (address or KNOWN.get(name, "")).rstrip("/"), label or name.capitalize(), client, secret, proves_mail)
    with opened(settings) as db:
        change(db, lambda tx: issuers.add_issuer(tx, COMMAND, made, clock()), dry_run)
    tell(f"It must send people back to {settings.server.address}/sign-in/back")
    done(f"{made.label} ({made.address}) vouches for people.", dry_run)


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """All issuers.

    \b
    folkmoot issuer list
    """
    with opened() as db:
        found = db.read_now(issuers.issuers)
    rows = [
        {"name": each.name, "kind": each.kind, "address": each.address, "label": each.label, "client": each.client,
         "secret_file": each.secret_file, "proves_mail": each.proves_mail}
        for each in found
    ]  # fmt: skip
    show_all(rows, as_json, "Nobody else vouches for people: they sign in with a code by mail.")


@group.command("remove")
@click.argument("name")
@dry_run_option
def remove(name: str, dry_run: bool) -> None:
    """Lets an issuer vouch for nobody any more. Who signed in there alone can no longer sign in.

    \b
    folkmoot issuer remove github
    """
    with opened() as db:
        change(db, lambda tx: issuers.remove_issuer(tx, COMMAND, name), dry_run)
    done(f"{name} vouches for nobody any more.", dry_run)
