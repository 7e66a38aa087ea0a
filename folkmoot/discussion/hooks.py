"""Outgoing hooks: a site's own programs hear what becomes of comments, signed as Standard Webhooks (standardwebhooks.com, 1.0) say.

Each event is one message per hook, tried for about two days with growing pauses; its webhook-id stays the same, so who gets it twice can
tell. A message is made when it is sent: words that were removed meanwhile are not in it. A 410 ends the hook.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

import msgspec
from msgspec import Struct

from folkmoot import outbound
from folkmoot.discussion import store, store_outlet
from folkmoot.discussion.answers import comment_answer
from folkmoot.discussion.outlet import HOOK
from folkmoot.discussion.store_outlet import Hook
from folkmoot.discussion.store_pages import to_comment
from folkmoot.errors import Conflict, NotAllowed, NotFound, Unavailable, say
from folkmoot.outbound import Bounds
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.settings import Outbound, Settings
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import machine

PREFIX = "whsec_"
KEY_BYTES = 32
OVERLAP = 2 * 86_400_000  # ms for which the former key signs too
GONE = 410
TEST = "test"             # the event that an administrator sends to see whether a hook listens
KEPT = 20                 # answers remembered of each hook
MOST = 20                 # hooks of a site


class Message(Struct, frozen=True):
    """A message to one hook. keys: base64; the newest first."""

    hook: int
    id: str
    address: str
    keys: tuple[str, ...]
    body: bytes


class Delivery(Struct, frozen=True):
    """A message and what came of it. at: when it was or will be sent (UTC ms). status: of the answer, None while it waits."""

    message: str
    event: str
    at: int
    status: int | None = None
    tries: int = 0
    error: str = ""
    given_up: bool = False


def add_hook(tx: Tx, actor: Actor, site: int, address: str, now: int) -> tuple[Hook, str]:
    """Adds a hook; gives it and the secret that its program needs. The address has been checked by outbound.check.

    Raises NotAllowed, Conflict where the site has very many or this one already.
    """
    _require(actor, site)
    active = [each.address for each in store_outlet.hooks_of(tx, site) if each.ended is None]
    if address in active:
        raise Conflict("This address is told already.", "hook_known")
    if len(active) >= MOST:
        raise Conflict(say("A site has up to {most} hooks. Remove one first.", most=MOST), "too_many_hooks")
    hook, secret = new_id(now), _new_secret()
    store_outlet.insert_hook(tx, hook, site, address, secret, actor.id, now)
    return _hook(tx, hook), PREFIX + secret


def rotate(tx: Tx, actor: Actor, hook: int, now: int) -> str:
    """Gives a hook a new secret; the former one signs too for two days."""
    found = _hook(tx, hook)
    _require(actor, found.site)
    secret = _new_secret()
    store_outlet.set_secret(tx, hook, secret, now + OVERLAP)
    return PREFIX + secret


def remove_hook(tx: Tx, actor: Actor, hook: int, now: int) -> Hook:
    """Ends a hook. What waits for it is not sent."""
    found = _hook(tx, hook)
    _require(actor, found.site)
    store_outlet.end_hook(tx, hook, "removed", now)
    return found


def send_test(tx: Tx, actor: Actor, hook: int, now: int) -> None:
    """Has a message without any comment sent to a hook, as all others are. Raises Conflict for one that has ended."""
    found = _hook(tx, hook)
    _require(actor, found.site)
    if found.ended is not None:
        raise Conflict("This hook has ended. Add it anew.", "hook_ended")
    jobs.put(tx, HOOK, {"event": TEST, "comment": 0, "at": now, "hook": found.id, "id": f"msg_{new_id(now)}"}, now)


def deliveries(tx: Tx, actor: Actor, hook: int) -> list[Delivery]:
    """The last messages to a hook, those that wait first. Raises NotFound, NotAllowed."""
    _require(actor, _hook(tx, hook).site)
    waits = [
        Delivery(str(job.payload["id"]), str(job.payload["event"]), job.due, tries=job.attempts, error=job.error, given_up=job.given_up)
        for job in jobs.waiting(tx, HOOK, 500) if job.payload.get("hook") == hook
    ]  # fmt: skip
    return [*waits[:KEPT], *(Delivery(row.message, row.event, row.at, row.status) for row in store_outlet.sent(tx, hook, KEPT))]


def hook_of(tx: Tx, actor: Actor, hook: int) -> Hook:
    """A hook. Raises NotFound, NotAllowed."""
    found = _hook(tx, hook)
    _require(actor, found.site)
    return found


def hooks_of(tx: Tx, actor: Actor, site: int) -> list[Hook]:
    """A site's hooks. Raises NotAllowed."""
    _require(actor, site)
    return store_outlet.hooks_of(tx, site)


