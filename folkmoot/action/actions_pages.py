"""An action's pages: what readers see of it, and the form in which editors make, change and stop it. And its API."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from folkmoot.action import actions, calls, drafting, officials, store_actions
from folkmoot.action.channels import twilio
from folkmoot.action.drafting import CONCERNED, OFFICES, Fault, Typed
from folkmoot.action.model import (
    MAX_ASK,
    MAX_BACKGROUND,
    MAX_LINE,
    MAX_LINES,
    MAX_SCRIPT,
    MAX_TEMPLATE,
    Action,
    Committee,
    Draft,
    Figures,
    Line,
    Stance,
)
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Problem, TooSoon
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site, require
from folkmoot.sites.store import all_sites
from folkmoot.sites.stories import ensure, find, get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words, machine

LISTED = 100
Short = Annotated[str, Meta(max_length=200)]
Lines = Annotated[str, Meta(max_length=MAX_LINES * (MAX_LINE + 2) * 2)]


class ActionPath(Struct):
    """/actions/{id}"""

    id: Id


class ActionForm(Struct, forbid_unknown_fields=True):
    """The form. url: the story's address. reason: why it was changed, for the record."""

    url: Annotated[str, Meta(max_length=2000)] = ""
    ask: Annotated[str, Meta(max_length=2 * MAX_ASK)] = ""
    matter: Short = ""
    stance: Short = "none"
    background: Annotated[str, Meta(max_length=2 * MAX_BACKGROUND)] = ""
    sources: Lines = ""
    jurisdiction: Short = ""
    offices: list[str] = []
    committee: Short = ""
    facts: Lines = ""
    points: Lines = ""
    script: Annotated[str, Meta(max_length=2 * MAX_SCRIPT)] = ""
    template: Annotated[str, Meta(max_length=2 * MAX_TEMPLATE)] = ""
    maker: Short = ""
    funder: Short = ""
    starts: Short = ""
    ends: Short = ""
    reason: Annotated[str, Meta(max_length=500)] = ""


class StopForm(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=500)] = ""


class NewQuery(Struct):
    """GET /actions/new"""

    url: Annotated[str, Meta(max_length=2000)] = ""


class Setting(Struct, frozen=True):
    """What an action's page needs."""

    action: Action
    story: Story
    site: Site
    figures: Figures
    committee: Committee | None
    edits: bool


def setting(tx: Tx, actor: Actor, action: int, now: int) -> Setting:
    """An action with all around it. Raises NotFound; one that has not begun is its editors' alone."""
    found = actions.get_action(tx, action)
    edits = may(actor, "make_action", found.site)
    if found.draft.starts > now and not edits:
        raise NotFound("There is no such action.", "no_such_action")
    named = officials.committee_named(tx, found.draft.committee, officials.day_of(now)) if found.draft.committee else None
    return Setting(found, get_story(tx, found.story), get_site(tx, found.site), actions.figures_of(tx, [action])[0], named, edits)


def show(ask: Ask[Actor], name: str, at: Setting, status: int = 200, **more: object) -> object:
    """A page about an action."""
    values: dict[str, object] = {
        "action": at.action, "draft": at.action.draft, "story": at.story, "site": at.site, "figures": at.figures, "committee": at.committee,
        "edits": at.edits,
        "open": at.action.open_at(ask.now), "now": ask.now, "offices": CONCERNED, "counts_source": calls.COUNTS_SOURCE,
        "number": twilio.number_of(ask.kit.settings),
    }  # fmt: skip
    return ask.page(f"action/{name}.html", status, **values | more)  # type: ignore[arg-type]


async def action_page(ask: Ask[Actor], path: ActionPath) -> object:
    """The action: what is asked, why, by whom, and the ways to act."""
    at = await ask.read(lambda tx: setting(tx, _anybody(ask, tx), path.id, ask.now))
    return show(ask, "action", at)


def _anybody(ask: Ask[Actor], tx: Tx) -> Actor:
    """Who reads; somebody whose sign-in has ended is a reader like others."""
    try:
        return ask.actor(tx)
    except NotSignedIn:
        return Actor(network=ask.network)


# The form


def _editor(ask: Ask[Actor], tx: Tx) -> Actor:
    """Who makes actions somewhere. Raises NotSignedIn, NotAllowed."""
    actor = ask.actor(tx)
    if actor.person is None:
        raise NotSignedIn("This page is for the newsroom’s editors. Sign in first.", "not_signed_in")
    if not any(may(actor, "make_action", site.id) for site in all_sites(tx)):
        raise NotAllowed("Only this site’s staff may do this.", "not_staff")
    return actor


async def new_page(ask: Ask[Actor], query: NewQuery) -> object:
    committees = await ask.read(lambda tx: (_editor(ask, tx), officials.committees(tx, officials.day_of(ask.now)))[1])
    return await _form_page(ask, Typed(starts=officials.day_of(ask.now)), query.url, [], committees)


