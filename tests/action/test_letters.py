"""A letter's life: from SEND to its end, on both engines, with a real SMTP server as its sink."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import get_args

import pytest
from msgspec.structs import replace

from folkmoot import mail
from folkmoot.action import delivering, duties, letters, likeness, representatives, store_letters
from folkmoot.action.delivery import email as by_mail
from folkmoot.action.model_letters import LetterState
from folkmoot.errors import Conflict, NotAllowed, NotFound
from folkmoot.people import accounts
from folkmoot.people.model import COMMAND
from folkmoot.settings import Letters, Settings
from folkmoot.storage.database import Database
from tests.action.guided import ASK, DAY, MINUTE, WORDS, Guided, words_of
from tests.mailserver import Sink, serving
from tests.moot import Moot
from tests.people.test_returned import LATE, POSTFIX, report


@pytest.fixture
def guided(db: Database, now: int, monkeypatch: pytest.MonkeyPatch) -> Guided:
    made = Guided(db, now)
    monkeypatch.setattr(representatives, "in_office", made.in_office)  # the directory has tests of its own
    return made


@pytest.fixture
def sink(guided: Guided) -> Iterator[Sink]:
    """A mail server that the newsroom hands its letters to."""
    made = Sink()
    with serving(made) as settings:
        guided.settings = replace(guided.settings, mail=replace(settings, sender="guide@news.example"))
        yield made


def letter_mails(sink: Sink) -> list[str]:
    return [str(sink.read(number)["Message-ID"]) for number in range(len(sink.got)) if "letter." in str(sink.read(number)["Message-ID"])]


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_state_that_waits_has_a_time_out_that_leads_somewhere_and_every_other_is_an_end() -> None:
    states = set(get_args(LetterState))
    assert {state for state, _ in letters.TRANSITIONS} | set(letters.TRANSITIONS.values()) <= states
    for state in states - set(letters.ENDS):
        assert letters.WAITS[state] > 0
        assert (state, "time") in letters.TRANSITIONS, state
    for state in states:  # from everywhere an end can be reached by time alone, in few steps
        for _ in range(6):
            if state in letters.ENDS:
                break
            state = letters.TRANSITIONS[(state, "time")]
        assert state in letters.ENDS


def test_unknown_leads_on_only_by_its_writer_or_to_an_end() -> None:
    assert {event for state, event in letters.TRANSITIONS if state == "unknown"} == {"again", "arrived", "paper", "time"}
    assert letters.TRANSITIONS[("unknown", "time")] == "closed"


# ── From SEND to the office ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_waits_for_its_mailbox_then_ten_minutes_then_goes(guided: Guided, sink: Sink) -> None:
    guided.to_preview("imogen")
    says = guided.hear("imogen", "send").says
    assert guided.states("imogen") == {"otto": "confirm"}
    assert "Nothing has left this house" in words_of(says)
    assert guided.work() == 1  # the mail with the code alone
    guided.hear("imogen", guided.digits("imogen"))
    assert guided.states("imogen") == {"otto": "undo"}
    guided.later(9 * MINUTE)
    guided.work()
    assert letter_mails(sink) == []
    guided.later(2 * MINUTE)
    guided.work()
    assert guided.states("imogen") == {"otto": "handed_over"}
    assert len(letter_mails(sink)) == 1
    assert "not yet read" in words_of(guided.hear("imogen", "status").says)


def test_the_mail_comes_from_the_site_and_the_answer_goes_to_the_writer(guided: Guided, sink: Sink) -> None:
    row = guided.send("imogen")[0]
    guided.later(11 * MINUTE)
    guided.work()
    mails = [sink.read(number) for number in range(len(sink.got))]
    message = next(each for each in mails if "letter." in str(each["Message-ID"]))
    assert str(message["From"]) == "Imogen Sarkis via The News <guide@news.example>"
    assert str(message["Reply-To"]) == "imogen@mail.example"
    assert str(message["To"]) == "otto@council.example"
    assert str(message["Subject"]) == ASK
    assert str(message["Message-ID"]) == f"<letter.{row.delivery}@news.example>"
    assert message["Auto-Submitted"] is None
    text = message.get_content()
    assert all(len(line) <= 72 for line in text.splitlines())
    assert all(words in text for words in ("9 Tannery Row", "Dear Council Member Marsh,", "Imogen Sarkis", "Town Hall, 1 Market Square"))


def test_who_is_signed_in_without_a_mailbox_proves_the_one_they_type_before_the_letter_goes(guided: Guided, sink: Sink) -> None:
    """Vera is known by an issuer that proves no mail, and types the mailbox of somebody else."""
    vera = guided.db.write_now(lambda tx: accounts.member_of(tx, "https://code.example", "4711", None, "Vera Holt", guided.now))
    guided.signed_in["vera"] = vera
    guided.to_preview("vera")
    guided.hear("vera", "send")
    assert guided.states("vera") == {"otto": "confirm"}
    guided.later(11 * MINUTE)
    guided.work()
    assert letter_mails(sink) == []
    assert guided.states("vera") == {"otto": "confirm"}


def test_the_digits_prove_the_mailbox_of_who_is_signed_in_without_one(guided: Guided) -> None:
    guided.signed_in["vera"] = guided.db.write_now(
        lambda tx: accounts.member_of(tx, "https://code.example", "4711", None, "Vera Holt", guided.now)
    )
    guided.send("vera")
    assert guided.states("vera") == {"otto": "undo"}


def test_who_has_proven_their_mailbox_is_not_asked_again(guided: Guided) -> None:
    vera = guided.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, "vera@mail.example", "vera@mail.example", "Vera Holt", guided.now))
    guided.signed_in["vera"] = vera
    guided.to_preview("vera")
    guided.hear("vera", "send")
    assert guided.states("vera") == {"otto": "undo"}
    assert guided.letters("vera")[0].mailbox == "vera@mail.example"


def test_within_ten_minutes_it_can_be_taken_back_and_the_words_stay(guided: Guided, sink: Sink) -> None:
    guided.send("imogen")
    says = guided.hear("imogen", "undo").says
    assert "Nothing went out" in words_of(says)
    assert guided.state("imogen").body == WORDS
    guided.later(20 * MINUTE)
    guided.work()
    assert letter_mails(sink) == []
    guided.hear("imogen", "send")
    guided.hear("imogen", "send now")
    guided.work()
    assert len(letter_mails(sink)) == 1
    assert "too late" in words_of(guided.hear("imogen", "undo").says)


def test_sending_twice_is_sending_once(guided: Guided, sink: Sink) -> None:
    guided.send("imogen")
    for _ in range(3):
        guided.hear("imogen", "send")
    guided.later(11 * MINUTE)
    guided.work()
    assert len(letter_mails(sink)) == 1


def test_who_has_no_mailbox_gets_paper_and_the_person_posts_it(guided: Guided) -> None:
    (row,) = guided.send("imogen", whom="2")
    assert (row.state, row.way) == ("yours", "paper")
    guided.db.write_now(lambda tx: letters.decide_own(tx, row.id, row.owner, None, "post", guided.now))
    assert guided.row(row.id).state == "posted"


# ── When it does not go well ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mail_server_that_is_away_loses_nothing_keeps_the_order_and_the_writer_is_told(guided: Guided, sink: Sink) -> None:
    for who in ("ada", "bo", "chidi"):
        guided.without_limits().send(who, f"{WORDS} I am {who}, and this is mine.")
    sink.to_data = "451 Try again later"
    guided.later(11 * MINUTE)
    guided.work()
    assert set(guided.states("ada").values()) == {"ready"}
    assert "did not take this letter yet" in words_of(guided.hear("ada", "status").says)
    for _ in range(24):
        guided.later(60 * MINUTE)
        guided.work()
    assert letter_mails(sink) == []
    sink.to_data = "250 OK"
    for _ in range(3):
        guided.later(61 * MINUTE)
        guided.work()
    wanted = [f"<letter.{guided.letters(who)[0].delivery}@news.example>" for who in ("ada", "bo", "chidi")]
    assert letter_mails(sink) == wanted
    assert all(guided.states(who) == {"otto": "handed_over"} for who in ("ada", "bo", "chidi"))


def test_a_mail_server_that_hangs_slows_nobody_else(guided: Guided, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("ada", "bo", "chidi", "dora"):
        guided.without_limits().send(who, f"{WORDS} I am {who}, and this is mine.")
    guided.work()  # the mails with their digits
    there, waits = guided.settings, []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(mail, "TIMEOUT", 0.5)
        monkeypatch.setattr(delivering, "SLOW", 0.3)
        guided.later(11 * MINUTE)
        away = replace(there, mail=replace(there.mail, port=silent.getsockname()[1]))
        for who in ("ada", "bo", "chidi", "dora"):
            begun = time.monotonic()
            duties.deliver(guided.db, {"letter": str(guided.letters(who)[0].id)}, away, guided.now)
            waits.append(time.monotonic() - begun)
    assert sum(waits[1:]) < 0.4 < waits[0], "after the first that hung the way rests, and others' work goes on"
    delivering._resting.clear()
    guided.settings = there
    for _ in range(3):
        guided.later(2 * MINUTE)
        guided.work()
    assert len(letter_mails(sink)) == 4


def test_a_refusal_returns_the_text_the_reason_and_the_next_best_way(guided: Guided, sink: Sink) -> None:
    (row,) = guided.send("imogen")
    sink.to_rcpt = "550 No such mailbox"
    guided.later(11 * MINUTE)
    guided.work(("letter",))
    assert guided.row(row.id).state == "failed"
    assert "did not arrive" in words_of(guided.hear("imogen", "status").says)
    told = guided.db.read_now(lambda tx: tx.one("SELECT kind, body FROM notice WHERE kind = 'letter_failed'"))
    assert told is not None
    assert WORDS[:40] in told.body
    guided.db.write_now(lambda tx: letters.decide_own(tx, row.id, row.owner, row.person, "paper", guided.now))
    assert guided.row(row.id).state == "yours"
    assert guided.row(row.id).body == WORDS


def test_what_is_unknown_is_shown_and_not_sent_again_unless_its_writer_says_so(
    guided: Guided, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = guided.send("imogen")
    real = mail.send

    def cut(message: object, settings: Settings) -> None:
        real(message, settings)  # type: ignore[arg-type]
        raise mail.Unknown("The line broke.", 60, "mail_unknown")

    monkeypatch.setattr(by_mail.mail, "send", cut)
    guided.later(11 * MINUTE)
    guided.work(("letter",))
    assert guided.row(row.id).state == "unknown"
    for _ in range(10):
        guided.later(3 * 60 * MINUTE)
        guided.work()
    assert len(letter_mails(sink)) == 1
    assert "do not know" in words_of(guided.hear("imogen", "status").says)
    monkeypatch.setattr(by_mail.mail, "send", real)
    guided.db.write_now(lambda tx: letters.decide_own(tx, row.id, row.owner, row.person, "again", guided.now))
    guided.work()
    assert guided.row(row.id).state == "handed_over"
    assert len(set(letter_mails(sink))) == 1, "a repeat carries the same Message-ID"
    assert len(letter_mails(sink)) == 2


def test_a_worker_that_ended_midway_is_followed_by_the_same_message_once_more(guided: Guided, sink: Sink) -> None:
    (row,) = guided.send("imogen")
    guided.later(11 * MINUTE)

    def half(tx: object) -> None:
        fresh = store_letters.letter_row(tx, row.id)  # type: ignore[arg-type]
        letters.move(tx, fresh, "time", guided.now, "time")  # type: ignore[arg-type]
        letters.move(tx, store_letters.letter_row(tx, row.id), "hand", guided.now, "worker")  # type: ignore[arg-type]

    guided.db.write_now(half)
    guided.work()
    assert guided.row(row.id).state == "handed_over"
    assert len(letter_mails(sink)) == 1
    events = guided.db.read_now(lambda tx: [each.event for each in store_letters.events_of(tx, row.id)])
    assert events[-2:] == ["again", "took"]


def test_a_mail_that_came_back_is_told_to_its_writer(guided: Guided, sink: Sink) -> None:
    (row,) = guided.send("imogen")
    guided.later(11 * MINUTE)
    guided.work()
    ours = f"<letter.{row.delivery}@news.example>"
    away = f"From: otto@council.example\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: {ours}\r\n\r\nDiagnostic-Code: I am away.\r\n".encode()
    for other in (away, report(POSTFIX[0], LATE, ours), report(POSTFIX[0], POSTFIX[1].replace("5.1.1", "4.2.2"), ours), report(POSTFIX[0], "", ours)):
        assert letters.delivery_in(other) == row.delivery
        why = letters.reason_in(other)
        assert not guided.db.write_now(lambda tx, why=why: letters.bounced(tx, row.delivery, why, guided.now))  # type: ignore[misc]
    assert guided.row(row.id).state == "handed_over"
    returned = report(*POSTFIX, ours)
    assert letters.delivery_in(returned) == row.delivery
    assert guided.db.write_now(lambda tx: letters.bounced(tx, row.delivery, letters.reason_in(returned), guided.now))
    assert guided.row(row.id).state == "failed"
    assert "User unknown" in words_of(guided.hear("imogen", "status").says)
    assert not guided.db.write_now(lambda tx: letters.bounced(tx, row.delivery, "", guided.now))


def test_a_week_of_waiting_ends_in_a_failure_that_says_so(guided: Guided, sink: Sink) -> None:
    (row,) = guided.send("imogen")
    sink.to_data = "451 Try again later"
    guided.later(11 * MINUTE)
    for _ in range(9):
        guided.work()
        guided.duty("letters_time_out")
        guided.later(DAY)
    assert guided.row(row.id).state == "failed"
    assert letter_mails(sink) == []


# ── After it has gone ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_two_weeks_we_ask_once_and_figures_show_once_enough_have_said(guided: Guided, sink: Sink) -> None:
    rows = []
    for number in range(letters.ENOUGH):
        rows += guided.without_limits().send(f"person{number}", f"{WORDS} This is what it is to me, number {number} of my street.")
    guided.later(11 * MINUTE)
    guided.work()
    assert guided.duty("letters_ask") == 0
    guided.later(14 * DAY)
    assert guided.duty("letters_ask") == letters.ENOUGH
    assert guided.duty("letters_ask") == 0
    for number, row in enumerate(rows):
        assert guided.db.read_now(lambda tx: letters.responsiveness(tx, "otto")) is None
        told = "answered" if number < 2 else "none"
        guided.db.write_now(lambda tx, row=row, told=told: letters.answer(tx, row.id, row.owner, row.person, told, guided.now))  # type: ignore[misc]
    assert guided.db.read_now(lambda tx: letters.responsiveness(tx, "otto")) == (2, letters.ENOUGH)


def test_text_and_address_go_28_days_after_the_last_state_and_figures_stay(guided: Guided, sink: Sink) -> None:
    (row,) = guided.send("imogen")
    guided.later(11 * MINUTE)
    guided.work()
    guided.db.write_now(lambda tx: letters.answer(tx, row.id, row.owner, row.person, "answered", guided.now))
    guided.later(27 * DAY)
    assert guided.duty("letters_scrub") == 0
    guided.later(2 * DAY)
    assert guided.duty("letters_scrub") == 1
    for table in ("letter", "letter_event", "letter_shingle", "letter_paper", "letter_answer"):
        rows = guided.db.read_now(lambda tx, table=table: [tuple(each) for each in tx.rows(f"SELECT * FROM {table}")])  # type: ignore[misc]
        assert "jetty" not in repr(rows)
        assert "Tannery" not in repr(rows)
    assert guided.row(row.id).state == "answered"
    assert guided.db.read_now(lambda tx: store_letters.answers_about(tx, "otto")) == {"answered": 1}
    guided.later(3 * DAY)
    assert guided.duty("forget_talks") >= 1
    talks = guided.db.read_now(lambda tx: [tuple(each) for each in tx.rows("SELECT state, said FROM talk")])
    assert "jetty" not in repr(talks)


def test_a_retired_official_gets_nothing_and_the_writer_is_told(guided: Guided, sink: Sink) -> None:
    (row,) = guided.send("imogen")
    guided.gone["otto"] = "Otto Marsh does not hold this office any more."
    guided.later(11 * MINUTE)
    guided.work()
    assert letter_mails(sink) == []
    assert guided.row(row.id).state == "stale"
    assert "does not hold this office" in words_of(guided.hear("imogen", "status").says)
    assert guided.db.read_now(lambda tx: tx.one("SELECT kind FROM notice WHERE kind = 'letter_stale'"))


# ── What holds abuse back ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_threat_is_frozen_for_a_person_and_its_writer_is_told_who_read_it(guided: Guided, sink: Sink) -> None:
    (row,) = guided.send("mallory", "Vote for the rain rule or I will find you and kill you, and your house burns.")
    assert guided.row(row.id).state == "held"
    guided.later(2 * DAY)
    guided.work(("letter",))
    assert letter_mails(sink) == []
    moot = _moot(guided)
    for other in (moot.member("Mem"), moot.member("Ed", "editor")):
        with pytest.raises(NotAllowed):
            guided.db.write_now(lambda tx, other=other: letters.read_frozen(tx, other, row.id, guided.now))  # type: ignore[misc]
    vera = moot.member("Vera", "moderator")
    assert guided.db.write_now(lambda tx: letters.read_frozen(tx, vera, row.id, guided.now)).body.startswith("Vote for")
    assert [each.person for each in guided.db.read_now(lambda tx: store_letters.readings_of(tx, row.id))] == [vera.id]
    guided.db.write_now(lambda tx: letters.decide(tx, vera, row.id, "refuse", "It threatens somebody.", guided.now))
    assert "threatens" in words_of(guided.hear("mallory", "status").says)


def _moot(guided: Guided) -> Moot:
    made = Moot.__new__(Moot)
    made.db, made.now, made.site, made.story = guided.db, guided.now, guided.site, guided.story
    return made


def test_a_letter_that_is_not_held_is_read_by_nobody(guided: Guided) -> None:
    (row,) = guided.send("imogen")
    with pytest.raises(NotFound):
        guided.db.write_now(lambda tx: letters.read_frozen(tx, COMMAND, row.id, guided.now))
    guided.db.write_now(lambda tx: letters.freeze(tx, COMMAND, row.id, "Somebody asked us to look.", guided.now))
    assert guided.row(row.id).state == "held"
    assert guided.db.write_now(lambda tx: letters.read_frozen(tx, COMMAND, row.id, guided.now)).body == WORDS


def test_a_newcomers_link_is_held_and_an_old_hands_is_not(guided: Guided) -> None:
    (row,) = guided.send("newt", f"{WORDS} See https://lake.example/rain for it.")
    assert guided.row(row.id).state == "held"
    guided.send("olga")
    guided.later(8 * DAY)
    guided.hear("olga", "write")
    (row,) = guided.send("olga", f"{WORDS} See https://lake.example/rain.")
    assert guided.row(row.id).state == "undo"


def test_a_text_that_is_eight_tenths_anothers_says_that_it_is_a_template(guided: Guided, sink: Sink) -> None:
    guided.send("ada")
    (row,) = guided.send("bo", f"{WORDS} Thanks.")
    assert (row.template, row.likeness >= 80) == (1, True)
    (own,) = guided.send("chidi", "My father drowned in this lake when no guard was there. A rule for rain would have kept it closed that day.")
    assert own.template == 0
    guided.later(11 * MINUTE)
    guided.work()
    texts = [sink.read(number).get_content() for number in range(len(sink.got)) if "letter." in str(sink.read(number)["Message-ID"])]
    assert ["from a template" in text for text in texts] == [False, True, False]
    assert likeness.likeness(likeness.marks(WORDS), likeness.marks(WORDS)) == 1.0


def test_one_person_writes_to_one_official_about_one_thing_once_a_week_and_so_many_a_day(guided: Guided) -> None:
    guided.send("imogen")
    guided.hear("imogen", "write")
    guided.says("imogen", ASK, HOME_AGAIN, "1", WORDS)
    assert "Once a week" in words_of(guided.hear("imogen", "send").says)
    assert guided.letters("imogen") == []
    guided.later(8 * DAY)
    guided.hear("imogen", "send")
    assert len(guided.letters("imogen")) == 1


HOME_AGAIN = "Imogen Sarkis, 9 Tannery Row, Ostley, MR 00417"


def test_blocked_recipients_are_not_written_to_and_it_is_said_why(guided: Guided) -> None:
    guided.db.write_now(lambda tx: store_letters.put_block(tx, "otto", "They asked for paper alone.", None, guided.now))
    guided.to_preview("imogen")
    assert "paper alone" in words_of(guided.hear("imogen", "send").says)
    assert guided.letters("imogen") == []


def test_a_letter_goes_only_under_its_writers_own_proven_name(guided: Guided, sink: Sink) -> None:
    guided.send("imogen")
    guided.later(8 * DAY)
    guided.hear("imogen", "write")
    guided.says("imogen", ASK, "Governor Lea Frost, 1 State Street, Ostley, MR 00417", "1", f"{WORDS} Again.")
    guided.hear("imogen", "send")
    guided.hear("imogen", "send now")
    guided.work()
    last = next(found for number in range(len(sink.got) - 1, -1, -1) if "letter." in str((found := sink.read(number))["Message-ID"]))
    assert "Imogen Sarkis via The News" in str(last["From"])
    assert "Lea Frost" not in last.get_content()


def test_two_at_once_cannot_move_a_letter_twice(guided: Guided) -> None:
    (row,) = guided.send("imogen")
    guided.db.write_now(lambda tx: letters.move(tx, row, "take_back", guided.now, "writer"))
    with pytest.raises(Conflict):
        guided.db.write_now(lambda tx: letters.move(tx, row, "send_now", guided.now, "writer"))


def test_another_persons_letter_is_not_found(guided: Guided) -> None:
    (row,) = guided.send("imogen")
    with pytest.raises(NotFound):
        guided.db.write_now(lambda tx: letters.decide_own(tx, row.id, "web:somebody", None, "take_back", guided.now))


def test_with_mail_letters_off_everybody_gets_paper(guided: Guided) -> None:
    guided.settings = replace(guided.settings, letters=Letters(email=False))
    guided.to_preview("imogen", whom="all")
    guided.hear("imogen", "send")
    assert guided.states("imogen") == {"otto": "yours", "desi": "yours"}
