"""The hand-over: a frame on a publisher's page cannot keep a cookie, so it opens a popup, waits, and gets tokens of its own.

The frame draws a verifier and asks for a hand-over bound to its hash and to the publisher's origin. In the popup, a page of
ours, the person signs in and so finishes it; the frame then redeems it once, within 60 seconds, with the verifier.

Whoever opens a hand-over could also send its link to somebody who is signed in. So a press of a button finishes it only where
it was opened from the same network; anywhere else a fresh code is asked for.
"""

from __future__ import annotations

from typing import Literal

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from folkmoot.people import store, store_sessions
from folkmoot.people.claims import claim
from folkmoot.people.model import Actor, Handover, Keys
from folkmoot.people.sessions import MEMBER_DAYS, begin_keys
from folkmoot.people.tokens import fingerprint, is_fingerprint
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id

LASTS = 10 * 60_000
REDEEMED_WITHIN = 60_000
NONE = "no_such_handover"


def open_handover(tx: Tx, challenge: str, origin: str, now: int, network: str | None = None) -> Handover:
    """Begins one. challenge: SHA-256 of the frame's verifier, base64url. origin: a registered site's; the caller checks it."""
    if not is_fingerprint(challenge):
        raise Invalid("The challenge must be a SHA-256 in base64url: 43 characters.", "bad_challenge", "challenge")
    made = Handover(new_id(now), origin, network or "", now + LASTS, None, None, None)
    store_sessions.insert_handover(tx, made, challenge, now)
    return made


def get_handover(tx: Tx, handover: int, now: int) -> Handover:
    """One that still waits for its person. Raises NotFound for an unknown or ended one, Conflict for a finished one."""
    found = store_sessions.handover_by_id(tx, handover)
    if found is None or found.expires <= now:
        raise NotFound("This sign-in took too long and has ended. Begin again on the page that you came from.", NONE)
    if found.done is not None:
        raise Conflict("This sign-in is done already. Go back to the page that you came from.", "handover_done")
    return found


def is_near(actor: Actor, handover: Handover) -> bool:
    """Whether a hand-over was opened from where the actor is; where either network is not known, nobody can say so."""
    return bool(actor.network) and actor.network == handover.network


def finish_handover(tx: Tx, actor: Actor, handover: int, now: int, *, fresh: bool = False) -> Handover:
    """Gives the waiting frame to the actor. fresh: they have entered a code for it just now.

    Raises NotSignedIn, NotFound, Conflict, and NotAllowed where it was opened elsewhere and no code was entered for it.
    """
    if actor.person is None or not actor.proven or actor.framed:
        raise NotSignedIn("Sign in with a mailbox first.", "not_signed_in")
    found = get_handover(tx, handover, now)
    if not fresh and not is_near(actor, found):
        raise NotAllowed("This sign-in was begun on another network. Enter a code to go on.", "code_needed")
    if not store_sessions.finish_handover(tx, handover, actor.person.id, now):
        raise Conflict("This sign-in is done already. Go back to the page that you came from.", "handover_done")
    return found


def handover_state(tx: Tx, handover: int, now: int) -> Literal["waiting", "done", "ended"]:
    """What the frame may know while the popup lives. Raises NotFound."""
    found = store_sessions.handover_by_id(tx, handover)
    if found is None:
        raise NotFound("There is no such hand-over.", NONE)
    if found.done is None:
        return "waiting" if now < found.expires else "ended"
    return "done" if found.redeemed is None and now < found.done + REDEEMED_WITHIN else "ended"


def redeem(
    tx: Tx, handover: int, verifier: str, now: int, guest: Actor | None = None, days: int = MEMBER_DAYS, device: str = ""
) -> Keys:
    """The frame's tokens, once, within 60 s of the end, for who holds the verifier; a guest of that frame is claimed.

    Raises NotFound for all else alike; a wrong verifier uses nothing up.
    """
    redeemed = store_sessions.redeem_handover(tx, handover, fingerprint(verifier), now - REDEEMED_WITHIN, now)
    if redeemed is None or redeemed.person is None or store.person_by_id(tx, redeemed.person) is None:
        raise NotFound("This sign-in cannot be picked up: it is not done, was picked up already, or has ended.", NONE)
    claim(tx, guest, redeemed.person, now)
    return begin_keys(tx, redeemed.person, now, redeemed.origin, days, device)
