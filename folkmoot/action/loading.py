"""Takes files of officials, districts and postal codes in, each as a version of its own.

It goes in short transactions, and nobody sees a version before it is whole; an older file never takes a newer one's place
(versions.py). The day that a file's facts are of is what the operator says, else what the README beside it says of that file,
else the latest day that the file itself names, else the day of the file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from folkmoot import outbound
from folkmoot.action import atlas, shapes
from folkmoot.action import store_officials as store
from folkmoot.action.directory import BY_NAME, source_of
from folkmoot.action.directory.records import Area, Bad, File, Part, Postal, Record, Spot
from folkmoot.action.directory.records import day as day_in
from folkmoot.action.model import Committee, Detail, Member, Official
from folkmoot.action.store_officials import Load
from folkmoot.errors import Invalid, NotAllowed, NotFound, Problem, say
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.settings import Outbound
from folkmoot.storage.database import Database, Tx
from folkmoot.storage.ids import new_id

STEP = 500                 # rows of a transaction
MAX_FILE = 256 << 20       # bytes
ENDINGS = {".yaml", ".yml", ".csv", ".json", ".geojson"}
FETCH = outbound.Bounds(most=64 << 20, seconds=120.0)
_ROW = re.compile(r"^\|(.+)\|\s*$", re.M)
_FILE = re.compile(r"`([\w.-]+)`")
_DAY = re.compile(r"\b\d{4}(?:-\d\d(?:-\d\d)?)?\b")
T = TypeVar("T")


class Found(Struct, frozen=True):
    """A file before it is read. told: the day that somebody said its facts are of; aged: the day of the file itself."""

    file: File
    told: str = ""
    aged: str = ""


class Loaded(Struct, frozen=True):
    """What came of one part of a file. outcome: new (in use), older (kept, but newer facts stay in use), later (for days to come), already."""

    file: str
    source: str
    scope: str
    dated: str
    entries: int
    outcome: str
    bad: tuple[Bad, ...] = ()
    congress: int | None = None


# Finding the files


def find_files(paths: Iterable[str], dated: str = "", congress: int | None = None, today: str = "",
    settings: Outbound | None = None) -> Iterator[Found]:
    """The files that the operator named: files, folders, addresses, or names of sources that publish at an address of their own.

    Raises NotFound, Invalid, and what a fetch may raise.
    """
    for path in paths:
        address = _address(path)
        if address:
            yield _fetched(address, dated, congress, today, settings or Outbound())
        else:
            yield from _from_disk(Path(path), dated, congress)


def _address(path: str) -> str:
    """An address, also of a source by its name: congress_people, openstates:ny."""
    name, _, state = path.partition(":")
    if path.startswith(("https://", "http://")):
        return path
    if name in BY_NAME and BY_NAME[name].address and not Path(path).exists():
        if "{state}" in BY_NAME[name].address and not re.fullmatch(r"[a-z]{2}", state, re.I):
            raise Invalid(say("Say which state: {name}:ny.", name=name), "no_state")
        return BY_NAME[name].address.format(state=state.lower())
    return ""


def _fetched(address: str, dated: str, congress: int | None, today: str, settings: Outbound) -> Found:
    answer = outbound.get(settings, address, bounds=FETCH)
    if not answer.fine:
        raise NotFound(say("{address} answered with {status}, so nothing was loaded.", address=address, status=answer.status), "not_there")
    told = dated
    if not told and (modified := answer.headers.get("last-modified")):
        told = parsedate_to_datetime(modified).date().isoformat()
    return Found(File(address.rpartition("/")[2] or address, answer.body, congress), told or today)


def _from_disk(path: Path, dated: str, congress: int | None) -> Iterator[Found]:
    if path.is_dir():
        files = [each for each in sorted(path.rglob("*")) if each.suffix.lower() in ENDINGS and each.is_file()]
        if not files:
            raise NotFound(say("{folder} holds no file that could be one of officials.", folder=path), "no_files")
        readme = path / "README.md"
        told = days_told(readme.read_text("utf-8", "replace")) if readme.is_file() else {}
        yield from (_read(each, dated or told.get(each.name, ""), congress) for each in files)
    else:
        yield _read(path, dated, congress)


def _read(path: Path, told: str, congress: int | None) -> Found:
    try:
        if path.stat().st_size > MAX_FILE:
            raise Invalid(say("{file} is larger than {megabytes} MB.", file=path, megabytes=MAX_FILE >> 20), "too_large")
        aged = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
        return Found(File(path.name, path.read_bytes(), congress), told, aged)
    except OSError as error:
        raise NotFound(say("{file} cannot be read: {why}.", file=path, why=error.strerror), "no_file") from None


def days_told(readme: str) -> dict[str, str]:
    """The days that a README's tables give to the files they name: the last day in a row counts for each file in its first cell."""
    told: dict[str, str] = {}
    for row in _ROW.findall(readme):
        cells = row.split("|")
        days = [day_in(each) for each in _DAY.findall(cells[-1]) if "1990" < each < "2200"]
        if days:
            told |= {name: max(days) for name in _FILE.findall(cells[0])}
    return told


# Reading and keeping


