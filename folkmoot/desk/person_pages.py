"""Somebody at the desk: their record, what is noted and decided of them, and the forms for it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from folkmoot.desk import queue
from folkmoot.desk.pages import Number, Words, guideline_of
from folkmoot.desk.record import Record, record_of
from folkmoot.discussion import store_waits
from folkmoot.errors import Invalid, NotFound, Problem
from folkmoot.notes import store_belongings
from folkmoot.people import sanctions, store_sanctions
from folkmoot.people.accounts import domains_of, names_of
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.people.waiting import Because
from folkmoot.sites.model import Site
from folkmoot.storage.database import Row, Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

SHOWN = 30


class PersonPath(Struct):
    id: Id


class SiteQuery(Struct):
    site: Id | None = None


class SanctionForm(Struct, forbid_unknown_fields=True):
    """whom: the account, the address block of their last comment, or their mail domain. days: until it ends, 0 for good."""

    site: Id
    do: Literal["warn", "mute", "ban"]
    whom: Literal["account", "network", "domain"] = "account"
    days: Annotated[int, Meta(ge=0, le=3650)] = 0
    guideline: Number = 0
    reason: Words = ""
    note: Words = ""


class LiftForm(Struct, forbid_unknown_fields=True):
    site: Id
    person: Id
    why: Words = ""


class NoteForm(Struct, forbid_unknown_fields=True):
    site: Id
    words: Words = ""


class Seen(Struct, frozen=True):
    """All that the page of a person shows."""

    actor: Actor
    site: Site
    sites: list[Site]
    record: Record
    sanctions: list[Row]
    notes: list[Row]
    comments: list[Row]
    names: dict[int, str]
    network: bool
    domains: list[str]


async def person_page(ask: Ask[Actor], path: PersonPath, query: SiteQuery) -> object:
    seen = await ask.read(lambda tx: _seen(tx, ask.actor(tx), path.id, query.site, ask.now))
    return _page(ask, seen)


def _seen(tx: Tx, actor: Actor, person: int, site: int | None, now: int) -> Seen:
    desk = queue.desk_of(tx, actor, site)
    sanctions.require(actor, "see_held", desk.id)
    _require_known(tx, desk.id, person)
    record = record_of(tx, desk, person, now)
    if record is None:
        raise _nobody()
    decided, notes = store_sanctions.sanctions_of(tx, person, SHOWN), store_sanctions.notes_on(tx, desk.id, person)
    here = [row for row in decided if row.site in (0, desk.id)]
    named = {row.made_by for row in (*here, *notes)} | {row.ended_by for row in here}
    comments = store_waits.comments_on(tx, desk.id, person, SHOWN)
    return Seen(
        actor, desk, queue.desks(tx, actor), record, here, notes, comments, names_of(tx, [each for each in named if each]),
        store_waits.last_network(tx, desk.id, person) is not None, domains_of(tx, person),
    )  # fmt: skip


def _require_known(tx: Tx, site: int, person: int) -> None:
    """Raises NotFound for somebody who did nothing on a site, and of whom its desk has decided nothing: they are not its affair."""
    here = store_waits.was_on(tx, site, person) or store_belongings.proposed_on(tx, site, person)
    if not (here or store_sanctions.is_known(tx, site, person)):
        raise _nobody()


def _nobody() -> NotFound:
    return NotFound("There is no such person.", "no_such_person")


def _page(ask: Ask[Actor], seen: Seen, status: int = 200, problem: str = "", **typed: Any) -> object:
    given: dict[str, Any] = {"reason": "", "note": "", "guideline": 0, "days": 7} | typed
    return ask.page(
        "desk/person.html", status, here="", now=ask.now, site=seen.site, sites=seen.sites, person=seen.actor.person, seen=seen, record=seen.record,
        may_see_kept=may(seen.actor, "see_kept", seen.site.id), problem=problem, **given,
    )  # fmt: skip


async def sanction(ask: Ask[Actor], path: PersonPath, form: SanctionForm) -> object:
    """Warns, mutes or bans."""
    ask.spend("change")

    def act(tx: Tx) -> None:
        actor = ask.actor(tx)
        site = queue.desk_of(tx, actor, form.site)
        because = Because(form.reason, guideline_of(site, form.guideline), form.note)
        sanctions.require(actor, "sanction", site.id)
        _require_known(tx, site.id, path.id)
        network, domain = _block(tx, site.id, path.id, form.whom)
        sanctions.sanction(tx, actor, site.id, form.do, path.id, because, ask.now, days=form.days or None, network=network, domain=domain)

    return await _done_or_again(ask, path.id, form.site, act, "decided", reason=form.reason, note=form.note, guideline=form.guideline, days=form.days)


def _block(tx: Tx, site: int, person: int, whom: str) -> tuple[str | None, str]:
    """The address block or mail domain that is meant. Raises Invalid where nothing is known of it."""
    if whom == "network":
        network = store_waits.last_network(tx, site, person)
        if network is None:
            raise Invalid("Their address block is not known any more: it is forgotten after 30 days.", "no_network", "whom")
        return network, ""
    domains = domains_of(tx, person) if whom == "domain" else []
    if whom == "domain" and not domains:
        raise Invalid("They have no mailbox, so there is no mail domain.", "no_domain", "whom")
    return None, domains[0] if domains else ""


async def _done_or_again(ask: Ask[Actor], person: int, site: int, act: Any, part: str, **typed: Any) -> object:
    try:
        await ask.write(act)
    except Invalid as problem:
        return await _again(ask, person, site, problem, **typed)
    return ask.see(f"/desk/people/{person}?site={site}#{part}")


async def _again(ask: Ask[Actor], person: int, site: int, problem: Problem, **typed: Any) -> object:
    seen = await ask.read(lambda tx: _seen(tx, ask.actor(tx), person, site, ask.now))
    return _page(ask, seen, kind_of(problem).status, in_words(problem.words, ask.language), **typed)


async def lift(ask: Ask[Actor], path: PersonPath, form: LiftForm) -> object:
    """Takes a warning, mute or ban back."""
    ask.spend("change")
    await ask.write(lambda tx: sanctions.lift(tx, ask.actor(tx), path.id, form.why, ask.now))
    return ask.see(f"/desk/people/{form.person}?site={form.site}#decided")


async def note(ask: Ask[Actor], path: PersonPath, form: NoteForm) -> object:
    """Notes something for the desk alone."""
    ask.spend("change")

    def act(tx: Tx) -> None:
        actor = ask.actor(tx)
        sanctions.require(actor, "note_person", form.site)
        _require_known(tx, form.site, path.id)
        sanctions.note(tx, actor, form.site, path.id, form.words, ask.now)

    return await _done_or_again(ask, path.id, form.site, act, "notes")


async def remove_note(ask: Ask[Actor], path: PersonPath, form: LiftForm) -> object:
    ask.spend("change")
    await ask.write(lambda tx: sanctions.remove_note(tx, ask.actor(tx), path.id, ask.now))
    return ask.see(f"/desk/people/{form.person}?site={form.site}#notes")


PAGES = (
    Page("GET", "/desk/people/{id}", person_page),
    Page("POST", "/desk/people/{id}/sanctions", sanction),
    Page("POST", "/desk/people/{id}/notes", note),
    Page("POST", "/desk/sanctions/{id}/lift", lift),
    Page("POST", "/desk/notes/{id}/remove", remove_note),
)
