"""What the readers of officials' files give, whatever the source. Frozen; no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import yaml  # type: ignore[import-untyped]
from msgspec import Struct

from folkmoot.action.model import Committee, Detail, Member, Official, Way
from folkmoot.errors import Invalid, say


class File(Struct, frozen=True):
    """A file to be read. name: as it is called, without its folder; congress: the one that the operator named, if any."""

    name: str
    body: bytes
    congress: int | None = None

    @property
    def text(self) -> str:
        """Its words. Raises Invalid where they are no UTF-8."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Invalid(say("{file} is not UTF-8 text.", file=self.name), "not_utf8") from None

    @property
    def head(self) -> str:
        """Its beginning, to be recognised by."""
        return self.body[:4000].decode("utf-8", "replace").lstrip("\ufeff")


class Area(Struct, frozen=True):
    """A division's shape: its rings as (longitude, latitude)."""

    division: str
    name: str
    rings: Sequence[Sequence[Sequence[float]]]


class Postal(Struct, frozen=True):
    """A postal code, or a part of one, that touches a division. basis: how that is known (README of the data). plus: 0001-0099 or 0001."""

    code: str
    division: str
    basis: str = ""
    plus: str = ""


class Spot(Struct, frozen=True):
    """Where a postal code is: a place's name, the state, a point."""

    code: str
    place: str
    region: str
    about: str
    latitude: float
    longitude: float


class Bad(Struct, frozen=True):
    """An entry that cannot be used, and why. The rest is read all the same."""

    where: str
    why: str


Record = Official | Detail | Committee | Member | Area | Postal | Spot


class Part(Struct, frozen=True):
    """What a file says of one scope (a country or a state): a version of its own once it is loaded.

    since, until: the days for which this is the last word; empty: always. congress: of which these are the districts or members.
    newest: the latest day that its own facts name, a hint of how fresh it is.
    """

    scope: str
    records: tuple[Record, ...]
    bad: tuple[Bad, ...] = ()
    since: str = ""
    until: str = ""
    congress: int | None = None
    newest: str = ""


def text(value: object) -> str:
    """A value as one line of words; empty for none."""
    return " ".join(str(value).split()) if value is not None else ""


def day(value: object) -> str:
    """A day as ISO words: YAML reads some as dates. Empty for what is none; a year alone begins in January."""
    words = text(value)[:10]
    parts = words.split("-")
    if not all(part.isascii() and part.isdigit() for part in parts) or len(parts[0]) != 4 or len(parts) > 3:
        return ""
    return "-".join([*parts, "01", "01"][:3])


def number(value: object) -> float | None:
    """A number, or None for what is none."""
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if abs(found) <= 1_000_000 else None


def point(latitude: object, longitude: object) -> tuple[float, float] | None:
    """A point, if both are there and on the globe."""
    lat, lon = number(latitude), number(longitude)
    return (lat, lon) if lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon) else None


def ways(**given: object) -> tuple[Way, ...]:
    """The ways that are there, in the order given: email="…", form="…"."""
    return tuple(Way(kind, text(to)) for kind, to in given.items() if text(to))  # type: ignore[arg-type]


def listed(file: File) -> list[Mapping[str, Any]]:
    """The entries of a YAML file that is a list. Raises Invalid."""
    found = parsed(file)
    if not isinstance(found, list):
        raise Invalid(say("{file} is not a list of entries.", file=file.name), "not_a_list")
    return [each for each in found if isinstance(each, dict)]


def parsed(file: File) -> Any:
    """A YAML file as plain values. Raises Invalid where it is none."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(file.text, Loader=loader)  # noqa: S506 -- a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Invalid(say("{file} is not valid YAML: {why}.", file=file.name, why=text(error)[:200]), "not_yaml") from None


def decoded(file: File) -> Any:
    """A JSON file as plain values. Raises Invalid where it is none."""
    try:
        return msgspec.json.decode(file.text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(say("{file} is not valid JSON: {why}.", file=file.name, why=text(error)[:200]), "not_json") from None


def each_row(file: File, needed: Sequence[str]) -> Iterator[dict[str, str]]:
    """The rows of a table with a heading, by column in lower case. Raises Invalid where a needed column is missing."""
    import csv
    import io

    reader = csv.DictReader(io.StringIO(file.text))
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in needed if name not in names]
    if missing:
        raise Invalid(say("{file} lacks the column {column}.", file=file.name, column=missing[0]), "no_column")
    try:
        for row in reader:
            yield {(name or "").strip().lower(): (value or "").strip() for name, value in row.items() if isinstance(value, str | None)}
    except csv.Error as error:
        raise Invalid(say("{file} cannot be read as a table: {why}.", file=file.name, why=text(error)), "not_csv") from None
