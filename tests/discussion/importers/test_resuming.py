"""An import that is killed goes on where it stood: nothing twice, nothing missing, nothing seen before its time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from folkmoot.discussion import archive, store_imports
from folkmoot.errors import Conflict
from folkmoot.people.model import COMMAND
from folkmoot.sites.sites import add_site
from tests.discussion.importers.conftest import Archivist
from tests.discussion.importers.disqus_files import export, post, thread, two_stories

COMMENTS = 700

# Imports, and kills itself at the n-th step of a phase.
_KILLED = """
import os, signal, sys
from pathlib import Path
from folkmoot.discussion import archive
from folkmoot.storage.database import connect
url, folder, file, phase, steps, now, batch = sys.argv[1:]
left = int(steps)
def progress(what, share):
    global left
    left -= what.startswith(phase)
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
db = connect(url)
if batch == "0":
    archive.bring(db, Path(folder), "news.example", [Path(file)], now=int(now), progress=progress)
else:
    archive.undo(db, Path(folder), int(batch), now=int(now), progress=progress)
"""


def killed(archivist: Archivist, url: str, file: Path, phase: str, steps: int, batch: str = "0") -> None:
    given = [url, str(archivist.folder), str(file), phase, str(steps), str(archivist.now), batch]
    outcome = subprocess.run([sys.executable, "-c", _KILLED, *given], check=False, capture_output=True, text=True)
    assert outcome.returncode == -signal.SIGKILL, outcome.stderr


def tree(archivist: Archivist) -> dict[str, tuple[object, ...]]:
    sql = (
        "SELECT k.source_id, p.source_id AS parent, c.text, c.level, c.visible, c.replies, c.posted FROM source_key k JOIN comment c ON c.id = k.id"
        " LEFT JOIN source_key p ON p.id = c.parent AND p.kind = 'comment' WHERE k.kind = 'comment'"
    )
    return {row.source_id: tuple(row[1:]) for row in archivist.rows(sql)}


@pytest.mark.parametrize(("phase", "steps"), [("reading", 1), ("sorting", 4), ("merging", 1), ("merging", 2), ("opening", 1), ("opening", 2)])
def test_an_import_that_was_killed_is_finished_by_the_next(archivist: Archivist, database_url: str, tmp_path: Path, phase: str, steps: int) -> None:
    file = two_stories(tmp_path / "a.xml", COMMENTS)
    killed(archivist, database_url, file, phase, steps)
    report = archivist.bring(file)
    assert (report.comments, report.stories, report.people) == (COMMENTS, 2, 7)
    found = tree(archivist)
    assert len(found) == COMMENTS == archivist.count("comment")
    assert found["dsq:5"][:2] == ("dsq:3", "Number 5")
    assert all(row[3] == 1 for row in found.values())
    assert archivist.findings() == []
    assert archivist.bring(file).already == COMMENTS
    assert [path.suffix for path in archivist.folder.iterdir() if "import-" in path.name] == []


def test_an_import_that_was_killed_before_an_upgrade_goes_on(archivist: Archivist, database_url: str, tmp_path: Path) -> None:
    """Remarks lay in one table then, whole and in English, and the report held them so."""
    file = two_stories(tmp_path / "a.xml", COMMENTS)
    killed(archivist, database_url, file, "merging", 2)
    staging = next(archivist.folder.glob("import-*.db"))
    with closing(apsw.Connection(str(staging))) as work:
        work.execute("DROP TABLE staged_saying; DROP TABLE staged_remark; CREATE TABLE staged_remark (number INTEGER PRIMARY KEY, words TEXT)")
    row = archivist.rows("SELECT id, report FROM batch")[0]
    kept = json.dumps({**json.loads(row.report), "warnings": ["Line 3: The lake rises."]})
    archivist.db.write_now(lambda tx: store_imports.set_report(tx, row.id, kept))
    report = archivist.bring(file)
    assert (report.comments, report.resumed, report.warnings) == (COMMENTS, True, ["Line 3: The lake rises."])
    assert archivist.count("comment") == COMMENTS and archivist.findings() == []


def test_what_a_killed_import_has_merged_is_seen_by_nobody(archivist: Archivist, database_url: str, tmp_path: Path) -> None:
    killed(archivist, database_url, two_stories(tmp_path / "a.xml", COMMENTS), "merging", 2)
    assert 0 < archivist.count("comment") < COMMENTS
    assert archivist.rows("SELECT id FROM comment WHERE visible = 1") == []
    assert [finding.kind for finding in archivist.findings()] == ["import not ended"]


def test_another_archive_waits_until_the_killed_one_is_finished(archivist: Archivist, database_url: str, tmp_path: Path) -> None:
    killed(archivist, database_url, two_stories(tmp_path / "a.xml", COMMENTS), "merging", 2)
    report = archivist.bring("page.txt", story="https://news.example/page")
    assert (report.comments, report.resumed) == (10, False)
    assert archivist.count("comment") == COMMENTS + 10
    assert archivist.findings() == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_import_into_another_site_leaves_the_killed_one_its_staging_file(
    archivist: Archivist, database_url: str, tmp_path: Path, dry_run: bool
) -> None:
    archivist.db.write_now(lambda tx: add_site(tx, COMMAND, "mill.example", "The Mill", archivist.now))
    file = two_stories(tmp_path / "a.xml", COMMENTS)
    killed(archivist, database_url, file, "merging", 2)
    (archivist.folder / "import-7.db").touch()  # of one that was killed before it began to merge
    other = export(tmp_path / "b.xml", thread(1, "https://mill.example/wheel"), post(1))
    assert archive.bring(archivist.db, archivist.folder, "mill.example", [other], now=archivist.now, dry_run=dry_run).comments == 1
    assert (archivist.folder / "import-7.db").exists() is dry_run, "a dry run sweeps nothing"
    report = archivist.bring(file)
    assert (report.comments, report.resumed) == (COMMENTS, True)
    assert archivist.findings() == [] and list(archivist.folder.glob("import-*")) == []


def test_a_dry_run_leaves_a_killed_import_as_it_stands(archivist: Archivist, database_url: str, tmp_path: Path) -> None:
    file = two_stories(tmp_path / "a.xml", COMMENTS)
    killed(archivist, database_url, file, "merging", 2)
    come = archivist.count("comment")
    rehearsed = archivist.bring(file, dry_run=True)
    assert (rehearsed.comments, rehearsed.already, rehearsed.batch) == (COMMENTS - come, come, None)
    assert archivist.count("comment") == come
    assert archivist.bring(file).resumed and archivist.count("comment") == COMMENTS


def test_a_killed_import_whose_staging_file_is_lost_can_be_undone(archivist: Archivist, database_url: str, tmp_path: Path) -> None:
    file = two_stories(tmp_path / "a.xml", COMMENTS)
    killed(archivist, database_url, file, "opening", 2)
    for path in archivist.folder.glob("import-*"):
        path.unlink()
    with pytest.raises(Conflict, match="staging file is not in"):
        archivist.bring(file)
    archive.undo(archivist.db, archivist.folder, int(archive.batches(archivist.db, "news.example")[0].id), now=archivist.now)
    assert archivist.count("comment") == 0
    assert archivist.bring(file).comments == COMMENTS
    assert archivist.findings() == []


def test_an_undoing_that_was_killed_goes_on(archivist: Archivist, database_url: str, tmp_path: Path) -> None:
    file = two_stories(tmp_path / "a.xml", COMMENTS)
    batch = archivist.bring(file).batch
    killed(archivist, database_url, file, "undoing", 2, str(batch))
    assert 0 < archivist.count("comment") < COMMENTS
    archive.undo(archivist.db, archivist.folder, int(str(batch)), now=archivist.now)
    assert [archivist.count(table) for table in ("comment", "story", "person", "source_key")] == [0, 0, 0, 0]


