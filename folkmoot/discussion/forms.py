"""Pages and forms of discussion for people without script: what the API does, on our own top-level pages, with one cookie.

Each form has a page that shows it (GET changes nothing) and a target that acts and sends the browser on. What is refused
shows the form again, with the words kept.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from folkmoot.discussion import appeals, comments, mine, moderation
from folkmoot.discussion.answers import revision_answer
from folkmoot.discussion.appeals import Told
from folkmoot.discussion.asking import LANES, CommentPath, count_rush, customs, lane_of, opened, words_of, written
from folkmoot.discussion.fragments import in_language
from folkmoot.discussion.mine import Own
from folkmoot.discussion.model import FLAG_REASONS, MAX_DETAIL, UNABLE, Draft, Given, Posted
from folkmoot.discussion.moderation import MAX_REASON
from folkmoot.errors import Conflict, Invalid, NotSignedIn, Problem
from folkmoot.people.model import Actor
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site, require
from folkmoot.sites.stories import ensure, get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_, in_words

GUEST_DAYS = 365


class CommentForm(Struct, forbid_unknown_fields=True):
    """The composer. story: our id, once there is one; key: the publisher's. website: a field that people do not see, and leave empty;
    opened: when the form was made, signed, where it was made for one reader."""

    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    text: Annotated[str, Meta(max_length=20_000)] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    parent: Id | None = None
    story: Id | None = None
    key: Annotated[str, Meta(max_length=200)] | None = None
    website: Annotated[str, Meta(max_length=2000)] = ""
    opened: Annotated[str, Meta(max_length=100)] = ""


class TextForm(Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(max_length=20_000)] = ""


class Nothing(Struct, forbid_unknown_fields=True):
    """A form that is only a button."""


class VoteForm(Struct, forbid_unknown_fields=True):
    value: Literal["1", "0", "-1"]


class FlagForm(Struct, forbid_unknown_fields=True):
    reason: str = ""
    detail: Annotated[str, Meta(max_length=MAX_DETAIL)] = ""


class DecisionForm(Struct, forbid_unknown_fields=True):
    do: Literal["hold", "release", "remove", "restore", "remove_revision", "keep"]
    reason: Annotated[str, Meta(max_length=MAX_REASON)] = ""
    revision: Annotated[int, Meta(ge=1, le=100_000)] | None = None


class Setting(Struct, frozen=True):
    """Where a form stands: the comment it is about, in its story, on its site, and who looks."""

    own: Own
    story: Story
    site: Site
    actor: Actor


async def post(ask: Ask[Actor], form: CommentForm) -> object:
    try:
        posted = await _post(ask, form)
    except Problem as problem:
        return await _composer_again(ask, form, problem)
    answer = ask.see(f"/me/c/{posted.id}")
    return ask.keep_token(answer, posted.token, GUEST_DAYS) if posted.token else answer


async def _post(ask: Ask[Actor], form: CommentForm) -> Posted:
    ask.spend("comment")
    words = await words_of(form.text)

    def act(tx: Tx) -> Posted:
        story = get_story(tx, form.story) if form.story else ensure(tx, form.url, form.key, None, "reader", ask.now)
        draft = Draft(story.id, words, form.parent, form.name or None, None, bool(form.website), written(ask, form.opened), UNABLE)
        actor = ask.actor(tx)
        if actor.person is None and not form.name.strip():  # the form cannot ask for it: it is the same for who is signed in
            raise Invalid("Write the name that others are to see, or sign in.", "name_needed", "name")
        posted = comments.post(tx, actor, draft, ask.now, customs(ask))
        count_rush(ask, actor)
        return posted

    return await ask.write(act, form.story or LANES.of(form.url))


async def _composer_again(ask: Ask[Actor], form: CommentForm, problem: Problem) -> object:
    """The form once more, with what was typed and what is to be put right."""
    if not isinstance(problem, Invalid | Conflict) or not (form.story or form.parent):
        raise problem

    def act(tx: Tx) -> tuple[Story, Site, Own | None, Actor]:
        story = get_story(tx, form.story) if form.story else get_story(tx, mine.own_comment_of(tx, form.parent or 0, ask.now).comment.story)
        parent = mine.shown(tx, form.parent) if form.parent else None
        return story, get_site(tx, story.site), parent, ask.actor(tx)

    story, site, parent, actor = await ask.read(act)
    said = [(problem.field or "", in_words(problem.words, ask.language))]
    return _reply_page(ask, story, site, parent, actor, status=422, text=form.text, name=form.name, problems=said)


def _reply_page(ask: Ask[Actor], story: Story, site: Site, parent: Own | None, actor: Actor, status: int = 200, **typed: Any) -> object:
    name = actor.person.name if actor.person else ""
    given: dict[str, Any] = {"text": "", "name": name, "problems": []} | {key: value for key, value in typed.items() if value or key != "name"}
    member = actor.person is not None and actor.person.kind == "member"
    return ask.page("discussion/reply.html", status, story=story, site=site, c=parent.comment if parent else None, signed_in=member,
                    opened=opened(ask), **given)  # fmt: skip


async def reply_page(ask: Ask[Actor], path: CommentPath) -> object:
    def act(tx: Tx) -> tuple[Story, Site, Own, Actor]:
        own = mine.shown(tx, path.id)
        story = get_story(tx, own.comment.story)
        return story, get_site(tx, story.site), own, ask.actor(tx)

    return _reply_page(ask, *await ask.read(act))


def own_setting(ask: Ask[Actor], comment: int, deed: str = "") -> Any:
    """Reads one's own comment, or one that a moderator may see, with where it stands. deed: only for whose role allows it."""

    def act(tx: Tx) -> Setting:
        actor = ask.actor(tx)
        at = _setting(tx, actor, mine.own_comment(tx, actor, comment, ask.now))
        if deed:
            require(actor, deed, at.site.id)
        return at

    return act


