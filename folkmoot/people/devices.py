"""One's sign-ins, as a list of browsers and programs, any of which one can end."""

from __future__ import annotations

import re

from msgspec import Struct

from folkmoot.errors import NotFound, NotSignedIn
from folkmoot.people import store_sessions
from folkmoot.people.model import Actor
from folkmoot.storage.database import Tx

FRESH = 10 * 60_000  # ms after signing in during which somebody may do what cannot be undone
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "SamsungBrowser": "Samsung Internet", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS", "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


class Device(Struct, frozen=True):
    """One sign-in. family: names it; begun, used: UTC ms; origin: the page it is bound to, "" for our own; here: the one that asks."""

    family: int
    kind: str
    device: str
    origin: str
    begun: int
    used: int
    expires: int
    here: bool


def device_of(user_agent: str) -> str:
    """The browser and system of a User-Agent, in a few words without versions: "Firefox on Linux"; "" for what is neither."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent[:400]), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent[:400]), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or re.sub(r"[^A-Za-z0-9 ._-]", "", user_agent.partition("/")[0])[:40]


def devices(tx: Tx, actor: Actor, now: int) -> list[Device]:
    """One's sign-ins that have not ended, the last used first. Raises NotSignedIn."""
    own = store_sessions.family_of(tx, actor.session) if actor.session else None
    rows = store_sessions.families(tx, _own(actor), now)
    return [Device(row.family, row.kind, row.device, row.origin, row.begun, row.used, row.expires, row.family == own) for row in rows]


def end_device(tx: Tx, actor: Actor, family: int, now: int) -> None:
    """Ends one of one's sign-ins. Raises NotSignedIn, NotFound, also for somebody else's."""
    if not any(each.family == family for each in devices(tx, actor, now)):
        raise NotFound("There is no such sign-in, or it has ended.", "no_such_session")
    store_sessions.end_family(tx, family, "ended by its person", now)


def end_others(tx: Tx, actor: Actor, now: int) -> int:
    """Ends all of one's sign-ins but the one that asks; how many. Raises NotSignedIn."""
    others = [each for each in devices(tx, actor, now) if not each.here]
    for each in others:
        store_sessions.end_family(tx, each.family, "ended by its person", now)
    return len(others)


def is_fresh(tx: Tx, actor: Actor, now: int) -> bool:
    """Whether somebody has just proven who they are; a guest, who has nothing to prove, always has."""
    if actor.person is None or actor.framed or actor.session is None:
        return False
    begun = store_sessions.begun(tx, actor.session)
    return actor.person.kind == "guest" or (begun is not None and now - begun <= FRESH)


def _own(actor: Actor) -> int:
    if actor.id is None:
        raise NotSignedIn("Nobody is signed in. Sign in first.", "not_signed_in")
    return actor.id
