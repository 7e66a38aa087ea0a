"""`folkmoot erase` and `folkmoot export-person`: what a person may ask of whoever runs the server."""

from __future__ import annotations

from pathlib import Path

import click

from folkmoot.cli.opening import Command, change, opened
from folkmoot.cli.terminal import done, dry_run_option, force_option, leave_be, tell
from folkmoot.me import leaving
from folkmoot.me.taking_along import Parcel
from folkmoot.people.accounts import find_person
from folkmoot.people.model import COMMAND
from folkmoot.storage.database import Database, Tx
from folkmoot.storage.sweeping import sweep as sweep_now
from folkmoot.web.kit import clock


@click.command("erase", cls=Command)
@click.argument("person")
@click.option("--words", type=click.Choice(["stay", "go"]), required=True, help="What becomes of what they wrote.")
@click.option("--sweep/--no-sweep", default=True, help="Write the database's files anew, so that nothing of it stands there either.")
@dry_run_option
def erase(person: str, words: str, sweep: bool, dry_run: bool) -> None:
    """Erases a person: name, mailboxes, sign-ins, address hashes, from every table. PERSON is an id or a mailbox. It cannot be undone.

    Their words stay under "Withdrawn person", or go as well. What a legal hold keeps is kept, out of sight. While the files are
    written anew, others wait; on a large database do it at night, or say --no-sweep and let the worker do it.

    \b
    folkmoot erase ada@mail.example --words stay
    folkmoot erase 7312345678901234567 --words go --dry-run
    """
    with opened() as db:
        name, people = change(db, lambda tx: _begin(tx, person, words), dry_run)
        if not dry_run:
            _finish(db, people, words, sweep)
    done(f"{name} is erased; what they wrote {'stays under “Withdrawn person”' if words == 'stay' else 'is gone as well'}.", dry_run)


def _begin(tx: Tx, person: str, words: str) -> tuple[str, list[int]]:
    found = find_person(tx, person).person
    return f"The person {found.id}", leaving.erase(tx, COMMAND, found.id, words, clock())


def _finish(db: Database, people: list[int], words: str, sweep: bool) -> None:
    """Does at once what the worker would do."""
    steps = 0
    while db.write_now(lambda tx: leaving.step(tx, {"people": people, "words": words}, clock())):
        steps += 1
        if steps % 20 == 0:
            tell(f"{steps} steps are done …")
    if sweep and not sweep_now(db, None):
        tell("The files were not written anew.")


@click.command("export-person", cls=Command)
@click.argument("person")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Else to standard output.")
@force_option
def export_person(person: str, out: Path | None, force: bool) -> None:
    """Writes all that is kept of a person as one JSON object, as they could load it themselves. PERSON is an id or a mailbox.

    \b
    folkmoot export-person ada@mail.example --out ada.json
    """
    if out is not None:
        leave_be(out, force)
    with opened() as db:
        parcel = Parcel(db.read_now(lambda tx: find_person(tx, person).person.id), clock())
        if out is None:
            while (piece := db.read_now(parcel.step)) is not None:
                click.echo(piece, nl=False)
            return
        with out.open("w", encoding="utf-8") as file:
            out.chmod(0o600)
            while (piece := db.read_now(parcel.step)) is not None:
                file.write(piece)
    tell(f"{out} holds it.")
