"""The table of the talk: what each step asks, why, how an answer is read, and what is said where it cannot be. Pure.

A step is open while its answer is missing; the talk goes to the first one that is. To add a question, add a row at its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from folkmoot.action.homes import one_line, read_home
from folkmoot.action.keywords import is_no, is_yes, plain
from folkmoot.action.model_letters import Choice, Do, Facts, Field, Home, Option, State
from folkmoot.errors import say, together

MAX_BODY = 10_000
MAX_SUBJECT = 80
LEAST_BODY = 20
LEAST_SUBJECT = 6
CONGRESS = ("senate", "house")
OF_STATES = frozenset({"upper", "lower", "legislature", "governor"})
_MAILBOX = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\]+\.[^\s@.]{2,}")
Asks = Callable[[State, Facts], str]


class Answer(Struct, frozen=True):
    """An answer that was understood: the state with it, and what is to be done. wrong: why it was not, in place of both."""

    state: State | None = None
    does: tuple[Do, ...] = ()
    wrong: str = ""


class Step(Struct, frozen=True):
    """A row of the table. open: whether it is still to be asked. read: what an answer means. shown: the answer, as the talk repeats it."""

    name: str
    asks: Asks
    why: Asks
    open: Callable[[State, Facts], bool]
    read: Callable[[State, str, Facts], Answer]
    shown: Callable[[State], str]
    field: Field = "line"
    choices: Callable[[State, Facts], tuple[Choice, ...]] = lambda state, facts: ()
    value: Callable[[State, Facts], str] = lambda state, facts: ""


def by_door(facts: Facts, page: str, chat: str) -> str:
    """What is said where there are buttons to press, and where words are typed."""
    return page if facts.channel == "web" else chat


# ── Who is asked ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def wanted(state: State, facts: Facts) -> tuple[str, ...]:
    """The offices that the letter is for: the person's word, else the action's, else all."""
    return state.wanted or (facts.cause.wanted if facts.cause else ())


def concerned(state: State, facts: Facts) -> tuple[Option, ...]:
    """Those who represent the place and whom the matter concerns; all where the action's offices have nobody here."""
    every = state.found.options if state.found else ()
    kinds = {kind for each in wanted(state, facts) for kind in (CONGRESS if each == "congress" else (each,))}
    here = tuple(option for option in every if not kinds or kinds & _kinds(option))
    return here or every


def _kinds(option: Option) -> set[str]:
    """What an official may be asked for as: senate, house, state, governor, or the office's own name."""
    return {option.to.chamber} | ({"state"} if option.to.chamber in OF_STATES else set())


def writable(state: State, facts: Facts) -> tuple[Option, ...]:
    return tuple(option for option in concerned(state, facts) if not option.to.vacant)


def picked(state: State) -> tuple[Option, ...]:
    """The officials who were chosen, in the order in which they were shown."""
    return tuple(option for option in (state.found.options if state.found else ()) if option.to.id in state.chosen)


def needs_proof(state: State, facts: Facts) -> bool:
    """Whether something is to be handed over for somebody of whom neither a mailbox is proven nor a telephone, with answers by post."""
    proven = facts.mailbox or state.proven or (facts.phone and state.by_post)
    return any(option.carried for option in picked(state)) and not proven


def mailbox_of(state: State, facts: Facts) -> str:
    return facts.mailbox or state.mailbox


# ── Consent ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _consent_why(state: State, facts: Facts) -> str:
    kept = say(
        "A letter to a representative shows what you think of politics. I keep it, with your name and address, until 28 days after it has gone, "
        "or 31 days if you leave it. Then it is deleted. Only you and who it is for read it."
    )
    return together(kept, by_door(facts, say('“Erase all of it” below deletes it at once.'), say('ERASE deletes all of it at once.')))


def _read_consent(state: State, words: str, facts: Facts) -> Answer:
    if is_yes(words):
        return Answer(replace(state, consented=facts.now))
    if is_no(words):
        nothing = say("Then I keep nothing, and we stop here.")
        return Answer(wrong=by_door(facts, nothing, together(nothing, say('Should you change your mind, say OK.'))))
    not_kept = say("I have not kept what you just wrote, since you have not agreed yet.")
    return Answer(wrong=by_door(facts, not_kept, together(not_kept, say('Say OK if I may, or NO.'))))


