"""What is large on the disk stays on the disk: a process that holds a whole file in memory is killed on a small machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from folkmoot.storage.database import Tx, connect

LETTERS = 80_000_000
FOLIOS = 80_000
CACHE = 16  # MB of pages that a connection keeps

SWEEP = "db.sweep(None)"
REWRITE = "db.write_now(lambda tx: tx.run('UPDATE folio SET page = page + 1 WHERE page > 0'))"
MEASURED = """
import pathlib, re, sys
from folkmoot.storage.database import connect
largest = lambda: int(re.search(r"VmHWM:\\s*([0-9]+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
db = connect("sqlite:///" + sys.argv[1], readers=1, spill=True)
db.write_now(lambda tx: tx.run("UPDATE folio SET page = page WHERE page = 1"))
before = largest()
{act}
print(largest() - before)
db.close()
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 80 MB, which Ada has typed: folios with an index over their pages."""
    path = tmp_path_factory.mktemp("library") / "folkmoot.db"

    def fill(tx: Tx) -> None:
        tx.run("CREATE TABLE folio (number INTEGER PRIMARY KEY, page INTEGER NOT NULL, words TEXT NOT NULL)")
        tx.run("CREATE INDEX folio_page ON folio (page)")
        tx.many("INSERT INTO folio (page, words) VALUES (:page, :words)",
                ({"page": n + 1, "words": f"{n:>{LETTERS // FOLIOS}}"} for n in range(FOLIOS)))  # fmt: skip

    db = connect(f"sqlite:///{path}", readers=1)
    db.write_now(fill)
    db.close()
    assert path.stat().st_size > LETTERS
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much memory a process had at most")
@pytest.mark.parametrize("act", [SWEEP, REWRITE])
def test_a_file_is_swept_and_all_its_rows_changed_without_being_held_in_memory(library: Path, act: str) -> None:
    run = subprocess.run([sys.executable, "-c", MEASURED.format(act=act), str(library)], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 3 * CACHE
