"""Rows of notes as they travel in an export. Where readers sit, what votes were learned and what was drawn of them are made again at home."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.notes.model import MAX_STATEMENT, MAX_TEXT, Found, Grade, Kind, Ruling
from folkmoot.people.store_rows import Id, Moment

Words = Annotated[str, Meta(max_length=MAX_TEXT)]
Name = Annotated[str, Meta(max_length=80)]
Text = Annotated[str, Meta(max_length=20_000)]
Count = Annotated[int, Meta(ge=0, lt=2**53)]
Flag = Literal[0, 1]


class NoteRow(Struct, frozen=True, tag_field="kind", tag="note", forbid_unknown_fields=True):
    id: Id
    about: Kind
    campaign: Moment | None
    comment: Id | None
    credited: Flag
    due: Moment | None
    grade: Grade
    graded: Moment
    grew_from: Id | None
    name: Name
    person: Id | None
    proposed: Moment
    revision: Id
    ruled: Moment | None
    ruling: Ruling
    shown: Moment | None
    state: Literal["open", "held", "withdrawn", "removed"]
    story: Id
    unanswered: Moment | None


class NoteRevisionRow(Struct, frozen=True, tag_field="kind", tag="note_revision", forbid_unknown_fields=True):
    id: Id
    exact: Text
    found: Found
    made: Moment
    note: Id
    number: Count
    place: Count | None
    prefix: Text
    state: Literal["shown", "past", "held", "removed"]
    suffix: Text
    text: Words


class NoteSourceRow(Struct, frozen=True, tag_field="kind", tag="note_source", forbid_unknown_fields=True):
    id: str  # revision:number
    checked: Moment | None
    host: Text
    number: Count
    revision: Id
    said: Text
    state: Literal["unchecked", "found", "dead"]
    title: Text
    url: Text


class NoteRatingRow(Struct, frozen=True, tag_field="kind", tag="note_rating", forbid_unknown_fields=True):
    id: str  # revision:person
    asked: Flag
    at: Moment
    level: Literal[0, 1, 2]
    note: Id
    person: Id
    reasons: Text
    revision: Id


class NoteDecisionRow(Struct, frozen=True, tag_field="kind", tag="note_decision", forbid_unknown_fields=True):
    id: Id
    after: Text
    at: Moment
    before: Text
    deed: str
    made_by: str
    note: Id
    person: Id | None
    reason: Text
    revision: Id | None
    rule: str


class NoteStandingRow(Struct, frozen=True, tag_field="kind", tag="note_standing", forbid_unknown_fields=True):
    id: Id
    at: Moment
    axis: float | None
    far_all: Count
    far_helpful: Count
    grade: Grade
    high: float | None
    low: float | None
    missing: Count
    near_all: Count
    near_helpful: Count
    note: Id
    one_sided: Flag
    ratings: Count
    revision: Id
    score: float | None
    why: str


class NoteAnswerRow(Struct, frozen=True, tag_field="kind", tag="note_answer", forbid_unknown_fields=True):
    id: str  # note:person
    at: Moment
    name: Name
    note: Id
    person: Id
    speaks_as: Literal["story", "comment"]
    text: Words


class NoteDrawRow(Struct, frozen=True, tag_field="kind", tag="note_draw", forbid_unknown_fields=True):
    id: Id
    aimed: Count
    at: Moment
    note: Id
    pool: Count
    revision: Id
    seed: str
    thin: Count


class NoteAskedRow(Struct, frozen=True, tag_field="kind", tag="note_asked", forbid_unknown_fields=True):
    id: str  # revision:person
    answered: Moment | None
    at: Moment
    draw: Id
    ends: Moment
    mailed: Moment | None
    note: Id
    person: Id
    revision: Id
    weight: float


class NoteReaderRow(Struct, frozen=True, tag_field="kind", tag="note_reader", forbid_unknown_fields=True):
    """Who may be drawn by lot; mail: whether they said yes to be asked by mail."""

    id: Id  # the person
    mail: Flag
    person: Id
    seen: Moment


class NoteFindRow(Struct, frozen=True, tag_field="kind", tag="note_find", forbid_unknown_fields=True):
    """A comment that disputes its story, and whether the desk has put it aside; person: its writer, with whose words these go."""

    id: Id  # the comment
    comment: Id
    found: Moment
    person: Id | None
    settled: Moment | None
    settled_by: Id | None
    story: Id
    weight: float
    words: Annotated[str, Meta(max_length=20_000)]


class NoteStatementRow(Struct, frozen=True, tag_field="kind", tag="note_statement", forbid_unknown_fields=True):
    id: Id
    ended: Moment | None
    made: Moment
    person: Id | None
    story: Id
    text: Annotated[str, Meta(max_length=MAX_STATEMENT)]


class NoteOpinionRow(Struct, frozen=True, tag_field="kind", tag="note_opinion", forbid_unknown_fields=True):
    id: str  # statement:person
    at: Moment
    person: Id
    statement: Id
    value: Literal[1, 0, -1]


class PublicNote(Struct, frozen=True, tag_field="kind", tag="note"):
    """A note as readers see it; before, after: what a correction changed."""

    id: str
    about: str
    after: str
    before: str
    comment: str | None
    grade: str
    name: str
    passage: str
    proposed: int
    ruled: int | None
    ruling: str
    sources: list[str]
    state: str
    story: str
    text: str
