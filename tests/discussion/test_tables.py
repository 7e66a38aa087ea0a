"""Talk as a table: every comment a line, no cell that a spreadsheet would run, and home again by import."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from folkmoot.discussion import archive
from folkmoot.discussion.tables import COLUMNS, harmless, write_table
from folkmoot.people.model import COMMAND
from folkmoot.sites.sites import add_site
from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import migrate
from tests.hostile import corpora
from tests.moot import Moot


def table(db: Database, site: int, public: bool = False) -> list[dict[str, str]]:
    file = io.BytesIO()
    write_table(db, site, file, public)
    return list(csv.DictReader(io.StringIO(file.getvalue().decode(), newline="")))


def test_a_table_holds_every_comment_with_its_state(moot: Moot) -> None:
    bo = moot.guest("Bo")
    first = moot.says(bo, 'One, "two"\nthree')
    moot.says(bo, "Four", parent=first)
    moot.decide(moot.member("Vera", "moderator"), moot.says(bo, "Held"), "hold")
    rows = table(moot.db, moot.site.id)
    assert tuple(rows[0]) == COLUMNS
    assert [(row["text"], row["state"], row["parent"]) for row in rows] == [
        ('One, "two"\nthree', "published", ""), ("Four", "published", str(first)), ("Held", "held", "")]  # fmt: skip
    assert [row["text"] for row in table(moot.db, moot.site.id, public=True)] == ['One, "two"\nthree', "Four"]


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1", "=cmd|' /C calc'!A0"])
def test_what_a_spreadsheet_would_run_is_made_a_text(words: str) -> None:
    assert harmless(words) == f"'{words}"
    assert harmless(f"a{words}") == f"a{words}"


def test_a_table_comes_home_as_it_was_hostile_words_and_all(moot: Moot, tmp_path: Path) -> None:
    bo, said = moot.guest("Bo"), 0
    for words in (*corpora.SAMPLES, "=1+1", "'=1+1", "-1 is less", "@ada look"):
        try:
            said = moot.says(bo, words, parent=said or None)
        except Exception as refused:
            assert str(refused), words
    rows = table(moot.db, moot.site.id)
    assert len(rows) > 25 and not any(cell[:1] in "=+-@\t\r" and cell for row in rows for cell in row.values())
    file = tmp_path / "talk.csv"
    with file.open("wb") as out:
        write_table(moot.db, moot.site.id, out)
    other = connect(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other, moot.now)
    site = other.write_now(lambda tx: add_site(tx, COMMAND, "news.example", "The News", moot.now)).id
    archive.bring(other, tmp_path, "news.example", [file], now=moot.now)
    there = {row["text"].strip(): (row["name"], row["posted"][:19]) for row in table(other, site)}
    assert there == {row["text"].strip(): (row["name"], row["posted"][:19]) for row in rows}
    other.close()
