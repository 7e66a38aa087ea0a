"""The verbs on an action: make it for a story, change it, stop it, count what people did. One form for whoever is for and whoever is against.

Each change is a row with who, when and what it said before. The card stands in the story's page, so every change moves its version, and
so does the day on which an action begins or ends (a job, due then).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from folkmoot.action import store_actions as store
from folkmoot.action import store_letters
from folkmoot.action.model import FEWEST, Action, DeedKind, Draft, Figures, Outcome, opening
from folkmoot.errors import Conflict, NotFound
from folkmoot.people.model import Actor
from folkmoot.sites.sites import require
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id

JOB = "action_turn"       # moves the story's version when an action begins or ends
KEPT = 28 * 86_400_000    # ms for which a deed can be told to be the same person's
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Carded(Struct, frozen=True):
    """An action with what the story's page shows of it."""

    action: Action
    figures: Figures

    @property
    def opening(self) -> str:
        """What the card says of the matter."""
        return opening(self.action.draft.background)


def make(tx: Tx, actor: Actor, story: int, draft: Draft, now: int) -> Action:
    """Makes an action for a story. Raises NotAllowed without the role, NotFound for an unknown story."""
    found = get_story(tx, story)
    require(actor, "make_action", found.site)
    tx.hold(story)
    action = Action(new_id(now), story, found.site, _code(tx, draft), draft, now, actor.id)
    store.insert_action(tx, action)
    _remember(tx, actor, action, "make", "", None, now)
    return action


def change(tx: Tx, actor: Actor, action: int, draft: Draft, reason: str, now: int) -> Action:
    """Changes an action; its code stays, for it may be printed somewhere. Raises Conflict for one that was stopped."""
    found = _take(tx, actor, action)
    if draft == found.draft:
        return found
    store.set_draft(tx, action, draft)
    _remember(tx, actor, Action(found.id, found.story, found.site, found.code, draft, found.made, found.made_by), "change", reason, found.draft, now)
    return get_action(tx, action)


def stop(tx: Tx, actor: Actor, action: int, reason: str, now: int) -> Action:
    """Ends an action for good: its card goes, letters on their way go on."""
    found = _take(tx, actor, action)
    store.set_stopped(tx, action, now)
    _remember(tx, actor, found, "stop", reason, None, now)
    return get_action(tx, action)


def _take(tx: Tx, actor: Actor, action: int) -> Action:
    found = get_action(tx, action)
    require(actor, "make_action", found.site)
    tx.hold(found.story)
    found = get_action(tx, action)
    if found.stopped is not None:
        raise Conflict("This action was stopped. Make a new one.", "stopped")
    return found


def _remember(tx: Tx, actor: Actor, action: Action, deed: str, reason: str, before: Draft | None, now: int) -> None:
    made_by = actor.door if actor.door != "web" else "person"
    store.insert_change(tx, new_id(now), action.id, deed, actor.id, made_by, reason.strip()[:500], before, now)
    if deed != "stop":
        for name, at in (("starts", action.draft.starts), ("ends", action.draft.ends)):
            if at > now:
                jobs.put(tx, JOB, {"story": action.story, "action": str(action.id)}, now, run_after=at, key=f"action:{action.id}:{name}")
    tx.bump(action.story)


def turn(tx: Tx, told: dict[str, object], now: int) -> int:
    """An action of a story has begun or ended by time alone: the page is made anew in which it stands, which a merge may have changed meanwhile."""
    found = store.action_by_id(tx, int(str(told["action"]))) if "action" in told else None
    story = found.story if found else told["story"]
    assert isinstance(story, int)
    tx.bump(story)
    return 0


def _code(tx: Tx, draft: Draft) -> str:
    """A word to text: the matter's first long word and two digits. Digits keep it apart from all that the guide listens for."""
    plain = unicodedata.normalize("NFKD", draft.matter).upper()
    words = re.findall(r"[A-Z]{3,}", plain) or ["".join(secrets.choice(_LETTERS) for _ in range(4))]
    for _ in range(50):
        code = f"{max(words, key=len)[:6]}{secrets.randbelow(90) + 10}"
        if store.action_by_code(tx, code) is None:
            return code
    return "".join(secrets.choice(_LETTERS) for _ in range(6)) + str(secrets.randbelow(90) + 10)


def get_action(tx: Tx, action: int) -> Action:
    found = store.action_by_id(tx, action)
    if found is None:
        raise NotFound("There is no such action.", "no_such_action")
    return found


def action_by_code(tx: Tx, code: str, now: int) -> Action | None:
    """The running action of a code that somebody texted; None where there is none, or it does not run."""
    found = store.action_by_code(tx, re.sub(r"\s+", "", code).upper()[:20])
    return found if found is not None and found.open_at(now) else None


def running(tx: Tx, story: int, now: int) -> list[Action]:
    """The actions of a story that run at a moment."""
    return [each for each in store.actions_of_story(tx, story) if each.open_at(now)]


def cards(tx: Tx, story: int, now: int) -> list[Carded]:
    """The running actions of a story with their figures, for its page."""
    found = running(tx, story, now)
    return [Carded(action, figures) for action, figures in zip(found, figures_of(tx, [each.id for each in found]), strict=True)] if found else []


def figures_of(tx: Tx, actions: Sequence[int]) -> list[Figures]:
    """What has been done for each action; nothing where fewer than FEWEST people did it, so that nobody is told apart."""
    shown = []
    for action, rows in zip(actions, store.deeds_of(tx, list(actions)), strict=True):
        calls = next((int(row.deeds) for row in rows if row.kind == "call" and row.people >= FEWEST), None)
        letters, writers = store_letters.figures(tx, action)
        shown.append(Figures(letters if writers >= FEWEST else None, calls))
    return shown


def count(tx: Tx, action: int, kind: DeedKind, who: str, official: str, now: int, outcome: Outcome | None = None) -> None:
    """Notes that somebody did something for an action. who: see `somebody`. The page shows it at the next tick."""
    found = get_action(tx, action)
    store.put_deed(tx, action, kind, who, official, outcome or "", now)
    tx.mark(found.story)


def somebody(secret: bytes, action: int, who: str) -> str:
    """A name for one person within one action that says nothing else: a keyed hash of what they are known by (a person's id, a network)."""
    return hmac.digest(secret, f"deed {action} {who}".encode(), hashlib.sha256).hex()[:32]


def forget_people(tx: Tx, now: int) -> int:
    """Gives deeds older than 28 days a random name each, so that not even the key's holder can say whose they were. The worker repeats it."""
    found = store.known_people(tx, now - KEPT, 200)
    for row in found:
        store.set_who(tx, row.action, row.kind, row.who, f"-{secrets.token_hex(12)}")
    return len(found)
