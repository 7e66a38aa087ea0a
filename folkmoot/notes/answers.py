"""Notes as the API says them."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from folkmoot.notes.model import Answer, Source
from folkmoot.notes.showing import Own, Seen, Whole, why
from folkmoot.web.words import in_words, machine


class QuoteAnswer(Struct, frozen=True):
    """A passage (W3C TextQuoteSelector). found: exact, changed, headline, gone (about an earlier version) or unknown (the story was not read)."""

    exact: str
    prefix: str
    suffix: str
    found: str


class SourceAnswer(Struct, frozen=True):
    """A source. state: unchecked, found or dead; said: what its page answered; title: the page's own."""

    url: str
    host: str
    title: str
    state: str
    said: str


class SideAnswer(Struct, frozen=True):
    """How many on a side find it helpful, of how many."""

    helpful: int
    all: int


class AnswerAnswer(Struct, frozen=True):
    """What somebody says beside a note. speaks_as: story (the newsroom) or comment (the writer of the noted comment)."""

    speaks_as: str
    name: str
    text: str
    at: str


class NoteAnswer(Struct, frozen=True, omit_defaults=True):
    """A note. Of one that was withdrawn or removed, text, sources and answers are empty.

    status: proposed, both_sides, helpful, disputed or unhelpful; ruling: accepted, clarified, declined or empty; at_head: whether it
    stands at the head of its story. why: sentences. near, far, score, low, high, ratings: hidden (absent) until they may be known.
    """

    id: str
    story: str
    url: str
    comment: str | None
    kind: str
    state: str
    status: str
    ruling: str
    at_head: bool
    author: str
    text: str
    revision: int
    quote: QuoteAnswer | None
    sources: list[SourceAnswer]
    proposed: str
    since: str
    unanswered: str | None
    why: list[str]
    answers: list[AnswerAnswer]
    correction: str | UnsetType = UNSET
    before: str | UnsetType = UNSET
    after: str | UnsetType = UNSET
    ratings: int | UnsetType = UNSET
    near: SideAnswer | UnsetType = UNSET
    far: SideAnswer | UnsetType = UNSET
    score: float | UnsetType | None = UNSET
    low: float | UnsetType | None = UNSET
    high: float | UnsetType | None = UNSET
    missing: int | UnsetType = UNSET
    own: str | UnsetType = UNSET
    asked: bool | UnsetType = UNSET


def note_answer(seen: Seen, language: str, told: bool | None = None, own: Own | None = None) -> NoteAnswer:
    """One note for JSON. told: whether its counts may be known; by default whether everybody may."""
    note = seen.note
    live = note.state in ("open", "held")
    told = seen.counts if told is None else told
    decided = seen.decided if live else None
    return NoteAnswer(
        id=str(note.id), story=str(note.story), url=f"/notes/{note.id}", comment=str(note.comment) if note.comment else None, kind=note.kind,
        state=note.state, status=note.grade, ruling=note.ruling, at_head=note.at_head, author=note.name if live else "",
        text=note.text if live else "", revision=note.number, quote=_quote(seen) if live and note.passage.exact else None,
        sources=[_source(each) for each in note.sources] if live else [], proposed=machine(note.proposed), since=machine(note.ruled or note.graded),
        unanswered=machine(note.unanswered) if note.unanswered else None, why=[in_words(each, language) for each in why(seen, told)],
        answers=[_answer(each) for each in note.answers] if live else [],
        correction=decided.reason if decided and decided.reason else UNSET, before=decided.before if decided and decided.before else UNSET,
        after=decided.after if decided and decided.after else UNSET, **_counts(seen, told),  # type: ignore[arg-type]
        own=own.level if own and own.level else UNSET,
        asked=True if own and own.asked else UNSET,
    )  # fmt: skip


def _counts(seen: Seen, told: bool) -> dict[str, object]:
    at = seen.standing
    if not told or at is None:
        return {}
    return {
        "ratings": at.ratings, "near": SideAnswer(*at.near), "far": SideAnswer(*at.far), "score": at.score, "low": at.low, "high": at.high,
        "missing": at.missing,
    }  # fmt: skip


def whole_answer(found: Whole, language: str) -> NoteAnswer:
    """A note as this reader may know it."""
    return note_answer(found.seen, language, found.told, found.own)


def _quote(seen: Seen) -> QuoteAnswer:
    passage = seen.note.passage
    return QuoteAnswer(passage.exact, passage.prefix, passage.suffix, seen.note.found)


def _source(source: Source) -> SourceAnswer:
    return SourceAnswer(source.url, source.host, source.title, source.state, source.said)


def _answer(answer: Answer) -> AnswerAnswer:
    return AnswerAnswer(answer.speaks_as, answer.name, answer.text, machine(answer.at))
