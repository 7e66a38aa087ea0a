"""Leaving is as easy as coming: an export holds everything, and comes home to the byte, on either engine."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from folkmoot.desk import reports
from folkmoot.discussion import appeals, archive, beside, checks, comments, waits
from folkmoot.discussion.export import export_rows
from folkmoot.errors import Conflict, Invalid, Problem
from folkmoot.people import accounts, sanctions
from folkmoot.people import checks as people_checks
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.waiting import Because
from folkmoot.sites import checks as sites_checks
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Policy
from folkmoot.sites.sites import add_host, add_site, site_for
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.migrations import migrate
from tests.conftest import Emptier
from tests.discussion.importers.conftest import SAMPLES
from tests.moot import MINUTE, Moot


@pytest.fixture
def lively(moot: Moot, tmp_path: Path) -> Moot:
    """A newsroom where everything has happened: votes, reports, edits, holds, removals, withdrawals, claims, imports, a closed story."""
    ada, bo, chidi, mod = moot.member("Ada"), moot.guest("Bo"), moot.member("Chidi"), moot.member("Ines", "moderator")
    first = moot.says(ada, "The lake is *low*.")
    reply = moot.says(bo, "How low? مرحبا 🌻", first)
    gone = moot.says(chidi, "You all know nothing.", reply)
    moot.says(ada, "We do.", gone)
    back = moot.says(bo, "I take this back.")
    held = moot.says(bo, "Hold me.")
    for who, what, value in ((bo, first, 1), (chidi, first, 1), (ada, reply, 1), (mod, reply, -1)):
        moot.vote(who, what, value)
    moot.later(2 * MINUTE)
    moot.edit(ada, first, "The lake is *very* low.")
    moot.withdraw(bo, back)
    moot.decide(mod, gone, "remove", "An attack.")
    moot.decide(mod, held, "hold")
    moot.claim(bo, chidi)
    archive.bring(moot.db, tmp_path / "lively", "news.example", [SAMPLES / "traps.xml"], now=moot.now)
    moot.db.write_now(lambda tx: stories.close(tx, mod, moot.story.id, "Enough.", moot.now))
    moot.db.write_now(lambda tx: stories.add_alias(tx, COMMAND, moot.story.id, "https://news.example/the-lake", moot.now))
    moot.db.write_now(lambda tx: add_host(tx, COMMAND, moot.site.id, "*.news.example", moot.now))
    decided_at_the_desk(moot, mod, ada, chidi, first, reply, gone)
    return moot


def decided_at_the_desk(moot: Moot, mod: Actor, ada: Actor, chidi: Actor, first: int, reply: int, gone: int) -> None:
    """Of each kind that the desk keeps: one that holds and, where there is such, one that was taken back."""

    def act(tx: Tx) -> None:
        site, now, why = moot.site.id, moot.now, Because("So be it.", "", "For the desk.")
        sites.change_policy(tx, COMMAND, site, Policy(guidelines=("Be kind.",)), "The council asked.", now)
        comments.flag(tx, chidi, first, "untrue", "It is not low.", now)
        appeals.appeal(tx, chidi, gone, "I was right.", now)
        beside.mark(tx, mod, first, "pin", Because(), now)
        beside.mark(tx, mod, reply, "lock", Because(), now)
        beside.mark(tx, mod, reply, "feature", Because(), now)
        reports.report(tx, chidi, first, reports.Told("It breaks the law of lakes.", "Lakes", "Chidi", "chidi@mail.example"), now)
        open_again, _ = reports.report(tx, Actor(), reply, reports.Told("It says where I live."), now + 1)
        reports.decide(tx, mod, open_again, "stands", why, now + 2)
        reports.look_at_kept(tx, mod, gone, "Order of the court", now)
        for number, given in enumerate(({}, {"days": 3}, {"network": "a block's hash"}, {"domain": "mail.example"})):
            made = sanctions.sanction(tx, mod, site, "ban", chidi.id or 0, why, now + number, **given)  # type: ignore[arg-type]
        sanctions.lift(tx, mod, made, "Enough", now + 9)
        sanctions.note(tx, mod, site, ada.id or 0, "Reads the gauge.", now)
        sanctions.remove_note(tx, mod, sanctions.note(tx, mod, site, ada.id or 0, "Or does she?", now + 1), now + 2)

    moot.db.write_now(act)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Database]:
    """Another server, with nothing on it."""
    database = connect(f"sqlite:///{tmp_path}/elsewhere.db")
    migrate(database, 0)
    yield database
    database.close()


def export(db: Database, public: bool = False) -> bytes:
    site = db.read_now(lambda tx: site_for(tx, "news.example"))
    assert site
    return b"".join(export_rows(db, site.id, public))


def bring(db: Database, content: bytes, tmp_path: Path, now: int) -> archive.Report:
    file = tmp_path / "export.jsonl"
    file.write_bytes(content)
    return archive.bring(db, tmp_path / "staging", "news.example", [file], now=now)


def findings(db: Database) -> list[object]:
    return [*sites_checks.check(db), *people_checks.check(db), *checks.check(db)]


def rows(content: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in content.splitlines()]


def test_a_line_is_a_row_and_lines_and_keys_are_sorted(lively: Moot) -> None:
    content = export(lively.db)
    lines = rows(content)
    assert lines[0] == {"kind": "folkmoot", "version": 1}
    assert content.endswith(b"\n") and b"\r" not in content
    assert all(list(line) == sorted(line) for line in lines)
    places = [(str(line["kind"]), str(line["id"])) for line in lines[1:]]
    assert places == sorted(places) and len(set(places)) == len(places)
    assert "مرحبا 🌻".encode() in content, "UTF-8, without escapes"


def test_an_export_holds_every_kind_of_row_and_nothing_that_stays_at_home(lively: Moot) -> None:
    lines = rows(export(lively.db))
    assert {line["kind"] for line in lines[1:]} == {
        "access", "address", "appeal", "batch", "comment", "decision", "flag", "host", "identity", "key", "lock", "person", "person_note", "pin",
        "report", "revision", "role", "sanction", "site", "site_decision", "story", "story_decision", "vote",
    }  # fmt: skip
    assert not {name for line in lines for name in line} & {"network", "token", "html", "digits", "visible", "moved"}


def test_an_export_comes_home_to_the_byte(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    content = export(lively.db)
    report = bring(elsewhere, content, tmp_path, lively.now + 1_000)
    assert report.comments == sum(line["kind"] == "comment" for line in rows(content))
    assert report.people == sum(line["kind"] == "person" for line in rows(content))
    assert export(elsewhere) == content
    assert export(elsewhere, public=True) == export(lively.db, public=True)
    assert findings(elsewhere) == []


def test_what_the_desk_decided_holds_where_it_comes_home(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    ada, chidi = (next(each for each in rows(export(lively.db)) if each["kind"] == "person" and each["name"] == name) for name in ("Ada", "Chidi"))
    bring(elsewhere, export(lively.db), tmp_path, lively.now + 1_000)
    site = elsewhere.read_now(lambda tx: site_for(tx, "news.example"))
    assert site

    def look(tx: Tx) -> None:
        banned = Actor(accounts.get_person(tx, int(str(chidi["id"]))))
        assert sanctions.barred(tx, banned, site.id, lively.now)
        assert not sanctions.barred(tx, Actor(accounts.get_person(tx, int(str(ada["id"])))), site.id, lively.now)
        assert not sanctions.barred(tx, Actor(network="a block's hash"), site.id, lively.now), "a block whose hash stayed at home is nobody's"
        assert {"Appeal: another moderator must decide"} <= {why.words for each in waits.waiting(tx, site.id, "time", None, 9) for why in each.why}

    elsewhere.read_now(look)


def test_an_export_names_nobody_who_was_only_on_the_servers_other_sites(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    def ban(name: str) -> Actor:
        person = lively.member(name)
        lively.db.write_now(lambda tx: sanctions.sanction(tx, COMMAND, 0, "ban", person.id or 0, Because("Spam."), lively.now))
        return person

    zoe, noor = ban("Zoe"), ban("Noor")
    lively.db.write_now(lambda tx: sanctions.note(tx, COMMAND, lively.site.id, noor.id or 0, "Wrote to us.", lively.now))
    alone = export(lively.db)
    assert b"zoe@mail.example" in alone and b"noor@mail.example" in alone
    lively.db.write_now(lambda tx: add_site(tx, COMMAND, "other.example", "Other", lively.now))
    shared = export(lively.db)
    assert b"zoe@mail.example" not in shared and str(zoe.id).encode() not in shared
    assert {line["person"] for line in rows(shared) if line["kind"] == "sanction" and line["everywhere"]} == {str(noor.id)}
    bring(elsewhere, shared, tmp_path, lively.now + 1_000)
    assert export(elsewhere) == shared


def test_of_those_who_work_on_every_site_an_export_takes_along_who_has_done_something_here(
    lively: Moot, elsewhere: Database, tmp_path: Path
) -> None:
    def works_everywhere(name: str) -> Actor:
        person = lively.member(name)
        lively.db.write_now(lambda tx: accounts.grant(tx, person.id or 0, "moderator", 0, None, lively.now))
        return Actor(person.person, frozenset({(0, "moderator")}))

    ruth, otto = works_everywhere("Ruth"), works_everywhere("Otto")
    lively.db.write_now(lambda tx: sanctions.note(tx, otto, lively.site.id, ruth.id or 0, "Sits in the next room.", lively.now))
    lively.db.write_now(lambda tx: add_site(tx, COMMAND, "other.example", "Other", lively.now))
    there = lively.db.read_now(lambda tx: site_for(tx, "other.example"))
    assert there

    def sent(site: int) -> list[dict[str, object]]:
        return rows(b"".join(export_rows(lively.db, site)))

    assert {line["person"] for line in sent(lively.site.id) if line["kind"] == "role" and line["everywhere"]} == {str(ruth.id), str(otto.id)}
    assert [line for line in sent(there.id) if line["kind"] in ("role", "person", "identity")] == []
    shared = export(lively.db)
    bring(elsewhere, shared, tmp_path, lively.now + 1_000)
    assert {line["id"] for line in rows(export(elsewhere)) if line["kind"] == "role"} == {
        line["id"] for line in rows(shared) if line["kind"] == "role"
    }


def test_an_export_names_no_other_sites_staff_who_gave_a_role_and_keeps_whose_guest_has_written_here(
    moot: Moot, elsewhere: Database, tmp_path: Path
) -> None:
    def grants(to: Actor, by: Actor) -> int:
        return moot.db.write_now(lambda tx: accounts.grant(tx, to.id or 0, "admin", 0, by.id, moot.now))

    vic, wanda, guest = moot.member("Vic"), moot.member("Wanda"), moot.guest("Wanda")
    grants(wanda, vic)
    moot.says(guest, "I wrote this before I worked here.")
    moot.claim(guest, wanda)
    moot.db.write_now(lambda tx: add_site(tx, COMMAND, "other.example", "Other", moot.now))
    shared = export(moot.db)
    (role,) = [line for line in rows(shared) if line["kind"] == "role" and line["everywhere"]]
    assert (role["person"], role["granted_by"]) == (str(wanda.id), None)
    assert b"vic@mail.example" not in shared and str(vic.id).encode() not in shared
    bring(elsewhere, shared, tmp_path, moot.now + 1_000)
    assert export(elsewhere) == shared


@pytest.mark.parametrize("seed", range(4))
def test_whatever_people_do_counts_agree_and_the_export_comes_home(moot: Moot, elsewhere: Database, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    mod = moot.member("Ines", "moderator")
    crowd = [*(moot.member(name) for name in ("Ada", "Chidi", "Noor")), *(moot.guest(name) for name in ("Bo", "Sam"))]
    said = [moot.says(crowd[0], "The lake is low.")]
    deeds = {
        "says": lambda who, what: said.append(moot.says(who, f"*{len(said)}* _words_", chance.choice([None, what]))),
        "vote": lambda who, what: moot.vote(who, what, chance.choice([1, -1, 0])),
        "edit": lambda who, what: moot.edit(who, what, f"Rather {chance.random()}"),
        "withdraw": moot.withdraw,
        "decide": lambda who, what: moot.decide(mod, what, chance.choice(["hold", "release", "remove", "restore"]), "So be it."),
        "claim": lambda who, what: moot.claim(crowd[3], crowd[0]) if chance.random() < 0.1 else moot.later(20_000),
    }
    for _ in range(120):
        with suppress(Problem):
            deeds[chance.choice([*deeds, "says", "vote"])](chance.choice(crowd), chance.choice(said))
    assert findings(moot.db) == []
    content = export(moot.db)
    bring(elsewhere, content, tmp_path, moot.now)
    assert export(elsewhere) == content
    assert findings(elsewhere) == []


def test_an_export_is_the_same_after_a_way_through_both_engines(
    emptier: Emptier, postgres: str, migrated_file: Path, tmp_path: Path, now: int
) -> None:
    url = postgres
    emptier()
    shutil.copy(migrated_file, tmp_path / "first.db")
    shutil.copy(migrated_file, tmp_path / "last.db")
    first, middle, last = (connect(address) for address in (f"sqlite:///{tmp_path}/first.db", url, f"sqlite:///{tmp_path}/last.db"))
    try:
        first.write_now(lambda tx: add_site(tx, COMMAND, "news.example", "The News", now))
        archive.bring(first, tmp_path / "a", "news.example", [SAMPLES / "traps.xml"], now=now)
        content = export(first)
        bring(middle, content, tmp_path, now + 1)
        assert export(middle) == content
        bring(last, export(middle), tmp_path, now + 2)
        assert export(last) == content
        assert findings(middle) == findings(last) == []
    finally:
        for database in (first, middle, last):
            database.close()


def test_a_second_import_of_an_export_writes_nothing(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    content = export(lively.db)
    first = bring(elsewhere, content, tmp_path, lively.now)
    second = bring(elsewhere, content, tmp_path, lively.now + 1)
    assert (second.comments, second.stories, second.people, second.already, second.batch) == (0, 0, 0, first.comments, None)
    assert bring(lively.db, content, tmp_path, lively.now).already == first.comments, "nor does one where it came from"


def test_a_later_export_adds_only_what_is_new(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    bring(elsewhere, export(lively.db), tmp_path, lively.now)
    other = lively.take_in("https://news.example/mill", "The mill")
    lively.post(lively.guest("Sam"), "And the mill?", story=other)
    report = bring(elsewhere, export(lively.db), tmp_path, lively.now + 1)
    assert (report.comments, report.stories) == (1, 1)
    assert export(elsewhere) == export(lively.db)
    assert findings(elsewhere) == []


def test_an_id_that_another_row_has_stops_the_import_by_name(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    content = export(lively.db)
    bring(elsewhere, content, tmp_path, lively.now)
    taken = next(line for line in rows(content) if line["kind"] == "comment" and line["text"] == "We do.")
    before = export(elsewhere)
    with pytest.raises(Conflict, match=f"The comment {taken['id']} of the export is the name of another comment here"):
        bring(elsewhere, content.replace(b'"We do."', b'"We do not."'), tmp_path, lively.now)
    assert export(elsewhere) == before


@pytest.mark.parametrize("kind", ["story", "address", "person", "decision", "key"])
def test_whatever_is_taken_is_named(lively: Moot, elsewhere: Database, tmp_path: Path, kind: str) -> None:
    content = export(lively.db)
    bring(elsewhere, content, tmp_path, lively.now)
    lines = rows(content)
    line = next(line for line in lines if line["kind"] == kind)
    others = [each["id"] for each in lines if each["kind"] == "story" and each["id"] != line.get("story")]
    changed = {"story": {"created": 5}, "address": {"story": others[0]}, "person": {"created": 5}, "decision": {"at": 5}, "key": {"ours": "12"}}
    line.update(changed[kind])
    if kind == "address":
        line["id"] = f"{line['story']}:{line['cleaned']}"
    if kind == "key":
        line["id"] = f"{line['ours']}:{line['of']}:{line['source']}:{line['theirs']}"
    with pytest.raises(Conflict, match=f"The {kind} .* of the export is the name of another {kind} here"):
        bring(elsewhere, b"\n".join(json.dumps(each).encode() for each in lines) + b"\n", tmp_path, lively.now)


def test_a_mailbox_that_somebody_has_here_stays_theirs(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    elsewhere.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, "ada@mail.example", "ada@mail.example", "Ada", lively.now))
    report = bring(elsewhere, export(lively.db), tmp_path, lively.now)
    assert any("mailbox:ada@mail.example belongs to somebody here already" in line for line in report.warnings)
    assert findings(elsewhere) == []


def test_an_export_that_another_machine_undoes_while_it_comes_home_ends_there(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    def undo_elsewhere(what: str, share: float) -> None:
        for each in archive.batches(elsewhere, "news.example") if what == "merging" else ():
            if each.phase == "merging":
                archive.undo(elsewhere, tmp_path / "elsewhere", int(each.id), now=lively.now)

    file = tmp_path / "out.jsonl"
    file.write_bytes(export(lively.db))
    with pytest.raises(Conflict, match="Somebody has undone the import"):
        archive.bring(elsewhere, tmp_path / "staging", "news.example", [file], now=lively.now, progress=undo_elsewhere)
    kinds = {line["kind"] for line in rows(export(elsewhere))}
    assert not kinds & {"comment", "vote", "decision", "revision", "key", "story", "address"}
    assert findings(elsewhere) == []


def test_an_import_of_an_export_can_be_undone(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    report = bring(elsewhere, export(lively.db), tmp_path, lively.now)
    done = archive.undo(elsewhere, tmp_path / "staging", int(str(report.batch)), now=lively.now)
    assert (done.comments, done.stories) == (report.comments, report.stories)
    kinds = {line["kind"] for line in rows(export(elsewhere))}
    assert not kinds & {"comment", "vote", "decision", "revision", "key", "story", "address"}
    assert findings(elsewhere) == []


def test_the_public_export_holds_what_readers_see(lively: Moot) -> None:
    content = export(lively.db, public=True)
    lines = rows(content)
    texts = [line["text"] for line in lines if line["kind"] == "comment"]
    assert "The lake is *very* low." in texts and "We do." in texts
    assert not any("Hold me" in str(line) or "know nothing" in str(line) or "take this back" in str(line) or "pills" in str(line) for line in lines)
    assert b"mail.example" not in content
    assert sum(line["kind"] == "comment" and line["state"] == "published" for line in lines) == sum(
        lively.db.read_now(lambda tx: [row.live for row in tx.rows("SELECT live FROM thread")])
    )


def test_a_public_export_names_no_story_of_which_readers_see_nothing(lively: Moot) -> None:
    quiet = lively.db.write_now(lambda tx: stories.ensure(tx, "https://news.example/draft-of-tomorrow", None, None, "site", lively.now))
    assert str(quiet.id).encode() in export(lively.db)
    assert b"draft-of-tomorrow" not in export(lively.db, public=True)


def test_a_public_export_cannot_come_home(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="holds only what readers see"):
        bring(elsewhere, export(lively.db, public=True), tmp_path, lively.now)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (lambda lines: [lines[0], lines[1][:-5], *lines[2:]], r"line 2, column \d+: the line is not JSON"),
        (lambda lines: lines[1:], "is of no kind that is known here"),
        (lambda lines: [*lines, lines[0]], r"line \d+, column 1: an export begins with one line that says so, and has no other"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "line 4, column 1: .* is in the file twice"),
        (lambda lines: [line for line in lines if b'"kind":"story"' not in line], r"refers to the story \d+, which is not in the file"),
        (lambda lines: [line.replace(b'"version":1', b'"version":2') for line in lines], "made by a newer Folkmoot"),
        (lambda lines: [line.replace(b'"posted":', b'"posted":-') for line in lines], r"no row of an export: Expected `int` >= 0 - at `\$.posted`"),
        (lambda lines: [lines[0], b'{"kind":"surprise","id":"1"}', *lines[1:]], "line 2, column 1: .*Invalid value 'surprise'"),
        (lambda lines: [*lines, b'{"kind":"vote","id":"\xff"}'], "line .*not UTF-8|line .*is not JSON"),
    ],
)
def test_a_damaged_export_is_refused_with_its_place_and_touches_nothing(
    lively: Moot, elsewhere: Database, tmp_path: Path, broken: object, why: str
) -> None:
    lines = broken(export(lively.db).splitlines())  # type: ignore[operator]
    with pytest.raises(Invalid, match=why):
        bring(elsewhere, b"\n".join(lines) + b"\n", tmp_path, lively.now)
    assert elsewhere.read_now(lambda tx: tx.rows("SELECT id FROM site")) == []


@pytest.mark.parametrize(
    ("kind", "changed", "why"),
    [
        ("story", {"address": "javascript:alert(1)"}, "Only addresses that begin with https"),
        ("story", {"title": "Two\nlines"}, "title is not as titles are kept"),
        ("address", {"cleaned": "WWW.news.example/x/"}, "is not how addresses are compared"),
        ("comment", {"name": "Ada\u202e"}, "is not as names are kept"),
        ("comment", {"marks": "staff admin"}, "are no marks"),
        ("person", {"name": "x" * 50}, "longer than 40 letters"),
        ("identity", {"mailbox": "ada@mail.example\nBcc: all@mail.example"}, "mail"),
        ("host", {"id": "news.example/"}, "is not"),
        ("vote", {"id": "1:2"}, "is not made of what the row joins"),
        ("site", {"language": "e n"}, "the language is none"),
        ("comment", {"text": "a\0b"}, r"U\+0000|NUL"),
    ],
)
def test_rows_that_could_not_have_come_about_here_are_refused(
    lively: Moot, elsewhere: Database, tmp_path: Path, kind: str, changed: dict[str, object], why: str
) -> None:
    lines = rows(export(lively.db))
    number, line = next((number, line) for number, line in enumerate(lines, 1) if line["kind"] == kind)
    line.update(changed)
    with pytest.raises(Invalid, match=f"line {number}, column 1: .*({why})"):
        bring(elsewhere, b"\n".join(json.dumps(each).encode() for each in lines) + b"\n", tmp_path, lively.now)


def test_html_in_an_export_is_never_believed(lively: Moot, elsewhere: Database, tmp_path: Path) -> None:
    bring(elsewhere, export(lively.db).replace(b'"We do."', b'"<img src=x onerror=alert(1)>"'), tmp_path, lively.now)
    (row,) = elsewhere.read_now(lambda tx: tx.rows("SELECT html FROM comment WHERE text LIKE '<img%'"))
    assert row.html == "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"


def test_an_export_while_an_import_is_unfinished_is_refused(lively: Moot) -> None:
    lively.db.write_now(lambda tx: tx.run("UPDATE batch SET phase = 'opening'"))
    with pytest.raises(Conflict, match="has not ended"):
        export(lively.db)
