"""Takes a text for officials as letters: what is refused, what is held, what waits for its mailbox, and what its writer posts.

Only carried letters are held back: what somebody prints and posts is theirs.
"""

from __future__ import annotations

import secrets

from msgspec import Struct
from msgspec.structs import replace

from folkmoot.action import likeness
from folkmoot.action import store_letters as store
from folkmoot.action.letters import DAY, KIND, WAITS, home_of, make_paper, move
from folkmoot.action.model_letters import Home, LetterState, Option
from folkmoot.action.threats import has_threat
from folkmoot.errors import Conflict, Invalid, NotAllowed, Problem, TooSoon, say
from folkmoot.people import phones
from folkmoot.people import store as people_store
from folkmoot.people.model import Person
from folkmoot.storage import jobs
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.bodies import encode_json
from folkmoot.web.words import N_, dated

PER_PERSON_A_DAY = 12
PER_OFFICIAL_A_WEEK = 1_000
SAME_MATTER = 7 * DAY
NEWCOMER = 7 * DAY


class Sender(Struct, frozen=True):
    """Whose letter it is and where it comes from. person: None while nothing is proven. phone: the number that
    they write from, where its provider vouches for it. limited: False lifts caps (load tests)."""

    owner: str
    talk: int
    site: int
    story: int | None = None
    action: int | None = None
    person: Person | None = None
    mailbox: str = ""
    limited: bool = True
    phone: str = ""


class Text(Struct, frozen=True):
    """What goes: one text for one or several officials."""

    subject: str
    body: str
    home: Home
    template: bool = False


def send(tx: Tx, sender: Sender, text: Text, options: tuple[Option, ...], batch: str, now: int) -> list[Row]:
    """Makes the letters of a batch, each once however often it is asked. Raises Conflict, TooSoon, NotAllowed; then none is made.

    batch: made before the preview was shown. What is carried waits for its mailbox ("confirm") or for the end of the ten minutes.
    """
    there = store.letters_of_batch(tx, batch)
    if there:
        return there
    _require_whole(text)
    for option in options:
        _hold_back(tx, sender, option, now)
    if sender.limited and store.letters_since(tx, sender.owner, _id(sender), now - DAY) + len(options) > PER_PERSON_A_DAY:
        raise TooSoon(say("You can write {most} letters a day. Go on tomorrow; your draft is kept.", most=PER_PERSON_A_DAY), 3600, "letters_a_day")
    alike, marks = _likeness(tx, sender, text)
    for option in options:
        _make(tx, sender, text, option, batch, alike, marks, now)
    return store.letters_of_batch(tx, batch)


def _require_whole(text: Text) -> None:
    if not (text.subject and text.body and text.home.name and text.home.lines):
        raise Invalid(N_("A letter needs a matter, your words, your name and your address."), "letter_incomplete")


def _id(sender: Sender) -> int | None:
    return sender.person.id if sender.person else None


def _hold_back(tx: Tx, sender: Sender, option: Option, now: int) -> None:
    """What may not go to an official: it is refused before anything is made."""
    to, person = option.to, _id(sender)
    blocked = store.blocked(tx, to.id) if option.carried else None
    if blocked:
        raise NotAllowed(
            say(
                "Letters to {name} do not go from here: {why} You can print yours and post it (PAPER).",
                name=to.name,
                why=blocked.why,
            ),
            "recipient_blocked",
        )
    before = store.same_matter(tx, sender.owner, person, to.id, sender.story, sender.action, now - SAME_MATTER) if sender.limited else None
    if before:
        raise Conflict(
            say(
                "You wrote to {name} about this on {day}. Once a week is enough: staff put repeats aside.", name=to.name, day=dated(before.made)
            ),
            "same_matter",
        )
    if option.carried and sender.limited and store.letters_to_since(tx, to.id, now - 7 * DAY) >= PER_OFFICIAL_A_WEEK:
        raise TooSoon(
            say("{name} has had as many letters from here this week as we send. Print yours and post it, or come back next week.", name=to.name),
            86_400,
            "official_full",
        )


