"""An archivist: brings files into the newsroom, and looks at what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from folkmoot.discussion import archive, checks
from folkmoot.discussion.archive import Report
from folkmoot.people import checks as people_checks
from folkmoot.people.model import COMMAND
from folkmoot.sites import checks as sites_checks
from folkmoot.sites.sites import add_host, add_site
from folkmoot.storage.checks import Finding
from folkmoot.storage.database import Database, Row

SAMPLES = Path(__file__).parent / "samples"
SHARED = Path(__file__).parents[4] / "shared" / "data"


class Archivist:
    """Knows one newsroom, news.example, which old.example belongs to as well."""

    def __init__(self, db: Database, folder: Path, now: int) -> None:
        self.db = db
        self.folder = folder
        self.now = now
        site = db.write_now(lambda tx: add_site(tx, COMMAND, "news.example", "The News", now))
        db.write_now(lambda tx: add_host(tx, COMMAND, site.id, "old.example", now))
        self.site = site.id

    def bring(self, file: Path | str, **how: Any) -> Report:
        """Imports a sample, or a file."""
        path = SAMPLES / file if isinstance(file, str) else file
        return archive.bring(self.db, self.folder, "news.example", [path], now=self.now, **how)

    def undo(self, report: Report) -> int:
        """Takes an import out again; how many comments left."""
        return archive.undo(self.db, self.folder, int(report.batch or 0), now=self.now).comments

    def rows(self, sql: str, **given: object) -> list[Row]:
        return self.db.read_now(lambda tx: tx.rows(sql, **given))

    def comment(self, key: str) -> Row:
        """A comment by the key that its source gave it."""
        found = self.rows("SELECT c.* FROM source_key k JOIN comment c ON c.id = k.id WHERE k.kind = 'comment' AND k.source_id = :key", key=key)
        assert len(found) == 1, key
        return found[0]

    def parent(self, key: str) -> str | None:
        """The key of the comment that one answers."""
        found = self.rows("SELECT source_id FROM source_key WHERE kind = 'comment' AND id = :id", id=self.comment(key).parent)
        return found[0].source_id if found else None

    def findings(self) -> list[Finding]:
        return [*sites_checks.check(self.db), *people_checks.check(self.db), *checks.check(self.db)]

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT COUNT(*) AS n FROM {table}")[0].n)


@pytest.fixture
def archivist(db: Database, tmp_path: Path, now: int) -> Archivist:
    """A newsroom into which nothing was imported yet."""
    return Archivist(db, tmp_path / "data", now)


@pytest.fixture
def shared() -> Path:
    """The project's shared data; the test is skipped where it is not beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared/data beside the checkout")
    return SHARED
