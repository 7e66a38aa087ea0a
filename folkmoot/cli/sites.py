"""`folkmoot site`: newsrooms, their hosts and what they allow."""

from __future__ import annotations

import difflib
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from folkmoot.cli import hooks
from folkmoot.cli.opening import Command, change, opened, settings_with, site_named
from folkmoot.cli.terminal import Fields, Group, done, dry_run_option, json_option, show, show_all
from folkmoot.errors import Invalid
from folkmoot.people import assertions
from folkmoot.people.model import COMMAND
from folkmoot.reading.themes import faults
from folkmoot.settings import kind_of
from folkmoot.sites import sites, store
from folkmoot.sites.model import TYPED, Policy, Site, Theme
from folkmoot.sites.snippet import snippet
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock
from folkmoot.web.words import LANGUAGES


@click.group("site", cls=Group)
def group() -> None:
    """Newsrooms: their hosts, and what they allow."""


group.command_class = Command
group.add_command(hooks.group)


@group.command("add")
@click.argument("host")
@click.option("--name", default="", help="What readers know it as; else the host.")
@click.option("--language", default="en", type=click.Choice(LANGUAGES), show_default=True, help="The language of its pages.")
@dry_run_option
def add(host: str, name: str, language: str, dry_run: bool) -> None:
    """Registers a newsroom by the host of its pages.

    \b
    folkmoot site add news.example --name "The News"
    """
    with opened(make=True) as db:
        site = change(db, lambda tx: sites.add_site(tx, COMMAND, host, name, clock(), language=language), dry_run)
    done(f"{site.host} is registered as {site.name}.", dry_run)


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """All newsrooms.

    \b
    folkmoot site list --json
    """
    with opened() as db:
        rows = [_fields(site) for site in db.read_now(store.all_sites)]
    show_all(rows, as_json, "No site is registered yet. `folkmoot site add HOST` registers one.")


@group.command("show")
@click.argument("host")
@json_option
def show_(host: str, as_json: bool) -> None:
    """One newsroom with all that it allows.

    \b
    folkmoot site show news.example
    """
    with opened() as db:
        site = db.read_now(lambda tx: site_named(tx, host))
    show({**_fields(site), **msgspec.to_builtins(site.policy), "theme": msgspec.to_builtins(site.theme)}, as_json)


@group.command("set")
@click.argument("host")
@click.argument("key")
@click.argument("value")
@dry_run_option
def set_(host: str, key: str, value: str, dry_run: bool) -> None:
    """Changes the name, the language, the theme, or one thing that a newsroom allows. A list is written with commas, or as JSON.

    \b
    folkmoot site set news.example mode hold_newcomers
    folkmoot site set news.example closes_after_days 30
    folkmoot site set news.example suspect_words "casino, crypto"
    folkmoot site set news.example theme '{"properties": {"accent": "#7a2e1d #e8a48f"}}'
    """
    with opened() as db:
        change(db, partial(_set, host=host, key=key, value=value), dry_run)
    done(f"{host}: {key} is {value} now. Every page of the site is made anew.", dry_run)


def _set(tx: Tx, host: str, key: str, value: str) -> Site:
    """A change of what a site allows is a row of its own, as at the desk; so is who made it."""
    site = site_named(tx, host)
    changed = _changed(site, key, value)
    policy = changed.pop("policy", None)
    if isinstance(policy, Policy) and policy != site.policy:
        return sites.change_policy(tx, COMMAND, site.id, policy, "", clock())
    return sites.change_site(tx, COMMAND, site.id, **changed)


@group.command("add-host")
@click.argument("host")
@click.argument("other")
@dry_run_option
def add_host(host: str, other: str, dry_run: bool) -> None:
    """Registers one more host of a newsroom; *. in front stands for all hosts below.

    \b
    folkmoot site add-host news.example '*.news.example'
    """
    with opened() as db:
        site = change(db, lambda tx: sites.add_host(tx, COMMAND, site_named(tx, host).id, other, clock()), dry_run)
    done(f"{site.host} has the hosts {', '.join(site.hosts)}.", dry_run)


