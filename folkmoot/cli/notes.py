"""`folkmoot notes`: the scorer and the opinion map alone, on files. They open no database."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from folkmoot.cli.archives import files
from folkmoot.cli.opening import Command
from folkmoot.cli.terminal import Fields, json_option, show_all, tell
from folkmoot.errors import Invalid

if TYPE_CHECKING:
    from folkmoot.notes.bridging import Ratings

LEVELS = {"0": 0, "1": 1, "2": 2}
YES = {"0": 0, "1": 1}


@click.group("notes")
def group() -> None:
    """What readers think of notes, and where they stand: the scorer and the opinion map, on files."""


@group.command("score", cls=Command)
@click.argument("ratings", nargs=-1, required=True, type=files, metavar="RATINGS.csv…")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to; else standard output.")
@click.option("--out-dir", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Score each file by itself, into this folder.")
@click.option("--plain", is_flag=True, help="The published model alone: its intercept as score, no safeguards, no status.")
@json_option
def score(ratings: tuple[Path, ...], out: Path | None, out_dir: Path | None, plain: bool, as_json: bool) -> None:
    """Says of each note whether readers on both sides find it helpful, and why.

    Files: note_id, rater_id, level (0 not helpful, 1 somewhat, 2 helpful), and where they are known minutes (after the note was written) and asked
    (1: the reader was drawn at random), as .csv or .csv.gz. Several files are parts of one table, unless --out-dir is given. Of a
    reader's ratings of a note the last counts.

    \b
    folkmoot notes score ratings.csv.gz --out scores.csv
    folkmoot notes score monday.csv tuesday.csv --out-dir scores
    """
    if out is not None and out_dir is not None:
        raise click.UsageError("--out and --out-dir cannot both be given.")
    if out_dir is None:
        _give(_rows(ratings, plain), out, as_json)
        return
    targets = _targets(ratings, out_dir, ".json" if as_json else ".csv")
    for file, target in zip(ratings, targets, strict=True):
        rows = _rows([file], plain)
        _make(out_dir)
        _give(rows, target, as_json)
        tell(f"{file}: {len(rows):,} notes → {target}")


def _targets(given: Sequence[Path], folder: Path, ending: str) -> list[Path]:
    """Where each file's answer goes: under its own name, with its folder's name before it where two are called the same."""
    names = [_bare(file) for file in given]
    if len(set(names)) < len(names):
        names = [f"{file.resolve().parent.name}-{_bare(file)}" for file in given]
    if len(set(names)) < len(names):
        raise Invalid("Two of the files have the same name in folders of the same name. Give them one after the other.", "same_name")
    return [folder / f"{name}{ending}" for name in names]


def _bare(file: Path) -> str:
    return file.name.removesuffix(".gz").removesuffix(".csv")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid(f"{folder} cannot be made: {error.strerror}.", "not_written") from None


def _rows(given: Sequence[Path], plain: bool) -> list[Fields]:
    """One row per note, in the order in which the files name them."""
    ratings, names = read_ratings(given)
    return _plain(ratings, names) if plain else _judged(ratings, names)


def read_ratings(given: Sequence[Path]) -> tuple[Ratings, list[str]]:
    """(the ratings of files, the notes' ids by number). Raises Invalid."""
    import numpy as np

    from folkmoot.cli.columns import Column, read_columns
    from folkmoot.notes.bridging import ratings_of

    wanted = [Column("note_id"), Column("rater_id"), Column("level", LEVELS), Column("minutes", time=True, needed=False, default=float("nan")),
              Column("asked", YES, needed=False)]  # fmt: skip
    table = read_columns(given, wanted)
    notes, raters = len(table.names["note_id"]), len(table.names["rater_id"])
    key = table.columns["note_id"] * max(raters, 1) + table.columns["rater_id"]
    _, backwards = np.unique(key[::-1], return_index=True)
    last = np.sort(len(key) - 1 - backwards)
    columns = [table.columns[each.name][last] for each in wanted]
    return ratings_of(*columns, notes=notes, raters=raters), table.names["note_id"]


def _judged(ratings: Ratings, names: list[str]) -> list[Fields]:
    from folkmoot.notes.explaining import explain
    from folkmoot.notes.scoring import score as reckon

    found = reckon(ratings)
    _warn(found.electorate.hijacked, len(found.linked.evidence))
    return [
        {"note_id": name, "score": each.score, "low": each.low, "high": each.high, "axis": each.axis, "status": each.status,
         "why": str(explain(each))}
        for name, each in zip(names, found.judgements, strict=True)
    ]  # fmt: skip


def _warn(hijacked: bool, rings: int) -> None:
    if hijacked:
        tell("Careful: the axis on which these readers differ goes with how much they like a note. Somebody may be steering it.")
    if rings:
        tell(f"{rings} {'group' if rings == 1 else 'groups'} of raters act as one and count as one voice.")


def _plain(ratings: Ratings, names: list[str]) -> list[Fields]:
    from folkmoot.notes.bridging import fit

    found = fit(ratings)
    return [
        {"note_id": name, "score": round(float(found.note_intercept[n]), 5), "low": "", "high": "", "axis": round(float(found.note_factor[n]), 5),
         "status": "", "why": "The published model alone."} for n, name in enumerate(names)
    ]  # fmt: skip


def _give(rows: list[Fields], out: Path | None, as_json: bool) -> None:
    """Prints rows, or writes them to a file that appears whole or not at all."""
    if out is None and as_json:
        show_all(rows, as_json, "")
        return
    text = _as_json(rows) if as_json else _as_csv(rows)
    if out is None:
        sys.stdout.write(text)
        return
    draft = out.with_name(f"{out.name}.part")
    try:
        draft.write_text(text, "utf-8", newline="")
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Invalid(f"{out} cannot be written: {error.strerror}.", "not_written") from None


def _as_json(rows: list[Fields]) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"


def _as_csv(rows: list[Fields]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["note_id", "score", "low", "high", "axis", "status", "why"])
    writer.writerows(row.values() for row in rows)
    return made.getvalue()
