"""Doors for what staff decide beside a comment's state: marks, and mending words. By API and by form."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.discussion import beside
from folkmoot.discussion.asking import CommentPath, lane_of, words_of
from folkmoot.discussion.forms import own_setting, setting_page
from folkmoot.discussion.moderation import MAX_REASON
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, TooSoon
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

Reason = Annotated[str, Meta(max_length=MAX_REASON)]
Mark = Literal["lock", "unlock", "pin", "unpin", "feature", "unfeature"]


class NewMark(Struct, forbid_unknown_fields=True):
    """lock: the branch takes no more replies; pin: it stands above the thread; feature: chosen by the newsroom. reason: for the log."""

    do: Mark
    reason: Reason = ""


class MendedText(Struct, forbid_unknown_fields=True):
    """What a comment says from now on, and why; readers see that the newsroom edited it, and the text from before."""

    text: Annotated[str, Meta(max_length=20_000)] = ""
    reason: Reason = ""


class Marked(Struct):
    """The decision's id."""

    id: str


async def mark(ask: Ask[Actor], path: CommentPath, body: NewMark) -> Marked:
    ask.spend("change")
    lane, because = await lane_of(ask, path.id), Because(body.reason)
    return Marked(str(await ask.write(lambda tx: beside.mark(tx, ask.actor(tx), path.id, body.do, because, ask.now), lane)))


async def mend(ask: Ask[Actor], path: CommentPath, body: MendedText) -> Marked:
    ask.spend("change")
    words, lane, because = await words_of(body.text), await lane_of(ask, path.id), Because(body.reason)
    return Marked(str(await ask.write(lambda tx: beside.edit_words(tx, ask.actor(tx), path.id, words, because, ask.now), lane)))


async def mark_form(ask: Ask[Actor], path: CommentPath, form: NewMark) -> object:
    await mark(ask, path, form)
    return ask.see(f"/me/c/{path.id}#now")


async def mend_page(ask: Ask[Actor], path: CommentPath) -> object:
    """The form in which staff mend words; for those who may."""
    at = await ask.read(own_setting(ask, path.id, "edit_words"))
    return setting_page(ask, "mend", at, text=at.own.comment.text, reason="", problems=[])


async def mend_form(ask: Ask[Actor], path: CommentPath, form: MendedText) -> object:
    try:
        await mend(ask, path, form)
    except Invalid as problem:
        at = await ask.read(own_setting(ask, path.id, "edit_words"))
        said = [(problem.field or "text", in_words(problem.words, ask.language))]
        return setting_page(ask, "mend", at, 422, text=form.text, reason=form.reason, problems=said)
    return ask.see(f"/me/c/{path.id}#now")


_ONE = (NotFound, NotAllowed, Conflict, TooSoon)
OPERATIONS = (
    Operation("POST", "/api/v1/comments/{id}/marks", mark, "Lock, pin or choose a comment, or take it back", status=201, signed=True, problems=_ONE),
    Operation("PUT", "/api/v1/comments/{id}/words", mend, "Mend what somebody wrote, as staff", signed=True, problems=_ONE),
)
PAGES = (
    Page("POST", "/comments/{id}/mark", mark_form),
    Page("GET", "/comments/{id}/mend", mend_page),
    Page("POST", "/comments/{id}/mend", mend_form),
)
