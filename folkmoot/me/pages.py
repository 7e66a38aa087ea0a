"""One's own pages at /me: what one wrote and what was answered, votes, notices, settings, sign-ins, one's data. All work without script."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from folkmoot.discussion import belongings, outlet
from folkmoot.discussion import mine as discussion
from folkmoot.discussion.belongings import Line
from folkmoot.discussion.mine import Own
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Problem
from folkmoot.me import leaving
from folkmoot.people import accounts, devices, issuers, mutes, notices, passkeys
from folkmoot.people.doors import own_address
from folkmoot.people.kinds import HOWS, KINDS, TOPICS
from folkmoot.people.model import Actor
from folkmoot.people.publishers import only_site
from folkmoot.people.roles import STAFF
from folkmoot.people.wording import told
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

LAST = 2**53
Word = Annotated[str, Meta(max_length=100)]


class Where(Struct):
    """before: the time or id below which the list goes on."""

    before: Annotated[int, Meta(ge=0, le=2**63 - 1)] = LAST


class Seen(Struct, forbid_unknown_fields=True):
    up_to: Id


class WishForm(Struct, forbid_unknown_fields=True):
    """topic and how come in pairs."""

    topic: list[Word] = []
    how: list[Word] = []


class NameForm(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=200)] = ""


class MuteForm(Struct, forbid_unknown_fields=True):
    """A word, or the writer of a comment."""

    word: Word = ""
    comment: Id | None = None


class UnmuteForm(Struct, forbid_unknown_fields=True):
    kind: Literal["person", "word"]
    subject: Word


class DeviceForm(Struct, forbid_unknown_fields=True):
    family: Id


class Nothing(Struct, forbid_unknown_fields=True):
    """A form that is only a button."""


class LeaveForm(Struct, forbid_unknown_fields=True):
    words: Annotated[str, Meta(max_length=20)] = ""
    sure: Annotated[str, Meta(max_length=20)] = ""


def _who(ask: Ask[Actor], tx: Tx) -> Actor:
    """Who asks, for a page; somebody whose token has ended is nobody."""
    try:
        return ask.actor(tx)
    except NotSignedIn:
        return Actor()


async def _page(ask: Ask[Actor], name: str, gather: Any, problem: Problem | None = None, **more: Any) -> object:
    """A page of somebody's, made of what `gather(tx, actor)` finds; for nobody the way to sign in."""

    def act(tx: Tx) -> dict[str, Any]:
        actor = _who(ask, tx)
        staff = any(role in STAFF for _, role in actor.roles)
        shared = {"person": actor.person, "site": only_site(tx), "unseen": notices.unseen(tx, actor), "staff": staff}
        return shared | (gather(tx, actor) if actor.person else {})

    shown = await ask.read(act)
    if shown["person"] is None:
        return ask.page("me/nobody.html", site=shown["site"], next=ask.request.url.path)
    wrong = [(problem.field or "", in_words(problem.words, ask.language))] if problem else []
    return ask.page(f"me/{name}.html", 422 if problem else 200, here=name, problems=wrong, **shown, **more)


async def written(ask: Ask[Actor], query: Where) -> object:
    """What one has written in all stories with the answers, and for moderators what waits for them."""

    def gather(tx: Tx, actor: Actor) -> dict[str, Any]:
        waits = discussion.waiting_for(tx, actor, discussion.OWN, ask.now) if discussion.serves_somewhere(actor) else []
        lines = belongings.written(tx, actor, query.before)
        return {"lines": lines, "waiting": waits, "whys": _whys(tx, actor, lines, ask.now), "titles": _titles(tx, lines), "more": _more(lines)}

    return await _page(ask, "written", gather)


def _whys(tx: Tx, actor: Actor, lines: list[Line], now: int) -> dict[int, Own]:
    """What is to be said of the comments that readers do not see as they were written."""
    ids = [line.comment.id for line in lines]
    return {each: discussion.own_comment(tx, actor, each, now) for each in ids}


def _titles(tx: Tx, lines: list[Line]) -> dict[int, str]:
    stories = [get_story(tx, each) for each in {line.comment.story for line in lines}]
    return {story.id: story.title or story.address for story in stories}


def _more(lines: list[Line]) -> int | None:
    return lines[-1].at if len(lines) == belongings.PAGE else None


async def votes(ask: Ask[Actor], query: Where) -> object:
    def gather(tx: Tx, actor: Actor) -> dict[str, Any]:
        lines = belongings.voted(tx, actor, query.before)
        return {"lines": lines, "titles": _titles(tx, lines), "more": _more(lines)}

    return await _page(ask, "votes", gather)


async def notices_page(ask: Ask[Actor], query: Where) -> object:
    def gather(tx: Tx, actor: Actor) -> dict[str, Any]:
        found = notices.notices_of(tx, actor, query.before if query.before != LAST else 2**63 - 1, quoting=outlet.words_of)
        said = [(each, told(each, ask.language)) for each in found if each.kind in KINDS]
        return {"notices": said, "more": found[-1].id if len(found) == 50 else None}

    return await _page(ask, "notices", gather)


async def see(ask: Ask[Actor], form: Seen) -> object:
    await ask.write(lambda tx: notices.see(tx, ask.actor(tx), form.up_to, ask.now))
    return ask.see("/me/notices")


