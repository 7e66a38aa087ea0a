"""The dialogue by itself: what it asks, how it reads, what it never does. No database."""

from __future__ import annotations

import pytest

from folkmoot.action import conversation
from folkmoot.action.homes import FIELD, read_home
from folkmoot.action.keywords import COMMANDS, STARTS_AGAIN, STOPS, is_yes, means
from folkmoot.action.model_letters import District, Facts, Home, LetterState, Option, Outcome, Represented, Says, State, Trail, Turn
from folkmoot.action.steps import STEPS
from tests.action.guided import ASK, DESI, HOME, OTTO, WORDS

FACTS = Facts(1_000_000, "The News", "The Lake Trust", story="The lake")
FOUND = Represented("certain", (Option(OTTO, "email", True, "by e-mail"), Option(DESI, "paper", False, "on paper")), data="2026-06-15")


def talk(*messages: str, state: State | None = None, facts: Facts = FACTS, found: Represented = FOUND) -> Turn:
    """Messages one after another, the look-up answered; the last turn."""
    turn = Turn(state or State())
    for message in messages:
        turn = conversation.hear(turn.state, message, facts)
        while turn.does and turn.does[0].name == "find":
            turn = conversation.told(turn.state, Outcome("find", found=found), facts)
    return turn


def said(turn: Turn) -> str:
    return "\n".join(f"{each.words} {each.why}" for each in turn.says)


def test_it_begins_by_saying_that_it_is_a_program_whose_it_is_and_who_pays() -> None:
    for first in ("write", "Hello, I hate the fence", "help"):
        words = said(talk(first))
        assert "a program, not a person" in words
        assert "The News" in words
        assert "The Lake Trust pays" in words


def test_the_story_comes_first_the_address_second_and_officials_before_the_writing() -> None:
    asked = [talk(*("write", "ok", ASK, HOME, "1")[:number]).state.step for number in range(1, 6)]
    assert asked == ["consent", "issue", "home", "whom", "words"]
    shown = said(talk("write", "ok", ASK, HOME)) + str(talk("write", "ok", ASK, HOME).says[-1].choices)
    assert all(words in shown for words in ("Otto Marsh", "Harbour", "Council Member, Old Town", "Desmond Achebe", "Mayor of Ostley"))


def test_nothing_of_ones_own_is_kept_before_the_consent() -> None:
    turn = talk("write", "The mayor must resign over the lake")
    assert "have not kept" in said(turn)
    assert "resign" not in repr(turn.state)
    assert turn.state.step == "consent"


def test_every_step_says_what_it_asks_and_why_and_what_it_could_not_read() -> None:
    for name, step in STEPS.items():
        if name not in ("done", "preview"):
            state = State(step=name, hello=True, consented=1, found=FOUND, mailbox="ada@mail.example")
            assert step.asks(state, FACTS), name
            assert step.why(state, FACTS) or name == "which", name
            assert step.read(state, "!", FACTS).wrong or name in ("issue", "words"), name


@pytest.mark.parametrize("step", ["issue", "home", "whom", "words", "mailbox", "preview"])
@pytest.mark.parametrize("command", ["help", "stop", "back", "person", "account", "officials", "status", "link", "feedback", "moved"])
def test_at_every_step_one_can_go_back_stop_and_ask_for_help_or_a_person(step: str, command: str) -> None:
    state = State(step=step, hello=True, consented=1, path=("consent", "issue"), issue=ASK, body=WORDS, home=read_home(HOME, Home()), found=FOUND,
    chosen=("otto",))
    turn = talk(command, state=state)
    assert turn.says or turn.does
    assert turn.state.body == WORDS


def test_a_letter_that_contains_stop_is_a_letter() -> None:
    for words in (
        "Stop the fence. Please vote for the rain rule instead.", "I ask you to stop texting while the council meets, as you did.",
        "Please stop sending sewage into the lake where my children swim.", "END the closing of the lake, and HELP us to keep it open.",
        "Do not contact the fence company before you vote once more, please.",
    ):
        turn = talk("write", "ok", ASK, HOME, "1", words)
        assert turn.state.body == words, words
        assert not turn.state.stopped


