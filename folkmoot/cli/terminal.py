"""How the command line speaks: what was asked for on standard output, everything else on standard error."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec

from folkmoot.errors import Conflict
from folkmoot.web.words import machine

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Do it, say what came of it, and take it back.")
force_option = click.option("--force", is_flag=True, help="Write over a file that is there already.")

# What a terminal obeys rather than shows: controls, and what turns the direction of a line around. JSON has its own escapes for the first of them.
_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
Fields = Mapping[str, object]
WHOLE = 300  # letters: longer than any first sentence


class Group(click.Group):
    """A noun, or the whole program. In its list each command has its whole first sentence, on as many lines as that takes."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        known = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(WHOLE)) for name, each in known if each is not None])


def tell(words: str) -> None:
    """A line for whoever is at the terminal; never part of an answer."""
    click.echo(_obeyed_by_none(words), err=True)


def done(words: str, dry_run: bool = False) -> None:
    """What was done, or would have been."""
    click.echo(_obeyed_by_none(f"{words} (Dry run: nothing was changed.)" if dry_run else words))


def show(fields: Fields, as_json: bool) -> None:
    """One thing."""
    if as_json:
        _print_json(fields)
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        click.echo(f"{name:<{width}}  {_plain(value)}")


def show_all(rows: Sequence[Fields], as_json: bool, nothing: str) -> None:
    """A list: a table on a terminal, lines with tabs for other programs, JSON where asked. nothing: what to say of an empty one."""
    if as_json:
        _print_json(rows)
    elif not rows:
        tell(nothing)
    elif sys.stdout.isatty():
        _print_table(rows)
    else:
        click.echo("\t".join(rows[0]), err=True)  # the heading: no program that reads the lines gets it
        for row in rows:
            click.echo("\t".join(_plain(value) for value in row.values()))


def leave_be(file: Path, force: bool) -> None:
    """Raises Conflict where a file is there already, unless it may be written over."""
    if file.exists() and not force:
        raise Conflict(f"{file} is there already, so nothing was written. Name another file, or write over it with --force.", "file_there")


def shorten(words: str, letters: int = 80) -> str:
    """The beginning of words, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= letters else f"{line[: letters - 1].rstrip()}…"


def time_of(at: int | None) -> str | None:
    """A time (UTC ms) as the command line writes it."""
    return machine(at) if at is not None else None


def ask(words: str, default: str, given: str | None) -> str:
    """What was given, else the answer of whoever is at the terminal, else the default: nothing waits for nobody."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        return default
    return str(click.prompt(words, default=default, err=True))


def _print_json(value: object) -> None:
    click.echo(_obeyed_by_none(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()))


def _plain(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value)) or "–"
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    return _obeyed_by_none(" ".join(str(value).split()))


def shown_plain(words: str) -> str:
    """Words of several lines, as a terminal shows and does not obey them."""
    return _obeyed_by_none(words)


def _obeyed_by_none(words: str) -> str:
    return _OBEYED.sub(lambda letter: f"\\u{ord(letter.group()):04x}", words)


def _print_table(rows: Sequence[Fields]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE, header_style="bold", pad_edge=False)
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_plain(value) for value in row.values()))
    Console(markup=False, highlight=False).print(table)
