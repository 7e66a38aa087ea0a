"""`folkmoot config`, `migrate`, `backup`, `check`: what an operator does now and then."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click
import msgspec

from folkmoot.cli.opening import Command, connected, make_folder, opened, settings_file, settings_with
from folkmoot.cli.terminal import done, dry_run_option, force_option, json_option, leave_be, show, show_all, tell
from folkmoot.discussion import checks as discussion
from folkmoot.doctor.data import SAVED
from folkmoot.notes import checks as notes
from folkmoot.people import checks as people
from folkmoot.settings import KEYS, Settings
from folkmoot.settings import show as shown
from folkmoot.sites import checks as sites
from folkmoot.storage import checks as storage
from folkmoot.storage import facts
from folkmoot.storage.backup import backup as write_backup
from folkmoot.storage.backup import verify
from folkmoot.storage.database import Database
from folkmoot.storage.migrations import check_schema, migrations, schema_state
from folkmoot.storage.migrations import migrate as apply
from folkmoot.web.kit import clock

CHECKED = (storage, people, sites, discussion, notes)


@click.command("config", cls=Command)
@json_option
def config(as_json: bool) -> None:
    """Prints every setting, its value, and where the value came from. Secrets are masked.

    \b
    folkmoot config
    FOLKMOOT_SERVER__PORT=9000 folkmoot config --json
    """
    settings, places = settings_with()
    if not as_json:
        file = settings_file()
        tell(f"The settings file is {file.resolve()}." if file else "There is no settings file; `folkmoot init HOST` writes one.")
    rows = [{"key": path, "value": shown(settings, path), "from": places[path], "reason": key.reason} for path, key in KEYS.items()]
    show_all(rows, as_json, "")


@click.command("backup", cls=Command)
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE|DIR")
@force_option
@dry_run_option
def backup(path: Path, force: bool, dry_run: bool) -> None:
    """Copies the database while it is in use, and proves that the copy is whole.

    Into a file, or into a folder under a name with today's date. The folder `secrets` beside the data is not part of it.

    `folkmoot restore` brings one back; `folkmoot restore --verify` proves it in a scratch place, without touching anything.

    \b
    folkmoot backup /var/backups/
    folkmoot backup /var/backups/folkmoot.backup
    """
    file = _name(path) if path.is_dir() else path
    leave_be(file, force)
    with opened() as db:
        if not dry_run:
            write_backup(db, file)
            verify(file)
            db.write_now(lambda tx: facts.put(tx, SAVED, str(clock())))
    done(f"{file} holds the whole database and can be read.", dry_run)


@click.command("migrate", cls=Command)
@dry_run_option
@json_option
def migrate(dry_run: bool, as_json: bool) -> None:
    """Brings the database to this program's schema. Makes a backup first, proves it, and says how to go back to it.

    \b
    folkmoot migrate --dry-run
    folkmoot migrate
    """
    settings, _ = settings_with()
    db = connected(settings)
    try:
        have, newest = schema_state(db)
        if have > newest:
            check_schema(db)
        steps = [step.name for step in migrations() if step.number > have]
        if steps and not dry_run:
            steps = _migrate(db, settings, have)
    finally:
        db.close()
    if as_json:
        show({"from": have, "newest": newest, "steps": steps, "applied": not dry_run}, as_json)
        return
    done(f"Applied: {', '.join(steps)}." if steps else f"The database is at schema {have}, which is the newest this program knows.", dry_run)


def _migrate(db: Database, settings: Settings, have: int) -> list[str]:
    if have == 0:
        return apply(db, clock())
    folder = (db.folder or Path(settings.storage.data)) / "backups"
    make_folder(folder)
    file = _name(folder)
    write_backup(db, file)
    verify(file)
    tell(f"A backup is in {file}, and it can be read. To go back: stop Folkmoot, bring it back, then install the version before:")
    tell(f"  folkmoot restore {file} --force")
    return apply(db, clock())


def _name(folder: Path) -> Path:
    return folder / f"folkmoot-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.backup"


@click.command("check", cls=Command)
@json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Counts everything again, while it is in use, and changes nothing. Exits with 1 where something does not agree.

    \b
    folkmoot check
    folkmoot check --json
    """
    found = []
    with opened() as db:
        for finding in chain.from_iterable(each.check(db) for each in CHECKED):
            found.append(finding)
            if not as_json:
                done(finding.words)
    if as_json:
        show_all([msgspec.to_builtins(finding) for finding in found], as_json, "")
    else:
        tell(_outcome(len(found)))
    ctx.exit(1 if found else 0)


def _outcome(wrong: int) -> str:
    if wrong == 1:
        return "1 thing does not agree."
    return f"{wrong:,} things do not agree." if wrong else "Everything agrees."
