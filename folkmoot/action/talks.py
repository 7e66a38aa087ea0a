"""The verbs of the guided talk: one message in, what is said to it out, in one transaction.

conversation.py decides; here its talk is fetched, what it asks for is done, and it is kept. Every channel calls `hear`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from folkmoot.action import conversation, letters, sending, store_chats, store_letters, store_talks
from folkmoot.action.delivery import BY_NAME
from folkmoot.action.keywords import means
from folkmoot.action.model_letters import Cause, Do, Facts, Outcome, Represented, Says, State, Turn
from folkmoot.action.steps import by_door, picked
from folkmoot.errors import NotFound, Problem, say
from folkmoot.people import phones, sessions, sign_in, store_belongings
from folkmoot.people import store as people_store
from folkmoot.people.accounts import get_person
from folkmoot.people.mailing import Doorway
from folkmoot.people.model import Keys, PageKey, Person
from folkmoot.people.tokens import fingerprint
from folkmoot.settings import Settings
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.bodies import encode_json
from folkmoot.web.words import N_, in_words

DAY = 86_400_000
DRAFTS_LAST = 31 * DAY
CODE_LASTS = DAY
ERASED_AT_ONCE = 1_000
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LINK = re.compile(r"\s*(?:link|code)?\s*([A-HJ-NP-Z2-9]{4})[ -]?([A-HJ-NP-Z2-9]{4})\s*", re.I)
Find = Callable[[Tx, State, Facts, int], Represented]
CauseOf = Callable[[Tx, int, int], Cause | None]  # an action's id, now


def nobody(tx: Tx, state: State, facts: Facts, now: int) -> Represented:
    """Where no officials are loaded."""
    return Represented("none", why=N_("No list of officials is loaded here yet, so I cannot say who represents you."))


def no_code(tx: Tx, words: str, now: int) -> Cause | None:
    """Where no action has a word of its own."""
    return None


def no_cause(tx: Tx, action: int, now: int) -> Cause | None:
    return None


@dataclass(frozen=True)
class Around:
    """What a channel brings: the settings, our secret, what it can carry, and who looks up officials and actions.

    phone: the number that a message came from, where its provider has signed that it did.
    """

    settings: Settings
    secret: bytes
    channel: str = "web"
    language: str = "en"
    whole: bool = True
    buttons: bool = True
    network: str | None = None
    address: str = ""
    find: Find = nobody
    cause: CauseOf = no_cause
    by_code: Callable[[Tx, str, int], Cause | None] = no_code
    person: Person | None = None
    phone: str = ""
    way: sign_in.Way = sign_in.PAGE

    @property
    def limited(self) -> bool:
        return self.settings.limits.enabled


@dataclass
class Heard:
    """What came of a message. key: what signs the person in, where a mailbox was proven just now."""

    talk: int
    state: State
    says: tuple[Says, ...]
    facts: Facts
    key: PageKey | Keys | None = None
    done: list[str] = field(default_factory=list)


# ── The doors ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def hear(
    tx: Tx, owner: str, words: str, site: int, around: Around, now: int, *, story: int | None = None, action: int | None = None, met: bool = False
) -> Heard:
    """A message of an owner's. Begins a talk where there is none, turns it where it is about another matter; a link code brings another one along.

    met: they have seen the first words already, on a page, so that theirs are an answer.
    """
    meant = action_meant(tx, words, around, now)
    if meant is not None:
        return begin_matter(tx, owner, site, around, now, story=meant.story or None, action=meant.id)
    carried = _carry(tx, owner, words, around, now)
    row = carried or _row(tx, owner, site, story, action, around, now)
    state = store_talks.state_of(row)
    if not carried and is_other(row, story, action):
        row, state = _turn(tx, row, state, story, action), _turned(state)
    elif met and row.touched == row.begun == now:
        state = replace(state, hello=True)
    facts = facts_of(tx, row, around, now, state.batch, every=means(words) == "status")
    if carried:
        return _keep(tx, row, around, now, conversation.begin(replace(state, hello=True), facts), facts)
    return _keep(tx, row, around, now, conversation.hear(state, words, facts), facts)


def action_meant(tx: Tx, words: str, around: Around, now: int) -> Cause | None:
    """The action whose word a whole message is."""
    return around.by_code(tx, words.strip(), now) if re.fullmatch(r"\s*\w{3,16}\s*", words) and means(words) is None else None


def go_to(tx: Tx, owner: str, step: str, around: Around, now: int) -> Heard:
    """Back to a question that was answered. Raises NotFound where there is no talk."""
    row = _required(tx, owner)
    state = store_talks.state_of(row)
    facts = facts_of(tx, row, around, now, state.batch)
    return _keep(tx, row, around, now, conversation.go_to(state, step, facts), facts)


def begin_matter(tx: Tx, owner: str, site: int, around: Around, now: int, *, story: int | None, action: int | None) -> Heard:
    """Begins a talk, or turns the one there is to a matter, where nothing has been written about another yet."""
    row = _row(tx, owner, site, story, action, around, now)
    state = store_talks.state_of(row)
    if state.batch or is_other(row, story, action):
        row, state = _turn(tx, row, state, story, action), _turned(state)
    facts = facts_of(tx, row, around, now, state.batch)
    return _keep(tx, row, around, now, conversation.begin(state, facts), facts)


def is_other(row: Row, story: int | None, action: int | None) -> bool:
    """Whether a talk is about something else than what is asked for now."""
    return bool((action and row.action != action) or (story and row.story != story))


def _turn(tx: Tx, row: Row, state: State, story: int | None, action: int | None) -> Row:
    store_talks.set_matter(tx, row.id, story, action)
    return row._replace(story=story, action=action)


def _turned(state: State) -> State:
    """A talk turned to another matter: words that have not been sent stay, those that have are done with."""
    if not state.batch:
        return state
    return State(consented=state.consented, hello=True, step="issue" if state.consented else "consent", path=("consent",) if state.consented else ())


def look(tx: Tx, owner: str, around: Around, now: int, *, story: int | None = None, action: int | None = None) -> Heard | None:
    """A talk as it stands, or as it would be about another story or action; changes nothing."""
    row = store_talks.talk_of(tx, owner)
    if row is None or row.touched < now - DRAFTS_LAST:
        return None
    state, says = store_talks.state_of(row), store_talks.said_of(row)
    if is_other(row, story, action):
        row, state, says = row._replace(story=story, action=action), _turned(state), ()
    return Heard(row.id, state, says, facts_of(tx, row, around, now, state.batch))


def opens_to(tx: Tx, owner: str, person: int | None) -> bool:
    """Whether a talk may go on with who comes: one in which somebody has said who they are is theirs alone."""
    row = store_talks.talk_of(tx, owner)
    return row is None or row.person is None or row.person == person


def first_words(tx: Tx, site: int, around: Around, now: int, *, story: int | None, action: int | None) -> tuple[Turn, Facts]:
    """What a new talk would begin with; nothing is kept."""
    facts = _facts(tx, site, story, action, around, now)
    return conversation.begin(State(), facts), facts


def _required(tx: Tx, owner: str) -> Row:
    row = store_talks.talk_of(tx, owner)
    if row is None:
        raise NotFound(N_("This talk has ended. Begin another."), "no_talk")
    return row


def _row(tx: Tx, owner: str, site: int, story: int | None, action: int | None, around: Around, now: int) -> Row:
    row = store_talks.hold_talk(tx, owner, now)
    if row is not None and row.touched < now - DRAFTS_LAST:
        store_talks.end_talk(tx, owner, now)
        row = None
    if row is None:
        number = new_id(now)
        store_talks.insert_talk(tx, number, site, story, action, around.channel, owner, None, around.language, now)
        row = store_talks.talk_by_id(tx, number)
    assert row is not None
    return _named(tx, row, around)


def _named(tx: Tx, row: Row, around: Around) -> Row:
    """A talk in which nobody has said who they are, with who comes: whoever is signed in, or is known at this chat or number."""
    person = around.person or _known_at(tx, row.owner, around.phone) if row.person is None else None
    if person is None:
        return row
    store_talks.set_person(tx, row.id, person.id)
    return row._replace(person=person.id)


def _known_at(tx: Tx, owner: str, number: str) -> Person | None:
    """Who proved earlier who they are at a chat, or whose number it is."""
    known = store_chats.person_at(tx, *owner.split(":", 1))
    return (people_store.person_by_id(tx, known) if known else None) or (phones.person_at(tx, number) if number else None)


def _keep(tx: Tx, row: Row, around: Around, now: int, turn: Turn, facts: Facts) -> Heard:
    """Does what a turn asks for, until nothing is left, and keeps the talk."""
    heard = Heard(row.id, turn.state, turn.says, facts)
    waiting = list(turn.does)
    while waiting:
        do = waiting.pop(0)
        outcome = DEEDS[do.name](tx, row, do, heard, around, now)
        if do.name in TELLING:
            row = store_talks.talk_by_id(tx, row.id) or row._replace(person=None)  # erased: nobody is known any more
            heard.facts = facts_of(tx, row, around, now, outcome.words if do.name == "send" and outcome.good else heard.state.batch)
        after = conversation.told(heard.state, outcome, heard.facts)
        heard.state, heard.says = after.state, (*heard.says, *after.says)
        heard.done.append(do.name)
        waiting += after.does
    if "erase" not in heard.done:
        said = encode_json(_spoken(heard.says, around.language)).decode()
        store_talks.set_state(tx, row.id, encode_json(heard.state).decode(), said, heard.state.mailbox, now)
    return heard


def _spoken(says: tuple[Says, ...], language: str) -> tuple[Says, ...]:
    """What was said, in the language of who heard it: as text no catalogue would know it again."""
    return says if language == "en" else tuple(replace(each, words=in_words(each.words, language)) for each in says)


# ── What the dialogue knows ──────────────────────────────────────────────────────────────────────────────────────────────


def owners_of(row: Row) -> list[str]:
    """Under which names a talk's address may be remembered."""
    return [*([f"person:{row.person}"] if row.person else []), row.owner]


