"""The talk over a database: what is kept of it, for how long, and that it goes on wherever it was left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from folkmoot.action import belongings, duties, store_talks, talks
from folkmoot.action.model_letters import District, Represented
from folkmoot.cli import run
from folkmoot.people.model import COMMAND
from folkmoot.settings import Guide
from folkmoot.sites import sites
from folkmoot.storage.database import Database, connect
from folkmoot.storage.migrations import migrate
from tests.action import facts
from tests.action.guided import ASK, DAY, HOME, WORDS, Guided, words_of


@pytest.fixture
def guided(db: Database, now: int) -> Guided:
    return Guided(db, now)


def everything(db: Database) -> str:
    """All that the tables of this part hold, as text."""
    tables = ("talk", "letter", "letter_event", "home", "talk_request", "chat", "chat_said", "chat_heard", "letter_shingle")
    return repr([[tuple(row) for row in db.read_now(lambda tx, table=table: tx.rows(f"SELECT * FROM {table}"))] for table in tables])  # type: ignore[misc]


def test_before_the_consent_no_word_of_ones_own_is_in_the_database(guided: Guided) -> None:
    for channel in ("web", "sms"):
        for words in ("write", "The mayor must resign over the lake", HOME, "no"):
            guided.hear("ada", words, channel)
    assert "resign" not in everything(guided.db)
    assert "Tannery" not in everything(guided.db)


def test_the_address_is_remembered_only_after_a_yes_and_is_shown_and_erased(guided: Guided) -> None:
    guided.send("imogen", whom="2")
    rows = guided.db.read_now(lambda tx: tx.rows("SELECT * FROM home"))
    assert rows == []
    guided.hear("imogen", "ok")
    assert "9 Tannery Row" in words_of(guided.hear("imogen", "account").says)
    guided.later(8 * DAY)
    guided.says("imogen", "write", ASK)
    offered = guided.hear("imogen", "account").says[-1].choices
    assert any("9 Tannery Row" in choice.words for choice in offered)
    guided.hear("imogen", "ok")
    assert guided.state("imogen").step == "whom"
    guided.hear("imogen", "erase")
    assert "Tannery" not in everything(guided.db)


def test_erase_deletes_words_address_and_talk(guided: Guided) -> None:
    guided.send("imogen")
    says = guided.hear("imogen", "erase").says
    assert "deleted" in words_of(says)
    assert "jetty" not in everything(guided.db)
    assert "Tannery" not in everything(guided.db)


def written_before_and_after_proving(guided: Guided) -> int:
    """Imogen, by text message: a letter on paper and a remembered address while nobody has proven anything, then a letter by mail; who she is."""
    guided.send("imogen", whom="2", channel="sms")
    guided.hear("imogen", "ok", "sms")
    guided.later(8 * DAY)
    guided.db.write_now(lambda tx: store_talks.end_talk(tx, "sms:imogen", guided.now))
    guided.says("imogen", "write", "ok", ASK, "ok", "1", WORDS, "preview", "imogen@mail.example", "send", channel="sms")
    guided.hear("imogen", guided.digits("imogen"), "sms")
    (letter,) = guided.letters("imogen", "sms")
    assert letter.person is not None
    rows = guided.db.read_now(lambda tx: tx.rows("SELECT owner FROM home"))
    assert [row.owner for row in rows] == ["sms:imogen"]
    return int(letter.person)


def test_who_leaves_takes_along_the_address_and_letters_of_before_they_were_known(guided: Guided) -> None:
    person = written_before_and_after_proving(guided)
    guided.send("noor", channel="sms")
    while guided.db.write_now(lambda tx: belongings.erase(tx, person, "go", guided.now)):
        pass
    held = guided.db.read_now(lambda tx: tx.rows("SELECT owner FROM letter WHERE body <> '' OR home <> '{}'"))
    assert [row.owner for row in held] == ["sms:noor"]
    assert guided.db.read_now(lambda tx: tx.rows("SELECT owner FROM home")) == []
    assert "sms:imogen" not in everything(guided.db)


def test_erase_deletes_earlier_talks_too(guided: Guided) -> None:
    written_before_and_after_proving(guided)
    guided.hear("imogen", "erase", "sms")
    assert "jetty" not in everything(guided.db)
    assert "Tannery" not in everything(guided.db)
    assert "sms:imogen" not in everything(guided.db)


def test_a_link_from_a_chat_goes_on_at_a_page_where_nobody_is_signed_in_and_proves_the_mailbox_anew(guided: Guided) -> None:
    guided.send("imogen", channel="sms")
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", words_of(guided.hear("imogen", "link", "sms").says))
    assert code is not None
    guided.hear("browser", code.group())
    assert guided.db.read_now(lambda tx: talks.opens_to(tx, "web:browser", None))
    assert guided.state("browser").body == WORDS
    assert "Nothing went out" in words_of(guided.hear("browser", "undo").says)
    guided.hear("browser", "send")
    assert guided.states("browser") == {"otto": "confirm"}
    guided.hear("browser", guided.digits("imogen"))
    assert guided.states("browser") == {"otto": "undo"}


def test_what_a_writer_was_told_of_a_letter_goes_with_its_words(guided: Guided) -> None:
    for who in ("imogen", "noor"):
        (letter,) = guided.send(who)
        guided.db.write_now(lambda tx, row=letter: duties.tell(tx, row._replace(state="held"), guided.now))  # type: ignore[misc]
    guided.hear("imogen", "erase")
    told = guided.db.read_now(lambda tx: tx.rows("SELECT thread FROM notice"))
    assert [row.thread for row in told] == [f"letter-{letter.id}"]


def test_a_draft_lasts_31_days_and_no_longer(guided: Guided) -> None:
    guided.to_preview("imogen")
    guided.later(30 * DAY)
    guided.duty("forget_talks")
    assert guided.state("imogen").body == WORDS
    guided.hear("imogen", "help")
    guided.later(32 * DAY)
    guided.duty("forget_talks")
    assert "jetty" not in everything(guided.db)


def test_a_crash_in_the_middle_of_a_turn_loses_no_more_than_that_turn(guided: Guided, monkeypatch: pytest.MonkeyPatch) -> None:
    guided.to_preview("imogen")

    def crash(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setitem(talks.DEEDS, "send", crash)
    with pytest.raises(RuntimeError):
        guided.hear("imogen", "send")
    monkeypatch.undo()
    assert guided.state("imogen").body == WORDS
    guided.hear("imogen", "send")
    assert guided.states("imogen") == {"otto": "confirm"}


def test_stop_keeps_the_draft_and_a_word_brings_it_back(guided: Guided) -> None:
    guided.to_preview("imogen", channel="sms")
    guided.hear("imogen", "STOP", "sms")
    assert guided.hear("imogen", "preview", "sms").says == ()
    guided.hear("imogen", "start", "sms")
    assert guided.state("imogen", "sms").body == WORDS


def test_a_wrong_code_is_counted_and_the_letter_waits(guided: Guided) -> None:
    guided.to_preview("imogen")
    guided.hear("imogen", "send")
    right = guided.digits("imogen")
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert "not the digits" in words_of(guided.hear("imogen", wrong).says)
    assert guided.states("imogen") == {"otto": "confirm"}
    guided.hear("imogen", right)
    assert guided.states("imogen") == {"otto": "undo"}


def test_a_person_can_be_asked_for_at_any_step_and_the_desk_hears_of_it_once(guided: Guided) -> None:
    guided.settings = replace(guided.settings, guide=Guide(contact="desk@news.example"))
    for words in ("write", "person", "ok", "person", "talk to a person"):
        says = guided.hear("imogen", words).says
    assert "desk@news.example" in words_of(says)
    rows = guided.db.read_now(lambda tx: tx.rows("SELECT kind FROM talk_request"))
    assert [row.kind for row in rows] == ["person"]
    guided.says("imogen", "feedback", "The guide asked me twice.")
    assert guided.state("imogen").step == "issue"
    guided.later(32 * DAY)
    guided.duty("forget_talks")
    assert "asked me twice" not in everything(guided.db), "what they said goes with the talk"
    assert guided.db.read_now(lambda tx: tx.rows("SELECT kind FROM talk_request")) == []


def test_who_changes_the_address_is_asked_again_and_keeps_the_words(guided: Guided) -> None:
    guided.to_preview("imogen")
    guided.hear("imogen", "moved")
    guided.found = Represented("ambiguous", (), (District("a", "Lakes Ward"), District("b", "Old Town")), "Two wards.")
    guided.hear("imogen", "Imogen Sarkis, 1 Mill Road, Ostley, MR 00417")
    assert guided.state("imogen").step == "which"
    guided.found = None
    guided.hear("imogen", "2")
    guided.hear("imogen", "1")
    assert guided.state("imogen").body == WORDS
    assert guided.state("imogen").home.street == "1 Mill Road"


def remembered(guided: Guided) -> list[str]:
    return [row.owner for row in guided.db.read_now(lambda tx: tx.rows("SELECT owner FROM home ORDER BY owner"))]


def test_an_address_that_was_remembered_goes_with_the_talk_that_could_show_and_erase_it(guided: Guided) -> None:
    for channel in ("web", "sms"):
        guided.send("imogen", whom="2", channel=channel)
        guided.hear("imogen", "ok", channel)
    guided.send("noor")
    guided.hear("noor", "ok")
    member = guided.db.read_now(lambda tx: tx.rows("SELECT person FROM talk WHERE person IS NOT NULL"))[0].person
    assert remembered(guided) == sorted([f"person:{member}", "sms:imogen", "web:imogen"])
    guided.later(20 * DAY)
    guided.hear("imogen", "help", "sms")
    guided.later(12 * DAY)
    guided.duty("forget_talks")
    assert remembered(guided) == sorted([f"person:{member}", "sms:imogen"]), "who came by since, and who is known, can still see and erase it"
    guided.later(32 * DAY)
    guided.duty("forget_talks")
    assert remembered(guided) == [f"person:{member}"]


def test_a_remembered_address_goes_along_to_another_channel_and_is_erased_there(guided: Guided) -> None:
    guided.send("imogen", whom="2", channel="sms")
    guided.hear("imogen", "ok", "sms")
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", words_of(guided.hear("imogen", "link", "sms").says))
    assert code is not None
    assert "9 Tannery Row" in words_of((guided.hear("browser", code.group()), guided.hear("browser", "account"))[1].says)
    assert remembered(guided) == ["web:browser"]
    guided.hear("browser", "erase")
    assert remembered(guided) == []


# ── In the terminal, with the loaded lists ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def town(tmp_path: Path) -> str:
    """A data folder with a newsroom and a small country's officials."""
    url = f"sqlite:///{tmp_path / 'folkmoot.db'}"
    db = connect(url)
    migrate(db, facts.NOW)
    db.write_now(lambda tx: sites.add_site(tx, COMMAND, "news.example", "The News", facts.NOW))
    facts.load(db, facts.folder(tmp_path / "officials"))
    db.close()
    return url


