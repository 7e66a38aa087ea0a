"""The API of notes: propose, revise, withdraw, rate, decide, answer beside, report, appeal; read, find similar ones, the map, the dump."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from starlette.responses import Response

from folkmoot.errors import Conflict, NotAllowed, NotFound, TooSoon
from folkmoot.notes import deciding, dump, log_pages, maps, notes, rating, showing
from folkmoot.notes.annotation import annotation
from folkmoot.notes.answers import NoteAnswer, note_answer, whole_answer
from folkmoot.notes.asking import asked_of
from folkmoot.notes.doors import NotePath, comment_of, lane_of
from folkmoot.notes.model import MAX_PASSAGE, MAX_TEXT, Draft, Passage
from folkmoot.notes.quoting import alike
from folkmoot.notes.sources import read_sources
from folkmoot.people.model import Actor
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import MAX_KEY, ensure, find, get_story
from folkmoot.storage.database import Tx
from folkmoot.web import headers
from folkmoot.web.bodies import Id, encode_json
from folkmoot.web.operations import Operation, Page
from folkmoot.web.pages import render
from folkmoot.web.requests import Ask
from folkmoot.web.words import N_, in_words

Url = Annotated[str, Meta(min_length=1, max_length=2000, description="The story's address, on a registered host")]
Text = Annotated[str, Meta(max_length=2_000, description="What is wrong and what is right, up to 500 letters, plain text")]
Words = Annotated[str, Meta(max_length=MAX_TEXT)]
Link = Annotated[str, Meta(min_length=1, max_length=2000)]
Sources = Annotated[list[Link], Meta(max_length=20, description="Addresses of pages that prove it; at least one")]
Context = Annotated[str, Meta(max_length=200)]
LD = "application/ld+json"
SIMILAR = 0.2


class Quote(Struct, forbid_unknown_fields=True):
    """A passage of the story, as a W3C TextQuoteSelector."""

    exact: Annotated[str, Meta(min_length=1, max_length=MAX_PASSAGE)]
    prefix: Context = ""
    suffix: Context = ""


class NewNote(Struct, forbid_unknown_fields=True):
    """A note to propose. comment: the comment that it is about; grew_from: the one that it is made of; credit: a correction may name you.

    seen: notes that say nearly the same and that you have looked at.
    """

    url: Url
    text: Text
    sources: Sources
    kind: Literal["wrong", "missing", "outdated"] = "wrong"
    quote: Quote | None = None
    comment: Id | None = None
    grew_from: Id | None = None
    story: Annotated[str, Meta(min_length=1, max_length=MAX_KEY)] | None = None
    credit: bool = True
    seen: Annotated[list[Id], Meta(max_length=50)] = []


class ProposedAnswer(Struct, omit_defaults=True):
    """What became of a note. why, rule: of a held one."""

    note: NoteAnswer
    verdict: Literal["published", "held"]
    why: str = ""
    rule: str = ""


class NewWords(Struct, forbid_unknown_fields=True):
    """A note's new words. Ratings stay with the old ones."""

    text: Text
    sources: Sources
    quote: Quote | None = None


class NewRating(Struct, forbid_unknown_fields=True):
    """Whether a note helps. revision: the number of the words that you read."""

    level: Literal["helpful", "somewhat", "unhelpful"]
    reasons: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=10)] = []
    revision: Annotated[int, Meta(ge=1, le=10_000)] | None = None


class NewRuling(Struct, forbid_unknown_fields=True):
    """The newsroom's decision. before, after: of an accepted note, what stood in the story and what stands there now."""

    do: Literal["accept", "clarify", "decline", "reopen", "hold", "release", "remove", "restore"]
    reason: Words = ""
    before: Words = ""
    after: Words = ""


class NewAnswer(Struct, forbid_unknown_fields=True):
    """Words beside a note; empty ones take them away."""

    text: Words


class NewReport(Struct, forbid_unknown_fields=True):
    reason: Literal["unlawful", "private", "attack", "advertising", "other"]
    detail: Words = ""


class NewAppeal(Struct, forbid_unknown_fields=True):
    reason: Words


class NotesQuery(Struct, forbid_unknown_fields=True):
    """GET /api/v1/notes: of a story. after: the id of the last one of the page before."""

    url: Url
    story: Annotated[str, Meta(min_length=1, max_length=MAX_KEY)] | None = None