def facts_of(tx: Tx, row: Row, around: Around, now: int, batch: str, *, every: bool = False) -> Facts:
    """What the dialogue is told of a talk. batch: whose letters it speaks of; every: of the latest ones where there is none."""
    rows = store_letters.letters_of_batch(tx, batch) if batch else store_letters.letters_of(tx, row.owner, row.person, 10) if every else []
    person = get_person(tx, row.person) if row.person else None
    mailboxes = people_store.mailboxes(tx, [row.person])[row.person] if row.person else ()
    made = _facts(tx, row.site, row.story, row.action, around, now)
    return replace(
        made, mailbox=mailboxes[0] if mailboxes else "", phone=around.phone, proven_name=person.name if person and person.proven else "",
        home=store_talks.home_of(tx, owners_of(row)), trails=letters.trails(tx, rows),
    )  # fmt: skip


def _facts(tx: Tx, site: int, story: int | None, action: int | None, around: Around, now: int) -> Facts:
    settings, name = around.settings.guide, get_site(tx, site).name
    return Facts(
        now, name, settings.paid_by or name, settings.contact, get_story(tx, story).title if story else "",
        around.cause(tx, action, now) if action else None, settings.start_words or ("write",), around.channel, around.whole, around.buttons,
    )  # fmt: skip


