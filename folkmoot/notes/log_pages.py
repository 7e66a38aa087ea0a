"""The public log of corrections: everything that a site has put right, clarified or declined, the newest first, and its feed."""

from __future__ import annotations

import math
import statistics
from typing import Annotated, Any

from msgspec import Meta, Struct

from folkmoot.errors import NotFound
from folkmoot.notes import showing, store
from folkmoot.notes.model import Note
from folkmoot.notes.showing import Seen
from folkmoot.people.model import Actor
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site
from folkmoot.sites.store import all_sites
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_

PAGE = 50
YEAR = 365 * 86_400_000
FOREVER = 2**53
CACHED = "public, max-age=60"


class SitePath(Struct):
    """/corrections/{id}"""

    id: Id


class LogQuery(Struct):
    """before: UTC ms; what was decided before it."""

    before: Annotated[int, Meta(ge=0, le=FOREVER)] = FOREVER


class Entry(Struct, frozen=True):
    """A line of the log. story: None where it is not there any more."""

    seen: Seen
    story: Story | None


class Figures(Struct, frozen=True):
    """What a year brought. half: whole hours within which half of the answers came."""

    accepted: int = 0
    clarified: int = 0
    declined: int = 0
    half: int = 0


def entries(tx: Tx, site: int, before: int, limit: int) -> list[Entry]:
    """The log of a site, the newest first: what was decided before a moment, as far as readers may see it."""
    found = []
    for note in store.notes_ruled(tx, site, before, limit):
        if note.state == "open":
            found.append(Entry(showing.seen(tx, note), _story(tx, note)))
    return found


def _story(tx: Tx, note: Note) -> Story | None:
    try:
        return get_story(tx, note.story)
    except NotFound:
        return None


def figures(tx: Tx, site: int, now: int) -> Figures:
    """The last year in numbers."""
    notes = [note for note in store.notes_ruled(tx, site, FOREVER, 2_000) if note.ruled and note.ruled > now - YEAR]
    hours = [(note.ruled - note.proposed) / 3_600_000 for note in notes if note.ruled]
    counted = {ruling: sum(note.ruling == ruling for note in notes) for ruling in ("accepted", "clarified", "declined")}
    return Figures(**counted, half=math.ceil(statistics.median(hours)) if hours else 0)


async def log_page(ask: Ask[Actor], path: SitePath, query: LogQuery) -> object:
    def act(tx: Tx) -> tuple[Site, list[Entry], Figures]:
        return get_site(tx, path.id), entries(tx, path.id, query.before, PAGE), figures(tx, path.id, ask.now)

    site, found, year = await ask.read(act)
    more = found[-1].seen.note.ruled if len(found) == PAGE else None
    answer: Any = ask.page("notes/log.html", site=site, found=found, year=year, more=more, whole=query.before == FOREVER)
    answer.headers["Cache-Control"], answer.headers["Vary"] = CACHED, "Accept-Language"
    return answer


async def only_log(ask: Ask[Actor]) -> object:
    """The log of the only site there is."""
    sites = await ask.read(all_sites)
    if len(sites) != 1:
        raise NotFound(N_("There are several sites here. Each has its log under its own address."), "which_site")
    return ask.see(f"/corrections/{sites[0].id}")


PAGES = (Page("GET", "/corrections", only_log), Page("GET", "/corrections/{id}", log_page))
