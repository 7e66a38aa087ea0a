"""Who else may say who somebody is: the verbs on issuers, and what it means that one has vouched for somebody.

A person is (issuer, subject), never an address: whoever is new at an issuer is new here, whatever address it names. Two ways become
one person only where somebody who has just signed in adds the other (`link`).
"""

from __future__ import annotations

import re

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, say
from folkmoot.people import store, store_issuers
from folkmoot.people.accounts import get_person, member_of, require_grant
from folkmoot.people.claims import claim
from folkmoot.people.devices import is_fresh
from folkmoot.people.mailboxes import read_mailbox
from folkmoot.people.model import Actor, Issuer, Person, Proven
from folkmoot.storage.database import Tx

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_ADDRESS = re.compile(r"https?://[^\s?#\\\"<>]{1,300}")


def add_issuer(tx: Tx, actor: Actor, issuer: Issuer, now: int) -> Issuer:
    """Lets an issuer vouch for people. Raises NotAllowed, Invalid, Conflict for a name or address that is taken."""
    require_grant(actor, 0)
    if not _NAME.fullmatch(issuer.name):
        raise Invalid("A name is small letters, digits and hyphens, and begins with a letter.", "bad_name", "name")
    if not _ADDRESS.fullmatch(issuer.address) or not issuer.client:
        raise Invalid("An issuer has an address like https://accounts.example and knows us by a client id.", "bad_issuer", "address")
    if any(issuer.name == each.name or issuer.address == each.address for each in store_issuers.issuers(tx)):
        raise Conflict(say("{name} is there already, or its address is.", name=issuer.name), "issuer_taken", "name")
    store_issuers.insert_issuer(tx, issuer, now)
    return issuer


def remove_issuer(tx: Tx, actor: Actor, name: str) -> None:
    """Lets an issuer vouch for nobody any more; whom it has vouched for keep their other ways. Raises NotAllowed, NotFound."""
    require_grant(actor, 0)
    if not store_issuers.delete_issuer(tx, name):
        raise NotFound(say("There is no issuer {name}.", name=name), "no_such_issuer", "name")


def issuers(tx: Tx) -> list[Issuer]:
    """All that may vouch for people, in the order in which they were added."""
    return store_issuers.issuers(tx)


def get_issuer(tx: Tx, name: str) -> Issuer:
    """One by its short name. Raises NotFound."""
    found = store_issuers.issuer_named(tx, name)
    if found is None:
        raise NotFound("Nobody of that name vouches for people here.", "no_such_issuer", "issuer")
    return found


def enter(tx: Tx, proven: Proven, guest: Actor | None, name: str | None, now: int) -> Person | None:
    """The member for whom an issuer has vouched; one who is new needs a name, and without one the answer is None.

    guest: who has written from this browser so far; claimed. Raises Invalid for a name that is none.
    """
    known = store.person_by_identity(tx, proven.issuer, proven.subject)
    called = name or (guest.person.name if guest and guest.person else None)
    if known is None and called is None:
        return None
    member = member_of(tx, proven.issuer, proven.subject, _mailbox(proven), called or "", now)
    claim(tx, guest, member.id, now)
    return member


def _mailbox(proven: Proven) -> str | None:
    """The mailbox for notices, where it is a plain one."""
    try:
        return read_mailbox(proven.mailbox).address if proven.mailbox else None
    except Invalid:
        return None


def link(tx: Tx, actor: Actor, proven: Proven, now: int) -> Person:
    """Adds a way to sign in to whoever has just signed in another way.

    Raises NotSignedIn, NotAllowed without a fresh proof, Conflict where it is somebody else's way already.
    """
    person = _just_proven(tx, actor, now)
    known = store.person_by_identity(tx, proven.issuer, proven.subject)
    if known is not None and known.id != person:
        raise Conflict("Somebody else signs in that way already. Sign in as them and leave first, if that is you.", "way_taken")
    store.bind_identity(tx, proven.issuer, proven.subject, _mailbox(proven), person, now)
    return get_person(tx, person)


def unlink(tx: Tx, actor: Actor, issuer: str, subject: str, now: int) -> None:
    """Takes a way to sign in away. Raises NotSignedIn, NotAllowed, NotFound, Conflict for the last one."""
    person = _just_proven(tx, actor, now)
    ways = store.identities(tx, person)
    if not any((way.issuer, way.subject) == (issuer, subject) for way in ways):
        raise NotFound("This is no way in which you sign in.", "no_such_way")
    if len(ways) == 1:
        raise Conflict("This is your only way to sign in, so it stays. Add another first.", "last_way")
    store_issuers.delete_identity(tx, person, issuer, subject)


def _just_proven(tx: Tx, actor: Actor, now: int) -> int:
    if actor.person is None or not actor.proven:
        raise NotSignedIn("Sign in first, then add another way.", "not_signed_in")
    if not is_fresh(tx, actor, now):
        raise NotAllowed("Prove first that it is you: sign in again, then do it within ten minutes.", "not_fresh")
    return actor.person.id