# ── What is done ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _find(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    found = around.find(tx, heard.state, heard.facts, now)
    return Outcome("find", found=replace(found, why=in_words(found.why, around.language)))


def _send(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    state, batch = heard.state, secrets.token_hex(12)
    outside = _outsiders(tx, state, heard.facts, around, now)
    if any(refuses for _, refuses in outside) or (outside and not state.warned):
        return _of_outsiders(outside, state.home.lines)
    try:
        person = _writer(tx, row, state, heard.facts, now)
        mailbox = heard.facts.mailbox or state.mailbox
        sender = sending.Sender(row.owner, row.id, row.site, row.story, row.action, person, mailbox, around.limited, around.phone)
        sending.send(tx, sender, sending.Text(state.issue, state.body, state.home, state.template), picked(state), batch, now)
    except Problem as problem:
        return Outcome("send", False, problem.words)
    return Outcome("send", True, batch)


def _outsiders(tx: Tx, state: State, facts: Facts, around: Around, now: int) -> list[tuple[str, bool]]:
    """(name, whether the way to them refuses it) of those chosen who do not represent the address: lists and districts change while a draft waits."""
    found = around.find(tx, state, facts, now)
    if found.status == "none":
        return []  # nobody knows; whoever hands the letter over looks again
    here = {option.to.id for option in found.options}
    return [(option.to.name, BY_NAME[option.way].outsiders == "refuse") for option in picked(state) if option.to.id not in here]


def _of_outsiders(outside: list[tuple[str, bool]], lines: tuple[str, ...]) -> Outcome:
    """Refused, or said once, as the ways demand."""
    refuses = any(each for _, each in outside)
    names, home = tuple(name for name, each in outside if each or not refuses), ", ".join(lines)
    if refuses:
        words = say("{home} is not represented by {names}, who take letters only from those they represent. It was not sent.", names=names, home=home)
        return Outcome("send", False, words)
    warning = say(
        "By the lists of today {home} is no longer represented by {names}. Offices put aside what comes from elsewhere. Send it once "
        "more if you mean it, or change the address.",
        names=names,
        home=home,
    )
    return Outcome("send", False, warning, warned=True)


def _writer(tx: Tx, row: Row, state: State, facts: Facts, now: int) -> Person | None:
    """Who is known to write: the talk's person, else whose telephone it is where that is to vouch for them."""
    if row.person:
        return get_person(tx, row.person)
    if not (facts.phone and state.by_post and any(option.carried for option in picked(state))):
        return None
    person = phones.member_at(tx, facts.phone, state.home.name, now)
    store_talks.set_person(tx, row.id, person.id)
    return person


def _mail_code(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    place = Doorway(get_site(tx, row.site).name, row.language, around.address)
    try:
        asked = sign_in.ask_code(tx, do.given, _secret(around, row, do.given), now, place, network=around.network, limited=around.limited)
    except Problem as problem:
        return Outcome("mail_code", False, problem.words)
    return Outcome("mail_code", number=asked.id)


def _secret(around: Around, row: Row, mailbox: str) -> str:
    """What the talk proves that it asked for a code: made of our own secret, so that it stands in no table."""
    return base64.urlsafe_b64encode(hmac.digest(around.secret, f"talk {row.id} {mailbox}".encode(), hashlib.sha256)).rstrip(b"=").decode()


def _check_code(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    state = heard.state
    try:
        entry = sign_in.enter_code(tx, state.asked, do.given, _secret(around, row, state.mailbox), now, name=state.home.name, way=around.way)
        refused = sign_in.refusal(entry)
    except Problem as problem:
        refused = problem
    if refused or entry.person is None:
        return Outcome("check_code", False, refused.words if refused else "")
    store_talks.set_person(tx, row.id, entry.person.id)
    if around.phone:
        _bind(tx, around.phone, entry.person.id, now)
    sending.prove(tx, state.batch, entry.person, state.mailbox, now)
    if around.channel == "web":
        heard.key = entry.given
    elif isinstance(entry.given, PageKey):  # a chat keeps no cookie
        sessions.end_session(tx, sessions.actor_for(tx, entry.given.token, now, in_cookie=True), now)
    return Outcome("check_code")


def _bind(tx: Tx, number: str, person: int, now: int) -> None:
    """The number is theirs who proved a mailbox from it, with what was written under it alone."""
    before = phones.bind(tx, number, person, now)
    if before is not None:
        store_talks.give(tx, before, person)
        store_letters.give(tx, before, person)
        store_belongings.let_go(tx, before, now)


def _take_back(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    if letters.take_back(tx, heard.state.batch, now):
        return Outcome("take_back")
    return Outcome("take_back", False, N_("It is too late: it has left this house."))


def _send_now(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    number = letters.send_now(tx, heard.state.batch, now)
    return Outcome("send_now", True, N_("It goes now.") if number else N_("Nothing waits to be sent."))


def _remember(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    store_talks.put_home(tx, owners_of(row)[0], heard.state.home, now)
    page, typed = N_("I keep your address for next time."), N_("I keep your address. ACCOUNT shows it, ERASE deletes it.")
    return Outcome("remember", True, by_door(heard.facts, page, typed))


def _forget(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    store_talks.delete_homes(tx, owners_of(row))
    return Outcome("forget", True, N_("Your address is deleted."))


def _person(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    if store_talks.request_of(tx, row.id, "person") is None:
        store_talks.insert_request(tx, new_id(now), row.id, row.site, "person", "", now)
    human = around.settings.guide.contact
    told = (
        say("You can reach a person at {human}. I have told the desk as well.", human=human)
        if human
        else N_("I have told the desk that you would like a person. They answer here or by mail.")
    )
    return Outcome("person", True, told)


def _feedback(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    store_talks.insert_request(tx, new_id(now), row.id, row.site, "feedback", do.given, now)
    return Outcome("feedback", True, N_("Thank you. The people who run this will read it."))


def _link(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    store_talks.insert_code(tx, fingerprint(code), row.id, now + CODE_LASTS)
    return Outcome("link", True, say("Say {code} to me elsewhere within a day, and we go on there. It works once.", code=f"{code[:4]}-{code[4:]}"))


def _carry(tx: Tx, owner: str, words: str, around: Around, now: int) -> Row | None:
    """The talk that a link code brings, now this owner's."""
    found = _LINK.fullmatch(words) if len(words) <= 40 else None
    talk = store_talks.use_code(tx, fingerprint((found.group(1) + found.group(2)).upper()), now) if found else None
    if talk is None or store_talks.talk_by_id(tx, talk) is None:
        return None
    store_talks.carry_talk(tx, talk, owner, around.channel, now)
    store_letters.carry(tx, talk, owner)
    row = store_talks.talk_by_id(tx, talk)
    return _unnamed(tx, row, around) if row and around.channel == "web" else _named(tx, row, around) if row else None


def _unnamed(tx: Tx, row: Row, around: Around) -> Row:
    """A talk that a code has brought to a page where its person is not signed in: it goes on, and who sends anew proves their mailbox anew."""
    if row.person is None or (around.person is not None and around.person.id == row.person):
        return row
    state = store_talks.state_of(row)
    store_talks.set_person(tx, row.id, None)
    return row._replace(person=None, state=encode_json(replace(state, proven=state.proven and bool(state.batch))).decode())


def _erase(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
    """All that is kept of a person here: what has not left is taken back, the text of the rest is emptied."""
    at = phones.person_at(tx, around.phone) if around.phone else None
    theirs = store_talks.talks_of(tx, row.person, ERASED_AT_ONCE) if row.person else []
    rows = store_letters.letters_of(tx, row.owner, row.person, ERASED_AT_ONCE)
    letters.let_go(tx, rows, [row, *theirs], row.person, now)
    if at is not None:
        store_talks.delete_homes(tx, [f"person:{at.id}"])
        phones.forget(tx, around.phone, now)
    store_chats.forget_person(tx, *row.owner.split(":", 1))
    return Outcome("erase", True, N_("All that you wrote and your address are deleted. What has left this house cannot be called back."))


def _opt(deed: str) -> Callable[[Tx, Row, Do, Heard, Around, int], Outcome]:
    def act(tx: Tx, row: Row, do: Do, heard: Heard, around: Around, now: int) -> Outcome:
        channel, _, address = row.owner.partition(":")
        if channel in ("sms", "messenger"):
            store_chats.opt(tx, new_id(now), channel, address, deed, "they said so", now)
        return Outcome("stop" if deed == "out" else "start")

    return act


DEEDS: dict[str, Callable[[Tx, Row, Do, Heard, Around, int], Outcome]] = {
    "find": _find, "send": _send, "mail_code": _mail_code, "check_code": _check_code, "take_back": _take_back, "send_now": _send_now,
    "remember": _remember, "forget": _forget, "person": _person, "feedback": _feedback, "link": _link, "erase": _erase, "stop": _opt("out"),
    "start": _opt("in"),
}  # fmt: skip


# Deeds after which the dialogue must be told anew what is known.
TELLING = frozenset({"send", "check_code", "take_back", "send_now", "remember", "forget", "erase"})


def forget(tx: Tx, now: int, limit: int = 200) -> int:
    """Deletes talks that nobody has gone on with for 31 days; how many."""
    return store_talks.forget_talks(tx, now - DRAFTS_LAST, limit)


def forget_texters(tx: Tx, now: int, limit: int = 200) -> int:
    """Lets go of people who are known by a number alone, once their talks and the text of their letters are gone; how many. A STOP stays."""
    gone = store_talks.without_any(tx, phones.texters(tx))[:limit]
    store_talks.delete_homes(tx, [f"person:{person}" for person in gone])
    for person in gone:
        store_chats.forget_chats_of(tx, person)
        store_letters.unname(tx, person)
        store_belongings.let_go(tx, person, now)
    return len(gone)
