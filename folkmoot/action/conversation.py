"""The guided talk: hear(state, words, facts) -> what is known then, what to say, what to do. Pure; web, SMS and chat share it.

It decides and asks; whoever calls (talks.py) does what a Turn names, and tells what came of it by `told`. Commands are heard before answers,
and only where the whole message is one, so that a letter may hold any word.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from folkmoot.action.keywords import OFFICES, means, plain
from folkmoot.action.model_letters import Choice, Do, Facts, Home, Option, Outcome, Preview, Says, State, Trail, Turn
from folkmoot.action.steps import ASIDE, STEPS, Step, by_door, described, mailbox_of, next_step, picked
from folkmoot.errors import say, together

BACK_FROM = frozenset({"done", "code", "remember"})  # nothing lies before these: the letters are written
WRITING = ("issue", "home", "which", "whom", "words", "mailbox", "preview")


# ── The door ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def begin(state: State, facts: Facts) -> Turn:
    """The first words of a talk, or its question again: it says that it is a program, whose it is, and who pays."""
    return _asking(replace(state, hello=True), facts, () if state.hello else (_hello(facts),))


def hear(state: State, words: str, facts: Facts) -> Turn:
    """What comes of a message. Nothing of one that comes before the consent is kept."""
    meaning = means(words, _starts(facts))
    if state.stopped:
        return _again(state, facts, meaning)
    greeting = () if state.hello else (_hello(facts),)
    state = replace(state, hello=True)
    if meaning is None and plain(words) == "paper" and (state.step == "mailbox" or _may_be_paper(state)):
        return _paper(state, facts)
    if meaning and not _is_answer(state, meaning):
        made = _command(state, meaning, facts)
        return Turn(made.state, (*greeting, *made.says), made.does) if made.says or made.does else begin(made.state, facts)
    if greeting:  # somebody whose first message is no command: they meet the program before it reads anything
        return _asking(state, facts, greeting)
    return _answer(state, words, facts)


def told(state: State, outcome: Outcome, facts: Facts) -> Turn:
    """What comes of something that was done."""
    return OUTCOMES[outcome.name](state, outcome, facts)


def _starts(facts: Facts) -> tuple[str, ...]:
    return facts.starts


def _may_be_paper(state: State) -> bool:
    """Whether letters that we would hand over stand before their writer, who may post them instead."""
    return state.step == "preview" and not state.batch and any(option.carried for option in picked(state))


def _is_answer(state: State, meaning: str) -> bool:
    """Words that are commands elsewhere, and an answer where they are offered."""
    return meaning == "preview" and state.step == "words" and not state.body


def _hello(facts: Facts) -> Says:
    return Says(
        "tell",
        say(
            "Hello. I am the guide of {site}: a program, not a person. {payer} pays for it. I ask one thing at a time and help you write to "
            "those who represent you; nothing is sent before you have seen it.",
            site=facts.site,
            payer=facts.payer,
        ),
    )


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _step(state: State) -> Step:
    return ASIDE if state.step == "feedback" else STEPS[state.step]


def _answer(state: State, words: str, facts: Facts) -> Turn:
    step = _step(state)
    answer = step.read(state, words, facts)
    if answer.state is None:
        return _asking(state, facts, (Says("wrong", answer.wrong),))
    if answer.does:
        return Turn(answer.state, (), answer.does)
    return advance(answer.state, facts, step.name)


def advance(state: State, facts: Facts, answered: str = "") -> Turn:
    """On to the first open step."""
    path = (*state.path, answered) if answered and answered not in state.path and answered in STEPS else state.path
    if answered == "words" and not state.told:  # a letter may come in several messages
        return Turn(replace(state, path=path), (_counted(state, facts),))
    return _asking(replace(state, step=next_step(state, facts), path=path), facts)


def _counted(state: State, facts: Facts) -> Says:
    return Says(
        "tell",
        say("I have {number} words. Write more, or say PREVIEW to see the letter.", number=len(state.body.split())),
        choices=(Choice("preview", say("See the letter")),),
    )


def _asking(state: State, facts: Facts, before: tuple[Says, ...] = ()) -> Turn:
    """The question of the step at hand."""
    if state.step == "preview":
        before = (*before, *previews(state, facts))
    return Turn(state, (*before, *question(state, facts)))


def question(state: State, facts: Facts) -> tuple[Says, ...]:
    """What the step at hand asks; nothing where the talk has ended."""
    step = _step(state)
    asks = step.asks(state, facts)
    why = step.why(state, facts)
    if state.step == "words" and state.replacing:
        why = by_door(
            facts, say("The new text takes the place of the old. “Back” keeps the old."),
            say("Send the new text; it takes the place of the old. BACK keeps the old."),
        )  # fmt: skip
    return (Says("ask", asks, why, step.field, step.choices(state, facts), value=step.value(state, facts)),) if asks else ()


def previews(state: State, facts: Facts) -> tuple[Says, ...]:
    """Each letter as it will be: what we hand over bears the name that is proven, whichever was typed."""
    proven = replace(state.home, name=facts.proven_name or state.home.name)
    return tuple(
        Says(
            "letter",
            say("To {name}", name=option.to.name or option.to.office),
            letter=Preview(option.to, proven if option.carried else state.home, state.issue, state.body, option.carried),
        )
        for option in picked(state)
    )


def answered(state: State, facts: Facts) -> tuple[tuple[str, str, str], ...]:
    """(step, question, answer) of what has been answered so far, in the table's order."""
    known = [STEPS[name] for name in STEPS if name in state.path and name not in ("preview", "code", "remember", "which")]
    return tuple((step.name, step.asks(state, facts), step.shown(state)) for step in known if step.name != state.step and step.shown(state))


