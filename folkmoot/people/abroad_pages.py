"""The pages by which somebody goes to an issuer and comes back. The way back is a GET, so it changes nothing: its page has the button.

What a journey needs lies in a cookie of its own for ten minutes: the issuer, the browser's secret, the frame that waits, whether a way is to be
added to who is signed in, and the page to go to.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct

from folkmoot.errors import Invalid, NotAllowed, NotFound, Problem
from folkmoot.people import abroad, issuers
from folkmoot.people import handover as handovers
from folkmoot.people.doors import device_here, guest_of, own_address
from folkmoot.people.model import Actor, Issuer, PageKey, Person, Proven
from folkmoot.people.publishers import only_site
from folkmoot.people.sessions import begin_page
from folkmoot.people.tokens import new_token, same
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import parse_id
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

LASTS = 600  # s
DAY = 86_400_000
Long = Annotated[str, Meta(max_length=4000)]


class GoForm(Struct, forbid_unknown_fields=True):
    """issuer: its short name. link: adds a way to who is signed in."""

    issuer: Annotated[str, Meta(max_length=40)]
    next: Annotated[str, Meta(max_length=2000)] = ""
    handover: Id | None = None
    link: Annotated[str, Meta(max_length=5)] = ""


class BackQuery(Struct):
    """What an issuer sends along; anything else that it sends is not looked at."""

    code: Long = ""
    state: Annotated[str, Meta(max_length=200)] = ""
    error: Annotated[str, Meta(max_length=200)] = ""


class BackForm(Struct, forbid_unknown_fields=True):
    code: Long = ""
    state: Annotated[str, Meta(max_length=200)] = ""


class NewcomerForm(Struct, forbid_unknown_fields=True):
    proof: Long = ""
    name: Annotated[str, Meta(max_length=200)] = ""


class WayForm(Struct, forbid_unknown_fields=True):
    issuer: Annotated[str, Meta(max_length=400)]
    subject: Annotated[str, Meta(max_length=300)]


class Journey(NamedTuple):
    """What the cookie holds."""

    issuer: str
    secret: str
    handover: int | None
    link: bool
    next: str


def _cookie(ask: Ask[Actor]) -> str:
    return f"{ask.cookie}-away"


def _keep(ask: Ask[Actor], answer: Any, journey: Journey | None) -> Any:
    """Puts a journey into its cookie, or takes the cookie away."""
    kept = ""
    if journey:
        path = base64.urlsafe_b64encode(journey.next.encode()).decode().rstrip("=")
        kept = f"{journey.issuer}.{journey.secret}.{journey.handover or ''}.{'link' if journey.link else ''}.{path}"
    age = LASTS if journey else 0
    answer.set_cookie(_cookie(ask), kept, max_age=age, path="/", secure=ask.secure, httponly=True, samesite="lax")
    return answer


def _journey(ask: Ask[Actor]) -> Journey:
    """This browser's journey. Raises NotFound where it is on none, or has been away too long."""
    parts = ask.request.cookies.get(_cookie(ask), "").split(".")
    try:
        issuer, secret, handover, link, path = parts
        goes_to = base64.urlsafe_b64decode(path + "=" * (-len(path) % 4)).decode()
        return Journey(issuer, secret, parse_id(handover), link == "link", ask.own_path(goes_to, "") if goes_to else "")
    except ValueError:
        raise NotFound("This sign-in took too long, or was begun in another browser. Begin again.", "no_journey") from None


def _back(ask: Ask[Actor]) -> str:
    return f"{own_address(ask) or ask.origin}/sign-in/back"


async def go(ask: Ask[Actor], form: GoForm) -> object:
    """Sends somebody to an issuer, by a page of ours: a browser lets no form lead to another site (form-action)."""
    ask.spend("code")

    def look(tx: Tx) -> Issuer:
        if form.handover is not None:
            handovers.get_handover(tx, form.handover, ask.now)
        return issuers.get_issuer(tx, form.issuer)

    issuer = await ask.read(look)
    journey = Journey(issuer.name, new_token(), form.handover, form.link == "yes", ask.own_path(form.next, "") if form.next else "")
    ways = await asyncio.to_thread(abroad.ways_to, issuer, ask.kit.settings.outbound)
    address = abroad.address_to(issuer, ways, journey.secret, _back(ask))
    answer = await _page(ask, "people/away.html", issuer=issuer, address=address)
    answer.headers["Refresh"] = f"0; url={address}"
    return _keep(ask, answer, journey)


async def back_page(ask: Ask[Actor], query: BackQuery) -> object:
    """Where the issuer sends them: nothing happens until the button is pressed, which a script does at once."""
    journey = _journey(ask)
    issuer = await ask.read(lambda tx: issuers.get_issuer(tx, journey.issuer))
    if query.error or not query.code:
        return await _page(ask, "people/back.html", issuer=issuer, code="", state="")
    _require_own(journey, query.state)
    return await _page(ask, "people/back.html", issuer=issuer, code=query.code, state=query.state)


