"""What an administrator sees to beside the rules: programs that hear of comments (hooks), and the look of the site."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot import outbound
from folkmoot.desk import queue
from folkmoot.desk.person_pages import PersonPath, SiteQuery
from folkmoot.discussion import hooks
from folkmoot.errors import Invalid, Problem, Sentence, say
from folkmoot.people.model import Actor
from folkmoot.reading import themes
from folkmoot.sites.model import Site, Theme
from folkmoot.sites.sites import change_site, get_site, require
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

Value = Annotated[str, Meta(max_length=themes.MAX_FONTS)]


def _opened(tx: Tx, ask: Ask[Actor], site: int | None) -> Site:
    """The site whose house is looked at. Raises NotAllowed for whoever is no administrator of it."""
    found = queue.desk_of(tx, ask.actor(tx), site)
    require(ask.actor(tx), "change_site", found.id)
    return found


# Hooks


class HookForm(Struct, forbid_unknown_fields=True):
    """POST /desk/hooks"""

    site: Id
    address: Annotated[str, Meta(max_length=outbound.MAX_ADDRESS)]


class HookDeed(Struct, forbid_unknown_fields=True):
    """POST /desk/hooks/{id}"""

    do: Literal["test", "rotate", "remove"]


async def hooks_page(ask: Ask[Actor], query: SiteQuery) -> object:
    """A site's hooks, with the last messages to each and what was answered."""
    return await ask.read(lambda tx: _hooks(tx, ask, query.site))


def _hooks(
    tx: Tx, ask: Ask[Actor], number: int | None, status: int = 200, secret: str = "", problem: str = "", typed: str = ""
) -> object:
    site, actor = _opened(tx, ask, number), ask.actor(tx)
    found = [(each, hooks.deliveries(tx, actor, each.id)) for each in reversed(hooks.hooks_of(tx, actor, site.id))]
    return ask.page(
        "desk/hooks.html", status, here="rules", site=site, sites=queue.desks(tx, actor), person=actor.person, found=found, secret=secret,
        problem=problem, typed=typed,
    )  # fmt: skip


async def add_hook(ask: Ask[Actor], form: HookForm) -> object:
    """Adds a hook, and shows its secret this once."""
    ask.spend("change")
    site = (await ask.read(lambda tx: _opened(tx, ask, form.site))).id
    try:
        address = await asyncio.to_thread(outbound.check, ask.kit.settings.outbound, form.address.strip())
        _, secret = await ask.write(lambda tx: hooks.add_hook(tx, ask.actor(tx), site, address, ask.now))
    except Problem as problem:
        status, words = kind_of(problem).status, in_words(problem.words, ask.language)
        return await ask.read(lambda tx: _hooks(tx, ask, site, status, problem=words, typed=form.address))
    return await ask.read(lambda tx: _hooks(tx, ask, site, secret=secret))


async def change_hook(ask: Ask[Actor], path: PersonPath, form: HookDeed) -> object:
    """Sends a test, gives a new secret, or ends a hook."""
    ask.spend("change")

    def act(tx: Tx) -> tuple[int, str]:
        actor = ask.actor(tx)
        site = hooks.hook_of(tx, actor, path.id).site
        if form.do == "rotate":
            return site, hooks.rotate(tx, actor, path.id, ask.now)
        verb = hooks.send_test if form.do == "test" else hooks.remove_hook
        verb(tx, actor, path.id, ask.now)
        return site, ""

    site, secret = await ask.write(act)
    if secret:
        return await ask.read(lambda tx: _hooks(tx, ask, site, secret=secret))
    return ask.see(f"/desk/hooks?site={site}#hook-{path.id}")


# The look


class LookQuery(Struct):
    """saved: whether this look was just saved."""

    site: Id | None = None
    saved: Literal["", "1"] = ""


class LookForm(Struct, forbid_unknown_fields=True):
    """POST /desk/look. A property that is empty is the house's."""

    site: Id
    do: Literal["try", "save"] = "try"
    scheme: Literal["auto", "light", "dark"] = "auto"
    serif: Value = ""
    sans: Value = ""
    paper: Value = ""
    wash: Value = ""
    ink: Value = ""
    soft: Value = ""
    rule: Value = ""
    edge: Value = ""
    accent: Value = ""
    accent_wash: Value = ""
    fill: Value = ""
    on_fill: Value = ""


def theme_of(form: LookForm) -> Theme:
    """The theme that a form holds."""
    typed = {name: str(getattr(form, name.replace("-", "_"))).strip() for name in (*themes.FONTS, *themes.COLOURS)}
    return Theme(form.scheme, {name: " ".join(value.split()) for name, value in typed.items() if value})


async def look_page(ask: Ask[Actor], query: LookQuery) -> object:
    """A site's look: a scheme and twelve properties, each with what stands there now."""

    def act(tx: Tx) -> object:
        site = _opened(tx, ask, query.site)
        return _look(tx, ask, site, site.theme, saved=bool(query.saved))

    return await ask.read(act)


def _look(tx: Tx, ask: Ask[Actor], site: Site, theme: Theme, status: int = 200, tried: bool = False, saved: bool = False) -> object:
    wrong = [in_words(_called(each, ask.language), ask.language) for each in themes.faults(theme)]
    actor = ask.actor(tx)
    return ask.page(
        "desk/look.html", status, here="rules", site=site, sites=queue.desks(tx, actor), person=actor.person, theme=theme, wrong=wrong, tried=tried,
        odd=themes.is_odd(theme), called=themes.CALLED,
        saved=saved, fonts=themes.FONTS, colours=themes.COLOURS, house=themes.house(),
        measured=() if themes.is_odd(theme) else themes.measured(theme),
    )  # fmt: skip


def _called(fault: Sentence, language: str) -> Sentence:
    """A fault with its properties called as the fields are called."""
    given = {
        key: in_words(themes.CALLED[value], language) if key in ("name", "above", "below") and value in themes.CALLED else value
        for key, value in fault.values.items()
    }
    return say(fault.template, **given)


async def change_look(ask: Ask[Actor], form: LookForm) -> object:
    """Measures a look; saves it where everybody can read it."""
    ask.spend("change")
    theme = theme_of(form)

    def act(tx: Tx) -> None:
        site = _opened(tx, ask, form.site)
        if themes.faults(theme):
            raise Invalid("This look cannot be read by everybody.", "bad_theme", "theme")
        change_site(tx, ask.actor(tx), site.id, theme=theme)

    wrong = bool(themes.faults(theme))
    if form.do == "save" and not wrong:
        await ask.write(act)
        return ask.see(f"/desk/look?site={form.site}&saved=1#saved")

    def again(tx: Tx) -> object:
        return _look(tx, ask, get_site(tx, _opened(tx, ask, form.site).id), theme, 422 if wrong else 200, tried=True)

    return await ask.read(again)


PAGES = (
    Page("GET", "/desk/hooks", hooks_page),
    Page("POST", "/desk/hooks", add_hook),
    Page("POST", "/desk/hooks/{id}", change_hook),
    Page("GET", "/desk/look", look_page),
    Page("POST", "/desk/look", change_look),
)
