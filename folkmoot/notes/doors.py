"""What the API (routes.py) and the forms (forms.py) have in common: how they read what was asked."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.notes import store
from folkmoot.notes.model import About
from folkmoot.people.model import Actor
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.requests import Ask


class NotePath(Struct):
    """…/notes/{id}"""

    id: Id


def comment_of(ask: Ask[Actor], tx: Tx, comment: int | None) -> About | None:
    """A comment as the discussion knows it, by what app.py has joined."""
    found = ask.kit.comment_of(tx, comment) if comment else None
    return found if isinstance(found, About) else None


async def lane_of(ask: Ask[Actor], note: int) -> int:
    """The lane of a note's story; 0 where there is no such note, which the verb will say."""
    return await ask.read(lambda tx: store.story_of(tx, note)) or 0
