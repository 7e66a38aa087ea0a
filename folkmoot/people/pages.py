"""The pages on which people sign in, sign out and accept an invitation. They work without script; no GET changes anything.

The browser that asks for a code keeps its secret in a cookie of its own for ten minutes. The same pages serve as the popup of
a frame (`handover`): then the last one tells the frame, by handover.js, that it may pick the sign-in up.
"""

from __future__ import annotations

import base64
from typing import Annotated, Any

from msgspec import Meta, Struct

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Problem, TooSoon, Unavailable
from folkmoot.people import handover as handovers
from folkmoot.people import invitations, issuers, passkeys, sessions, sign_in
from folkmoot.people.doors import device_here, guest_of, own_address, require_mail, who
from folkmoot.people.model import Actor, Asked, Entry, Invitation, PageKey
from folkmoot.people.publishers import doorway, only_site, waiting_site
from folkmoot.people.sign_in import Way
from folkmoot.people.tokens import new_token
from folkmoot.sites.model import Site
from folkmoot.sites.sites import get_site
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import parse_id
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Page
from folkmoot.web.problems import kind_of
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

Next = Annotated[str, Meta(max_length=2000)]
LinkToken = Annotated[str, Meta(max_length=100)]
DAY = 86_400_000


class Where(Struct):
    """next: the page of ours to go to afterwards. handover: the frame that waits."""

    next: Next = ""
    handover: Id | None = None


class MailboxForm(Struct, forbid_unknown_fields=True):
    email: Annotated[str, Meta(max_length=320)] = ""
    next: Next = ""
    handover: Id | None = None


class HandoverForm(Struct, forbid_unknown_fields=True):
    handover: Id


class CodeForm(Struct, forbid_unknown_fields=True):
    digits: Annotated[str, Meta(max_length=40)] = ""
    name: Annotated[str, Meta(max_length=200)] = ""


class Link(Struct):
    token: LinkToken = ""


class LinkForm(Struct, forbid_unknown_fields=True):
    token: LinkToken = ""
    name: Annotated[str, Meta(max_length=200)] = ""


class InvitationPath(Struct):
    token: LinkToken


class Nothing(Struct, forbid_unknown_fields=True):
    """A form that is only a button."""


class Visit(Struct, frozen=True):
    """Who stands at the door, and for which site's frame they sign in. near: one press is enough."""

    actor: Actor
    site: Site | None = None
    near: bool = False


async def sign_in_page(ask: Ask[Actor], query: Where) -> object:
    visit = await ask.read(lambda tx: _visit(ask, tx, query.handover))
    return await _mailbox_page(ask, visit, query.next, query.handover)


def _visit(ask: Ask[Actor], tx: Tx, handover: int | None) -> Visit:
    actor = who(ask, tx)
    if handover is None:
        return Visit(actor)
    found = handovers.get_handover(tx, handover, ask.now)
    return Visit(actor, waiting_site(tx, found), handovers.is_near(actor, found))


async def _mailbox_page(
    ask: Ask[Actor], visit: Visit, goes_to: str, handover: int | None, email: str = "", problem: Problem | None = None
) -> object:
    member = visit.actor.person if visit.actor.proven else None
    ways = {"issuers": await ask.read(issuers.issuers), "passkeys": passkeys.is_possible(own_address(ask) or ask.origin)}
    shown = ways | {"member": member, "publisher": visit.site, "near": visit.near, "next": goes_to, "handover": handover, "email": email}
    return await _page(ask, "people/sign_in.html", problem, site=visit.site, **shown)


async def _page(ask: Ask[Actor], template: str, problem: Problem | None = None, *, site: Site | None = None, **values: object) -> Any:
    """A page of the door, under the name of a site; with what must be put right, where something was refused."""
    wrong = [(problem.field or "", in_words(problem.words, ask.language))] if problem else []
    named = site or await ask.read(only_site)
    return ask.page(template, kind_of(problem).status if problem else 200, opener=True, problems=wrong, site=named, **values)