def _ok_or_no(state: State, facts: Facts) -> tuple[Choice, ...]:
    return Choice("ok", say("OK, you may keep it")), Choice("no", say("No"))


# ── The matter ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _issue_asks(state: State, facts: Facts) -> str:
    if facts.cause:
        return say("What do you want them to do about {title}, in one line?", title=facts.cause.title)
    if facts.story:
        return say("What do you want done about “{story}”, in one line?", story=facts.story)
    return say("What do you want done, in one line?")


def _issue_why(state: State, facts: Facts) -> str:
    if facts.cause:
        return say(
            "It heads your letter. {maker} asks: “{ask}” You may ask for something else. Paid for by {funder}.",
            maker=facts.cause.maker,
            ask=facts.cause.ask,
            funder=facts.cause.funder,
        )
    return say("It heads your letter: whoever opens it sees first what you ask for.")


def _read_issue(state: State, words: str, facts: Facts) -> Answer:
    line = one_line(words, MAX_BODY)
    if len(line) < LEAST_SUBJECT:
        return Answer(wrong=say("That is too short to head a letter. Say in one line what they should do, like: Please vote for the rain rule."))
    if len(line) <= MAX_SUBJECT:
        return Answer(replace(state, issue=line))
    first = re.split(r"(?<=[.!?])\s", line)[0]
    subject = first if len(first) <= MAX_SUBJECT else first[: MAX_SUBJECT - 1].rsplit(" ", 1)[0] + "…"
    return Answer(replace(state, issue=subject, body=state.body or clean_body(words)[:MAX_BODY]))


# ── The place ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _home_asks(state: State, facts: Facts) -> str:
    lacks = _lacking(state.home, facts)
    if state.home != Home() and lacks:
        return say("What is still missing: {parts}?", parts=lacks)
    return say("What is your name, and where do you live?")


def _home_why(state: State, facts: Facts) -> str:
    if facts.channel == "web":
        return say("Offices answer the people they serve, so your letter carries your name and address, and I find by it who represents you.")
    return say(
        "Offices answer the people they serve, so your letter carries your name and address, and I find by it who represents you. "
        "Write it as on an envelope: Jane Doe, 350 5th Ave, New York, NY 10118."
    )


def _lacking(home: Home, facts: Facts) -> list[str]:
    parts = ((home.name, say("your name")), (home.street, say("street and number")), (home.city, say("town")), (home.code, say("ZIP or postal code")))
    return [words for given, words in parts if not given]


def _read_home(state: State, words: str, facts: Facts) -> Answer:
    if is_yes(words) and facts.home:
        home = facts.home
        return Answer(replace(state, home=home, found=None, picks=(), chosen=(), from_book=True), (Do("find"),))
    home = read_home(words, state.home if state.found is None else Home(name=state.home.name))  # a form's fields replace it whole
    if facts.proven_name:
        home = replace(home, name=home.name or facts.proven_name)
    told = replace(state, home=home, found=None, picks=(), chosen=(), from_book=False)
    lacks = _lacking(home, facts)
    if not lacks:
        return Answer(told, (Do("find"),))
    if home == state.home:
        unread = say("I cannot read an address in that.")
        example = say("Write it as on an envelope: Jane Doe, 350 5th Ave, New York, NY 10118.")
        return Answer(wrong=by_door(facts, unread, together(unread, example)))
    return Answer(told)


def _home_choices(state: State, facts: Facts) -> tuple[Choice, ...]:
    if facts.home is None:
        return ()
    return (Choice("ok", say("The same as last time: {lines}", lines=", ".join((facts.home.name, *facts.home.lines)))),)


def _which_choices(state: State, facts: Facts) -> tuple[Choice, ...]:
    listed = state.found.districts if state.found else ()
    numbered = tuple(Choice(str(number), each.words) for number, each in enumerate(listed, 1))
    if state.found and any(not option.to.vacant for option in state.found.options):
        numbered = (*numbered, Choice("skip", say("Write to the others alone, who are certain")))
    return (*numbered, Choice("moved", say("I am not sure: let me give another address")))


