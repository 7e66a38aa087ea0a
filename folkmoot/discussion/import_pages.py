"""Pages on which staff read what became of an import: the list of a newsroom's imports, and the report of one. Nothing is changed here."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from folkmoot.discussion import store_imports
from folkmoot.discussion.archive import Batch, batch_of
from folkmoot.discussion.remarks import KINDS
from folkmoot.discussion.report import lines_kept
from folkmoot.errors import NotFound, NotSignedIn
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites.model import Site
from folkmoot.sites.sites import get_site, require
from folkmoot.sites.store import all_sites
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_

SHOWN = 300  # lines of the report on the page; the rest is said in a number
_PHASES = {
    "merging": N_("being brought in"), "opening": N_("being opened"), "closed": N_("done"), "undoing": N_("being taken out"),
    "undone": N_("taken out again"),
}  # fmt: skip


class BatchPath(Struct):
    """/imports/{id}"""

    id: Id


class Brought(Struct, frozen=True):
    """An import as the page tells of it. skipped: (reason, how many).

    warnings: its lines, cut; those of an old import are English and nothing else. more: how many were cut.
    """

    batch: Batch
    phase: str
    comments: int
    stories: int
    people: int
    already: int
    skipped: list[tuple[str, int]]
    warnings: list[str]
    more: int


def imports_of(tx: Tx, actor: Actor) -> list[tuple[Site, list[Brought]]]:
    """The imports of each site whose staff the actor is, newest first. Raises NotSignedIn for nobody, NotFound where there is no such site."""
    if actor.person is None:
        raise NotSignedIn(N_("Sign in as this newsroom’s staff to read about imports."), "not_signed_in")
    sites = [site for site in all_sites(tx) if may(actor, "see_imports", site.id)]
    if not sites:
        raise NotFound(N_("There is no such page."), "no_such_page")
    return [(site, [_brought(batch_of(row), shown=0) for row in store_imports.batches_of(tx, site.id)]) for site in sites]


def report(tx: Tx, actor: Actor, batch: int) -> tuple[Site, Brought]:
    """One import. Raises NotFound for an unknown one, NotAllowed without a role on its site."""
    row = store_imports.batch_by_id(tx, batch)
    if row is None:
        raise NotFound(N_("There is no such import."), "no_such_batch")
    require(actor, "see_imports", row.site)
    return get_site(tx, row.site), _brought(batch_of(row))


def _brought(batch: Batch, shown: int = SHOWN) -> Brought:
    told: dict[str, Any] = batch.report
    counted = sorted(told.get("skipped", {}).items(), key=lambda each: (-each[1], each[0]))
    skipped = [(KINDS.get(why, why), number) for why, number in counted]
    more = max(len(told.get("warnings", [])) - shown, 0)
    comments, stories, people, already = (int(told.get(name, 0)) for name in ("comments", "stories", "people", "already"))
    slim, phase = msgspec.structs.replace(batch, report={}), _PHASES.get(batch.phase, batch.phase)
    return Brought(slim, phase, comments, stories, people, already, skipped, lines_kept(told, shown), more)


async def list_page(ask: Ask[Actor]) -> object:
    found = await ask.read(lambda tx: imports_of(tx, ask.actor(tx)))
    return ask.page("discussion/imports.html", found=found, site=found[0][0])


async def report_page(ask: Ask[Actor], path: BatchPath) -> object:
    site, brought = await ask.read(lambda tx: report(tx, ask.actor(tx), path.id))
    return ask.page("discussion/import.html", site=site, it=brought)


PAGES = (
    Page("GET", "/imports", list_page),
    Page("GET", "/imports/{id}", report_page),
)
