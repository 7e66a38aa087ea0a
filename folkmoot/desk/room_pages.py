"""The desk's rooms beside the queue: rules and their trial, figures, the log, and what the public sees of it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from folkmoot.desk import figures, log, plots, queue, rules
from folkmoot.desk.figures import DAY, Days
from folkmoot.desk.log import Filter
from folkmoot.desk.pages import Words
from folkmoot.desk.person_pages import PersonPath, SiteQuery
from folkmoot.discussion.waits import RULE_WORDS
from folkmoot.errors import Conflict, Invalid, NotFound, Problem, say
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.people.sanctions import require
from folkmoot.sites import sites
from folkmoot.sites.model import Crowd, Few, Many, Policy, Site, Step
from folkmoot.sites.store import all_sites
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import date, in_words

_STEP = re.compile(r"(\S{1,30}) +(\d{1,5}) +(\d{1,5}) +(\d{1,3}) +(any|\d{1,3})(?: +(first))?", re.ASCII)
_PAGE = re.compile(r"(https?://[^\s\"<>]{1,490})?")
PAGES_OF = ("guidelines_page", "terms_page", "privacy_page", "imprint_page")
SPAN = 28           # days that the figures show
PUBLIC_SPAN = 180   # days that the public sees
MOST_WORDS = 20_000
Lines = Annotated[str, Meta(max_length=60_000)]
Address = Annotated[str, Meta(max_length=500)]


class RulesForm(Struct, forbid_unknown_fields=True):
    """A site's rules as the page holds them: lists one a line, the steps of trust as `name comments days most_removed links first`."""

    site: Id
    mode: Literal["open", "hold_newcomers", "hold_all"] = "open"
    guests: Literal["", "1"] = ""
    guests_vote: Literal["", "1"] = ""
    four_eyes: Literal["", "1"] = ""
    newcomer_links: Few = 1
    rush_from: Crowd = 30
    flags_hold: Few = 3
    learned_hold: Few = 0
    promise_minutes: Many = 60
    closes_after_days: Annotated[str, Meta(max_length=6)] = ""
    banned_words: Lines = ""
    suspect_words: Lines = ""
    guidelines: Lines = ""
    guidelines_page: Address = ""
    terms_page: Address = ""
    privacy_page: Address = ""
    imprint_page: Address = ""
    search: Literal["", "1"] = ""
    previews: Literal["", "1"] = ""
    trust: Lines = ""


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
        return _rules(ask, tx, actor, site, site.policy, on=bool(query.on))

    return await ask.read(act)


def _rules(
    ask: Ask[Actor], tx: Tx, actor: Actor, site: Site, policy: Policy | dict[str, Any], status: int = 200, problem: str = "",
    on: bool = False,
) -> object:
    trust = _trust(policy) if isinstance(policy, Policy) else policy["trust"]
    return ask.page(
        "desk/rules.html", status, here="rules", site=site, sites=queue.desks(tx, actor), person=actor.person, policy=policy, trust=trust,
        problem=problem, may_change=may(actor, "change_site", site.id), trial=None, now=ask.now, on=on,
    )  # fmt: skip


def _trust(policy: Policy) -> str:
    """The steps of trust as lines, one each."""
    return "\n".join(" ".join(_parts(step)) for step in policy.trust)


def _parts(step: Step) -> list[str]:
    links = "any" if step.links is None else str(step.links)
    return [step.name, str(step.comments), str(step.days), str(step.most_removed), links, *(["first"] if step.first else [])]


async def try_rules(ask: Ask[Actor], form: RulesForm) -> object:
    """Begins a trial of changed rules."""
    ask.spend("change")
    try:
        policy = policy_from(form)
        run = await ask.write(lambda tx: rules.begin(tx, ask.actor(tx), form.site, policy, ask.now))
    except (Invalid, Conflict) as problem:
        return await _rules_again(ask, form, problem)
    return ask.see(f"/desk/rules/{run}")


async def _rules_again(ask: Ask[Actor], form: RulesForm, problem: Problem) -> object:
    def act(tx: Tx) -> object:
        actor = ask.actor(tx)
        site = queue.desk_of(tx, actor, form.site)
        require(actor, "change_site", site.id)
        return _rules(ask, tx, actor, site, _typed(form), kind_of(problem).status, in_words(problem.words, ask.language))

    return await ask.read(act)


def _typed(form: RulesForm) -> dict[str, Any]:
    """What a form holds, as the page shows rules: nothing that was typed is lost."""
    typed: dict[str, Any] = msgspec.structs.asdict(form)
    return typed | {name: typed[name].splitlines() for name in ("banned_words", "suspect_words", "guidelines")}


def policy_from(form: RulesForm) -> Policy:
    """The rules that a form holds. Raises Invalid for what is none."""
    days = form.closes_after_days.strip()
    if days and not (days.isascii() and days.isdigit() and int(days) > 0):
        raise Invalid("A story closes after a whole number of days, or never: then leave it empty.", "bad_days", "closes_after_days")
    pages = {name: getattr(form, name).strip() for name in PAGES_OF}
    for name, address in pages.items():
        if not _PAGE.fullmatch(address):
            raise Invalid("The address of a page begins with https:// and has no spaces.", "bad_address", name)
    return Policy(
        mode=form.mode, guests=bool(form.guests), guests_vote=bool(form.guests_vote), four_eyes=bool(form.four_eyes),
        newcomer_links=form.newcomer_links, flags_hold=form.flags_hold, learned_hold=form.learned_hold, promise_minutes=form.promise_minutes,
        closes_after_days=int(days) if days else None, banned_words=_lines(form.banned_words), suspect_words=_lines(form.suspect_words),
        guidelines=_lines(form.guidelines), search=bool(form.search), previews=bool(form.previews), rush_from=form.rush_from,
        trust=tuple(_step(line) for line in _lines(form.trust)), **pages,
    )  # fmt: skip


def _lines(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(found) > MOST_WORDS:
        raise Invalid(say("A list holds up to {most} lines.", most=MOST_WORDS), "too_many", "words")
    return found


def _step(line: str) -> Step:
    """A step of trust from its line: name comments days most_removed links [first]."""
    found = _STEP.fullmatch(line.strip())
    if found is None:
        words = say("A step of trust is: name comments days most-removed links, and “first” where it is looked at first. Not: {line}", line=line[:80])
        raise Invalid(words, "bad_step", "trust")
    name, comments, days, removed, links, first = found.groups()
    return Step(name, int(comments), int(days), int(removed), None if links == "any" else int(links), first is not None)


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


def _changed(was: Policy, will: Policy) -> list[tuple[str, str, str]]:
    """(name, before, after) of what differs, long lists as their lengths."""

    def said(value: object) -> str:
        return str(len(value)) if isinstance(value, tuple) else msgspec.json.encode(value).decode().strip('"')

    pairs = [(name, getattr(was, name), getattr(will, name)) for name in was.__struct_fields__]
    return [(name, said(before), said(after)) for name, before, after in pairs if before != after]


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