def _read_which(state: State, words: str, facts: Facts) -> Answer:
    listed = state.found.districts if state.found else ()
    said = plain(words)
    for number, each in enumerate(listed, 1):
        if said in (str(number), plain(each.code), plain(each.words)):
            return Answer(replace(state, picks=(*state.picks, each.code)), (Do("find"),))
    typed = say("Choose one by its number. If you are not sure, say MOVED and give the address with street and number.")
    return Answer(wrong=by_door(facts, say("Choose one, or give another address."), typed))


def _is_ambiguous(state: State, facts: Facts) -> bool:
    return state.found is not None and state.found.status == "ambiguous" and bool(state.found.districts)


# ── The people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def described(option: Option) -> str:
    """Name, party and office: what is shown of an official before anything is written to them."""
    to = option.to
    if to.vacant:
        return say("{office}: the seat is vacant", office=to.office)
    return (
        say("{name}, {party}, {office}", name=to.name, party=to.party, office=to.office)
        if to.party
        else say("{name}, {office}", name=to.name, office=to.office)
    )


def _whom_choices(state: State, facts: Facts) -> tuple[Choice, ...]:
    return tuple(Choice(str(number), described(option), _way(option), many=True) for number, option in enumerate(writable(state, facts), 1))


def _way(option: Option) -> str:
    return option.why or (say("by e-mail") if option.carried else say("on paper: you print and post it"))


def _read_whom(state: State, words: str, facts: Facts) -> Answer:
    listed = writable(state, facts)
    said = plain(words)
    numbers = {int(each) for each in re.findall(r"\d+", said)}
    if said in ("all", "both", "everyone", "all of them") or is_yes(words):
        chosen = listed
    elif numbers and max(numbers) <= len(listed) and min(numbers) > 0:
        chosen = tuple(option for number, option in enumerate(listed, 1) if number in numbers)
    else:
        chosen = tuple(option for option in listed if said and said in (plain(option.to.name), plain(option.to.name.split()[-1])))
    if not chosen:
        return Answer(wrong=by_door(facts, say("Choose at least one of them."), say("Choose by number, like 1 or 1 2, or say ALL.")))
    return Answer(replace(state, chosen=tuple(option.to.id for option in chosen)))


def _whom_why(state: State, facts: Facts) -> str:
    found = state.found
    vacant = [described(option) for option in concerned(state, facts) if option.to.vacant]
    parts = [
        found.why if found else "",
        *(say("{seat}.", seat=each) for each in vacant),
        say("Your district is your own pick: no address has settled it.") if any(option.declared for option in writable(state, facts)) else "",
        say("From records of {date}.", date=found.data) if found and found.data else "",
    ]
    return together(*parts) or say("A letter goes only to those who represent where you live.")


# ── The words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _words_why(state: State, facts: Facts) -> str:
    if facts.whole:
        return say(
            "Your own words count more than polished ones. Two things help: what you ask for, and what it means for you. No greeting and no "
            "name: I put them."
        )
    return say(
        "In your own words, in one message or several: what you ask for, and what it means for you. No greeting and no name: I put them. "
        "Then say PREVIEW."
    )