def _shown_setting(ask: Ask[Actor], comment: int) -> Any:
    return lambda tx: _setting(tx, ask.actor(tx), mine.shown(tx, comment))


def _setting(tx: Tx, actor: Actor, own: Own) -> Setting:
    story = get_story(tx, own.comment.story)
    return Setting(own, story, get_site(tx, story.site), actor)


def setting_page(ask: Ask[Actor], name: str, at: Setting, status: int = 200, **more: Any) -> object:
    own = in_language(at.own, ask.language)
    return ask.page(f"discussion/{name}.html", status, c=own.comment, own=own, story=at.story, site=at.site, **more)


async def edit_page(ask: Ask[Actor], path: CommentPath) -> object:
    at: Setting = await ask.read(own_setting(ask, path.id))
    return setting_page(ask, "edit", at, text=at.own.comment.text, problems=[])


async def edit(ask: Ask[Actor], path: CommentPath, form: TextForm) -> object:
    ask.spend("change")
    try:
        words = await words_of(form.text)
        lane = await lane_of(ask, path.id)
        await ask.write(lambda tx: comments.edit(tx, ask.actor(tx), path.id, words, ask.now, customs(ask)), lane)
    except Invalid as problem:
        at: Setting = await ask.read(own_setting(ask, path.id))
        return setting_page(ask, "edit", at, 422, text=form.text, problems=[("text", in_words(problem.words, ask.language))])
    return ask.see(f"/me/c/{path.id}")


async def withdraw_page(ask: Ask[Actor], path: CommentPath) -> object:
    return setting_page(ask, "withdraw", await ask.read(own_setting(ask, path.id)))


async def withdraw(ask: Ask[Actor], path: CommentPath, form: Nothing) -> object:
    ask.spend("change")
    await ask.write(lambda tx: comments.withdraw(tx, ask.actor(tx), path.id, ask.now), await lane_of(ask, path.id))
    return ask.see(f"/me/c/{path.id}")


async def vote(ask: Ask[Actor], path: CommentPath, form: VoteForm) -> object:
    ask.spend("vote")
    lane = await lane_of(ask, path.id)
    given = await ask.write(lambda tx: comments.vote(tx, ask.actor(tx), path.id, int(form.value), ask.now, customs(ask)), lane)
    return _keep(ask, ask.see(f"/c/{path.id}#c{path.id}"), given)


def _keep(ask: Ask[Actor], answer: Any, given: Given) -> object:
    return ask.keep_token(answer, given.token, GUEST_DAYS) if given.token else answer


