"""The opinion map of a story as a page: what all groups agree on, what divides, the map as a drawing and as a table, one's own place, statements."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.errors import Conflict, Invalid, NotFound, Problem
from folkmoot.notes import maps, store_maps
from folkmoot.notes.drawing import HEIGHT, WIDTH, Drawing, drawing
from folkmoot.notes.maps import MapAnswer
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

NONE = MapAnswer(0, False, "")


class StoryPath(Struct):
    """/thread/{id}/map"""

    id: Id


class StatementPath(Struct):
    """/statements/{id}"""

    id: Id


class StatementForm(Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(max_length=400)] = ""


class OpinionForm(Struct, forbid_unknown_fields=True):
    value: Literal["1", "0", "-1"]


class Nothing(Struct, forbid_unknown_fields=True):
    """A form that is only a button."""


class Shown(Struct, frozen=True):
    """What the page shows. own: this reader's opinions by statement; drawn: None where there is no map yet."""

    story: Story
    site: Site
    told: MapAnswer
    drawn: Drawing | None
    place: tuple[float, float, int | None] | None
    statements: list[Row]
    own: dict[int, int]
    editor: bool
    member: bool


def shown(tx: Tx, actor: Actor, story: int) -> Shown:
    """All of a story's map, as this person may see it."""
    found = get_story(tx, story)
    told = maps.map_answer(tx, story) if maps.has_map(tx, story) else NONE
    place = maps.own_place(tx, actor, story)
    drawn = drawing(told.places, [group.id for group in told.groups], place) if told.places else None
    own = store_maps.opinions_of(tx, story, actor.person.id) if actor.person else {}
    return Shown(
        found,
        get_site(tx, found.site),
        told,
        drawn,
        place,
        store_maps.statements_of(tx, story),
        own,
        may(actor, "judge_notes", found.site),
        actor.proven,
    )


async def map_page(ask: Ask[Actor], path: StoryPath) -> object:
    return await _page(ask, path.id)


async def _page(ask: Ask[Actor], story: int, problem: Problem | None = None, typed: str = "") -> object:
    found: Shown = await ask.read(lambda tx: shown(tx, ask.actor(tx), story))
    said = in_words(problem.words, ask.language) if problem else ""
    return ask.page(
        "notes/map.html", kind_of(problem).status if problem else 200, at=found, story=found.story, site=found.site, told=found.told,
        drawn=found.drawn,
        width=WIDTH, height=HEIGHT, problem=said, typed=typed,
        why=in_words(maps.explain(found.told), ask.language),
    )  # fmt: skip


async def put_statement(ask: Ask[Actor], path: StoryPath, form: StatementForm) -> object:
    ask.spend("change")
    try:
        await ask.write(lambda tx: maps.put_statement(tx, ask.actor(tx), path.id, form.text, ask.now), path.id)
    except (Invalid, Conflict) as problem:
        return await _page(ask, path.id, problem, form.text)
    return ask.see(f"/thread/{path.id}/map#statements")


async def give_opinion(ask: Ask[Actor], path: StatementPath, form: OpinionForm) -> object:
    ask.spend("vote")
    story = await ask.write(lambda tx: maps.give_opinion(tx, ask.actor(tx), path.id, int(form.value), ask.now))
    return ask.see(f"/thread/{story}/map#s{path.id}")


async def end_statement(ask: Ask[Actor], path: StatementPath, form: Nothing) -> object:
    ask.spend("change")

    def act(tx: Tx) -> int:
        found = store_maps.statement_by_id(tx, path.id)
        if found is None:
            raise NotFound("There is no such statement.", "no_such_statement")
        maps.end_statement(tx, ask.actor(tx), path.id, ask.now)
        story: int = found.story
        return story

    return ask.see(f"/thread/{await ask.write(act)}/map#statements")


PAGES = (
    Page("GET", "/thread/{id}/map", map_page),
    Page("POST", "/thread/{id}/statements", put_statement),
    Page("POST", "/statements/{id}/opinion", give_opinion),
    Page("POST", "/statements/{id}/end", end_statement),
)
