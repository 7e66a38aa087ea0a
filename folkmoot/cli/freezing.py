"""`folkmoot story freeze`: a closed thread as files that a newsroom keeps without a server."""

from __future__ import annotations

import re
from pathlib import Path

import click

from folkmoot.cli.archives import written
from folkmoot.cli.opening import Command, opened, story_named
from folkmoot.cli.terminal import done, force_option, json_option, leave_be, show
from folkmoot.errors import Conflict
from folkmoot.people.model import COMMAND
from folkmoot.reading.freezing import Frozen, as_page
from folkmoot.reading.freezing import as_json as frozen_json
from folkmoot.reading.freezing import freeze as frozen_story
from folkmoot.sites.addresses import clean_address
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock


@click.command("freeze", cls=Command)
@click.argument("story")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), metavar="DIR", help="Where to; else this folder.")
@force_option
@json_option
def freeze(story: str, out: Path, force: bool, as_json: bool) -> None:
    """Writes a closed story's talk as one HTML file and one JSON file that need no server, no database and no script.

    The HTML holds its own style, can be read and printed as it is, and put behind any address.

    \b
    folkmoot story close https://news.example/lake && folkmoot story freeze https://news.example/lake --out archive/
    """
    with opened() as db:
        frozen, page, data = db.read_now(lambda tx: _written(tx, story, out, force))
    if as_json:
        show({"html": str(page), "json": str(data), "comments": frozen.live, "notes": len(frozen.notes)}, True)
    else:
        done(f"{frozen.live:,} comments and {len(frozen.notes):,} notes are kept in {page} and {data}.")


def _written(tx: Tx, story: str, out: Path, force: bool) -> tuple[Frozen, Path, Path]:
    """Writes both files from one and the same state of the thread."""
    frozen = frozen_story(tx, COMMAND, story_named(tx, story).id, clock())
    name = _name(frozen.story.address, frozen.story.id)
    page, data = out / f"{name}.html", out / f"{name}.json"
    for file in (page, data):
        leave_be(file, force)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Conflict(f"The folder {out} cannot be made: {error.strerror}.", "folder") from None
    with written(page) as html:
        html.writelines(piece.encode("utf-8", "replace") for piece in as_page(tx, frozen))
    with written(data) as plain:
        plain.writelines(frozen_json(tx, frozen))
    return frozen, page, data


def _name(address: str, story: int) -> str:
    """A file's name that says which story it is."""
    plain = re.sub(r"[^a-z0-9]+", "-", clean_address(address).lower()).strip("-")[:80].strip("-")
    return f"{plain or 'story'}-{story}"