def _require_own(journey: Journey, state: str) -> None:
    if not same(state, abroad.purpose(journey.secret, "state")):
        raise NotAllowed("This sign-in was not begun in this browser. Begin again.", "foreign_journey")


async def come_back(ask: Ask[Actor], form: BackForm) -> object:
    """Asks the issuer for whom it vouches, and lets them in."""
    ask.spend("guess")
    journey = _journey(ask)
    _require_own(journey, form.state)
    issuer = await ask.read(lambda tx: issuers.get_issuer(tx, journey.issuer))
    proven = await asyncio.to_thread(abroad.vouched, issuer, form.code, journey.secret, _back(ask), ask.kit.settings.outbound, ask.now)
    if journey.link:
        await ask.write(lambda tx: issuers.link(tx, ask.actor(tx), proven, ask.now))
        return _keep(ask, ask.see("/me/settings"), None)
    return await _let_in(ask, journey, proven, None)


async def newcomer(ask: Ask[Actor], form: NewcomerForm) -> object:
    """Somebody new has said the name that others are to see."""
    ask.spend("guess")
    journey = _journey(ask)
    return await _let_in(ask, journey, _unsealed(ask, journey, form.proof), form.name)


async def _let_in(ask: Ask[Actor], journey: Journey, proven: Proven, name: str | None) -> object:
    days = ask.kit.settings.people.session_days

    def act(tx: Tx) -> tuple[Person, PageKey, int | None] | None:
        member = issuers.enter(tx, proven, guest_of(ask, tx), name, ask.now)
        if member is None:
            return None
        return member, begin_page(tx, member.id, ask.now, days, device_here(ask)), _finish(tx, member, journey.handover, ask.now)

    try:
        entered = await ask.write(act)
    except Invalid as problem:
        if problem.field != "name":
            raise
        return await _name_page(ask, journey, proven, name or "", problem)
    if entered is None:
        return await _name_page(ask, journey, proven, proven.name[:80], None)
    _, key, handover = entered
    answer = ask.see(f"/sign-in/done?handover={handover}" if handover else journey.next or "/me")
    return ask.keep_token(_keep(ask, answer, None), key.token, max(1, -(-(key.expires - ask.now) // DAY)))


def _finish(tx: Tx, member: Person, handover: int | None, now: int) -> int | None:
    """Gives a frame that still waits to who has come in."""
    try:
        return handovers.finish_handover(tx, Actor(member), handover, now, fresh=True).id if handover else None
    except Problem:
        return None


async def _name_page(ask: Ask[Actor], journey: Journey, proven: Proven, name: str, problem: Problem | None) -> object:
    sealed = _sealed(ask, journey, proven)
    return await _page(ask, "people/name.html", problem=problem, name=name, action="/sign-in/newcomer", field="proof", proof=sealed)


def _sealed(ask: Ask[Actor], journey: Journey, proven: Proven) -> str:
    """Whom an issuer has vouched for, while this browser says a name: good for ten minutes, in it alone, for nothing else."""
    body = base64.urlsafe_b64encode(msgspec.json.encode([proven, ask.now + LASTS * 1000])).decode()
    return f"{body}.{_mark(ask, journey, body)}"


def _mark(ask: Ask[Actor], journey: Journey, body: str) -> str:
    return hmac.digest(ask.kit.secret, f"newcomer {journey.secret} {body}".encode(), hashlib.sha256).hex()


def _unsealed(ask: Ask[Actor], journey: Journey, sealed: str) -> Proven:
    body, _, mark = sealed.rpartition(".")
    if not same(mark, _mark(ask, journey, body)):
        raise NotAllowed("This sign-in was not begun in this browser. Begin again.", "foreign_journey")
    proven, ends = msgspec.json.decode(base64.urlsafe_b64decode(body), type=tuple[Proven, int])
    if ends <= ask.now:
        raise NotFound("This sign-in took too long. Begin again.", "no_journey")
    return proven


async def drop_way(ask: Ask[Actor], form: WayForm) -> object:
    """Takes a way to sign in away from who is signed in."""
    ask.spend("change")
    await ask.write(lambda tx: issuers.unlink(tx, ask.actor(tx), form.issuer, form.subject, ask.now))
    return ask.see("/me/settings")


async def _page(ask: Ask[Actor], template: str, /, problem: Problem | None = None, **values: object) -> Any:
    site = await ask.read(only_site)
    wrong = [(problem.field or "", in_words(problem.words, ask.language))] if problem else []
    return ask.page(template, kind_of(problem).status if problem else 200, opener=True, problems=wrong, site=site, **values)


PAGES = (
    Page("POST", "/sign-in/with", go),
    Page("GET", "/sign-in/back", back_page),
    Page("POST", "/sign-in/back", come_back),
    Page("POST", "/sign-in/newcomer", newcomer),
    Page("POST", "/me/ways/drop", drop_way),
)
