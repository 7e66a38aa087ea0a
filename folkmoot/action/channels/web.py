"""The talk on a page: plain forms, one question open, what was answered above it. With script the same page changes in place (embed/guide.js).

Whoever talks is known by a token of their own in a cookie, or, where a frame keeps none, in the header Folkmoot-Talk. The first GET keeps nothing.
In the card of a story's page (embed/chat.js, known by the header Folkmoot-Card) it is the same page without its frame.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from msgspec import Meta, Struct
from starlette.responses import Response

from folkmoot.action import letter_links, letters, store_letters, store_talks, talks
from folkmoot.action.channels.around import around
from folkmoot.action.delivering import letter_of
from folkmoot.action.delivery import layout, mailto
from folkmoot.action.homes import FIELD
from folkmoot.action.model_letters import Says
from folkmoot.action.pages import Shown, shown, tel
from folkmoot.errors import Invalid, NotFound, Problem, TooSoon
from folkmoot.people.doors import device_here, who
from folkmoot.people.model import Actor, Keys, PageKey
from folkmoot.people.publishers import only_site
from folkmoot.people.sign_in import PAGE, Way
from folkmoot.people.tokens import fingerprint, new_token
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import get_site
from folkmoot.sites.store import all_sites
from folkmoot.sites.stories import ensure, find, get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.web.bodies import Id, encode_json
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_, in_words, machine

HEADER, CARD, KEYS = "folkmoot-talk", "folkmoot-card", "folkmoot-keys"
DAYS = 31
Words = Annotated[str, Meta(max_length=20_000)]
Part = Annotated[str, Meta(max_length=200)]


class Where(Struct):
    """What the talk is about: a story by id or address, and an editor's action."""

    story: Id | None = None
    url: Annotated[str, Meta(max_length=2000)] = ""
    action: Id | None = None


class Said(Struct, forbid_unknown_fields=True):
    """A message: words, or the parts of a name and address, or what was ticked, or a command's button, or a question to go back to."""

    words: Words = ""
    name: Part = ""
    street: Part = ""
    city: Part = ""
    region: Part = ""
    code: Part = ""
    home: Part = ""
    pick: list[Annotated[str, Meta(max_length=60)]] = []
    do: Annotated[str, Meta(max_length=40)] = ""
    step: Annotated[str, Meta(max_length=20)] = ""
    story: Id | None = None
    url: Annotated[str, Meta(max_length=2000)] = ""
    action: Id | None = None

    @property
    def message(self) -> str:
        if self.do or self.pick:
            return self.do or " ".join(self.pick)
        return FIELD.join((self.name, self.street, self.city, self.region, self.code)) if self.home else self.words


class LetterPath(Struct):
    id: Id


class LetterQuery(Struct):
    """key: opens a letter for an hour, where a frame's own storage holds the talk (letter_links)."""

    key: Annotated[str, Meta(max_length=100)] = ""


class Nothing(Struct, forbid_unknown_fields=True):
    """A form that is only a button."""


class Deed(Struct, forbid_unknown_fields=True):
    event: Annotated[str, Meta(max_length=20)] = ""
    answer: Annotated[str, Meta(max_length=20)] = ""


class Matter(Struct, frozen=True):
    """The site that the talk belongs to, and what it is about."""

    site: Site
    story: Story | None
    action: int | None


def token_of(ask: Ask[Actor]) -> str:
    """The talk's token; "" where there is none yet."""
    given = ask.request.headers.get(HEADER) or ask.request.cookies.get(_cookie(ask), "")
    return given if 20 <= len(given) <= 100 and given.isascii() else ""


def _open_token(ask: Ask[Actor], tx: Tx) -> str:
    """The same, where the talk opens to who is signed in here now; else ""."""
    token = token_of(ask)
    return token if token and talks.opens_to(tx, owner_of(token), who(ask, tx).id) else ""


def _cookie(ask: Ask[Actor]) -> str:
    return f"{ask.cookie}-talk"


def owner_of(token: str) -> str:
    return f"web:{fingerprint(token)}"


