"""One's own affairs for programs and frames: notices, wishes, mutes, sign-ins; and one's data as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from starlette.responses import Response, StreamingResponse

from folkmoot.discussion import outlet
from folkmoot.errors import Conflict, NotFound, NotSignedIn
from folkmoot.me import pages, taking_along
from folkmoot.people import devices, mutes, notices
from folkmoot.people.kinds import KINDS
from folkmoot.people.model import Actor, Mute
from folkmoot.people.wording import told
from folkmoot.storage.database import Tx
from folkmoot.web import headers
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import machine

Before = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,18}$")]


class NoticeAnswer(Struct):
    """subject, lines: in the reader's language; quote: what somebody wrote; opens: a page of ours; seen: when, or null."""

    id: str
    kind: str
    subject: str
    lines: list[str]
    quote: str
    opens: str
    at: str
    seen: str | None


class NoticesAnswer(Struct):
    """The newest first. more: where the list goes on (`before`), or null."""

    unseen: int
    notices: list[NoticeAnswer]
    more: str | None


class NoticesQuery(Struct):
    before: Before | None = None


class SeenBody(Struct, forbid_unknown_fields=True):
    """The newest notice that was looked at."""

    up_to: Id


class UnseenAnswer(Struct):
    unseen: int


class WishesBody(Struct, forbid_unknown_fields=True):
    """By topic: never, at_once or daily. Topics that are not named stay."""

    wishes: dict[str, str]


class WishesAnswer(Struct):
    wishes: dict[str, str]


class MuteBody(Struct, forbid_unknown_fields=True):
    """One of: a word or phrase; a comment, whose writer is meant."""

    word: Annotated[str, Meta(max_length=100)] | None = None
    comment: Id | None = None


class MuteAnswer(Struct):
    """kind: person or word. subject: a person's id, or the word."""

    kind: str
    subject: str
    name: str


class MutesAnswer(Struct):
    mutes: list[MuteAnswer]


class MuteQuery(Struct):
    kind: Literal["person", "word"]
    subject: Annotated[str, Meta(min_length=1, max_length=80)]


class DeviceAnswer(Struct):
    """kind: guest, page or refresh. origin: the publisher's page it is bound to; here: the one that asks."""

    id: str
    kind: str
    device: str
    origin: str
    begun: str
    used: str
    expires: str
    here: bool


class DevicesAnswer(Struct):
    devices: list[DeviceAnswer]


class DevicePath(Struct):
    id: Id


async def list_notices(ask: Ask[Actor], query: NoticesQuery) -> NoticesAnswer:
    """What one was told, the newest first, 50 at a time."""

    def act(tx: Tx) -> NoticesAnswer:
        actor = ask.actor(tx)
        before = min(int(query.before), 2**63 - 1) if query.before else 2**63 - 1
        found = notices.notices_of(tx, actor, before, quoting=outlet.words_of)
        more = str(found[-1].id) if len(found) == 50 else None
        return NoticesAnswer(notices.unseen(tx, actor), [_notice(each, ask.language) for each in found if each.kind in KINDS], more)

    return await ask.read(act)


def _notice(notice: Any, language: str) -> NoticeAnswer:
    said = told(notice, language)
    seen = machine(notice.seen) if notice.seen else None
    return NoticeAnswer(str(notice.id), notice.kind, said.subject, list(said.lines), said.quote, said.opens, machine(said.at), seen)


async def see_notices(ask: Ask[Actor], body: SeenBody) -> UnseenAnswer:
    """Marks notices up to one as looked at."""

    def act(tx: Tx) -> UnseenAnswer:
        actor = ask.actor(tx)
        notices.see(tx, actor, body.up_to, ask.now)
        return UnseenAnswer(notices.unseen(tx, actor))

    return await ask.write(act)


async def read_wishes(ask: Ask[Actor]) -> WishesAnswer:
    """How one wishes to hear of each topic by mail."""
    return await ask.read(lambda tx: _wishes(notices.own_wishes(tx, ask.actor(tx))))


async def change_wishes(ask: Ask[Actor], body: WishesBody) -> WishesAnswer:
    """Changes how one hears of topics."""
    ask.spend("change")
    return await ask.write(lambda tx: _wishes(notices.set_wishes(tx, ask.actor(tx), body.wishes)))