@group.command("remove-host")
@click.argument("host")
@click.argument("other")
@dry_run_option
def remove_host(host: str, other: str, dry_run: bool) -> None:
    """Takes a host away from a newsroom; its main host stays.

    \b
    folkmoot site remove-host news.example old.news.example
    """
    with opened() as db:
        site = change(db, lambda tx: sites.remove_host(tx, COMMAND, site_named(tx, host).id, other), dry_run)
    done(f"{site.host} has the hosts {', '.join(site.hosts)}.", dry_run)


@group.command("snippet")
@click.argument("host")
@click.option("--url", help="The story's address; else a place for it is left.")
@click.option("--story", help="The publisher's own id of the story.")
def snippet_(host: str, url: str | None, story: str | None) -> None:
    """The lines of HTML that go under a story.

    \b
    folkmoot site snippet news.example --url https://news.example/lake
    """
    settings, _ = settings_with()
    with opened(settings) as db:
        site = db.read_now(lambda tx: site_named(tx, host))
    click.echo(snippet(settings.server.address, url or f"https://{site.host}/THE-STORY", story))


@group.command("sign-in-key")
@click.argument("host")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False)
@click.option("--remove", is_flag=True, help="Believe no more assertions of this site.")
@dry_run_option
def sign_in_key(host: str, file: Path | None, remove: bool, dry_run: bool) -> None:
    """Pins the public key (PEM) with which a publisher signs who its reader is; the one before ends. See docs/people.md.

    \b
    folkmoot site sign-in-key news.example news-sign-in.pem
    folkmoot site sign-in-key news.example --remove
    """
    if (file is None) != remove:
        raise click.UsageError("Name a file with the public key, or say --remove.")
    with opened() as db:
        if file is None:
            change(db, lambda tx: assertions.unpin_key(tx, COMMAND, site_named(tx, host).id, clock()), dry_run)
            return done(f"{host} signs in nobody any more.", dry_run)
        pem = file.read_bytes()
        key = change(db, lambda tx: assertions.pin_key(tx, COMMAND, site_named(tx, host).id, pem, clock()), dry_run)
    return done(f"{host} signs its readers in with this key, by {key.algorithm}.", dry_run)


def _fields(site: Site) -> Fields:
    return {"id": str(site.id), "host": site.host, "name": site.name, "language": site.language, "hosts": site.hosts}


def _changed(site: Site, key: str, value: str) -> dict[str, object]:
    """What to hand to the verb for a key that people name. Raises Invalid for a key or value that is none."""
    if key == "name":
        return {key: value}
    if key == "language" and value in LANGUAGES:
        return {key: value}
    if key == "theme":
        return {key: _readable(msgspec.convert(_converted(key, value, Theme), Theme))}
    hints = {field.name: field.type for field in msgspec.structs.fields(Policy)} | TYPED
    known = ["name", "language", "theme", *hints]
    if key == "language":
        raise Invalid(f"There is no language {value!r} here. There are: {', '.join(LANGUAGES)}.", "unknown_language", "value")
    if key not in hints:
        near = difflib.get_close_matches(key, known, 1)
        meant = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(known)}."
        raise Invalid(f"A site has no {key}. {meant}", "unknown_key", "key")
    return {"policy": msgspec.structs.replace(site.policy, **{key: _converted(key, value, hints[key])})}


def _readable(theme: Theme) -> Theme:
    """The theme, if everybody can read it. Raises Invalid with all that is wrong."""
    if wrong := faults(theme):
        raise Invalid(" ".join(wrong), "bad_theme", "theme")
    return theme


def _converted(key: str, value: str, wanted: Any) -> object:
    """A value as it is typed: true, 30, null and {…} as in JSON, a list with commas, anything else as words."""
    try:
        plain = msgspec.json.decode(value)
    except msgspec.DecodeError:
        plain = value
    if getattr(wanted, "__origin__", None) is tuple and not isinstance(plain, list):
        plain = [each.strip() for each in value.split(",") if each.strip()]
    try:
        return msgspec.convert(plain, wanted)
    except msgspec.ValidationError as error:
        wanted = f"{error}" if key in ("theme", "trust") else f"Wanted: {kind_of(wanted)}"  # of what has parts, which part is not right
        raise Invalid(f"{key} cannot be {value}. {wanted}.", "bad_value", "value") from None