def owner_of_program(token: str) -> str:
    """Another than a browser's with the same token: a program keeps its talk by the token alone, nobody needs to be signed in."""
    return f"web:{fingerprint(f'program {token}')}"


def matter_of(tx: Tx, asked: Where | Said, ask: Ask[Actor], *, take_in: bool = False) -> Matter:
    """What is meant. Raises NotFound where this server speaks for several sites and none is named."""
    story = get_story(tx, asked.story) if asked.story else None
    if story is None and asked.url:
        story = ensure(tx, asked.url, None, None, "reader", ask.now) if take_in else find(tx, asked.url)
    cause = around(ask).cause(tx, asked.action, ask.now) if asked.action and story is None else None
    if cause is not None and cause.story:
        story = get_story(tx, cause.story)
    site = get_site(tx, story.site) if story else only_site(tx) or next(iter(all_sites(tx)), None)
    if site is None:
        raise NotFound(N_("No newsroom is set up here yet."), "no_such_site")
    return Matter(site, story, asked.action)


async def guide_page(ask: Ask[Actor], query: Where) -> object:
    """The talk as it stands, or its first question. Changes nothing."""

    def read(tx: Tx) -> tuple[Matter, Shown, bool]:
        return _read(ask, tx, query)

    matter, page, fresh = await ask.read(read)
    return _page(ask, matter, page, query, fresh=fresh)


def _read(ask: Ask[Actor], tx: Tx, query: Where) -> tuple[Matter, Shown, bool]:
    matter, here = matter_of(tx, query, ask), around(ask)
    token = _open_token(ask, tx)
    story = matter.story.id if matter.story else None
    heard = talks.look(tx, owner_of(token), here, ask.now, story=story, action=matter.action) if token else None
    if heard is None:
        turn, facts = talks.first_words(tx, matter.site.id, here, ask.now, story=story, action=matter.action)
        return matter, shown(tx, turn.state, turn.says, facts, None), True
    row = _row(tx, heard.talk)
    turned = talks.is_other(row, story, matter.action)
    if row.story and not matter.story:
        matter = Matter(get_site(tx, row.site), get_story(tx, row.story), row.action)
    return matter, shown(tx, heard.state, heard.says, heard.facts, row, _key_of(ask)), turned


def _key_of(ask: Ask[Actor]) -> Callable[[int], str]:
    """What is put behind a letter's address, for who has no cookie to open it with."""
    if not ask.request.headers.get(HEADER):
        return lambda letter: ""
    return lambda letter: f"?key={letter_links.key_of(ask.kit.secret, letter, ask.now)}"


def _row(tx: Tx, talk: int) -> Row:
    row = store_talks.talk_by_id(tx, talk)
    if row is None:
        raise NotFound(N_("This talk has ended. Begin another."), "no_talk")
    return row


def _page(
    ask: Ask[Actor], matter: Matter, page: Shown, asked: Where | Said, *, fresh: bool, problem: Problem | None = None, status: int = 200
) -> Any:
    return ask.page(
        "action/guide.html", status, site=matter.site, story=matter.story, action=matter.action, page=page, tel=tel, fresh=fresh,
        card=CARD in ask.request.headers,
        problem=in_words(problem.words, ask.language) if problem else "",
    )  # fmt: skip


