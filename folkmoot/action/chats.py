"""The verbs of chats: a message has come, an answer is queued, the worker sends what waits. Every channel of channels/ goes through here.

A message of theirs has one effect, however often it is brought. What waits when STOP comes is dropped. We begin only with who has opted in.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import msgspec

from folkmoot.action import letters, store_chats, store_talks, talks
from folkmoot.action.channels.model import Button, Chat, Sent
from folkmoot.action.channels.words import choices_of, text_of
from folkmoot.action.conversation import trail
from folkmoot.action.keywords import means
from folkmoot.action.model_letters import Facts, Says
from folkmoot.action.talks import Around
from folkmoot.errors import say, together
from folkmoot.people.tokens import fingerprint
from folkmoot.settings import Settings
from folkmoot.sites.sites import get_site
from folkmoot.storage import jobs
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.logs import log
from folkmoot.web.words import in_words

KIND = "chat"
DAY = 86_400_000
HEARD_FOR = 8 * DAY
SAID_FOR = 40 * DAY
PAUSE = 60.0  # seconds for which a channel rests whose provider does not answer, so that others' work goes on
BEGUN, ANSWER, LAST = 0, 1, 2  # LAST: the one confirmation of a STOP
_resting: dict[str, float] = {}


def arrive(tx: Tx, chat: Chat, address: str, message: str, words: str, site: int, around: Around, now: int) -> bool:
    """A message has come; its answer is queued. False where it came before."""
    if store_chats.heard_before(tx, chat.name, fingerprint(message), now):
        return False
    known = store_chats.chat_of(tx, chat.name, address)
    store_chats.note_heard(tx, chat.name, address, now)
    meaning = means(words, around.settings.guide.start_words)
    if meaning == "stop" and known is not None and known.opted_out is not None:
        return True
    if (known is None or known.opted_in is None) and _begins(tx, meaning, words, known, around, now):
        store_chats.opt(tx, new_id(now), chat.name, address, "in", "they began a talk", now)
    around = replace(around, phone=address if chat.vouches else "")
    heard = talks.hear(tx, f"{chat.name}:{address}", words, site, around, now)
    stopped = "stop" in heard.done
    if stopped:
        store_chats.drop_waiting(tx, chat.name, address, "they said stop", now)
    queue(tx, chat, address, heard.says, around.settings, around.language, now, LAST if stopped else ANSWER)
    return True


def _begins(tx: Tx, meaning: str | None, words: str, known: Row | None, around: Around, now: int) -> bool:
    """Whether a message asks for a talk: a start word, or an action's, which does not take a STOP back."""
    out = known is not None and known.opted_out is not None
    return meaning in ("begin", "start") or (not out and talks.action_meant(tx, words, around, now) is not None)


def queue(tx: Tx, chat: Chat, address: str, says: Iterable[Says], settings: Settings, language: str, now: int, kind: int) -> None:
    """Puts what is said into the outbox, in as many messages as the channel needs; those beyond a cap are not sent."""
    said = tuple(says)
    text = chat.plain(text_of(said, language, buttons=chat.buttons))
    parts = list(pieces(text, chat.most))
    offered = tuple(Button(choice.key, in_words(choice.words, language)) for choice in choices_of(said)) if chat.buttons else ()
    for number, part in enumerate(parts, 1):
        _queue_one(tx, chat, address, part, offered if number == len(parts) else (), settings, now, kind)
    if parts:
        wake(tx, chat.name, address, now, chat.quiet(settings, address, now) if kind == BEGUN else now)


def wake(tx: Tx, channel: str, address: str, now: int, at: int) -> None:
    """Has the worker send what waits for a chat."""
    jobs.put(tx, KIND, {"channel": channel, "address": address}, now, run_after=at, key=f"{KIND}:{channel}:{address}")


def _queue_one(tx: Tx, chat: Chat, address: str, part: str, offered: tuple[Button, ...], settings: Settings, now: int, kind: int) -> None:
    size = chat.size(address, part)
    number = new_id(now)
    buttons = msgspec.json.encode(offered).decode()
    capped = kind != LAST and _capped(tx, chat, address, size.prefix, size.segments, settings, now)
    store_chats.insert_said(tx, number, chat.name, address, size.prefix, part, buttons, size.segments, kind, now)
    if capped:
        store_chats.settle(tx, number, "waiting", "dropped", capped, None, now)
        log.warning("A message was not sent: %s", capped, extra={"about": {"channel": chat.name}})


def _capped(tx: Tx, chat: Chat, address: str, prefix: str, segments: int, settings: Settings, now: int) -> str:
    """Which cap a message would exceed; "" for none."""
    if not settings.limits.enabled:
        return ""
    own, near, every = chat.caps(settings)
    since = now - DAY
    if store_chats.spent(tx, chat.name, since, address=address) + segments > own:
        return "the day's messages to this chat are used up"
    if prefix and store_chats.spent(tx, chat.name, since, prefix=prefix) + segments > near:
        return "the day's messages to neighbouring numbers are used up"
    if store_chats.spent(tx, chat.name, since) + segments > every:
        return "the day's messages, or its money, are used up"
    return ""