def go_to(state: State, step: str, facts: Facts) -> Turn:
    """Back to a step that was answered, with its answer to change."""
    if step in state.path and not state.batch and step in WRITING:
        return _asking(replace(state, step=step, replacing=-1 if step == "words" else 0), facts)
    return begin(state, facts)


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _command(state: State, meaning: str, facts: Facts) -> Turn:
    if meaning in OFFICES:
        return _offices(state, meaning, facts)
    if meaning.startswith("edit"):
        return _edit(state, meaning, facts)
    return COMMANDS[meaning](state, facts)


def _stop(state: State, facts: Facts) -> Turn:
    chat = say(
        "You get no more messages from {site}. Your draft is kept for 31 days. Say {start} to go on.", site=facts.site, start=facts.starts[0].upper()
    )
    words = by_door(facts, say("We stop here. Your draft is kept for 31 days; answer here whenever you like, and we go on."), chat)
    return Turn(replace(state, stopped=True), (Says("tell", words),), (Do("stop"),))


def _again(state: State, facts: Facts, meaning: str | None) -> Turn:
    """After STOP a chat hears only who begins again; on a page whoever writes has come back."""
    if meaning in ("start", "begin") or (facts.channel in ("web", "terminal") and meaning != "stop"):
        return _after(replace(state, stopped=False), facts, Do("start"))
    return Turn(state)


def _after(state: State, facts: Facts, do: Do) -> Turn:
    made = begin(state, facts)
    return Turn(made.state, made.says, (do, *made.does))


def _help(state: State, facts: Facts) -> Turn:
    if facts.channel == "web":
        return _asking(state, facts, (Says("tell", _help_on_page(facts)),))
    human = say("A person: {human}.", human=facts.human) if facts.human else say("PERSON asks a person to look.")
    words = say(
        "{site}: I help you write to those who represent you. BACK, EDIT, MOVED (another address), PREVIEW, SEND, STATUS, ACCOUNT, LINK (go "
        "on elsewhere), "
        "STOP. {human} Message and data rates may apply.",
        site=facts.site,
        human=human,
    )
    return _asking(state, facts, (Says("tell", words),))


def _help_on_page(facts: Facts) -> str:
    words = say(
        "{site}: I help you write to those who represent you. Answer the question here; “Change” beside an answer goes back to it. The buttons at "
        "the end always do the same: nothing is sent by them, and “Erase all of it” deletes what I keep.",
        site=facts.site,
    )
    return together(words, say("A person: {human}.", human=facts.human)) if facts.human else words