def load(
    db: Database, actor: Actor, files: Iterable[Found], now: int, *, dry_run: bool = False, told: Callable[[str], None] = lambda words: None
) -> list[Loaded]:
    """Loads files; what came of each part. Raises Invalid where no file among them is one of officials, NotAllowed without the right.

    A file that no reader knows is told of and left out. dry_run: says what would come of it and keeps nothing.
    """
    if not may(actor, "load_officials", 0):
        raise NotAllowed("Only this server’s staff may load officials.", "not_staff")
    db.write_now(_sweep)
    done: list[Loaded] = []
    for found, source, parts in _parts(files, told):
        for part in parts:
            done.append(_keep(db, found, source, part, now, dry_run))
    if not done:
        raise Invalid("None of these files is one of officials, districts or postal codes.", "nothing_useful")
    return done


def _sweep(tx: Tx) -> None:
    """Takes away what a load left behind that did not come to its end."""
    for unfinished in store.unfinished_loads(tx):
        store.delete_load(tx, unfinished)


def _parts(files: Iterable[Found], told: Callable[[str], None]) -> Iterator[tuple[Found, str, list[Part]]]:
    """(file, source, what it says). Files of one person each come together, by state."""
    people: dict[str, list[tuple[Found, Part]]] = {}
    for found in files:
        source = source_of(found.file)
        if source is None:
            told(f"{found.file.name}: no reader knows it, so it is left out.")
        elif source.name == "openstates_person":
            for part in source.read(found.file):
                people.setdefault(part.scope, []).append((found, part))
        else:
            yield found, source.name, list(source.read(found.file))
    for scope, each in people.items():
        yield _together(scope, [found for found, _ in each]), "openstates", [_joined([part for _, part in each])]


def _together(scope: str, founds: Sequence[Found]) -> Found:
    body = b"".join(sorted(hashlib.sha256(found.file.body).digest() for found in founds))
    return Found(File(f"{len(founds)} people of {scope.rpartition(':')[2]}", body), max(found.told for found in founds),
        max(found.aged for found in founds))


def _joined(parts: Sequence[Part]) -> Part:
    records = tuple(record for part in parts for record in part.records)
    return Part(parts[0].scope, records, newest=max(part.newest for part in parts))


def _keep(db: Database, found: Found, source: str, part: Part, now: int, dry_run: bool) -> Loaded:
    digest = hashlib.sha256(found.file.body).hexdigest()
    dated = found.told or (part.newest if part.newest <= (found.aged or "9") else "") or found.aged
    version = Load(new_id(now), source, part.scope, found.file.name, digest, dated, part.since, part.until, part.congress, len(part.records),
        len(part.bad),
                   now, None)  # fmt: skip
    known = db.read_now(lambda tx: store.load_of(tx, source, part.scope, digest))
    outcome = "already" if known else db.read_now(partial(_outcome, version=version, now=now))
    if known and found.told and found.told != known.dated and not dry_run:
        db.write_now(lambda tx: store.set_dated(tx, known.id, found.told))
    if not known and not dry_run:
        _write(db, version, part.records, now)
    return Loaded(found.file.name, source, part.scope, dated, len(part.records), outcome, part.bad, part.congress)


def _outcome(tx: Tx, version: Load, now: int) -> str:
    """Whether a version will be in use at once."""
    today = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
    rivals = [each for each in store.ready_loads(tx) if (each.source, each.scope, each.since) == (version.source, version.scope, version.since)]
    if any(each.dated > version.dated for each in rivals):
        return "older"
    return "later" if version.since > today else "new"


def _write(db: Database, version: Load, records: Sequence[Record], now: int) -> None:
    db.write_now(lambda tx: store.insert_load(tx, version))
    try:
        for step in _steps(version.id, records):
            db.write_now(step)
    except Problem:
        db.write_now(lambda tx: store.delete_load(tx, version.id))
        raise
    db.write_now(lambda tx: store.set_ready(tx, version.id, now))


def _steps(load: int, records: Sequence[Record]) -> Iterator[Callable[[Tx], None]]:
    """The writes of a version, each a transaction."""
    postal = [each for each in records if isinstance(each, Postal)]
    spots = [each for each in records if isinstance(each, Spot)]
    if postal or spots:
        packed = atlas.pack_codes(postal) if postal else atlas.pack_spots(spots)
        yield lambda tx: store.insert_postal(tx, load, packed)
    for areas in _by(50, [each for each in records if isinstance(each, Area)]):
        ready = [(area.division, area.name, shapes.pack(area.rings)) for area in areas]
        yield partial(store.insert_areas, load=load, areas=ready)
    yield from (partial(store.insert_officials, load=load, officials=some) for some in _by(STEP,
        [each for each in records if isinstance(each, Official)]))
    yield from (partial(store.insert_details, load=load, details=some) for some in _by(STEP, [each for each in records if isinstance(each, Detail)]))
    yield from (partial(store.insert_committees, load=load, committees=some) for some in _by(STEP,
        [each for each in records if isinstance(each, Committee)]))
    yield from (partial(store.insert_members, load=load, members=some) for some in _by(STEP, [each for each in records if isinstance(each, Member)]))


def _by(size: int, every: Sequence[T]) -> Iterator[Sequence[T]]:
    return (every[at : at + size] for at in range(0, len(every), size))