class SimilarQuery(Struct, forbid_unknown_fields=True):
    url: Url
    text: Annotated[str, Meta(max_length=2_000)]


class NotesAnswer(Struct):
    """A story's notes: those at its head first."""

    notes: list[NoteAnswer]


class SiteQuery(Struct, forbid_unknown_fields=True):
    """site: a host; the only site's where it is left out."""

    site: Annotated[str, Meta(max_length=300)] | None = None


def passage_of(quote: Quote | None) -> Passage:
    return Passage(quote.exact, quote.prefix[-64:], quote.suffix[:64]) if quote else Passage()


async def propose(ask: Ask[Actor], body: NewNote) -> ProposedAnswer:
    ask.spend("comment")
    sources = read_sources(body.sources, body.url)

    def act(tx: Tx) -> ProposedAnswer:
        actor = ask.actor(tx)
        notes.require_proven(actor)
        story = ensure(tx, body.url, body.story, None, "reader", ask.now)
        draft = Draft(
            story.id, body.kind, body.text.strip(), sources, passage_of(body.quote), body.comment, body.grew_from, body.credit, frozenset(body.seen)
        )
        limits = ask.kit.settings.limits.enabled
        done = notes.propose(
            tx, actor, draft, ask.now, about=comment_of(ask, tx, body.comment), grew=comment_of(ask, tx, body.grew_from), limits=limits
        )
        return _proposed(ask, tx, actor, done.id, done.verdict.why, done.verdict.rule)

    return await ask.write_once(act, ProposedAnswer)


def _proposed(ask: Ask[Actor], tx: Tx, actor: Actor, note: int, why: str, rule: str) -> ProposedAnswer:
    found = whole_answer(showing.whole(tx, actor, note), ask.language)
    return ProposedAnswer(found, "held" if found.state == "held" else "published", in_words(why, ask.language), rule)


async def revise(ask: Ask[Actor], path: NotePath, body: NewWords) -> ProposedAnswer:
    ask.spend("change")
    sources = read_sources(body.sources)

    def act(tx: Tx) -> ProposedAnswer:
        actor, limits = ask.actor(tx), ask.kit.settings.limits.enabled
        passage = passage_of(body.quote) if body.quote else None
        verdict = notes.revise(tx, actor, path.id, body.text.strip(), sources, ask.now, passage=passage, limits=limits)
        return _proposed(ask, tx, actor, path.id, verdict.why, verdict.rule)

    return await ask.write_once(act, ProposedAnswer, await lane_of(ask, path.id))


async def withdraw_note(ask: Ask[Actor], path: NotePath) -> None:
    ask.spend("change")
    await ask.write(lambda tx: notes.withdraw(tx, ask.actor(tx), path.id, ask.now), await lane_of(ask, path.id))


async def show(ask: Ask[Actor], path: NotePath) -> NoteAnswer:
    """A note as this reader may know it: its counts once they have rated it, or once it stands at the head."""
    ask.spend("read")
    return await ask.read(lambda tx: whole_answer(showing.whole(tx, ask.actor(tx), path.id), ask.language))


async def rate(ask: Ask[Actor], path: NotePath, body: NewRating) -> NoteAnswer:
    ask.spend("vote")

    def act(tx: Tx) -> NoteAnswer:
        actor = ask.actor(tx)
        rating.rate(tx, actor, path.id, body.level, body.reasons, ask.now, revision=body.revision)
        return whole_answer(showing.whole(tx, actor, path.id), ask.language)

    return await ask.write(act, await lane_of(ask, path.id))


async def unrate(ask: Ask[Actor], path: NotePath) -> None:
    ask.spend("vote")
    await ask.write(lambda tx: rating.take_back(tx, ask.actor(tx), path.id, ask.now), await lane_of(ask, path.id))


async def rule(ask: Ask[Actor], path: NotePath, body: NewRuling) -> NoteAnswer:
    ask.spend("change")

    def act(tx: Tx) -> NoteAnswer:
        actor = ask.actor(tx)
        deciding.decide(tx, actor, path.id, body.do, body.reason, ask.now, before=body.before, after=body.after)
        return whole_answer(showing.whole(tx, actor, path.id), ask.language)

    return await ask.write_once(act, NoteAnswer, await lane_of(ask, path.id))