def _back(state: State, facts: Facts) -> Turn:
    if state.step == "words" and state.replacing:
        return _asking(replace(state, replacing=0, step=next_step(replace(state, told=True), facts), told=True), facts)
    earlier = [name for name in state.path if name in WRITING and name != state.step]
    before = [name for name in earlier if state.step not in STEPS or list(STEPS).index(name) < list(STEPS).index(state.step)]
    if state.step == "feedback" and state.path:
        return _asking(replace(state, step=state.path[-1], path=state.path[:-1]), facts)
    if state.batch or state.step in BACK_FROM or not before:
        return _asking(state, facts, (Says("tell", say("There is nothing before this.")),))
    return _asking(replace(state, step=before[-1]), facts)


def _edit(state: State, meaning: str, facts: Facts) -> Turn:
    if not state.body or state.batch:
        return _asking(
            state,
            facts,
            (
                Says(
                    "tell",
                    say("There is no letter to change yet.")
                    if not state.batch
                    else by_door(
                        facts, say("This letter has been given to me to send. Take it back first, while there is time."),
                        say("This letter has been given to me to send. UNDO takes it back while there is time."),
                    ),
                ),
            ),
        )
    number = int(meaning.partition(" ")[2] or 0)
    paragraphs = state.body.split("\n\n")
    if number > len(paragraphs):
        return _asking(state, facts, (Says("wrong", say("Your letter has {number} paragraphs.", number=len(paragraphs))),))
    return _asking(replace(state, step="words", replacing=number or -1, path=tuple(name for name in state.path)), facts)


def _preview(state: State, facts: Facts) -> Turn:
    if state.batch or not state.body or not state.consented:
        return _asking(state, facts, () if not state.batch else _status(state, facts).says)
    state = replace(state, told=True, replacing=0, path=(*state.path, "words") if "words" not in state.path else state.path)
    return _asking(replace(state, step=next_step(state, facts)), facts)


def _send(state: State, facts: Facts) -> Turn:
    if state.batch:
        return _status(state, facts)
    if state.step == "words" and state.body and not state.replacing:
        return _preview(state, facts)
    if state.step != "preview":
        return _asking(state, facts, (Says("tell", say("Something is missing before it can go.")),))
    return Turn(state, (), (Do("send"),))


def _undo(state: State, facts: Facts) -> Turn:
    return Turn(state, (), (Do("take_back"),)) if state.batch else _asking(state, facts, (Says("tell", say("Nothing has been sent yet.")),))


def _now(state: State, facts: Facts) -> Turn:
    return Turn(state, (), (Do("send_now"),)) if state.batch else _send(state, facts)


def _skip(state: State, facts: Facts) -> Turn:
    if state.step == "remember":
        return advance(replace(state, remember=False), facts, "remember")
    if state.step == "which" and state.found and any(not option.to.vacant for option in state.found.options):
        return advance(replace(state, found=replace(state.found, districts=())), facts)
    if state.step == "mailbox":
        return _paper(state, facts)
    words = by_door(facts, say("I need this one."), say("I need this one. BACK goes back, STOP ends."))
    return _asking(state, facts, (Says("tell", words),))


def _paper(state: State, facts: Facts) -> Turn:
    """The letters are posted by the person: no mailbox is needed."""
    if state.found is None:
        return _asking(state, facts)
    options = tuple(replace(option, carried=False, way="paper", why="") for option in state.found.options)
    return advance(replace(state, found=replace(state.found, options=options)), facts)


def _person(state: State, facts: Facts) -> Turn:
    return Turn(state, (), (Do("person"),))


def _aside(state: State, facts: Facts) -> Turn:
    return _asking(replace(state, step="feedback", path=(*state.path, state.step)), facts)


def _officials(state: State, facts: Facts) -> Turn:
    if state.found is None:
        return _asking(state, facts, (Says("tell", say("I know that once I have your address.")),))
    listed = together(*map(_reached, state.found.options), between="; ")
    return _asking(
        state, facts, (Says("tell", say("You are represented by {people}. From records of {date}.", people=listed, date=state.found.data or "–")),)
    )


