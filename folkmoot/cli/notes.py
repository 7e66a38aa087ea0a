"""`folkmoot notes`: the scorer and the opinion map alone, on files. They open no database."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from folkmoot.cli.archives import files
from folkmoot.cli.opening import Command
from folkmoot.cli.terminal import Fields, Group, json_option, show, show_all, tell
from folkmoot.errors import Invalid

if TYPE_CHECKING:
    from folkmoot.notes.bridging import Ratings
    from folkmoot.notes.opinions import Map

LEVELS = {"0": 0, "1": 1, "2": 2}
VOTES = {"1": 1, "0": 0, "-1": -1, "1.0": 1, "0.0": 0, "-1.0": -1}
YES = {"0": 0, "1": 1}
MOST_CELLS = 40_000_000  # voters times statements: 160 MB


@click.group("notes", cls=Group)
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

    Files: note_id, rater_id, level (0 not helpful, 1 somewhat, 2 helpful), and where they are known minutes (after the note was written), asked
    (1: the reader was drawn at random) and clock (when, in minutes on one clock for all notes), as .csv or .csv.gz. Several files are parts of one
    table, unless --out-dir is given. Of a reader's ratings of a note the last counts.

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
              Column("asked", YES, needed=False), Column("clock", time=True, needed=False, default=float("nan"))]  # fmt: skip
    table = read_columns(given, wanted)
    notes, raters = len(table.names["note_id"]), len(table.names["rater_id"])
    key = table.columns["note_id"] * max(raters, 1) + table.columns["rater_id"]
    _, backwards = np.unique(key[::-1], return_index=True)
    last = np.sort(len(key) - 1 - backwards)
    columns = [table.columns[each.name][last] for each in wanted]
    if np.isnan(columns[-1]).any():
        columns.pop()
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


@group.command("recompute", cls=Command)
@click.argument("dump", type=files, metavar="DUMP.jsonl.gz")
@json_option
@click.pass_context
def recompute(ctx: click.Context, dump: Path, as_json: bool) -> None:
    """Recomputes every status of a site's open dump, and says where it comes out otherwise. Exits with 1 then.

    \b
    curl -o dump.jsonl.gz 'https://talk.news.example/api/v1/notes/dump?site=news.example'
    folkmoot notes recompute dump.jsonl.gz
    """
    from folkmoot.notes.recomputing import read, reckon

    found = read(_dumped(dump))
    judged = reckon(found.given).judgements if found.told else ()
    rows: list[Fields] = [
        {"note": name, "told": status, "recomputed": each.status, "why": each.why, "same": (status, why) == (each.status, each.why)}
        for (name, status, why), each in zip(found.told, judged, strict=True)
    ]
    show_all(rows, as_json, "There are no notes in it.")
    differ = sum(not row["same"] for row in rows)
    tell(f"{len(rows):,} notes recomputed; {differ or 'none'} {'comes' if differ < 2 else 'come'} out otherwise.")
    ctx.exit(1 if differ else 0)


def _dumped(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a dump, packed or not; in parts that were packed one after another, too. Raises Invalid."""
    import msgspec

    try:
        with gzip.open(file) if file.read_bytes()[:2] == b"\x1f\x8b" else file.open("rb") as lines:
            for line in lines:
                yield msgspec.json.decode(line, type=dict[str, Any])
    except (OSError, EOFError, zlib.error, msgspec.DecodeError) as error:
        raise Invalid(f"{file} is no open dump that can be read: {error}.", "no_dump") from None


@group.command("map", cls=Command)
@click.argument("votes", nargs=-1, required=True, type=files, metavar="VOTES.csv…")
@json_option
def map_(votes: tuple[Path, ...], as_json: bool) -> None:
    """Draws the map of opinions: who votes alike, what all agree on, what divides. Groups are named only where they are really there.

    Files: voter_id, statement_id, vote (1 agree, 0 pass, -1 disagree), as .csv or .csv.gz; several are parts of one table. Of a voter's votes on a
    statement the last counts.

    \b
    folkmoot notes map votes.csv
    folkmoot notes map votes.csv --json
    """
    drawn, voters, statements = _drawn(votes)
    if as_json:
        show(_as_fields(drawn, voters, statements), as_json)
    else:
        click.echo("\n".join(_told(drawn, len(voters), statements)))


def _drawn(given: Sequence[Path]) -> tuple[Map, list[str], list[str]]:
    """(the map, voters' ids by number, statements' ids by number). Raises Invalid."""
    import numpy as np

    from folkmoot.cli.columns import Column, read_columns
    from folkmoot.notes.opinions import map_of

    table = read_columns(given, [Column("voter_id"), Column("statement_id", also="comment_id"), Column("vote", VOTES)])
    voters, statements = table.names["voter_id"], table.names["statement_id"]
    if len(voters) * len(statements) > MOST_CELLS:
        raise Invalid(f"{len(voters):,} voters times {len(statements):,} statements is more than this map can hold.", "too_many")
    by, on, vote = (table.columns[name] for name in ("voter_id", "statement_id", "vote"))
    key = by * max(len(statements), 1) + on
    _, backwards = np.unique(key[::-1], return_index=True)
    last = len(key) - 1 - backwards
    return map_of(by[last], on[last], vote[last], people=len(voters), statements=len(statements)), voters, statements


def _as_fields(drawn: Map, voters: list[str], statements: list[str]) -> Fields:
    from folkmoot.notes.explaining import explain_map

    def scored(pairs: Sequence[tuple[int, float]]) -> list[Fields]:
        return [{"statement": statements[each], "score": score} for each, score in pairs]

    groups = [
        {"id": each.id, "size": each.size, "statements": [
            {"statement": statements[told.statement], "agree": told.agree, "disagree": told.disagree, "seen": told.seen,
             "stands_for": "disagree" if told.against else "agree"} for told in each.statements]} for each in drawn.groups
    ]  # fmt: skip
    place = {
        name: [round(float(x), 4), round(float(y), 4), int(group) if group >= 0 else None]
        for name, (x, y), group in zip(voters, drawn.place, drawn.group, strict=True) if x == x
    }  # fmt: skip
    return {"people": len(voters), "separate": drawn.separate, "why": str(explain_map(drawn)), "groups": groups, "place": place,
            "agreed": scored(drawn.agreed), "divides": scored(drawn.divides)}  # fmt: skip


def _told(drawn: Map, people: int, statements: list[str]) -> list[str]:
    from folkmoot.notes.explaining import explain_map

    lines = [f"{people:,} people, {len(statements):,} statements. {explain_map(drawn)}"]
    lines += ["Agreed across the map:", *(f"  {statements[each]}  {score:.2f}" for each, score in drawn.agreed[:10])]
    lines += ["What divides:", *(f"  {statements[each]}  {score:.2f}" for each, score in drawn.divides[:10])]
    for each in drawn.groups:
        lines.append(f"Group {each.id}, {each.size:,} people:")
        for told in each.statements:
            share = f"{told.disagree:.0%} disagree" if told.against else f"{told.agree:.0%} agree"
            lines.append(f"  {statements[told.statement]}  {share} ({told.seen} voted)")
    return lines
