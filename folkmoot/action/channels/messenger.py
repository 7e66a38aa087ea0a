"""Facebook Messenger: the handshake, the webhook, and the Send API over outbound.py.

X-Hub-Signature-256 is the HMAC-SHA256 of the raw body under the app's secret: it is checked before the body is read as anything. People write
first, and for 24 hours after their last message we may answer.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct
from starlette.responses import Response

from folkmoot.action import chats
from folkmoot.action.channels import provider
from folkmoot.action.channels.around import chat_around
from folkmoot.action.channels.model import Button, Chat, Sent, Size
from folkmoot.errors import Invalid, NotFound, NotSignedIn
from folkmoot.people.model import Actor
from folkmoot.settings import Settings
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import query, read_body
from folkmoot.web.operations import Operation
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_

PATH = "/hooks/messenger"
WINDOW = 24 * 3_600_000
PER_CHAT, IN_ALL = 300, 100_000  # messages a day; they cost nothing
MOST_BUTTONS, BUTTON = 13, 20


class Reply(Struct, frozen=True):
    payload: str = ""


class Message(Struct, frozen=True):
    mid: str = ""
    text: str = ""
    is_echo: bool = False
    quick_reply: Reply | None = None


class Postback(Struct, frozen=True):
    mid: str = ""
    payload: str = ""


class Party(Struct, frozen=True):
    id: str = ""


class Messaging(Struct, frozen=True):
    """One event. timestamp: UTC ms."""

    sender: Party = Party()
    timestamp: int = 0
    message: Message | None = None
    postback: Postback | None = None


class Entry(Struct, frozen=True):
    messaging: list[Messaging] = []


class Hook(Struct, frozen=True):
    object: str = ""
    entry: list[Entry] = []


def is_signed(secret: str, raw: bytes, given: str) -> bool:
    """Whether a body was signed with the app's secret. In constant time."""
    made = "sha256=" + hmac.digest(secret.encode(), raw, hashlib.sha256).hex()
    return hmac.compare_digest(made.encode(), given.encode("utf-8", "surrogatepass"))


async def shake_hands(ask: Ask[Actor]) -> Response:
    """Meta asks whether this address is ours: the word that both know, and a challenge to repeat."""
    verify = ask.kit.settings.messenger.verify
    given = {name: values[0] for name, values in query(ask.request).items()}
    known = verify and hmac.compare_digest(verify.encode(), given.get("hub.verify_token", "").encode())
    if not known or given.get("hub.mode") != "subscribe":
        raise NotSignedIn(N_("This handshake is not the one that we know."), "not_signed")
    return Response(given.get("hub.challenge", "")[:200], 200, {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}, "text/plain")


async def hear_message(ask: Ask[Actor]) -> Response:
    """Messages, several in one request perhaps."""
    settings = ask.kit.settings
    if not ready(settings):
        raise NotFound(N_("This server is not on Messenger."), "no_channel")
    raw = await read_body(ask.request)
    if not is_signed(settings.messenger.secret, raw, ask.request.headers.get("x-hub-signature-256", "")):
        raise NotSignedIn(N_("This request is not signed by the provider."), "not_signed")
    hook = _read(raw)
    for event in (each for entry in hook.entry for each in entry.messaging) if hook.object == "page" else ():
        message, words = words_of(event)
        if message and event.sender.id:
            await ask.write(partial(_arrive, ask=ask, sender=event.sender.id, message=message, words=words))
    return Response("EVENT_RECEIVED", 200, {"Cache-Control": "no-store"}, "text/plain")


def _read(raw: bytes) -> Hook:
    """What the provider signed. Nothing in it is refused for what somebody wrote: it would be brought again and again. Raises Invalid."""
    try:
        return msgspec.json.decode(raw, type=Hook)
    except msgspec.MsgspecError:
        raise Invalid(N_("This is no event of Messenger."), "not_read") from None


def words_of(event: Messaging) -> tuple[str, str]:
    """(the provider's id, the words) of an event; ("", "") for what is no message of theirs."""
    if event.message and not event.message.is_echo:
        pressed = event.message.quick_reply.payload if event.message.quick_reply else ""
        return event.message.mid, (pressed or event.message.text).replace("\0", " ")
    if event.postback:
        return event.postback.mid or f"{event.sender.id}.{event.timestamp}", event.postback.payload
    return "", ""


def _arrive(tx: Tx, ask: Ask[Actor], sender: str, message: str, words: str) -> None:
    site, around = chat_around(tx, ask, "messenger")
    chats.arrive(tx, CHAT, sender, message, words, site, around, ask.now)


def ready(settings: Settings) -> bool:
    return bool(settings.messenger.token and settings.messenger.secret)


def send(settings: Settings, address: str, body: str, buttons: tuple[Button, ...]) -> Sent:
    """Hands one message to the Send API."""
    message: dict[str, Any] = {"text": body}
    if buttons:
        message["quick_replies"] = [{"content_type": "text", "title": each.words[:BUTTON], "payload": each.key} for each in buttons[:MOST_BUTTONS]]
    given = msgspec.json.encode({"recipient": {"id": address}, "messaging_type": "RESPONSE", "message": message})
    headers = {"Authorization": f"Bearer {settings.messenger.token}", "Content-Type": "application/json"}
    return provider.hand_over(settings, f"{settings.messenger.base}/me/messages", given, headers, meaning)


def meaning(status: int, body: bytes) -> Sent:
    """What the Send API's answer means. 613 and 4: too many at once; 551 and 10/2018278: they cannot be reached now, or any more."""
    told = provider.told(body)
    code = told["error"].get("code") if isinstance(told.get("error"), dict) else None
    if status == 200:
        return Sent("sent", str(told.get("message_id", "")) or None)
    if status == 429 or code in (4, 613):
        return Sent("not_now", None, "the provider asks us to wait")
    if status >= 500:
        return Sent("unknown", None, f"the provider failed (answer {status})")
    return Sent("failed", None, f"the provider refused it (answer {status}, code {code})")


def _caps(settings: Settings) -> tuple[int, int, int]:
    return PER_CHAT, PER_CHAT, IN_ALL


CHAT = Chat("messenger", 1_900, True, ready, send, lambda address, text: Size(1, ""), _caps, window=WINDOW)
OPERATIONS = (
    Operation("GET", PATH, shake_hands, "The handshake of Messenger", problems=(NotSignedIn,)),
    Operation("POST", PATH, hear_message, "Messages of Messenger, from the provider", problems=(NotFound, NotSignedIn, Invalid)),
)
