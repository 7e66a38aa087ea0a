"""Sessions: how somebody stays known after they have signed in, or written as a guest.

Four kinds of token, each good for one thing. `guest` speaks for a guest, in a frame or in a cookie of our own pages. `page` is
the cookie of somebody who signed in on our own pages. `access` speaks for a member for 15 minutes and `refresh` fetches the
next two; a program or a frame has these. All tokens of one sign-in are a family and end together.

A refresh token works once. Its successor is computed from it and from a salt that is drawn at its use, so that two tabs which
refresh at once, or one whose answer was lost, get the same successor for ten seconds and no second line of tokens begins.
Later, or once the successor has been used, a used token can only be a stolen copy or the robbed one's own: the family ends.
"""

from __future__ import annotations

from typing import Literal

from folkmoot.errors import NotFound, NotSignedIn
from folkmoot.people import store, store_sessions
from folkmoot.people.model import Actor, Keys, PageKey, Person
from folkmoot.people.roles import serves
from folkmoot.people.tokens import fingerprint, new_token, successor
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id

Kind = Literal["guest", "page", "access", "refresh"]
BEARER: frozenset[Kind] = frozenset({"guest", "access"})  # what an Authorization header may hold
COOKIE: frozenset[Kind] = frozenset({"guest", "page"})    # what the cookie of our own pages may hold

DAY = 86_400_000
ACCESS = 15 * 60_000
STAFF = 12 * 3_600_000   # staff sign in anew every day
GRACE = 10_000
MEMBER_DAYS = 90
GUEST_DAYS = 365
KEPT_AFTER_END = 30 * DAY


def begin_guest(tx: Tx, guest: int, now: int, days: int = GUEST_DAYS, token: str | None = None) -> str:
    """The token by which a guest's browser proves that it is still the same; drawn where the caller has none."""
    return _begin(tx, "guest", guest, now, now + days * DAY, token=token)


def begin_page(tx: Tx, member: int, now: int, days: int = MEMBER_DAYS, device: str = "") -> PageKey:
    """The token of our own pages' cookie: for `days`, for staff 12 hours. device: in which browser, for its person's list."""
    expires = _end_for(tx, member, now, days)
    return PageKey(_begin(tx, "page", member, now, expires, device=device), expires)


def begin_keys(tx: Tx, member: int, now: int, origin: str = "", days: int = MEMBER_DAYS, device: str = "") -> Keys:
    """The two tokens of a frame or a program. origin: the page that the frame stands on; '' for a program.

    Only tokens without an origin can act as staff; these end after 12 hours then.
    """
    expires = now + days * DAY if origin else _end_for(tx, member, now, days)
    family = new_id(now)
    refresh = _begin(tx, "refresh", member, now, expires, family, origin, device=device)
    return _with_access(tx, member, family, origin, refresh, now, expires)


def refresh_keys(tx: Tx, token: str, now: int, days: int = MEMBER_DAYS) -> Keys | None:
    """The next two tokens for a refresh token; None where it is not good any more, and its family has ended if it was stolen.

    Answers None instead of raising, because the end of a family must be kept.
    """
    row = store_sessions.use_refresh(tx, fingerprint(token), new_token(), now)
    if row is None:
        return _again(tx, token, now)
    lasts = row.origin == "" and _is_staff(tx, row.person)
    expires = row.expires if lasts else now + days * DAY
    refresh, family = successor(token, row.salt), row.family
    given = row.person, family, row.origin, now, expires, row.device
    store_sessions.insert_session(tx, new_id(now), fingerprint(refresh), "refresh", *given)
    return _with_access(tx, row.person, row.family, row.origin, refresh, now, expires)


def _again(tx: Tx, token: str, now: int) -> Keys | None:
    """The same answer once more within ten seconds; else the end of the family, where there is one."""
    row = store_sessions.used_refresh(tx, fingerprint(token))
    if row is None:
        return None
    refresh = successor(token, row.salt)
    if now <= row.used + GRACE and store_sessions.is_fresh(tx, fingerprint(refresh), now):
        return _with_access(tx, row.person, row.family, row.origin, refresh, now, now + ACCESS)
    store_sessions.end_family(tx, row.family, "a refresh token was used twice", now)
    return None


def _with_access(tx: Tx, member: int, family: int, origin: str, refresh: str, now: int, latest: int) -> Keys:
    expires = min(now + ACCESS, latest)
    return Keys(_begin(tx, "access", member, now, expires, family, origin), refresh, expires)


def _begin(
    tx: Tx, kind: Kind, person: int, now: int, expires: int, family: int | None = None, origin: str = "", token: str | None = None, device: str = ""
) -> str:
    token, session = token or new_token(), new_id(now)
    store_sessions.insert_session(tx, session, fingerprint(token), kind, person, family or session, origin, now, expires, device)
    return token


def _end_for(tx: Tx, member: int, now: int, days: int) -> int:
    return now + (STAFF if _is_staff(tx, member) else days * DAY)


def _is_staff(tx: Tx, member: int) -> bool:
    return serves(store.roles(tx, [member])[member])


def actor_for(tx: Tx, token: str | None, now: int, network: str | None = None, *, in_cookie: bool = False) -> Actor:
    """Who a token proves, with their roles: one query. in_cookie: it came in our pages' cookie, else as Authorization.

    No token is somebody unknown. Raises NotSignedIn for a token that is unknown, has ended, or came in the wrong way.
    """
    if token is None:
        return Actor(network=network)
    rows = store_sessions.holders(tx, fingerprint(token), now)
    if not rows or rows[0].session_kind not in (COOKIE if in_cookie else BEARER):
        raise NotSignedIn("You are signed out: this sign-in has ended. Sign in again.", "signed_out")
    return _actor(rows, network)


def _actor(rows: list[Row], network: str | None) -> Actor:
    first = rows[0]
    return Actor(
        person=Person(first.id, first.kind, first.name, first.created, first.proven),
        roles=frozenset((row.site, row.role) for row in rows if row.role is not None),
        network=network,
        session=first.session,
        framed=first.origin != "",
    )


def end_session(tx: Tx, actor: Actor, now: int) -> None:
    """Signs out: ends every token of the actor's sign-in. Raises NotSignedIn for somebody unknown."""
    family = store_sessions.family_of(tx, actor.session) if actor.session else None
    if family is None:
        raise NotSignedIn("You are signed out already.", "signed_out")
    store_sessions.end_family(tx, family, "signed out", now)


def end_sessions(tx: Tx, person: int, now: int, why: str) -> int:
    """Ends every token that a person has; how many there were."""
    if store.person_by_id(tx, person) is None:
        raise NotFound("There is no such person.", "no_such_person")
    return store_sessions.end_all(tx, person, why, now)


def forget_ended(tx: Tx, now: int, limit: int = 500) -> int:
    """Deletes sessions and hand-overs that ended over 30 days ago, at most `limit` of each; how many. The worker repeats it."""
    return store_sessions.forget(tx, now - KEPT_AFTER_END, limit)
