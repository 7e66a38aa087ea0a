"""Old talk comes along: import an archive, go on with one that was cut short, list what was imported, undo it.

Two stages. First the whole archive is read, checked and counted in a file of its own beside the data (staging.py, settling.py):
whatever is broken ends there. Then it is merged in steps (merging.py). What has come from where is remembered by the source's own
ids, so a second run writes nothing and a longer archive adds only what is new.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from folkmoot.discussion import store_imports
from folkmoot.discussion.importers.files import opened
from folkmoot.discussion.merging import Merge
from folkmoot.discussion.report import Report, report_of
from folkmoot.discussion.settling import Settling
from folkmoot.discussion.staging import DAY, Progress, Told, stage
from folkmoot.discussion.undoing import Undone, undo
from folkmoot.errors import Conflict, NotFound, say
from folkmoot.people.accounts import staff_names
from folkmoot.sites.addresses import clean_host
from folkmoot.sites.model import Site
from folkmoot.sites.sites import get_site, site_for
from folkmoot.storage.database import Database, Row, Tx, connect
from folkmoot.storage.ids import new_id

__all__ = ["Batch", "Report", "Undone", "batches", "bring", "undo"]


def _silent(what: str, share: float) -> None:
    """Nobody watches."""


class Batch(Struct, frozen=True):
    """An import as a list shows it. phase: merging, opening, closed, undoing or undone."""

    id: str
    source: str
    files: str
    phase: str
    started: int
    ended: int | None
    report: dict[str, object]


def bring(
    db: Database, folder: Path, host: str, files: list[Path], *, now: int, form: str = "auto", story: str | None = None, dry_run: bool = False,
    dated: int | None = None, progress: Progress = _silent,
) -> Report:  # fmt: skip
    """Imports an archive into the site of a host.

    folder: where the staging file goes, beside the data. story: the address of the story, for sources that do not say it. dated:
    UTC ms for comments without a date. An import that was cut short is finished first; where it is this very one, its report is
    what is returned. Raises Invalid for a file that cannot be read (with line and column), NotFound for an unknown site, Conflict
    where another import is at work.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        site = db.read_now(partial(_site, host=host))
        fingerprint = _fingerprint(files, form, story)
        finished = _finish_all(db, folder, site, now, progress)
        if fingerprint in finished and not dry_run:
            return finished[fingerprint]
        staff = tuple(name for _, name in db.read_now(partial(staff_names, site=site.id)))
        told = Told(now, form, story, now - DAY if dated is None else dated, staff)
        return _import(db, folder, site, files, told, fingerprint, dry_run, progress)


def batches(db: Database, host: str) -> list[Batch]:
    """The imports of a site, newest first."""
    rows = db.read_now(lambda tx: store_imports.batches_of(tx, _site(tx, host).id))
    return [Batch(str(row.id), row.source, row.file, row.phase, row.started, row.ended, msgspec.json.decode(row.report)) for row in rows]


def _site(tx: Tx, host: str) -> Site:
    found = site_for(tx, clean_host(host))
    if found is None:
        raise NotFound(say("There is no site {host}. Add it first: folkmoot site add {host}", host=host), "no_such_site", "site")
    return get_site(tx, found.id)


def _fingerprint(files: list[Path], form: str, story: str | None) -> str:
    """What tells one import from another: what is in the files, and how they were to be read."""
    digest = hashlib.sha256(f"{form}\0{story}".encode())
    for path in files:
        with opened(path) as archive:
            digest.update(archive.digest())
    return digest.hexdigest()


# One import


def _import(db: Database, folder: Path, site: Site, files: list[Path], told: Told, fingerprint: str, dry_run: bool, progress: Progress) -> Report:
    batch = new_id(told.now)
    names = [path.name for path in files]
    with _staging(folder, batch) as work:
        form = stage(work, files, told, progress)
        settling = Settling(work, db, site, form.name, told.now, progress)
        settling.settle()
        report = report_of(work, site, names, batch)
        if dry_run or not (report.comments or settling.news):
            return msgspec.structs.replace(report, batch=None, dry_run=dry_run)
        kept = msgspec.json.encode({**msgspec.to_builtins(report), "fingerprint": fingerprint}).decode()
        db.write_now(lambda tx: store_imports.insert_batch(tx, batch, site.id, form.name, ", ".join(names), kept, told.now))
        _merge(db, work, site, batch, told.now, progress)
        return report


def _merge(db: Database, work: Database, site: Site, batch: int, now: int, progress: Progress) -> None:
    row = db.read_now(partial(store_imports.batch_by_id, batch=batch))
    if row:
        Merge(work, db, site, row, progress).run(row.phase, row.reached)
        db.write_now(partial(store_imports.set_phase, batch=batch, phase="closed", ended=now))


@contextmanager
def _staging(folder: Path, batch: int) -> Iterator[Database]:
    """The staging database of a batch. It stays where the process dies, and where the merge fails: then it can go on."""
    path = _path(folder, batch)
    work = connect(f"sqlite:///{path}", readers=1)
    try:
        yield work
    except Exception:
        work.close()
        raise
    work.close()
    _remove(path)


def _path(folder: Path, batch: int) -> Path:
    return folder / f"import-{batch}.db"


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


# Imports that were cut short


def _finish_all(db: Database, folder: Path, site: Site, now: int, progress: Progress) -> dict[str, Report]:
    """Finishes what an earlier process began, and sweeps away staging files that belong to nothing. Gives reports by fingerprint."""
    rows = db.read_now(partial(store_imports.unfinished, site=site.id))
    finished = {fingerprint: report for fingerprint, report in (_finish(db, folder, site, row, now, progress) for row in rows) if report}
    for path in folder.glob("import-*.db"):
        _remove(path)
    return finished


def _finish(db: Database, folder: Path, site: Site, row: Row, now: int, progress: Progress) -> tuple[str, Report | None]:
    if row.phase == "undoing":
        undo(db, row.id, now, progress)
        return "", None
    if not _path(folder, row.id).exists():
        words = "The import {batch} of {file} was cut short, and its staging file is not in {folder}. Undo it, then import again: folkmoot import --undo {batch}"
        raise Conflict(say(words, batch=row.id, file=row.file, folder=folder), "import_cut_short")
    with _staging(folder, row.id) as work:
        _merge(db, work, site, row.id, now, progress)
    kept = msgspec.json.decode(row.report)
    return kept.pop("fingerprint"), msgspec.convert({**kept, "resumed": True}, Report)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One import at a time. The lock goes with the process, however that ends."""
    with (folder / "import.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict("Another import is at work here. Wait until it has ended.", "import_at_work") from None
        yield
