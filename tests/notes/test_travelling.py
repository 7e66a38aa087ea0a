"""Notes leave with a site's export and come home to the byte, on either engine; the public one holds what readers see; `check` counts again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from folkmoot.desk import merging, reports
from folkmoot.desk.travelling import ROOMS
from folkmoot.discussion import archive, outlet
from folkmoot.discussion import checks as discussion
from folkmoot.discussion.export import export_rows
from folkmoot.errors import Conflict, Invalid
from folkmoot.me import leaving
from folkmoot.notes import asking, checks, learning, maps, notes, showing, store
from folkmoot.notes.reckoning import Reckoner
from folkmoot.people.model import COMMAND
from folkmoot.sites import checks as sites
from folkmoot.sites.sites import add_site, site_for
from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import migrate
from tests.conftest import Emptier
from tests.me.test_no_trace import holding
from tests.notes.desk import Desk


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Database]:
    """Another server, with nothing on it."""
    database = connect(f"sqlite:///{tmp_path}/elsewhere.db")
    migrate(database, 0)
    yield database
    database.close()


@pytest.fixture
def lively(desk: Desk) -> Desk:
    """A newsroom in which notes were proposed, rated, revised, answered, accepted, withdrawn, held; readers drawn; a statement answered."""
    readers = desk.readers(24)
    one, two, three = (desk.propose(text=text).id for text in ("Two of the twelve samples.", "Forty thousand, not fourteen.", "Five to four."))
    desk.rate_all([(each, note, "helpful" if at % 3 else "unhelpful") for at, each in enumerate(readers) for note in (one, two)])
    desk.moot.db.write_now(lambda tx: asking.come_by(tx, readers[0], desk.moot.site.id, desk.moot.now))
    desk.moot.db.write_now(lambda tx: asking.ask_by_mail(tx, readers[1], desk.moot.site.id, True, desk.moot.now))
    fresh = desk.reader()
    desk.moot.db.write_now(lambda tx: asking.come_by(tx, fresh, desk.moot.site.id, desk.moot.now))
    desk.moot.db.write_now(lambda tx: asking.ask_about(tx, notes.get_note(tx, one), 500, b"secret", desk.moot.now))
    desk.rate(fresh, one, "somewhat")
    Reckoner().fit(desk.moot.db, {"site": desk.moot.site.id}, desk.moot.now)
    desk.accept(one)
    sources = desk.draft().sources
    desk.moot.db.write_now(lambda tx: notes.revise(tx, desk.amara, two, "Forty-one thousand, not fourteen.", sources, desk.moot.now, limits=False))
    desk.moot.db.write_now(lambda tx: notes.answer(tx, desk.editor, two, "We are looking.", desk.moot.now))
    desk.moot.db.write_now(lambda tx: notes.withdraw(tx, desk.amara, three, desk.moot.now, "I was wrong."))
    hidden = desk.propose(text="This one waits for the desk.").id
    desk.decide(hidden, "hold", "Look first.")
    put = desk.moot.db.write_now(lambda tx: maps.put_statement(tx, desk.editor, desk.moot.story.id, "Test after every storm.", desk.moot.now))
    desk.moot.db.write_now(lambda tx: maps.give_opinion(tx, desk.amara, put, -1, desk.moot.now))
    return desk


def export(db: Database, public: bool = False, host: str = "news.example") -> bytes:
    site = db.read_now(lambda tx: site_for(tx, host))
    assert site
    return b"".join(export_rows(db, site.id, public, ROOMS))


def bring(db: Database, content: bytes, folder: Path, now: int, host: str = "news.example") -> archive.Report:
    file = folder / "export.jsonl"
    file.write_bytes(content)
    return archive.bring(db, folder / "staging", host, [file], now=now, rooms=ROOMS)


def findings(db: Database) -> list[object]:
    return [*sites.check(db), *discussion.check(db), *checks.check(db)]


def test_notes_come_home_to_the_byte(lively: Desk, elsewhere: Database, tmp_path: Path) -> None:
    content = export(lively.moot.db)
    kinds = [json.loads(line)["kind"] for line in content.splitlines()]
    assert kinds[1:] == sorted(kinds[1:])
    assert set(kinds) >= {"note", "note_revision", "note_source", "note_rating", "note_decision", "note_standing", "note_answer", "note_draw",
                          "note_asked", "note_reader", "note_statement", "note_opinion"}  # fmt: skip
    bring(elsewhere, content, tmp_path, lively.moot.now)
    assert export(elsewhere) == content
    assert findings(lively.moot.db) == findings(elsewhere) == []
    story = lively.moot.story.id
    seen, there = lively.head(), elsewhere.read_now(lambda tx: showing.head(tx, story))
    assert [each.note.id for each in seen.at_head] == [each.note.id for each in there.at_head]
    again = bring(elsewhere, content, tmp_path, lively.moot.now + 1)
    assert again.batch is None, "a second run writes nothing"


def test_a_merged_story_is_parted_with_its_notes_where_it_came_home(lively: Desk, elsewhere: Database, tmp_path: Path) -> None:
    moot, gone = lively.moot, lively.moot.story.id
    said = moot.says(moot.guest("Bo"), "Words.")
    _, receipt = moot.db.write_now(lambda tx: reports.report(tx, lively.amara, said, reports.Told("It breaks the law of lakes."), moot.now))
    moot.db.write_now(lambda tx: outlet.set_following(tx, lively.amara, gone, "follow", moot.now))
    other = moot.take_in("https://news.example/other").id

    def standing(db: Database) -> tuple[list[int], int]:
        notes_at = db.read_now(lambda tx: [row.n for row in tx.rows("SELECT COUNT(*) AS n FROM note WHERE story = :story", story=gone)])
        return notes_at, int(db.read_now(lambda tx: reports.followed(tx, receipt)).story)

    before = standing(moot.db)
    merging.merge(moot.db, COMMAND, gone, other, "One story.", moot.now)
    content = export(moot.db)
    assert b'"followers"' not in content, "who follows stays at home"
    bring(elsewhere, content, tmp_path, moot.now)
    assert export(elsewhere) == content and findings(elsewhere) == []
    assert standing(elsewhere) == ([0], other)
    assert bring(elsewhere, content, tmp_path, moot.now).batch is None, "a second run writes nothing"
    merging.part(elsewhere, COMMAND, gone, "Two after all.", moot.now)
    assert standing(elsewhere) == before and findings(elsewhere) == []


def test_they_are_the_same_after_a_way_through_the_other_engine(
    lively: Desk, emptier: Emptier, postgres: str, migrated_file: Path, tmp_path: Path
) -> None:
    content = export(lively.moot.db)
    emptier()
    shutil.copy(migrated_file, tmp_path / "last.db")
    middle, last = connect(postgres), connect(f"sqlite:///{tmp_path}/last.db")
    try:
        bring(middle, content, tmp_path, lively.moot.now)
        assert export(middle) == content
        bring(last, content, tmp_path, lively.moot.now)
        assert export(last) == content
    finally:
        middle.close()
        last.close()


def test_who_reads_two_sites_may_be_drawn_and_asked_by_mail_on_both_after_they_have_moved(desk: Desk, elsewhere: Database, tmp_path: Path) -> None:
    db, now = desk.moot.db, desk.moot.now
    other = db.write_now(lambda tx: add_site(tx, COMMAND, "other.example", "The Other", now))
    desk.moot.take_in("https://other.example/mill")
    for number, site in enumerate((desk.moot.site.id, other.id)):
        db.write_now(lambda tx, site=site, at=now + number: asking.come_by(tx, desk.amara, site, at))  # type: ignore[misc]
    db.write_now(lambda tx: asking.ask_by_mail(tx, desk.amara, other.id, True, now))
    hosts = ("news.example", "other.example")
    contents = {host: export(db, host=host) for host in hosts}
    assert [content.count(b'"kind":"note_reader"') for content in contents.values()] == [1, 1]
    for host in hosts:
        bring(elsewhere, contents[host], tmp_path, now, host)
    assert {host: export(elsewhere, host=host) for host in hosts} == contents
    assert [bring(at, contents[host], tmp_path, now + 1, host).batch for at in (elsewhere, db) for host in hosts] == [None] * 4


@pytest.mark.parametrize("known", [True, False], ids=["as it came", "read again by the search"])
def test_who_leaves_after_an_import_takes_along_what_was_found_in_their_words(desk: Desk, elsewhere: Database, tmp_path: Path, known: bool) -> None:
    said = desk.moot.says(desk.amara, "That is not true: the table says two of twelve, see https://murkwater.example/table")
    found, now = [desk.about(said)], desk.moot.now
    assert desk.moot.db.write_now(lambda tx: learning.learn_comments(tx, [each for each in found if each], now)) == 1
    content = export(desk.moot.db)
    bring(elsewhere, content, tmp_path, now)
    assert export(elsewhere) == content
    assert "murkwater" in str(elsewhere.read_now(lambda tx: tx.rows("SELECT * FROM note_find")))
    if not known:
        elsewhere.write_now(lambda tx: tx.run("UPDATE note_find SET person = NULL"))
        elsewhere.write_now(lambda tx: learning.learn_comments(tx, [each for each in found if each], now))
    person = desk.amara.id or 0
    elsewhere.write_now(lambda tx: leaving.erase(tx, COMMAND, person, "go", now))
    while elsewhere.write_now(lambda tx: leaving.step(tx, {"people": [person], "words": "go"}, now)):
        pass
    assert elsewhere.read_now(lambda tx: tx.rows("SELECT * FROM note_find")) == []
    assert holding(elsewhere, "murkwater") == {}


def test_the_public_export_holds_notes_as_readers_see_them(lively: Desk) -> None:
    rows = [json.loads(line) for line in export(lively.moot.db, public=True).splitlines()]
    told = [row for row in rows if row["kind"] == "note"]
    assert {row["state"] for row in told} == {"open", "withdrawn"}
    (accepted,) = [row for row in told if row["ruling"] == "accepted"]
    assert (accepted["before"], accepted["after"]) == ("in all twelve samples", "in two of twelve samples")
    (gone,) = [row for row in told if row["state"] == "withdrawn"]
    assert (gone["text"], gone["sources"], gone["name"]) == ("", [], "")
    assert "waits for the desk" not in json.dumps(rows)
    assert "note_rating" not in {row["kind"] for row in rows}


@pytest.mark.parametrize(("kind", "field", "value", "says"), [
    ("note_source", "url", "javascript:alert(1)", "https:// or http://"), ("note_rating", "level", 3, "no row of an export"),
    ("note_rating", "revision", "77", "refers to the note_revision 77"), ("note", "story", "88", "refers to the story 88"),
])  # fmt: skip
def test_a_file_that_was_changed_on_its_way_is_refused_and_changes_nothing(
    lively: Desk, elsewhere: Database, tmp_path: Path, kind: str, field: str, value: object, says: str
) -> None:
    lines = [json.loads(line) for line in export(lively.moot.db).splitlines()]
    at = next(number for number, row in enumerate(lines) if row["kind"] == kind)
    lines[at] |= {field: value}
    if kind == "note_rating" and field == "revision":
        lines[at]["id"] = f"77:{lines[at]['person']}"
    with pytest.raises(Invalid) as refused:
        bring(elsewhere, "\n".join(json.dumps(row) for row in lines).encode() + b"\n", tmp_path, lively.moot.now)
    assert says in refused.value.words
    assert elsewhere.read_now(lambda tx: store.notes_after(tx, 0, 10)) == []


def test_an_id_that_another_note_has_stops_the_import_by_name(lively: Desk, elsewhere: Database, tmp_path: Path) -> None:
    content = export(lively.moot.db)
    bring(elsewhere, content, tmp_path, lively.moot.now)
    number = next(json.loads(line)["id"] for line in content.splitlines() if b'"kind":"note"' in line)
    elsewhere.write_now(lambda tx: tx.run("UPDATE note SET proposed = proposed - 1 WHERE id = :id", id=int(number)))
    with pytest.raises(Conflict, match=number):
        bring(elsewhere, content, tmp_path, lively.moot.now + 1)


@pytest.mark.parametrize(("sql", "says"), [
    ("UPDATE note SET state = 'removed' WHERE state = 'open'", "its decisions lead to open"),
    ("UPDATE note SET ruling = '', ruled = NULL WHERE ruling = 'accepted'", "its decisions lead to accepted"),
    ("UPDATE note SET grade = 'helpful', shown = NULL", "nobody knows since when"),
    ("UPDATE note SET revision = 5", "not its own"),
    ("DELETE FROM note_source", "has no source"),
    ("UPDATE note_rating SET revision = revision + 1", "ratings of words that are not its own"),
    ("DELETE FROM note_asked", "though nobody was"),
    ("UPDATE note SET story = 7", "does not exist"),
])  # fmt: skip
def test_check_says_what_is_not_as_it_must_be(lively: Desk, sql: str, says: str) -> None:
    assert list(checks.check(lively.moot.db)) == []
    foreign = "revision + 1" in sql

    def spoil(tx: object) -> None:
        if foreign:
            tx.run("INSERT INTO note_revision (id, note, number, text, made, state) SELECT id + 1, (SELECT MIN(id) FROM note WHERE id <> v.note),"
                   " 90 + number, '', made, 'past' FROM note_revision v WHERE v.id IN (SELECT revision FROM note_rating)")  # type: ignore[attr-defined]
        tx.run(sql)  # type: ignore[attr-defined]

    lively.moot.db.write_now(spoil)
    assert says in " ".join(found.words for found in checks.check(lively.moot.db))
