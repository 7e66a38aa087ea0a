"""Stories at the desk: which are talked about, and the valve of each: close it, slow it, open it again."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.desk import queue
from folkmoot.desk.pages import Words
from folkmoot.desk.person_pages import PersonPath, SiteQuery
from folkmoot.discussion import paging
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites import store, stories
from folkmoot.storage.database import Tx
from folkmoot.web.operations import Page
from folkmoot.web.requests import Ask

SHOWN = 50


class StoryForm(Struct, forbid_unknown_fields=True):
    """do: close, open, or slow, then one person waits `seconds` between two comments (0: no longer)."""

    do: Literal["close", "open", "slow"]
    seconds: Annotated[int, Meta(ge=0, le=3600)] = 0
    reason: Words = ""


async def stories_page(ask: Ask[Actor], query: SiteQuery) -> object:
    """The newest stories of a site, with how much is said under each."""

    def act(tx: Tx) -> object:
        actor = ask.actor(tx)
        site = queue.desk_of(tx, actor, query.site)
        found = store.latest_stories(tx, site.id, SHOWN)
        return ask.page(
            "desk/stories.html", here="stories", site=site, sites=queue.desks(tx, actor), person=actor.person, found=found,
            counts=paging.counts(tx, [story.id for story in found]), may_close=may(actor, "close_story", site.id),
            may_merge=may(actor, "merge_story", site.id),
        )  # fmt: skip

    return await ask.read(act)


async def decide_story(ask: Ask[Actor], path: PersonPath, form: StoryForm) -> object:
    """Closes, opens or slows a story."""
    ask.spend("change")

    def act(tx: Tx) -> int:
        actor = ask.actor(tx)
        if form.do == "slow":
            return stories.slow(tx, actor, path.id, form.seconds, form.reason, ask.now).site
        verb = stories.close if form.do == "close" else stories.open_again
        return verb(tx, actor, path.id, form.reason, ask.now).site

    site = await ask.write(act, path.id)
    return ask.see(f"/desk/stories?site={site}#story-{path.id}")


PAGES = (
    Page("GET", "/desk/stories", stories_page),
    Page("POST", "/desk/stories/{id}", decide_story),
)
