"""What the guide's page shows of a talk: steps, answers, the question, and what became of each letter."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from folkmoot.action import conversation, letters, store_letters
from folkmoot.action.model_letters import Facts, LetterState, Option, Recipient, Says, State, Trail
from folkmoot.action.steps import concerned, picked
from folkmoot.errors import say
from folkmoot.storage.database import Row, Tx
from folkmoot.web.words import N_

# The parts of the way, as people see them, and the steps of each.
PARTS = (
    (N_("Matter"), ("consent", "issue")), (N_("Place"), ("home", "which")), (N_("People"), ("whom",)), (N_("Words"), ("words",)),
    (N_("Letter"), ("mailbox", "preview")), (N_("Sent"), ("code", "remember", "done")),
)  # fmt: skip
# What a letter's writer may press in a state: (event, words).
BUTTONS: dict[LetterState, tuple[tuple[str, str], ...]] = {
    "undo": (("take_back", N_("Take it back")), ("send_now", N_("Send it now"))),
    "confirm": (("take_back", N_("Take it back")),),
    "ready": (("take_back", N_("Take it back")),),
    "held": (("take_back", N_("Take it back")), ("paper", N_("Print it and post it myself"))),
    "stale": (("take_back", N_("Take it back")), ("paper", N_("Print it and post it myself"))),
    "yours": (("post", N_("I have posted it")),),
    "failed": (("paper", N_("Print it and post it myself")),),
    "expired": (("paper", N_("Print it and post it myself")),),
    "unknown": (("again", N_("Send it again anyway")), ("arrived", N_("It arrived")), ("paper", N_("Print it and post it myself"))),
}
NAMES: dict[LetterState, str] = {
    "confirm": N_("Waits for your code"), "undo": N_("Goes soon"), "taken_back": N_("Taken back"), "held": N_("Waits for a person"),
    "stale": N_("Held back"), "ready": N_("Waits to be handed over"), "handing": N_("Being handed over"), "unknown": N_("We do not know"),
    "yours": N_("You must post it yourself"), "posted": N_("You posted it"), "handed_over": N_("Handed over"), "accepted": N_("Accepted by "
        "the gateway"),
    "confirmed": N_("Confirmed by the office"), "answered": N_("Answered"), "failed": N_("Did not arrive"), "refused": N_("Not sent"),
    "expired": N_("Not sent"), "closed": N_("Done"),
}  # fmt: skip
COLOURS: dict[str, tuple[LetterState, ...]] = {
    "ochre": ("confirm", "undo", "held", "stale", "ready", "yours", "unknown"),
    "brick": ("failed", "refused", "expired"),
}
ANSWERS = (
    ("answered", N_("Yes, to what I asked")), ("acknowledged", N_("Only that they got it")), ("not_about_it", N_("Yes, but not to what I asked")),
    ("none", N_("No")), ("none_expected", N_("I expected none")),
)  # fmt: skip


class Life(Struct, frozen=True):
    """A letter as its writer sees it. asks: whether we ask about an answer. readings: when staff read it."""

    trail: Trail
    to: Recipient
    name: str
    colour: str
    words: str
    buttons: tuple[tuple[str, str], ...]
    asks: bool
    readings: tuple[int, ...]
    prints: bool
    key: str = ""


class Shown(Struct, frozen=True):
    """All that the page needs. parts: (name, "done"|"now"|""); question: the last thing asked; heard: how those answer who can be chosen."""

    state: State
    facts: Facts
    parts: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str, str], ...]
    says: tuple[Says, ...]
    question: Says | None
    vacant: tuple[Option, ...]
    options: tuple[Option, ...]
    chosen: tuple[Option, ...]
    lives: tuple[Life, ...]
    heard: dict[str, tuple[int, int]] = {}
    callable: tuple[Option, ...] = ()
    script: tuple[str, ...] = ()


def shown(
    tx: Tx, state: State, says: tuple[Says, ...], facts: Facts, row: Row | None, key_of: Callable[[int], str] = lambda letter: ""
) -> Shown:
    """A talk as the page shows it. key_of: what opens a letter where no cookie does.
    The question comes from the state, so that an old page never asks what is answered."""
    asked = conversation.question(state, facts)
    told = tuple(each for each in says if each.mark in ("tell", "wrong"))
    if state.batch:  # what became of letters stands below, always fresh
        told = tuple(each for each in told if each.mark == "wrong" or not any(each.words.startswith(f"{trail.to}:") for trail in facts.trails))
    told = (*told, *(conversation.previews(state, facts) if state.step == "preview" else ()))
    rows = store_letters.letters_of(tx, row.owner, row.person, 20) if row else []
    told_of = zip(rows, letters.trails(tx, rows), strict=True)
    lives = tuple(_life(tx, each, trail, facts, key_of(each.id)) for each, trail in told_of if not each.scrubbed)
    here = concerned(state, facts) if state.found else ()
    return Shown(
        state, facts, tuple(_parts(state)), conversation.answered(state, facts), told, asked[0] if asked else None,
        tuple(option for option in here if option.to.vacant), tuple(option for option in here if not option.to.vacant), picked(state), lives,
        letters.responses(tx, (option.to.id for option in here)) if state.step == "whom" else {},
        tuple(option for option in picked(state) if option.to.phone), call_script(state),
    )  # fmt: skip


def call_script(state: State) -> tuple[str, ...]:
    """What to say on the telephone, made of what the person has said already."""
    return (
        say("Hello, my name is {name}. I live in {town}.", name=state.home.name, town=state.home.city),
        say("I am calling about this: {issue}.", issue=state.issue.rstrip(".")),
        say("Please tell me what you will do. Thank you."),
    )


def tel(phone: str) -> str:
    """The link that dials a number."""
    return "tel:" + re.sub(r"[^\d+]", "", phone.split("x")[0])


def _parts(state: State) -> list[tuple[str, str]]:
    now = next((number for number, (_, steps) in enumerate(PARTS) if state.step in steps), 3)
    return [(name, "done" if number < now else "now" if number == now else "") for number, (name, _) in enumerate(PARTS)]


def _life(tx: Tx, row: Row, trail: Trail, facts: Facts, key: str) -> Life:
    state: LetterState = row.state
    colour = next((name for name, states in COLOURS.items() if state in states), "")
    asks = state in ("handed_over", "accepted", "confirmed", "posted") and row.since + letters.ASKED_AFTER <= facts.now
    readings = tuple(each.at for each in store_letters.readings_of(tx, row.id))
    return Life(
        trail,
        letters.recipient_of(row),
        NAMES[state],
        colour,
        conversation.trail(trail, facts),
        BUTTONS.get(state, ()),
        asks,
        readings,
        bool(row.body),
        key,
    )
