"""`folkmoot person`: who may do what. A person is named by an id or by a mailbox that they have proven."""

from __future__ import annotations

import click

from folkmoot.cli.opening import Command, change, opened, settings_with, site_named
from folkmoot.cli.terminal import Fields, Group, done, dry_run_option, json_option, show_all, tell, time_of
from folkmoot.people import accounts, invitations
from folkmoot.people.model import COMMAND, Known, Role
from folkmoot.settings import Settings
from folkmoot.sites.sites import get_site
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock

ROLES: tuple[Role, ...] = ("admin", "moderator", "editor")
role_argument = click.argument("role", type=click.Choice(ROLES), metavar="ROLE")


@click.group("person", cls=Group)
def group() -> None:
    """People: who may do what, and how the first admin comes in."""


group.command_class = Command
site_option = click.option("--site", "host", metavar="HOST", help="On this site alone; else on every site.")


@group.command("list")
@click.option("--staff", is_flag=True, help="Only those with a role.")
@json_option
def list_(staff: bool, as_json: bool) -> None:
    """Everybody who has proven a mailbox, with their roles.

    \b
    folkmoot person list --staff
    """
    with opened() as db:
        rows = db.read_now(lambda tx: [_fields(tx, known) for known in _everybody(tx) if known.roles or not staff])
    show_all(rows, as_json, "Nobody has signed in yet. `folkmoot person invite admin` makes a link for the first admin.")


@group.command("promote")
@click.argument("person")
@role_argument
@site_option
@dry_run_option
def promote(person: str, role: Role, host: str | None, dry_run: bool) -> None:
    """Gives somebody a role. They must have signed in once; for others there is `invite`.

    \b
    folkmoot person promote ines@news.example admin
    folkmoot person promote bo@news.example moderator --site news.example
    """
    with opened() as db:
        known = change(db, lambda tx: accounts.promote(tx, COMMAND, _id(tx, person), role, _site(tx, host), clock()), dry_run)
    done(f"{known.person.name} is {role} {_where(host)}.", dry_run)


@group.command("demote")
@click.argument("person")
@role_argument
@site_option
@dry_run_option
def demote(person: str, role: Role, host: str | None, dry_run: bool) -> None:
    """Takes a role away; it works from the next request on.

    \b
    folkmoot person demote bo@news.example moderator --site news.example
    """
    with opened() as db:
        known = change(db, lambda tx: accounts.demote(tx, COMMAND, _id(tx, person), role, _site(tx, host), clock()), dry_run)
    done(f"{known.person.name} is no longer {role} {_where(host)}.", dry_run)


@group.command("invite")
@role_argument
@site_option
@dry_run_option
def invite(role: Role, host: str | None, dry_run: bool) -> None:
    """Prints a link that gives a role to whoever opens it first, once, within seven days.

    \b
    folkmoot person invite admin
    folkmoot person invite moderator --site news.example
    """
    settings, _ = settings_with()
    with opened(settings, make=True) as db:
        token = change(db, lambda tx: invitations.invite(tx, COMMAND, role, _site(tx, host), clock()), dry_run)
    tell(f"Whoever opens this link first becomes {role} {_where(host)}. It works once, within seven days.")
    done(welcome(settings, token), dry_run)


def welcome(settings: Settings, token: str) -> str:
    """The address of an invitation."""
    return f"{settings.server.address}/welcome/{token}"


def _everybody(tx: Tx) -> list[Known]:
    found = accounts.people_of(tx, COMMAND)
    while more := accounts.people_of(tx, COMMAND, found[-1].person.id) if found else []:
        found += more
    return found


def _id(tx: Tx, words: str) -> int:
    return accounts.find_person(tx, words).person.id


def _site(tx: Tx, host: str | None) -> int:
    return 0 if host is None else site_named(tx, host).id


def _where(host: str | None) -> str:
    return f"on {host}" if host else "on every site"


def _fields(tx: Tx, known: Known) -> Fields:
    roles = sorted(f"{role} {_where(get_site(tx, site).host if site else None)}" for site, role in known.roles)
    return {
        "id": str(known.person.id), "name": known.person.name, "mailboxes": known.mailboxes, "roles": roles,
        "since": time_of(known.person.created),
    }  # fmt: skip
