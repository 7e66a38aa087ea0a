"""The page on which a member follows a discussion or mutes it, and its API."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.discussion import outlet
from folkmoot.errors import NotFound
from folkmoot.people.model import Actor
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask

How = Annotated[Literal["follow", "mute", "neither"], Meta(description="neither: as one's notices are set")]


class StoryPath(Struct):
    """/thread/{id}/follow, /api/v1/stories/{id}/following"""

    id: Id


class Following(Struct, forbid_unknown_fields=True):
    """What one wishes to hear of a discussion."""

    how: How


async def following(ask: Ask[Actor], path: StoryPath) -> Following:
    """Whether one follows a discussion or mutes it."""
    return Following(await ask.read(lambda tx: _how(tx, ask.actor(tx), path.id)))


async def set_following(ask: Ask[Actor], path: StoryPath, body: Following) -> Following:
    """Follows a discussion, mutes it, or neither."""
    ask.spend("change")
    await ask.write(lambda tx: _set(ask, tx, path.id, body.how))
    return body


def _how(tx: Tx, actor: Actor, story: int) -> How:
    found: How = outlet.following(tx, actor, story) or "neither"  # type: ignore[assignment]  # the table's CHECK says so
    return found


def _set(ask: Ask[Actor], tx: Tx, story: int, how: str) -> None:
    outlet.set_following(tx, ask.actor(tx), story, None if how == "neither" else how, ask.now)


async def follow_page(ask: Ask[Actor], path: StoryPath) -> object:
    def act(tx: Tx) -> tuple[Story, Site, Actor, str | None]:
        story, actor = get_story(tx, path.id), ask.actor(tx)
        return story, get_site(tx, story.site), actor, outlet.following(tx, actor, path.id)

    story, site, actor, how = await ask.read(act)
    member = actor.person is not None and actor.person.kind == "member"
    return ask.page("discussion/follow.html", story=story, site=site, member=member, how=how or "neither")


async def follow(ask: Ask[Actor], path: StoryPath, form: Following) -> object:
    ask.spend("change")
    await ask.write(lambda tx: _set(ask, tx, path.id, form.how))
    return ask.see(f"/thread/{path.id}/follow")


OPERATIONS = (
    Operation("GET", "/api/v1/stories/{id}/following", following, "Whether one follows a discussion", signed=True, problems=(NotFound,)),
    Operation("PUT", "/api/v1/stories/{id}/following", set_following, "Follow a discussion or mute it", signed=True, problems=(NotFound,)),
)
PAGES = (
    Page("GET", "/thread/{id}/follow", follow_page),
    Page("POST", "/thread/{id}/follow", follow),
)
