"""Text messages by Twilio's interface: its webhook, and its Messages API over outbound.py.

The signature is checked over the raw request before anything of it is believed (https://www.twilio.com/docs/usage/security): HMAC-SHA1 of our
public address and of the form's fields, sorted and put together, under the auth token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import ada_url
from starlette.responses import Response

from folkmoot.action import chats, store_chats
from folkmoot.action.channels import provider
from folkmoot.action.channels.around import chat_around
from folkmoot.action.channels.model import Button, Chat, Sent, Size
from folkmoot.action.segments import segments, simpler
from folkmoot.errors import NotFound, NotSignedIn
from folkmoot.people.model import Actor
from folkmoot.settings import Settings
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.bodies import read_body
from folkmoot.web.logs import log
from folkmoot.web.operations import Operation
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_

PATH = "/hooks/twilio"
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
STOPPED = 21610  # the recipient has stopped us at their network
QUIET_FROM, QUIET_UNTIL = 21, 8
NEIGHBOURS = 3  # last digits in which neighbouring numbers differ


def signature(token: str, address: str, fields: list[tuple[str, str]]) -> str:
    """What Twilio signs of a form: the address, then each field's name and value, sorted; a name given twice with each value once."""
    said = address + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), said.encode(), hashlib.sha1)).decode()


def is_signed(token: str, address: str, raw: bytes, given: str) -> bool:
    """Whether a request was signed with the token, for our address with or without its port. In constant time."""
    try:
        fields = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(raw))
    except ValueError:
        return False
    made = [signature(token, each, fields) for each in _spellings(address)]
    return sum(hmac.compare_digest(each.encode(), given.encode("utf-8", "surrogatepass")) for each in made) > 0


def _spellings(address: str) -> list[str]:
    url = ada_url.URL(address)
    port = url.port or {"https:": "443", "http:": "80"}[url.protocol]
    rest = url.pathname + url.search
    return [f"{url.protocol}//{url.hostname}{rest}", f"{url.protocol}//{url.hostname}:{port}{rest}"]


async def hear_text(ask: Ask[Actor]) -> Response:
    """A message, or news of one of ours."""
    settings = ask.kit.settings
    if not ready(settings):
        raise NotFound(N_("This server takes no text messages."), "no_channel")
    raw = await read_body(ask.request)
    query = f"?{ask.request.url.query}" if ask.request.url.query else ""
    if not is_signed(
        settings.sms.token, (settings.server.public_url or ask.origin) + PATH + query, raw, ask.request.headers.get("x-twilio-signature", "")
    ):
        raise NotSignedIn(N_("This request is not signed by the provider."), "not_signed")
    fields = dict(parse_qsl(raw.decode("utf-8"), keep_blank_values=True))
    if fields.get("AccountSid", settings.sms.account) != settings.sms.account:
        raise NotSignedIn(N_("This request is for another account."), "not_signed")
    if "MessageStatus" in fields and "Body" not in fields:
        await ask.write(partial(_news, fields=fields, now=ask.now))
    elif fields.get("MessageSid") and is_answered(settings, fields.get("From", "")):
        await ask.write(partial(_arrive, ask=ask, fields=fields))
    return Response(NOTHING, 200, {"Cache-Control": "no-store"}, "application/xml")


def _arrive(tx: Tx, ask: Ask[Actor], fields: dict[str, str]) -> None:
    site, around = chat_around(tx, ask, "sms")
    chats.arrive(tx, CHAT, fields["From"], fields["MessageSid"], fields.get("Body", "").replace("\0", " "), site, around, ask.now)


def _news(tx: Tx, fields: dict[str, str], now: int) -> None:
    """What became of a message of ours at their network."""
    said = store_chats.by_provider(tx, "sms", fields.get("MessageSid", ""))
    if said is None or fields["MessageStatus"] not in ("failed", "undelivered"):
        return
    store_chats.settle(tx, said.id, said.state, "failed", f"their network refused it ({fields.get('ErrorCode', '')})"[:200], None, now)
    if fields.get("ErrorCode") == str(STOPPED):
        store_chats.opt(tx, new_id(now), "sms", said.address, "out", "their network said so", now)


