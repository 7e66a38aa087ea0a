"""`folkmoot note`: what readers say is wrong in stories, and what the newsroom decides, without a browser."""

from __future__ import annotations

import click

from folkmoot.cli.opening import ID, Command, change, opened
from folkmoot.cli.terminal import Fields, Group, done, dry_run_option, json_option, shorten, show_all, time_of
from folkmoot.errors import NotFound, say
from folkmoot.notes import deciding, store
from folkmoot.notes.model import Note
from folkmoot.people.model import COMMAND
from folkmoot.sites.addresses import clean_host
from folkmoot.sites.sites import site_for
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock

_ALL = 2**53


@click.group("note", cls=Group)
def group() -> None:
    """Notes: what waits for an editor, and what the newsroom decides. Each decision is kept, and can be taken back."""


group.command_class = Command


@group.command("list")
@click.option("--site", metavar="HOST", required=True, help="The newsroom, by a host of its.")
@click.option("--decided", is_flag=True, help="Those that were decided, the latest first, in place of those that wait.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@json_option
def list_(site: str, decided: bool, limit: int, as_json: bool) -> None:
    """The notes of a newsroom that wait for its editor, the oldest first; or those that were decided.

    \b
    folkmoot note list --site news.example
    folkmoot note list --site news.example --decided --json
    """

    def found(tx: Tx) -> list[Note]:
        place = site_for(tx, clean_host(site))
        if place is None:
            raise NotFound(say("There is no site {host}. Add it first: folkmoot site add {host}", host=site), "no_such_site", "site")
        return store.notes_ruled(tx, place.id, _ALL, limit) if decided else store.notes_waiting(tx, place.id, limit)

    with opened() as db:
        rows = [_fields(note) for note in db.read_now(found)]
    if not as_json:
        rows = [{**row, "text": shorten(str(row["text"]))} for row in rows]
    show_all(rows, as_json, "No note has been decided yet." if decided else "No note waits for the editor.")


@group.command("decide")
@click.argument("note", type=ID)
@click.argument("deed", type=click.Choice(deciding.DEEDS))
@click.option("--reason", default="", help="Words that everybody can read.")
@click.option("--before", default="", help="To accept: what the story said.")
@click.option("--after", default="", help="To accept: what it says now.")
@dry_run_option
def decide(note: int, deed: str, reason: str, before: str, after: str, dry_run: bool) -> None:
    """Accepts a note as a correction, clarifies, declines, opens it again; holds, releases, removes, restores it.

    \b
    folkmoot note decide 3733134589952000001 accept --before "unanimously" --after "5 to 4"
    folkmoot note decide 3733134589952000001 decline --reason "The table is of another lake."
    """
    with opened() as db:
        found = change(db, lambda tx: deciding.decide(tx, COMMAND, note, deed, reason, clock(), before=before, after=after), dry_run)
    done(f"The note of {found.name or 'somebody who has left'} is {found.ruling or found.state}.", dry_run)


def _fields(note: Note) -> Fields:
    return {
        "id": str(note.id), "story": str(note.story), "name": note.name, "proposed": time_of(note.proposed), "state": note.state,
        "status": note.ruling or note.grade, "ratings": note.ratings, "unanswered": time_of(note.unanswered), "text": note.text,
    }  # fmt: skip