async def answer_note(ask: Ask[Actor], path: NotePath, body: NewAnswer) -> NoteAnswer:
    ask.spend("change")

    def act(tx: Tx) -> NoteAnswer:
        actor = ask.actor(tx)
        about = comment_of(ask, tx, notes.see(tx, actor, path.id).comment)
        notes.answer(tx, actor, path.id, body.text, ask.now, about)
        return whole_answer(showing.whole(tx, actor, path.id), ask.language)

    return await ask.write(act, await lane_of(ask, path.id))


async def report_note(ask: Ask[Actor], path: NotePath, body: NewReport) -> None:
    ask.spend("flag")
    await ask.write(lambda tx: notes.report(tx, ask.actor(tx), path.id, body.reason, body.detail, ask.now), await lane_of(ask, path.id))


async def appeal_note(ask: Ask[Actor], path: NotePath, body: NewAppeal) -> None:
    ask.spend("change")
    await ask.write(lambda tx: notes.appeal(tx, ask.actor(tx), path.id, body.reason, ask.now), await lane_of(ask, path.id))


async def notes_of(ask: Ask[Actor], query: NotesQuery) -> NotesAnswer:
    """A story's notes as everybody may know them."""
    ask.spend("read")

    def act(tx: Tx) -> NotesAnswer:
        story = find(tx, query.url, query.story)
        return NotesAnswer([note_answer(each, ask.language) for each in showing.drawer(tx, story.id)] if story else [])

    return await ask.read(act)


async def similar_notes(ask: Ask[Actor], query: SimilarQuery) -> NotesAnswer:
    """Notes of the story that say something like a text, the most alike first: to be looked at before one more is written."""
    ask.spend("read")

    def act(tx: Tx) -> NotesAnswer:
        story = find(tx, query.url)
        found = [each for each in showing.drawer(tx, story.id) if each.note.state == "open"] if story else []
        close = sorted(((alike(query.text, each.note.text), each) for each in found), key=lambda pair: -pair[0])
        return NotesAnswer([note_answer(each, ask.language) for share, each in close if share >= SIMILAR][:5])

    return await ask.read(act)


async def asked_notes(ask: Ask[Actor]) -> NotesAnswer:
    """What this reader was drawn by lot to rate."""
    ask.spend("read")

    def act(tx: Tx) -> NotesAnswer:
        actor = ask.actor(tx)
        return NotesAnswer([whole_answer(showing.whole(tx, actor, row.note), ask.language) for row in asked_of(tx, actor, ask.now)])

    return await ask.read(act)


async def annotate(ask: Ask[Actor], path: NotePath) -> Response:
    """A note as a W3C Web Annotation (JSON-LD)."""
    ask.spend("read")

    def act(tx: Tx) -> dict[str, object]:
        found = showing.seen(tx, notes.see(tx, Actor(), path.id))
        return annotation(found.note, get_story(tx, found.note.story).address, ask.origin)

    return Response(encode_json(await ask.read(act)), 200, headers.api(public=True), LD)


async def dump_notes(ask: Ask[Actor], query: SiteQuery) -> Response:
    """Everything by which anybody can recompute every status: gzipped JSON Lines, made once a day, 48 hours old."""
    ask.spend("read")
    parts = await ask.read(lambda tx: dump.parts(tx, query.site))
    if not parts:
        raise NotFound(N_("No dump has been made yet. It is made once a day."), "no_dump")
    named = {"Content-Disposition": 'attachment; filename="folkmoot-notes.jsonl.gz"'}
    return Response(b"".join(parts), 200, headers.api(public=True) | named, "application/gzip")


class MapQuery(Struct, forbid_unknown_fields=True):
    url: Url


async def map_answer(ask: Ask[Actor], query: MapQuery) -> maps.MapAnswer:
    """Where a story's readers stand: what all groups agree on, what divides them; no group under five is told."""
    ask.spend("read")

    def act(tx: Tx) -> maps.MapAnswer:
        story = find(tx, query.url)
        if story is None:
            raise NotFound(N_("Nobody has spoken under this story yet."), "no_such_story", "url")
        return maps.map_answer(tx, story.id)

    return await ask.read(act)


class NewStatement(Struct, forbid_unknown_fields=True):
    """A statement that is put to a story's readers."""

    url: Url
    text: Annotated[str, Meta(min_length=1, max_length=400)]


class StatementAnswer(Struct):
    id: str
    text: str


