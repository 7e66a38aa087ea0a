"""The desk's pages for people: the queue with an item in hand, and the forms by which it is decided. GET changes nothing."""

from __future__ import annotations

import re
from functools import wraps
from typing import Annotated, Any, Literal
from urllib.parse import quote

from msgspec import Meta, Struct

from folkmoot.desk import queue
from folkmoot.desk.queue import Hand, Line, Queue
from folkmoot.desk.record import Record, record_of
from folkmoot.errors import Invalid, NotFound, NotSignedIn, Problem, say
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because, Order, Place
from folkmoot.sites.model import Site
from folkmoot.sites.store import all_sites
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_, in_words

_PLACE = re.compile(r"(-?\d{1,18})\.(\d{1,19})")
_DONE = re.compile(r"([a-z_]{1,20})\.(\d{1,19})\.([a-z_]{1,20})\.(\d{1,19})")
_ITEM = re.compile(r"([a-z_]{1,20})\.(\d{1,19})")
MOST = 100  # items that are decided together
Kind = Annotated[str, Meta(max_length=20)]
Deed = Annotated[str, Meta(min_length=1, max_length=30)]
Number = Annotated[int, Meta(ge=0, le=50)]
Words = Annotated[str, Meta(max_length=500)]
DONE = {
    "remove": N_("Removed."), "release": N_("Released."), "hold": N_("Held."), "reverse": N_("Given back."), "uphold": N_("It stays removed."),
    "remove_revision": N_("The edit is removed."), "restore": N_("Brought back."),
}  # fmt: skip


def signed(page: Page) -> Page:
    """A page of the desk that leads whoever is not signed in to where they can, and back."""
    if page.method != "GET" or not page.path.startswith("/desk"):
        return page

    @wraps(page.act)
    async def act(ask: Ask[Actor], **given: Any) -> Any:
        try:
            return await page.act(ask, **given)
        except NotSignedIn as problem:
            words = in_words(problem.words, ask.language)
        return await ask.read(lambda tx: _door(ask, tx, words))

    return Page(page.method, page.path, act)


def _door(ask: Ask[Actor], tx: Tx, words: str) -> object:
    url, asked = ask.request.url, ask.request.query_params.get("site", "")
    found = all_sites(tx)
    site = next((each for each in found if str(each.id) == asked), found[0] if len(found) == 1 else None)
    ask.headers["WWW-Authenticate"] = 'Bearer realm="folkmoot"'
    back = quote(f"{url.path}?{url.query}" if url.query else url.path, safe="")
    return ask.page("desk/door.html", 401, site=site, words=words, back=back)


class QueueQuery(Struct):
    """site: whose desk; order; after: behind which place; done: what was just decided, kind.number.deed.item, with commas between several;
    at: when (UTC ms); back: a decision was just taken back."""

    site: Id | None = None
    order: Literal["harm", "time"] = "harm"
    after: Annotated[str, Meta(max_length=60)] = ""
    done: Annotated[str, Meta(max_length=8_000)] = ""
    at: Annotated[int, Meta(ge=0, lt=2**53)] = 0
    back: Literal["", "1"] = ""


class ItemPath(Struct):
    kind: Kind
    id: Id


class DecisionForm(Struct, forbid_unknown_fields=True):
    """do: the verb; guideline: which of the site's, from 1, 0 for none; reason: for whom it concerns; note: for the desk alone."""

    do: Deed
    guideline: Number = 0
    reason: Words = ""
    note: Words = ""
    order: Literal["harm", "time"] = "harm"


class ClaimForm(Struct, forbid_unknown_fields=True):
    give_back: Literal["", "1"] = ""
    order: Literal["harm", "time"] = "harm"


class UndoForm(Struct, forbid_unknown_fields=True):
    """item: what the decision was about, to be shown again; more: kind.number of what was decided together with it."""

    kind: Kind
    number: Id
    site: Id
    item: Id | None = None
    more: list[Annotated[str, Meta(max_length=60)]] = []
    order: Literal["harm", "time"] = "harm"


class BulkForm(Struct, forbid_unknown_fields=True):
    site: Id
    do: Literal["remove", "release"]
    item: list[Annotated[str, Meta(max_length=60)]] = []
    guideline: Number = 0
    reason: Words = ""
    order: Literal["harm", "time"] = "harm"


