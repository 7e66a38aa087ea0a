"""The desk's rooms beside the queue: rules and their trial, figures, the log, and what the public sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from folkmoot.desk import figures, log, plots, queue, rules
from folkmoot.desk.figures import DAY, Days
from folkmoot.desk.log import Filter
from folkmoot.desk.pages import Words
from folkmoot.desk.person_pages import PersonPath, SiteQuery
from folkmoot.desk.rules_form import CALLED, FIRST, HINTS, OF_STEP, RulesForm, TypedStep, Wrong, rules_of, typed_in, typed_of, with_one_more
from folkmoot.discussion.waits import RULE_WORDS
from folkmoot.errors import Conflict, Invalid, NotFound, Sentence, known, say
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.people.sanctions import require
from folkmoot.sites import sites
from folkmoot.sites.model import Policy, Site
from folkmoot.sites.store import all_sites
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import date, in_words

SPAN = 28           # days that the figures show
PUBLIC_SPAN = 180   # days that the public sees
SHOWN_LINES = 5     # lines of a list that a trial shows


class RulesQuery(Struct):
    """on: whether these rules were just switched on."""

    site: Id | None = None
    on: Literal["", "1"] = ""


class SwitchForm(Struct, forbid_unknown_fields=True):
    reason: Words = ""


class LogQuery(Struct):
    site: Id | None = None
    what: Annotated[str, Meta(max_length=20)] = ""
    deed: Annotated[str, Meta(max_length=30)] = ""
    person: Id | None = None
    before: Annotated[int, Meta(ge=0, le=2**62)] = 2**62


class PublicQuery(Struct):
    site: Annotated[str, Meta(max_length=300)] = ""


# Rules


async def rules_page(ask: Ask[Actor], query: RulesQuery) -> object:
    """The rules as they are, to be changed and tried."""

    def act(tx: Tx) -> object:
        actor = ask.actor(tx)
        site = queue.desk_of(tx, actor, query.site)
        require(actor, "see_log", site.id)
        return _rules(ask, tx, actor, site, typed_of(site.policy), on=bool(query.on))

    return await ask.read(act)


def _rules(
    ask: Ask[Actor], tx: Tx, actor: Actor, site: Site, typed: dict[str, Any], status: int = 200, *, wrong: Sequence[Wrong] = (),
    problem: str = "", on: bool = False
) -> object:
    """The form. wrong: what of it cannot be taken, field by field; problem: what else keeps it from being tried."""
    return ask.page(
        "desk/rules.html", status, here="rules", site=site, sites=queue.desks(tx, actor), person=actor.person, policy=typed, called=CALLED,
        hints=HINTS, of_step=OF_STEP, first=FIRST, steps=with_one_more(typed["trust"]), may_change=may(actor, "change_site", site.id), now=ask.now,
        wrong=wrong, faults={each.field: each.words for each in wrong}, problem=problem, on=on,
    )  # fmt: skip


async def try_rules(ask: Ask[Actor], form: RulesForm) -> object:
    """Begins a trial of changed rules."""
    ask.spend("change")
    policy, wrong = rules_of(form)
    if wrong:
        return await _rules_again(ask, form, 422, wrong=wrong)
    try:
        run = await ask.write(lambda tx: rules.begin(tx, ask.actor(tx), form.site, policy, ask.now))
    except (Invalid, Conflict) as problem:
        return await _rules_again(ask, form, kind_of(problem).status, problem=in_words(problem.words, ask.language))
    return ask.see(f"/desk/rules/{run}")


async def _rules_again(ask: Ask[Actor], form: RulesForm, status: int, **why: Any) -> object:
    def act(tx: Tx) -> object:
        actor = ask.actor(tx)
        site = queue.desk_of(tx, actor, form.site)
        require(actor, "change_site", site.id)
        return _rules(ask, tx, actor, site, typed_in(form), status, **why)

    return await ask.read(act)


async def trial_page(ask: Ask[Actor], path: PersonPath) -> object:
    """What the changed rules would have done last month, as far as the worker has come."""

    def act(tx: Tx) -> object:
        actor = ask.actor(tx)
        found = rules.trial(tx, actor, path.id)
        site = queue.desk_of(tx, actor, found.site)
        return ask.page(
            "desk/trial.html", here="rules", site=site, sites=queue.desks(tx, actor), person=actor.person, trial=found,
            changed=_changed(site.policy, found.policy), now=ask.now, rules=RULE_WORDS,
        )  # fmt: skip

    return await ask.read(act)


def _changed(was: Policy, will: Policy) -> list[tuple[Sentence, str, str]]:
    """(what it is called, before, after) of what differs: of a list the lines that go and those that come, of the steps of trust each number."""
    pairs = [(name, getattr(was, name), getattr(will, name)) for name in was.__struct_fields__ if name != "trust"]
    rows = [(known(CALLED[name]), *_sides(before, after)) for name, before, after in pairs if before != after]
    return rows + _changed_steps(typed_of(was)["trust"], typed_of(will)["trust"])


def _sides(before: object, after: object) -> tuple[str, str]:
    if isinstance(before, tuple) and isinstance(after, tuple):
        return _some([each for each in before if each not in after]), _some([each for each in after if each not in before])
    return _plain(before), _plain(after)


def _plain(value: object) -> str:
    return msgspec.json.encode(value).decode().strip('"')


def _some(lines: list[str]) -> str:
    return "\n".join([*lines[:SHOWN_LINES], *(["…"] if len(lines) > SHOWN_LINES else [])])


def _changed_steps(was: list[TypedStep], will: list[TypedStep]) -> list[tuple[Sentence, str, str]]:
    """The names, where they differ, and what differs of steps that stay."""
    names = [", ".join(each.name for each in steps) for steps in (was, will)]
    old = {each.name: each for each in was}
    pairs = [(old[each.name], each, field) for each in will if each.name in old for field in (*OF_STEP, "first")]
    rows = [
        (say("{step}: {field}", step=after.name, field=known(OF_STEP[field][0] if field in OF_STEP else FIRST)),
         _plain(getattr(before, field)), _plain(getattr(after, field)))
        for before, after, field in pairs if getattr(before, field) != getattr(after, field)
    ]  # fmt: skip
    return rows if names[0] == names[1] else [(known(CALLED["trust"]), names[0], names[1]), *rows]


async def switch_on(ask: Ask[Actor], path: PersonPath, form: SwitchForm) -> object:
    ask.spend("change")
    site = await ask.write(lambda tx: rules.switch_on(tx, ask.actor(tx), path.id, form.reason, ask.now))
    return ask.see(f"/desk/rules?site={site.id}&on=1#on")


# Figures


async def figures_page(ask: Ask[Actor], query: SiteQuery) -> object:
    def act(tx: Tx) -> object:
        actor = ask.actor(tx)
        site = queue.desk_of(tx, actor, query.site)
        require(actor, "see_log", site.id)
        found = figures.days(tx, site.id, ask.now - (SPAN - 1) * DAY, ask.now + 1)
        return ask.page(
            "desk/figures.html", here="figures", site=site, sites=queue.desks(tx, actor), person=actor.person, f=found, top=_top(tx, found),
            waits=queue.waiting(tx, actor, site, "time", None, queue.PAGE, ask.now),
            **drawn(found, site, ask.language),
        )  # fmt: skip

    return await ask.read(act)


def drawn(found: Days, site: Site, language: str) -> dict[str, Any]:
    """The plots of a site's figures."""
    labels = [date(day, language) for day in found.days]
    held, removed = found.day("held"), found.day("removed")
    published = [max(0, posted - late - gone) for posted, late, gone in zip(found.day("posted"), held, removed, strict=True)]
    back = found.details.get("back_by_guideline", {})
    reasons = [(guideline, amount, back.get(guideline, 0)) for guideline, amount in found.details.get("removed", {}).items()]
    return {
        "comments": plots.bars((published, held, removed), labels),
        "minutes": plots.lines((found.half, found.most), labels, site.policy.promise_minutes),
        "reasons": plots.shares(reasons), "labels": labels,
    }  # fmt: skip


