"""An editor's action: made for a story, seen in its page, changed, stopped, counted without names. On both engines."""

from __future__ import annotations

import pytest
from msgspec import structs

from folkmoot.action import actions, drafting, store_actions
from folkmoot.action.model import Action, Draft, opening
from folkmoot.app import create_app
from folkmoot.errors import Conflict, NotAllowed
from folkmoot.people.model import Actor
from folkmoot.settings import Settings
from folkmoot.storage import jobs
from folkmoot.web.kit import clock
from folkmoot.work import HANDLERS, Steps
from tests.me.tab import Tab
from tests.moot import DAY, Moot
from tests.web.stand import Client

TYPED = drafting.Typed(
    ask="Vote once more on the rain rule", matter="the lake’s closing", stance="against",
    background="The council voted 5 to 4.\n\nIt meets on 26 May.",
    sources="Minutes | https://ostley.example/minutes", jurisdiction="NY", offices=("house", "senate"),
    facts="Two of twelve samples were above the limit | https://lake.example/table", points="- What is the lake to you?\nWhat would you give up?",
    script="Hello, my name is {name} and I live in {town}.\nI ask {official} to {ask}. {own}", maker="The Ostley Courier", funder="its readers",
    starts="2026-05-28", ends="2026-06-30",
)  # fmt: skip


def draft(**changed: object) -> Draft:
    made, faults = drafting.read(structs.replace(TYPED, **changed))
    assert made is not None, faults
    return made


def make(moot: Moot, editor: Actor | None = None, **changed: object) -> Action:
    maker = editor or moot.member("Ines", "editor")
    return moot.db.write_now(lambda tx: actions.make(tx, maker, moot.story.id, draft(**changed), moot.now))


def shown(moot: Moot) -> list[actions.Carded]:
    return moot.db.read_now(lambda tx: actions.cards(tx, moot.story.id, moot.now))


def test_an_editor_makes_an_action_and_the_storys_page_moves(moot: Moot) -> None:
    moot.says(moot.guest("Ada"), "The lake is rising.")
    before = moot.version()
    made = make(moot)
    assert moot.version() > before
    assert [each.action for each in shown(moot)] == [made]
    assert made.draft.facts[0].source == "https://lake.example/table"
    assert made.draft.points == ("What is the lake to you?", "What would you give up?")


