"""What moderators decide about people: warn, mute for a time, ban (an account, an address block, a mail domain); and what they note.

Each is a row with an end, a reason for the person and a note for the desk; taking it back is part of the row. A block is the keyed hash of a
/24 or /64 that came with a comment, never an address.
"""

from __future__ import annotations

from typing import Literal

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, Sentence, known, say
from folkmoot.people import notices, store, store_sanctions
from folkmoot.people.accounts import get_person
from folkmoot.people.model import Actor
from folkmoot.people.roles import is_staff, may
from folkmoot.people.waiting import Because
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import timed

Deed = Literal["warn", "mute", "ban"]
DEEDS: tuple[Deed, ...] = ("warn", "mute", "ban")
MAX_WORDS = 500
MAX_DAYS = 3_650
DAY = 86_400_000
_TOLD: dict[str, str] = {"warn": "warned", "mute": "muted", "ban": "banned"}


def sanction(
    tx: Tx, actor: Actor, site: int, deed: Deed, person: int, because: Because, now: int,
    *, days: int | None = None, network: str | None = None, domain: str = "",
) -> int:  # fmt: skip
    """Warns, mutes or bans somebody on a site; gives the sanction's id.

    days: until it ends; None for a ban until it is taken back. network: bans their address block; domain: bans a mail domain. The
    person is told, with reason and guideline. Raises NotAllowed without the role, and for staff; Invalid for what cannot be.
    """
    require(actor, "sanction", site)
    _require_fit(deed, days, because, network, domain)
    found = get_person(tx, person)
    if is_staff(Actor(found, store.roles(tx, [person])[person]), site):
        raise NotAllowed("Somebody who works here is not barred by the desk. Take the role away first.", "is_staff")
    made, until = new_id(now), now + days * DAY if days and deed != "warn" else None
    store_sanctions.insert_sanction(
        tx, id=made, site=site, deed=deed, person=person, network=network, domain=domain.strip().lower() or None, reason=because.reason.strip(),
        guideline=because.guideline, note=because.note.strip(), made_by=actor.id, at=now, until=until,
    )  # fmt: skip
    values = {"reason": because.reason.strip(), "rule": because.guideline, "until": until or ""}
    notices.tell(tx, person, _TOLD[deed], {name: values[name] for name in _values(deed)}, key=f"sanction-{made}", now=now, site=site, opens="/me")
    return made


def _values(deed: Deed) -> tuple[str, ...]:
    return ("reason", "rule") if deed == "warn" else ("reason", "rule", "until")


def _require_fit(deed: Deed, days: int | None, because: Because, network: str | None, domain: str) -> None:
    if deed not in DEEDS:
        raise Invalid(say("A decision is one of {deeds}.", deeds=DEEDS), "bad_decision", "do")
    if max(len(because.reason), len(because.note)) > MAX_WORDS:
        raise Invalid(say("A reason has up to {limit} letters.", limit=MAX_WORDS), "too_long", "reason")
    if not (because.reason.strip() or because.guideline):
        raise Invalid("Say why, or choose a guideline: the person is told.", "no_reason", "reason")
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise Invalid("The end lies between one day and ten years from now.", "bad_end", "days")
    if deed == "mute" and days is None:
        raise Invalid("Somebody is muted for a time. Say for how many days.", "bad_end", "days")
    if (network or domain) and deed != "ban":
        raise Invalid("An address block or a mail domain can only be banned.", "bad_decision", "do")
    if domain and ("." not in domain or "@" in domain or len(domain) > 253):
        raise Invalid("A mail domain looks like mail.example.", "bad_domain", "domain")


def lift(tx: Tx, actor: Actor, sanction: int, why: str, now: int) -> None:
    """Takes a sanction back. Raises NotFound, NotAllowed, Conflict where it has ended."""
    found = store_sanctions.sanction_by_id(tx, sanction)
    if found is None:
        raise NotFound("There is no such decision.", "no_such_decision")
    require(actor, "sanction", found.site)
    if (found.until is not None and found.until <= now) or not store_sanctions.end_sanction(tx, sanction, actor.id, why.strip()[:MAX_WORDS], now):
        raise Conflict("This has ended already.", "ended")


def barred(tx: Tx, actor: Actor, site: int, now: int) -> Row | None:
    """What keeps somebody from writing on a site now; the last of several, None where nothing does."""
    if is_staff(actor, site) or actor.door == "command":
        return None
    found = store_sanctions.holding(tx, site, actor.id, actor.network, now)
    if actor.proven and (domains := store_sanctions.domains(tx, site, now)):
        own = {mailbox.rpartition("@")[2].lower() for mailbox in store.mailboxes(tx, [actor.id or 0])[actor.id or 0]}
        found += [row for row in domains if row.domain in own]
    return max(found, key=lambda row: row.at, default=None)


def require_free(tx: Tx, actor: Actor, site: int, now: int) -> None:
    """Raises NotAllowed for somebody who is banned: they neither vote nor report. Who is muted still may."""
    row = barred(tx, actor, site, now)
    if row is not None and row.deed == "ban":
        raise NotAllowed(in_words_of(row), "barred")


def in_words_of(row: Row) -> Sentence:
    """What somebody who is barred is told."""
    why = known(row.guideline or row.reason)
    if row.until is None:
        return say("You can no longer write here: {why} What you have written is on your page.", why=why)
    return say("You cannot write here until {until}: {why}", until=timed(row.until), why=why)


# What the desk notes


def note(tx: Tx, actor: Actor, site: int, person: int, words: str, now: int) -> int:
    """Notes something of somebody, for the site's desk alone; gives the note's id."""
    require(actor, "note_person", site)
    get_person(tx, person)
    said = words.strip()
    if not said or len(said) > MAX_WORDS:
        raise Invalid(say("A note has one to {limit} letters.", limit=MAX_WORDS), "bad_note", "words")
    made = new_id(now)
    store_sanctions.insert_note(tx, made, site, person, said, actor.id, now)
    return made


def remove_note(tx: Tx, actor: Actor, note: int, now: int) -> None:
    """Takes a note away."""
    found = store_sanctions.note_by_id(tx, note)
    if found is None or found.removed is not None:
        raise NotFound("There is no such note.", "no_such_note")
    require(actor, "note_person", found.site)
    store_sanctions.remove_note(tx, note, actor.id, now)


def forget_blocks(tx: Tx, now: int) -> int:
    """Forgets the address blocks of bans that have ended. The worker repeats it."""
    return store_sanctions.forget_networks(tx, now, 500)


def require(actor: Actor, deed: str, site: int) -> None:
    """Raises NotAllowed unless the actor's roles on the site allow the deed."""
    if not may(actor, deed, site):
        raise NotAllowed("Only this site's moderators may do this.", "not_staff")