class View(Struct, frozen=True):
    """Everything on the queue's page."""

    actor: Actor
    sites: list[Site]
    queue: Queue
    hand: Hand | None
    record: Record | None


def place_from(words: str) -> Place | None:
    """The place in an order that an address names; None for the beginning, and for what is no place."""
    found = _PLACE.fullmatch(words)
    return (int(found[1]), int(found[2])) if found else None


def guideline_of(site: Site, number: int) -> str:
    """The words of a guideline by its number on the page. Raises Invalid."""
    if number > len(site.policy.guidelines):
        raise Invalid("This is none of the site’s guidelines.", "no_such_guideline", "guideline")
    return site.policy.guidelines[number - 1] if number else ""


async def queue_page(ask: Ask[Actor], query: QueueQuery) -> object:
    """The queue, with the first free item in hand."""

    def act(tx: Tx) -> View:
        actor = ask.actor(tx)
        return _view(tx, actor, queue.desk_of(tx, actor, query.site), query.order, place_from(query.after), None, ask.now)

    view = await ask.read(act)
    return _shown(ask, view, query)


async def item_page(ask: Ask[Actor], path: ItemPath, query: QueueQuery) -> object:
    """The queue with a chosen item in hand. What waits no longer leads back to the queue."""

    def act(tx: Tx) -> View:
        actor = ask.actor(tx)
        _, item = queue.look(tx, actor, path.kind, path.id)
        return _view(tx, actor, queue.desk_of(tx, actor, item.site), query.order, None, (path.kind, path.id), ask.now)

    try:
        view = await ask.read(act)
    except NotFound:
        await ask.read(lambda tx: queue.desks(tx, ask.actor(tx)))
        return ask.see(f"/desk?order={query.order}{'&back=1#back' if query.back else ''}")
    return _shown(ask, view, query)


def _view(tx: Tx, actor: Actor, site: Site, order: Order, after: Place | None, item: tuple[str, int] | None, now: int) -> View:
    found = queue.waiting(tx, actor, site, order, after, queue.PAGE, now)
    wanted = item or _first(found.lines)
    hand = queue.hand(tx, actor, *wanted, now) if wanted else None
    return View(actor, queue.desks(tx, actor), found, hand, record_of(tx, site, hand.item.person, now) if hand else None)


def _first(lines: tuple[Line, ...]) -> tuple[str, int] | None:
    """The first that nobody else has in hand."""
    line = next((each for each in lines if each.holder is None), None)
    return (line.item.kind, line.item.id) if line else None


def _shown(ask: Ask[Actor], view: View, query: QueueQuery, status: int = 200, problem: str = "", **typed: Any) -> object:
    given: dict[str, Any] = {"guideline": 0, "reason": "", "note": "", "asks": False, "of_ticked": False, "ticked": ()} | typed
    return ask.page(
        "desk/queue.html", status, here="queue", now=ask.now, site=view.queue.site, sites=view.sites, person=view.actor.person, queue=view.queue,
        hand=view.hand, record=view.record, back=query.back, done=_done(query.done, query.at, ask.now), problem=problem, **given,
    )  # fmt: skip


def _done(said: str, at: int, now: int) -> dict[str, object] | None:
    """What was decided within the last ten seconds, to be taken back."""
    found = [one for each in said.split(",")[:MOST] if (one := _DONE.fullmatch(each))]
    left = at + queue.UNDO - now
    if not found or not 0 < left <= queue.UNDO:
        return None
    words = DONE.get(found[0][3], N_("Done.")) if len(found) == 1 else say("{number} decided.", number=len(found))
    more = [f"{each[1]}.{each[2]}" for each in found[1:]]
    return {"kind": found[0][1], "number": found[0][2], "item": found[0][4], "more": more, "words": words, "left": left}


async def decide(ask: Ask[Actor], path: ItemPath, form: DecisionForm) -> object:
    """Decides the item in hand and goes on to the next."""
    ask.spend("change")

    def act(tx: Tx) -> tuple[queue.Settled, int]:
        actor = ask.actor(tx)
        _, item = queue.look(tx, actor, path.kind, path.id)
        site = queue.desk_of(tx, actor, item.site)
        because = Because(form.reason, guideline_of(site, form.guideline), form.note)
        return queue.decide(tx, actor, path.kind, path.id, form.do, because, ask.now), site.id

    try:
        settled, site = await ask.write(act)
    except Invalid as problem:
        return await _again(ask, path, form, problem)
    return ask.see(_next(site, form.order, [settled], form.do, ask.now))


