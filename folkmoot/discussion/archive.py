"""Old talk comes along: import an archive, go on with one that was cut short, list what was imported, undo it.

Two stages. First the whole archive is read, checked and counted in a file of its own beside the data (staging.py, settling.py):
whatever is broken ends there. Then it is merged in steps (merging.py). What has come from where is remembered by the source's own
ids, so a second run writes nothing and a longer archive adds only what is new.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from folkmoot.discussion import store_imports, undoing
from folkmoot.discussion.homecoming import Arrangement, Homecoming, Staging
from folkmoot.discussion.importers import Format, format_of
from folkmoot.discussion.importers.files import opened
from folkmoot.discussion.merging import Merge
from folkmoot.discussion.report import Report, report_kept, report_of, to_keep
from folkmoot.discussion.settling import Settling
from folkmoot.discussion.staging import DAY, Progress, Told, stage
from folkmoot.discussion.store_export import OWN
from folkmoot.discussion.store_homecoming import fresh
from folkmoot.discussion.undoing import Undone
from folkmoot.discussion.waits import refill
from folkmoot.errors import Conflict, Invalid, NotFound, say
from folkmoot.people.accounts import staff_names
from folkmoot.people.model import COMMAND
from folkmoot.sites.addresses import clean_host
from folkmoot.sites.model import Policy, Site, Theme
from folkmoot.sites.sites import add_site, get_site, site_for
from folkmoot.sites.travelling import Room
from folkmoot.storage.database import Database, Row, Tx, connect
from folkmoot.storage.ids import new_id

__all__ = ["Batch", "Report", "Undone", "batches", "bring", "undo"]


def _silent(what: str, share: float) -> None:
    """Nobody watches."""


class Batch(Struct, frozen=True):
    """An import as a list shows it. phase: merging, opening, closed, undoing or undone. report: as it is kept (report.py)."""

    id: str
    source: str
    files: str
    phase: str
    started: int
    ended: int | None
    report: dict[str, object]


def bring(
    db: Database, folder: Path, host: str, files: list[Path], *, now: int, form: str = "auto", story: str | None = None, dry_run: bool = False,
    dated: int | None = None, progress: Progress = _silent, rooms: Sequence[Room] = (),
) -> Report:  # fmt: skip
    """Imports an archive into the site of a host.

    folder: where the staging file goes, beside the data. story: the address of the story, for sources that do not say it; for those that know
    paths alone, an address on the host that is meant. dated:
    UTC ms for comments without a date. rooms: whose rows an export of ours may hold beside the discussion's. dry_run: nothing is written,
    and nothing finished. Else an import of the site that was cut short is finished first; where it is this very one, its report is what
    is returned. Raises Invalid for a file that cannot be read (with line and column), NotFound for an unknown site, Conflict where an
    import or undoing is at work, or somebody undoes this one meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        asked = _Asked(db, folder, host, files, form, story, now, now - DAY if dated is None else dated, progress, rooms)
        finished = {} if dry_run else asked.finish_all()
        if asked.fingerprint in finished:
            return finished[asked.fingerprint]
        return asked.bring(dry_run)