async def _form_page(
    ask: Ask[Actor], typed: Typed, url: str, faults: list[Fault], committees: list[Committee], action: Action | None = None, status: int = 200
) -> object:
    problems = [(field, in_words(problem.words, ask.language)) for field, problem in faults]
    main = [each for each in committees if not each.parent]
    site = await ask.kit.name_of_house()
    return ask.page("action/form.html", status, site=site, typed=typed, url=url, problems=problems, offices=OFFICES, committees=main, action=action)


def typed_of(form: ActionForm) -> Typed:
    fields = {field: getattr(form, field) for field in Typed.__struct_fields__}
    return Typed(**fields | {"offices": tuple(form.offices)})


async def make(ask: Ask[Actor], form: ActionForm) -> object:
    ask.spend("change")
    draft, faults = drafting.read(typed_of(form))
    if not form.url.strip():
        faults = [("url", Invalid("Give the address of the story.", "missing", "url")), *faults]
    elif draft is not None:
        try:
            made = await ask.write(lambda tx: _make(tx, ask, form.url, draft))
            return ask.see(f"/actions/{made.id}")
        except Invalid as problem:
            faults = [("url", problem)]
    return await _again(ask, form, faults)


def _make(tx: Tx, ask: Ask[Actor], url: str, draft: Draft) -> Action:
    actor = _editor(ask, tx)
    return actions.make(tx, actor, ensure(tx, url, None, None, "reader", ask.now).id, draft, ask.now)


async def _again(ask: Ask[Actor], form: ActionForm, faults: list[Fault], action: Action | None = None) -> object:
    """The form once more, with what was typed."""
    committees = await ask.read(lambda tx: (_editor(ask, tx), officials.committees(tx, officials.day_of(ask.now)))[1])
    return await _form_page(ask, typed_of(form), form.url, faults, committees, action, 422)


def _own(tx: Tx, ask: Ask[Actor], action: int) -> Action:
    """An action that this person may change."""
    actor, found = _editor(ask, tx), actions.get_action(tx, action)
    require(actor, "make_action", found.site)
    return found


async def edit_page(ask: Ask[Actor], path: ActionPath) -> object:
    def act(tx: Tx) -> tuple[Action, str, list[Committee]]:
        found = _own(tx, ask, path.id)
        return found, get_story(tx, found.story).address, officials.committees(tx, officials.day_of(ask.now))

    found, url, committees = await ask.read(act)
    return await _form_page(ask, drafting.as_typed(found.draft), url, [], committees, found)


async def edit(ask: Ask[Actor], path: ActionPath, form: ActionForm) -> object:
    ask.spend("change")
    draft, faults = drafting.read(typed_of(form))
    if draft is None:
        return await _again(ask, form, faults, await ask.read(lambda tx: _own(tx, ask, path.id)))
    await ask.write(lambda tx: actions.change(tx, ask.actor(tx), path.id, draft, form.reason, ask.now))
    return ask.see(f"/actions/{path.id}")


async def stop_page(ask: Ask[Actor], path: ActionPath) -> object:
    at = await ask.read(lambda tx: setting(tx, _editor(ask, tx), _own(tx, ask, path.id).id, ask.now))
    return show(ask, "stop", at)


async def stop(ask: Ask[Actor], path: ActionPath, form: StopForm) -> object:
    ask.spend("change")
    await ask.write(lambda tx: actions.stop(tx, ask.actor(tx), path.id, form.reason, ask.now))
    return ask.see(f"/actions/{path.id}")


class ListQuery(Struct):
    """GET /actions. site: the one whose actions are listed."""

    site: Id | None = None


class Listed(Struct, frozen=True):
    """A site's actions with their stories. edits: whether who reads may make some; they see those that do not run as well."""

    site: Site
    edits: bool
    actions: list[tuple[Action, Story]]


async def list_page(ask: Ask[Actor], query: ListQuery) -> object:
    """The running actions, for everybody; all of the sites that this person edits."""

    def act(tx: Tx) -> list[Listed]:
        actor = _anybody(ask, tx)
        return [_listed(tx, site, may(actor, "make_action", site.id), ask.now) for site in all_sites(tx) if query.site in (None, site.id)]

    lists = await ask.read(act)
    edits = any(each.edits for each in lists)
    return ask.page("action/list.html", site=await ask.kit.name_of_house(), lists=lists, edits=edits, now=ask.now)


def _listed(tx: Tx, site: Site, edits: bool, now: int) -> Listed:
    found = store_actions.actions_of_site(tx, site.id, LISTED)
    return Listed(site, edits, [(each, get_story(tx, each.story)) for each in found if edits or each.open_at(now)])


# The API


class LineBody(Struct, forbid_unknown_fields=True):
    """A fact or a source: words, and the address where they stand."""

    text: Annotated[str, Meta(max_length=MAX_LINE)] = ""
    source: Annotated[str, Meta(max_length=500)] = ""


