"""Calling for an action: where somebody lives, then one official at a time with a script, and a sheet to print.

Forms carry all of it: nothing is kept.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, structs

from folkmoot.action import actions, calls, concerned, officials, store_actions
from folkmoot.action.actions_pages import ActionPath, Setting, setting, show
from folkmoot.action.calls import Caller
from folkmoot.action.concerned import Target
from folkmoot.action.divisions import STATES, country_of
from folkmoot.action.model import District
from folkmoot.action.officials_pages import PlaceForm, distance, looked_up, place_of
from folkmoot.errors import Conflict, Invalid, NotFound
from folkmoot.people.model import Actor
from folkmoot.storage.database import Tx
from folkmoot.web import headers
from folkmoot.web.operations import Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words


class CallForm(PlaceForm, forbid_unknown_fields=True):
    """A place, what the caller says of themselves, which official is next, and what came of the call before."""

    name: Annotated[str, Meta(max_length=80)] = ""
    town: Annotated[str, Meta(max_length=80)] = ""
    own: Annotated[str, Meta(max_length=500)] = ""
    at: Annotated[int, Meta(ge=0, le=500)] = 0
    outcome: Annotated[str, Meta(max_length=20)] = ""
    about: Annotated[str, Meta(max_length=200)] = ""


async def begin_page(ask: Ask[Actor], path: ActionPath) -> object:
    at = await ask.read(lambda tx: setting(tx, Actor(network=ask.network), path.id, ask.now))
    return _page(ask, at, CallForm(), None, "")


def _page(ask: Ask[Actor], at: Setting, form: CallForm, target: Target | None, problem: str, status: int = 200, **more: object) -> object:
    values = {
        "form": form, "target": target, "country": country_of(at.action.draft.jurisdiction), "problem": problem, "states": STATES,
        "geocoder": bool(ask.kit.settings.officials.geocoder),
        "distance": distance,
        "tel": calls.tel, "outcomes": calls.OUTCOMES, "weekdays": calls.WEEKDAYS, "clock": calls.clock_words,
    }  # fmt: skip
    ask.headers["Permissions-Policy"] = headers.PERMISSIONS_OF_PLACE
    return show(ask, "call", at, status,
        **values | {"official": None, "pieces": [], "numbers": [], "following": None, "said": "", "seats": {}} | more)


async def call(ask: Ask[Actor], path: ActionPath, form: CallForm) -> object:
    """The next official to call; counts what came of the one before."""
    ask.spend("find")
    at = await ask.read(lambda tx: setting(tx, Actor(network=ask.network), path.id, ask.now))
    try:
        form, said = await _settled(ask, form)
        target = await ask.read(lambda tx: _target(tx, at, form, ask.now))
    except Invalid as problem:
        return _page(ask, at, form, None, in_words(problem.words, ask.language), 422)
    if not target.officials or target.open:
        return _page(ask, at, form, target, "", said=said, seats=await _seats(ask, target))
    form = await _counted(ask, at, form, target)
    return _one(ask, at, form, target)


async def _seats(ask: Ask[Actor], target: Target) -> dict[str, list[District]]:
    """The legislative seats of the state, by chamber, where a reader has to pick their own from the list; nothing where there is no list."""
    region = next((found.region for found in target.open if found.region and not found.choices and "list" in found.settle), "")
    try:
        seats = await ask.read(lambda tx: officials.state_list(tx, region, officials.day_of(ask.now))) if region else []
    except NotFound:
        seats = []
    return officials.by_chamber(seats)


async def _settled(ask: Ask[Actor], form: CallForm) -> tuple[CallForm, str]:
    """The form with the point of its street, where that was asked for; then the street is not carried on."""
    point, said = await looked_up(ask, form)
    if point is None:
        return form, said
    return structs.replace(form, lat=f"{point[0]:.5f}", lon=f"{point[1]:.5f}", street="", lookup=""), said


def _target(tx: Tx, at: Setting, form: CallForm, now: int) -> Target:
    return concerned.turn_to(tx, at.action, place_of(form), officials.day_of(now))


async def _counted(ask: Ask[Actor], at: Setting, form: CallForm, target: Target) -> CallForm:
    """Notes the outcome, if one was given, and moves on to the next official."""
    if not form.outcome:
        return form
    if form.about not in {str(official.id) for official in target.officials}:
        raise Invalid("This call is counted for nobody whom the action asks you to call.", "not_asked_for", "about")
    if not at.action.open_at(ask.now):
        raise Conflict("This action has ended, so calls for it are not counted any more.", "ended")
    ask.spend("change")

    def act(tx: Tx) -> None:
        actor = ask.actor(tx) if ask.token else Actor(network=ask.network)
        known = f"person {actor.id}" if actor.id else f"network {ask.network}"
        calls.called(tx, at.action.id, actions.somebody(ask.kit.secret, at.action.id, known), form.about, form.outcome, ask.now)

    await ask.write(act, at.story.id)
    following = calls.next_at(target.officials, form.at)
    return structs.replace(form, at=len(target.officials) if following is None else following)


def _one(ask: Ask[Actor], at: Setting, form: CallForm, target: Target) -> object:
    if form.at >= len(target.officials):
        return _page(ask, at, form, target, "", done=True)
    official = target.officials[form.at]
    caller = Caller(form.name.strip(), form.town.strip() or target.found[0].place, form.own.strip())
    following = calls.next_at(target.officials, form.at)
    return _page(
        ask, at, form, target, "", official=official, pieces=calls.script(at.action, official, caller), numbers=calls.numbers(official, ask.now),
        following=target.officials[following] if following is not None else None,
    )  # fmt: skip


async def sheet(ask: Ask[Actor], path: ActionPath, form: CallForm) -> object:
    """All officials with their numbers and the script, on paper."""
    ask.spend("find")

    def act(tx: Tx) -> tuple[Setting, Target]:
        at = setting(tx, Actor(network=ask.network), path.id, ask.now)
        return at, _target(tx, at, form, ask.now)

    at, target = await ask.read(act)
    caller = Caller(form.name.strip(), form.town.strip() or target.found[0].place, form.own.strip())
    listed = [(each, calls.numbers(each, ask.now), calls.script(at.action, each, caller)) for each in target.officials]
    return show(ask, "sheet", at, listed=listed, target=target, distance=distance, caller=caller)


def calls_of(tx: Tx, action: int) -> dict[str, int]:
    """What came of the calls for an action, for its editors: outcome -> calls; nothing below five people."""
    return {row.outcome: int(row.deeds) for row in store_actions.outcomes_of(tx, action) if row.people >= 5}


PAGES = (
    Page("GET", "/actions/{id}/call", begin_page),
    Page("POST", "/actions/{id}/call", call),
    Page("POST", "/actions/{id}/sheet", sheet),
)