def _top(tx: Tx, found: Days) -> list[tuple[str, int, int]]:
    """(title, story, comments) of the stories under which most was said."""
    most = sorted(found.details.get("story", {}).items(), key=lambda each: -each[1])[:10]
    return [(story.title or story.address, story.id, number) for name, number in most for story in [get_story(tx, int(name))]]


async def transparency_page(ask: Ask[Actor], query: PublicQuery) -> object:
    """What a site's moderators did in half a year, for everybody (EU Digital Services Act, Art. 15 and 24)."""

    def act(tx: Tx) -> object:
        site = sites.site_for(tx, query.site) if query.site else next(iter(all_sites(tx)), None)
        if site is None:
            raise NotFound("There is no such site.", "no_such_site")
        found = figures.days(tx, site.id, ask.now - (PUBLIC_SPAN - 1) * DAY, ask.now + 1)
        return ask.page("desk/transparency.html", site=site, f=found, since=found.days[0], until=ask.now)

    return await ask.read(act)


# The log


async def log_page(ask: Ask[Actor], query: LogQuery) -> object:
    def act(tx: Tx) -> object:
        actor = ask.actor(tx)
        site = queue.desk_of(tx, actor, query.site)
        found = log.entries(tx, actor, site.id, _filter(query))
        return ask.page(
            "desk/log.html", here="log", site=site, sites=queue.desks(tx, actor), person=actor.person, entries=found, query=query, kinds=log.KINDS,
            rules=RULE_WORDS, now=ask.now, more=found[-1].at if len(found) == log.PAGE else None,
        )  # fmt: skip

    return await ask.read(act)


def _filter(query: LogQuery) -> Filter:
    return Filter(query.what, query.deed, query.person, query.before)


async def log_table(ask: Ask[Actor], query: LogQuery) -> object:
    """The log as CSV, up to 10,000 lines."""

    def act(tx: Tx) -> list[log.Entry]:
        actor = ask.actor(tx)
        return log.entries(tx, actor, queue.desk_of(tx, actor, query.site).id, _filter(query), log.MOST)

    return ask.file("".join(log.table(await ask.read(act))).encode(), "text/csv; charset=utf-8", "log.csv")


PAGES = (
    Page("GET", "/desk/rules", rules_page),
    Page("POST", "/desk/rules", try_rules),
    Page("GET", "/desk/rules/{id}", trial_page),
    Page("POST", "/desk/rules/{id}/switch-on", switch_on),
    Page("GET", "/desk/figures", figures_page),
    Page("GET", "/desk/log", log_page),
    Page("GET", "/desk/log.csv", log_table),
    Page("GET", "/transparency", transparency_page),
)
