"""Signing in by a mailed code: six digits, for ten minutes, five tries, once, in the browser that asked for it.

That browser keeps a secret. The table holds only hashes: of the secret, and of the digits keyed with the secret, so that who
reads the table can neither try digits nor use them. The mail's link does the same as the digits, in that browser alone.

Nothing here looks whether an address is known before its code is right: known and unknown get the same work, answer and mail.
"""

from __future__ import annotations

from msgspec import Struct

from folkmoot.errors import Conflict, Invalid, NotFound, Problem, TooSoon, say
from folkmoot.people import handover as handovers
from folkmoot.people import store, store_codes
from folkmoot.people.accounts import MAILBOX, get_person, member_of
from folkmoot.people.claims import claim
from folkmoot.people.mailboxes import read_mailbox
from folkmoot.people.mailing import Doorway, mail_code
from folkmoot.people.model import Actor, Asked, Entry, Keys, PageKey, Person
from folkmoot.people.sessions import MEMBER_DAYS, begin_keys, begin_page
from folkmoot.people.tokens import fingerprint, new_digits, new_token, read_digits, same, seal_digits
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

LASTS = 10 * 60_000
TRIES = 5
HOUR, DAY = 3_600_000, 86_400_000

# How many codes are sent. At five tries each, the daily number leaves who guesses one chance in 10,000 a day.
HOURLY_PER_MAILBOX = 5     # to one mailbox, asked from one network: who floods from elsewhere does not lock its owner out
DAILY_PER_MAILBOX = 20     # to one mailbox, asked from anywhere
HOURLY_PER_NETWORK = 40    # asked from one /24 or /64, for whomever


class Way(Struct, frozen=True):
    """What somebody gets who enters: a page's cookie, or (keys) two tokens; origin and device as in sessions.begin_keys."""

    keys: bool = False
    origin: str = ""
    days: int = MEMBER_DAYS
    device: str = ""


PAGE = Way()


def ask_code(
    tx: Tx,
    mailbox: str,
    secret: str,
    now: int,
    doorway: Doorway,
    *,
    network: str | None = None,
    handover: int | None = None,
    limited: bool = True,
) -> Asked:
    """Mails a code to a mailbox, by a job in this transaction.

    secret: drawn for the asking browser (tokens.new_token), which keeps it. handover: what entering it finishes.
    limited: False lifts the rates. Raises Invalid for what is no mailbox, TooSoon.
    """
    to = read_mailbox(mailbox)
    if limited:
        _hold_rates(tx, to.subject, network or "", now)
    asked = Asked(new_id(now), to, now + LASTS, handover)
    digits, link = new_digits(), new_token()
    sealed = seal_digits(secret, asked.id, digits)
    store_codes.insert_code(tx, asked, sealed, fingerprint(link), fingerprint(secret), network or "", now)
    mail_code(tx, asked, digits, link, doorway, now)
    return asked


def _hold_rates(tx: Tx, subject: str, network: str, now: int) -> None:
    mailed = store_codes.asked_for(tx, subject, network, now - HOUR, now - DAY)
    if mailed.daily >= DAILY_PER_MAILBOX:
        raise _too_soon(mailed.first_daily + DAY - now)
    if mailed.hourly >= HOURLY_PER_MAILBOX:
        raise _too_soon(mailed.first_hourly + HOUR - now)
    asked = store_codes.asked_from(tx, network, now - HOUR) if network else None
    if asked is not None and asked.hourly >= HOURLY_PER_NETWORK:
        raise _too_soon(asked.first_hourly + HOUR - now)