async def ask_for_code(ask: Ask[Actor], form: MailboxForm) -> object:
    """Mails a code; the page that takes it comes next. What is refused shows the form again."""
    secret = new_token()
    try:
        ask.spend("code")
        require_mail(ask)
        asked = await ask.write(lambda tx: _ask(ask, tx, form, secret))
    except (Invalid, TooSoon, Unavailable) as problem:
        visit = await ask.read(lambda tx: _visit(ask, tx, form.handover))
        return await _mailbox_page(ask, visit, form.next, form.handover, form.email, problem)
    answer: Any = ask.see("/sign-in/code")
    path = base64.urlsafe_b64encode(_own(ask, form.next).encode()).decode().rstrip("=")  # here alone: it may hold an invitation's token
    _keep_secret(ask, answer, f"{asked.id}.{secret}.{path}", sign_in.LASTS // 1000)
    return answer


def _ask(ask: Ask[Actor], tx: Tx, form: MailboxForm, secret: str) -> Asked:
    where = doorway(tx, form.handover, own_address(ask), ask.request.url.netloc, ask.language, ask.now)
    limited = ask.kit.settings.limits.enabled
    given = form.email, secret, ask.now, where
    return sign_in.ask_code(tx, *given, network=ask.network, handover=form.handover, limited=limited)


def _own(ask: Ask[Actor], path: str) -> str:
    return ask.own_path(path, "") if path else ""


def _keep_secret(ask: Ask[Actor], answer: Any, kept: str, seconds: int) -> None:
    answer.set_cookie(f"{ask.cookie}-asked", kept, max_age=seconds, path="/", secure=ask.secure, httponly=True, samesite="lax")


def _kept_secret(ask: Ask[Actor]) -> tuple[int, str]:
    """The code that this browser asked for, and its secret; (0, "") where it asked for none."""
    code, secret, _ = _kept(ask)
    return parse_id(code) or 0, secret


def _kept(ask: Ask[Actor]) -> list[str]:
    """Code, secret and encoded path, as far as the cookie has them."""
    return [*ask.request.cookies.get(f"{ask.cookie}-asked", "").split(".", 2), "", "", ""][:3]


def _goes_to(ask: Ask[Actor]) -> str:
    """The page of ours to go to afterwards; empty where this browser named none."""
    try:
        return _own(ask, base64.urlsafe_b64decode(_kept(ask)[2] + "==").decode())
    except ValueError:
        return ""


async def code_page(ask: Ask[Actor]) -> object:
    asked = await _asked(ask)
    return await _page(ask, "people/code.html", asked=asked, next=_goes_to(ask)) if asked else ask.see("/sign-in")


async def _asked(ask: Ask[Actor]) -> Asked | None:
    """What this browser's code is, while it lasts."""
    code, secret = _kept_secret(ask)
    try:
        return await ask.read(lambda tx: sign_in.asked_code(tx, code, secret, ask.now))
    except NotFound:
        return None


async def enter_code(ask: Ask[Actor], form: CodeForm) -> object:
    """Signs in by digits; asks for a name where the mailbox is new, and for other digits where these are wrong."""
    code, secret = _kept_secret(ask)
    name = form.name.strip() or None
    try:
        ask.spend("guess")
        entry = await ask.write(
            lambda tx: sign_in.enter_code(tx, code, form.digits, secret, ask.now, guest=guest_of(ask, tx), name=name, way=_way(ask))
        )
        refused = sign_in.refusal(entry)
    except (Invalid, TooSoon) as problem:
        refused = problem
    return await _code_again(ask, form, refused) if refused else _come_in(ask, entry)


def _way(ask: Ask[Actor]) -> Way:
    return Way(days=ask.kit.settings.people.session_days, device=device_here(ask))


async def _code_again(ask: Ask[Actor], form: CodeForm, problem: Problem) -> object:
    asked = await _asked(ask)
    if asked is None or isinstance(problem, Conflict):
        return await _page(ask, "people/ended.html", problem, asked=asked, next=_goes_to(ask))
    if problem.field == "name":
        return await _name_page(ask, problem, form.name, "/sign-in/code", "digits", form.digits)
    return await _page(ask, "people/code.html", problem, asked=asked, next=_goes_to(ask))


async def _name_page(ask: Ask[Actor], problem: Problem, name: str, action: str, field: str, proof: str) -> object:
    shown = problem if name else None  # the question itself is no fault of anybody's
    return await _page(ask, "people/name.html", shown, name=name, action=action, field=field, proof=proof)


def _come_in(ask: Ask[Actor], entry: Entry) -> object:
    """On to where the person wanted to go, with the cookie that knows them."""
    answer: Any = ask.see(f"/sign-in/done?handover={entry.handover}" if entry.handover else _goes_to(ask) or "/me")
    _keep_secret(ask, answer, "", 0)
    if isinstance(entry.given, PageKey):
        ask.keep_token(answer, entry.given.token, max(1, -(-(entry.given.expires - ask.now) // DAY)))
    return answer


async def link_page(ask: Ask[Actor], query: Link) -> object:
    """Where the mail's link leads: a button in the browser that asked, else the way back to it. Whoever fetches it does nothing."""
    asked = await _asked(ask)
    return await _page(ask, "people/link.html", asked=asked, token=query.token)


async def enter_by_link(ask: Ask[Actor], form: LinkForm) -> object:
    """The button."""
    _, secret = _kept_secret(ask)
    name = form.name.strip() or None
    try:
        ask.spend("guess")
        entry = await ask.write(
            lambda tx: sign_in.enter_by_link(tx, form.token, secret, ask.now, guest=guest_of(ask, tx), name=name, way=_way(ask))
        )
        refused = sign_in.refusal(entry)
    except Invalid as problem:
        refused = problem
    if refused is None:
        return _come_in(ask, entry)
    if refused.field == "name":
        return await _name_page(ask, refused, form.name, "/sign-in/link", "token", form.token)
    return await _page(ask, "people/ended.html", refused, asked=None, next="")


async def go_on(ask: Ask[Actor], form: HandoverForm) -> object:
    """Gives a waiting frame to who is signed in here already."""
    try:
        await ask.write(lambda tx: handovers.finish_handover(tx, ask.actor(tx), form.handover, ask.now))
    except (NotAllowed, NotSignedIn) as problem:
        visit = await ask.read(lambda tx: _visit(ask, tx, form.handover))
        return await _mailbox_page(ask, Visit(Actor(), visit.site), "", form.handover, "", problem)
    return ask.see(f"/sign-in/done?handover={form.handover}")


async def done_page(ask: Ask[Actor], query: Where) -> object:
    return await _page(ask, "people/done.html", handover=query.handover)


async def sign_out_page(ask: Ask[Actor]) -> object:
    actor = await ask.read(lambda tx: who(ask, tx))
    return await _page(ask, "people/sign_out.html", person=actor.person)


async def sign_out(ask: Ask[Actor], form: Nothing) -> object:
    """Ends the sign-in of this browser."""

    def act(tx: Tx) -> None:
        actor = who(ask, tx)
        if actor.session is not None:
            sessions.end_session(tx, actor, ask.now)

    await ask.write(act)
    return ask.drop_token(await _page(ask, "people/sign_out.html", person=None))


async def welcome_page(ask: Ask[Actor], path: InvitationPath) -> object:
    def look(tx: Tx) -> tuple[Invitation, Site | None, Actor]:
        found = invitations.look_at_invitation(tx, path.token, ask.now)
        return found, get_site(tx, found.site) if found.site else None, who(ask, tx)

    invitation, site, actor = await ask.read(look)
    member = actor.person if actor.proven else None
    return await _page(ask, "people/welcome.html", invitation=invitation, site=site, where=site, member=member, token=path.token)


async def welcome(ask: Ask[Actor], path: InvitationPath, form: Nothing) -> object:
    """Accepts an invitation."""
    await ask.write(lambda tx: invitations.accept_invitation(tx, ask.actor(tx), path.token, ask.now))
    return ask.see("/me")


PAGES = (
    Page("GET", "/sign-in", sign_in_page),
    Page("POST", "/sign-in", ask_for_code),
    Page("GET", "/sign-in/code", code_page),
    Page("POST", "/sign-in/code", enter_code),
    Page("GET", "/sign-in/link", link_page),
    Page("POST", "/sign-in/link", enter_by_link),
    Page("POST", "/sign-in/continue", go_on),
    Page("GET", "/sign-in/done", done_page),
    Page("GET", "/sign-out", sign_out_page),
    Page("POST", "/sign-out", sign_out),
    Page("GET", "/welcome/{token}", welcome_page),
    Page("POST", "/welcome/{token}", welcome),
)
