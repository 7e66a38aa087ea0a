"""Zebedee has done all that can be done here, and leaves: no table, index, file or log line holds his name, mail, phone or address any more (R21).

The first test keeps the others honest: a table that holds words is either planted (planting.py), or it says below why nothing of a person's is in it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from folkmoot.action import store_talks
from folkmoot.cli.upkeep import CHECKED
from folkmoot.me import leaving
from folkmoot.me.taking_along import Parcel
from folkmoot.people.belongings import Words
from folkmoot.storage.database import Database, Tx
from folkmoot.storage.sqlite_tx import SqliteTx
from folkmoot.storage.sweeping import sweep
from folkmoot.web.kit import clock
from tests.me.planting import ABROAD, MAILBOX, MARKS, NAME, PHONE, SAID, STREET, Planted
from tests.moot import Moot

PLANTED = {
    "answer", "appeal", "chat", "chat_opting", "chat_said", "code", "comment", "comment_words", "flag", "handover", "home", "identity", "job",
    "learned_word", "letter", "mute", "note", "note_answer", "note_decision", "note_find", "note_revision", "notice", "passkey", "person",
    "person_note", "report", "revision", "sanction", "session", "source_key", "talk", "talk_request",
}  # fmt: skip
SHADOWS = {"comment_words_config", "comment_words_content", "comment_words_data", "comment_words_docsize", "comment_words_idx"}  # of SQLite's index
NOBODYS: dict[str, str] = {
    "assertion chat_heard hook_sent invitation link_code proof unsubscribing": "drawn at random, or hashes of it, or of a provider's id",
    "action action_change hook issuer letter_block site site_decision site_host site_key story_decision": "the newsroom's own words about its work",
    "decision": "what moderators said of a comment, which they owe to everybody",
    "area batch committee committee_member directory_load official_detail official_seat postal_table": "public records, and what imports count",
    "directory_report": "nobody is known there: whoever said it, and how to reach them, is not asked",
    "access claim dry_run": "what staff looked at and tried; why they looked goes with them (tests/desk/test_belongings.py)",
    "fact figure learned note_cursor note_dump note_fit note_map note_standing schema_version": "numbers, made anew by the worker",
    "action_deed note_draw": "keyed hashes, made for one purpose each",
    "follow notice_wish role": "an id and a choice", "letter_answer letter_event letter_paper letter_reading": "goes with the letter's text",
    "story_moved": "an id",
    "note_rating note_source note_statement note_text": "a choice of a few; public addresses; an editor's words; the story's own",
    "story story_address": "the newsroom's pages",
}


@pytest.fixture
def planted(moot: Moot) -> Planted:
    moot.now = clock()
    return Planted(moot)


def tables(tx: Tx) -> list[str]:
    """Every table that holds words."""
    asked = {
        "sqlite": "SELECT DISTINCT t.name FROM sqlite_master t JOIN pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND c.type IN ('TEXT', 'BLOB', '')",
        "postgres": "SELECT DISTINCT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND data_type <> 'bigint'"
        " AND data_type <> 'integer' AND data_type <> 'double precision'",
    }[tx.engine]
    return [row.name for row in tx.rows(asked)]


def terms(tx: Tx) -> str:
    """What SQLite's index of words knows, which it keeps packed."""
    if tx.engine != "sqlite":
        return ""
    tx.run("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, comment_words, 'row')")
    found = str(tx.rows("SELECT term FROM temp.terms"))
    tx.run("DROP TABLE temp.terms")
    return found


def holding(db: Database, *marks: str) -> dict[str, list[str]]:
    """Which of these words stand in which table."""

    def look(tx: Tx) -> dict[str, list[str]]:
        held = {name: str(tx.rows(f"SELECT * FROM {name}")).lower() for name in tables(tx)} | {"its terms": terms(tx)}
        return {name: found for name, words in held.items() if (found := [mark for mark in marks if mark.lower() in words])}

    return db.write_now(look)


def go(planted: Planted) -> None:
    """He leaves with his words; the worker does what is left to do, and what it does every so often."""
    planted.write(lambda tx: leaving.erase(tx, planted.zeb, planted.person.id, "go", planted.now))
    planted.work()


def test_every_table_that_holds_words_is_planted_or_says_why_it_holds_nobodys(planted: Planted) -> None:
    spoken = set(planted.db.read_now(tables)) - SHADOWS
    listed = {name for names in NOBODYS for name in names.split()}
    assert spoken - PLANTED - listed == set()
    assert (listed & PLANTED, listed - spoken) == (set(), set())
    assert PLANTED - set(holding(planted.db, *MARKS)) == set()


