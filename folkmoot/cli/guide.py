"""`folkmoot guide`: the guided talk in a terminal, by the same verbs as on the page."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import msgspec

from folkmoot.action import representatives, store_letters, talks
from folkmoot.action.channels.words import text_of
from folkmoot.action.delivering import letter_of
from folkmoot.action.delivery import layout
from folkmoot.action.pages import call_script
from folkmoot.action.steps import picked
from folkmoot.action.talks import Around, Heard
from folkmoot.cli.opening import Command, opened, settings_with, site_named, story_named
from folkmoot.cli.terminal import json_option, shown_plain
from folkmoot.errors import Invalid, NotFound
from folkmoot.people.publishers import only_site
from folkmoot.settings import Settings
from folkmoot.sites.model import Site
from folkmoot.sites.sites import get_site
from folkmoot.sites.store import all_sites
from folkmoot.storage import facts
from folkmoot.storage.database import Database, Tx
from folkmoot.web.bodies import encode_json
from folkmoot.web.kit import clock
from folkmoot.web.words import in_words


@click.command("guide", cls=Command)
@click.option("--script", "script", type=click.Path(path_type=Path), help="Answers, one a line, in place of somebody at the terminal.")
@click.option("--story", metavar="STORY", help="What it is about: a story's id or address.")
@click.option("--action", type=int, help="An editor's action that the talk begins from.")
@click.option("--site", "host", metavar="HOST", help="The newsroom, where there are several.")
@json_option
def guide(script: Path | None, story: str | None, action: int | None, host: str | None, as_json: bool) -> None:
    """Leads from a story to letters: asks one thing at a time, and prints the letters in the end.

    \b
    folkmoot guide
    folkmoot guide --script answers.txt --story https://news.example/lake --json
    """
    settings, _ = settings_with()
    with opened(settings) as db:
        site, number = db.read_now(lambda tx: _matter(tx, host, story))
        around = Around(
            settings,
            facts.secret(db, "web"),
            "terminal",
            site.language,
            address=settings.server.public_url,
            find=representatives.finder(settings),
            cause=representatives.cause_of,
            by_code=representatives.cause_by_code,
        )
        _talk(db, site, number, action, around, _lines(script), as_json)


def _matter(tx: Tx, host: str | None, story: str | None) -> tuple[Site, int | None]:
    found = story_named(tx, story) if story else None
    site = get_site(tx, found.site) if found else site_named(tx, host) if host else only_site(tx) or next(iter(all_sites(tx)), None)
    if site is None:
        raise NotFound("There is no newsroom here yet. `folkmoot site add HOST` adds one.", "no_such_site")
    return site, found.id if found else None


def _lines(script: Path | None) -> Iterator[str]:
    """Answers of a script, or of whoever is at the terminal."""
    if script is None:
        return _typed()
    try:
        text = script.read_text("utf-8")
    except OSError as error:
        raise NotFound(f"{script} cannot be read: {error.strerror}.", "no_file") from None
    except UnicodeDecodeError:
        raise Invalid(f"{script} cannot be read as a text in UTF-8.", "no_file") from None
    return iter([line for line in text.splitlines() if line.strip()])


def _typed() -> Iterator[str]:
    with suppress(EOFError):
        while True:
            yield input("> " if sys.stdin.isatty() else "")


def _talk(db: Database, site: Site, story: int | None, action: int | None, around: Around, lines: Iterator[str], as_json: bool) -> None:
    owner = f"terminal:{secrets.token_hex(8)}"
    heard = db.write_now(lambda tx: talks.begin_matter(tx, owner, site.id, around, clock(), story=story, action=action))
    _tell(heard, None, as_json, around)
    for line in lines:
        heard = db.write_now(lambda tx, line=line: talks.hear(tx, owner, line, site.id, around, clock()))  # type: ignore[misc]
        _tell(heard, line, as_json, around)
        if "stop" in heard.done:
            break
    _letters(db, owner, around.settings, as_json)
    _calls(heard, as_json, around)


def _tell(heard: Heard, line: str | None, as_json: bool, around: Around) -> None:
    if as_json:
        click.echo(encode_json({"heard": line, "step": heard.state.step, "says": heard.says}).decode())
    else:
        click.echo(
            ("" if line is None or sys.stdin.isatty() else f"> {shown_plain(line)}\n\n") + shown_plain(text_of(heard.says, around.language)) + "\n"
        )


def _calls(heard: Heard, as_json: bool, around: Around) -> None:
    """The call sheet: numbers and what to say."""
    people = [option.to for option in picked(heard.state) if option.to.phone and heard.state.batch]
    said = [in_words(line, around.language) for line in call_script(heard.state)] if people else []
    if as_json:
        click.echo(encode_json({"calls": [{"name": each.name, "office": each.office, "phone": each.phone} for each in people],
        "script": said}).decode())
    elif people:
        click.echo("Calls\n" + "\n".join(shown_plain(f"  {each.phone}  {each.name}, {each.office}") for each in people))
        click.echo("\n".join(shown_plain(f"  {line}") for line in said))


def _letters(db: Database, owner: str, settings: Settings, as_json: bool) -> None:
    """The letters that came of it."""
    made = db.read_now(lambda tx: [(row, letter_of(tx, row, settings, clock(), representatives.cause_of)) for row in store_letters.letters_of(tx,
    owner, None)])
    for row, letter in made:
        if as_json:
            text = layout.plain(letter, subject=True)
            told = {"letter": str(row.id), "state": row.state, "way": row.way,
                    "to": msgspec.to_builtins(letter.to), "text": text}
            click.echo(encode_json(told).decode())
        else:
            click.echo("=" * layout.COLUMNS + "\n" + shown_plain(layout.plain(letter, subject=True)))
