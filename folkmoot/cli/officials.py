"""`folkmoot officials`: who represents a place, and the files that this is known from."""

from __future__ import annotations

import re
from typing import Any

import click

from folkmoot.action import checking, loading, officials
from folkmoot.action.answers import FoundAnswer, found_answer
from folkmoot.action.divisions import code_of, division_of
from folkmoot.action.model import Data, Found, Level, Place, Point
from folkmoot.cli.opening import Command, opened, settings_with
from folkmoot.cli.terminal import Group, done, dry_run_option, json_option, show_all, tell
from folkmoot.errors import Invalid, NotFound
from folkmoot.people.model import COMMAND
from folkmoot.storage.database import Database
from folkmoot.web.bodies import encode_json
from folkmoot.web.kit import clock


class _Day(click.ParamType[str]):
    """A day: 2027-01-03."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", str(value)):
            self.fail(f"{value!r} is no day. A day is written like 2027-01-03.", param, ctx)
        return str(value)


class _LatLon(click.ParamType[tuple[float, float]]):
    """A point: latitude, comma, longitude, in degrees."""

    name = "lat,lon"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Point:
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*", str(value))
        if not found or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
            self.fail(f"{value!r} is no point. A point is latitude and longitude in degrees, like 40.7484,-73.9857.", param, ctx)
        return float(found[1]), float(found[2])


on_option = click.option("--on", type=_Day(), help="The day that is meant; else today.")


@click.group("officials", cls=Group)
def group() -> None:
    """Who represents a place: load the facts, look them up, see what is stale."""


group.command_class = Command


@group.command("load")
@click.argument("paths", nargs=-1, required=True)
@click.option("--dated", type=_Day(), help="The day that the facts are of; else what the README beside the files says.")
@click.option("--congress", type=click.IntRange(1, 200), help="The Congress whose districts or members these are, where the file does not say.")
@dry_run_option
@json_option
def load(paths: tuple[str, ...], dated: str | None, congress: int | None, dry_run: bool, as_json: bool) -> None:
    """Loads officials, districts and postal codes from files, folders, addresses, or a source by its name.

    Each file becomes a version of its own beside the others; the day decides which one holds, and an older file never takes a newer one's place.

    \b
    folkmoot officials load officials/
    folkmoot officials load legislators-current.yaml --dated 2027-01-04
    folkmoot officials load congress_people congress_offices openstates:ny
    """
    settings, _ = settings_with()
    today = officials.day_of(clock())
    with opened(settings, make=True) as db:
        files = loading.find_files(paths, dated or "", congress, today, settings.outbound)
        loaded = loading.load(db, COMMAND, files, clock(), dry_run=dry_run, told=tell)
    for each in loaded:
        for bad in each.bad[:5]:
            tell(f"{each.file}: {bad.where} {bad.why}, so it is left out.")
        if len(each.bad) > 5:
            tell(f"{each.file}: {len(each.bad) - 5} more entries are left out.")
    if as_json:
        show_all([_loaded(each) for each in loaded], True, "")
    else:
        _tell_loaded(loaded, dry_run)


_OUTCOMES = {"new": "in use", "older": "kept, but newer facts stay in use", "later": "for days to come", "already": "loaded already"}


def _loaded(each: loading.Loaded) -> dict[str, object]:
    return {
        "file": each.file, "source": each.source, "scope": each.scope, "dated": each.dated, "entries": each.entries, "left_out": len(each.bad),
        "congress": each.congress, "outcome": each.outcome,
    }  # fmt: skip


def _tell_loaded(loaded: list[loading.Loaded], dry_run: bool) -> None:
    """One line per file; the states of one file together."""
    by_file: dict[tuple[str, str, str], list[loading.Loaded]] = {}
    for each in loaded:
        by_file.setdefault((each.file, each.dated, each.outcome), []).append(each)
    for (file, dated, outcome), parts in by_file.items():
        several = f" in {len(parts)} states" if len(parts) > 1 else ""
        done(f"{file}: {sum(each.entries for each in parts)} entries{several}, of {dated}, {_OUTCOMES[outcome]}.", dry_run)


@group.command("check")
@on_option
@click.option("--kind", type=click.Choice(["stale", "vacant", "contradictory", "missing"]), help="Only findings of this kind.")
@click.option("--versions", is_flag=True, help="List the versions that are loaded instead.")
@json_option
def check(on: str | None, kind: str | None, versions: bool, as_json: bool) -> None:
    """What is stale, vacant, contradictory or missing among the loaded facts.

    \b
    folkmoot officials check
    folkmoot officials check --kind vacant --on 2027-01-10
    folkmoot officials check --versions
    """
    day = on or officials.day_of(clock())
    with opened() as db:
        if versions:
            rows = db.read_now(lambda tx: checking.standings(tx, day))
            show_all([_standing(each) for each in rows], as_json, "Nothing is loaded yet. `folkmoot officials load FOLDER` loads.")
            return
        looked, found = db.read_now(lambda tx: (checking.standings(tx, day), list(checking.check(tx, day))))
    if not looked:
        raise NotFound("Nothing is loaded yet, so there is nothing to check. `folkmoot officials load FOLDER` loads.", "nothing_loaded")
    tell(_looked_at(looked, day))
    show_all([{"kind": each.kind, "about": each.about, "what": each.words} for each in found if kind in (None, each.kind)], as_json,
        f"All is well: nothing {kind or 'stale, vacant, contradictory or missing'} was found.")


def _looked_at(looked: list[checking.Standing], day: str) -> str:
    """What a check rests on, in one sentence."""
    used = [each for each in looked if each.state == "in use"]
    sources = ", ".join(sorted({each.source for each in used}))
    return f"Looked at {sum(each.entries for each in used)} entries in {len(used)} versions that hold on {day} ({sources})."


def _standing(each: checking.Standing) -> dict[str, object]:
    return {
        "source": each.source, "scope": code_of(each.scope), "file": each.file, "dated": each.dated, "entries": each.entries, "left_out": each.bad,
        "congress": each.congress, "state": each.state,
    }  # fmt: skip


@group.command("find")
@click.option("--zip", "zips", multiple=True, metavar="ZIP", help="A ZIP or another postal code; ZIP+4 is taken too.")
@click.option("--point", "points", type=_LatLon(), multiple=True, help="Latitude and longitude in degrees.")
@click.option("--district", "districts", multiple=True, metavar="DISTRICT",
    help="A district that the person picked: NY-12, NY-SLDU-27, or an OCD id.")
@click.option("--state", "states", multiple=True, metavar="STATE", help="A state.")
@click.option("--country", default="us", show_default=True, metavar="CODE", help="The country of a postal code or point.")
@click.option("--level", default="country", type=click.Choice(["country", "state", "local"]), show_default=True, help="Whose officials.")
@on_option
@json_option
def find(
    zips: tuple[str, ...], points: tuple[Point, ...], districts: tuple[str, ...], states: tuple[str, ...], country: str, level: Level, on: str | None,
    as_json: bool
) -> None:
    """Who represents a place. An option may be repeated: then there is one answer a line.

    \b
    folkmoot officials find --zip 10001
    folkmoot officials find --point 40.7484,-73.9857 --level state --json
    folkmoot officials find --district NY-12 --on 2027-01-10
    """
    places = [
        *(Place(country, code=code) for code in zips), *(Place(country, point=point) for point in points),
        *(Place(country, divisions=(_division(each),)) for each in districts), *(Place(country, region=each) for each in states),
    ]  # fmt: skip
    if not places:
        raise click.UsageError("Say where: --zip, --point, --district or --state.")
    day = on or officials.day_of(clock())
    with opened() as db:
        if country not in (known := db.read_now(lambda tx: officials.countries(tx, day))):
            raise NotFound(_nothing_loaded(country, known), "nothing_loaded")
        for place in places:
            answer = found_answer(_found(db, place, day, level))
            click.echo(encode_json(answer).decode()) if as_json else _tell(answer)


def _nothing_loaded(country: str, known: list[str]) -> str:
    there = f" What is loaded is of: {', '.join(known)} (--country)." if known else ""
    return f"No officials of the country {country} are loaded, so nobody can be named. `folkmoot officials load FOLDER` loads them.{there}"


def _division(words: str) -> str:
    division = division_of(words)
    if division is None:
        raise click.UsageError(f"{words!r} is no district. One is written like NY-12, VT-0 or NY-SLDU-27.")
    return division


def _found(db: Database, place: Place, day: str, level: Level) -> Found:
    """The answer; a place that cannot be read is nowhere, so that one of many does not end the others."""
    try:
        return db.read_now(lambda tx: officials.who_represents(tx, place, day, level))
    except Invalid as problem:
        return Found("none", (), (), problem.words, Data(None, db.read_now(lambda tx: officials.data_day(tx, day, place.country))))


def _tell(answer: FoundAnswer) -> None:
    """An answer for people at a terminal."""
    done(f"{answer.status}: {', '.join(answer.districts) or 'no district'}. {answer.why}")
    if answer.settle:
        done(f"  What would settle it: {', '.join(answer.settle)}.")
    for each in answer.officials:
        party, phone = f" ({each.party})" if each.party else "", f", {each.phone}" if each.phone else ""
        done(f"  {'' if each.certain else '? '}{each.name or 'Vacant'}, {each.office}{party}{phone}")
        if each.note:
            done(f"    {each.note}")
    if answer.warning:
        tell(f"  {answer.warning}")
    tell(f"  As of {answer.data.date or 'an unknown day'}.")