def _next(site: int, order: str, settled: list[queue.Settled], deed: str, now: int) -> str:
    done = ",".join(f"{each.kind}.{each.number}.{deed}.{each.id}" for each in settled if each.number)
    return f"/desk?site={site}&order={order}{f'&at={now}&done={done}#done' if done else '#main'}"


async def _again(ask: Ask[Actor], path: ItemPath, form: DecisionForm, problem: Problem) -> object:
    """The same item with what was typed and what is to be put right."""

    def act(tx: Tx) -> View:
        actor = ask.actor(tx)
        _, item = queue.look(tx, actor, path.kind, path.id)
        return _view(tx, actor, queue.desk_of(tx, actor, item.site), form.order, None, (path.kind, path.id), ask.now)

    view, words = await ask.read(act), in_words(problem.words, ask.language)
    return _shown(ask, view, QueueQuery(), kind_of(problem).status, words, guideline=form.guideline, reason=form.reason, note=form.note,
                  asks=problem.code == "no_reason")


async def claim(ask: Ask[Actor], path: ItemPath, form: ClaimForm) -> object:
    """Takes an item in hand, or gives it back."""
    ask.spend("change")
    if form.give_back:
        await ask.write(lambda tx: queue.give_back(tx, ask.actor(tx), path.kind, path.id, ask.now))
        return ask.see(f"/desk?order={form.order}#main")
    await ask.write(lambda tx: queue.claim(tx, ask.actor(tx), path.kind, path.id, ask.now))
    return ask.see(f"/desk/{path.kind}/{path.id}?order={form.order}#item")


async def undo(ask: Ask[Actor], form: UndoForm) -> object:
    """Takes back what was just decided: all that was decided together, or none of it."""
    ask.spend("change")
    together = [(found[1], int(found[2])) for each in form.more[:MOST] if (found := _ITEM.fullmatch(each))]

    def act(tx: Tx) -> None:
        actor = ask.actor(tx)
        for kind, number in reversed([(form.kind, form.number), *together]):
            queue.undo(tx, actor, kind, number, ask.now)

    await ask.write(act)
    again = f"/{form.kind}/{form.item}" if form.item else ""
    return ask.see(f"/desk{again}?{'' if again else f'site={form.site}&'}order={form.order}&back=1#back")


async def bulk(ask: Ask[Actor], form: BulkForm) -> object:
    """Decides several alike: all of them, or where one does not fit, none."""
    ask.spend("change")
    items = [(found[1], int(found[2])) for each in form.item[:MOST] if (found := _ITEM.fullmatch(each))]

    def act(tx: Tx) -> list[queue.Settled]:
        actor = ask.actor(tx)
        because = Because(form.reason, guideline_of(queue.desk_of(tx, actor, form.site), form.guideline))
        return queue.decide_all(tx, actor, items, form.do, because, ask.now)

    try:
        if not items:
            raise Invalid("Nothing is chosen. Tick what you want to decide, then decide.", "nothing_chosen", "item")
        settled = await ask.write(act)
    except Invalid as problem:
        return await _ticked_again(ask, form, problem)
    return ask.see(_next(form.site, form.order, settled, form.do, ask.now))


async def _ticked_again(ask: Ask[Actor], form: BulkForm, problem: Problem) -> object:
    """The queue with what was ticked and the reason that was chosen, and what is to be put right."""

    def act(tx: Tx) -> View:
        actor = ask.actor(tx)
        return _view(tx, actor, queue.desk_of(tx, actor, form.site), form.order, None, None, ask.now)

    view, words = await ask.read(act), in_words(problem.words, ask.language)
    given: dict[str, Any] = {"guideline": form.guideline, "reason": form.reason, "of_ticked": True, "ticked": form.item}
    return _shown(ask, view, QueueQuery(), kind_of(problem).status, words, **given)


PAGES = (
    Page("GET", "/desk", queue_page),
    Page("GET", "/desk/{kind}/{id}", item_page),
    Page("POST", "/desk/{kind}/{id}/decide", decide),
    Page("POST", "/desk/{kind}/{id}/claim", claim),
    Page("POST", "/desk/undo", undo),
    Page("POST", "/desk/bulk", bulk),
)