async def settings_page(ask: Ask[Actor], problem: Problem | None = None, **typed: Any) -> object:
    def gather(tx: Tx, actor: Actor) -> dict[str, Any]:
        muted = mutes.mutes_of(tx, actor)
        wishes = notices.own_wishes(tx, actor)
        topics = [(name, topic.words, wishes[name]) for name, topic in TOPICS.items() if name != "desk" or actor.roles]
        return {
            "topics": topics, "hows": HOWS, "mutes": muted, "names": mutes.names_of(tx, muted),
            "returned": notices.returned_mailboxes(tx, actor), "ways": accounts.ways_of(tx, actor), "issuers": issuers.issuers(tx),
            "passkeys": passkeys.passkeys_of(tx, actor), "can_passkey": passkeys.is_possible(own_address(ask) or ask.origin),
        }  # fmt: skip

    return await _page(ask, "settings", gather, problem, **({"typed": ""} | typed))


async def settings_again(ask: Ask[Actor]) -> object:
    return await settings_page(ask)


async def wish(ask: Ask[Actor], form: WishForm) -> object:
    wanted = dict(zip(form.topic, form.how, strict=False))
    return await _settle(ask, lambda tx, actor: notices.set_wishes(tx, actor, wanted))


async def rename(ask: Ask[Actor], form: NameForm) -> object:
    return await _settle(ask, lambda tx, actor: accounts.rename(tx, actor, form.name, ask.now))


async def mute(ask: Ask[Actor], form: MuteForm) -> object:
    """Mutes a word, or whoever wrote a comment."""

    def act(tx: Tx, actor: Actor) -> object:
        if form.comment is None:
            return mutes.mute_word(tx, actor, form.word, ask.now)
        return mutes.mute_person(tx, actor, writer_of(tx, form.comment), ask.now)

    return await _settle(ask, act, typed=form.word)


def writer_of(tx: Tx, comment: int) -> int:
    """Who wrote a comment that readers see. Raises NotFound, also for an imported one that is nobody's here."""
    person = discussion.shown(tx, comment).comment.person
    if person is None:
        raise NotFound("Nobody here has written this, so there is nobody to mute.", "no_such_person")
    return person


async def unmute(ask: Ask[Actor], form: UnmuteForm) -> object:
    return await _settle(ask, lambda tx, actor: mutes.unmute(tx, actor, form.kind, form.subject))


async def _settle(ask: Ask[Actor], act: Any, **typed: Any) -> object:
    """Changes a setting and shows them again; what is refused is said there."""
    ask.spend("change")
    try:
        await ask.write(lambda tx: act(tx, ask.actor(tx)))
    except (Invalid, Conflict) as problem:
        return await settings_page(ask, problem, **typed)
    return ask.see("/me/settings")


async def devices_page(ask: Ask[Actor]) -> object:
    return await _page(ask, "devices", lambda tx, actor: {"devices": devices.devices(tx, actor, ask.now)})


async def end_device(ask: Ask[Actor], form: DeviceForm) -> object:
    await ask.write(lambda tx: devices.end_device(tx, ask.actor(tx), form.family, ask.now))
    return ask.see("/me/devices")


async def end_others(ask: Ask[Actor], form: Nothing) -> object:
    await ask.write(lambda tx: devices.end_others(tx, ask.actor(tx), ask.now))
    return ask.see("/me/devices")


async def data_page(ask: Ask[Actor], problem: Problem | None = None) -> object:
    return await _page(ask, "data", lambda tx, actor: {"fresh": devices.is_fresh(tx, actor, ask.now)}, problem)


async def data_again(ask: Ask[Actor]) -> object:
    return await data_page(ask)


async def leave(ask: Ask[Actor], form: LeaveForm) -> object:
    """Erases who asks, once they have said so twice."""
    ask.spend("change")
    try:
        if form.sure != "yes":
            raise Invalid("Say that you are sure: this cannot be undone.", "not_sure", "sure")
        if not form.words:
            raise Invalid("Choose what is to become of what you wrote.", "bad_choice", "words")
        await ask.write(lambda tx: leaving.leave(tx, ask.actor(tx), form.words, ask.now))
    except (Invalid, Conflict) as problem:
        return await data_page(ask, problem)
    except NotAllowed as problem:
        if isinstance(problem, NotSignedIn):
            raise
        return await data_page(ask, problem)
    site = await ask.read(only_site)
    return ask.drop_token(ask.page("me/left.html", site=site))


PAGES = (
    Page("GET", "/me", written),
    Page("GET", "/me/votes", votes),
    Page("GET", "/me/notices", notices_page),
    Page("POST", "/me/notices/seen", see),
    Page("GET", "/me/settings", settings_again),
    Page("POST", "/me/settings/mail", wish),
    Page("POST", "/me/settings/name", rename),
    Page("POST", "/me/mutes/add", mute),
    Page("POST", "/me/mutes/drop", unmute),
    Page("GET", "/me/devices", devices_page),
    Page("POST", "/me/devices/end", end_device),
    Page("POST", "/me/devices/end-others", end_others),
    Page("GET", "/me/data", data_again),
    Page("POST", "/me/leave", leave),
)