def undo(db: Database, folder: Path, batch: int, *, now: int, progress: Progress = _silent, rooms: Sequence[Room] = ()) -> Undone:
    """Takes an import out again, or goes on with an undoing that was cut short; folder: as `bring` was given it.

    Raises NotFound, Conflict where it is undone already or an import is at work.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        return undoing.undo(db, batch, now, progress, rooms)


def batches(db: Database, host: str) -> list[Batch]:
    """The imports of a site, newest first."""
    rows = db.read_now(lambda tx: store_imports.batches_of(tx, _site(tx, host).id))
    return [batch_of(row) for row in rows]


def batch_of(row: Row) -> Batch:
    """An import as its row tells of it."""
    return Batch(str(row.id), row.source, row.file, row.phase, row.started, row.ended, msgspec.json.decode(row.report))


def _site(tx: Tx, host: str) -> Site:
    found = site_for(tx, clean_host(host))
    if found is None:
        raise NotFound(say("There is no site {host}. Add it first: folkmoot site add {host}", host=host), "no_such_site", "site")
    return get_site(tx, found.id)


class _Asked:
    """One import as it was asked for."""

    def __init__(
        self, db: Database, folder: Path, host: str, files: list[Path], form: str, story: str | None, now: int, dated: int, progress: Progress,
        rooms: Sequence[Room],
    ) -> None:  # fmt: skip
        self._db = db
        self._folder = folder
        self._files = files
        self._now = now
        self._progress = progress
        self._rooms = rooms
        self._form = _form(files, form)
        self._host = clean_host(host)
        self._found = db.read_now(partial(site_for, host=self._host))
        if self._found is None and self._form.read is not None:
            db.read_now(partial(_site, host=host))
        self._site = self._found or Site(0, self._host, self._host, "en", Policy(), Theme(), (self._host,))
        staff = tuple(name for _, name in db.read_now(partial(staff_names, site=self._site.id)))
        self._told = Told(now, self._form.name, story, dated, staff, self._host)
        self.fingerprint = _fingerprint(files, self._told)

    def bring(self, dry_run: bool) -> Report:
        """Stages, then merges unless nothing is new or nothing is to be written."""
        batch = new_id(self._now)
        with _staging(self._folder, batch) as work:
            try:
                news = self._stage(work)
                report = self._report(work, batch)
            except BaseException:
                _remove(_path(self._folder, batch))  # nothing has been touched, so there is nothing to go on with
                raise
            if dry_run or not (report.comments or news):
                return msgspec.structs.replace(report, batch=None, dry_run=dry_run)
            self._db.write_now(partial(self._begin, batch=batch, report=report))
            self._merge(work, batch)
            return report

    def _stage(self, work: Database) -> int:
        """Reads and settles; how much is new beside comments."""
        if self._form.read is not None:
            stage(work, self._files, self._form, self._told, self._progress)
            settling = Settling(work, self._db, self._site, self._form.name, self._now, self._progress)
        else:
            with opened(self._files[0]) as archive:
                Staging(work, archive, self._progress, self._rooms).stage()
            settling = Arrangement(work, self._db, self._site, self._form.name, self._now, self._progress, rooms=self._rooms)
        settling.settle()
        return settling.news

    def _report(self, work: Database, batch: int) -> Report:
        files = [path.name for path in self._files]
        if self._form.read is not None:
            return report_of(work, files, batch, self._site.hosts, self._form.unit)
        return msgspec.structs.replace(report_of(work, files, batch), people=work.read_now(partial(fresh, kind="person")))

    def _begin(self, tx: Tx, batch: int, report: Report) -> None:
        if self._found is None:
            self._site = add_site(tx, COMMAND, self._host, self._host, self._now)
        kept = msgspec.json.encode({**to_keep(report), "fingerprint": self.fingerprint}).decode()
        files = ", ".join(path.name for path in self._files)
        store_imports.insert_batch(tx, batch, self._site.id, self._form.name, files, kept, self._now)

    def _merge(self, work: Database, batch: int) -> None:
        row = self._db.read_now(partial(store_imports.batch_by_id, batch=batch))
        if row:
            given = work, self._db, self._site, row, self._progress
            merge = Homecoming(*given, rooms=self._rooms) if row.source == OWN else Merge(*given)
            merge.run(row.reached)
            while self._db.write_now(partial(refill, now=self._now)):  # what came in held waits for a moderator
                pass
            merge.enter("closed", self._now)

    # Imports that were cut short

    def finish_all(self) -> dict[str, Report]:
        """Finishes what an earlier process began, and sweeps away staging files that nobody goes on with. Gives reports by fingerprint."""
        rows = self._db.read_now(partial(store_imports.unfinished, site=self._site.id))
        finished = {fingerprint: report for fingerprint, report in map(self._finish, rows) if report}
        needed = {_path(self._folder, batch) for batch in self._db.read_now(store_imports.all_unfinished)}  # those of other sites
        for path in set(self._folder.glob("import-*.db")) - needed:
            _remove(path)
        return finished

    def _finish(self, row: Row) -> tuple[str, Report | None]:
        if row.phase == "undoing":
            undoing.undo(self._db, row.id, self._now, self._progress, self._rooms)
            return "", None
        if not _path(self._folder, row.id).exists():
            words = (
                "The import {batch} of {file} was cut short, and its staging file is not in {folder}."
                " Undo it, then import again: folkmoot import --undo {batch}"
            )
            raise Conflict(say(words, batch=row.id, file=row.file, folder=self._folder), "import_cut_short")
        with _staging(self._folder, row.id) as work:
            self._merge(work, row.id)
        kept = msgspec.json.decode(row.report)
        return kept.pop("fingerprint"), report_kept({**kept, "resumed": True})


def _form(files: list[Path], asked: str) -> Format:
    """The format of the files, by the first of them. Our own export is one file."""
    if not files:
        raise Invalid("There is nothing to import: no file was named.", "no_file", "file")
    with opened(files[0]) as archive:
        form = format_of(archive, asked)
    if form.read is None and len(files) > 1:
        raise Invalid("Folkmoot's own export is one file; import several one after another.", "one_file", "file")
    return form


def _fingerprint(files: list[Path], told: Told) -> str:
    """What tells one import from another: what is in the files, and how they were to be read."""
    digest = hashlib.sha256(f"{told.form}\0{told.story}".encode())
    for path in files:
        with opened(path) as archive:
            digest.update(archive.digest())
    return digest.hexdigest()


@contextmanager
def _staging(folder: Path, batch: int) -> Iterator[Database]:
    """The staging database of a batch. It stays where the process dies, and where the merge fails: then it can go on."""
    path = _path(folder, batch)
    work = connect(f"sqlite:///{path}", readers=1, spill=True)
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
    for file in path.parent.glob(f"{path.name}*"):  # the engine keeps a few beside it
        file.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One import or undoing at a time. The lock goes with the process, however that ends."""
    with (folder / "import.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict("An import, or the undoing of one, is at work here. Wait until it has ended.", "import_at_work") from None
        yield
