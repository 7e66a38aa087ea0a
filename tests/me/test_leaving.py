"""Somebody leaves: their name, mailbox and address hash are found nowhere any more; their words stay or go, as they choose (R21)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from folkmoot import cli
from folkmoot.cli.upkeep import CHECKED
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from folkmoot.me import leaving
from folkmoot.me.parts import PARTS
from folkmoot.people import accounts, notices, sessions, sign_in
from folkmoot.people.claims import claim
from folkmoot.people.mailing import Doorway
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.tokens import new_token
from folkmoot.settings import Mail, Settings
from folkmoot.storage import repeats
from folkmoot.storage.database import Database
from folkmoot.storage.sweeping import sweep
from folkmoot.web.kit import clock
from folkmoot.work import Worker
from tests.me.tab import Tab, words
from tests.moot import Moot

NAME, MAILBOX, NETWORK = "Zebedee Quill", "zq.canary@mail.example", "network-canary-71"
Run = Callable[..., tuple[int, str]]
SAID = "The canary sings at the eastern jetty."


@pytest.fixture
def moot(moot: Moot) -> Moot:
    moot.now = clock()
    return moot


@pytest.fixture
def zeb(moot: Moot) -> Actor:
    """Somebody who has left traces wherever a person can."""
    db, now = moot.db, moot.now
    person = db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, MAILBOX, MAILBOX, NAME, now))
    zeb, guest, bo = Actor(person, network=NETWORK), moot.guest(NAME, NETWORK), moot.member("Bo")
    said = moot.says(zeb, SAID)
    moot.says(bo, "It does.", said)
    moot.edit(zeb, said, f"{SAID} Twice.")
    moot.says(guest, f"{SAID} As a guest.")
    db.write_now(lambda tx: claim(tx, guest, person.id, now))
    moot.vote(zeb, moot.says(bo, "Vote for me."), 1)
    db.write_now(lambda tx: sign_in.ask_code(tx, MAILBOX, new_token(), now, Doorway()))
    told = {"who": NAME, "story": "The lake", "words": SAID}
    db.write_now(lambda tx: notices.tell(tx, bo.id or 0, "reply", told, key="1", now=now, by=person.id))
    db.write_now(lambda tx: notices.tell(tx, person.id, "mention", told | {"who": "Bo"}, key="1", now=now))
    db.write_now(lambda tx: sessions.begin_page(tx, person.id, now, device="Firefox on Linux"))
    answer = f'{{"author":{{"id":"{person.id}","name":"{NAME}"}}}}'.encode()
    db.write_now(lambda tx: repeats.once(tx, "scope", "key", "mark", now, lambda: answer))
    return zeb


def work(moot: Moot) -> None:
    worker = Worker(moot.db, Settings(mail=Mail(to_folder="/nonexistent")), lambda: max(moot.now, clock()))
    while worker.work_once():
        pass


def leave(moot: Moot, zeb: Actor, choice: str) -> None:
    moot.db.write_now(lambda tx: leaving.erase(tx, zeb, zeb.id or 0, choice, moot.now))
    work(moot)


def all_rows(db: Database) -> str:
    """Every row of every table, as text."""
    tables = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    }[db.engine]
    return str(db.read_now(lambda tx: [(row.name, tx.rows(f"SELECT * FROM {row.name}")) for row in tx.rows(tables)]))


def found(moot: Moot, *canaries: str) -> list[str]:
    rows = all_rows(moot.db)
    return [each for each in canaries if each in rows]


@pytest.mark.parametrize("choice", ["stay", "go"])
def test_name_mailbox_and_address_are_in_no_table_and_the_words_as_chosen(moot: Moot, zeb: Actor, choice: str) -> None:
    assert len(found(moot, NAME, MAILBOX, NETWORK, SAID)) == 4
    leave(moot, zeb, choice)
    assert found(moot, NAME, MAILBOX, NETWORK, "zebedeequill") == []
    assert bool(found(moot, SAID)) == (choice == "stay")
    assert [finding for room in CHECKED for finding in room.check(moot.db)] == []


def test_who_leaves_under_a_word_that_all_answers_hold_takes_only_their_own_along(moot: Moot) -> None:
    mal, bo = moot.member("published"), moot.member("Bo")

    def post(who: Actor) -> bytes:
        answer = f'{{"state":"published","author":{{"id":"{who.id}"}}}}'.encode()
        return moot.db.write_now(lambda tx: repeats.once(tx, f"person {who.id}", "key", "mark", moot.now, lambda: answer))

    kept, _ = post(bo), post(mal)
    moot.db.write_now(lambda tx: leaving.erase(tx, mal, mal.id or 0, "stay", moot.now))
    assert moot.db.read_now(lambda tx: [row.body for row in tx.rows("SELECT body FROM answer")]) == [kept.decode()]


def test_words_that_stay_stand_under_withdrawn_person_and_answers_stay_in_place(moot: Moot, zeb: Actor) -> None:
    leave(moot, zeb, "stay")
    page = words(Tab(moot, None).get(f"/thread/{moot.story.id}"))
    assert "Withdrawn person" in page
    assert page.index(f"{SAID} Twice.") < page.index("It does.")


def test_words_that_go_leave_a_line_only_where_somebody_answered(moot: Moot, zeb: Actor) -> None:
    leave(moot, zeb, "go")
    assert moot.texts() == ["(withdrawn)", "It does.", "Vote for me."]
    assert moot.live() == 2


def test_what_a_legal_hold_keeps_is_kept_out_of_sight_and_without_the_name(moot: Moot, zeb: Actor) -> None:
    said = moot.page("oldest").roots[0].comment.id
    moot.decide(COMMAND, said, "keep", "A court asks.")
    leave(moot, zeb, "go")
    assert "(withdrawn)" in moot.texts()
    assert found(moot, f"{SAID} Twice.", NAME) == [f"{SAID} Twice."]


def test_the_files_of_the_database_hold_nothing_of_it_once_they_are_swept(moot: Moot, zeb: Actor) -> None:
    leave(moot, zeb, "go")
    assert sweep(moot.db)
    if moot.db.folder is None:
        return  # where PostgreSQL keeps its files, and its log, is the operator's
    files = b"".join(each.read_bytes() for each in moot.db.folder.glob("folkmoot.db*"))
    assert len(files) > 10_000
    for canary in (NAME, MAILBOX, NETWORK, SAID, "zebedeequill"):
        assert canary.encode() not in files, canary


def test_reading_and_writing_go_on_after_a_sweep(moot: Moot, zeb: Actor) -> None:
    leave(moot, zeb, "stay")
    sweep(moot.db)
    moot.says(moot.guest("Cy"), "Still here.")
    assert "Still here." in moot.texts()


def test_who_has_left_is_signed_in_nowhere_and_comes_back_as_somebody_new(moot: Moot, zeb: Actor) -> None:
    tab = Tab(moot, zeb)
    leave(moot, zeb, "stay")
    assert "You are not signed in" in words(tab.get("/me"))
    again = moot.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, MAILBOX, MAILBOX, "Somebody", moot.now))
    assert again.id != zeb.id
    assert not moot.db.write_now(lambda tx: notices.tell(tx, zeb.id or 0, "warned", {"reason": "", "rule": ""}, key="2", now=moot.now))


def test_ada_leaves_by_her_page_once_she_has_said_so_twice(moot: Moot) -> None:
    ada = moot.member("Ada")
    moot.says(ada, "Mine.")
    tab = Tab(moot, ada)
    assert "Erase me" in words(tab.get("/me/data"))
    for form in ({}, {"words": "stay"}, {"sure": "yes"}, {"words": "burn", "sure": "yes"}):
        assert tab.post("/me/leave", data=form).status_code == 422
    assert moot.texts() == ["Mine."]
    gone = tab.post("/me/leave", data={"words": "go", "sure": "yes"})
    assert "You are erased" in words(gone)
    work(moot)
    assert moot.texts() == []


def test_who_signed_in_long_ago_must_prove_themselves_first(moot: Moot) -> None:
    ada = moot.member("Ada")
    tab = Tab(moot, ada)
    moot.db.write_now(lambda tx: tx.run("UPDATE session SET created = created - 700000"))
    assert "Prove first that it is you." in words(tab.get("/me/data"))
    assert tab.post("/me/leave", data={"words": "go", "sure": "yes"}).status_code == 422
    assert "Ada" in words(tab.get("/me"))


def test_a_guest_can_leave_as_well(moot: Moot) -> None:
    bo = moot.guest("Bo")
    moot.says(bo, "A guest's words.")
    Tab(moot, bo).send("/me/leave", words="go", sure="yes")
    work(moot)
    assert moot.texts() == []


@pytest.mark.parametrize(
    ("who", "choice", "refusal"),
    [("nobody", "stay", NotAllowed), ("somebody", "stay", NotAllowed), ("zeb", "burn", Invalid), ("moderator", "go", NotAllowed)],
)
def test_nobody_erases_another_and_a_bad_choice_changes_nothing(moot: Moot, zeb: Actor, who: str, choice: str, refusal: type[Exception]) -> None:
    actors = {"nobody": Actor(), "somebody": moot.member("Cy"), "zeb": zeb, "moderator": moot.member("Vera", "moderator")}
    before = all_rows(moot.db)
    with pytest.raises(refusal):
        moot.db.write_now(lambda tx: leaving.erase(tx, actors[who], zeb.id or 0, choice, moot.now))
    assert all_rows(moot.db) == before


def test_a_frame_and_nobody_cannot_leave(moot: Moot, zeb: Actor) -> None:
    keys = moot.db.write_now(lambda tx: sessions.begin_keys(tx, zeb.id or 0, moot.now, "https://news.example"))
    framed = moot.db.read_now(lambda tx: sessions.actor_for(tx, keys.access, moot.now))
    with pytest.raises(NotAllowed):
        moot.db.write_now(lambda tx: leaving.leave(tx, framed, "go", moot.now))
    with pytest.raises(NotSignedIn):
        moot.db.write_now(lambda tx: leaving.leave(tx, Actor(), "go", moot.now))


def test_the_last_admin_stays_until_there_is_another(moot: Moot) -> None:
    ines = moot.member("Ines")
    moot.db.write_now(lambda tx: accounts.grant(tx, ines.id or 0, "admin", 0, None, moot.now))
    with pytest.raises(Conflict):
        moot.db.write_now(lambda tx: leaving.erase(tx, ines, ines.id or 0, "stay", moot.now))


def test_every_room_that_keeps_something_of_people_lets_go_of_it(moot: Moot) -> None:
    rooms = {file.parent.name for file in Path(leaving.__file__).parents[1].glob("*/belongings.py")}
    assert {part.name for part in PARTS} == rooms
    with pytest.raises(NotFound):
        moot.db.write_now(lambda tx: leaving.erase(tx, COMMAND, 5, "stay", moot.now))


# By command


@pytest.fixture
def run(database_url: str, capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*said: str) -> tuple[int, str]:
        code = cli.run([*said, "--database", database_url])
        out, err = capsys.readouterr()
        return code, out + err

    return go


def test_the_operator_exports_and_erases_a_person_by_mailbox(moot: Moot, zeb: Actor, run: Run, tmp_path: Path) -> None:
    code, said = run("export-person", MAILBOX)
    assert code == 0
    assert SAID in said
    file = tmp_path / "zeb.json"
    assert run("export-person", MAILBOX, "--out", str(file))[0] == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert "nothing was changed" in run("erase", MAILBOX, "--words", "go", "--dry-run")[1]
    assert found(moot, NAME) == [NAME]
    code, said = run("erase", MAILBOX, "--words", "go")
    assert (code, NAME in said) == (0, False)
    assert found(moot, NAME, MAILBOX, NETWORK) == []
    assert run("erase", MAILBOX, "--words", "go")[0] == 1
    assert run("erase", MAILBOX)[0] == 2