def _reached(option: Option) -> str:
    return say("{person}, {phone}", person=described(option), phone=option.to.phone) if option.to.phone else described(option)


def _account(state: State, facts: Facts) -> Turn:
    kept = ", ".join((state.home.name, *state.home.lines)).strip(", ") or "–"
    book = ", ".join(facts.home.lines) if facts.home else say("none")
    mailbox = mailbox_of(state, facts) or "–"
    words = say("I have: {kept}; mailbox {mailbox}; address kept for next time: {book}.", kept=kept, mailbox=mailbox, book=book)
    how = by_door(facts, say("“Erase all of it” deletes it at once."), say("MOVED changes the address, ERASE deletes all of it."))
    return _asking(state, facts, (Says("tell", together(words, how)),))


def _moved(state: State, facts: Facts) -> Turn:
    if not state.consented or state.batch:
        return _asking(state, facts, (Says("tell", say("I ask for your address when a letter needs it.")),) if state.batch else ())
    home = Home(name=state.home.name)
    return _asking(replace(state, step="home", home=home, found=None, picks=(), chosen=()), facts)


def _link(state: State, facts: Facts) -> Turn:
    return Turn(state, (), (Do("link"),))


def _erase(state: State, facts: Facts) -> Turn:
    return Turn(State(hello=True), (), (Do("erase"),))


def _status(state: State, facts: Facts) -> Turn:
    lines = tuple(Says("tell", trail(each, facts)) for each in facts.trails) or (Says("tell", say("You have no letters here.")),)
    return Turn(state, lines)


def _begin_anew(state: State, facts: Facts) -> Turn:
    """The start word: a new letter where the last one is done, else the question at hand."""
    if not state.batch:
        return begin(state, facts)
    return begin(State(consented=state.consented, hello=True, mailbox=state.mailbox, step="issue", path=("consent",)), facts)


def _offices(state: State, meaning: str, facts: Facts) -> Turn:
    if state.batch:
        return _begin_anew(state, facts) if state.step == "done" else _asking(state, facts)
    wants = replace(state, wanted=(meaning,), chosen=())
    note = (Says("tell", say("It shall go to: {office}.", office=meaning)),)
    return Turn(wants, note, (Do("find"),)) if wants.found else _asking(wants, facts, note)


COMMANDS: dict[str, Callable[[State, Facts], Turn]] = {
    "stop": _stop, "help": _help, "start": begin, "begin": _begin_anew, "back": _back, "preview": _preview, "send": _send, "undo": _undo, "now": _now,
    "skip": _skip, "menu": _help, "feedback": _aside, "person": _person, "officials": _officials, "account": _account, "moved": _moved, "link": _link,
    "erase": _erase, "status": _status,
}  # fmt: skip


# ── What came of what was done ───────────────────────────────────────────────────────────────────────────────────────────


def _found(state: State, outcome: Outcome, facts: Facts) -> Turn:
    found = outcome.found
    if found is None or found.status == "none" or (not any(not option.to.vacant for option in found.options) and found.status != "ambiguous"):
        why = found.why if found and found.why else say("I find nobody who represents that place.")
        cleared = replace(state, home=replace(state.home, code=""), found=None, step="home")
        return _asking(cleared, facts, (Says("wrong", why),))
    return advance(replace(state, found=found, chosen=(), warned=False), facts, "home")


def _sent(state: State, outcome: Outcome, facts: Facts) -> Turn:
    """The letters are taken: what each waits for."""
    if not outcome.good:
        return _asking(replace(state, warned=outcome.warned), facts, (Says("wrong", outcome.words),))
    sent = replace(state, batch=outcome.words, path=(*state.path, "preview"))
    says = tuple(Says("tell", trail(each, facts)) for each in facts.trails)
    turn = _asking(replace(sent, step=next_step(sent, facts)), facts)
    does = (Do("mail_code", sent.mailbox),) if turn.state.step == "code" else ()
    return Turn(turn.state, (*says, *turn.says), does)