def _too_soon(wait: int) -> TooSoon:
    minutes = max(1, -(-wait // 60_000))
    words = say("Many codes were sent already. Use the last one, or ask again in {minutes} minutes.", minutes=minutes)
    return TooSoon(words, -(-wait // 1000), "too_many_codes", "email")


def asked_code(tx: Tx, code: int, secret: str, now: int) -> Asked:
    """What the browser that asked may see of its code. Raises NotFound for any other, and once it has ended."""
    found = store_codes.code_by_id(tx, code, fingerprint(secret))
    if found is None or found.expires <= now:
        raise NotFound("This code has ended. Ask for another.", "code_gone")
    return found


def enter_code(
    tx: Tx, code: int, digits: str, secret: str, now: int, *, guest: Actor | None = None, name: str | None = None, way: Way = PAGE
) -> Entry:
    """Signs in by digits that were mailed. The entry says what became of it; see Entry and `refusal`.

    guest: who has written from this browser so far; claimed by whom the mailbox belongs to. name: for a mailbox that is new,
    else the guest's name is taken; where there is none either, the outcome is "name". Raises Invalid for a name that is none.
    Answers where a tried code is wrong, instead of raising, because the try must be counted.
    """
    row = store_codes.take_try(tx, code, fingerprint(secret), TRIES, now)
    if row is None:
        return Entry("gone")
    if not same(seal_digits(secret, code, read_digits(digits)), row.digits):
        return Entry("wrong", left=TRIES - row.tries)
    return _enter(tx, row, now, guest, name, way, counted=True)


def enter_by_link(
    tx: Tx, link: str, secret: str, now: int, *, guest: Actor | None = None, name: str | None = None, way: Way = PAGE
) -> Entry:
    """The same by the token of the mail's link."""
    row = store_codes.take_link(tx, fingerprint(link), fingerprint(secret), TRIES, now)
    return _enter(tx, row, now, guest, name, way, counted=False) if row else Entry("gone")


def _enter(tx: Tx, row: Row, now: int, guest: Actor | None, name: str | None, way: Way, *, counted: bool) -> Entry:
    asked = store_codes.to_asked(row)
    called = name or _guests_name(guest)
    if called is None and store.person_by_identity(tx, MAILBOX, asked.mailbox.subject) is None:
        if counted:
            store_codes.give_back_try(tx, asked.id)
        return Entry("name")
    store_codes.use_code(tx, asked.id, now)
    member = member_of(tx, MAILBOX, asked.mailbox.subject, asked.mailbox.address, called or "", now)
    claim(tx, guest, member.id, now)
    given = give(tx, member, now, way)
    return Entry("entered", member, given, handover=_finish(tx, member, asked, now))


def _guests_name(guest: Actor | None) -> str | None:
    return guest.person.name if guest and guest.person and guest.person.kind == "guest" else None


def give(tx: Tx, member: Person, now: int, way: Way) -> PageKey | Keys:
    """What somebody gets who has proven who they are."""
    if way.keys:
        return begin_keys(tx, member.id, now, way.origin, way.days, way.device)
    return begin_page(tx, member.id, now, way.days, way.device)


def _finish(tx: Tx, member: Person, asked: Asked, now: int) -> int | None:
    """Finishes the hand-over that the code was asked for, if it still waits; who is late is signed in here all the same."""
    if asked.handover is None:
        return None
    try:
        return handovers.finish_handover(tx, Actor(get_person(tx, member.id)), asked.handover, now, fresh=True).id
    except (NotFound, Conflict):
        return None


def refusal(entry: Entry) -> Problem | None:
    """An entry that opened nothing, in words; None for one that did."""
    if entry.outcome == "wrong" and entry.left:
        return Invalid(say("These are not the digits that we sent. Tries left: {left}.", left=entry.left), "wrong_code", "digits")
    if entry.outcome in ("wrong", "gone"):
        words = N_("This code has been used, has ended, or was asked for in another browser. Ask for a new one.")
        return Conflict(words, "code_gone", "digits")
    if entry.outcome == "name":
        return Invalid("This mailbox is new here. Say the name that others are to see.", "name_needed", "name")
    return None


def forget_codes(tx: Tx, now: int, limit: int = 500) -> int:
    """Deletes codes that were asked for over a day ago, in a step; how many. The worker repeats it while it is `limit`."""
    return store_codes.forget(tx, now - DAY, limit)