def _likeness(tx: Tx, sender: Sender, text: Text) -> tuple[float, list[int]]:
    """How alike the text is to the likest letter of somebody else, and what is kept of it to compare."""
    marks = likeness.marks(text.body)
    others = store.alike(tx, marks[: likeness.LOOKED_UP], sender.owner, _id(sender))
    return max((likeness.likeness(marks, other) for _, other in others), default=0.0), marks


def _make(tx: Tx, sender: Sender, text: Text, option: Option, batch: str, alike: float, marks: list[int], now: int) -> None:
    number, state = new_id(now), _first_state(tx, sender, option)
    template = text.template or alike >= likeness.TEMPLATE
    store.insert_letter(
        tx, id=number, delivery=secrets.token_hex(16), batch=batch, talk=sender.talk, site=sender.site, story=sender.story, action=sender.action,
        person=_id(sender), owner=sender.owner, official=option.to.id, recipient=_json(option.to), way=option.way, subject=text.subject,
        body=text.body, home=_json(_signed(text.home, sender.person if option.carried else None)), mailbox=sender.mailbox if option.carried else "",
        template=int(template), likeness=round(alike * 100), state=state, frozen=0, due=now + WAITS[state], now=now,
    )  # fmt: skip
    store.insert_event(tx, new_id(now), number, "made", "", state, "writer", _id(sender), "", now)
    store.insert_shingles(tx, number, marks)
    if state == "undo":
        _judge(tx, store.letter_row(tx, number), sender.person, now)
    elif state == "yours":
        make_paper(tx, number, now)


def _first_state(tx: Tx, sender: Sender, option: Option) -> LetterState:
    """Where a letter's life begins: nothing goes by itself with a mailbox to answer to that its writer has only typed."""
    if not option.carried:
        return "yours"
    return "undo" if _has_proven(tx, sender) else "confirm"


def _has_proven(tx: Tx, sender: Sender) -> bool:
    """Whether the mailbox is the writer's own: mailed digits, or an issuer that proves mail, have put it among their identities.

    Where there is no mailbox to answer to, their telephone has proven who they are.
    """
    person = sender.person
    if person is not None and not sender.mailbox:
        return bool(sender.phone) and phones.is_proven(tx, person.id, sender.phone)
    return person is not None and person.proven is not None and sender.mailbox in people_store.mailboxes(tx, [person.id])[person.id]


def _signed(home: Home, person: Person | None) -> Home:
    """A letter that we hand over carries its writer's own proven name."""
    return replace(home, name=person.name) if person else home


def _json(value: object) -> str:
    return encode_json(value).decode()


def prove(tx: Tx, batch: str, person: Person, mailbox: str, now: int) -> int:
    """The mailbox of a batch is proven: its letters carry that name, and the ten minutes begin. How many moved."""
    rows = [row for row in store.letters_of_batch(tx, batch) if row.state == "confirm"]
    for row in rows:
        store.set_proven(tx, row.id, person.id, _json(_signed(home_of(row), person)), mailbox)
        move(tx, row, "prove", now, "writer", person.id)
        _judge(tx, store.letter_row(tx, row.id), person, now)
    return len(rows)


def _judge(tx: Tx, row: Row | None, person: Person | None, now: int) -> None:
    """Holds what a person must see first; else the ten minutes run."""
    assert row is not None
    why = _why_held(row, person, now)
    if why:
        store.set_frozen(tx, row.id, 1)
        move(tx, row, "hold", now, "rule", why=why)
    else:
        jobs.put(tx, KIND, {"letter": str(row.id)}, now, run_after=row.due, key=f"{KIND}:{row.id}")


def _why_held(row: Row, person: Person | None, now: int) -> str:
    if has_threat(f"{row.subject}\n{row.body}"):
        return N_("It reads like a threat, so a person looks at it before it can go.")
    newcomer = person is None or person.proven is None or now - person.proven < NEWCOMER
    if newcomer and likeness.has_link(f"{row.subject}\n{row.body}"):
        return N_("It holds a link and you are new here, so a person looks at it before it goes.")
    return ""


def refusal(problem: Problem) -> str:
    """The words of what was refused."""
    return problem.words