def _mailed(state: State, outcome: Outcome, facts: Facts) -> Turn:
    if outcome.good:
        return Turn(replace(state, asked=outcome.number))
    return _asking(replace(state, mailbox="", step="mailbox"), facts, (Says("wrong", outcome.words),))


def _checked(state: State, outcome: Outcome, facts: Facts) -> Turn:
    if not outcome.good:
        return _asking(state, facts, (Says("wrong", outcome.words),))
    proven = replace(state, proven=True)
    says = tuple(Says("tell", trail(each, facts)) for each in facts.trails)
    turn = advance(proven, facts, "code")
    return Turn(turn.state, (*says, *turn.says))


def _taken_back(state: State, outcome: Outcome, facts: Facts) -> Turn:
    if not outcome.good:
        return Turn(state, (Says("wrong", outcome.words),))
    back = replace(state, batch="", step="preview", proven=state.proven and bool(facts.mailbox))
    return _asking(back, facts, (Says("tell", say("I have taken it back. Nothing went out. Your words are here.")),))


def _said(state: State, outcome: Outcome, facts: Facts) -> Turn:
    """A plain answer, then the question again."""
    turn = advance(state, facts) if state.step in ("remember", "feedback") else _asking(state, facts)
    return Turn(turn.state, (Says("tell" if outcome.good else "wrong", outcome.words), *turn.says)) if outcome.words else turn


def _remembered(state: State, outcome: Outcome, facts: Facts) -> Turn:
    return _said(state, outcome, facts) if outcome.words else advance(state, facts, "remember")


def _silent(state: State, outcome: Outcome, facts: Facts) -> Turn:
    return Turn(state)


OUTCOMES: dict[str, Callable[[State, Outcome, Facts], Turn]] = {
    "find": _found, "send": _sent, "mail_code": _mailed, "check_code": _checked, "take_back": _taken_back, "send_now": _said, "remember": _remembered,
    "forget": _said, "person": _said, "feedback": _said, "link": _said, "erase": _said, "stop": _silent, "start": _silent,
}  # fmt: skip


def trail(letter: Trail, facts: Facts) -> str:
    """What became of a letter, in true words. Never "delivered" for "handed over"."""
    minutes = max(0, -(-((letter.due or 0) - facts.now) // 60_000)) if letter.due else 0
    known: dict[str, str] = {
        "confirm": say("{to}: waits until your mailbox is proven. Nothing has left this house.", to=letter.to),
        "undo": by_door(
            facts, say("{to}: goes in {minutes} minutes. Until then you can take it back, or send it at once.", to=letter.to, minutes=minutes),
            say("{to}: goes in {minutes} minutes. Until then UNDO takes it back, SEND NOW sends it at once.", to=letter.to, minutes=minutes),
        ),
        "taken_back": say("{to}: you took it back. Nothing went out.", to=letter.to),
        "held": say("{to}: waits for a person to look at it. {why}", to=letter.to, why=letter.why),
        "stale": say("{to}: is held back. {why}", to=letter.to, why=letter.why),
        "ready": say("{to}: waits to be handed over. {why}", to=letter.to, why=letter.why),
        "handing": say("{to}: is being handed over.", to=letter.to),
        "unknown": say("{to}: we do not know. The line broke while it was being sent. Sending twice would not help you, so we have not.",
        to=letter.to),
        "yours": say("{to}: you must post it yourself. Your letter is ready to print, with the address on it.", to=letter.to),
        "posted": say("{to}: you posted it.", to=letter.to),
        "handed_over": say("{to}: handed over to the mail server. That is not yet read.", to=letter.to),
        "accepted": say("{to}: accepted by the gateway of the office. That is not yet read.", to=letter.to),
        "confirmed": say("{to}: the office confirmed that it has it.", to=letter.to),
        "answered": say("{to}: you told us about the answer.", to=letter.to),
        "failed": say("{to}: did not arrive. {why}", to=letter.to, why=letter.why),
        "refused": say("{to}: was not sent. {why}", to=letter.to, why=letter.why),
        "expired": say("{to}: was not sent, since nobody proved the mailbox in time.", to=letter.to),
        "closed": say("{to}: done.", to=letter.to),
    }  # fmt: skip
    return known[letter.state]
