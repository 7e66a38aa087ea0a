"""`folkmoot comment`: moderation without a browser."""

from __future__ import annotations

import click

from folkmoot.cli.opening import ID, Command, change, opened, settings_with, story_named
from folkmoot.cli.terminal import Fields, Group, done, dry_run_option, json_option, shorten, show, show_all, time_of
from folkmoot.discussion import moderation, store
from folkmoot.errors import NotFound
from folkmoot.people.model import COMMAND
from folkmoot.people.waiting import Because, require_why
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.web.kit import clock

reason_option = click.option("--reason", default="", help="Words that the writer is shown.")


@click.group("comment", cls=Group)
def group() -> None:
    """Comments: what waits, and what moderators decide. Each decision is kept, and is undone by its opposite."""


group.command_class = Command


@group.command("list")
@click.option("--held", is_flag=True, help="Only what waits for a moderator, the oldest first.")
@click.option("--story", "story", metavar="STORY", help="Only under this story (id or address).")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@json_option
def list_(held: bool, story: str | None, limit: int, as_json: bool) -> None:
    """The latest comments of any state, or those that wait.

    \b
    folkmoot comment list --held
    folkmoot comment list --story https://news.example/lake --json
    """

    def found(tx: Tx) -> list[Fields]:
        under = story_named(tx, story).id if story else None
        rows = moderation.waiting(tx, under, limit) if held else store.latest_comments(tx, under, limit)
        edits = [row for row in store.held_revisions(tx, limit) if under in (None, row.story)] if held else []
        return [*(_fields(tx, row) for row in rows), *(_edit_fields(row) for row in edits)]

    with opened() as db:
        rows = db.read_now(found)
    if not as_json:
        rows = [{**row, "text": shorten(str(row["text"]))} for row in rows]
    show_all(rows, as_json, "Nothing waits for a moderator." if held else "Nothing has been said yet.")


@group.command("show")
@click.argument("comment", type=ID)
@json_option
def show_(comment: int, as_json: bool) -> None:
    """One comment whole, with what was decided about it and by whom.

    \b
    folkmoot comment show 3733134589952000001
    """
    settings, _ = settings_with()
    with opened(settings) as db:
        fields = db.read_now(lambda tx: _whole(tx, comment, settings.server.address))
    show(fields, as_json)


def _decision(deed: str, past: str, words: str) -> None:
    """Makes one command of a deed of moderation.DEEDS."""

    @group.command(deed, help=f"{words}\n\n\b\nfolkmoot comment {deed} 3733134589952000001 --reason \"It has an address in it.\"")
    @click.argument("comment", type=ID)
    @reason_option
    @dry_run_option
    def decide(comment: int, reason: str, dry_run: bool) -> None:
        if deed == "remove":
            require_why(Because(reason))
        with opened() as db:
            row = change(db, lambda tx: moderation.decide(tx, COMMAND, comment, deed, reason, clock()).comment, dry_run)
        done(f"The comment of {row.name} is {past}.", dry_run)


_decision("hold", "held: only its writer and moderators see it", "Takes a comment out of sight until a moderator has looked at it.")
_decision("release", "published", "Shows a held comment, or an edit that waits.")
_decision("remove", "removed", "Removes a comment; where replies stand under it, a line says so.")
_decision("restore", "published again", "Brings back a removed comment, or one that was taken for spam.")
_decision("keep", "kept: its words outlast a withdrawal", "Keeps a comment's words beyond the 30 days after its withdrawal, for a legal hold.")


@group.command("remove-revision")
@click.argument("comment", type=ID)
@click.argument("number", type=click.IntRange(1), required=False)
@reason_option
@dry_run_option
def remove_revision(comment: int, number: int | None, reason: str, dry_run: bool) -> None:
    """Takes one text of a comment away, and leaves the comment as it is: the edit that waits, or the text of that NUMBER.

    \b
    folkmoot comment remove-revision 3733134589952000001 1 --reason "A private address."
    """
    require_why(Because(reason))
    with opened() as db:
        row = change(db, lambda tx: moderation.decide(tx, COMMAND, comment, "remove_revision", reason, clock(), number).comment, dry_run)
    done(f"That text of {row.name}'s comment is removed; the comment stays.", dry_run)


def _fields(tx: Tx, row: Row) -> Fields:
    why = store.last_decision(tx, row.id) if row.state != "published" else None
    return {
        "id": str(row.id), "story": str(row.story), "name": row.name, "posted": time_of(row.posted), "state": row.state,
        "why": why.reason if why else "", "text": row.text,
    }  # fmt: skip


def _edit_fields(row: Row) -> Fields:
    return {
        "id": str(row.comment), "story": str(row.story), "name": "", "posted": time_of(row.made), "state": "edit held", "why": "",
        "text": row.text,
    }  # fmt: skip


def _whole(tx: Tx, comment: int, here: str) -> Fields:
    row = store.comment_row(tx, comment)
    if row is None:
        raise NotFound("There is no such comment.", "no_such_comment")
    decisions = [
        f"{time_of(each.at)} {each.deed} by {each.rule or each.made_by}{': ' + each.reason if each.reason else ''}"
        for each in store.decisions_on(tx, comment)
    ]
    return {
        **_fields(tx, row), "url": get_story(tx, row.story).address, "page": f"{here}/c/{comment}", "up": row.up, "down": row.down,
        "edited": time_of(row.edited), "decisions": decisions,
        "flags": [f"{flag.reason} {flag.detail}".strip() for flag in store.flags_on(tx, comment)],
    }  # fmt: skip
