"""One-time links to a role: how a first admin comes in, and whom an admin names."""

from __future__ import annotations

from folkmoot.errors import Invalid, NotFound, NotSignedIn
from folkmoot.people import store
from folkmoot.people.accounts import grant, needs_first_admin, require_grant
from folkmoot.people.model import COMMAND, Actor, Invitation, Role
from folkmoot.people.roles import STAFF
from folkmoot.people.tokens import fingerprint, new_token
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id

LASTS = 7 * 86_400_000


def invite(tx: Tx, actor: Actor, role: Role, site: int, now: int) -> str:
    """The token of a link /welcome/{token} that gives a staff role once, within seven days. Raises NotAllowed, Invalid."""
    require_grant(actor, site)
    if role not in STAFF:
        raise Invalid("An invitation is to a staff role: admin, moderator or editor.", "no_staff_role", "role")
    token = new_token()
    store.insert_invitation(tx, Invitation(new_id(now), role, site, now + LASTS), fingerprint(token), actor.id, now)
    return token


def invite_first_admin(tx: Tx, now: int) -> str | None:
    """The token of the first admin's link, while there is no admin; links that earlier starts printed end."""
    if not needs_first_admin(tx):
        return None
    store.end_first_invitations(tx, now)
    return invite(tx, COMMAND, "admin", 0, now)


def look_at_invitation(tx: Tx, token: str, now: int) -> Invitation:
    """What a link invites to. Raises NotFound for one that is unknown, used or too old."""
    found = store.invitation_by_token(tx, fingerprint(token), now)
    if found is None:
        raise NotFound("This invitation has been used, has ended, or never was. Ask for another.", "no_such_invitation")
    return found


def accept_invitation(tx: Tx, actor: Actor, token: str, now: int) -> Invitation:
    """Gives the invited role to whoever has signed in; of two at once, one gets it. Raises NotSignedIn, NotFound."""
    if actor.person is None or not actor.proven or actor.framed:
        raise NotSignedIn("An invitation is accepted by somebody who has proven a mailbox. Sign in first.", "not_signed_in")
    found = look_at_invitation(tx, token, now)
    if not store.use_invitation(tx, found.id, actor.person.id, now):
        raise NotFound("This invitation has been used meanwhile. Ask for another.", "no_such_invitation")
    grant(tx, actor.person.id, found.role, found.site, None, now)
    return found