def _require(actor: Actor, site: int) -> None:
    if not may(actor, "change_site", site):
        raise NotAllowed("Only this site’s administrators may do this.", "not_staff")


def _hook(tx: Tx, hook: int) -> Hook:
    found = store_outlet.hook_by_id(tx, hook)
    if found is None:
        raise NotFound("There is no such hook.", "no_such_hook")
    return found


def _new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


# What the worker does


def spread(tx: Tx, told: dict[str, Any], now: int) -> int:
    """Makes a message of an event for every hook of the comment's site."""
    row = store.comment_row(tx, told["comment"])
    if row is not None:
        for hook in store_outlet.hooks_of(tx, get_story(tx, row.story).site):
            if hook.ended is None:
                jobs.put(tx, HOOK, told | {"hook": hook.id, "id": f"msg_{new_id(now)}"}, now)
    return 0


def look(tx: Tx, told: dict[str, Any], now: int) -> Message | None:
    """The message as it is to be sent now; None where its hook has ended, or the words can be read no longer."""
    hook = store_outlet.hook_by_id(tx, told["hook"])
    if hook is None or hook.ended is not None:
        return None
    data = {"site": get_site(tx, hook.site).host} if told["event"] == TEST else _said(tx, told["event"], told["comment"])
    if data is None:
        return None
    body = msgspec.json.encode({"type": told["event"], "timestamp": machine(told["at"]), "data": data}, enc_hook=str)
    keys = (hook.secret, *([hook.former] if hook.former and now < hook.former_until else []))
    return Message(hook.id, told["id"], hook.address, keys, body)


def _said(tx: Tx, event: str, comment: int) -> dict[str, Any] | None:
    """What is told of a comment; None where there is nothing to tell any more."""
    row = store.comment_row(tx, comment)
    if row is None:
        return None
    story = get_story(tx, row.story)
    told = {"story": {"id": str(story.id), "url": story.address, "title": story.title, "key": story.publisher_key}}
    if event == "comment.removed":
        return told | {"comment": {"id": str(row.id)}}
    return told | {"comment": comment_answer(to_comment(row))} if row.state == "published" and row.visible else None


def send(message: Message, settings: Settings, now: int) -> int:
    """Sends a message; the answer's status. Raises Unavailable where it is to be tried again."""
    return send_to(message, settings.outbound, now)


def send_to(message: Message, out: Outbound, now: int) -> int:
    stamp = now // 1000
    headers = {
        "Content-Type": "application/json", "webhook-id": message.id, "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(sign(key, message.id, stamp, message.body) for key in message.keys),
    }  # fmt: skip
    answer = outbound.post(out, message.address, message.body, headers, Bounds(most=65_536, seconds=15))
    if not answer.fine and answer.status != GONE:
        raise Unavailable(say("The hook answered {status}.", status=answer.status), 60, "hook_failed")
    return answer.status


def sign(key: str, id: str, stamp: int, body: bytes) -> str:
    """v1,… : HMAC-SHA256 over id, seconds and body."""
    made = hmac.digest(base64.b64decode(key), b"%s.%d.%s" % (id.encode(), stamp, body), hashlib.sha256)
    return f"v1,{base64.b64encode(made).decode()}"


def remember(tx: Tx, told: dict[str, Any], status: int | None, now: int) -> None:
    """Keeps what the hook answered; one that says that it is gone is asked no more."""
    if status is not None:
        store_outlet.set_status(tx, told["hook"], status, now)
        store_outlet.add_sent(tx, told["hook"], told["id"], told["event"], status, now)
        store_outlet.drop_sent(tx, told["hook"], KEPT)
    if status == GONE:
        store_outlet.end_hook(tx, told["hook"], "it said that it is gone (410)", now)