class NewAction(Struct, forbid_unknown_fields=True):
    """An action to make, the same fields as in the form. starts, ends: days; the last one is part of the time."""

    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    ask: Annotated[str, Meta(max_length=2 * MAX_ASK)]
    matter: Short
    background: Annotated[str, Meta(max_length=2 * MAX_BACKGROUND)]
    sources: Annotated[list[LineBody], Meta(max_length=MAX_LINES)]
    jurisdiction: Short
    script: Annotated[str, Meta(max_length=2 * MAX_SCRIPT)]
    maker: Short
    funder: Short
    starts: Short
    ends: Short
    stance: Stance = "none"
    offices: Annotated[list[Short], Meta(max_length=10)] = []
    committee: Short = ""
    facts: Annotated[list[LineBody], Meta(max_length=MAX_LINES)] = []
    points: Annotated[list[Annotated[str, Meta(max_length=MAX_LINE)]], Meta(max_length=MAX_LINES)] = []
    template: Annotated[str, Meta(max_length=2 * MAX_TEMPLATE)] = ""


class ActionAnswer(Struct):
    """An action as everybody may see it. letters, calls: null while fewer than five people have done it."""

    id: str
    story: str
    code: str
    ask: str
    matter: str
    stance: Stance
    background: str
    sources: list[LineBody]
    jurisdiction: str
    offices: list[str]
    committee: str
    facts: list[LineBody]
    points: list[str]
    script: str
    template: str
    maker: str
    funder: str
    starts: str
    ends: str
    stopped: str | None
    letters: int | None
    calls: int | None


class ActionsQuery(Struct, forbid_unknown_fields=True):
    """GET /api/v1/actions"""

    url: Annotated[str, Meta(min_length=1, max_length=2000)]


class ActionsAnswer(Struct):
    actions: list[ActionAnswer]


def action_answer(action: Action, figures: Figures) -> ActionAnswer:
    draft = action.draft
    return ActionAnswer(
        str(action.id), str(action.story), action.code, draft.ask, draft.matter, draft.stance, draft.background, _bodies(draft.sources),
        draft.jurisdiction,
        list(draft.offices), draft.committee, _bodies(draft.facts), list(draft.points), draft.script, draft.template, draft.maker, draft.funder,
        machine(draft.starts), machine(draft.ends), machine(action.stopped) if action.stopped else None, figures.letters, figures.calls,
    )  # fmt: skip


def _bodies(found: tuple[Line, ...]) -> list[LineBody]:
    return [LineBody(each.text, each.source) for each in found]


async def make_action(ask: Ask[Actor], body: NewAction) -> ActionAnswer:
    ask.spend("change")
    given: dict[str, Any] = {field: getattr(body, field) for field in Typed.__struct_fields__}
    given |= {"offices": tuple(body.offices), "points": "\n".join(map(drafting.one_line, body.points))}
    given |= {field: _joined(getattr(body, field)) for field in ("sources", "facts")}
    draft, faults = drafting.read(Typed(**given))
    if draft is None:
        raise _named(*faults[0])

    def act(tx: Tx) -> ActionAnswer:
        return action_answer(_make(tx, ask, body.url, draft), Figures())

    return await ask.write_once(act, ActionAnswer)


def _named(field: str, problem: Invalid) -> Problem:
    return Invalid(problem.words, problem.code, field)


def _joined(found: list[LineBody]) -> str:
    return "\n".join(" | ".join(part for part in (drafting.one_line(each.text), drafting.one_line(each.source)) if part) for each in found)


async def list_actions(ask: Ask[Actor], query: ActionsQuery) -> ActionsAnswer:
    """The running actions of a story."""
    ask.spend("read")

    def act(tx: Tx) -> ActionsAnswer:
        story = find(tx, query.url)
        found = actions.cards(tx, story.id, ask.now) if story else []
        return ActionsAnswer([action_answer(each.action, each.figures) for each in found])

    return await ask.read(act)


_MAY = (NotFound, NotAllowed, TooSoon)
OPERATIONS = (
    Operation("POST", "/api/v1/actions", make_action, "Make an action for a story", status=201, signed=True, problems=(*_MAY, Conflict)),
    Operation("GET", "/api/v1/actions", list_actions, "The running actions of a story", public=True, problems=(TooSoon,)),
)
PAGES = (
    Page("GET", "/actions", list_page),
    Page("GET", "/actions/new", new_page),
    Page("POST", "/actions", make),
    Page("GET", "/actions/{id}", action_page),
    Page("GET", "/actions/{id}/edit", edit_page),
    Page("POST", "/actions/{id}/edit", edit),
    Page("GET", "/actions/{id}/stop", stop_page),
    Page("POST", "/actions/{id}/stop", stop),
)