@pytest.mark.parametrize("role", [None, "moderator"])
def test_nobody_but_editors_makes_changes_or_stops_one(moot: Moot, role: str | None) -> None:
    somebody, made = moot.member("Mo", role), make(moot)  # type: ignore[arg-type]
    for verb in (
        lambda tx: actions.make(tx, somebody, moot.story.id, draft(), moot.now), lambda tx: actions.change(tx, somebody, made.id, draft(), "",
            moot.now),
        lambda tx: actions.stop(tx, somebody, made.id, "", moot.now),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            moot.db.write_now(verb)
    assert len(shown(moot)) == 1


def test_each_change_is_remembered_with_what_it_said_before(moot: Moot) -> None:
    editor = moot.member("Ines", "editor")
    made = make(moot, editor)
    changed = moot.db.write_now(lambda tx: actions.change(tx, editor, made.id, draft(ask="Vote again"), "Shorter", moot.now + 1))
    assert (changed.draft.ask, changed.code) == ("Vote again", made.code)
    rows = moot.db.read_now(lambda tx: store_actions.changes_of(tx, made.id))
    assert [(row.deed, row.person, row.reason) for row in rows] == [("make", editor.id, ""), ("change", editor.id, "Shorter")]


def test_a_stopped_action_leaves_the_page_and_does_not_come_back(moot: Moot) -> None:
    editor = moot.member("Ines", "editor")
    made = make(moot, editor)
    moot.db.write_now(lambda tx: actions.stop(tx, editor, made.id, "The vote is over", moot.now))
    assert shown(moot) == []
    with pytest.raises(Conflict):
        moot.db.write_now(lambda tx: actions.change(tx, editor, made.id, draft(ask="Again"), "", moot.now))


def test_an_action_comes_and_goes_by_its_days_and_the_page_moves_then(moot: Moot) -> None:
    made = make(moot, starts="2026-06-02", ends="2026-06-02")
    assert shown(moot) == []
    moot.now = made.draft.starts
    assert [each.action.id for each in shown(moot)] == [made.id]
    moot.now = made.draft.ends
    assert shown(moot) == []
    job = jobs.claim(moot.db, (actions.JOB,), made.draft.starts)
    handler = HANDLERS[actions.JOB]
    assert job is not None and isinstance(handler, Steps)
    before = moot.version()
    assert moot.db.write_now(lambda tx: handler.act(tx, job.payload, made.draft.starts)) == 0
    assert moot.version() > before


def test_its_code_is_a_word_with_digits_that_leads_to_it_while_it_runs(moot: Moot) -> None:
    made = make(moot)
    assert made.code.startswith("CLOSIN") and made.code[-2:].isdigit()
    look = lambda words: moot.db.read_now(lambda tx: actions.action_by_code(tx, words, moot.now))  # noqa: E731
    assert look(f" {made.code.lower()} ").id == made.id
    assert look("STOP") is None
    moot.later(365 * DAY)
    assert look(made.code) is None


def test_no_figure_is_shown_below_five_people_and_skips_are_none(moot: Moot) -> None:
    made = make(moot)

    def call(who: int, official: str = "A000001", outcome: str = "spoke") -> None:
        moot.db.write_now(lambda tx: actions.count(tx, made.id, "call", f"somebody {who}", official, moot.now, outcome))  # type: ignore[arg-type]

    for who in range(4):
        call(who)
        call(who, "B000002")
    call(9, outcome="skip")
    assert shown(moot)[0].figures.calls is None
    call(4)
    call(4)
    assert shown(moot)[0].figures.calls == 9
    assert shown(moot)[0].figures.letters is None


def test_after_28_days_nobody_can_say_whose_deed_it_was_and_the_figures_stay(moot: Moot) -> None:
    made = make(moot)
    who = actions.somebody(b"secret", made.id, "person 7")
    for each in (who, *(actions.somebody(b"secret", made.id, f"person {number}") for number in range(4))):
        moot.db.write_now(lambda tx, each=each: actions.count(tx, made.id, "call", each, "A000001", moot.now, "spoke"))
    assert moot.db.read_now(lambda tx: store_actions.called_by(tx, made.id, who))
    later = moot.now + actions.KEPT + 1
    while moot.db.write_now(lambda tx: actions.forget_people(tx, later)):
        pass
    assert not moot.db.read_now(lambda tx: store_actions.called_by(tx, made.id, who))
    assert moot.db.read_now(lambda tx: actions.figures_of(tx, [made.id]))[0].calls == 5
    assert actions.somebody(b"secret", made.id, "person 7") != actions.somebody(b"secret", made.id + 1, "person 7")


@pytest.mark.parametrize(("field", "words", "said"), [
    ("ask", "", "what is asked"), ("ask", "a" * 121, "120"), ("sources", "", "source"), ("sources", "Minutes | javascript:alert(1)",
        "no web address"),
    ("facts", "Two of twelve were bad", "needs its source"), ("jurisdiction", "Narnia", "who decides"), ("offices", (), "office"),
    ("offices", ("king",), "king"), ("committee", "<b>", "letters"), ("stance", "both", "for the matter"), ("starts", "tomorrow", "which day"),
    ("ends", "2026-05-01", "before it begins"), ("ends", "2029-01-01", "a year"), ("points", "\n".join(["x"] * 13), "12 lines"), ("funder", " ",
        "who pays"),
])  # fmt: skip
def test_what_is_wrong_in_the_form_is_said_at_its_field(field: str, words: object, said: str) -> None:
    made, faults = drafting.read(structs.replace(TYPED, **{field: words}))
    assert made is None
    assert [name for name, _ in faults] == [field]
    assert said in faults[0][1].words


def test_a_draft_goes_into_the_form_and_comes_back_the_same() -> None:
    assert draft() == drafting.read(drafting.as_typed(draft()))[0]
    assert drafting.paragraphs("a\x00b\r\n\r\n\r\n\u202ec") == "a b\n\nc"


def test_the_list_shows_everybody_what_runs_and_editors_all_there_is(moot: Moot) -> None:
    moot.now = clock()
    days = {"starts": drafting._day(moot.now), "ends": drafting._day(moot.now + 10 * DAY)}
    runs, ended = make(moot, ask="Vote again", **days), make(moot, ask="Vote never", **days)
    editor = moot.member("Ines", "editor")
    moot.db.write_now(lambda tx: actions.stop(tx, editor, ended.id, "", moot.now))
    public = Client(create_app(Settings(), moot.db)).get("/actions").text
    assert "Vote again" in public and "Vote never" not in public
    assert runs.code not in public and "/actions/new" not in public
    own = Tab(moot, editor).get("/actions").text
    assert "Vote never" in own and runs.code in own and "/actions/new" in own
    assert "/actions?site=" in Tab(moot, moot.member("Vera", "moderator")).get("/desk").text, "and the desk leads there"


def test_a_card_shows_whole_sentences() -> None:
    assert opening("The council voted 5 to 4. It meets on 26 May.", 200) == "The council voted 5 to 4. It meets on 26 May."
    assert opening("The council voted 5 to 4. It meets on 26 May.\nMore.", 30) == "The council voted 5 to 4."
    assert opening("A sentence that goes on and on without an end", 20) == "A sentence that…"
