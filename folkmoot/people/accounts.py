"""The verbs on people: a guest begins, a name changes, a role is given and taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, say
from folkmoot.people import store, store_sessions
from folkmoot.people.mailboxes import read_mailbox
from folkmoot.people.model import Actor, Identity, Known, Person, Role
from folkmoot.people.names import clean_name, skeleton
from folkmoot.people.roles import STAFF, may
from folkmoot.people.sessions import GUEST_DAYS, begin_guest
from folkmoot.people.sessions import STAFF as STAFF_SESSION
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id, parse_id

MAILBOX = "mailbox"  # the issuer of identities that a mailed code proves


def new_guest(
    tx: Tx, name: str, now: int, days: int = GUEST_DAYS, token_for: Callable[[int], str | None] | None = None
) -> tuple[Person, str]:
    """Somebody who writes without signing in, and the token that is theirs to keep. Raises Invalid for a name that is none.

    token_for: makes the token of the guest's id where a caller must be able to say it twice; else it is drawn.
    """
    guest = Person(new_id(now), "guest", clean_name(name), now, None)
    store.insert_person(tx, guest, skeleton(guest.name))
    return guest, begin_guest(tx, guest.id, now, days, token_for(guest.id) if token_for else None)


def member_of(tx: Tx, issuer: str, subject: str, mailbox: str | None, name: str, now: int) -> Person:
    """The member whose identity has just been proven; made where it is new. Two who prove it at once get the same one."""
    found = store.person_by_identity(tx, issuer, subject)
    member = found or Person(new_id(now), "member", clean_name(name), now, now)
    if found is None:
        store.insert_person(tx, member, skeleton(member.name))
    owner = store.bind_identity(tx, issuer, subject, mailbox, member.id, now)
    if owner == member.id:
        return member
    store.delete_person(tx, member.id)
    return get_person(tx, owner)


def get_person(tx: Tx, person: int) -> Person:
    """A person by id. Raises NotFound, also for one who is erased."""
    found = store.person_by_id(tx, person)
    if found is None:
        raise NotFound("There is no such person.", "no_such_person")
    return found


def find_person(tx: Tx, words: str) -> Known:
    """A person by id or by a mailbox that they have proven: for the command line. Raises NotFound, Invalid."""
    number = parse_id(words)
    found = store.person_by_id(tx, number) if number else store.person_by_identity(tx, MAILBOX, read_mailbox(words).subject)
    if found is None and number:
        raise NotFound("There is no such person.", "no_such_person")
    if found is None:
        raise NotFound(
            say("Nobody has signed in as {words} yet. Invite them, or let them sign in first.", words=words), "no_such_person"
        )
    return _known(tx, [found])[0]


def ways_of(tx: Tx, actor: Actor) -> list[Identity]:
    """By what one is known here: mailboxes and accounts elsewhere, the oldest proof first; none for a guest."""
    return store.identities(tx, actor.id) if actor.id else []


def people_of(tx: Tx, actor: Actor, after: int = 0, limit: int = 100) -> list[Known]:
    """Members with their roles and mailboxes, by id, those after an id; for who may grant roles everywhere. Raises NotAllowed."""
    require_grant(actor, 0)
    return _known(tx, store.members(tx, after, limit))


def _known(tx: Tx, people: list[Person]) -> list[Known]:
    ids = [person.id for person in people]
    roles, mailboxes = store.roles(tx, ids), store.mailboxes(tx, ids)
    return [Known(person, roles[person.id], mailboxes[person.id]) for person in people]


def names_of(tx: Tx, people: Iterable[int]) -> dict[int, str]:
    """The names of people, without those who are erased."""
    found = {person: store.person_by_id(tx, person) for person in set(people)}
    return {person: each.name for person, each in found.items() if each is not None}


def domains_of(tx: Tx, person: int) -> list[str]:
    """The domains of the mailboxes that somebody has proven."""
    return sorted({mailbox.rpartition("@")[2].lower() for mailbox in store.mailboxes(tx, [person])[person]})


def staff_names(tx: Tx, site: int) -> list[tuple[int, str]]:
    """(person, name) of everybody who speaks for a site: its admins, moderators and editors, and those of every site."""
    return store.staff(tx, site)


def rename(tx: Tx, actor: Actor, name: str, now: int) -> Person:
    """Changes one's own name. What was written under the old one keeps it. Raises NotSignedIn, Invalid."""
    if actor.person is None:
        raise NotSignedIn("Nobody is signed in, so there is no name to change. Sign in first.", "not_signed_in")
    cleaned = clean_name(name)
    store.set_name(tx, actor.person.id, cleaned, skeleton(cleaned))
    return get_person(tx, actor.person.id)


def promote(tx: Tx, actor: Actor, person: int, role: Role, site: int, now: int) -> Known:
    """Gives a member a role on a site (0: on every site); twice is once. Their long sign-ins then end within 12 hours.

    Raises NotAllowed unless the actor may grant there, NotFound, Invalid for a guest.
    """
    require_grant(actor, site)
    grant(tx, person, role, site, actor.id, now)
    return _known(tx, [get_person(tx, person)])[0]


def grant(tx: Tx, person: int, role: Role, site: int, by: int | None, now: int) -> None:
    """Gives a role without asking who may: for `promote`, and for an invitation, which somebody who may has made."""
    if get_person(tx, person).proven is None:
        raise Invalid("This person has not proven a mailbox. Let them sign in first.", "not_proven")
    store.insert_role(tx, new_id(now), person, site, role, by, now)
    if role in STAFF:
        store_sessions.shorten(tx, person, now + STAFF_SESSION)


def demote(tx: Tx, actor: Actor, person: int, role: Role, site: int, now: int) -> Known:
    """Takes a role away; it works from the next request on. Raises NotAllowed, NotFound, Conflict for the last admin."""
    require_grant(actor, site)
    found = get_person(tx, person)
    if not store.end_role(tx, person, site, role, actor.id, now):
        raise NotFound("This person does not have this role here.", "no_such_role")
    if role == "admin" and site == 0 and actor.door != "command" and needs_first_admin(tx):
        raise Conflict("This is the last admin, so the role stays. Give it to somebody else first.", "last_admin")
    return _known(tx, [found])[0]


def needs_first_admin(tx: Tx) -> bool:
    """Whether nobody administrates this server yet: then a one-time link is printed at its start."""
    return store.admins_of_all(tx) == 0


def require_grant(actor: Actor, site: int) -> None:
    """Raises NotAllowed unless the actor may give and take roles on a site."""
    if not may(actor, "grant", site):
        raise NotAllowed("Only an admin may give and take roles.", "not_admin")
