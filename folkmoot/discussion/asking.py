"""What the API (routes.py) and the forms (forms.py) have in common: how they read what was asked."""

from __future__ import annotations

import asyncio
import zlib

from msgspec import Struct

from folkmoot.discussion import store
from folkmoot.discussion.model import Customs, Words
from folkmoot.discussion.text import read
from folkmoot.people.model import Actor
from folkmoot.sites.addresses import clean_address
from folkmoot.web.bodies import Id
from folkmoot.web.requests import Ask

SLOW_TEXT = 1_000  # letters from which reading a text may take long enough to be done beside the event loop


class CommentPath(Struct):
    """…/comments/{id}"""

    id: Id


def customs(ask: Ask[Actor]) -> Customs:
    """What the settings say to the verbs."""
    return Customs(limits=ask.kit.settings.limits.enabled, guests_vote=ask.kit.settings.votes.guests)


async def words_of(typed: str) -> Words:
    """Reads what was typed, away from the event loop where it could take long."""
    return read(typed) if len(typed) < SLOW_TEXT else await asyncio.to_thread(read, typed)


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