async def say(ask: Ask[Actor], form: Said) -> object:
    """A message from the page; it shows itself again with what came of it."""
    ask.spend("guide")
    heard, token = await ask.write(partial(_hear_here, ask=ask, form=form))
    if HEADER in ask.request.headers:
        return await _in_frame(ask, heard, token)
    answer: Any = ask.see("/guide#now")
    answer.set_cookie(_cookie(ask), token, max_age=DAYS * 86_400, path="/", secure=ask.secure, httponly=True, samesite="lax")
    if isinstance(heard.key, PageKey):
        ask.keep_token(answer, heard.key.token, max(1, (heard.key.expires - ask.now) // 86_400_000))
    return answer


async def _in_frame(ask: Ask[Actor], heard: talks.Heard, token: str) -> object:
    """The page at once: a frame's script keeps in its own storage what a cookie would hold, and sees no header of a redirect."""

    def read(tx: Tx) -> Response:
        row = _row(tx, heard.talk) if "erase" not in heard.done else None
        matter = Matter(get_site(tx, row.site), None, row.action) if row else matter_of(tx, Where(), ask)
        made: Response = _page(ask, matter, shown(tx, heard.state, heard.says, heard.facts, row, _key_of(ask)), Where(), fresh=row is None)
        return made

    answer: Response = await ask.read(read)
    answer.headers[HEADER] = token
    if isinstance(heard.key, Keys):
        told = {"access": heard.key.access, "refresh": heard.key.refresh, "expires": machine(heard.key.expires), "name": heard.state.home.name}
        answer.headers[KEYS] = base64.b64encode(encode_json(told)).decode()
    return answer


def _hear_here(tx: Tx, ask: Ask[Actor], form: Said) -> tuple[talks.Heard, str]:
    """What a browser says, and the token of the talk in which it was heard: a new one where that of before was somebody else's."""
    token = _open_token(ask, tx) or new_token()
    return _hear(tx, ask, form, owner_of(token)), token


def _hear(tx: Tx, ask: Ask[Actor], form: Said, owner: str) -> talks.Heard:
    matter = matter_of(tx, form, ask, take_in=True)
    story = matter.story.id if matter.story else None
    person = who(ask, tx)
    here = replace(around(ask, person.person if person.proven else None), way=_way(ask))
    if form.step:
        return talks.go_to(tx, owner, form.step, here, ask.now)
    if form.do == "begin":
        return talks.begin_matter(tx, owner, matter.site.id, here, ask.now, story=story, action=form.action)
    return talks.hear(tx, owner, form.message, matter.site.id, here, ask.now, story=story, action=form.action, met=True)


def _way(ask: Ask[Actor]) -> Way:
    """What signs somebody in who proves their mailbox here: a cookie, or in a frame two tokens that never act as staff."""
    if HEADER not in ask.request.headers:
        return PAGE
    page = ask.request.headers.get("origin", "") or ask.origin
    return Way(keys=True, origin=page, days=ask.kit.settings.people.session_days, device=device_here(ask))


class TurnAnswer(Struct, frozen=True):
    """What the guide says, for programs. token: whose talk it is; keep it."""

    token: str
    step: str
    says: tuple[Says, ...]


class TurnBody(Struct, forbid_unknown_fields=True):
    """words: a message. token: of an earlier answer; without one a talk begins."""

    words: Words
    token: Annotated[str, Meta(max_length=100)] = ""
    url: Annotated[str, Meta(max_length=2000)] = ""
    action: Id | None = None


async def turn(ask: Ask[Actor], body: TurnBody) -> TurnAnswer:
    """One message and what is said to it."""
    ask.spend("guide")
    token = body.token or new_token()
    form = Said(words=body.words, url=body.url, action=body.action)
    heard = await ask.write(partial(_hear, ask=ask, form=form, owner=owner_of_program(token)))
    return TurnAnswer(token, heard.state.step, heard.says)


# ── Letters ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _own(ask: Ask[Actor], tx: Tx, letter: int) -> Row:
    person, token = who(ask, tx), _open_token(ask, tx)
    owner = owner_of(token) if token else "nobody"
    return letters.own_letter(tx, letter, owner, person.id if person.proven else None)


def _opened(ask: Ask[Actor], tx: Tx, letter: int, key: str) -> Row:
    """A letter of one's own, or one whose key was given."""
    if letter_links.opens(ask.kit.secret, letter, key, ask.now):
        row = letters.get_letter(tx, letter)
        if not row.scrubbed:
            return row
    return _own(ask, tx, letter)


async def letter_page(ask: Ask[Actor], path: LetterPath, query: LetterQuery) -> object:
    """One letter, to print."""

    def read(tx: Tx) -> dict[str, Any]:
        row = _opened(ask, tx, path.id, query.key)
        letter = letter_of(tx, row, ask.kit.settings, ask.now, around(ask).cause)
        paper = store_letters.paper_of(tx, row.id)
        link, whole = mailto.link(letter)
        return {"row": row, "letter": letter, "paper": paper, "mailto": link, "whole": whole}

    given = await ask.read(read)
    letter = given["letter"]
    return ask.page(
        "action/letter.html", **given, key=f"?key={query.key}" if query.key else "",
        sender=layout.sender_lines(letter), recipient=layout.recipient_lines(letter), day=layout.day(letter),
        greeting=layout.greeting(letter), closing=layout.closing(letter), parts=layout.paragraphs(letter), footer=layout.footer(letter),
    )  # fmt: skip


async def letter_pdf(ask: Ask[Actor], path: LetterPath, query: LetterQuery) -> object:
    """The letter as the worker has set it."""

    def read(tx: Tx) -> tuple[Row, Row | None]:
        row = _opened(ask, tx, path.id, query.key)
        return row, store_letters.paper_of(tx, row.id)

    row, paper = await ask.read(read)
    if paper is None or not paper.body:
        return ask.see(f"/guide/letters/{row.id}{f'?key={query.key}' if query.key else ''}")
    given = {
        "Content-Disposition": f'inline; filename="letter-{row.delivery[:8]}.pdf"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(base64.b64decode(paper.body), 200, given, "application/pdf")


async def letter_text(ask: Ask[Actor], path: LetterPath, query: LetterQuery) -> object:
    """The letter as plain text, to copy."""
    letter = await ask.read(lambda tx: letter_of(tx, _opened(ask, tx, path.id, query.key), ask.kit.settings, ask.now, around(ask).cause))
    return Response(
        layout.plain(letter, subject=True), 200, {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
        "text/plain; charset=utf-8"
    )


async def decide(ask: Ask[Actor], path: LetterPath, form: Deed) -> object:
    """What a writer does with a letter of theirs: it is posted, is to be printed, sent again, taken back; and what the office answered."""
    ask.spend("guide")

    def act(tx: Tx) -> None:
        row = _own(ask, tx, path.id)
        if form.answer:
            letters.answer(tx, row.id, row.owner, row.person, form.answer, ask.now)
        else:
            letters.decide_own(tx, row.id, row.owner, row.person, form.event, ask.now)

    await ask.write(act)
    return ask.see("/guide#letters")


def _held(tx: Tx, row: Row, body: str | None) -> dict[str, Any]:
    why = store_letters.last_whys(tx, [row.id])[row.id]
    readings = len(store_letters.readings_of(tx, row.id))
    return {"row": row, "site": get_site(tx, row.site), "to": letters.recipient_of(row), "body": body, "why": why, "readings": readings}


async def held_page(ask: Ask[Actor], path: LetterPath) -> object:
    """A held letter without its text, for who may read it."""

    def read(tx: Tx) -> dict[str, Any]:
        row = letters.get_letter(tx, path.id)
        letters.require_reader(ask.actor(tx), row.site)
        return _held(tx, row, None)

    return ask.page("action/held.html", **await ask.read(read))


async def read_held(ask: Ask[Actor], path: LetterPath, form: Nothing) -> object:
    """Its text. The reading is written down."""

    def act(tx: Tx) -> dict[str, Any]:
        row = letters.read_frozen(tx, ask.actor(tx), path.id, ask.now)
        return _held(tx, row, row.body)

    return ask.page("action/held.html", **await ask.write(act))


PAGES = (
    Page("GET", "/guide/held/{id}", held_page),
    Page("POST", "/guide/held/{id}", read_held),
    Page("GET", "/guide", guide_page),
    Page("POST", "/guide", say),
    Page("GET", "/guide/letters/{id}", letter_page),
    Page("POST", "/guide/letters/{id}", decide),
    Page("GET", "/guide/letters/{id}/pdf", letter_pdf),
    Page("GET", "/guide/letters/{id}/text", letter_text),
)
OPERATIONS = (Operation("POST", "/api/v1/guide", turn, "Say something to the guide", problems=(NotFound, Invalid, TooSoon)),)