def test_nothing_of_who_left_stands_in_a_table_an_index_a_file_or_the_log(planted: Planted, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        if planted.db.engine == "postgres":  # it does so by itself, now and then: the planner's statistics hold values, too
            planted.write(lambda tx: tx.run("ANALYZE"))
        planted.work()
        go(planted)
    assert holding(planted.db, *MARKS, SAID) == {}
    assert [finding for room in CHECKED for finding in room.check(planted.db)] == []
    assert [mark for mark in (*MARKS, SAID) if mark in caplog.text] == []
    assert sweep(planted.db)
    kept = b"".join(each.read_bytes() for each in files(planted.db))
    assert len(kept) > 10_000
    assert [mark for mark in (*MARKS, SAID) if mark.encode() in kept] == []


def test_a_number_goes_though_its_talk_was_forgotten_long_before(planted: Planted) -> None:
    planted.write(lambda tx: tx.run("UPDATE letter SET owner = 'web:elsewhere' WHERE owner LIKE 'sms:%'"))
    assert planted.write(lambda tx: store_talks.forget_talks(tx, planted.now + 1, 100))
    go(planted)
    assert holding(planted.db, PHONE) == {}


def files(db: Database) -> list[Path]:
    """The files of the tables and indexes, the log of writes left out where it is the operator's."""
    if db.folder is not None:
        return [*db.folder.glob("folkmoot.db*")]

    def look(tx: Tx) -> list[Path]:
        tx.run("CHECKPOINT")
        (at,) = tx.rows("SHOW data_directory")
        return [Path(at.data_directory) / row.name for row in tx.rows(
            "SELECT pg_relation_filepath(oid) AS name FROM pg_class WHERE relkind IN ('r', 'i', 't') AND pg_relation_filepath(oid) IS NOT NULL"
        )]  # fmt: skip

    return db.read_now(look)


def test_all_of_it_is_in_the_file_that_he_takes_along(planted: Planted) -> None:
    parcel, pieces = Parcel(planted.person.id, planted.now), list[str]()
    while (piece := planted.db.read_now(parcel.step)) is not None:
        pieces.append(piece)
    told = json.loads("".join(pieces))
    empty = {"kept_words_you_looked_at", "followed", "note_questions", "opinions", "mail_wishes", "roles"}  # he did none of it
    assert {name for name, rows in told.items() if not rows} == empty
    said = json.dumps(told, ensure_ascii=False)
    (texts,) = [row for row in told["talks"] if row["channel"] == "sms"]
    assert texts["address"] == PHONE
    assert [row["words"] for row in told["said_to_the_newsroom"] if row["kind"] == "feedback"] == [f"{NAME} likes it"]
    assert [mark for mark in (NAME, MAILBOX, PHONE, STREET, ABROAD, SAID) if mark not in said] == []


@pytest.mark.parametrize("words", ["stay", "go"])
def test_looking_for_what_is_somebodys_reads_no_table_from_end_to_end(planted: Planted, words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where thousands write, a step that reads a whole table holds everybody up. Those named are emptied within days, or have a row per site."""
    if planted.db.engine != "sqlite":
        pytest.skip("PostgreSQL plans by how much there is; the indexes are the same")
    small = {"job", "answer", "learned", "learned_word", "site"}
    asked: dict[str, Mapping[str, object]] = {}
    run = SqliteTx._run
    monkeypatch.setattr(SqliteTx, "_run", lambda tx, sql, given: asked.setdefault(sql, given) is None or run(tx, sql, given))
    planted.write(lambda tx: leaving.erase(tx, planted.zeb, planted.person.id, words, planted.now))
    while planted.write(lambda tx: leaving.step(tx, {"people": [planted.person.id], "words": words}, planted.now)):
        pass
    monkeypatch.undo()

    def whole(tx: Tx, sql: str) -> list[str]:
        plan = [row.detail for row in tx.rows(f"EXPLAIN QUERY PLAN {sql}", **asked[sql])]
        return [each for each in plan if each.startswith("SCAN") and "VIRTUAL" not in each and "CONSTANT" not in each]

    read = {sql: planted.db.read_now(lambda tx, sql=sql: whole(tx, sql)) for sql in asked}
    assert {sql: plan for sql, plan in read.items() if {each.split()[1] for each in plan} - small} == {}