class NewOpinion(Struct, forbid_unknown_fields=True):
    """1: agree; -1: disagree; 0: pass."""

    value: Literal[1, 0, -1]


async def put_statement(ask: Ask[Actor], body: NewStatement) -> StatementAnswer:
    ask.spend("change")

    def act(tx: Tx) -> StatementAnswer:
        story = ensure(tx, body.url, None, None, "reader", ask.now)
        return StatementAnswer(str(maps.put_statement(tx, ask.actor(tx), story.id, body.text, ask.now)), body.text.strip())

    return await ask.write_once(act, StatementAnswer)


async def end_statement(ask: Ask[Actor], path: NotePath) -> None:
    ask.spend("change")
    await ask.write(lambda tx: maps.end_statement(tx, ask.actor(tx), path.id, ask.now))


async def give_opinion(ask: Ask[Actor], path: NotePath, body: NewOpinion) -> None:
    ask.spend("vote")
    await ask.write(lambda tx: maps.give_opinion(tx, ask.actor(tx), path.id, body.value, ask.now))


class SitePath(Struct):
    """/corrections/{id}/feed"""

    id: Id


async def feed(ask: Ask[Actor], path: SitePath) -> Response:
    """A site's corrections as an Atom feed."""
    site, found = await ask.read(lambda tx: (get_site(tx, path.id), log_pages.entries(tx, path.id, log_pages.FOREVER, log_pages.PAGE)))
    body = render("notes/feed.xml", site.language, site=site, found=found, origin=ask.origin)
    given = headers.page() | {"Cache-Control": log_pages.CACHED}
    return Response(body, 200, given, "application/atom+xml")


PAGES = (Page("GET", "/corrections/{id}/feed", feed),)
_REFUSED = (NotAllowed, NotFound, Conflict)
OPERATIONS = (
    Operation("POST", "/api/v1/notes", propose, "Propose a note", status=201, problems=_REFUSED, signed=True),
    Operation("GET", "/api/v1/notes", notes_of, "Read a story's notes", public=True, problems=(NotFound,)),
    Operation("GET", "/api/v1/notes/similar", similar_notes, "Find notes that say something like a text", public=True),
    Operation("GET", "/api/v1/notes/asked", asked_notes, "What one was drawn by lot to rate", problems=(TooSoon,)),
    Operation("GET", "/api/v1/notes/dump", dump_notes, "All ratings, to recompute every status", public=True, problems=(NotFound,)),
    Operation("GET", "/api/v1/notes/map", map_answer, "Where a story's readers stand", public=True, problems=(NotFound,)),
    Operation("GET", "/api/v1/notes/{id}", show, "Read a note", problems=(NotFound,)),
    Operation("PATCH", "/api/v1/notes/{id}", revise, "Revise one's note", problems=_REFUSED, signed=True),
    Operation("DELETE", "/api/v1/notes/{id}", withdraw_note, "Withdraw one's note", problems=_REFUSED, signed=True),
    Operation("PUT", "/api/v1/notes/{id}/rating", rate, "Say whether a note helps", problems=_REFUSED, signed=True),
    Operation("DELETE", "/api/v1/notes/{id}/rating", unrate, "Take one's rating back", problems=_REFUSED, signed=True),
    Operation("POST", "/api/v1/notes/{id}/decisions", rule, "Decide a note, as the newsroom", problems=_REFUSED, signed=True),
    Operation("POST", "/api/v1/notes/{id}/answers", answer_note, "Answer beside a note", problems=_REFUSED, signed=True),
    Operation("POST", "/api/v1/notes/{id}/reports", report_note, "Report a note to the desk", problems=_REFUSED, signed=True),
    Operation("POST", "/api/v1/notes/{id}/appeals", appeal_note, "Ask for another look at one's note", problems=_REFUSED, signed=True),
    Operation("GET", "/api/v1/notes/{id}/annotation", annotate, "A note as a W3C Web Annotation", public=True, problems=(NotFound,)),
    Operation("POST", "/api/v1/statements", put_statement, "Put a statement to a story's readers", status=201, problems=_REFUSED, signed=True),
    Operation("DELETE", "/api/v1/statements/{id}", end_statement, "End a statement", problems=_REFUSED, signed=True),
    Operation("PUT", "/api/v1/statements/{id}/opinion", give_opinion, "Agree or disagree with a statement", problems=_REFUSED, signed=True),
)