def _wishes(found: dict[str, Any]) -> WishesAnswer:
    return WishesAnswer(dict(found))


async def list_mutes(ask: Ask[Actor]) -> MutesAnswer:
    """Whom and which words one does not want to read."""
    return await ask.read(lambda tx: _mutes(tx, mutes.mutes_of(tx, ask.actor(tx))))


async def add_mute(ask: Ask[Actor], body: MuteBody) -> MutesAnswer:
    """Mutes a word, or whoever wrote a comment."""
    ask.spend("change")

    def act(tx: Tx) -> MutesAnswer:
        actor = ask.actor(tx)
        if body.comment is not None:
            return _mutes(tx, mutes.mute_person(tx, actor, pages.writer_of(tx, body.comment), ask.now))
        return _mutes(tx, mutes.mute_word(tx, actor, body.word or "", ask.now))

    return await ask.write(act)


async def drop_mute(ask: Ask[Actor], query: MuteQuery) -> MutesAnswer:
    """Takes a mute back."""
    ask.spend("change")
    return await ask.write(lambda tx: _mutes(tx, mutes.unmute(tx, ask.actor(tx), query.kind, query.subject)))


def _mutes(tx: Tx, found: list[Mute]) -> MutesAnswer:
    names = mutes.names_of(tx, found)
    return MutesAnswer([MuteAnswer(each.kind, each.subject, names.get(each.subject, each.subject)) for each in found])


async def list_devices(ask: Ask[Actor]) -> DevicesAnswer:
    """One's sign-ins, the last used first."""

    def act(tx: Tx) -> DevicesAnswer:
        found = devices.devices(tx, ask.actor(tx), ask.now)
        return DevicesAnswer([_device(each) for each in found])

    return await ask.read(act)


def _device(of: devices.Device) -> DeviceAnswer:
    begun, used, expires = (machine(each) for each in (of.begun, of.used, of.expires))
    return DeviceAnswer(str(of.family), of.kind, of.device, of.origin, begun, used, expires, of.here)


async def end_device(ask: Ask[Actor], path: DevicePath) -> None:
    """Ends one of one's sign-ins."""
    ask.spend("change")
    await ask.write(lambda tx: devices.end_device(tx, ask.actor(tx), path.id, ask.now))


async def data(ask: Ask[Actor]) -> Response:
    """All that is one's own as one JSON file, written as it is read."""
    ask.spend("read")

    def who(tx: Tx) -> int:
        actor = ask.actor(tx)
        if actor.id is None or actor.framed:
            raise NotSignedIn("Your data is given to you alone, on our own page. Sign in there.", "not_signed_in")
        return actor.id

    person = await ask.read(who)
    given = headers.page(private=True) | {"Content-Disposition": 'attachment; filename="folkmoot-my-data.json"'}
    return StreamingResponse(_pieces(ask, taking_along.Parcel(person, ask.now)), 200, given, "application/json")


async def _pieces(ask: Ask[Actor], parcel: taking_along.Parcel) -> AsyncIterator[str]:
    while (piece := await ask.read(parcel.step)) is not None:
        yield piece


OPERATIONS = (
    Operation("GET", "/api/v1/me/notices", list_notices, "Read what one was told", signed=True),
    Operation("POST", "/api/v1/me/notices/seen", see_notices, "Mark notices as looked at", signed=True),
    Operation("GET", "/api/v1/me/wishes", read_wishes, "Read how one hears of things by mail", signed=True),
    Operation("PUT", "/api/v1/me/wishes", change_wishes, "Change how one hears of things by mail", signed=True),
    Operation("GET", "/api/v1/me/mutes", list_mutes, "Read one's mutes", signed=True),
    Operation("POST", "/api/v1/me/mutes", add_mute, "Mute a word, or the writer of a comment", signed=True, problems=(NotFound, Conflict)),
    Operation("DELETE", "/api/v1/me/mutes", drop_mute, "Take a mute back", signed=True, problems=(NotFound,)),
    Operation("GET", "/api/v1/me/sessions", list_devices, "Read one's sign-ins", signed=True),
    Operation("DELETE", "/api/v1/me/sessions/{id}", end_device, "End one of one's sign-ins", status=204, signed=True, problems=(NotFound,)),
)
PAGES = (*pages.PAGES, Page("GET", "/me/data.json", data))