def clean_body(words: str) -> str:
    """A letter's text: paragraphs of visible letters, at most MAX_BODY."""
    kept = "".join(
        letter if letter == "\n" or (ord(letter) >= 32 and not 127 <= ord(letter) < 160) else " " for letter in words.replace("\r\n", "\n")
    )
    lines = [line.rstrip() for line in kept.replace("\u2028", "\n").replace("\u2029", "\n\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _read_words(state: State, words: str, facts: Facts) -> Answer:
    if plain(words) == "template" and facts.cause and facts.cause.template:
        return Answer(replace(state, body=facts.cause.template, template=True, told=True, replacing=0))
    text = clean_body(words)
    if state.replacing > 0:
        text = _with_paragraph(state.body, state.replacing, text)
    elif not facts.whole and state.replacing == 0 and state.body:
        text = f"{state.body}\n\n{text}"
    if len(text) > MAX_BODY:
        return Answer(wrong=say("A letter holds {most} letters; yours would have {number}. Make it shorter.", most=MAX_BODY, number=len(text)))
    if len(text) < LEAST_BODY:
        return Answer(wrong=say("That is too short for a letter. One or two sentences are enough: what should they do, and what is it to you?"))
    return Answer(replace(state, body=text, told=facts.whole or state.replacing != 0, replacing=0, template=False))


def _with_paragraph(body: str, number: int, text: str) -> str:
    parts = body.split("\n\n")
    return "\n\n".join([*parts[: number - 1], text, *parts[number:]])


def _words_choices(state: State, facts: Facts) -> tuple[Choice, ...]:
    offered = (
        (Choice("template", say("Start from the template of {maker}", maker=facts.cause.maker)),) if facts.cause and facts.cause.template else ()
    )
    return (*offered, *((Choice("preview", say("See the letter")),) if state.body and not facts.whole else ()))


# ── The mailbox ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_mailbox(state: State, words: str, facts: Facts) -> Answer:
    if facts.phone and plain(words) == "post":
        return Answer(replace(state, by_post=True, mailbox=""))
    said = words.strip().strip("<>")
    if not _MAILBOX.fullmatch(said) or len(said) > 254:
        unread = say("That is not one mail address. Write it like name@mail.example.")
        return Answer(wrong=by_door(facts, unread, together(unread, say('Or say PAPER to post the letters yourself.'))))
    return Answer(replace(state, mailbox=said, by_post=False))


def _read_code(state: State, words: str, facts: Facts) -> Answer:
    digits = re.sub(r"\D", "", words)
    if len(digits) != 6:
        return Answer(wrong=say("The code is the six digits in the mail to {mailbox}.", mailbox=state.mailbox))
    return Answer(state, (Do("check_code", digits),))


# ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_preview(state: State, words: str, facts: Facts) -> Answer:
    kept = say("Your letter is kept as it is.")
    if is_yes(words):
        return Answer(wrong=by_door(facts, kept, say("Say SEND and it goes. EDIT changes your words, BACK goes back.")))
    return Answer(wrong=by_door(facts, kept, together(kept, say('Say SEND, EDIT or BACK.'))))


def _carried(state: State) -> set[bool]:
    return {option.carried for option in picked(state)}


def _preview_asks(state: State, facts: Facts) -> str:
    """What happens at SEND differs: we hand over, or the writer posts."""
    if _carried(state) == {False}:
        return say("This is your letter. Is it ready to be printed?")
    return say("This is your letter. Shall it go?")


def _preview_why(state: State, facts: Facts) -> str:
    by_us = tuple(option.to.name for option in picked(state) if option.carried)
    by_you = tuple(option.to.name for option in picked(state) if not option.carried)
    parts = (
        say("I mail it to {names}; for ten minutes you can take it back.", names=by_us) if by_us else "",
        say("You print and post the letter to {names}: I cannot hand it over.", names=by_you) if by_you else "",
    )
    return together(*parts)


def _preview_choices(state: State, facts: Facts) -> tuple[Choice, ...]:
    words = {
        frozenset({True}): say("Send it"), frozenset({False}): say("Done: give me the letter"),
        frozenset({True, False}): say("Mail what can be mailed; I post the rest"),
    }  # fmt: skip
    paper = (Choice("paper", say("Print and post it myself")),) if True in _carried(state) else ()
    return (
        Choice("send", words.get(frozenset(_carried(state)), say("Send it"))), Choice("edit", say("Change my words")), *paper,
        Choice("back", say("Back")),
    )  # fmt: skip


def _read_remember(state: State, words: str, facts: Facts) -> Answer:
    if is_yes(words):
        return Answer(replace(state, remember=True), (Do("remember"),))
    if is_no(words):
        return Answer(replace(state, remember=False))
    return Answer(wrong=by_door(facts, say("Say yes or no."), say("Say OK and I keep your address for next time, or NO.")))


def _remember_why(state: State, facts: Facts) -> str:
    otherwise = say("Otherwise it goes with this letter, 28 days after its end.")
    page = say("“What you keep of me” shows what I keep, “Erase all of it” deletes it.")
    return together(otherwise, by_door(facts, page, say('ACCOUNT shows what I keep, ERASE deletes it.')))


def _mailbox_choices(state: State, facts: Facts) -> tuple[Choice, ...]:
    by_post = (Choice("post", say("They answer by post")),) if facts.phone else ()
    return (*by_post, Choice("paper", say("Print and post it myself")))


def _mailbox_why(state: State, facts: Facts) -> str:
    if facts.phone:
        return say(
            "A letter goes only under a name that is proven. Your number is: say POST, and they answer to your street address. A mailbox must be "
            "proven too: I mail you six digits. Say PAPER to print and post the letter yourself."
        )
    proof = say(
        "A letter goes only under a name whose mailbox is proven. I mail you six digits; nobody else sees the address but who gets the letter."
    )
    return by_door(facts, proof, together(proof, say('Say PAPER to print and post it yourself instead.')))


def _nothing(state: State, words: str, facts: Facts) -> Answer:
    unread = say("I did not understand that.")
    typed = say("Say {start} to write another letter, STATUS to hear of those you wrote, or HELP.", start=facts.starts[0].upper())
    return Answer(wrong=by_door(facts, unread, together(unread, typed)))


def _feedback(state: State, words: str, facts: Facts) -> Answer:
    return Answer(replace(state, step=state.path[-1] if state.path else "done", path=state.path[:-1]), (Do("feedback", one_line(words, 1000)),))


def said(words: str) -> Asks:
    return lambda state, facts: say(words)


def _no(*_: Any) -> str:
    return ""


STEPS: dict[str, Step] = {step.name: step for step in (
    Step("consent", said("May I keep what you write until your letter is done?"), _consent_why, lambda state, facts: not state.consented,
    _read_consent,
         lambda state: say("OK"), "", _ok_or_no),
    Step("issue", _issue_asks, _issue_why, lambda state, facts: not state.issue, _read_issue, lambda state: state.issue, "line",
         value=lambda state, facts: state.issue),
    Step("home", _home_asks, _home_why, lambda state, facts: bool(_lacking(state.home, facts)) or state.found is None, _read_home,
         lambda state: ", ".join((state.home.name, *state.home.lines)), "home", _home_choices),
    Step("which", said("I cannot be sure of your district by that. Which one is yours?"),
         lambda state, facts: (state.found.why if state.found else ""), _is_ambiguous, _read_which, lambda state: "", "", _which_choices),
    Step("whom", said("These people represent you in this. To whom shall it go?"), _whom_why, lambda state, facts: not picked(state), _read_whom,
         lambda state: "; ".join(described(option) for option in picked(state)), "", _whom_choices),
    Step("words", said("What do you want to say?"), _words_why, lambda state, facts: not state.told, _read_words,
         lambda state: state.body, "long", _words_choices, value=lambda state, facts: state.body),
    Step("mailbox", said("Which e-mail address shall they answer to?"),
         _mailbox_why,
         lambda state, facts: needs_proof(state, facts) and not state.mailbox, _read_mailbox, lambda state: state.mailbox, "email",
         _mailbox_choices),
    Step("preview", _preview_asks, _preview_why, lambda state, facts: not state.batch, _read_preview, _no, "", _preview_choices),
    Step("code", lambda state, facts: say("What are the six digits that I mailed to {mailbox}?", mailbox=state.mailbox),
         said("They show that the mailbox is yours. Until then your letter waits here."), lambda state, facts: needs_proof(state, facts),
         _read_code, _no, "digits"),
    Step("remember", said("Shall I keep your address for next time?"),
         _remember_why,
         lambda state, facts: state.remember is None and not state.from_book, _read_remember, _no, "", lambda state, facts: (Choice("ok",
         say("OK, keep it")), Choice("no", say("No")))),
    Step("done", _no, _no, lambda state, facts: True, _nothing, _no, ""),
)}  # fmt: skip
ASIDE = Step("feedback", said("What would you like to tell the people who run this?"), said("They read it; it is not part of your letter."),
             lambda state, facts: False, _feedback, _no, "long")  # fmt: skip


def next_step(state: State, facts: Facts) -> str:
    """The first step that is open."""
    return next(name for name, step in STEPS.items() if step.open(state, facts))
