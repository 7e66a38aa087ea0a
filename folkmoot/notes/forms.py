"""Pages and forms of notes, for people: propose, read, rate, revise, withdraw, answer, report, appeal, decide. All work without script.

Each form has a page that shows it (GET changes nothing) and a target that acts and sends the browser on. What is refused shows the
form again, with the words kept.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from msgspec import Meta, Struct

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotSignedIn, Problem
from folkmoot.notes import deciding, notes, rating, showing, store
from folkmoot.notes.asking import ask_by_mail, asked_of, come_by
from folkmoot.notes.doors import NotePath, comment_of, lane_of
from folkmoot.notes.model import MAX_PASSAGE, MAX_TEXT, About, Draft, Passage
from folkmoot.notes.quoting import alike
from folkmoot.notes.showing import Seen, Whole
from folkmoot.notes.sources import read_sources
from folkmoot.notes.store_ratings import wants_mail
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import ensure, find, get_story, place
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_, in_words

Words = Annotated[str, Meta(max_length=MAX_TEXT)]
Link = Annotated[str, Meta(max_length=2_000)]
MOST_BACK = 1_900  # of an address to come back to: a sign-in takes 2,000 letters


class NewQuery(Struct):
    """GET /notes/new: on a story, by its id here or its address. exact: a passage that somebody marked; text: words to begin with."""

    text: Annotated[str, Meta(max_length=2_000)] = ""
    story: Id | None = None
    url: Link = ""
    comment: Id | None = None
    grew_from: Id | None = None
    exact: Annotated[str, Meta(max_length=MAX_PASSAGE)] = ""


class NoteForm(Struct, forbid_unknown_fields=True):
    """The form of a note, new or revised."""

    text: Annotated[str, Meta(max_length=2_000)] = ""
    source: Annotated[list[Link], Meta(max_length=10)] = []
    kind: Literal["wrong", "missing", "outdated"] = "wrong"
    exact: Annotated[str, Meta(max_length=MAX_PASSAGE)] = ""
    url: Link = ""
    comment: Id | None = None
    grew_from: Id | None = None
    credit: str = ""
    seen: Annotated[list[Id], Meta(max_length=50)] = []


class RatingForm(Struct, forbid_unknown_fields=True):
    level: str = ""
    reasons: Annotated[list[str], Meta(max_length=10)] = []
    revision: Annotated[int, Meta(ge=1, le=10_000)] | None = None


class ReasonForm(Struct, forbid_unknown_fields=True):
    reason: Words = ""


class AnswerForm(Struct, forbid_unknown_fields=True):
    text: Words = ""


class ReportForm(Struct, forbid_unknown_fields=True):
    reason: str = ""
    detail: Words = ""


class RulingForm(Struct, forbid_unknown_fields=True):
    do: Literal["accept", "clarify", "decline", "reopen", "hold", "release", "remove", "restore"]
    reason: Words = ""
    before: Words = ""
    after: Words = ""


class MailForm(Struct, forbid_unknown_fields=True):
    site: Id
    mail: Literal["1", "0"]


class Setting(Struct, frozen=True):
    """Where a form stands: the story, its site, who looks, the comment that the note is made of or about, and the notes that are here."""

    story: Story
    site: Site
    actor: Actor
    about: About | None = None
    grew: About | None = None
    here: tuple[Seen, ...] = ()


def _setting(ask: Ask[Actor], tx: Tx, asked: NewQuery | NoteForm) -> Setting:
    number = asked.story if isinstance(asked, NewQuery) else None
    if number is not None:
        story = get_story(tx, number)
    else:
        known = find(tx, asked.url)  # a story that nobody has spoken under yet gets its row when the note is proposed
        story = known or Story(0, place(tx, asked.url).id, None, asked.url, "", "reader", None, 0, None)
    about, grew = comment_of(ask, tx, asked.comment), comment_of(ask, tx, asked.grew_from)
    here = tuple(each for each in showing.drawer(tx, story.id) if each.note.state == "open") if story.id else ()
    return Setting(story, get_site(tx, story.site), ask.actor(tx), about, grew, here)


async def new_page(ask: Ask[Actor], query: NewQuery) -> object:
    if query.story is None and not query.url:
        raise Invalid(N_("The address says no story: add ?url= and the story's address."), "misfit", "url")
    at: Setting = await ask.read(lambda tx: _setting(ask, tx, query))
    form = NoteForm(
        url=at.story.address, exact=query.exact, comment=query.comment, grew_from=query.grew_from,
        source=_links(at.grew.text if at.grew else query.text),
        credit="1", text=query.text.strip(),
    )  # fmt: skip
    return _form_page(ask, at, form)


def _links(said: str) -> list[str]:
    """The addresses in a comment that becomes a note: its sources, as they stand."""
    words = said.translate(str.maketrans("()<>", "    ")).split()
    return [word.rstrip(".,;:!?\"'”’]") for word in words if word.startswith(("https://", "http://"))][:5]


def _way_back(at: Setting, form: NoteForm) -> str:
    """Where a sign-in leads back to: this form, with what was marked and said as far as an address holds it."""
    given: dict[str, object] = {"story": at.story.id} if at.story.id else {"url": at.story.address}
    for name in ("comment", "grew_from", "exact", "text"):
        longer = given | {name: getattr(form, name)}
        if getattr(form, name) and len(urlencode(longer)) < MOST_BACK:
            given = longer
    return f"/notes/new?{urlencode(given)}"


def _form_page(ask: Ask[Actor], at: Setting, form: NoteForm, problem: Problem | None = None, note: Any = None) -> object:
    said = [(problem.field or "", in_words(problem.words, ask.language))] if problem else []
    similar = problem is not None and problem.code == "refused_similar"
    here = sorted(at.here, key=lambda each: -alike(form.text, each.note.text)) if similar else list(at.here)
    return ask.page(
        "notes/propose.html", kind_of(problem).status if problem else 200, story=at.story, site=at.site, form=form, about=at.about, grew=at.grew,
        here=here, problems=said, similar=similar, note=note, member=at.actor.proven, signed_in=at.actor.person is not None,
        rest=max(1, 3 - len(form.source)), back_here=_way_back(at, form),
    )  # fmt: skip


async def propose(ask: Ask[Actor], form: NoteForm) -> object:
    try:
        ask.spend("comment")
        sources = read_sources(form.source, form.url)
        done = await ask.write(lambda tx: _propose(ask, tx, form, sources))
    except (Invalid, Conflict, NotAllowed, NotSignedIn) as problem:
        at: Setting = await ask.read(lambda tx: _setting(ask, tx, form))
        return _form_page(ask, at, form, problem)
    return ask.see(f"/notes/{done.id}")


def _propose(ask: Ask[Actor], tx: Tx, form: NoteForm, sources: Any) -> notes.Proposed:
    actor = ask.actor(tx)
    notes.require_proven(actor)
    story = ensure(tx, form.url, None, None, "reader", ask.now)
    draft = Draft(
        story.id, form.kind, form.text.strip(), sources, Passage(" ".join(form.exact.split())), form.comment, form.grew_from, bool(form.credit),
        frozenset(form.seen),
    )  # fmt: skip
    about, grew = comment_of(ask, tx, form.comment), comment_of(ask, tx, form.grew_from)
    return notes.propose(tx, actor, draft, ask.now, about=about, grew=grew, limits=ask.kit.settings.limits.enabled)


# One note


async def _page(ask: Ask[Actor], note: int, problem: Problem | None = None, typed: Any = None) -> object:
    def act(tx: Tx) -> tuple[Whole, Story, Site, Actor, About | None, bool]:
        actor = ask.actor(tx)
        found = showing.whole(tx, actor, note)
        story = get_story(tx, found.seen.note.story)
        about = comment_of(ask, tx, found.seen.note.comment)
        mail = actor.person is not None and wants_mail(tx, story.site, actor.person.id)
        return found, story, get_site(tx, story.site), actor, about, mail

    whole, story, site, actor, about, mail = await ask.read(act)
    return ask.page(
        "notes/note.html", kind_of(problem).status if problem else 200, whole=whole, note=whole.seen.note, seen=whole.seen, own=whole.own,
        story=story, site=site, about=about, mail=mail, may_answer=_may_answer(actor, whole, about), can_appeal=notes.can_appeal(whole.seen.note),
        deeds=deciding.deeds_for(actor, whole.seen.note), member=actor.proven, signed_in=actor.person is not None, typed=typed,
        problems=[(problem.field or "", in_words(problem.words, ask.language))] if problem else [], now=ask.now,
    )  # fmt: skip


def _may_answer(actor: Actor, whole: Whole, about: About | None) -> bool:
    note = whole.seen.note
    noted = about is not None and actor.person is not None and about.person == actor.id
    return note.state == "open" and (noted or may(actor, "keep_notes", note.site))


async def note_page(ask: Ask[Actor], path: NotePath) -> object:
    return await _page(ask, path.id)


async def _do(ask: Ask[Actor], note: int, act: Any, typed: Any = None) -> object:
    """Does a verb and shows the note again; what was refused stands above it, with what was typed."""
    try:
        await ask.write(act, await lane_of(ask, note))
    except (Invalid, Conflict, NotAllowed) as problem:
        return await _page(ask, note, problem, typed)
    return ask.see(f"/notes/{note}")


async def rate(ask: Ask[Actor], path: NotePath, form: RatingForm) -> object:
    ask.spend("vote")
    return await _do(
        ask, path.id, lambda tx: rating.rate(tx, ask.actor(tx), path.id, form.level, form.reasons, ask.now, revision=form.revision), form
    )


async def answer(ask: Ask[Actor], path: NotePath, form: AnswerForm) -> object:
    ask.spend("change")

    def act(tx: Tx) -> None:
        actor = ask.actor(tx)
        notes.answer(tx, actor, path.id, form.text, ask.now, comment_of(ask, tx, notes.see(tx, actor, path.id).comment))

    return await _do(ask, path.id, act, form)


async def appeal(ask: Ask[Actor], path: NotePath, form: ReasonForm) -> object:
    ask.spend("change")
    return await _do(ask, path.id, lambda tx: notes.appeal(tx, ask.actor(tx), path.id, form.reason, ask.now), form)


async def decide(ask: Ask[Actor], path: NotePath, form: RulingForm) -> object:
    ask.spend("change")

    def act(tx: Tx) -> None:
        deciding.decide(tx, ask.actor(tx), path.id, form.do, form.reason, ask.now, before=form.before, after=form.after)

    return await _do(ask, path.id, act, form)


async def report_page(ask: Ask[Actor], path: NotePath) -> object:
    return await _about_page(ask, path.id, "notes/report.html")


async def report(ask: Ask[Actor], path: NotePath, form: ReportForm) -> object:
    ask.spend("flag")
    try:
        await ask.write(lambda tx: notes.report(tx, ask.actor(tx), path.id, form.reason, form.detail, ask.now), await lane_of(ask, path.id))
    except (Invalid, NotAllowed) as problem:
        return await _about_page(ask, path.id, "notes/report.html", problem)
    return await _done_page(ask, path.id)


async def _about_page(ask: Ask[Actor], note: int, template: str, problem: Problem | None = None) -> object:
    """A page that asks something about a note."""

    def act(tx: Tx) -> tuple[Seen, Story, Site]:
        found = showing.seen(tx, notes.see(tx, ask.actor(tx), note))
        story = get_story(tx, found.note.story)
        return found, story, get_site(tx, story.site)

    seen, story, site = await ask.read(act)
    said = [(problem.field or "", in_words(problem.words, ask.language))] if problem else []
    return ask.page(
        template, kind_of(problem).status if problem else 200, seen=seen, note=seen.note, story=story, site=site, problems=said, done=False
    )


async def _done_page(ask: Ask[Actor], note: int) -> object:
    """Thanks, to somebody who may not see the note any more."""

    def act(tx: Tx) -> tuple[Story, Site]:
        story = get_story(tx, store.story_of(tx, note) or 0)
        return story, get_site(tx, story.site)

    story, site = await ask.read(act)
    return ask.page("notes/report.html", story=story, site=site, problems=[], done=True, seen=None, note=None)


async def withdraw_page(ask: Ask[Actor], path: NotePath) -> object:
    return await _about_page(ask, path.id, "notes/withdraw.html")


async def withdraw(ask: Ask[Actor], path: NotePath, form: ReasonForm) -> object:
    ask.spend("change")
    return await _do(ask, path.id, lambda tx: notes.withdraw(tx, ask.actor(tx), path.id, ask.now, form.reason))


async def revise_page(ask: Ask[Actor], path: NotePath) -> object:
    def act(tx: Tx) -> tuple[Setting, Any]:
        actor = ask.actor(tx)
        note = notes.see(tx, actor, path.id)
        notes.require_own(actor, note)
        story = get_story(tx, note.story)
        return Setting(story, get_site(tx, story.site), actor), note

    at, note = await ask.read(act)
    sources = [source.url for source in note.sources]
    form = NoteForm(text=note.text, source=sources, kind=note.kind, exact=note.passage.exact, url=at.story.address)
    return _form_page(ask, at, form, note=note)


async def revise(ask: Ask[Actor], path: NotePath, form: NoteForm) -> object:
    def act(tx: Tx) -> None:
        actor = ask.actor(tx)
        old = notes.see(tx, actor, path.id).passage
        exact = " ".join(form.exact.split())
        passage = old if exact == old.exact else Passage(exact)
        notes.revise(tx, actor, path.id, form.text.strip(), sources, ask.now, passage=passage, limits=ask.kit.settings.limits.enabled)

    try:
        ask.spend("change")
        sources = read_sources(form.source, form.url)
        await ask.write(act, await lane_of(ask, path.id))
    except Invalid as problem:
        at: Setting = await ask.read(lambda tx: _setting(ask, tx, form))
        note = await ask.read(lambda tx: notes.see(tx, ask.actor(tx), path.id))
        return _form_page(ask, at, form, problem, note)
    return ask.see(f"/notes/{path.id}")


# All notes of a story; what one is asked


class StoryPath(Struct):
    """/thread/{id}/notes"""

    id: Id


async def drawer_page(ask: Ask[Actor], path: StoryPath) -> object:
    def act(tx: Tx) -> tuple[Story, Site, list[Seen]]:
        story = get_story(tx, path.id)
        return story, get_site(tx, story.site), showing.drawer(tx, story.id)

    story, site, found = await ask.read(act)
    return ask.page("notes/drawer.html", story=story, site=site, found=found)


async def asked_page(ask: Ask[Actor]) -> object:
    """What one was drawn by lot to rate."""

    def act(tx: Tx) -> tuple[Actor, list[tuple[Seen, Story, Site, bool]]]:
        actor = ask.actor(tx)
        found = []
        for row in asked_of(tx, actor, ask.now):
            story = get_story(tx, row.story)
            person = actor.person.id if actor.person else 0
            found.append((showing.seen(tx, notes.get_note(tx, row.note)), story, get_site(tx, story.site), wants_mail(tx, story.site, person)))
        return actor, found

    actor, found = await ask.read(act)
    return ask.page("notes/asked.html", site=await ask.kit.name_of_house(), found=found, member=actor.proven)


async def mail_wish(ask: Ask[Actor], form: MailForm) -> object:
    def act(tx: Tx) -> None:
        actor = ask.actor(tx)
        ask_by_mail(tx, actor, get_site(tx, form.site).id, form.mail == "1", ask.now)
        come_by(tx, actor, form.site, ask.now)

    await ask.write(act)
    return ask.see("/notes/asked")


PAGES = (
    Page("GET", "/notes/new", new_page),
    Page("POST", "/notes", propose),
    Page("GET", "/notes/asked", asked_page),
    Page("POST", "/notes/asked/mail", mail_wish),
    Page("GET", "/notes/{id}", note_page),
    Page("POST", "/notes/{id}/rate", rate),
    Page("POST", "/notes/{id}/answer", answer),
    Page("POST", "/notes/{id}/appeal", appeal),
    Page("POST", "/notes/{id}/decide", decide),
    Page("GET", "/notes/{id}/report", report_page),
    Page("POST", "/notes/{id}/report", report),
    Page("GET", "/notes/{id}/withdraw", withdraw_page),
    Page("POST", "/notes/{id}/withdraw", withdraw),
    Page("GET", "/notes/{id}/revise", revise_page),
    Page("POST", "/notes/{id}/revise", revise),
    Page("GET", "/thread/{id}/notes", drawer_page),
)