async def flag_page(ask: Ask[Actor], path: CommentPath) -> object:
    return setting_page(ask, "flag", await ask.read(_shown_setting(ask, path.id)), problems=[], done=False)


async def flag(ask: Ask[Actor], path: CommentPath, form: FlagForm) -> object:
    ask.spend("flag")
    at: Setting = await ask.read(_shown_setting(ask, path.id))
    if form.reason not in FLAG_REASONS:
        said = in_words(N_("Choose what is wrong with it."), ask.language)
        return setting_page(ask, "flag", at, 422, problems=[("reason", said)], done=False)
    lane = await lane_of(ask, path.id)
    given = await ask.write(lambda tx: comments.flag(tx, ask.actor(tx), path.id, form.reason, form.detail, ask.now), lane)
    return _keep(ask, setting_page(ask, "flag", at, problems=[], done=True), given)


async def decide(ask: Ask[Actor], path: CommentPath, form: DecisionForm) -> object:
    ask.spend("change")
    lane = await lane_of(ask, path.id)
    await ask.write(lambda tx: moderation.decide(tx, ask.actor(tx), path.id, form.do, form.reason, ask.now, form.revision), lane)
    return ask.see(f"/me/c/{path.id}#now")


async def own_page(ask: Ask[Actor], path: CommentPath) -> object:
    """One's own comment with its state and why; for a moderator, anybody's, with the decisions that fit."""

    def act(tx: Tx) -> tuple[Setting, list[str], list[str], Told]:
        at: Setting = own_setting(ask, path.id)(tx)
        marks = mine.marks_for(tx, at.actor, at.site.id, at.own)
        return at, mine.deeds_for(at.actor, at.site.id, at.own), marks, appeals.told(tx, path.id, ask.now)

    if ask.token is None:
        raise NotSignedIn("This page is for who wrote the comment. Sign in, or use the browser in which you wrote it.", "not_signed_in")
    at, deeds, marks, told = await ask.read(act)
    yours = at.actor.id is not None and at.own.comment.person == at.actor.id
    return setting_page(ask, "own", at, deeds=deeds, marks=marks, told=told, yours=yours, now=ask.now)


async def appeal_page(ask: Ask[Actor], path: CommentPath) -> object:
    return setting_page(ask, "appeal", await ask.read(own_setting(ask, path.id)), text="", problems=[])


async def appeal(ask: Ask[Actor], path: CommentPath, form: TextForm) -> object:
    """The writer does not accept a removal."""
    ask.spend("change")
    try:
        lane = await lane_of(ask, path.id)
        await ask.write(lambda tx: appeals.appeal(tx, ask.actor(tx), path.id, form.text, ask.now), lane)
    except Invalid as problem:
        at: Setting = await ask.read(own_setting(ask, path.id))
        return setting_page(ask, "appeal", at, 422, text=form.text, problems=[("text", in_words(problem.words, ask.language))])
    return ask.see(f"/me/c/{path.id}")


async def history_page(ask: Ask[Actor], path: CommentPath) -> object:
    def act(tx: Tx) -> tuple[Setting, list[Any]]:
        actor = ask.actor(tx)
        rows = comments.history(tx, actor, path.id)
        return _setting(tx, actor, mine.own_comment_of(tx, path.id, ask.now)), rows

    at, rows = await ask.read(act)
    return setting_page(ask, "history", at, revisions=[revision_answer(row) for row in rows], made=[row.made for row in rows])


PAGES = (
    Page("POST", "/comments", post),
    Page("GET", "/comments/{id}/reply", reply_page),
    Page("GET", "/comments/{id}/edit", edit_page),
    Page("POST", "/comments/{id}/edit", edit),
    Page("GET", "/comments/{id}/withdraw", withdraw_page),
    Page("POST", "/comments/{id}/withdraw", withdraw),
    Page("POST", "/comments/{id}/vote", vote),
    Page("GET", "/comments/{id}/flag", flag_page),
    Page("POST", "/comments/{id}/flag", flag),
    Page("POST", "/comments/{id}/decide", decide),
    Page("GET", "/comments/{id}/appeal", appeal_page),
    Page("POST", "/comments/{id}/appeal", appeal),
    Page("GET", "/comments/{id}/history", history_page),
    Page("GET", "/me/c/{id}", own_page),
)