def test_a_script_leads_to_a_letter_that_is_right_addressed_and_printable(town: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "answers.txt"
    script.write_text(f"ok\n{ASK}\nImogen Sarkis, 9 Tannery Row, Nearby, NY 00001\n1\n{WORDS}\nsend\nno\n")
    assert run(["guide", "--script", str(script), "--database", town]) == 0
    told = capsys.readouterr().out
    assert all(words in told for words in ("a program, not a person", "Bo Lund", "Harbour", "1 Mill Street", "Nearby, NY 00001", "Dear ",
    "Sincerely,", "Imogen Sarkis"))
    assert "202-225-0002" in told[told.index("Calls") :]
    assert "my name is Imogen Sarkis" in told
    assert told.index("Bo Lund") < told.index("What do you want to say")
    assert run(["guide", "--script", str(script), "--database", town, "--json"]) == 0
    assert '"letter"' in capsys.readouterr().out
    assert run(["letters", "list", "--database", town, "--json"]) == 0
    listed = capsys.readouterr().out
    assert '"yours"' in listed
    assert "jetty" not in listed
    assert run(["sms", "segments", "See you at the lake", "--json"]) == 0
    assert '"GSM-7"' in capsys.readouterr().out
    assert run(["guide", "--script", str(tmp_path / "none"), "--database", town]) == 1


def test_a_split_code_is_asked_about_and_the_senate_needs_no_district(town: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "answers.txt"
    script.write_text(f"ok\n{ASK}\nImogen Sarkis, 9 Tannery Row, Nearby, NY 00002\n2\n1\n{WORDS}\nsend\nno\n")
    assert run(["guide", "--script", str(script), "--database", town]) == 0
    told = capsys.readouterr().out
    assert "Which one is yours" in told
    assert told.count(ASK) > 2
    assert "Dear" in told
    script.write_text(f"ok\nsenate\n{ASK}\nImogen Sarkis, 9 Tannery Row, Nearby, NY 00002\nall\n{WORDS}\nsend\nno\n")
    assert run(["guide", "--script", str(script), "--database", town]) == 0
    told = capsys.readouterr().out
    assert "Which one is yours" not in told
    assert "Di Okafor" in told




def test_an_action_leads_into_the_guide_by_its_page_and_by_its_text_code(town: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from folkmoot.action import actions
    from folkmoot.action.model import Draft
    from folkmoot.sites import stories
    from folkmoot.web.kit import clock

    db = connect(town)
    story = db.write_now(lambda tx: stories.ensure(tx, "https://news.example/lake", None, "The lake", "page", clock()))
    draft = Draft(
        "Vote for the rain rule", "The lake", "for", "Background.", (), "ocd-division/country:us", ("senate",), (), (), "", "The Early Birds",
        "its members",
        clock() - DAY, clock() + DAY,
    )  # fmt: skip
    action = db.write_now(lambda tx: actions.make(tx, COMMAND, story.id, draft, clock()))
    db.close()
    script = tmp_path / "answers.txt"
    for begin, given in (("", ["--action", str(action.id)]), (f"{action.code}\n", [])):
        script.write_text(f"{begin}ok\n{ASK}\nImogen Sarkis, 9 Tannery Row, Nearby, NY 00002\nall\n{WORDS}\nsend\nno\n")
        assert run(["guide", "--script", str(script), "--database", town, *given]) == 0
        told = capsys.readouterr().out
        assert "The Early Birds asks" in told
        assert "Paid for by its members" in told
        assert "Di Okafor" in told
        assert "Bo Lund" not in told
        assert "made by The Early Birds and paid" in " ".join(told.split())


def test_where_there_are_buttons_no_word_is_asked_for_that_would_have_to_be_typed(guided: Guided) -> None:
    aside = ("help", "account", "skip", "menu", "remember", "status", "link", "person")
    first = ("write", "what?", "no", *aside, "ok", "x", "undo", "edit", ASK, "x", *aside, HOME, "9", *aside, "all", "x")
    then = (WORDS, "edit", "back", "x@", "imogen@mail.example", "x", "yes", *aside, "send", "123", *aside, "back", "edit")
    heard = [words_of(guided.hear("imogen", words).says) for words in (*first, *then)]
    heard += [words_of(guided.hear("imogen", words).says) for words in (guided.digits("imogen"), *aside, "what?", "no", "what?", "edit", "stop")]
    told = "\n".join(heard)
    assert "Shall I keep your address" in told
    assert re.findall(r"\b(?:SEND|BACK|EDIT|MOVED|PAPER|ERASE|UNDO|STOP|ACCOUNT|STATUS|HELP|OK,? or|LINK|data rates)\b", told) == []


def test_what_happens_at_send_is_said_for_each_letter_and_all_can_be_paper_instead(guided: Guided) -> None:
    asked = guided.to_preview("imogen", whom="all").says[-1]
    assert "I mail it to Otto Marsh" in asked.why and "You print and post the letter to Desmond Achebe" in asked.why
    assert (asked.choices[0].key, asked.choices[0].words) == ("send", "Mail what can be mailed; I post the rest")
    asked = guided.hear("imogen", "paper").says[-1]
    assert asked.words == "This is your letter. Is it ready to be printed?"
    assert [each.key for each in asked.choices] == ["send", "edit", "back"]
    guided.hear("imogen", "send")
    assert guided.states("imogen") == {"otto": "yours", "desi": "yours"}


def test_what_the_guide_says_is_in_the_language_of_who_hears_it(guided: Guided) -> None:
    around = guided.around(language="en-XA")
    heard = guided.db.write_now(lambda tx: talks.hear(tx, "web:ada", "help", guided.site.id, around, guided.now))
    kept = guided.db.read_now(lambda tx: talks.look(tx, "web:ada", around, guided.now))
    assert kept is not None
    told = [each.words for each in kept.says if each.mark == "tell"]
    assert told and not any(words.isascii() for words in told), told
    assert any(each.words.startswith("Hello") for each in heard.says), "a chat translates as it sends"