@pytest.mark.parametrize("words", [
    *sorted(STOPS), "STOP", " Stop. ", "Stop!", "please stop", "Please stop texting me", "stop sending me messages", "Do not text me anymore",
    "don't contact me",
    "unsubscribe me", "take me off your list", "leave me alone", "no more texts please", "opt me out", "remove my number from your list",
    "wrong number",
    "I said stop", "can you please stop messaging me", "stop all messages",
])  # fmt: skip
def test_stop_its_kin_and_plain_sentences_that_mean_it_are_heard_in_every_step(words: str) -> None:
    for step in ("consent", "issue", "home", "words", "preview", "code", "done"):
        turn = talk(words, state=State(step=step, hello=True, consented=1, found=FOUND))
        assert turn.state.stopped, step
        assert [each.name for each in turn.does] == ["stop"]


def test_after_stop_a_chat_hears_only_who_begins_again() -> None:
    facts = Facts(1, "The News", "The News", channel="sms", whole=False)
    stopped = talk("write", "ok", ASK, "stop", facts=facts).state
    assert talk("hello?", state=stopped, facts=facts).says == ()
    assert talk("stop", state=stopped, facts=facts) == Turn(stopped)
    again = talk("start", state=stopped, facts=facts)
    assert again.state.issue == ASK
    assert again.says


def test_no_answer_is_asked_for_by_a_word_that_carriers_act_on() -> None:
    carriers = STOPS | STARTS_AGAIN | {"yes", "help", "info", "start"}
    state = State(step="home", hello=True, consented=1, found=FOUND, body=WORDS)
    offered = {choice.key for step in STEPS.values() for choice in step.choices(state, FACTS)}
    assert not {key.casefold() for key in offered} & carriers
    assert not set(COMMANDS) & (carriers - {"help"})


def test_edit_changes_a_letter_and_never_starts_over() -> None:
    turn = talk("write", "ok", ASK, HOME, "1", f"{WORDS}\n\nThe second part of it.", "edit 2", "Another second part.")
    assert turn.state.body == f"{WORDS}\n\nAnother second part."
    turn = talk("edit", "back", state=turn.state)
    assert turn.state.body.endswith("Another second part.")
    assert talk("edit 7", state=turn.state).says[0].mark == "wrong"


def test_a_letter_may_come_in_several_messages() -> None:
    facts = Facts(1, "The News", "The News", channel="sms", whole=False)
    turn = talk("write", "ok", ASK, HOME, "2", "The lake is where I learned to swim.", "So did my daughters, and theirs.", "preview", facts=facts)
    assert turn.state.body == "The lake is where I learned to swim.\n\nSo did my daughters, and theirs."
    assert turn.state.step == "preview"


def test_an_ambiguous_place_is_asked_about_and_never_guessed() -> None:

    split = Represented("ambiguous", (), (District("ward:1", "Lakes Ward"), District("ward:2", "Old Town")), "ZIP 00417 lies in two wards.")
    turn = talk("write", "ok", ASK, HOME, found=split)
    one = Represented("ambiguous", (), (District("ward:1", "Lakes Ward"),), "ZIP 00417 is post boxes.")
    assert talk("write", "ok", ASK, HOME, found=one).state.step == "which"
    assert turn.state.step == "which"
    assert [choice.words for choice in turn.says[-1].choices][:2] == ["Lakes Ward", "Old Town"]
    assert talk("the blue one", state=turn.state, found=split).says[0].mark == "wrong"
    assert talk("2", state=turn.state, found=FOUND).state.picks == ("ward:2",)