def pieces(text: str, most: int) -> Iterable[str]:
    """A text in messages of at most so many letters, cut between paragraphs, lines or words where that can be."""
    while len(text) > most:
        cut = max(text.rfind("\n\n", 1, most), text.rfind("\n", most // 2, most), text.rfind(" ", most // 2, most))
        cut = cut if cut > 0 else most
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text.strip():
        yield text


# ── The worker ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def send_next(db: Database, payload: dict[str, object], settings: Settings, now: int, chats: dict[str, Chat]) -> None:
    """A job "chat": sends what waits for one chat, in order, each message once."""
    channel, address = str(payload["channel"]), str(payload["address"])
    chat = chats[channel]
    if _resting.get(channel, 0.0) > time.monotonic():
        db.write_now(partial(wake, channel=channel, address=address, now=now, at=now + int(PAUSE * 1000)))
        return
    while (row := db.write_now(partial(_take, chat=chat, address=address, now=now))) is not None:
        buttons = tuple(msgspec.json.decode(row.buttons, type=list[Button]))
        sent = chat.send(settings, address, row.body, buttons)
        db.write_now(partial(_settle, chat=chat, row=row, sent=sent, now=now))
        if sent.outcome in ("unknown", "not_now"):
            _resting[channel] = time.monotonic() + PAUSE
            return


def _take(tx: Tx, chat: Chat, address: str, now: int) -> Row | None:
    """The message to send now, marked so; what may not go is dropped on the way."""
    while (row := store_chats.first_waiting(tx, chat.name, address)) is not None:
        if row.state == "sending":  # a worker ended while it went: nobody knows, so it is not said twice
            store_chats.settle(tx, row.id, "sending", "unknown", "the worker ended while it was being sent", None, now)
            continue
        why = _may_not(store_chats.chat_of(tx, chat.name, address), row, chat, now)
        if not why:
            store_chats.settle(tx, row.id, "waiting", "sending", "", None, now)
            return row
        store_chats.settle(tx, row.id, "waiting", "dropped", why, None, now)
    return None


def _may_not(known: Row | None, row: Row, chat: Chat, now: int) -> str:
    """Why a message may not go; "" where it may."""
    if known is None:
        return "nobody wrote from there"
    if known.opted_out is not None and row.answer != LAST:
        return "they said stop"
    if row.answer == BEGUN and known.opted_in is None:
        return "they have not opted in"
    if chat.window and known.heard < now - chat.window:
        return "their last message is too long ago for this channel"
    return ""


def _settle(tx: Tx, chat: Chat, row: Row, sent: Sent, now: int) -> None:
    states = {"sent": "sent", "unknown": "unknown", "not_now": "waiting", "failed": "failed", "opted_out": "dropped"}
    store_chats.settle(tx, row.id, "sending", states[sent.outcome], sent.why, sent.provider, now)
    if sent.outcome == "opted_out":
        store_chats.opt(tx, new_id(now), chat.name, row.address, "out", "their network said so", now)
        store_chats.drop_waiting(tx, chat.name, row.address, "they said stop", now)
    if sent.outcome in ("not_now", "unknown"):
        wake(tx, chat.name, row.address, now, now + int(PAUSE * 1000))


# ── What we begin ────────────────────────────────────────────────────────────────────────────────────────────────────────


def tell_writer(tx: Tx, row: Row, now: int, settings: Settings, chats: dict[str, Chat], maker: str = "", funder: str = "") -> None:
    """Tells the writer of a letter, where the talk is in a chat, what became of it, and who asked them to write."""
    channel, _, address = row.owner.partition(":")
    chat, talk = chats.get(channel), store_talks.talk_by_id(tx, row.talk)
    if chat is None or not chat.ready(settings) or talk is None:
        return
    name = get_site(tx, row.site).name
    (told,) = letters.trails(tx, [row])
    facts = Facts(now, name, name, channel=channel)
    news = together(f"{name}:", trail(told, facts), of_action(maker, funder))
    queue(tx, chat, address, (Says("tell", news),), settings, talk.language, now, BEGUN)


def let_go(tx: Tx, owners: Iterable[str]) -> None:
    """Forgets chats whose people leave: nothing goes there any more, until somebody writes from there again."""
    for channel, _, address in (owner.partition(":") for owner in owners):
        store_chats.let_go(tx, channel, address)
        jobs.drop(tx, f"{KIND}:{channel}:{address}")


def of_action(maker: str, funder: str) -> str:
    return say("For an action of {maker}, paid for by {funder}.", maker=maker, funder=funder) if maker else ""


def forget(tx: Tx, now: int, limit: int = 500) -> int:
    """Deletes ids of what was heard after 8 days, and what was said after 40; how many."""
    return store_chats.forget(tx, now - HEARD_FOR, now - SAID_FOR, limit)
