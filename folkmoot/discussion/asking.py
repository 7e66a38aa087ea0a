"""What the API (routes.py) and the forms (forms.py) have in common: how they read what was asked."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import zlib
from collections import deque

from msgspec import Struct

from folkmoot.discussion import proofs, store
from folkmoot.discussion.model import UNABLE, Customs, Words
from folkmoot.discussion.text import read
from folkmoot.people.model import Actor
from folkmoot.sites.addresses import clean_address
from folkmoot.web.bodies import Id
from folkmoot.web.requests import Ask

MINUTE = 60_000
SLOW_TEXT = 1_000  # letters from which reading a text may take long enough to be done beside the event loop


class CommentPath(Struct):
    """…/comments/{id}"""

    id: Id


def customs(ask: Ask[Actor]) -> Customs:
    """What the settings say to the verbs."""
    settings = ask.kit.settings
    return Customs(settings.limits.enabled, settings.votes.guests, RUSH.lately(ask.now) * settings.server.workers, bool(settings.spam.akismet_key))


def opened(ask: Ask[Actor]) -> str:
    """When a form was made for somebody, signed, to stand in it: so that the time to write is known and nothing is kept of them."""
    return f"{ask.now}.{_sign(ask, str(ask.now))}"


def written(ask: Ask[Actor], stamp: str) -> int | None:
    """Milliseconds since a form was made; None where it says nothing, or what we did not sign."""
    at, _, signed = stamp.partition(".")
    known = at.isascii() and at.isdigit() and signed.isascii() and hmac.compare_digest(signed, _sign(ask, at))
    return max(0, ask.now - int(at)) if known else None


def _sign(ask: Ask[Actor], at: str) -> str:
    return hmac.digest(ask.kit.secret, f"form {at}".encode(), hashlib.sha256).hex()[:32]


async def proof_of(ask: Ask[Actor], typed: str, url: str) -> str:
    """The nonce of the challenge that was solved for a comment under a story, UNABLE, or "" for what solves none."""
    if typed in ("", UNABLE):
        return typed
    return await asyncio.to_thread(proofs.solved, ask.kit.secret, typed, url, ask.now)


def count_rush(ask: Ask[Actor], actor: Actor) -> None:
    """Counts a comment by somebody who has proven nothing."""
    if not actor.proven:
        RUSH.add(ask.now)


async def words_of(typed: str) -> Words:
    """Reads what was typed, away from the event loop where it could take long."""
    return read(typed) if len(typed) < SLOW_TEXT else await asyncio.to_thread(read, typed)


class Rush:
    """When comments came by people who have proven nothing, in this process: nothing else of them. Bounded to the last minute."""

    def __init__(self, kept: int = 10_000) -> None:
        self._times: deque[int] = deque(maxlen=kept)

    def add(self, now: int) -> None:
        self._times.append(now)

    def lately(self, now: int) -> int:
        """How many came within the last minute."""
        while self._times and self._times[0] < now - MINUTE:
            self._times.popleft()
        return len(self._times)

    def clear(self) -> None:
        self._times.clear()


RUSH = Rush()


class Lanes:
    """Which lane a story's writes keep to: its id, so that all of them wait in one. Until it is known, a number made of the address."""

    def __init__(self, kept: int = 20_000) -> None:
        self._kept = kept
        self._by_address: dict[str, int] = {}

    def of(self, url: str) -> int:
        """The lane of a story by its address. Raises Invalid for what is no address."""
        cleaned = clean_address(url)
        return self._by_address.get(cleaned) or zlib.crc32(cleaned.encode())

    def learn(self, url: str, story: int) -> None:
        if len(self._by_address) >= self._kept:
            self._by_address.clear()
        self._by_address[clean_address(url)] = story


LANES = Lanes()  # of this process; a lane is never wrong, only slower


async def lane_of(ask: Ask[Actor], comment: int) -> int:
    """The lane of a comment's story; 0 where there is no such comment, which the verb will say."""
    return await ask.read(lambda tx: store.story_of(tx, comment)) or 0
