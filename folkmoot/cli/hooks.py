"""`folkmoot site hook`: where a newsroom's own programs hear what becomes of comments."""

from __future__ import annotations

import click

from folkmoot import outbound
from folkmoot.cli.opening import Command, change, opened, settings_with, site_named
from folkmoot.cli.terminal import Fields, Group, done, dry_run_option, json_option, show_all
from folkmoot.discussion import hooks
from folkmoot.discussion.store_outlet import Hook
from folkmoot.errors import Invalid
from folkmoot.people.model import COMMAND
from folkmoot.storage.ids import parse_id
from folkmoot.web.kit import clock
from folkmoot.web.words import moment


@click.group("hook", cls=Group)
def group() -> None:
    """Programs that hear what becomes of comments, by signed requests (Standard Webhooks)."""


group.command_class = Command


@group.command("add")
@click.argument("host")
@click.argument("address")
@dry_run_option
def add(host: str, address: str, dry_run: bool) -> None:
    """Adds a hook and prints the secret that its program checks signatures with. The secret is shown once.

    \b
    folkmoot site hook add news.example https://cms.news.example/folkmoot
    """
    settings = settings_with()[0]
    checked = outbound.check(settings.outbound, address)
    with opened(settings) as db:
        hook, secret = change(db, lambda tx: hooks.add_hook(tx, COMMAND, site_named(tx, host).id, checked, clock()), dry_run)
    click.echo(secret)
    done(f"Hook {hook.id} tells {hook.address}.", dry_run)


@group.command("list")
@click.argument("host")
@json_option
def list_(host: str, as_json: bool) -> None:
    """A newsroom's hooks, and what each answered last.

    \b
    folkmoot site hook list news.example --json
    """
    with opened() as db:
        rows = db.read_now(lambda tx: [_fields(hook) for hook in hooks.hooks_of(tx, COMMAND, site_named(tx, host).id)])
    show_all(rows, as_json, "There is no hook yet. `folkmoot site hook add HOST ADDRESS` adds one.")


def _fields(hook: Hook) -> Fields:
    state = f"ended: {hook.ended_why}" if hook.ended else "active"
    told = moment(hook.told, "en") if hook.told else None
    return {"id": str(hook.id), "address": hook.address, "state": state, "answered": hook.status, "told": told}


@group.command("rotate")
@click.argument("hook")
@dry_run_option
def rotate(hook: str, dry_run: bool) -> None:
    """Gives a hook a new secret and prints it; the former one signs too for two days.

    \b
    folkmoot site hook rotate 3732930560074927456
    """
    with opened() as db:
        secret = change(db, lambda tx: hooks.rotate(tx, COMMAND, _number(hook), clock()), dry_run)
    click.echo(secret)
    done("The hook has a new secret.", dry_run)


@group.command("remove")
@click.argument("hook")
@dry_run_option
def remove(hook: str, dry_run: bool) -> None:
    """Ends a hook; what waits for it is not sent.

    \b
    folkmoot site hook remove 3732930560074927456
    """
    with opened() as db:
        found = change(db, lambda tx: hooks.remove_hook(tx, COMMAND, _number(hook), clock()), dry_run)
    done(f"{found.address} is told no more.", dry_run)


def _number(typed: str) -> int:
    number = parse_id(typed)
    if number is None:
        raise Invalid(f"{typed} is no number of a hook. `folkmoot site hook list HOST` shows them.", "bad_id")
    return number