def is_answered(settings: Settings, number: str) -> bool:
    """Whether a number belongs to a country that is answered. Without the extra `sms` only the list's own prefixes decide, which are then none."""
    return country_of(number) in settings.sms.countries


def country_of(number: str) -> str:
    """The country of a number in international form, "" for what is none."""
    try:
        import phonenumbers
    except ImportError:
        log.warning("Text messages need the extra `sms` (pip install folkmoot[sms]).")
        return ""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    return (phonenumbers.region_code_for_number(read) or "") if phonenumbers.is_valid_number(read) else ""


def quiet_until(settings: Settings, number: str, now: int) -> int:
    """When a message that we begin may go: not between nine in the evening and eight in the morning, by the clock where the number is."""
    here = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone_of(settings, number))
    if QUIET_UNTIL <= here.hour < QUIET_FROM:
        return now
    morning = here.replace(hour=QUIET_UNTIL, minute=0, second=0, microsecond=0)
    if here.hour >= QUIET_FROM:
        morning += timedelta(days=1)
    return int(morning.timestamp() * 1000)


def zone_of(settings: Settings, number: str) -> ZoneInfo:
    """The clock where a number is, where it tells one; else the newsroom's."""
    try:
        import phonenumbers
        from phonenumbers import timezone

        zones = timezone.time_zones_for_number(phonenumbers.parse(number))
        return ZoneInfo(zones[0]) if len(zones) == 1 else ZoneInfo(settings.sms.zone)
    except (ImportError, ZoneInfoNotFoundError, ValueError, phonenumbers.NumberParseException):
        return ZoneInfo("UTC")


def ready(settings: Settings) -> bool:
    return bool(settings.sms.account and settings.sms.token and settings.sms.number)


def number_of(settings: Settings) -> str:
    """The number that people text, where there is one; "" where the provider chooses it."""
    return settings.sms.number if ready(settings) and settings.sms.number.startswith("+") else ""


def send(settings: Settings, address: str, body: str, buttons: tuple[Button, ...]) -> Sent:
    """Hands one message to the provider. What its answer leaves open is unknown, and is not tried again."""
    sms = settings.sms
    sender = {"MessagingServiceSid": sms.number} if sms.number.startswith("MG") else {"From": sms.number}
    given = {"To": address, "Body": body, **sender, "StatusCallback": f"{settings.server.public_url}{PATH}"}
    login = base64.b64encode(f"{sms.account}:{sms.token}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded"}
    messages = f"{sms.base}/2010-04-01/Accounts/{sms.account}/Messages.json"
    return provider.hand_over(settings, messages, urlencode(given).encode(), headers, meaning)


def meaning(status: int, body: bytes) -> Sent:
    """What the provider's answer means."""
    told = provider.told(body)
    if status == 201:
        return Sent("sent", str(told.get("sid", "")) or None)
    if told.get("code") == STOPPED:
        return Sent("opted_out", None, "their network has stopped us")
    if status == 429:
        return Sent("not_now", None, "the provider asks us to wait")
    if status >= 500:
        return Sent("unknown", None, f"the provider failed (answer {status})")
    return Sent("failed", None, f"the provider refused it (answer {status}, code {told.get('code', '')})")


def _size(address: str, text: str) -> Size:
    return Size(segments(text).segments, address[:-NEIGHBOURS])


def _caps(settings: Settings) -> tuple[int, int, int]:
    """Segments a day; the money is a number of segments too."""
    sms = settings.sms
    afford = sms.money * 100 // sms.price if sms.price else sms.per_day
    return sms.per_number, sms.per_prefix, min(sms.per_day, afford)


CHAT = Chat("sms", 1_500, False, ready, send, _size, _caps, quiet_until, 0, simpler, vouches=True)
OPERATIONS = (Operation("POST", PATH, hear_text, "Text messages, from the provider", problems=(NotFound, NotSignedIn)),)
