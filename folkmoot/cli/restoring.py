"""`folkmoot restore`: a backup comes back, or is tried in a scratch place."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import click

from folkmoot.cli.opening import Command, settings_with
from folkmoot.cli.terminal import done, dry_run_option, force_option, json_option, show, tell
from folkmoot.cli.upkeep import CHECKED
from folkmoot.errors import Invalid
from folkmoot.storage import manifest
from folkmoot.storage.backup import verify
from folkmoot.storage.migrations import migrate, schema_state
from folkmoot.storage.restoring import agrees, put_in_place, scratch
from folkmoot.web.kit import clock


@click.command("restore", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verify", "only_verify", is_flag=True, help="Only prove that it could be: in a scratch place, row by row.")
@force_option
@dry_run_option
@json_option
def restore(file: Path, only_verify: bool, force: bool, dry_run: bool, as_json: bool) -> None:
    """Brings a backup back in the place of the data, or proves that it could be.

    Stop `folkmoot serve` first. What is in the place is kept beside it (SQLite); a PostgreSQL database is restored whole or not at all.

    \b
    folkmoot restore /var/backups/folkmoot.backup --verify
    folkmoot restore /var/backups/folkmoot.backup --force
    """
    settings, _ = settings_with()
    if only_verify or dry_run:
        _verify(file, settings.database_url, as_json)
        return
    kept = put_in_place(file, settings.database_url, force)
    if as_json:
        show({"restored": str(file), "kept": str(kept) if kept else None}, as_json)
        return
    if kept:
        tell(f"What was there is in {kept}.")
    done("The backup is in place. Now: folkmoot migrate && folkmoot check, then start.")


def _verify(file: Path, url: str, as_json: bool) -> None:
    """Raises Invalid where anything is not as it was."""
    verify(file)
    said = manifest.read(file)
    with scratch(file, url) as db:
        wrong = agrees(db, file)
        have, newest = schema_state(db)
        steps = migrate(db, clock()) if have < newest and not wrong else []
        wrong += [finding.words for finding in chain.from_iterable(each.check(db) for each in CHECKED)] if not wrong else []
    if as_json:
        rows = sum(said.counts.values())
        show({"file": str(file), "made": said.made, "schema": said.schema, "rows": rows, "steps": steps, "wrong": wrong}, as_json)
    if wrong:
        raise Invalid(f"The backup {file} can be read, but {len(wrong):,} things in it do not agree. The first: {wrong[0]}", "backup_disagrees")
    if not as_json:
        migrated = f" It was brought from schema {have} to {newest} there, which worked." if steps else ""
        done(f"{file}, made {said.made}, comes back whole: {sum(said.counts.values()):,} rows, each counted and checked.{migrated}")
