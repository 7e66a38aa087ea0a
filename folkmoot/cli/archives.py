"""`folkmoot import`, `export`: old talk comes in, all talk goes out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from folkmoot.cli.opening import ID, Command, opened, settings_with, site_named
from folkmoot.cli.terminal import Fields, dry_run_option, force_option, json_option, leave_be, show, show_all, tell, time_of
from folkmoot.desk.travelling import ROOMS
from folkmoot.discussion import archive
from folkmoot.discussion.export import write_export
from folkmoot.discussion.importers import FORMATS
from folkmoot.discussion.report import plain
from folkmoot.discussion.store_imports import batch_by_id
from folkmoot.discussion.tables import write_table
from folkmoot.errors import Invalid, NotFound
from folkmoot.storage.database import Database
from folkmoot.web.kit import clock

Progress = Callable[[str, float], None]
files = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import", cls=Command)
@click.argument("file", nargs=-1, type=files)
@click.option("--site", "host", metavar="HOST", help="The newsroom whose talk it is.")
@click.option("--format", "form", default="auto", type=click.Choice(["auto", *(each.name for each in FORMATS)]), help="Where it comes from.")
@click.option("--story", metavar="URL", help="The story's address, for archives that do not say it.")
@click.option("--dated", type=click.DateTime(["%Y-%m-%d"]), help="The day for comments that have no date; else yesterday.")
@click.option("--list", "listed", is_flag=True, help="List what was imported.")
@click.option("--undo", metavar="BATCH", type=ID, help="Take an import out again.")
@dry_run_option
@json_option
@click.pass_context
def import_(
    ctx: click.Context, file: tuple[Path, ...], host: str | None, form: str, story: str | None, dated: datetime | None, listed: bool,
    undo: int | None, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Brings in the talk of another system, or of another Folkmoot. A second run brings nothing twice.

    The whole file is read and checked first; a broken one changes nothing. One that was interrupted goes on where it stood.

    \b
    folkmoot import disqus.xml.gz --site news.example --dry-run
    folkmoot import page.txt --format text --story https://news.example/lake --site news.example
    folkmoot import --list --site news.example
    folkmoot import --undo 3733134589952000001
    """
    if undo is not None:
        _undo(undo, dry_run, as_json)
    elif host is None:
        raise click.MissingParameter(ctx=ctx, param_hint="--site", param_type="option")
    elif listed:
        _list(host, as_json)
    elif not file:
        raise click.MissingParameter(ctx=ctx, param_hint="FILE", param_type="argument")
    else:
        day = int(dated.replace(tzinfo=UTC).timestamp() * 1000) if dated else None
        report = _bring(host, list(file), form=form, story=story, dated=day, dry_run=dry_run)
        if as_json:
            show(plain(report), as_json)
        else:
            _tell_report(report)


def _bring(host: str, given: list[Path], **how: Any) -> archive.Report:
    settings, _ = settings_with()
    with opened(settings, make=True) as db, _progress() as progress:
        return archive.bring(db, db.folder or Path(settings.storage.data), host, given, now=clock(), progress=progress, rooms=ROOMS, **how)


def _tell_report(report: archive.Report) -> None:
    for warning in report.warnings:
        tell(warning)
    for reason, count in report.skipped.items():
        tell(f"Left out, {reason}: {count:,}")
    came = "would come in" if report.dry_run else "came in"
    comments, stories = _count(report.comments, "comment", "comments"), _count(report.stories, "story", "stories")
    click.echo(f"{comments}, {stories} and {_count(report.people, 'person', 'people')} {came}.")
    if report.already:
        click.echo(f"Here already: {_count(report.already, 'comment', 'comments')}.")
    if report.batch:
        click.echo(f"To take exactly this back: folkmoot import --undo {report.batch}")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _undo(batch: int, dry_run: bool, as_json: bool) -> None:
    settings, _ = settings_with()
    with opened(settings) as db, _progress() as progress:
        fields = _look(db, batch)
        if not dry_run:
            folder = db.folder or Path(settings.storage.data)
            fields = msgspec.to_builtins(archive.undo(db, folder, batch, now=clock(), progress=progress, rooms=ROOMS))
    show(fields, as_json)


def _look(db: Database, batch: int) -> Fields:
    """What an undoing is about: it goes in steps, so it cannot be rehearsed. Raises NotFound."""
    found = db.read_now(lambda tx: batch_by_id(tx, batch))
    if found is None:
        raise NotFound(f"There is no import {batch}. `folkmoot import --list --site HOST` names those that there are.", "no_such_batch")
    came = msgspec.json.decode(found.report).get("comments")
    return {"batch": str(batch), "files": found.file, "phase": found.phase, "began": time_of(found.started), "comments": came}


def _list(host: str, as_json: bool) -> None:
    with opened() as db:
        found = archive.batches(db, host)
    rows = [
        {"batch": each.id, "source": each.source, "files": each.files, "phase": each.phase, "began": time_of(each.started),
         "comments": each.report.get("comments")} for each in found
    ]  # fmt: skip
    show_all(rows, as_json, f"Nothing was imported into {host} yet.")


@click.command("export", cls=Command)
@click.option("--site", "host", required=True, metavar="HOST", help="Whose talk.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to; else standard output.")
@click.option("--public", is_flag=True, help="Only what readers see; cannot be imported again.")
@click.option("--csv", "as_table", is_flag=True, help="Only the comments, as a table.")
@force_option
def export(host: str, out: Path | None, public: bool, as_table: bool, force: bool) -> None:
    """Writes all that a newsroom holds as JSON Lines: comments, states, decisions, history, votes, notes,
    and where they came from.

    Brought into an empty Folkmoot and exported there it is the same to the byte.

    \b
    folkmoot export --site news.example --out news.jsonl
    folkmoot export --site news.example --public | gzip > public.jsonl.gz
    folkmoot export --site news.example --csv --out comments.csv
    """
    if out is not None:
        leave_be(out, force)
    with opened() as db, written(out) as file:
        site = db.read_now(lambda tx: site_named(tx, host)).id
        lines = write_table(db, site, file, public) if as_table else write_export(db, site, file, public, ROOMS)
    tell(f"{lines:,} lines written{f' to {out}' if out else ''}.")


@contextmanager
def written(out: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears whole or not at all."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    draft = out.with_name(f"{out.name}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(out)
    except OSError as error:
        raise Invalid(f"{out} cannot be written: {error.strerror}.", "not_written") from None
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda what, share: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        known: dict[str, int] = {}

        def told(what: str, share: float) -> None:
            if what not in known:
                known[what] = int(bars.add_task(what, total=1.0))
            bars.update(known[what], completed=share)  # type: ignore[arg-type]  # rich's own number of a bar

        yield told
