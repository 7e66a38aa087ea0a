"""A thread that joins two stories which are apart here tears nothing: each keeps its own talk."""

from __future__ import annotations

from pathlib import Path

from folkmoot.discussion import archive, checks, paging
from folkmoot.sites import stories
from tests.discussion.importers.disqus_files import LAKE, MILL, export, post, thread
from tests.moot import Moot


def test_a_twin_in_a_longer_export_leaves_replies_with_what_they_answer(moot: Moot, tmp_path: Path) -> None:
    mill = thread(2, MILL).replace("<id/>", "<id>b</id>")
    twin = thread(3, LAKE).replace("<id/>", "<id>b</id>")
    first = [thread(1, LAKE), mill, post(1, story=1), post(2, story=2)]
    archive.bring(moot.db, tmp_path, "news.example", [export(tmp_path / "a.xml", *first)], now=moot.now)
    longer = export(tmp_path / "b.xml", *first, twin, post(3, story=2, parent=2), post(4, story=1, parent=1), post(5, story=3))
    report = archive.bring(moot.db, tmp_path, "news.example", [longer], now=moot.now)
    assert (report.comments, report.already) == (3, 2) and not any("stands on its own" in line for line in report.warnings)
    assert sum("they are one" in line for line in report.warnings) == 1

    def talk(address: str) -> list[tuple[str, int]]:
        found = moot.db.read_now(lambda tx: stories.find(tx, address))
        return moot.db.read_now(lambda tx: [(each.text, each.level) for each in paging.whole(tx, found.id)]) if found else []

    assert talk(MILL) == [("Number 2", 1), ("Number 3", 2)]
    assert talk(LAKE) == [("Number 1", 1), ("Number 4", 2), ("Number 5", 1)]
    assert [*checks.check(moot.db)] == []
