"""`folkmoot doctor`: what is wrong with how it runs here, why it matters, and the line to change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import msgspec

from folkmoot.cli.opening import Command, connected, settings_file, settings_with
from folkmoot.cli.terminal import done, json_option, show_all, tell
from folkmoot.doctor import examine
from folkmoot.doctor.model import Patient
from folkmoot.errors import Problem
from folkmoot.settings import Settings
from folkmoot.storage.database import Database
from folkmoot.web.kit import clock


@click.command("doctor", cls=Command)
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Looks at settings, files, data, mail server and public address; says what is wrong, why it matters, and the line to change.

    Changes nothing. Exits with 1 where something is wrong.

    \b
    folkmoot doctor
    folkmoot doctor --json
    """
    settings, places = settings_with()
    with _database(settings) as db:
        found = list(examine(Patient(settings, places, settings_file(), db, clock())))
    if as_json:
        show_all([msgspec.to_builtins(each) for each in found], as_json, "")
    for each in [] if as_json else found:
        done(f"{each.name}: {each.wrong}\n    Why it matters: {each.why}\n    To change: {each.change}")
    if not as_json:
        tell(f"{len(found)} to put right." if found else "All is well, as far as can be seen from here.")
    ctx.exit(1 if found else 0)


@contextmanager
def _database(settings: Settings) -> Iterator[Database | None]:
    """The database as it is, or None."""
    try:
        db = connected(settings)
    except Problem:
        yield None
        return
    try:
        yield db
    finally:
        db.close()