def test_a_place_that_nobody_represents_is_said_and_asked_again() -> None:
    turn = talk("write", "ok", ASK, HOME, found=Represented("none", why="Military ZIPs have no district."))
    assert turn.state.step == "home"
    assert "Military" in said(turn)


@pytest.mark.parametrize(("typed", "home"), [
    (HOME, Home("Imogen Sarkis", "9 Tannery Row", "Ostley", "MR", "00417")),
    ("Jane Doe\n350 5th Ave\nNew York\nNY 10118-0110", Home("Jane Doe", "350 5th Ave", "New York", "NY", "10118-0110")),
    ("Jane Doe, 350 5th Ave, Apt 4, New York NY 10118", Home("Jane Doe", "350 5th Ave, Apt 4", "New York", "NY", "10118")),
    ("Jane Doe\n350 5th Ave\nApt 3\nNew York\nNY 10118", Home("Jane Doe", "350 5th Ave, Apt 3", "New York", "NY", "10118")),
    (FIELD.join(("Jane Doe", "350 5th Ave", "New York", "NY", "10118")), Home("Jane Doe", "350 5th Ave", "New York", "NY", "10118")),
    (FIELD.join(("Jane Doe", "", "New York", "", "")), Home("Jane Doe", "", "New York", "", "")),
    ("10118", Home(code="10118")), ("my name is Jane Doe", Home(name="Jane Doe")),
    ("Zoë Müller, Hauptstr. 5, 10115 Berlin", Home("Zoë Müller", "Hauptstr. 5", "Berlin", "", "10115")),
    ("Ann Lee, 1 High Street, London, SW1A 1AA", Home("Ann Lee", "1 High Street", "London", "", "SW1A 1AA")),
])  # fmt: skip
def test_addresses_are_read_as_people_write_them(typed: str, home: Home) -> None:
    assert read_home(typed, Home()) == home


def test_what_is_missing_of_an_address_is_asked_for_and_the_rest_kept() -> None:
    turn = talk("write", "ok", ASK, "Imogen Sarkis")
    assert "street" in said(turn)
    turn = talk("9 Tannery Row, Ostley, MR 00417", state=turn.state)
    assert turn.state.home == read_home(HOME, Home())


def test_every_state_of_a_letter_has_true_words_and_none_says_delivered() -> None:
    from typing import get_args

    for state in get_args(LetterState):
        words = conversation.trail(Trail(1, "Otto Marsh", state, 0, 600_000, "Why."), FACTS)
        assert words.startswith("Otto Marsh"), state
        assert "delivered" not in words.casefold()


def test_offices_are_chosen_by_a_word() -> None:
    turn = talk("write", "ok", ASK, "senate", HOME)
    assert [choice.words for choice in turn.says[-1].choices] == ["Desmond Achebe, Mayor of Ostley"]
    assert means("Senate.") == "senate"
    assert means("The Senate should vote") is None


def test_hearing_the_same_twice_gives_the_same() -> None:
    state = talk("write", "ok", ASK, HOME).state
    assert conversation.hear(state, "1", FACTS) == conversation.hear(state, "1", FACTS)
    assert isinstance(conversation.hear(state, "1", FACTS).says[0], Says)


def test_who_does_not_know_their_district_can_write_to_those_who_are_certain() -> None:
    senator = Option(DESI, "paper", False, "on paper")
    split = Represented("ambiguous", (senator,), (District("ward:1", "Lakes Ward"), District("ward:2", "Old Town")), "Two wards.")
    turn = talk("write", "ok", ASK, HOME, "skip", found=split)
    assert turn.state.step == "whom"
    assert [choice.words for choice in turn.says[-1].choices] == ["Desmond Achebe, Mayor of Ostley"]


@pytest.mark.parametrize("said", ["OK", "yes!", "Sí", "si", "Oui.", "d’accord", "Ja", "نعم"])
def test_yes_is_heard_in_every_language_that_is_spoken(said: str) -> None:
    assert is_yes(said)
