"""What the API (routes.py) and the forms (forms.py) have in common: how they read what was asked."""

from __future__ import annotations

import asyncio
import zlib

from msgspec import Struct

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


def lane_of(url: str) -> int:
    """The writer's lane of a story that is known by its address only."""
    return zlib.crc32(clean_address(url).encode())
